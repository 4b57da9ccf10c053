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
from brokerage.partners.models import Channel, Contact, Permission
from brokerage.privacy import letters
from brokerage.timeline import Actor, By


def object_to_everything(contact_id: uuid.UUID) -> Contact:
    """Stop all asks to this person, wherever their address is known. Needs the system's scope; may be called twice.

    Queued letters are cancelled, open introductions end as "contact indisponible", and the address joins the
    objection list as a keyed fingerprint, which imports, forms and the outbox consult.
    """
    contact = db.session.get_one(Contact, contact_id)
    already = contact.permission is Permission.DO_NOT_CONTACT
    key = db.session.scalar(sa.select(Channel.email_key).where(Channel.contact_id == contact_id))
    for one in _everywhere(contact, key):
        _stop(one, By(Actor.CONTACT, contact.id))
    if key:
        _list(key)
    db.session.flush()
    if not already:
        outbox.post(letters.objection_noted(contact, contact.association_id, _names()))
    return contact


def _list(key: str) -> None:
    """From now on it is the person's own word: no undone import takes it back."""
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
        key = db.session.scalar(sa.select(Channel.email_key).where(Channel.contact_id == contact.id))
        for one in _everywhere(contact, key):
            ended += _end(one, by)
    return ended


def _everywhere(contact: Contact, key: str | None) -> list[Contact]:
    """The same person in every book: same address, so same fingerprint."""
    if key is None:
        return [contact]
    known = sa.select(Contact).join(Channel, Channel.contact_id == Contact.id).where(Channel.email_key == key)
    return list(db.session.scalars(known))


def _stop(contact: Contact, by: By) -> None:
    contact.permission = Permission.DO_NOT_CONTACT
    contact.last_word_at = clock.now()
    timeline.record(
        "objection", by, contact.association_id, contact_id=contact.id, partner_id=contact.partner_id, at=clock.now()
    )
    _end(contact, by)


def _end(contact: Contact, by: By) -> int:
    outbox.cancel(Message.to_contact_id == contact.id)
    asked = sa.select(Introduction).where(Introduction.contact_id == contact.id, Introduction.state.in_(INTRODUCTION_OPEN))
    found = db.session.scalars(asked).all()
    for introduction in found:
        introductions.block(introduction, by)
    return len(found)


def _names() -> list[str]:
    return list(db.session.scalars(sa.select(Association.name).order_by(Association.name)))
