"""The lists of the desk: what waits for a manager, what a delegate asked. Frozen rows, one query a list."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import calendar, clock
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest, Outcome, Result
from brokerage.introductions.policy import Reader, visible_to
from brokerage.introductions.states import UNDECIDED, RequestState
from brokerage.partners.models import Contact

PAGE = 30
R = IntroductionRequest
RUNNING = [RequestState.APPROVED]
OVER = [RequestState.DECLINED, RequestState.EXPIRED, RequestState.WITHDRAWN, RequestState.CLOSED]


@dataclass(frozen=True)
class Row:
    """One request of a list, as both sides may read it."""

    id: uuid.UUID
    number: str
    target: str
    town: str
    state: RequestState
    badge: str
    requester: str
    requester_id: uuid.UUID
    handler: str
    handler_id: uuid.UUID | None
    short: str  # the mark of the asking association
    bank: str
    name: str
    purpose: str
    event_name: str
    event_on: date | None
    place: str
    submitted_at: datetime | None
    state_since: datetime
    due_on: date | None
    parked_until: date | None
    asks: int  # of this partner's contacts in the last 90 days; 0 for the asking side, which must not know

    @property
    def late_by(self) -> int:
        """Working days past the expected answer; negative while there is time."""
        return calendar.working_days_between(self.due_on, clock.today(), calendar.HEAD_OFFICE) if self.due_on else 0


@dataclass(frozen=True)
class Page:
    """Some rows, and the key of the last one when there are more."""

    rows: list[Row]
    after: str | None


TABS: dict[str, sa.ColumnElement[bool]] = {
    "a-decider": R.state == RequestState.SUBMITTED,
    "en-attente": R.state.in_([RequestState.INFO_NEEDED, RequestState.PARKED]),
    "en-cours": R.state.in_(RUNNING),
    "closes": R.state.in_(OVER),
}


def received(reader: Reader) -> sa.ColumnElement[bool]:
    """Requests addressed to the reader's association."""
    return sa.and_(R.giving_id == reader.association_id, R.state != RequestState.DRAFT)


def sent(reader: Reader) -> sa.ColumnElement[bool]:
    """Requests of the reader's association."""
    return R.asking_id == reader.association_id


def counts(reader: Reader) -> dict[str, int]:
    """How many received requests each tab holds; closed ones are not counted, they only grow."""
    columns = [sa.func.count().filter(rule).label(tab) for tab, rule in TABS.items() if tab != "closes"]
    still = received(reader) & R.state.in_([*UNDECIDED, *RUNNING])
    return dict(db.session.execute(sa.select(*columns).select_from(R).where(still)).mappings().one())


def listed(reader: Reader, which: sa.ColumnElement[bool], *, newest_first: bool = False, after: str | None = None) -> Page:
    """A page of visible requests: nearest deadline first, or newest first."""
    query = _rows(reader).where(which)
    query = _newest_first(query, after) if newest_first else _deadline_first(query, after)
    found = [_row(r) for r in db.session.execute(query.limit(PAGE + 1)).mappings()]
    more = len(found) > PAGE
    return Page(found[:PAGE], _key(found[PAGE - 1], newest_first) if more else None)


def one(reader: Reader, request_id: uuid.UUID) -> Row | None:
    """The same row for a single request."""
    found = db.session.execute(_rows(reader).where(R.id == request_id)).mappings().one_or_none()
    return _row(found) if found else None


FAR = date(9999, 12, 31)


def _deadline_first(query: sa.Select[Any], after: str | None) -> sa.Select[Any]:
    due = sa.func.coalesce(R.due_on, FAR)
    if (mark := _mark(after, date)) is not None:
        query = query.where(sa.tuple_(due, R.id) > mark)
    return query.order_by(due, R.id)


def _newest_first(query: sa.Select[Any], after: str | None) -> sa.Select[Any]:
    if (mark := _mark(after, datetime)) is not None:
        query = query.where(sa.tuple_(R.state_since, R.id) < mark)
    return query.order_by(R.state_since.desc(), R.id.desc())


