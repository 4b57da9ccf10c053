"""Who gets a request, and why: the owner of the relation, else whoever is in charge; their stand-in while they are away.

In this order: the partner's owner; the table of the association (`charges.py`), the most precise line first; a manager of
the same region; the association's default; any manager. Never the requester.
"""

import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.accounts.absence import is_present, present_or_stand_in
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.introductions import rules
from brokerage.introductions.models import IntroductionRequest, Need, RoutingRule
from brokerage.partners.models import Partner
from brokerage.partners.windows import ShowcaseEntry

KINDS = (Need.ACADEMIC.value, Need.CORPORATE.value)


class Why(enum.StrEnum):
    """What makes somebody the one who decides."""

    OWNER = "owner"
    CHARGE = "charge"  # a line of the table
    NEARBY = "nearby"  # a manager of that region
    DEFAULT = "default"
    ANYONE = "anyone"


@dataclass(frozen=True)
class Sought:
    """What routing asks of a need. `kind` is "academic", "corporate" or "" and `region` a code or ""."""

    giving_id: uuid.UUID
    requester_id: uuid.UUID | None = None
    kind: str = ""
    region: str = ""
    owner_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Way:
    """Where a request goes: to `manager`, for `why`; `absent` is whoever it would go to if they were there."""

    manager: User
    why: Why
    absent: User | None = None
    rule: RoutingRule | None = None  # the line of the table that says so


def entrust(request: IntroductionRequest) -> User | None:
    """Put a request into the hands of whoever decides; None, and nothing changed, when the giving side has no manager."""
    way = route(_sought_by(request))
    if way is None:
        return None
    request.handler, request.covers = way.manager, way.absent
    return way.manager


def route(sought: Sought) -> Way | None:
    """Who would decide today, and why; None when the association has no manager but the requester."""
    managers = {m.id: m for m in managers_of(sought.giving_id) if m.id != sought.requester_id}
    for candidate, why, rule in _candidates(sought, managers):
        if present := present_or_stand_in(candidate, managers, clock.today()):
            return Way(present, why, candidate if present is not candidate else None, rule)
    return next((Way(manager, Why.ANYONE) for manager in managers.values()), None)


def managers_of(association_id: uuid.UUID) -> list[User]:
    """The active managers of an association, the longest there first."""
    members = db.session.scalars(
        sa.select(User).where(User.association_id == association_id, User.is_active).order_by(User.created_at, User.id)
    )
    return [member for member in members if member.has(Role.MANAGER)]


def _candidates(sought: Sought, managers: dict[uuid.UUID, User]) -> Iterator[tuple[User, Why, RoutingRule | None]]:
    default = db.session.get_one(Association, sought.giving_id).default_manager_id
    wanted: list[tuple[uuid.UUID | None, Why, RoutingRule | None]] = [(sought.owner_id, Why.OWNER, None)]
    wanted += [(rule.manager_id, Why.CHARGE, rule) for rule in _lines_for(sought)]
    wanted += [(m.id, Why.NEARBY, None) for m in managers.values() if m.region and m.region == sought.region]
    wanted += [(default, Why.DEFAULT, None)]
    wanted += [(m.id, Why.ANYONE, None) for m in managers.values() if is_present(m, clock.today())]
    return ((managers[one], why, rule) for one, why, rule in wanted if one in managers)


def _lines_for(sought: Sought) -> list[RoutingRule]:
    """The lines that name this need, the region before the whole country, a kind before all of them."""
    own = RoutingRule.association_id == sought.giving_id
    fits = RoutingRule.kind.in_(["", sought.kind]), RoutingRule.region.in_(["", sought.region])
    found = db.session.scalars(sa.select(RoutingRule).where(own, *fits)).all()
    return sorted(found, key=lambda rule: (not rule.region, not rule.kind))


def _sought_by(request: IntroductionRequest) -> Sought:
    kind = request.need.value if request.need and request.need.value in KINDS else ""
    known = Sought(request.giving_id, request.requester_id, kind, request.region or "")
    return _with_partner(known, request.partner_id) if request.partner_id else known


def _with_partner(known: Sought, partner_id: uuid.UUID) -> Sought:
    """From the showcase when an ally asks, from the book itself when the giving side routes again."""
    found = None
    for book in (ShowcaseEntry, Partner):
        columns = sa.select(book.owner_id, book.kind, book.region).where(book.id == partner_id)
        found = found or db.session.execute(columns).one_or_none()
    if found is None:
        return known
    return Sought(known.giving_id, known.requester_id, found.kind.value, found.region or known.region, found.owner_id)


def reader_of(request: IntroductionRequest) -> User | None:
    """Who reads what is written to the handler today: themselves, or their stand-in while they are away."""
    handler = request.handler
    if handler is None or is_present(handler, clock.today()):
        return handler
    managers = {m.id: m for m in managers_of(request.giving_id) if m.id != request.requester_id}
    return present_or_stand_in(handler, managers, clock.today()) or handler


def answer_expected(request: IntroductionRequest) -> date:
    """The day an answer is expected by: working days of the giving side from today, by its rule."""
    days = rules.of(request.giving_id).decide_within
    return calendar.add_working_days(clock.today(), days, calendar.HEAD_OFFICE)
