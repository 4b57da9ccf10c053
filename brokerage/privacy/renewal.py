"""Another link for somebody whose link is over: to the address on file, and only there.

Whoever holds the old link learns nothing from the page: not whether it was one, not whose, not where the letter goes.
"""

from datetime import timedelta

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Link, Purpose
from brokerage.database import db
from brokerage.mail import outbox
from brokerage.mail.models import Message
from brokerage.partners import persons
from brokerage.partners.models import Contact, Permission
from brokerage.privacy import letters
from brokerage.privacy.bearers import OF_AN_INTRODUCTION, contact_of

A_DAY = 3  # letters of this kind to one person; beyond, the page says the same and nothing leaves


def send_another(link: Link | None) -> bool:
    """A new link of the same purpose and subject. In the system's scope. Returns whether a letter was posted."""
    contact = contact_of(link) if link else None
    if link is None or contact is None or not _may_be_written(contact, link.purpose):
        return False
    return _send(contact, link.purpose, link)


def send_data_link(contact: Contact, link: Link) -> bool:
    """The link to « mes données », asked for from « mes préférences »: whoever reads the mailbox is whom it concerns."""
    return _may_be_written(contact, Purpose.DATA) and _send(contact, Purpose.DATA, link)


def _send(contact: Contact, purpose: Purpose, link: Link) -> bool:
    subject = link.subject_id if purpose is link.purpose else contact.id
    fresh = links.make(purpose, subject, contact.association_id)
    db.session.flush()
    outbox.post(letters.link_again(contact, fresh))
    persons.tell("link_sent", contact, purpose=purpose.value)
    return True


def _may_be_written(contact: Contact, purpose: Purpose) -> bool:
    """Rights outlive an objection and the trash; questions do not."""
    over = contact.permission is Permission.DO_NOT_CONTACT or contact.deleted_at is not None
    if persons.address_key(contact) is None or (over and purpose in OF_AN_INTRODUCTION):
        return False
    since = clock.now() - timedelta(days=1)
    sent = sa.select(sa.func.count(Message.id)).where(
        Message.to_contact_id == contact.id, Message.kind == letters.LINK_AGAIN, Message.created_at > since
    )
    return (db.session.scalar(sent) or 0) < A_DAY
