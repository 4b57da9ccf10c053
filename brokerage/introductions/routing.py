"""Who gets a request: the owner of the relation, else whoever is in charge, else their stand-in."""

import uuid
from datetime import date

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.introductions import rules
from brokerage.introductions.models import IntroductionRequest
from brokerage.partners.models import Partner
from brokerage.partners.windows import ShowcaseEntry


def handler_for(request: IntroductionRequest) -> User | None:
    """The manager of the giving association who will decide, never the requester; None when it has no manager.

    In this order: the partner's owner, a manager of the same region, the association's default, any manager;
    a stand-in replaces whoever is absent or gone.
    """
    managers = {m.id: m for m in managers_of(request.giving_id) if m.id != request.requester_id}
    for candidate in _candidates(request, managers):
        if candidate and (present := present_or_stand_in(candidate, managers, clock.today())):
            return present
    return next(iter(managers.values()), None)


def managers_of(association_id: uuid.UUID) -> list[User]:
    """The active managers of an association, the longest there first."""
    members = db.session.scalars(
        sa.select(User).where(User.association_id == association_id, User.is_active).order_by(User.created_at, User.id)
    )
    return [member for member in members if member.has(Role.MANAGER)]


def _candidates(request: IntroductionRequest, managers: dict[uuid.UUID, User]) -> list[User | None]:
    default = db.session.get_one(Association, request.giving_id).default_manager_id
    nearby = [m for m in managers.values() if m.region and m.region == request.region]
    everyone = [m for m in managers.values() if is_present(m, clock.today())]
    owner = _owner_of(request)
    return [managers.get(owner) if owner else None, *nearby, managers.get(default) if default else None, *everyone]


def _owner_of(request: IntroductionRequest) -> uuid.UUID | None:
    """From the showcase when an ally asks, from the book itself when the giving side routes again."""
    if request.partner_id is None:
        return None
    shown = db.session.scalar(sa.select(ShowcaseEntry.owner_id).where(ShowcaseEntry.id == request.partner_id))
    return shown or db.session.scalar(sa.select(Partner.owner_id).where(Partner.id == request.partner_id))


def is_present(user: User, day: date) -> bool:
    """Whether a member is active and not away on `day`."""
    away = user.away_from is not None and user.away_from <= day and (user.away_until is None or day <= user.away_until)
    return user.is_active and not away


def present_or_stand_in(user: User, managers: dict[uuid.UUID, User], day: date) -> User | None:
    """The member if present, else the first present one along the chain of stand-ins, else None."""
    seen: set[uuid.UUID] = set()
    current: User | None = user
    while current and current.id not in seen:
        if is_present(current, day):
            return current
        seen.add(current.id)
        current = managers.get(current.stand_in_id) if current.stand_in_id else None
    return None


def answer_expected(request: IntroductionRequest) -> date:
    """The day an answer is expected by: working days of the giving side from today, by its rule."""
    days = rules.of(request.giving_id).decide_within
    return calendar.add_working_days(clock.today(), days, calendar.HEAD_OFFICE)
