"""The tasks as lists: mine, the association's, those done; and how many are due, for the counter of every page."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.partners import paging, policy
from brokerage.partners.models import Contact, Partner
from brokerage.partners.tasks import Task

PAGE = 50
OURS, DONE, MINE = "association", "faites", "miennes"
LATE, TODAY, WEEK, LATER, UNDATED = "late", "today", "week", "later", "undated"

_DUE = sa.func.coalesce(Task.due_on, sa.literal_column("'9999-12-31'::date"))
_ORDERS = {
    MINE: paging.Order(_DUE, Task.id, kind=date),
    OURS: paging.Order(_DUE, Task.id, kind=date),
    DONE: paging.Order(Task.done_on, Task.id, descending=True, kind=date),
}


@dataclass(frozen=True)
class TaskRow:
    """A line of a list of tasks. `key` tells a task of the clock, whose `text` is empty."""

    id: uuid.UUID
    text: str
    key: str | None
    due_on: date | None
    assignee: str
    assignee_id: uuid.UUID
    partner_id: uuid.UUID | None
    partner: str
    contact: str
    request_id: uuid.UUID | None
    made_by: str
    done_on: date | None
    done_by: str

    @property
    def when(self) -> str:
        """Which part of the agenda it stands in: weeks end on Sunday."""
        today = clock.today()
        if self.due_on is None:
            return UNDATED
        if self.due_on <= today:
            return LATE if self.due_on < today else TODAY
        return WEEK if self.due_on <= today + timedelta(days=6 - today.weekday()) else LATER

    @property
    def silent_since(self) -> date | None:
        """Since when nobody spoke to the partner, in a task of the clock."""
        return date.fromisoformat(self.key.rpartition(":")[2]) if self.key and self.key.startswith("silence:") else None


def page(reader: policy.Reader, which: str, after: str = "", before: str = "", size: int = PAGE) -> paging.Page[TaskRow]:
    """A page of one of the three lists; an unknown `which` is the reader's own. One statement."""
    which = which if which in _ORDERS else MINE
    order = _ORDERS[which]
    mark = paging.Mark.read(before or after, order, backwards=bool(before)) if before or after else None
    statement = _rows(order.key).where(*_which(reader, which)).order_by(*order.columns(bool(mark and mark.backwards)))
    if mark:
        statement = statement.where(order.beyond(mark.backwards))
    found = db.session.execute(statement.limit(size + 1), mark.parameters if mark else {}).all()
    kept, previous, following = paging.cut(found, size, mark)
    return paging.Page([_row(one) for one in kept], previous, following, None)


def first_of(reader: policy.Reader, size: int = 5) -> Sequence[TaskRow]:
    """The reader's own tasks that come first, for their home."""
    return _listed(_which(reader, MINE), size)


def of_partner(partner_id: uuid.UUID, association_id: uuid.UUID) -> Sequence[TaskRow]:
    """What is still to do for a partner, soonest first."""
    return [_row(one) for one in db.session.execute(_OF_PARTNER, {"house": association_id, "partner": partner_id})]


def of_request(reader: policy.Reader, request_id: uuid.UUID) -> Sequence[TaskRow]:
    """What the reader's association still has to do for a request, soonest first: the other one has its own."""
    return _listed([Task.association_id == reader.association_id, Task.request_id == request_id, Task.done_on.is_(None)], 50)


def _which(reader: policy.Reader, which: str) -> list[Any]:
    ours = [Task.association_id == reader.association_id, Task.done_on.is_not(None) if which == DONE else Task.done_on.is_(None)]
    return [*ours, Task.assignee_id == reader.id] if which == MINE else ours


def _listed(which: list[Any], size: int) -> Sequence[TaskRow]:
    return [_row(one) for one in db.session.execute(_rows(_DUE).where(*which).order_by(_DUE, Task.id).limit(size))]


def _rows(key: Any) -> sa.Select[Any]:
    rows: Any = (
        sa.select(
            Task.id, Task.text, Task.key, Task.due_on, Task.assignee_id, Task.partner_id, Task.request_id, Task.made_by,
            Task.done_on, Task.done_by, (User.first_name + " " + User.last_name).label("assignee"),
            Partner.name.label("partner"), (Contact.first_name + " " + Contact.last_name).label("contact"), key.label("mark_key"),
        )
        .outerjoin(User, sa.and_(User.id == Task.assignee_id, User.association_id == Task.association_id))
        .outerjoin(Partner, sa.and_(Partner.id == Task.partner_id, Partner.deleted_at.is_(None)))
        .outerjoin(Contact, sa.and_(Contact.id == Task.contact_id, Contact.deleted_at.is_(None)))
    )  # fmt: skip
    return rows  # type: ignore[no-any-return]


_OF_PARTNER = (
    _rows(_DUE)
    .where(
        Task.association_id == sa.bindparam("house", type_=sa.Uuid()),
        Task.partner_id == sa.bindparam("partner", type_=sa.Uuid()),
        Task.done_on.is_(None),
    )
    .order_by(_DUE, Task.id)
    .limit(PAGE)
)


def _row(found: Any) -> TaskRow:
    values = {name: getattr(found, name) for name in TaskRow.__dataclass_fields__}
    names = {name: (getattr(found, name) or "").strip() for name in ("assignee", "partner", "contact")}
    return TaskRow(**values | names)
