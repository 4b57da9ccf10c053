"""« Ne plus me solliciter » : takes effect at once, for every association, and survives erasure (G8-G10)."""

import uuid
from collections.abc import Collection

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import Association
from brokerage.database import db
from brokerage.introductions import introductions
from brokerage.introductions.models import Introduction
from brokerage.introductions.states import INTRODUCTION_OPEN
from brokerage.mail import outbox
from brokerage.mail.models import Message, Suppression
from brokerage.partners import persons
from brokerage.partners.models import Contact, Permission
from brokerage.privacy import letters, register
from brokerage.privacy.register import Right
from brokerage.timeline import Actor, By


def object_to_everything(contact_id: uuid.UUID) -> Contact:
    """Stop all asks to this person, wherever their address is known. Needs the system's scope; may be called twice.

    Queued letters are cancelled, open introductions end as "contact indisponible", and the address joins the
    objection list as a keyed fingerprint, which imports, forms and the outbox consult.
    """
    contact = db.session.get_one(Contact, contact_id)
    already = contact.permission is Permission.DO_NOT_CONTACT
    key = persons.address_key(contact)
    for one in persons.at_same_address(contact):
        _stop(one, By(Actor.CONTACT, contact.id))
    if key:
        keep_fingerprint(key)
    db.session.flush()
    if not already:
        outbox.post(letters.objection_noted(contact, contact.association_id, _names()))
    return contact


def keep_fingerprint(key: str) -> None:
    """The address joins the objection list. From now on it is the person's own word: no undone import takes it back."""
    known = db.session.get(Suppression, key)
    if known is None:
        db.session.add(Suppression(email_key=key, reason="objection", created_at=clock.now()))
    elif known.import_id is not None:
        known.import_id = None


def heed(contact_ids: Collection[uuid.UUID], by: By) -> int:
    """End every open introduction of these people, in every association that knows them, and the letters to them.

    For objections that somebody else tells us of, as a file does: `by` is whoever brought it. Needs the system's
    scope. Returns how many introductions were ended; may be called twice.
    """
    ended = 0
    for contact in db.session.scalars(sa.select(Contact).where(Contact.id.in_(contact_ids))):
        for one in persons.at_same_address(contact):
            ended += end(one, by)
    return ended


def _stop(contact: Contact, by: By) -> None:
    if contact.permission is not Permission.DO_NOT_CONTACT:
        register.by_themselves(Right.OBJECTION, contact)
    contact.permission = Permission.DO_NOT_CONTACT
    contact.last_word_at = clock.now()
    timeline.record(
        "objection", by, contact.association_id, contact_id=contact.id, partner_id=contact.partner_id, at=clock.now()
    )
    end(contact, by)


def end(contact: Contact, by: By) -> int:
    """End every open introduction of one contact, and the letters that wait for them. Returns how many were ended."""
    asked = sa.select(Introduction).where(Introduction.contact_id == contact.id, Introduction.state.in_(INTRODUCTION_OPEN))
    found = db.session.scalars(asked.order_by(Introduction.request_id)).all()
    for introduction in found:
        introductions.block(introduction, by)
    outbox.cancel(Message.to_contact_id == contact.id)  # after the requests: the order in which everybody locks
    return len(found)


def _names() -> list[str]:
    return list(db.session.scalars(sa.select(Association.name).order_by(Association.name)))
