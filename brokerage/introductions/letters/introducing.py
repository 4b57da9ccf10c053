"""The introduction: one e-mail with both people on it."""

import uuid
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Association
from brokerage.database import db
from brokerage.introductions import wording
from brokerage.introductions.letters import dates
from brokerage.introductions.letters.saying import Thing, answers_to
from brokerage.introductions.letters.to_contacts import to_contact, worded
from brokerage.introductions.models import Consent, Introduction
from brokerage.introductions.policy import Person
from brokerage.introductions.states import Letter
from brokerage.mail import addresses, outbox, seals
from brokerage.mail import letter as paper
from brokerage.mail.headers import person
from brokerage.partners.models import Contact, Partner


def introduction(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    """One e-mail with both people on it: two copies under one Message-ID, each sent on its own.

    The requester's copy lacks the link by which the contact objects: it is nobody else's to follow.
    """
    assert isinstance(thing, Introduction)
    contact = db.session.get_one(Contact, thing.contact_id)
    consent = db.session.scalars(
        sa.select(Consent).where(Consent.introduction_id == thing.id, Consent.answer == "accept").order_by(Consent.given_at.desc())
    ).first()
    extra = _both_sides(thing, contact, consent)
    requester = thing.request.requester
    theirs = to_contact(which, thing, by, contact, clock.now(), only_while=("introduced", "closed"), **extra)
    shared: dict[str, Any] = {
        "message_id": f"<{uuid.uuid4()}@{outbox.domain}>",
        "calendar": dates.of(thing.request),
        "header_to": (person(contact.name, seals.email(contact.id)), person(requester.name, requester.email)),
    }
    copy: dict[str, Any] = {
        **asdict(worded(which, thing.request, contact, objection_link="", **extra)),
        "dedupe_key": f"{which}:{thing.id}:{thing.version}:requester",
        "association_id": thing.asking_id,
        "to_contact_id": None,
        "to_user_id": requester.id,
        "reply_to": _answers_to(thing, contact),
        "headers": {name: value for name, value in theirs.headers.items() if not name.startswith("List-")},
    }
    return [replace(theirs, **shared, reply_to=answers_to(thing, requester)), replace(theirs, **shared | copy)]


def _both_sides(thing: Introduction, contact: Contact, consent: Consent | None) -> dict[str, Any]:
    fields = consent.fields if consent else []
    sender = thing.request.handler or thing.request.requester
    return {
        "contact": {"name": contact.name, "addressed": wording.addressed(contact), "title": contact.title},
        "partner": db.session.get_one(Partner, contact.partner_id).name,
        "contact_email": seals.email(contact.id),
        "contact_phone": seals.phone(contact.id) if "phone" in fields else "",
        "contact_word": consent.word if consent else "",
        "agreed_on": wording.day(consent.given_at.astimezone(clock.PARIS).date(), contact.language) if consent else "",
        "sender": wording.member(sender),
        "asking_site": db.session.get_one(Association, thing.asking_id).website,
    }


def _answers_to(thing: Introduction, contact: Contact) -> str:
    """As `answers_to`, for the requester who answers the contact."""
    inward = addresses.inward(thing.id)
    return person(contact.name, inward) if inward else seals.email(contact.id)
