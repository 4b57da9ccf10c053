"""When a letter to a contact leaves: when somebody says so, else at the partner's next good hour.

The hours are the partner's own (Réunion is UTC+4), 8:30 to 18:30 on working days, outside the holidays of a school.
What a machine sends is asked again at the door: one that was late by a night waits for the morning (security.md M17).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.accounts.models import User
from brokerage.calendar import Place
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions import notices
from brokerage.introductions.cases import good_moment, place_of_member, start_of
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, Letter, RequestState
from brokerage.mail.models import Message, MessageState
from brokerage.partners.models import Contact, Partner, PartnerKind

ASKS = Letter.ASK_CONSENT.value
FARTHEST = timedelta(days=60)  # a request that waits longer for its letter had better be parked
OF_THE_CLOCK = ("reminder", "requests_", ASKS, Letter.EXPIRED.value, Letter.LAPSED.value)  # what such kinds begin with


def place_of(partner: Partner) -> Place:
    """Where a partner's hours and holidays are counted."""
    return Place(partner.department, partner.academy, is_school=partner.kind is PartnerKind.ACADEMIC)


def good_hour(partner: Partner, day: date | None = None) -> datetime:
    """The first moment from now, or from the morning of `day` there, when a letter may arrive; in UTC."""
    place = place_of(partner)
    return good_moment(start_of(day, place) if day else clock.now(), place)


def there(partner: Partner, moment: datetime) -> datetime:
    """A moment by the partner's clock."""
    return moment.astimezone(calendar.time_zone(place_of(partner)))


def chosen_hour(partner: Partner, day: date, hour: time) -> datetime:
    """The moment somebody chose, by the partner's clock. Raises BadInput for one that is over, or too far away."""
    moment = datetime.combine(day, hour, calendar.time_zone(place_of(partner))).astimezone(UTC)
    if moment <= clock.now():
        raise BadInput(N_("Ce moment est passé : choisissez-en un à venir."), "leave")
    if moment > clock.now() + FARTHEST:
        raise BadInput(N_("Choisissez un moment dans les %(days)s jours : la demande attend."), "leave", days=FARTHEST.days)
    return moment


@dataclass(frozen=True)
class Waiting:
    """One ask of a decision, in the outbox or beyond."""

    introduction_id: uuid.UUID | None
    state: MessageState
    due_at: datetime

    @property
    def has_left(self) -> bool:
        """Whether it is, or may be, in the contact's mailbox."""
        return self.state in (MessageState.TRANSMITTING, MessageState.SENT, MessageState.UNCERTAIN)

    @property
    def waits(self) -> bool:
        """Whether it can still be called off."""
        return self.state is MessageState.PENDING


def asks(request: IntroductionRequest) -> list[Waiting]:
    """The asks of an approved request since it was decided, those of people asked later included."""
    if request.state is not RequestState.APPROVED or request.decided_at is None:
        return []
    found = sa.select(Message.introduction_id, Message.state, Message.due_at).where(
        Message.request_id == request.id, Message.kind == ASKS, Message.created_at >= request.decided_at
    )
    return [Waiting(*one) for one in db.session.execute(found.order_by(Message.due_at))]


def first_of(waiting: Sequence[Waiting]) -> datetime | None:
    """When the asks of an approval leave, while not one of them has; None once one left, or when none waits."""
    if any(one.has_left for one in waiting):
        return None
    return next((one.due_at for one in waiting if one.waits), None)


def postponed(message: Message) -> datetime | None:
    """The moment that a letter of the clock must wait for, asked as it leaves; None when it may leave.

    It was promised for a good hour, but the mail server was away, or nothing ran: no week-end makes up for that.
    """
    if not _is_of_the_clock(message) or _is_for_no_mailbox(message):
        return None
    moment = _good_hour_of_reader(message)
    return moment if moment > clock.now() else None


def _is_for_no_mailbox(message: Message) -> bool:
    """Its reader wants it in their digest, or never: nothing to wait for."""
    reader = db.session.get(User, message.to_user_id) if message.to_user_id else None
    return reader is not None and notices.wish(reader, message.kind) is not notices.When.NOW


def _is_of_the_clock(message: Message) -> bool:
    """A "no" that a contact gave is news of the moment; that nobody answered is not."""
    if message.headers.get("Auto-Submitted") != "auto-generated":
        return False
    if message.kind == Letter.NO_FOLLOW_UP and message.introduction_id:
        introduction = db.session.get(Introduction, message.introduction_id)
        return introduction is not None and introduction.state is IntroductionState.UNANSWERED
    return message.kind.startswith(OF_THE_CLOCK)


def _good_hour_of_reader(message: Message) -> datetime:
    if message.to_user_id:
        return good_moment(clock.now(), place_of_member(db.session.get(User, message.to_user_id)))
    contact = db.session.get(Contact, message.to_contact_id) if message.to_contact_id else None
    partner = db.session.get(Partner, contact.partner_id) if contact else None
    if contact is None or partner is None:
        return clock.now()
    return good_moment(clock.now(), place_of(partner), tuple(contact.quiet_months))
