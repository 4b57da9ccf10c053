"""When a letter to a contact leaves: at once when somebody says so, else at the partner's next good hour.

The hours are the partner's own (Réunion is UTC+4), 8:30 to 18:30 on working days, outside the holidays of a school.
What a machine sends is asked again at the door: one that was late by a night waits for the morning (security.md M17).
"""

from datetime import date, datetime

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.calendar import Place
from brokerage.database import db
from brokerage.introductions.cases import good_moment, start_of
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import Letter
from brokerage.mail.models import Message, MessageState
from brokerage.partners.models import Contact, Partner, PartnerKind

ASKS = Letter.ASK_CONSENT.value


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
    """The moment that an automatic letter to a contact must wait for, asked as it leaves; None when it may leave."""
    automatic = message.headers.get("Auto-Submitted") == "auto-generated" and message.kind.startswith(("reminder", ASKS))
    contact = db.session.get(Contact, message.to_contact_id) if message.to_contact_id and automatic else None
    partner = db.session.get(Partner, contact.partner_id) if contact else None
    moment = good_hour(partner) if partner else clock.now()
    return moment if moment > clock.now() else None
