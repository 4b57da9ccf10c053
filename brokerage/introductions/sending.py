"""When a letter to a contact leaves: at once when somebody says so, else at the partner's next good hour.

The hours are the partner's own (Réunion is UTC+4), 8:30 to 18:30 on working days, outside the holidays of a school.
What a machine sends is asked again at the door: one that was late by a night waits for the morning (security.md M17).
"""

from datetime import datetime

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.accounts.models import User
from brokerage.calendar import Place
from brokerage.database import db
from brokerage.introductions.cases import good_moment, place_of_member
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, Letter
from brokerage.mail.models import Message, MessageState
from brokerage.partners.models import Contact, Partner, PartnerKind

ASKS = Letter.ASK_CONSENT.value
OF_THE_CLOCK = ("reminder", ASKS, Letter.EXPIRED.value, Letter.LAPSED.value)  # what such kinds begin with


def place_of(partner: Partner) -> Place:
    """Where a partner's hours and holidays are counted."""
    return Place(partner.department, partner.academy, is_school=partner.kind is PartnerKind.ACADEMIC)


def good_hour(partner: Partner) -> datetime:
    """The first moment from now on when a letter may arrive there, in UTC; now itself when it is one."""
    return good_moment(clock.now(), place_of(partner))


def there(partner: Partner, moment: datetime) -> datetime:
    """A moment by the partner's clock."""
    return moment.astimezone(calendar.time_zone(place_of(partner)))


def waits_until(request: IntroductionRequest) -> datetime | None:
    """When the asks of an approval leave, while not one of them has; None once one left, or when none waits."""
    if request.decided_at is None:
        return None
    asks = sa.select(Message.state, Message.due_at).where(
        Message.request_id == request.id, Message.kind == ASKS, Message.created_at >= request.decided_at
    )
    found = db.session.execute(asks).all()
    waiting = [due for state, due in found if state is MessageState.PENDING]
    return min(waiting) if waiting and len(waiting) == len(found) else None


def postponed(message: Message) -> datetime | None:
    """The moment that a letter of the clock must wait for, asked as it leaves; None when it may leave.

    It was promised for a good hour, but the mail server was away, or nothing ran: no week-end makes up for that.
    """
    if not _is_of_the_clock(message):
        return None
    moment = _good_hour_of_reader(message)
    return moment if moment > clock.now() else None


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
