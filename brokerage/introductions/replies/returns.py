"""Letters that come back. Believed only with the signed envelope address of a letter that left at most seven days ago.

An address that will never work is not written to again, and whoever follows the partner is told; what only waits, or
was refused as such, is written on the record. A forged return changes nothing (security.md M11, M12).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from brokerage import clock, timeline
from brokerage.accounts import links
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.mail import addresses, inbox, outbox, seals
from brokerage.mail import letter as paper
from brokerage.mail.delivery import HARD
from brokerage.mail.inbox import Doubt, Sender
from brokerage.mail.incoming.opening import Arrived
from brokerage.mail.incoming.reports import Fate, Returned
from brokerage.mail.models import Message, MessageState, Suppression
from brokerage.partners.models import Contact, Partner

BELIEVED_FOR = timedelta(days=7)
GRAVITY = [Fate.SOFT, Fate.REFUSED, Fate.HARD]


def noted(arrived: Arrived) -> bool:
    """Note a return on the letter it is about. False when it proves nothing: then it is a mail like another."""
    message = _letter(arrived)
    if message is None:
        return False
    worst = max(arrived.returned, key=lambda one: GRAVITY.index(one.fate), default=None)
    doubt = Doubt.NONE if worst else Doubt.UNREADABLE_RETURN
    about = {"request_id": message.request_id, "introduction_id": message.introduction_id}
    inbox.keep(arrived, [message.association_id], **about, contact_id=message.to_contact_id, sender=Sender.MACHINE, doubt=doubt)
    contact = db.session.get(Contact, message.to_contact_id) if message.to_contact_id else None
    _tell(arrived, message, contact, worst)
    if worst:
        _CONSEQUENCES[worst.fate](message, contact, worst)
    return True


def _letter(arrived: Arrived) -> Message | None:
    message_id = addresses.returned(arrived.everywhere)
    message = db.session.get(Message, message_id) if message_id else None
    recent = message is not None and message.sent_at is not None and message.sent_at > clock.now() - BELIEVED_FOR
    return message if recent else None


def _tell(arrived: Arrived, message: Message, contact: Contact | None, worst: Returned | None) -> None:
    details = {"mail": arrived.key, "fate": worst.fate.value if worst else "", "code": worst.code if worst else ""}
    about: dict[str, Any] = {"request_id": message.request_id, "introduction_id": message.introduction_id}
    about |= {"contact_id": contact.id, "partner_id": contact.partner_id} if contact else {}
    timeline.record("mail_returned", timeline.CLOCK, message.association_id, details=details, **about)


def _never_again(message: Message, contact: Contact | None, worst: Returned) -> None:
    message.state, message.last_error = MessageState.DEAD, f"{worst.code} {worst.words}"
    key = _key(message)
    if key and db.session.get(Suppression, key) is None:
        db.session.add(Suppression(email_key=key, reason=HARD, created_at=clock.now()))
    db.session.flush()
    if contact:
        _tell_owner(contact)


def _write_down(message: Message, _contact: Contact | None, worst: Returned) -> None:
    message.last_error = f"{worst.code} {worst.words}"
    db.session.flush()


_CONSEQUENCES: dict[Fate, Callable[[Message, Contact | None, Returned], None]] = {
    Fate.HARD: _never_again,
    Fate.REFUSED: _write_down,
    Fate.SOFT: _write_down,
}


def _key(message: Message) -> str | None:
    """The fingerprint of the address the letter went to: never one that the report names, for a report may lie."""
    try:
        if message.to_contact_id:
            return outbox.key_of(seals.opened("email", message.to_contact_id))
        if message.to_user_id:
            return outbox.key_of(seals.opened("member", message.to_user_id))
    except seals.Closed:
        return None
    return outbox.key_of(message.to_address)


def _tell_owner(contact: Contact) -> None:
    """Once for each contact and address: to whoever follows the partner, else to nobody but the record."""
    partner = db.session.get_one(Partner, contact.partner_id)
    owner = db.session.get(User, partner.owner_id) if partner.owner_id else None
    if owner is None or not owner.is_active:
        return
    about, page = f"{contact.id}:{clock.today().isoformat()}", links.page(f"/partenaires/{partner.id}")
    told = {"reader": owner.first_name, "contact": contact.name, "partner": partner.name, "page": page}
    outbox.post(paper.notice("address_returned", about, owner, **told))
