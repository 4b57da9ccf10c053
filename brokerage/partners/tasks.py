"""Tasks: what a member means to do for a partner, a contact or a request, by when; and the verbs on them.

A task belongs to the association: any colleague who reads the book may see it, do it or take it over.
"""

import uuid
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import Base, Identified, Owned, db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners import policy
from brokerage.partners.care import insist_on_care
from brokerage.partners.models import Contact, Partner
from brokerage.partners.partners import as_by

LONGEST = 200  # signes: a task is one line
FURTHEST = timedelta(days=5 * 366)
_OPEN, _DONE = sa.text("done_on IS NULL"), sa.text("done_on IS NOT NULL")
_DUE = sa.text("coalesce(due_on, '9999-12-31'::date)")


class Task(Identified, Owned, Base):
    """One thing to do. `text` is empty when the clock made it: `key` then says what for, and makes it once."""

    __tablename__ = "task"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["association_id", "partner_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("association_id", "key"),
        sa.Index("ix_task_assignee", "association_id", "assignee_id", _DUE, "id", postgresql_where=_OPEN),
        sa.Index("ix_task_open", "association_id", _DUE, "id", postgresql_where=_OPEN),
        sa.Index("ix_task_done", "association_id", "done_on", "id", postgresql_where=_DONE),
        sa.Index("ix_task_partner", "association_id", "partner_id"),
        sa.Index("ix_task_request", "request_id"),
        sa.Index("ix_task_contact", "contact_id"),
    )

    text: Mapped[str]
    due_on: Mapped[date | None]
    assignee_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    partner_id: Mapped[uuid.UUID | None]
    contact_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"))
    request_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("introduction_request.id", ondelete="SET NULL"))
    made_by: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None]
    done_on: Mapped[date | None]
    done_by: Mapped[str] = mapped_column(default="")


def visible_to(reader: policy.Reader) -> sa.Select[Task]:
    """The tasks of the reader's association."""
    return sa.select(Task).where(Task.association_id == reader.association_id)


def possible_assignees(association_id: uuid.UUID) -> sa.Select[User]:
    """Who may have a task: the active members who read the book, by name."""
    roles = sa.or_(*(User.roles.contains([role.value]) for role in policy.READERS))
    ours = sa.select(User).where(User.association_id == association_id, User.is_active, roles)
    return ours.order_by(sa.func.fold(User.last_name), sa.func.fold(User.first_name), User.id)


def add(
    by: User,
    text: str,
    due_on: date | None = None,
    assignee_id: uuid.UUID | None = None,
    partner: Partner | None = None,
    contact_id: uuid.UUID | None = None,
    request_id: uuid.UUID | None = None,
    sure: bool = False,
) -> Task:
    """A new task, for `by` when nobody else is named. The door found `partner` and `request_id` for this reader.

    Raises BadInput at its field, Doubtful for words that should not be kept unless `sure`.
    """
    policy.insist(by, *policy.READERS)
    task = Task(
        association_id=by.association_id,
        text=_line(text, sure),
        due_on=_day(due_on),
        assignee_id=_fit(assignee_id, by) if assignee_id else by.id,
        partner_id=partner.id if partner else None,
        contact_id=_at(contact_id, partner),
        request_id=request_id,
        made_by=by.name,
    )
    db.session.add(task)
    db.session.flush()
    _record("task_added", task, by)
    return task


def finish(task: Task, by: User) -> None:
    """Done, today. Twice is once: the first who did it keeps the merit."""
    policy.insist(by, *policy.READERS)
    if task.done_on is None:
        task.done_on, task.done_by = clock.today(), by.name
        db.session.flush()
        _record("task_done", task, by)


def take_up_again(task: Task, by: User) -> None:
    """Not done after all."""
    policy.insist(by, *policy.READERS)
    if task.done_on is not None:
        task.done_on, task.done_by = None, ""
        db.session.flush()
        _record("task_reopened", task, by)


def put_off(task: Task, by: User, until: date | None) -> None:
    """Another date, or none. Raises BadInput for a day gone by, WrongState when it is done."""
    policy.insist(by, *policy.READERS)
    _insist_on_open(task)
    if until and until < clock.today():
        raise BadInput(N_("Cette date est passée. Choisissez aujourd'hui ou un jour à venir."), "due_on")
    task.due_on = _day(until)


def hand_to(task: Task, by: User, assignee_id: uuid.UUID) -> None:
    """Somebody else's from now on. Raises BadInput for who cannot have it, WrongState when it is done."""
    policy.insist(by, *policy.READERS)
    _insist_on_open(task)
    task.assignee_id = _fit(assignee_id, by)


def end_silence(partner: Partner, by: User) -> None:
    """A word was exchanged: what the clock asked for is done."""
    asked = sa.select(Task).where(Task.partner_id == partner.id, Task.key.is_not(None), Task.done_on.is_(None))
    for task in db.session.scalars(asked):
        task.done_on, task.done_by = clock.today(), by.name


def _line(text: str, sure: bool) -> str:
    kept = " ".join(text.split())
    if not kept:
        raise BadInput(N_("Écrivez ce qu'il y a à faire."), "text")
    if len(kept) > LONGEST:
        raise BadInput(N_("Une tâche tient en %(most)d signes."), "text", most=LONGEST)
    insist_on_care(kept, sure)
    return kept


def _day(day: date | None) -> date | None:
    """A task may be entered late; a year typed wrong is told."""
    if day and not clock.today() - FURTHEST <= day <= clock.today() + FURTHEST:
        raise BadInput(N_("Vérifiez l'année : cette date est trop loin."), "due_on")
    return day


def _fit(assignee_id: uuid.UUID, by: User) -> uuid.UUID:
    chosen = db.session.scalar(possible_assignees(by.association_id).where(User.id == assignee_id))
    if chosen is None:
        raise BadInput(N_("Choisissez une personne de votre association."), "assignee_id")
    return chosen.id


def _at(contact_id: uuid.UUID | None, partner: Partner | None) -> uuid.UUID | None:
    if contact_id is None or partner is None:
        return None
    here = sa.select(Contact.id).where(Contact.id == contact_id, Contact.partner_id == partner.id, Contact.deleted_at.is_(None))
    if db.session.scalar(here) is None:
        raise BadInput(N_("Choisissez une personne de ce partenaire."), "contact_id")
    return contact_id


def _insist_on_open(task: Task) -> None:
    if task.done_on is not None:
        raise WrongState(N_("Cette tâche est déjà faite."))


def _record(what: str, task: Task, by: User) -> None:
    """On the partner's timeline; a task of the clock has no words of its own."""
    if task.partner_id:
        details = {"text": task.text, "task": str(task.id)}
        timeline.record(what, as_by(by), task.association_id, partner_id=task.partner_id, details=details)