def _mark(after: str | None, kind: type[date]) -> Any:
    """Where a page begins; None for the first one, and for whoever wrote their own mark into the address."""
    when, _, key = (after or "").partition("_")
    try:
        return sa.tuple_(sa.literal(kind.fromisoformat(when)), sa.literal(uuid.UUID(key)))
    except ValueError:
        return None


def _key(row: Row, newest_first: bool) -> str:
    return f"{row.state_since.isoformat() if newest_first else row.due_on or FAR}_{row.id}"


def _rows(reader: Reader) -> Any:
    requester, handler, asking = so.aliased(User), so.aliased(User), so.aliased(Association)
    states = sa.select(sa.func.array_agg(sa.cast(Introduction.state, sa.Text))).where(Introduction.request_id == R.id)
    met = (
        sa.select(Outcome.id)
        .join(Introduction, Introduction.id == Outcome.introduction_id)
        .where(Introduction.request_id == R.id, Outcome.result == Result.MET)
    )
    return (
        visible_to(reader)
        .join(requester, requester.id == R.requester_id)
        .outerjoin(handler, handler.id == R.handler_id)
        .join(asking, asking.id == R.asking_id)
        .with_only_columns(
            R.id, R.number, R.target_name, R.target_town, R.state, R.requester_id, R.handler_id, R.purpose, R.event_name,
            R.event_on, R.place, R.submitted_at, R.state_since, R.due_on, R.parked_until,
            (requester.first_name + " " + requester.last_name).label("requester"),
            (handler.first_name + " " + handler.last_name).label("handler"),
            asking.short, asking.bank, asking.name,
            states.scalar_subquery().label("introductions"), met.exists().label("met"), _asks(reader).label("asks"),
        )
    )  # fmt: skip


def _asks(reader: Reader) -> sa.ColumnElement[int]:
    """Asks of the partner's contacts this quarter; the guard leaves an ally nothing to count."""
    if not reader.has(Role.MANAGER):
        return sa.literal(0)
    since = clock.now() - timedelta(days=90)
    return (
        sa.select(sa.func.count())
        .select_from(Ask)
        .join(Contact, Contact.id == Ask.contact_id)
        .where(Contact.partner_id == R.partner_id, Ask.asked_at > since)
        .scalar_subquery()
    )


def _row(found: Any) -> Row:
    values = dict(found)
    badge = badge_of(values["state"], values.pop("introductions") or [], values.pop("met"))
    target, town = values.pop("target_name"), values.pop("target_town")
    return Row(**values | {"target": target, "town": town, "badge": badge, "handler": values["handler"] or ""})


_BY_REQUEST = {
    RequestState.DRAFT: "brouillon",
    RequestState.SUBMITTED: "a_decider",
    RequestState.INFO_NEEDED: "precisions",
    RequestState.PARKED: "plus_tard",
    RequestState.DECLINED: "declinee",
    RequestState.EXPIRED: "sans_reponse",
    RequestState.WITHDRAWN: "retiree",
}
# the introduction that went furthest speaks for its request
_BY_INTRODUCTION = {
    "introduced": "introduite",
    "closed": "introduite",
    "ready": "accord",
    "suggested": "redirigee",
    "consent_pending": "chez_partenaire",
    "new": "chez_partenaire",
    "postponed": "plus_tard",
    "unanswered": "sans_reponse",
    "refused": "declinee",
    "blocked": "declinee",
    "cancelled": "retiree",
}


def badge_of(state: RequestState, introductions: list[str], met: bool) -> str:
    """The key of the badge (design.md §3) that tells where a request stands."""
    if state in _BY_REQUEST:
        return _BY_REQUEST[state]
    if met:
        return "rencontre"
    return next((badge for name, badge in _BY_INTRODUCTION.items() if name in introductions), "retiree")
