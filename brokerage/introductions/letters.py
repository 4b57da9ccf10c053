"""Which letter a step writes, to whom, and until when it still makes sense. Its words: templates/mail/<language>/."""

import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import calendar, clock, timeline
from brokerage.accounts import links
from brokerage.accounts.models import Association, Purpose, User
from brokerage.database import db
from brokerage.introductions import rules, wording
from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.purposes import DECLINE_REASONS
from brokerage.introductions.states import Letter
from brokerage.mail import letter as paper
from brokerage.mail import outbox, seals
from brokerage.mail.headers import person
from brokerage.mail.models import Message
from brokerage.partners.models import Contact, Partner

Thing = IntroductionRequest | Introduction
NOTICE = "/donnees-personnelles"  # the public notice: who keeps what, for how long, and the rights of a contact (G6)


def write(which: Letter, thing: Thing, by: Person) -> None:
    """Put the letters of one kind into the outbox; they leave only if the transaction commits."""
    for letter in WRITERS[which](which, thing, by):
        outbox.post(letter)


def still_wanted(message: Message) -> bool:
    """Asked by the outbox as a letter leaves: is its subject still in a state it was written for?"""
    if not message.only_while:
        return True
    kind = Introduction if message.introduction_id else IntroductionRequest
    subject: Thing | None = db.session.get(kind, message.introduction_id or message.request_id)  # type: ignore[assignment]
    return subject is not None and subject.state in message.only_while


def hold_back(introduction: Introduction) -> None:
    """Cancel what waits to leave for an introduction; what is not ours to cancel, `still_wanted` stops."""
    outbox.cancel(Message.introduction_id == introduction.id)


# ---- what every letter says ------------------------------------------------------------------------------------


def context(request: IntroductionRequest, language: str) -> dict[str, Any]:
    """The values every letter of a request may use."""
    sides = db.session.scalars(sa.select(Association).where(Association.id.in_([request.asking_id, request.giving_id])))
    found = {side.id: side for side in sides}
    told = wording.facts(request, found[request.asking_id], found[request.giving_id], language)
    pages = {"page": links.page(f"/demandes/{request.id}"), "notice": links.page(NOTICE)}
    return {**asdict(told), **pages, "number": request.number}


def _request(thing: Thing) -> IntroductionRequest:
    return thing if isinstance(thing, IntroductionRequest) else thing.request


def _leaves(request: IntroductionRequest, by: Person) -> datetime:
    """After the time to undo when the giving side decided; the clock in office hours; else, a partner's answer, at once."""
    if by == timeline.CLOCK:
        return calendar.next_good_moment(clock.now(), calendar.HEAD_OFFICE, school_quiet=False)
    decided_here = isinstance(by, User) and by.association_id == request.giving_id
    return clock.now() + timedelta(seconds=rules.of(request.giving_id).undo_seconds if decided_here else 0)


def _from(by: Person, request: IntroductionRequest) -> tuple[str, str]:
    """Whose name a letter bears, and where a reply goes: the person who acted, else the handler."""
    person = by if isinstance(by, User) else request.handler or request.requester
    house = db.session.get_one(Association, person.association_id)
    return f"{person.name} ({house.name})", person.email


def to_member(which: str, thing: Thing, by: Person, to: User | None, **extra: Any) -> list[paper.Letter]:
    """A letter to a member about a request; nothing when there is nobody or when they acted themselves."""
    if to is None or (isinstance(by, User) and by.id == to.id):
        return []
    request = _request(thing)
    actor = by.name if isinstance(by, User) else ""
    told = context(request, to.language) | extra
    said = paper.written(which, to.language, reader=wording.member(to), actor=actor, **told)
    name, reply_to = _from(by, request)
    return [
        paper.Letter(
            kind=which,
            dedupe_key=f"{which}:{thing.id}:{thing.version}:{to.id}",
            association_id=to.association_id,
            to_user_id=to.id,
            language=to.language,
            from_name=name,
            reply_to=reply_to,
            subject=said.subject,
            text=said.text,
            html=said.html,
            request_id=request.id,
            introduction_id=thing.id if isinstance(thing, Introduction) else None,
            only_while=_while(which, thing),
            due_at=_leaves(request, by),
            headers={} if isinstance(by, User) else AUTOMATIC,
        )
    ]


AUTOMATIC = {"Auto-Submitted": "auto-generated"}
# letters that say "please decide" or "please answer" are pointless once somebody did; a decision can be taken back
PERISHABLE = {Letter.NEW_REQUEST, Letter.INFO_ASKED, Letter.INFO_GIVEN, Letter.REOPENED, Letter.DECLINED}


def _while(which: str, thing: Thing) -> tuple[str, ...]:
    """The states of its subject in which a letter still makes sense; none named: always."""
    if which == Letter.APPROVED:
        return ("approved", "closed")
    return (thing.state.value,) if which in PERISHABLE else ()


