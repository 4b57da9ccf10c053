"""The register of rights requests: who asked for what, when, by when it is due, when it was done (field.md G15).

The pages of a contact write into it by themselves; what arrives by letter or telephone is noted by hand.
"""

import calendar
import enum
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock, timeline
from brokerage.accounts.models import Association, Role, User
from brokerage.database import Base, Identified, Owned, Versioned, db
from brokerage.errors import N_, BadInput, NotYours, WrongState
from brokerage.partners.models import Contact, Partner
from brokerage.partners.partners import as_by
from brokerage.partners.tasks import Task

KEEPERS = (Role.ADMIN, Role.AUDITOR)
REMINDED_AFTER = timedelta(days=21)
DONE_SHOWN = 100
PAGE, PHONE, MAIL, POST, IN_PERSON = "page", "phone", "mail", "post", "in_person"
_OPEN = sa.text("done_on IS NULL")


class Right(enum.StrEnum):
    """What somebody may ask of whoever holds their data (GDPR art. 15 to 21)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    WITHDRAWAL = "withdrawal"  # an agreement to pass details on, taken back
    OTHER = "other"


class RightsRequest(Identified, Owned, Versioned, Base):
    """One request. `who` is emptied when the person is erased: the line stays, as evidence that it was done."""

    __tablename__ = "rights_request"
    __table_args__ = (
        sa.Index("ix_rights_request_open", "association_id", "due_on", "id", postgresql_where=_OPEN),
        sa.Index("ix_rights_request_received", "association_id", "received_on", "id"),
        sa.Index("ix_rights_request_contact", "contact_id"),
    )

    kind: Mapped[Right]
    contact_id: Mapped[uuid.UUID | None]  # no foreign key: the line outlives the person's record
    partner_id: Mapped[uuid.UUID | None]
    who: Mapped[str] = mapped_column(default="")
    channel: Mapped[str] = mapped_column(default=PAGE)
    received_on: Mapped[date]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[str] = mapped_column(default="")  # a member's name; "" when the page itself did it
    noted_by: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")

    @property
    def is_late(self) -> bool:
        """Whether the month is over and nobody answered."""
        return self.done_on is None and self.due_on < clock.today()


def a_month_after(day: date) -> date:
    """When an answer is due (art. 12.3): the same day of the next month, or the last one it has."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def by_themselves(kind: Right, contact: Contact, outcome: str = "", done: bool = True) -> RightsRequest:
    """A right served from a page: done the moment it is asked, unless somebody must look (`done=False`)."""
    return _add(kind, contact, contact.association_id, who=contact.name, outcome=outcome, done_on=clock.today() if done else None)


def note(by: User, kind: Right, who: str, received_on: date, channel: str, outcome: str = "") -> RightsRequest:
    """A request that came another way. A task reminds whoever noted it, well before the month is over."""
    _insist(by)
    if not who.strip():
        raise BadInput(N_("Indiquez qui demande."), "who")
    if received_on > clock.today():
        raise BadInput(N_("Cette date est à venir."), "received_on")
    more = {"channel": channel, "noted_by": by.name, "outcome": outcome.strip()}
    one = _add(kind, None, by.association_id, received_on, who=who.strip(), **more)
    day = max(received_on + REMINDED_AFTER, clock.today())
    text = f"Répondre à une demande de droits avant le {one.due_on:%d/%m/%Y} : {who.strip()}"[:200]
    db.session.add(Task(association_id=by.association_id, assignee_id=by.id, text=text, due_on=day, made_by=by.name))
    timeline.record("rights_noted", as_by(by), by.association_id, details={"right": kind.value})
    return one


def settle(one: RightsRequest, by: User, outcome: str) -> None:
    """Done, with a word on how. Raises WrongState when a colleague was faster."""
    _insist(by)
    if not outcome.strip():
        raise BadInput(N_("Dites en une ligne ce qui a été fait."), "outcome")
    close(one, by, outcome.strip())


def close(one: RightsRequest, by: User, outcome: str) -> None:
    """The end of a request, whoever decided it."""
    if one.done_on is not None:
        raise WrongState(N_("Cette demande est déjà traitée."))
    one.done_on, one.done_by, one.outcome = clock.today(), by.name, outcome
    db.session.flush()
    about: dict[str, Any] = {"partner_id": one.partner_id, "contact_id": one.contact_id}
    timeline.record("rights_settled", as_by(by), one.association_id, details={"right": one.kind.value}, **about)


def visible_to(reader: User) -> sa.Select[RightsRequest]:
    """The register of the reader's association."""
    return sa.select(RightsRequest).where(RightsRequest.association_id == reader.association_id)


def waiting(reader: User) -> Sequence[RightsRequest]:
    """What is still due, the most urgent first."""
    open_ = visible_to(reader).where(RightsRequest.done_on.is_(None))
    return db.session.scalars(open_.order_by(RightsRequest.due_on, RightsRequest.id)).all()


def done(reader: User) -> Sequence[RightsRequest]:
    """What was answered, the latest first, at most DONE_SHOWN."""
    over = visible_to(reader).where(RightsRequest.done_on.is_not(None))
    latest = over.order_by(RightsRequest.received_on.desc(), RightsRequest.id).limit(DONE_SHOWN)
    return db.session.scalars(latest).all()


def whose_task(contact: Contact) -> uuid.UUID | None:
    """Who looks at what a contact asks: whoever follows the partner, else the association's default, else a manager or admin."""
    owner = db.session.scalar(sa.select(Partner.owner_id).where(Partner.id == contact.partner_id))
    house = db.session.get_one(Association, contact.association_id)
    active = sa.select(User.id).where(User.association_id == house.id, User.is_active)
    for one in (owner, house.default_manager_id):
        if one and (found := db.session.scalar(active.where(User.id == one))):
            return found
    keepers = sa.or_(User.roles.contains([Role.MANAGER.value]), User.roles.contains([Role.ADMIN.value]))
    return db.session.scalars(active.where(keepers).order_by(User.created_at, User.id).limit(1)).first()


def _insist(by: User) -> None:
    if not by.has(Role.ADMIN):
        raise NotYours(N_("Le registre des droits revient à l'administration de votre association."))


def _add(kind: Right, contact: Contact | None, house: uuid.UUID, received_on: date | None = None, **more: object) -> RightsRequest:
    day = received_on or clock.today()
    about = {"contact_id": contact.id, "partner_id": contact.partner_id} if contact else {}
    one = RightsRequest(id=uuid.uuid4(), association_id=house, kind=kind, received_on=day, due_on=a_month_after(day), **about, **more)
    db.session.add(one)
    db.session.flush()
    return one
