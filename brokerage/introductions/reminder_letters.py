"""The letters of a reminder: to members from Passerelle itself, to a contact from whoever wrote to them first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from brokerage import calendar
from brokerage.accounts import links
from brokerage.accounts.models import Purpose, User
from brokerage.database import db
from brokerage.introductions import letters, wording
from brokerage.introductions.cases import Case, To, good_moment, moment_for, place_of, place_of_member, recipients
from brokerage.introductions.models import Ask
from brokerage.introductions.timetable import Chosen, closes_on, lapses_on, since, since_there
from brokerage.mail import letter as paper
from brokerage.mail.models import Message
from brokerage.partners.models import Contact
from brokerage.timeline import CLOCK


def written_for(one: Chosen, at: datetime) -> Iterator[paper.Letter]:
    """Its letters, each at the recipient's next good moment, wanted only while the row's states last."""
    case = one.case
    for to, which in one.row.letters:
        for somebody in recipients(case, to, calendar.local_day(at, place_of(case, to))):
            write = _to_contact if isinstance(somebody, Contact) else _to_member
            letter = write(case, which, somebody, at)  # type: ignore[arg-type]
            key = f"{one.row.kind}:{case.subject.id}:{one.day.isoformat()}:{somebody.id}"
            yield replace(letter, dedupe_key=key, only_while=tuple(sorted(one.row.wanted_while)))


def _to_member(case: Case, which: str, to: User, at: datetime) -> paper.Letter:
    place = place_of_member(to)
    leaves = good_moment(at, place)
    introduction, request = case.introduction, case.request
    start = since_there(case, place)
    values = {
        "since": wording.day(start, to.language),
        "days": calendar.working_days_between(start, calendar.local_day(leaves, place), place),
        "question": request.question,
        "state": case.subject.state.value,
        "asked": introduction is not None and introduction.asked_at is not None,
        "until": wording.day(introduction.postponed_until if introduction else request.parked_until, to.language),
        "closing_on": wording.day(closes_on(case) if introduction else None, to.language),
    }
    [letter] = letters.to_member(which, case.subject, CLOCK, to, **values)
    return replace(letter, from_name="Passerelle", reply_to=_other_side(case, to))


def _other_side(case: Case, to: User) -> str:
    """A reply to a reminder goes to the person it is about."""
    handler, requester = case.request.handler, case.request.requester
    other = requester if to.id != requester.id else handler
    return letters.answers_to(case.request, other) if other else ""


def _to_contact(case: Case, which: str, contact: Contact, at: datetime) -> paper.Letter:
    """In the name of whoever wrote to them first, in answer to that letter."""
    introduction = case.introduction
    assert introduction is not None
    assert case.partner is not None
    leaves, language = moment_for(case, To.CONTACT, at), contact.language
    ask = db.session.scalars(sa.select(Ask).where(Ask.introduction_id == introduction.id).order_by(Ask.asked_at.desc())).first()
    author = _author(case, ask)
    values: dict[str, Any] = {
        "partner": case.partner.name,
        "sender": wording.member(author),
        "asked_subject": ask.subject if ask else "",
        "since": wording.day(since(case, To.CONTACT), language),
        "closing_on": wording.day(lapses_on(case), language),
        **_doors(case, which, language),
    }
    letter = letters.to_contact(which, introduction, author, contact, leaves, **values)
    return replace(letter, due_at=leaves, headers={**letter.headers, **letters.AUTOMATIC, **_thread(case, contact)})


def _doors(case: Case, which: str, language: str) -> dict[str, str]:
    """The one link of the letter: to answer the ask, or to say what came of the introduction."""
    assert case.introduction is not None
    subject_id, house = case.introduction.id, case.introduction.giving_id
    if which == "reminder_outcome_contact":
        return {"outcome_link": links.seal(links.make(Purpose.OUTCOME, subject_id, house))}
    answer = links.make(Purpose.ANSWER, subject_id, house)
    until = calendar.local_day(answer.expires_at, place_of(case, To.CONTACT))
    return {"answer_link": links.seal(answer), "until": wording.day(until, language)}


def _author(case: Case, ask: Ask | None) -> User:
    asked = case.managers.get(ask.by_id) if ask else None
    return asked or case.request.handler or next(iter(case.managers.values()), case.request.requester)


def _thread(case: Case, contact: Contact) -> dict[str, str]:
    """So that mail readers show it under the last letter about this introduction."""
    assert case.introduction is not None
    earlier = sa.select(Message.message_id).where(Message.to_contact_id == contact.id, Message.introduction_id == case.introduction.id)
    first = db.session.scalars(earlier.order_by(Message.created_at.desc())).first()
    return {"In-Reply-To": first, "References": first} if first else {}
