"""What people do in the stories, as steps that wrap the real verbs."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.database import db
from brokerage.demo.stage import Scene, Step
from brokerage.introductions import deciding, entrusting, introductions, letters, requests
from brokerage.introductions.deciding import Choice
from brokerage.introductions.models import Channel, Introduction, Result
from brokerage.partners.models import Partner
from brokerage.partners.placing import placed
from brokerage.partners.windows import ShowcaseEntry
from brokerage.privacy import objection
from brokerage.timeline import Actor, By

Act = Callable[[Scene], None]
SATURDAY = 5


def opened(scene: Scene) -> None:
    """The delegate writes the request, and sends it unless it stays a draft."""
    story, fields = scene.story, dict(scene.story.fields)
    by = scene.member(story.by)
    fields |= _place(fields.pop("at", ""), fields.pop("town", ""))
    if story.event_in:
        fields["event_on"] = _event_day(story.event_in, story.weekday)
    if story.partner:
        fields |= _target(story.partner, fields["place"])
    request = requests.draft(by, scene.giving_id, **fields)
    scene.request_id = request.id
    if story.submitted:
        requests.submit(request, by)


def _place(postcode: str, town: str) -> dict[str, Any]:
    if not postcode:
        return {}
    where = placed(postcode, town)
    return {"place": where.town, "department": where.department, "academy": where.academy, "region": where.region}


def _event_day(days: int, weekday: bool) -> date:
    day = clock.today() + timedelta(days=days)
    while (day.weekday() >= SATURDAY) if weekday else (day.weekday() != SATURDAY):
        day += timedelta(days=1)
    return day


def _target(name: str, town: str) -> dict[str, Any]:
    """A partner as the common directory shows it; of several with that name, the one of the town."""
    called = sa.select(ShowcaseEntry).where(ShowcaseEntry.name == name)
    shown = db.session.scalars(called.order_by(ShowcaseEntry.town != town, ShowcaseEntry.postcode, ShowcaseEntry.id)).first()
    if shown is None:
        raise LookupError(f"{name} is not in the common directory")
    return {"partner_id": shown.id, "target_name": shown.name, "target_town": shown.town}


# ---- the giving side -------------------------------------------------------------------------------------------


def asks(after: int, question: str, hour: str = "10:10") -> Step:
    """The handler asks for details."""
    return Step(after, hour, "handler", lambda scene: deciding.ask_info(scene.request, scene.handler, question))


def approves(after: int, *contacts: str, word: str = "", directly: bool = False, over: str = "", hour: str = "11:05") -> Step:
    """The handler opens the door to one or several contacts, with the letter the product proposes."""

    def act(scene: Scene) -> None:
        request, by = scene.request, scene.handler
        choices = []
        for name in contacts:
            contact = scene.contact(name)
            scene.asked[name] = contact.id
            subject, body = letters.ask_model(request, contact, by)
            choices.append(Choice(contact.id, subject, body, directly, over))
        deciding.approve(request, by, choices, word)

    return Step(after, hour, "handler", act)


def declines(after: int, reason: str, word: str, private: str = "", hour: str = "15:30") -> Step:
    """The handler says no, with a reason."""
    return Step(after, hour, "handler", lambda scene: deciding.decline(scene.request, scene.handler, reason, word, private))


def parks(after: int, days: int, private: str = "", hour: str = "14:15") -> Step:
    """The handler sets the request aside for so many days."""

    def act(scene: Scene) -> None:
        deciding.park(scene.request, scene.handler, clock.today() + timedelta(days=days), private)

    return Step(after, hour, "handler", act)


def hands_over(after: int, to: str, word: str, hour: str = "09:40") -> Step:
    """The handler gives the request to a colleague."""
    return Step(after, hour, "handler", lambda scene: entrusting.redirect(scene.request, scene.handler, to=scene.member(to), word=word))


def points_at(after: int, partner: str, word: str, hour: str = "09:45") -> Step:
    """The handler points the request at another partner."""

    def act(scene: Scene) -> None:
        other = db.session.scalars(sa.select(Partner).where(Partner.name == partner)).one()
        entrusting.redirect(scene.request, scene.handler, partner=other, word=word)

    return Step(after, hour, "handler", act)


def reopens(after: int, hour: str = "10:30") -> Step:
    """The handler takes up again what was over."""
    return Step(after, hour, "handler", lambda scene: deciding.reopen(scene.request, scene.handler))


def introduces(after: int, hour: str = "09:20") -> Step:
    """The handler sends the introduction after a yes, where the rule leaves it to them."""
    return Step(after, hour, "handler", lambda scene: introductions.introduce(scene.introduction(), scene.handler))


def notes_a_yes(after: int, word: str = "", phone: bool = True, hour: str = "16:40") -> Step:
    """The contact says yes on the telephone; the handler writes it down."""

    def act(scene: Scene) -> None:
        introductions.accept(scene.introduction(), scene.handler, word=word, phone=phone, channel=Channel.PHONE)

    return Step(after, hour, "handler", act)


# ---- the contact -----------------------------------------------------------------------------------------------


def _by_contact(after: int, hour: str, name: str, verb: Callable[[Introduction, By], None]) -> Step:
    def act(scene: Scene) -> None:
        introduction = scene.introduction(name)
        verb(introduction, By(Actor.CONTACT, introduction.contact_id))

    return Step(after, hour, "contact", act)


def accepts(after: int, name: str = "", word: str = "", phone: bool = False, hour: str = "08:50") -> Step:
    """The contact says yes by the link."""
    return _by_contact(after, hour, name, lambda it, by: introductions.accept(it, by, word=word, phone=phone))


def postpones(after: int, days: int, word: str = "", hour: str = "12:40") -> Step:
    """The contact prefers so many days later."""

    def verb(introduction: Introduction, by: By) -> None:
        introductions.postpone(introduction, by, clock.today() + timedelta(days=days), word=word)

    return _by_contact(after, hour, "", verb)


def suggests(after: int, first_name: str, last_name: str, title: str, email: str, hour: str = "13:55") -> Step:
    """The contact names a colleague."""
    who = {"first_name": first_name, "last_name": last_name, "title": title, "email": email}
    return _by_contact(after, hour, "", lambda it, by: introductions.suggest(it, by, **who))


def refuses(after: int, reason: str = "", name: str = "", hour: str = "17:15") -> Step:
    """The contact says no."""
    return _by_contact(after, hour, name, lambda it, by: introductions.refuse(it, by, reason=reason))


def objects(after: int, hour: str = "08:35") -> Step:
    """The contact wants no more requests from anybody."""

    def act(scene: Scene) -> None:
        objection.object_to_everything(scene.introduction().contact_id)

    return Step(after, hour, "everyone", act)


def contact_tells(after: int, result: Result, word: str = "", hour: str = "18:05") -> Step:
    """The contact says what came of it."""
    return _by_contact(after, hour, "", lambda it, by: introductions.record_outcome(it, by, result, word=word))


# ---- the asking side -------------------------------------------------------------------------------------------


def answers(after: int, by: str, reply: str, hour: str = "20:30") -> Step:
    """The delegate gives the details."""
    return Step(after, hour, by, lambda scene: requests.answer(scene.request, scene.member(by), reply))


def withdraws(after: int, by: str, why: str, hour: str = "19:10") -> Step:
    """The delegate, or a manager on their side, takes the request back."""
    return Step(after, hour, by, lambda scene: requests.withdraw(scene.request, scene.member(by), why))


def tells(after: int, by: str, result: Result, word: str = "", contact: str = "", hour: str = "21:00", **numbers: int) -> Step:
    """The delegate says what came of it."""

    def act(scene: Scene) -> None:
        introductions.record_outcome(scene.introduction(contact), scene.member(by), result, numbers=numbers, word=word)

    return Step(after, hour, by, act)
