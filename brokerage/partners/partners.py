"""The verbs on a partner: create, change, list and hide, put in the trash and take out. Each leaves an entry."""

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from brokerage import clock, timeline
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners import fields as own_fields
from brokerage.partners import policy, tags
from brokerage.partners.models import Partner, PartnerKind, Status, Visibility
from brokerage.partners.placing import placed
from brokerage.timeline import Actor, By


@dataclass(frozen=True)
class Details:
    """What a form says of a partner. Identifiers are valid or None; codes of types and purposes are known ones."""

    kind: PartnerKind
    name: str
    type: str = ""
    uai: str | None = None
    siren: str | None = None
    siret: str | None = None
    address: str = ""
    postcode: str = ""
    town: str = ""
    website: str = ""
    owner_id: uuid.UUID | None = None
    status: Status = Status.ACTIVE
    visibility: Visibility = Visibility.LISTED
    open_now: bool = True
    accepts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # values of the association's own fields, by id; None takes one out


class Taken(BadInput):
    """Another living partner of the book has this identifier; `existing_id` and `name` lead to it."""

    def __init__(self, field: str, existing_id: uuid.UUID, name: str) -> None:
        self.existing_id = existing_id
        super().__init__(N_("Cette fiche est déjà dans votre carnet : %(name)s."), field, name=name)


class Overtaken(WrongState):
    """Somebody saved this partner or contact since the form was opened; nothing was written."""

    def __init__(self, who: str) -> None:
        super().__init__(N_("%(who)s a modifié cette fiche entre-temps. Rien n'a été écrasé : comparez, puis enregistrez."), who=who)


def as_by(by: User) -> By:
    """A member as the timeline keeps them."""
    return By(Actor.MEMBER, by.id, by.name)


def create(by: User, details: Details) -> Partner:
    """A new partner in the book of `by`'s association. Raises BadInput with the field, Taken for a double."""
    policy.insist(by, *policy.EDITORS)
    partner = Partner(id=uuid.uuid4(), association_id=by.association_id)
    _fill(partner, details)
    _flush(partner)
    _record("partner_created", partner, by)
    return partner


def change(partner: Partner, by: User, details: Details, version: int) -> frozenset[str]:
    """Write what the form says over `partner`, and tell which fields differ.

    `version` is the one the form was opened on. Raises Overtaken when it is no longer the last, Taken for a double.
    The caller found `partner` FOR UPDATE, so that two at once wait for each other.
    """
    policy.insist(by, *policy.EDITORS)
    insist_on_version(partner, version)
    changed = _fill(partner, details)
    _flush(partner)
    if changed:
        _record("partner_changed", partner, by, fields=sorted(changed))
    return changed


def insist_on_version(thing: Any, version: int) -> None:
    """Raise Overtaken, naming who was faster, unless a form speaks of the last version of a partner or contact."""
    if thing.version != version:
        raise Overtaken(last_hand(thing)[0] or N_("Quelqu'un"))


def last_hand(thing: Any) -> tuple[str, datetime | None]:
    """Who last left a line about a partner or contact, and when: whom a form was overtaken by."""
    column = timeline.Entry.partner_id if isinstance(thing, Partner) else timeline.Entry.contact_id
    lines = sa.select(timeline.Entry.by_name, timeline.Entry.at).where(column == thing.id, timeline.Entry.by_name != "")
    found = db.session.execute(lines.order_by(timeline.Entry.at.desc()).limit(1)).one_or_none()
    return (found.by_name, found.at) if found else ("", None)


def _fill(partner: Partner, details: Details) -> frozenset[str]:
    if not details.name.strip():
        raise BadInput(N_("Indiquez le nom de l'organisation."), "name")
    if details.owner_id and details.owner_id != partner.owner_id:
        insist_on_owner(details.owner_id, partner.association_id)
    values: dict[str, Any] = {f.name: getattr(details, f.name) for f in fields(details)}
    values |= {"accepts": list(details.accepts), "tags": tags.in_known_words(partner.association_id, details.tags, partner.tags or ())}
    values["extra"] = own_fields.merged(partner.extra or {}, details.extra)
    values |= _place(partner, details)
    changed = frozenset(name for name, value in values.items() if getattr(partner, name) != value)
    for name in changed:
        setattr(partner, name, values[name])
    return changed


def _place(partner: Partner, details: Details) -> dict[str, Any]:
    """A place that nobody touched keeps its codes: imports know some that the register of towns does not."""
    if (partner.postcode or "", partner.town or "") == (details.postcode, details.town):
        return {}
    place = placed(details.postcode, details.town)
    return {f.name: getattr(place, f.name) for f in fields(place)}


def insist_on_owner(owner_id: uuid.UUID, association_id: uuid.UUID) -> None:
    """Refuse whoever may not have a partner in charge: only active managers of the association may."""
    owner = db.session.get(User, owner_id)
    if owner is None or owner.association_id != association_id or not owner.is_active or not owner.has(Role.MANAGER):
        raise BadInput(N_("Choisissez une ou un responsable des partenariats de votre association."), "owner_id")


def _flush(partner: Partner) -> None:
    """Two may create the same school in the same second: the index decides, and the second is told."""
    for field in ("uai", "siret"):
        _insist_on_free(partner, field)
    try:
        with db.session.begin_nested():
            db.session.add(partner)
    except IntegrityError as no:
        raise BadInput(N_("Cette fiche vient d'être créée par quelqu'un d'autre. Rechargez la liste.")) from no


def _insist_on_free(partner: Partner, field: str) -> None:
    value = getattr(partner, field)
    if not value:
        return
    column = getattr(Partner, field)
    others = sa.select(Partner.id, Partner.name).where(column == value, Partner.id != partner.id, Partner.deleted_at.is_(None))
    with db.session.no_autoflush:
        double = db.session.execute(others.limit(1)).one_or_none()
    if double:
        raise Taken(field, double.id, double.name)


def show_to_allies(partner: Partner, by: User, visibility: Visibility) -> None:
    """List a partner in the common directory, or take it out of it: at once, open requests go on."""
    policy.insist(by, *policy.EDITORS)
    if partner.visibility is not visibility:
        partner.visibility = visibility
        db.session.flush()
        _record("partner_listed" if visibility is Visibility.LISTED else "partner_hidden", partner, by)


def trash(partner: Partner, by: User) -> None:
    """Put a partner in the trash: out of lists, searches and the common directory, with its contacts."""
    policy.insist(by, *policy.EDITORS)
    partner.deleted_at = clock.now()
    db.session.flush()
    _record("partner_trashed", partner, by)


def restore(partner: Partner, by: User) -> None:
    """Take a partner out of the trash. Raises Taken when the book has another with its UAI or SIRET since."""
    policy.insist(by, *policy.EDITORS)
    for field in ("uai", "siret"):
        _insist_on_free(partner, field)
    partner.deleted_at = None
    _flush(partner)
    _record("partner_restored", partner, by)


def _record(what: str, partner: Partner, by: User, **details: Any) -> None:
    timeline.record(what, as_by(by), partner.association_id, partner_id=partner.id, details=details)
