"""Erasure (art. 17): the person leaves every book, every letter and every free text; counts and dates stay.

What the law lets us keep, and we keep nothing else: that an introduction took place (no name), that this request was
answered, and a keyed fingerprint of the address, so that no import brings the person back. Backups hold the rest until
they are overwritten.
"""

import re
from typing import Any

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import Link
from brokerage.database import db
from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.request_templates import RequestTemplate
from brokerage.mail import inbox
from brokerage.mail.models import Message
from brokerage.partners import persons, vault
from brokerage.partners.models import Contact
from brokerage.partners.tasks import Task
from brokerage.privacy import correcting, objection, register
from brokerage.privacy.register import Right, RightsRequest
from brokerage.timeline import Actor, By

FREE_TEXTS = ("message", "question", "decision_word")
SHORTEST = 3  # a name of two letters is part of too many words to be looked for in texts


def erase(contact: Contact) -> int:
    """Erase this person from every book that knows them. In the system's scope. Returns from how many."""
    if key := persons.address_key(contact):
        objection.keep_fingerprint(key)
    people = persons.same_person(contact)
    for one in people:
        _erase(one)
    return len(people)


def _erase(contact: Contact) -> None:
    by = By(Actor.CONTACT, contact.id)
    address = vault.of_person([contact.id]).get(contact.id, vault.NOTHING).email
    correcting.tell_recipients("contact_erased", contact)  # their copies must go too (art. 19)
    objection.end(contact, by)
    register.by_themselves(Right.ERASURE, contact, "erased")
    persons.tell("contact_erased", contact)
    db.session.flush()
    _forget_words(contact, address)
    _forget_letters(contact)
    _forget_evidence(contact)
    _forget_record(contact)


def _forget_record(contact: Contact) -> None:
    """Their links open nothing any more, the register names nobody, and the row goes, its address with it."""
    quietly = {"synchronize_session": False}
    db.session.execute(sa.update(Link).where(Link.subject_id == contact.id, Link.used_at.is_(None)).values(used_at=clock.now()))
    db.session.execute(sa.update(RightsRequest).where(RightsRequest.contact_id == contact.id).values(who="").execution_options(**quietly))
    db.session.execute(sa.delete(Contact).where(Contact.id == contact.id).execution_options(**quietly))
    db.session.expunge(contact)


def _forget_words(contact: Contact, address: str) -> None:
    """Timelines may only be added to; one function of the database takes words out of them, for this alone."""
    patterns = [re.escape(name) for name in _names(contact, address)]
    forget = sa.func.forget_words(contact.id, contact.partner_id, contact.association_id, address, sa.cast(patterns, sa.ARRAY(sa.Text())))
    db.session.execute(scope.through_the_gate(sa.select(forget)))
    asked = sa.select(IntroductionRequest).join(Introduction, Introduction.request_id == IntroductionRequest.id)
    for request in db.session.scalars(asked.where(Introduction.contact_id == contact.id)).unique():
        _strike(request, FREE_TEXTS, patterns)
        kept = sa.select(RequestTemplate).where(RequestTemplate.association_id == request.asking_id)
        for template in db.session.scalars(kept):  # its words may have been kept for the next one
            _strike(template, ("message",), patterns)
    for task in db.session.scalars(sa.select(Task).where(Task.partner_id == contact.partner_id)):
        _strike(task, ("text", "made_by"), patterns)


def _names(contact: Contact, address: str) -> list[str]:
    """Longest first, so that a full name goes as one."""
    return [name for name in (contact.name, contact.last_name, address) if len(name.strip()) >= SHORTEST]


def _strike(thing: Any, names: tuple[str, ...], patterns: list[str]) -> None:
    for name in names:
        text = getattr(thing, name)
        for pattern in patterns:
            text = re.sub(pattern, "…", text, flags=re.IGNORECASE)
        if text != getattr(thing, name):
            setattr(thing, name, text)


def _forget_letters(contact: Contact) -> None:
    """Letters to them, and letters of their introductions to anybody: that they left, and when, is all that stays."""
    theirs = sa.select(Introduction.id).where(Introduction.contact_id == contact.id)
    about = sa.or_(Message.to_contact_id == contact.id, Message.introduction_id.in_(theirs))
    nothing = {"subject": "", "text": "", "html": "", "calendar": "", "to_address": "", "reply_to": "", "headers": {}, "header_to": []}
    db.session.execute(sa.update(Message).where(about).values(nothing).execution_options(synchronize_session=False))
    inbox.forget_words_of(contact.id)


def _forget_evidence(contact: Contact) -> None:
    """That somebody was asked and answered stays for the figures; what was said does not."""
    quietly = {"synchronize_session": False}
    mine = Introduction.contact_id == contact.id
    db.session.execute(sa.update(Ask).where(Ask.contact_id == contact.id).values(subject="", body="").execution_options(**quietly))
    given = {"word": "", "reason": "", "fields": [], "withdrawn_at": sa.func.coalesce(Consent.withdrawn_at, clock.now())}
    db.session.execute(sa.update(Consent).where(Consent.contact_id == contact.id).values(given).execution_options(**quietly))
    said = Outcome.introduction_id.in_(sa.select(Introduction.id).where(mine))
    db.session.execute(sa.update(Outcome).where(said, Outcome.said_by == "contact").values(word="").execution_options(**quietly))
