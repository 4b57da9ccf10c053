"""The requester's verbs: draft, submit, answer, withdraw; and what the clock does to a request."""

import uuid
from typing import Any

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.conventions import policy as conventions
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions import introductions, routing
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.purposes import PURPOSES
from brokerage.introductions.states import INTRODUCTION_OPEN, RequestState
from brokerage.introductions.steps import hold, take
from brokerage.timeline import CLOCK

FIELDS = frozenset(
    "partner_id target_name target_town need purpose role_sought event_name event_on fallback_on event_hours place"
    " department academy region numbers audience message wanted_by".split()
)


def draft(by: User, giving_id: uuid.UUID, **fields: Any) -> IntroductionRequest:
    """A new draft of this member, addressed to an allied association. Only its author sees it."""
    request = IntroductionRequest(
        number=_next_number(),
        asking_id=by.association_id,
        giving_id=giving_id,
        requester_id=by.id,
        state=RequestState.DRAFT,
        state_since=clock.now(),
    )
    request.requester = by
    db.session.add(request)
    edit(request, **fields)
    return request


def edit(request: IntroductionRequest, **fields: Any) -> None:
    """Change what a draft, or a request sent back for details, says. Only the listed fields can be set."""
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(request, name, value)
    purpose = PURPOSES.get(request.purpose)
    request.commitment = purpose.commitment if purpose else None
    db.session.flush()


def _next_number() -> str:
    serial = db.session.scalar(scope.through_the_gate(sa.select(sa.func.nextval("request_number"))))
    return f"{clock.today().year}-{serial:04d}"


def submit(request: IntroductionRequest, by: User) -> None:
    """Send a draft to whoever decides. Raises BadInput for what is missing, with the field to correct."""
    _check(request)
    step = "submit" if request.state is RequestState.DRAFT else "resend"
    hold(request, step)
    if routing.entrust(request) is None:
        raise BadInput(N_("Cette association n'a pas encore de responsable des partenariats pour vous répondre."))
    request.submitted_at, request.decided_at = clock.now(), None  # a decision taken before it was withdrawn no longer holds
    request.due_on = routing.answer_expected(request)
    db.session.flush()
    take(step, request, by)


def _check(request: IntroductionRequest) -> None:
    if request.purpose not in PURPOSES:
        raise BadInput(N_("Choisissez pourquoi vous demandez cette mise en relation."), "purpose")
    if not request.partner_id and not request.place.strip():
        raise BadInput(N_("Choisissez un partenaire, ou dites dans quelle ville vous cherchez."), "place")
    if len(request.message.strip()) < 20:
        raise BadInput(N_("Écrivez quelques lignes : votre contact les lira."), "message")
    if request.event_on and request.event_on < clock.today():
        raise BadInput(N_("Cette date est passée."), "event_on")
    if conventions.in_force(request.asking_id, request.giving_id) is None:
        raise BadInput(N_("Aucune convention n'est en vigueur avec cette association."))


def answer(request: IntroductionRequest, by: User, reply: str) -> None:
    """Give the details that were asked for; the reply joins the timeline and the manager is told."""
    if not reply.strip():
        raise BadInput(N_("Écrivez votre réponse."), "reply")
    hold(request, "answer")
    request.due_on = routing.answer_expected(request)
    db.session.flush()
    take("answer", request, by, details={"text": reply.strip()})


def withdraw(request: IntroductionRequest, by: Person, why: str = "") -> None:
    """Take a request back, by its delegate or a manager of the same association; its introductions end with it."""
    take("withdraw", request, by, details={"text": why.strip()} if why.strip() else None)
    for introduction in request.introductions:
        if introduction.state in INTRODUCTION_OPEN:
            introductions.cancel(introduction, by)


def expire(request: IntroductionRequest) -> None:
    """The clock's end for a request nobody decided."""
    take("expire", request, CLOCK)


def discard(request: IntroductionRequest, by: User) -> None:
    """Throw a draft away; nobody but its author ever saw it."""
    if request.state is not RequestState.DRAFT or request.requester_id != by.id:
        raise BadInput(N_("Seul un brouillon peut être jeté, par la personne qui l'a écrit."))
    db.session.delete(request)
