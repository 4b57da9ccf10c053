"""One person in several books: the same address has the same fingerprint, whoever wrote it down."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from brokerage import timeline
from brokerage.database import db
from brokerage.partners.models import Channel, Contact
from brokerage.reference.folding import folded
from brokerage.timeline import Actor, By


def address_key(contact: Contact) -> str | None:
    """The fingerprint of a contact's address; None when no address is known."""
    return db.session.scalar(sa.select(Channel.email_key).where(Channel.contact_id == contact.id))


def at_same_address(contact: Contact) -> Sequence[Contact]:
    """Whoever has this address in any book, in the trash too. Needs the system's scope to reach further than one's own."""
    if (key := address_key(contact)) is None:
        return [contact]
    known = sa.select(Contact).join(Channel, Channel.contact_id == Contact.id).where(Channel.email_key == key)
    return db.session.scalars(known.order_by(Contact.created_at, Contact.id)).all()


def same_person(contact: Contact) -> list[Contact]:
    """As `at_same_address`, of the same name: a mailbox that several people read shows nobody the others' record."""
    found = [one for one in at_same_address(contact) if folded(one.last_name) == folded(contact.last_name)]
    return found if contact in found else [contact, *found]


def tell(what: str, contact: Contact, by: By | None = None, **details: Any) -> None:
    """A line on the timeline of the contact's own association, by the contact unless somebody else acted."""
    about = {"partner_id": contact.partner_id, "contact_id": contact.id}
    timeline.record(what, by or By(Actor.CONTACT, contact.id), contact.association_id, at=None, details=details, **about)
