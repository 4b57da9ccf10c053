"""What every letter about a request says, whose name it bears, when it leaves, and where an answer to it goes."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import calendar, clock, timeline
from brokerage.accounts import links
from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.introductions import rules, wording
from brokerage.introductions.cases import good_moment
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.mail import addresses
from brokerage.mail.headers import person

Thing = IntroductionRequest | Introduction
NOTICE = "/donnees-personnelles"  # the public notice: who keeps what, for how long, and the rights of a contact (G6)
AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def context(request: IntroductionRequest, language: str) -> dict[str, Any]:
    """The values every letter of a request may use."""
    sides = db.session.scalars(sa.select(Association).where(Association.id.in_([request.asking_id, request.giving_id])))
    found = {side.id: side for side in sides}
    told = wording.facts(request, found[request.asking_id], found[request.giving_id], language)
    pages = {"page": links.page(f"/demandes/{request.id}"), "notice": links.page(NOTICE)}
    return {**asdict(told), **pages, "number": request.number}


def request_of(thing: Thing) -> IntroductionRequest:
    """The request a letter is about, whichever of the two it was written for."""
    return thing if isinstance(thing, IntroductionRequest) else thing.request


def leaving(request: IntroductionRequest, by: Person, place: calendar.Place = calendar.HEAD_OFFICE) -> datetime:
    """After the time to undo when the giving side decided; the clock in office hours of `place`; else, a partner's answer, at once."""
    if by == timeline.CLOCK:
        return good_moment(clock.now(), place)
    decided_here = isinstance(by, User) and by.association_id == request.giving_id
    return clock.now() + timedelta(seconds=rules.of(request.giving_id).undo_seconds if decided_here else 0)


def author(by: Person, request: IntroductionRequest) -> User:
    """Whose name a letter bears: the person who acted, else the handler."""
    return by if isinstance(by, User) else request.handler or request.requester


def signature(somebody: User) -> str:
    """« Nadia Benhaddou (Passeport Avenir) », on the service's own address."""
    return f"{somebody.name} ({db.session.get_one(Association, somebody.association_id).name})"


def answers_to(thing: Thing, somebody: User) -> str:
    """Where a reply goes: to the thing's own address, so that it lands on the record; else to the person who wrote."""
    inward = addresses.inward(thing.id)
    return person(somebody.name, inward) if inward else somebody.email
