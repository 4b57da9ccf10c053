"""What each figure of the ledger means, once: as a condition on a request, for counting and for the list behind it.

A request belongs to the day it was first sent, so that the figures of a year add up: so many asked, of which so many
approved, of which so many met. It belongs to it for good, whatever happens to it later.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.conventions.models import Convention
from brokerage.introductions.models import Introduction, IntroductionRequest, Need, Outcome, Result
from brokerage.introductions.states import UNDECIDED, IntroductionState, RequestState
from brokerage.reports.periods import Period
from brokerage.timeline import Entry

R, I = IntroductionRequest, Introduction
Condition = sa.ColumnElement[bool]

NEW_TOWN = "new_town"
KINDS = ("academic", "corporate", "other")  # other: volunteers, or a network still to be found
KIND: sa.ColumnElement[str] = sa.case(
    (R.need == Need.ACADEMIC, "academic"), (R.need == Need.CORPORATE, "corporate"), else_="other"
)
# A door that was shut again (undone in time, withdrawn, agreement taken back) was not opened.
MADE = sa.and_(I.introduced_at.is_not(None), I.state != IntroductionState.CANCELLED)
STANDS = sa.and_(I.request_id == R.id, MADE)

_APPROVED = sa.and_(
    R.decided_at.is_not(None),
    R.state.in_([RequestState.APPROVED, RequestState.CLOSED, RequestState.WITHDRAWN]),
)
DECIDED = sa.or_(_APPROVED, R.state == RequestState.DECLINED)
_STOPPED = sa.or_(
    R.state == RequestState.EXPIRED, sa.and_(R.state == RequestState.WITHDRAWN, R.decided_at.is_(None))
)
_MET = (
    sa.select(Outcome.id).join(I, I.id == Outcome.introduction_id).where(STANDS, Outcome.result == Result.MET).correlate(R).exists()
)
FIGURES: dict[str, Condition] = {
    "asked": sa.true(),
    "waiting": R.state.in_(list(UNDECIDED)),
    "approved": _APPROVED,
    "declined": R.state == RequestState.DECLINED,
    "stopped": _STOPPED,  # withdrawn or expired before any decision
    "introduced": sa.select(I.id).where(STANDS).correlate(R).exists(),
    "met": _MET,
}


@dataclass(frozen=True)
class Counts:
    """Requests by what became of them; asked = waiting + approved + declined + stopped. `doors` counts people introduced."""

    asked: int = 0
    waiting: int = 0
    approved: int = 0
    declined: int = 0
    stopped: int = 0
    introduced: int = 0
    met: int = 0
    doors: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES = tuple(Counts.__dataclass_fields__)


@dataclass(frozen=True)
class Behind:
    """Which requests a figure counts. None means all of them."""

    figure: str = "asked"
    asking: uuid.UUID | None = None
    kind: str | None = None
    month: str | None = None  # "2025-09", of the first sending
    region: str | None = None  # INSEE code; "" for none
    reason: str | None = None
    commitment: int | None = None
    purpose: str | None = None

    def conditions(self) -> list[Condition]:
        """The request is one of them."""
        wanted: list[tuple[Any, Any]] = [
            (R.asking_id, self.asking), (KIND, self.kind), (MONTH, self.month), (sa.func.coalesce(R.region, ""), self.region),
            (R.decline_reason, self.reason), (R.commitment, self.commitment),
            (R.purpose, self.purpose),
        ]  # fmt: skip
        return [FIGURES[self.figure], *(column == value for column, value in wanted if value is not None)]


# What a request for a new town says of its place, and of the département it lies in; nothing of any other request.
_PLACE = sa.func.coalesce(sa.func.nullif(R.place, ""), R.target_town)
TOWN = sa.case((R.purpose == NEW_TOWN, _PLACE + "|" + sa.func.coalesce(R.department, "")))
MONTH = sa.func.to_char(sa.func.timezone("Europe/Paris", Entry.at), "YYYY-MM")


def sent_in(convention: Convention, period: Period, reader: uuid.UUID) -> list[Condition]:
    """Between the two sides, first sent in the period and while the convention lasted; for queries that join `Entry`.

    Of the line posted to each side, the reader's: a request is sent for the first time once.
    """
    start, end = period.instants
    first, last = Period(convention.starts_on, convention.ends_on).instants
    one, other = convention.first_id, convention.second_id
    both = sa.or_(sa.and_(R.asking_id == one, R.giving_id == other), sa.and_(R.asking_id == other, R.giving_id == one))
    when = [Entry.at >= max(start, first), Entry.at < min(end, last)]
    return [both, Entry.request_id == R.id, Entry.association_id == reader, Entry.what == "submit", *when]


def behind(wanted: Behind, convention: Convention, period: Period, reader: uuid.UUID) -> Condition:
    """The same requests as a condition on a request alone, for the lists of the desk."""
    where = [*sent_in(convention, period, reader), *wanted.conditions()]
    return sa.select(Entry.id).where(*where).correlate(R).exists()
