"""An agreement taken back by the person themselves (G3)."""

import uuid

from brokerage.database import db
from brokerage.errors import N_, NotFound
from brokerage.introductions import introductions
from brokerage.introductions.models import Introduction
from brokerage.partners import persons
from brokerage.partners.models import Contact
from brokerage.privacy import correcting, register
from brokerage.privacy.register import Right
from brokerage.timeline import Actor, By


def withdraw(contact: Contact, introduction_id: uuid.UUID) -> None:
    """End what one introduction let through. Raises NotFound for what is not theirs or is no longer in force."""
    people = {one.id: one for one in persons.same_person(contact)}
    introduction = db.session.get(Introduction, introduction_id)
    mine = people.get(introduction.contact_id) if introduction else None
    if introduction is None or mine is None or introduction not in db.session.scalars(correcting.passed_on(mine)).all():
        raise NotFound(N_("Cet accord est déjà retiré."))
    introductions.withdraw_consent(introduction, By(Actor.CONTACT, mine.id))
    register.by_themselves(Right.WITHDRAWAL, mine, "withdrawn")
