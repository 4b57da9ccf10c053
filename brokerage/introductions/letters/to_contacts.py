"""Letters to a contact: the ask, as the manager edited it, and what such a letter owes them at its foot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Purpose, User
from brokerage.database import db
from brokerage.introductions import letter_models, wording
from brokerage.introductions.letters.saying import AUTOMATIC, Thing, answers_to, author, context, leaving, signature
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.states import Letter
from brokerage.mail import letter as paper
from brokerage.partners.models import Contact, Partner


def ask_model(request: IntroductionRequest, contact: Contact, by: User) -> tuple[str, str]:
    """Subject and body of the ask, for the manager to reread and edit."""
    partner = db.session.get_one(Partner, contact.partner_id).name
    told = _told(request, contact, sender=wording.member(by), partner=partner)
    model = letter_models.in_force("ask_consent", request.giving_id, contact.language)
    said = letter_models.wording_of("ask_consent", model, contact.language, told)
    plain = paper.written("_model", contact.language, subject_line=said.subject, body=said.body)
    return plain.subject, plain.text


def ask_foot(request: IntroductionRequest, contact: Contact) -> str:
    """The part of the ask nobody may edit, as a preview shows it; its links are made when it is sent."""
    until = wording.day(clock.today() + links.LIFETIMES[Purpose.ANSWER], contact.language)
    blank = {"body": "", "subject_line": "—", "until": until, "answer_link": "https://…"}
    blank |= {"objection_link": "https://…", "preferences_link": "https://…"}
    return worded("ask_consent", request, contact, **blank).text


def ask_consent(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    assert isinstance(thing, Introduction)
    ask = db.session.scalars(sa.select(Ask).where(Ask.introduction_id == thing.id).order_by(Ask.asked_at.desc())).first()
    contact = db.session.get_one(Contact, thing.contact_id)
    if ask is None:
        return []
    answer = links.make(Purpose.ANSWER, thing.id, thing.giving_id, leaving_at=ask.asked_at)
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
    said = worded(which, request, contact, **(last_lines := ways_out(contact)), **extra)
    who = author(by, request)
    headers = unsubscribing(last_lines)
    return paper.Letter(
        kind=which,
        dedupe_key=f"{which}:{thing.id}:{thing.version}:contact",
        association_id=thing.giving_id,
        to_contact_id=contact.id,
        language=contact.language,
        from_name=signature(who),
        reply_to=answers_to(thing, who),
        subject=said.subject,
        text=said.text,
        html=said.html,
        request_id=request.id,
        introduction_id=thing.id,
        only_while=(thing.state.value,) if only_while is None else only_while,
        due_at=max(leaving(request, by), not_before),
        headers=headers if isinstance(by, User) else headers | AUTOMATIC,
    )


def ways_out(contact: Contact) -> dict[str, str]:
    """The links that every letter to a contact ends with: to stop, and to choose how often, when and about what."""
    links_of = {"objection_link": Purpose.OBJECTION, "preferences_link": Purpose.PREFERENCES}
    return {name: links.seal(links.make(purpose, contact.id, contact.association_id)) for name, purpose in links_of.items()}


def unsubscribing(links_of: Mapping[str, str]) -> dict[str, str]:
    """The same way to stop, for the button of the mail program (RFC 8058)."""
    return {"List-Unsubscribe": f"<{links_of['objection_link']}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def worded(which: str, request: IntroductionRequest, contact: Contact, /, **extra: Any) -> paper.Written:
    """The letter in the words of the association that knows the contact, in the contact's language."""
    return letter_models.written(which, request.giving_id, contact.language, _told(request, contact, **extra))


def _told(request: IntroductionRequest, contact: Contact, /, **extra: Any) -> dict[str, Any]:
    own = {"greeting": wording.greeting(contact), "source": contact.source, "preferences_link": ""}
    return context(request, contact.language) | own | extra
