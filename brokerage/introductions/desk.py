"""The lists of the desk: what waits for a manager, what a delegate asked. Frozen rows, one query a list."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects import postgresql

from brokerage import calendar, clock
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest, Outcome, Result
from brokerage.introductions.policy import READERS, Reader, readable
from brokerage.introductions.states import UNDECIDED, RequestState
from brokerage.partners.models import Contact

PAGE = 30
QUARTER = timedelta(days=90)
R = IntroductionRequest
_PARAMETERS: dict[str, Any] = {
    "mine": sa.Uuid(), "me": sa.Uuid(), "partner": sa.Uuid(), "since": sa.DateTime(timezone=True), "late": sa.Date(),
}  # fmt: skip
RUNNING = [RequestState.APPROVED]
OVER = [RequestState.DECLINED, RequestState.EXPIRED, RequestState.WITHDRAWN, RequestState.CLOSED]


class Row(NamedTuple):
    """One request of a list, as both sides may read it. Its fields are the columns of `_rows`, in that order."""

    id: uuid.UUID
    number: str
    target: str
    town: str
    state: RequestState
    requester_id: uuid.UUID
    handler_id: uuid.UUID | None
    purpose: str
    event_name: str
    event_on: date | None
    place: str
    submitted_at: datetime | None
    state_since: datetime
    due_on: date | None
    parked_until: date | None
    giving_id: uuid.UUID
    requester: str
    requester_first: str
    handler: str
    handler_first: str
    away_from: date | None  # of the handler
    away_until: date | None
    absent: str  # whom the handler stands in for, and until when
    absent_until: date | None
    short: str  # the mark of the asking association
    bank: str
    name: str
    asks: int  # of this partner's contacts in the last 90 days; 0 for the asking side, which must not know
    badge: str

    @property
    def late_by(self) -> int:
        """Working days past the expected answer; negative while there is time."""
        return _late_by(self.due_on, clock.today()) if self.due_on else 0


@lru_cache(maxsize=1024)
def _late_by(due_on: date, today: date) -> int:
    return calendar.working_days_between(due_on, today, calendar.HEAD_OFFICE)


@dataclass(frozen=True)
class Page:
    """Some rows, the key of the last one when there are more, and how many requests each of `COUNTED` holds where that was asked."""

    rows: list[Row]
    after: str | None
    counts: Mapping[str, int]


def _word(text: str) -> sa.ColumnElement[Any]:
    """A word of ours written into a statement: each value it carries beside is compared anew whenever it is executed."""
    return sa.literal_column(f"'{text}'")


def _one_of(column: Any, states: Iterable[RequestState]) -> sa.ColumnElement[bool]:
    return column.in_([_word(state) for state in sorted(states)])  # type: ignore[no-any-return]


def _standing(r: Any) -> dict[str, sa.ColumnElement[bool]]:
    """Where the requests of each tab stand."""
    return {
        "a-decider": r.state == _word(RequestState.SUBMITTED),
        "en-attente": _one_of(r.state, [RequestState.INFO_NEEDED, RequestState.PARKED]),
        "en-cours": _one_of(r.state, RUNNING),
        "closes": _one_of(r.state, OVER),
    }


FAR = date(9999, 12, 31)
_DUE: Any = sa.func.coalesce(R.due_on, sa.literal_column(f"'{FAR}'::date"))
MINE, ME, PARTNER, SINCE, LATE = (sa.bindparam(name, type_=kind) for name, kind in _PARAMETERS.items())
RECEIVED = sa.and_(R.giving_id == MINE, R.state != _word(RequestState.DRAFT))
SENT = R.asking_id == MINE
TABS = _standing(R)
COUNTED = [*(tab for tab in TABS if tab != "closes"), "late"]  # closed ones are not counted: they only grow
NEWEST_FIRST = frozenset({"closes", "envoyees", "ouvertes", "finies", "of_partner"})  # the others: nearest deadline first
_LISTS: dict[str, sa.ColumnElement[bool]] = {
    **{tab: sa.and_(RECEIVED, rule) for tab, rule in TABS.items()},
    "envoyees": SENT,
    "ouvertes": sa.and_(SENT, sa.not_(TABS["closes"])),
    "finies": sa.and_(SENT, TABS["closes"]),
    "of_partner": R.partner_id == PARTNER,
    "one": R.id == sa.bindparam("one", type_=sa.Uuid()),
}


def _counts(r: Any) -> sa.Select[Any]:
    """How many received requests each tab holds, and how many are late: one array, which can come with the rows of a list."""
    rules = _standing(r)
    rules["late"] = sa.and_(rules["a-decider"], r.due_on < LATE)
    held = postgresql.array([sa.func.count().filter(rules[name]) for name in COUNTED])
    return sa.select(held).select_from(r).where(r.giving_id == MINE, _one_of(r.state, [*UNDECIDED, *RUNNING]))


_COUNTS = _counts(R)


def listed(reader: Reader, which: str, *, after: str | None = None, partner_id: uuid.UUID | None = None, counted: bool = False) -> Page:
    """A page of visible requests: a tab by its name, or "of_partner" with the partner. `counted` tells what every tab holds."""
    newest_first = which in NEWEST_FIRST
    mark = _mark(after, datetime if newest_first else date)
    statement = _statement(which, reader.has(*READERS), reader.has(Role.MANAGER), bool(mark), counted)
    rows = db.session.execute(statement, _given(reader) | {"partner": partner_id} | mark).all()
    counts = dict(zip(COUNTED, rows[0].counts if rows else _held(reader), strict=True)) if counted else {}
    return _page([_row(row) for row in rows], newest_first, counts)


def _held(reader: Reader) -> list[int]:
    return list(db.session.execute(_COUNTS, _given(reader)).scalar_one())


def _page(found: list[Row], newest_first: bool, counts: Mapping[str, int]) -> Page:
    more = len(found) > PAGE
    return Page(found[:PAGE], _key(found[PAGE - 1], newest_first) if more else None, counts)


def among(reader: Reader, which: sa.ColumnElement[bool], *, after: str | None = None) -> Page:
    """A page of visible requests that any condition picks, newest first: for lists behind a figure."""
    mark = _mark(after, datetime)
    query = _rows(reader.has(Role.MANAGER)).where(readable(ME, reader.has(*READERS)), which)
    if mark:
        query = query.where(sa.tuple_(R.state_since, R.id) < sa.tuple_(*map(sa.literal, mark.values())))
    found = db.session.execute(query.order_by(R.state_since.desc(), R.id.desc()).limit(PAGE + 1), _given(reader))
    return _page([_row(row) for row in found], True, {})


def following(reader: Reader, tab: str, request: IntroductionRequest) -> uuid.UUID | None:
    """The request after this one in a tab by deadline, the first of the tab when it was the last; None when none is left."""
    key = f"{request.due_on or FAR}_{request.id}" if tab not in NEWEST_FIRST else None
    rows = listed(reader, tab, after=key).rows or (listed(reader, tab).rows if key else [])
    return next((row.id for row in rows if row.id != request.id), None)


def one(reader: Reader, request_id: uuid.UUID) -> Row | None:
    """The same row for a single request."""
    statement = _statement("one", reader.has(*READERS), reader.has(Role.MANAGER), False, False)
    found = db.session.execute(statement, _given(reader) | {"one": request_id}).one_or_none()
    return _row(found) if found else None


def _given(reader: Reader) -> dict[str, Any]:
    return {"mine": reader.association_id, "me": reader.id, "since": clock.now() - QUARTER, "late": _late_before(clock.today())}


@lru_cache(maxsize=8)
def _late_before(today: date) -> date:
    """What was due before this day is at least one working day late: a Sunday adds nothing to Friday."""
    return calendar.add_working_days(today + timedelta(days=1), -1, calendar.HEAD_OFFICE)


@lru_cache(maxsize=128)
def _statement(which: str, reads_all: bool, counts_asks: bool, marked: bool, counted: bool) -> sa.Select[Any]:
    """Building one costs a millisecond, more than asking it: each is built once."""
    query = _rows(counts_asks).where(readable(ME, reads_all), _LISTS[which])
    if counted:
        query = query.add_columns(_counts(so.aliased(R)).scalar_subquery().label("counts"))
    key: Any
    kind: Any
    key, kind = (R.state_since, sa.DateTime(timezone=True)) if which in NEWEST_FIRST else (_DUE, sa.Date())
    mark = sa.tuple_(sa.bindparam("mark_value", type_=kind), sa.bindparam("mark_id", type_=sa.Uuid()))
    if which in NEWEST_FIRST:
        beyond, order = sa.tuple_(key, R.id) < mark, [key.desc(), R.id.desc()]
    else:
        beyond, order = sa.tuple_(key, R.id) > mark, [key, R.id]
    return (query.where(beyond) if marked else query).order_by(*order).limit(PAGE + 1)


def _mark(after: str | None, kind: type[date]) -> dict[str, Any]:
    """Where a page begins; nothing for the first one, and for whoever wrote their own mark into the address."""
    when, _, key = (after or "").partition("_")
    try:
        return {"mark_value": kind.fromisoformat(when), "mark_id": uuid.UUID(key)}
    except ValueError:
        return {}


def _key(row: Row, newest_first: bool) -> str:
    return f"{row.state_since.isoformat() if newest_first else row.due_on or FAR}_{row.id}"


def _rows(counts_asks: bool) -> Any:
    requester, handler, absent, asking = so.aliased(User), so.aliased(User), so.aliased(User), so.aliased(Association)
    return (
        sa.select(
            R.id, R.number, R.target_name, R.target_town, R.state, R.requester_id, R.handler_id, R.purpose, R.event_name,
            R.event_on, R.place, R.submitted_at, R.state_since, R.due_on, R.parked_until, R.giving_id,
            _full_name(requester).label("requester"), requester.first_name,
            sa.func.coalesce(_full_name(handler), _word("")).label("handler"),
            sa.func.coalesce(handler.first_name, _word("")).label("handler_first"), handler.away_from, handler.away_until,
            sa.func.coalesce(_full_name(absent), _word("")).label("absent"), absent.away_until.label("absent_until"),
            asking.short, asking.bank, asking.name, (_asks() if counts_asks else sa.literal_column("0")).label("asks"),
            _came_to().label("came_to"),
        )
        .join(requester, requester.id == R.requester_id)
        .outerjoin(handler, handler.id == R.handler_id)
        .outerjoin(absent, absent.id == R.covers_id)
        .join(asking, asking.id == R.asking_id)
    )  # fmt: skip


def _full_name(user: Any) -> sa.ColumnElement[str]:
    return user.first_name + _word(" ") + user.last_name  # type: ignore[no-any-return]


def _came_to() -> sa.ScalarSelect[Any]:
    """Where each introduction of a request stands, "met" once somebody said so.

    One look at the request's own rows: asked as EXISTS, PostgreSQL reads every outcome of the two associations.
    """
    met = sa.and_(Outcome.introduction_id == Introduction.id, Outcome.result == _word(Result.MET))
    told = sa.func.coalesce(sa.cast(Outcome.result, sa.Text), sa.cast(Introduction.state, sa.Text))
    found = sa.select(sa.func.array_agg(told)).outerjoin_from(Introduction, Outcome, met)
    return found.where(Introduction.request_id == R.id).correlate(R).scalar_subquery()


def _asks() -> sa.ScalarSelect[int]:
    """Asks of the partner's contacts this quarter; the guard leaves an ally nothing to count."""
    return (
        sa.select(sa.func.count())
        .select_from(Ask)
        .join(Contact, Contact.id == Ask.contact_id)
        .where(Contact.partner_id == R.partner_id, Ask.asked_at > SINCE)
        .scalar_subquery()
    )


def _row(found: Any) -> Row:
    """The columns of `_rows` come in the order of the fields: naming each of them for each line costs as much as asking."""
    return Row._make([*found[:_TOLD], badge_of(found.state, found[_TOLD] or ())])


_TOLD = len(Row._fields) - 1  # all but the badge, which comes of the column after them
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
    "met": "rencontre",
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


def badge_of(state: RequestState, came_to: Collection[str]) -> str:
    """The key of the badge (design.md §3) that tells where a request stands; `came_to`: its introductions' states, or "met"."""
    if state in _BY_REQUEST:
        return _BY_REQUEST[state]
    return next((badge for name, badge in _BY_INTRODUCTION.items() if name in came_to), "retiree")
