"""What a member has in charge when they go, and who takes it over: partners and undecided requests change hands."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage import timeline
from brokerage.accounts import team
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions import charges
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.partners.models import Partner
from brokerage.partners.partners import as_by
from brokerage.partners.tasks import Task, possible_assignees

# An approved request still waits for a contact's answer: somebody must read it.
IN_HAND = (RequestState.SUBMITTED, RequestState.INFO_NEEDED, RequestState.PARKED, RequestState.APPROVED)


# Requests one made, whose answer somebody must still read.
ASKED = (RequestState.DRAFT, *IN_HAND)


@dataclass(frozen=True)
class Charge:
    """How much would be left without anybody: partners, requests to decide, tasks, requests one made."""

    partners: int
    requests: int
    tasks: int = 0
    asked: int = 0

    def __bool__(self) -> bool:
        return bool(self.partners or self.requests or self.tasks or self.asked)


@dataclass(frozen=True)
class Successors:
    """Who takes over what; one of them stands in for the member from now on."""

    partners: User | None = None
    requests: User | None = None
    tasks: User | None = None
    asked: User | None = None

    @classmethod
    def all_to(cls, one: User | None) -> "Successors":
        """The same person for everything."""
        return cls(one, one, one, one)


def charge_of(member: User) -> Charge:
    """What a member has in charge today: living partners, requests not closed yet, tasks, and open requests of theirs."""
    asked = IntroductionRequest
    kinds = ((Partner, _owned_by(member)), (asked, _handled_by(member)), (Task, _to_do_by(member)), (asked, _made_by(member)))
    counts = [sa.select(sa.func.count(entity.id)).where(*which).scalar_subquery() for entity, which in kinds]
    return Charge(*db.session.execute(sa.select(*counts)).one())


def fit_for(kind: str, member: User) -> list[User]:
    """Who may take over one kind of charge: managers for partners and decisions, who may ask for requests, readers for tasks."""
    others = db.session.scalars(possible_assignees(member.association_id).where(User.id != member.id)).all()
    roles = {"partners": (Role.MANAGER,), "requests": (Role.MANAGER,), "asked": (Role.DELEGATE, Role.MANAGER)}.get(kind)
    return [one for one in others if roles is None or one.has(*roles)]


def depart(member: User, by: User, successor: User | Successors | None) -> None:
    """Hand over all a member has in charge and close their access, in one transaction; each thing says so once.

    Raises what team.deactivate raises, and BadInput at the field of the kind that needs a successor, or cannot have this one.
    """
    chosen = successor if isinstance(successor, Successors) else Successors.all_to(successor)
    charge = charge_of(member)
    for kind, refusal in NEEDED.items():
        _insist(kind, refusal, getattr(charge, kind), getattr(chosen, kind), member)
    team.deactivate(member, by, _stand_in(chosen))
    _hand_over(member, by, chosen)


def _stand_in(chosen: Successors) -> User | None:
    return next((one for one in (chosen.requests, chosen.partners) if one is not None and one.has(Role.MANAGER)), None)


NEEDED = {
    "partners": N_("Choisissez qui reprend ses partenaires."),
    "requests": N_("Choisissez qui reprend les demandes à décider."),
    "tasks": N_("Choisissez qui reprend ses tâches."),
    "asked": N_("Choisissez qui reprend les demandes qu'elle ou il a faites."),
}


def _insist(kind: str, refusal: str, count: int, chosen: User | None, member: User) -> None:
    if count and chosen is None:
        raise BadInput(refusal, kind)
    if count and chosen is not None and chosen.id not in {one.id for one in fit_for(kind, member)}:
        raise BadInput(N_("Choisissez une personne de votre association qui peut s'en charger."), kind)


def _hand_over(member: User, by: User, chosen: Successors) -> None:
    """The version moves too, so that somebody who is editing one of these is told instead of undoing it.

    Partners in the trash follow: they may be restored.
    """
    if chosen.partners is not None:
        _tell_of_partners(member, by, chosen.partners)
        _move(Partner, [Partner.owner_id == member.id], owner_id=chosen.partners.id, version=Partner.version + 1)
    charges.hand_over(member, _stand_in(chosen))
    _move(IntroductionRequest, [IntroductionRequest.covers_id == member.id], covers_id=None)
    if chosen.requests is not None:
        _tell_of_requests(_handled_by(member), by, chosen.requests)
        _move(IntroductionRequest, _handled_by(member), handler_id=chosen.requests.id, version=IntroductionRequest.version + 1)
    if chosen.asked is not None:
        _tell_of_requests(_made_by(member), by, chosen.asked)
        _move(IntroductionRequest, _made_by(member), requester_id=chosen.asked.id, version=IntroductionRequest.version + 1)
    if chosen.tasks is not None:
        _move(Task, _to_do_by(member), assignee_id=chosen.tasks.id)


def _move(entity: Any, which: Any, **values: Any) -> None:
    db.session.execute(sa.update(entity).where(*which).values(**values))


def _tell_of_partners(member: User, by: User, to: User) -> None:
    for partner_id in db.session.scalars(sa.select(Partner.id).where(*_owned_by(member))).all():
        timeline.record("partner_handed_over", as_by(by), by.association_id, partner_id=partner_id, details={"to": to.name})


def _tell_of_requests(which: Any, by: User, to: User) -> None:
    """In our own association's timeline only: who does what inside it is no ally's business."""
    for request_id in db.session.scalars(sa.select(IntroductionRequest.id).where(*which)).all():
        timeline.record("request_handed_over", as_by(by), by.association_id, request_id=request_id, details={"to": to.name})


def _owned_by(member: User) -> tuple[sa.ColumnElement[bool], ...]:
    return Partner.owner_id == member.id, Partner.deleted_at.is_(None)


def _handled_by(member: User) -> tuple[sa.ColumnElement[bool], ...]:
    return IntroductionRequest.handler_id == member.id, IntroductionRequest.state.in_(IN_HAND)


def _to_do_by(member: User) -> tuple[sa.ColumnElement[bool], ...]:
    return Task.assignee_id == member.id, Task.done_on.is_(None)


def _made_by(member: User) -> tuple[sa.ColumnElement[bool], ...]:
    return IntroductionRequest.requester_id == member.id, IntroductionRequest.state.in_(ASKED)
