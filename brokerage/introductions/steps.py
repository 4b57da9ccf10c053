"""The one function that takes a step: guard, move, record and write, in one transaction."""

from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, NotYours, WrongState
from brokerage.introductions import letters, policy
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.states import INTRODUCTION_STEPS, REQUEST_STEPS, Actor, Step
from brokerage.timeline import Actor as Kind
from brokerage.timeline import By

Thing = IntroductionRequest | Introduction
# what somebody did, in the words of the timeline; that a request closed only follows from the last of them
_DEEDS = [*(REQUEST_STEPS.keys() - {"close"}), *(f"introduction_{name}" for name in INTRODUCTION_STEPS)]


def take(name: str, thing: Thing, by: Person, *, rule: bool = False, details: dict[str, Any] | None = None) -> None:
    """Take the step `name` on a request or an introduction, as `by`.

    `rule` is for steps that follow another in the same transaction. `details` are read by both associations.
    Raises NotYours for the wrong person, WrongState when somebody (named) or the clock was faster.
    """
    step = _table(thing)[name]
    hold(thing)
    _guard(step, thing, by, rule)
    thing.state, thing.state_since = step.target, clock.now()
    add_line(name, thing, by, details)
    db.session.flush()
    for letter in step.letters:
        letters.write(letter, thing, by)


def hold(thing: Thing, name: str = "") -> None:
    """Two at once: the second waits here, then sees what the first did. Called before the first change, and by `take`.

    A request before its introductions, always in this order: nobody waits for somebody who waits for them. Raises
    WrongState when `name` is no longer a step of it, before any other rule has its say.
    """
    for one in (thing,) if isinstance(thing, IntroductionRequest) else (thing.request, thing):
        state: Any = sa.inspect(one)
        if state.persistent and not db.session.is_modified(one):
            db.session.refresh(one, with_for_update={"of": type(one)})
    if name and thing.state not in _table(thing)[name].sources:
        raise too_late(thing)


def _table(thing: Thing) -> dict[str, Step[Any]]:
    return REQUEST_STEPS if isinstance(thing, IntroductionRequest) else INTRODUCTION_STEPS  # type: ignore[return-value]


def request_of(thing: Thing) -> IntroductionRequest:
    """The request a thing belongs to."""
    return thing if isinstance(thing, IntroductionRequest) else thing.request


def _guard(step: Step[Any], thing: Thing, by: Person, rule: bool) -> None:
    allowed = Actor.RULE in step.actors if rule else policy.may(by, step, request_of(thing))
    if thing.state not in step.sources:
        raise too_late(thing)
    if not allowed:
        raise NotYours(N_("Cette décision ne vous revient pas."))


def too_late(thing: Thing, kind: type[WrongState] = WrongState) -> WrongState:
    """The refusal that tells who was faster."""
    last = db.session.scalar(
        sa.select(timeline.Entry)
        .where(timeline.Entry.request_id == request_of(thing).id, timeline.Entry.what.in_(_DEEDS))
        .order_by(timeline.Entry.at.desc())
        .limit(1)
    )
    who = last.by_name if last and last.by_name else N_("quelqu'un")
    return kind(N_("%(who)s s'en est occupé entre-temps. La page montre où en est la demande."), who=who)


def as_by(person: Person) -> By:
    """A person as the timeline keeps them."""
    return By(Kind.MEMBER, person.id, person.name) if isinstance(person, User) else person


def add_line(name: str, thing: Thing, by: Person, details: dict[str, Any] | None) -> None:
    """Tell the timelines of both sides; the giving side's line names the partner and the contact as well."""
    request = request_of(thing)
    about: dict[str, Any] = {"request_id": request.id}
    if isinstance(thing, Introduction):
        about |= {"introduction_id": thing.id}
    who, given = as_by(by), details or {}
    what = name if thing is request else f"introduction_{name}"
    timeline.record(what, who, request.asking_id, details=given, **about)
    giving = about | {"partner_id": request.partner_id}
    if isinstance(thing, Introduction):
        giving |= {"contact_id": thing.contact_id}
    timeline.record(what, who, request.giving_id, details=given, **giving)


def note_privately(request: IntroductionRequest, by: Person, what: str, **details: Any) -> None:
    """A line only the giving association reads: a private reason, a word for colleagues."""
    if any(details.values()):
        timeline.record(what, as_by(by), request.giving_id, request_id=request.id, details=details)
