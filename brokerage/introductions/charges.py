"""Qui décide: the table of an association that says who is in charge of which partners where, and its holes."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from brokerage import timeline
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotFound, NotYours
from brokerage.introductions.models import RoutingRule
from brokerage.introductions.routing import KINDS, managers_of
from brokerage.partners.partners import as_by
from brokerage.reference.places import REGIONS

SERVED = tuple(code for code, region in REGIONS.items() if region.zone in ("metro", "drom"))


@dataclass(frozen=True)
class Line:
    """A line of the table; `rule_id` is None for a manager whose own page names the region."""

    rule_id: uuid.UUID | None
    kind: str
    region: str
    manager: User
    is_void: bool  # gone, or no manager any more: the line counts for nothing


@dataclass(frozen=True)
class Table:
    """All of it. `holes`: per kind, the regions where nobody is in charge."""

    lines: tuple[Line, ...]
    default: User | None
    managers: tuple[User, ...]
    holes: dict[str, tuple[str, ...]]


def of(association_id: uuid.UUID) -> Table:
    """The table of an association, by region and kind, the whole country last."""
    managers = tuple(managers_of(association_id))
    found = db.session.execute(
        sa.select(RoutingRule, User).join(User, User.id == RoutingRule.manager_id).where(RoutingRule.association_id == association_id)
    )
    lines = [Line(rule.id, rule.kind, rule.region, who, who not in managers) for rule, who in found]
    lines += [Line(None, "", one.region, one, False) for one in managers if one.region]
    default = db.session.get_one(Association, association_id).default_manager_id
    return Table(
        tuple(sorted(lines, key=_order)), next((m for m in managers if m.id == default), None), managers, _holes(lines)
    )


def _order(line: Line) -> tuple[bool, str, bool, str, bool]:
    """By region as people read it, a kind before all of them, what the table says before a member's page."""
    name = REGIONS[line.region].name if line.region in REGIONS else ""
    return not line.region, name, not line.kind, line.kind, line.rule_id is None


def _holes(lines: list[Line]) -> dict[str, tuple[str, ...]]:
    held = {(line.kind, line.region) for line in lines if not line.is_void}
    return {
        kind: tuple(code for code in SERVED if not held & {(k, r) for k in (kind, "") for r in (code, "")})
        for kind in KINDS
    }


def put(by: User, kind: str, region: str, manager_id: uuid.UUID | None) -> None:
    """Say who is in charge; a line for the same partners is replaced. Raises NotYours, BadInput."""
    manager = _chosen(by, manager_id)
    if kind not in ("", *KINDS) or region not in ("", *SERVED):
        raise BadInput(N_("Choisissez un réseau et une région de la liste."))
    if not kind and not region:
        raise BadInput(N_("Pour tout le reste, choisissez plutôt la personne par défaut."), "region")
    same = sa.select(RoutingRule).where(
        RoutingRule.association_id == by.association_id, RoutingRule.kind == kind, RoutingRule.region == region
    )
    rule = db.session.scalar(same) or RoutingRule(association_id=by.association_id, kind=kind, region=region)
    rule.manager_id = manager.id
    db.session.add(rule)
    _note(by, "charge_given", kind=kind, region=region, to=manager.name)


def remove(by: User, rule_id: uuid.UUID) -> None:
    """Take a line away: what it named falls to the next one that fits. Raises NotYours, NotFound."""
    _only_admins(by)
    rule = db.session.scalar(sa.select(RoutingRule).where(RoutingRule.id == rule_id, RoutingRule.association_id == by.association_id))
    if rule is None:
        raise NotFound(N_("Cette ligne n'existe plus."))
    db.session.delete(rule)
    _note(by, "charge_removed", kind=rule.kind, region=rule.region)


def put_default(by: User, manager_id: uuid.UUID | None) -> None:
    """Who gets what is nobody's. Raises NotYours, BadInput."""
    manager = _chosen(by, manager_id)
    db.session.get_one(Association, by.association_id).default_manager_id = manager.id
    _note(by, "charge_given", kind="", region="", to=manager.name)


def hand_over(member: User, to: User | None) -> None:
    """The lines of somebody who leaves go to `to`, or away."""
    mine = RoutingRule.manager_id == member.id, RoutingRule.association_id == member.association_id
    if to is None:
        db.session.execute(sa.delete(RoutingRule).where(*mine))
    else:
        db.session.execute(sa.update(RoutingRule).where(*mine).values(manager_id=to.id))


def _chosen(by: User, manager_id: uuid.UUID | None) -> User:
    _only_admins(by)
    found = next((one for one in managers_of(by.association_id) if one.id == manager_id), None)
    if found is None:
        raise BadInput(N_("Choisissez une ou un responsable des partenariats de votre association."), "manager")
    return found


def _only_admins(by: User) -> None:
    if not by.has(Role.ADMIN):
        raise NotYours(N_("Seule une personne qui administre l'association peut le faire."))


def _note(by: User, what: str, **details: str) -> None:
    timeline.record(what, as_by(by), by.association_id, details=details)
