"""Who sees which request, and who may take which step. Pages fetch nothing except through here."""

import uuid
from typing import Any, Protocol

import sqlalchemy as sa

from brokerage.accounts.models import Role, User
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.states import (
    INTRODUCTION_STEPS,
    REQUEST_STEPS,
    Actor,
    IntroductionState,
    RequestState,
    Step,
)
from brokerage.timeline import Actor as Kind
from brokerage.timeline import By

Person = User | By
READERS = (Role.MANAGER, Role.ADMIN, Role.AUDITOR)


class Reader(Protocol):
    """Whoever reads: a member's row, or the frozen visitor of a request."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def association_id(self) -> uuid.UUID: ...

    def has(self, *roles: Role) -> bool: ...


def visible_to(user: Reader) -> sa.Select[IntroductionRequest]:
    """Requests this member may read: a delegate's own; for the others, all of both directions except drafts of others."""
    return sa.select(IntroductionRequest).where(readable(user.id, user.has(*READERS)))


def readable(me: Any, reads_all: bool) -> sa.ColumnElement[bool]:
    """The same as a condition, for statements built once: `me` may be a bind parameter."""
    mine = IntroductionRequest.requester_id == me
    return sa.or_(mine, IntroductionRequest.state != RequestState.DRAFT) if reads_all else mine


def introductions_visible_to(user: Reader) -> sa.Select[Introduction]:
    """Introductions of the requests this member may read."""
    readable = visible_to(user).with_only_columns(IntroductionRequest.id)
    return sa.select(Introduction).where(Introduction.request_id.in_(readable))


def hats(by: Person, request: IntroductionRequest) -> frozenset[Actor]:
    """What this person is to this request. A requester never wears the manager's hat for it."""
    if isinstance(by, By):
        return frozenset({Actor.CLOCK if by.kind is Kind.CLOCK else Actor.CONTACT})
    if by.id == request.requester_id:
        return frozenset({Actor.DELEGATE})
    manages = by.has(Role.MANAGER)
    found = set()
    if manages and by.association_id == request.giving_id:
        found.add(Actor.MANAGER)
    if manages and by.association_id == request.asking_id:
        found.add(Actor.ASKING_MANAGER)
    return frozenset(found)


def may(by: Person, step: Step[RequestState] | Step[IntroductionState], request: IntroductionRequest) -> bool:
    """Whether one of this person's hats may take `step`."""
    return bool(hats(by, request) & step.actors)


def open_steps(by: Person, request: IntroductionRequest) -> frozenset[str]:
    """The steps of the request open to this person now: what buttons are made of."""
    return frozenset(
        step.name for step in REQUEST_STEPS.values() if request.state in step.sources and may(by, step, request)
    )


def open_steps_of(by: Person, introduction: Introduction) -> frozenset[str]:
    """The same, for one introduction."""
    return frozenset(
        step.name
        for step in INTRODUCTION_STEPS.values()
        if introduction.state in step.sources and may(by, step, introduction.request)
    )