def _to_handler(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    handler = _request(thing).handler
    return to_member(which, thing, by, handler, **_words(thing, handler)) if handler else []


def _to_requester(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    requester = _request(thing).requester
    return to_member(which, thing, by, requester, **_words(thing, requester))


def _to_both(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    return [*_to_requester(which, thing, by), *_to_handler(which, thing, by)]


def _redirected(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    return [*_to_requester(which, thing, by), *_to_handler(Letter.NEW_REQUEST, thing, by)]


def _words(thing: Thing, to: User) -> dict[str, Any]:
    """What was written or chosen on the way, wherever the letter wants it, in the reader's language."""
    request = _request(thing)
    reason = DECLINE_REASONS.get(request.decline_reason, "")
    until = thing.postponed_until if isinstance(thing, Introduction) else thing.parked_until
    return {
        "word": request.decision_word,
        "question": request.question,
        "reason": wording.translated(reason, to.language) if reason else "",
        "until": wording.day(until, to.language),
        "answer": last_answer(request),
    }


def last_answer(request: IntroductionRequest) -> str:
    """What the delegate last answered to a question; empty when nothing was asked."""
    entry = db.session.scalar(
        sa.select(timeline.Entry)
        .where(timeline.Entry.request_id == request.id, timeline.Entry.what == "answer")
        .order_by(timeline.Entry.at.desc())
        .limit(1)
    )
    return entry.details.get("text", "") if entry else ""


# ---- letters to a contact --------------------------------------------------------------------------------------


def ask_model(request: IntroductionRequest, contact: Contact, by: User) -> tuple[str, str]:
    """Subject and body of the ask, for the manager to reread and edit."""
    partner = db.session.get_one(Partner, contact.partner_id).name
    said = _said("ask_model", request, contact, sender=wording.member(by), partner=partner)
    return said.subject, said.text


def ask_foot(request: IntroductionRequest, contact: Contact) -> str:
    """The part of the ask nobody may edit, as a preview shows it; its links are made when it is sent."""
    blank = {"body": "", "subject_line": "—", "until": "…", "answer_link": "https://…", "objection_link": "https://…"}
    return _said("ask_consent", request, contact, **blank).text


def _ask_consent(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    assert isinstance(thing, Introduction)
    ask = db.session.scalars(sa.select(Ask).where(Ask.introduction_id == thing.id).order_by(Ask.asked_at.desc())).first()
    contact = db.session.get_one(Contact, thing.contact_id)
    if ask is None:
        return []
    answer = links.make(Purpose.ANSWER, thing.id, thing.giving_id)
    return [to_contact(which, thing, by, contact, ask.asked_at, subject_line=ask.subject, body=ask.body,
                       answer_link=links.seal(answer), until=wording.day(answer.expires_at.date(), contact.language))]  # fmt: skip


def to_contact(
    which: str,
    thing: Introduction,
    by: Person,
    contact: Contact,
    not_before: datetime,
    /,
    *,
    only_while: tuple[str, ...] | None = None,
    **extra: Any,
) -> paper.Letter:
    """A letter to a contact about an introduction, with what such a letter owes them at its foot (G5, G8)."""
    request = thing.request
    objection = links.seal(links.make(Purpose.OBJECTION, contact.id, thing.giving_id))
    said = _said(which, request, contact, objection_link=objection, **extra)
    name, reply_to = _from(by, request)
    headers = {"List-Unsubscribe": f"<{objection}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return paper.Letter(
        kind=which,
        dedupe_key=f"{which}:{thing.id}:{thing.version}:contact",
        association_id=thing.giving_id,
        to_contact_id=contact.id,
        language=contact.language,
        from_name=name,
        reply_to=reply_to,
        subject=said.subject,
        text=said.text,
        html=said.html,
        request_id=request.id,
        introduction_id=thing.id,
        only_while=(thing.state.value,) if only_while is None else only_while,
        due_at=max(_leaves(request, by), not_before),
        headers=headers if isinstance(by, User) else headers | AUTOMATIC,
    )


def _said(which: str, request: IntroductionRequest, contact: Contact, /, **extra: Any) -> paper.Written:
    told = context(request, contact.language) | extra
    return paper.written(which, contact.language, greeting=wording.greeting(contact), source=contact.source, **told)


def _introduction(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
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
        "header_to": (person(contact.name, seals.email(contact.id)), person(requester.name, requester.email)),
    }
    copy: dict[str, Any] = {
        **asdict(_said(which, thing.request, contact, objection_link="", **extra)),
        "dedupe_key": f"{which}:{thing.id}:{thing.version}:requester",
        "association_id": thing.asking_id,
        "to_contact_id": None,
        "to_user_id": requester.id,
        "reply_to": seals.email(contact.id),
        "headers": {name: value for name, value in theirs.headers.items() if not name.startswith("List-")},
    }
    return [replace(theirs, **shared, reply_to=requester.email), replace(theirs, **shared | copy)]


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
    }


Writer = Callable[[Letter, Thing, Person], list[paper.Letter]]
WRITERS: dict[Letter, Writer] = {
    Letter.NEW_REQUEST: _to_handler,
    Letter.INFO_ASKED: _to_requester,
    Letter.INFO_GIVEN: _to_handler,
    Letter.APPROVED: _to_requester,
    Letter.DECLINED: _to_requester,
    Letter.PARKED: _to_requester,
    Letter.REDIRECTED: _redirected,
    Letter.REOPENED: _to_requester,
    Letter.WITHDRAWN: _to_handler,
    Letter.EXPIRED: _to_both,
    Letter.ASK_CONSENT: _ask_consent,
    Letter.POSTPONED: _to_both,
    Letter.SUGGESTED: _to_handler,
    Letter.NO_FOLLOW_UP: _to_requester,
    Letter.LAPSED: _to_handler,
    Letter.INTRODUCTION: _introduction,
}
