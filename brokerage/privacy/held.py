"""What is held of a person, by whom, where it came from and who received it: the answer to « qu'avez-vous sur moi ? »

Read in the system's scope by the person themselves, over every book that knows their address under their name.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.states import IntroductionState
from brokerage.mail import seals
from brokerage.mail.inbox import InboundMail
from brokerage.mail.models import Message
from brokerage.partners import persons, vault
from brokerage.partners.fields import CustomField
from brokerage.partners.models import Contact, Partner
from brokerage.partners.vault import Coordinates
from brokerage.timeline import Entry

RECEIVED = (IntroductionState.INTRODUCED, IntroductionState.CLOSED)


@dataclass(frozen=True)
class Answer:
    """What the person was asked, and answered."""

    at: datetime
    answer: str
    channel: str
    word: str
    reason: str
    wording: str
    withdrawn_at: datetime | None
    to: str


@dataclass(frozen=True)
class PassedOn:
    """Details that left the book: to whom, which, for which request; `in_force` while they may still be read there."""

    introduction_id: uuid.UUID
    at: datetime
    association: str
    requester: str
    about: str
    fields: list[str]
    withdrawn_at: datetime | None

    @property
    def in_force(self) -> bool:
        """Whether the other association still reads them."""
        return self.withdrawn_at is None


@dataclass(frozen=True)
class Words:
    """Words with a date: a letter, a mail, an ask, a note."""

    at: datetime
    subject: str
    text: str = ""


@dataclass(frozen=True)
class Happening:
    """A line of a timeline about the person; who acted is told as an association, a member's name is theirs."""

    at: datetime
    what: str
    by: str


@dataclass(frozen=True)
class Book:
    """All that one association holds of the person."""

    association: Association
    contact: Contact
    partner: str
    coordinates: Coordinates
    extra: dict[str, str]
    asks: list[Words]
    answers: list[Answer]
    passed_on: list[PassedOn]
    outcomes: list[Words]
    letters: list[Words]
    mails: list[Words]
    notes: list[Words]
    happenings: list[Happening]


def books_of(contact: Contact) -> list[Book]:
    """One for each association that holds something of this person; that of `contact` first."""
    people = sorted(persons.same_person(contact), key=lambda one: one.id != contact.id)
    reach = vault.of_person([one.id for one in people])
    return [_book(one, reach.get(one.id, vault.NOTHING)) for one in people]


def _book(contact: Contact, coordinates: Coordinates) -> Book:
    house = db.session.get_one(Association, contact.association_id)
    return Book(
        association=house,
        contact=contact,
        partner=db.session.get_one(Partner, contact.partner_id).name,
        coordinates=coordinates,
        extra=_own_fields(contact),
        asks=_asks(contact),
        answers=_answers(contact),
        passed_on=_passed_on(contact),
        outcomes=_outcomes(contact),
        letters=_letters(contact),
        mails=_mails(contact),
        notes=_notes(contact),
        happenings=_happenings(contact, house),
    )


def _own_fields(contact: Contact) -> dict[str, str]:
    """Values of the association's own fields, under their names."""
    if not contact.extra:
        return {}
    defined = sa.select(CustomField).where(CustomField.association_id == contact.association_id)
    names = {str(f.id): f.name for f in db.session.scalars(defined)}
    return {names.get(key, key): str(value) for key, value in contact.extra.items() if value not in (None, "")}


def _asks(contact: Contact) -> list[Words]:
    asked = sa.select(Ask).where(Ask.contact_id == contact.id).order_by(Ask.asked_at.desc())
    return [Words(one.asked_at, one.subject, one.body) for one in db.session.scalars(asked)]


def _answers(contact: Contact) -> list[Answer]:
    given = sa.select(Consent, Association.name).join(Association, Association.id == Consent.to_association_id)
    found = db.session.execute(given.where(Consent.contact_id == contact.id).order_by(Consent.given_at.desc()))
    return [
        Answer(one.given_at, one.answer, one.channel.value, one.word, one.reason, one.wording, one.withdrawn_at, to) for one, to in found
    ]


def _passed_on(contact: Contact) -> list[PassedOn]:
    """Consents that led to an introduction: whoever read the details, also where that was taken back since."""
    wanted = (
        sa.select(Consent, Introduction, IntroductionRequest, Association.name, User.first_name + " " + User.last_name)
        .join(Introduction, Introduction.id == Consent.introduction_id)
        .join(IntroductionRequest, IntroductionRequest.id == Introduction.request_id)
        .join(Association, Association.id == Consent.to_association_id)
        .join(User, User.id == IntroductionRequest.requester_id)
        .where(Consent.contact_id == contact.id, Consent.answer == "accept", Introduction.introduced_at.is_not(None))
    )
    found = db.session.execute(wanted.order_by(Consent.given_at.desc())).all()
    return [
        PassedOn(one.id, one.introduced_at or given.given_at, house, who, request.event_name or request.number, list(given.fields),
                 given.withdrawn_at if one.state in RECEIVED else given.withdrawn_at or one.state_since)
        for given, one, request, house, who in found
    ]  # fmt: skip


def _outcomes(contact: Contact) -> list[Words]:
    said = sa.select(Outcome).join(Introduction, Introduction.id == Outcome.introduction_id).where(Introduction.contact_id == contact.id)
    return [Words(one.created_at, one.result.value, one.word) for one in db.session.scalars(said.order_by(Outcome.created_at.desc()))]


def _letters(contact: Contact) -> list[Words]:
    """What was written to them; the words of old ones are forgotten. Seals say nothing: neither do we."""
    sent = sa.select(Message).where(Message.to_contact_id == contact.id, Message.sent_at.is_not(None))
    found = db.session.scalars(sent.order_by(Message.created_at.desc()))
    return [Words(one.sent_at or one.created_at, one.subject, seals.PATTERN.sub("…", one.text)) for one in found]


def _mails(contact: Contact) -> list[Words]:
    came = sa.select(InboundMail).where(InboundMail.contact_id == contact.id, InboundMail.association_id == contact.association_id)
    return [Words(one.created_at, one.subject, one.text) for one in db.session.scalars(came.order_by(InboundMail.created_at.desc()))]


def _notes(contact: Contact) -> list[Words]:
    """Notes on their organisation that name them: the words are about them, the author's name is not."""
    text = Entry.details["text"].astext
    named = sa.func.strpos(sa.func.fold(text), sa.func.fold(contact.last_name)) > 0
    wanted = sa.select(Entry).where(Entry.association_id == contact.association_id, Entry.partner_id == contact.partner_id,
                                    Entry.what.in_(("note", "note_changed", "call", "meeting")), named)  # fmt: skip
    return [Words(one.at, one.what, str(one.details.get("text", ""))) for one in db.session.scalars(wanted.order_by(Entry.at.desc()))]


def _happenings(contact: Contact, house: Association) -> list[Happening]:
    """Every line about them, whoever's timeline it stands in: who looked at their details is told too (art. 15)."""
    houses: dict[Any, str] = {one.id: one.name for one in db.session.scalars(sa.select(Association))}
    about = sa.select(Entry).where(Entry.contact_id == contact.id).order_by(Entry.at.desc(), Entry.id)
    return [Happening(one.at, one.what, _actor(one, houses)) for one in db.session.scalars(about)]


def _actor(entry: Entry, houses: dict[Any, str]) -> str:
    return {"member": houses.get(entry.association_id, ""), "contact": "", "clock": "Passerelle"}[entry.by_kind.value]
