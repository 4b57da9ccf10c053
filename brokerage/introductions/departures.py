"""What a member has in charge when they go, and who takes it over: partners and undecided requests change hands."""

from dataclasses import dataclass

import sqlalchemy as sa

from brokerage.accounts import team
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.partners.models import Partner

# An approved request still waits for a contact's answer: somebody must read it.
IN_HAND = (RequestState.SUBMITTED, RequestState.INFO_NEEDED, RequestState.PARKED, RequestState.APPROVED)


@dataclass(frozen=True)
class Charge:
    """How much would be left without anybody."""

    partners: int
    requests: int

    def __bool__(self) -> bool:
        return bool(self.partners or self.requests)


def charge_of(member: User) -> Charge:
    """What a member has in charge today: living partners, and requests not closed yet."""
    partners, requests = (
        db.session.scalar(sa.select(sa.func.count(entity.id)).where(*which)) or 0
        for entity, which in ((Partner, _owned_by(member)), (IntroductionRequest, _handled_by(member)))
    )
    return Charge(partners, requests)


def depart(member: User, by: User, successor: User | None) -> None:
    """Hand over all a member has in charge and close their access, in one transaction.

    Raises what team.deactivate raises, and BadInput at the field `successor` when one is needed, or cannot be.
    """
    charge = charge_of(member)
    if charge and successor is None:
        raise BadInput(N_("Choisissez qui reprend ses partenaires et ses demandes."), "successor")
    if successor is not None:
        _refuse_unfit(successor, member)
    team.deactivate(member, by, successor)
    if successor is not None:
        _hand_over(member, successor)


def _refuse_unfit(successor: User, member: User) -> None:
    fit = successor.is_active and successor.has(Role.MANAGER) and successor.id != member.id
    if not fit or successor.association_id != member.association_id:
        raise BadInput(N_("Choisissez une personne responsable des partenariats de votre association."), "successor")


def _hand_over(member: User, successor: User) -> None:
    """The version moves too, so that somebody who is editing one of these is told instead of undoing it.

    Partners in the trash follow: they may be restored.
    """
    owned = sa.update(Partner).where(Partner.owner_id == member.id)
    db.session.execute(owned.values(owner_id=successor.id, version=Partner.version + 1))
    handled = sa.update(IntroductionRequest).where(*_handled_by(member))
    db.session.execute(handled.values(handler_id=successor.id, version=IntroductionRequest.version + 1))


def _owned_by(member: User) -> tuple[sa.ColumnElement[bool], ...]:
    return Partner.owner_id == member.id, Partner.deleted_at.is_(None)


def _handled_by(member: User) -> tuple[sa.ColumnElement[bool], ...]:
    return IntroductionRequest.handler_id == member.id, IntroductionRequest.state.in_(IN_HAND)
