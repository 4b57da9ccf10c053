"""The verbs on a contact: add, change, remove. The timeline keeps names of fields, never a name or an address."""

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.mail.models import Suppression
from brokerage.partners import fields as own_fields
from brokerage.partners import policy, preferences, vault
from brokerage.partners.models import Contact, ContactRole, Partner, Permission
from brokerage.partners.partners import as_by, insist_on_version
from brokerage.partners.vault import Coordinates


@dataclass(frozen=True)
class Details:
    """What a form says of a contact, but for the coordinates."""

    last_name: str
    first_name: str = ""
    civility: str = ""
    role: ContactRole = ContactRole.OTHER
    title: str = ""
    language: str = "fr"
    permission: Permission = Permission.ASK_FIRST
    asks_per_quarter: int | None = None
    quiet_months: tuple[int, ...] = ()
    source: str = ""
    source_date: date | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # values of the association's own fields, by id


def add(partner: Partner, by: User, details: Details, coordinates: Coordinates) -> Contact:
    """A new contact at a partner. Somebody on the objection list comes in as "do not contact", whatever the form says."""
    policy.insist(by, *policy.EDITORS)
    contact = Contact(id=uuid.uuid4(), association_id=partner.association_id, partner_id=partner.id)
    contact.permission = Permission.ASK_FIRST
    _fill(contact, details, coordinates.email)
    db.session.add(contact)
    db.session.flush()
    vault.keep(partner.association_id, contact.id, coordinates)
    _record("contact_added", contact, by)
    return contact


def change(contact: Contact, by: User, details: Details, coordinates: Coordinates, version: int) -> frozenset[str]:
    """Write what the form says over `contact`, and tell which fields differ.

    Raises Overtaken when somebody saved since the form was opened. "Do not contact" is the person's own word:
    no form takes it back.
    """
    policy.insist(by, *policy.EDITORS)
    insist_on_version(contact, version)
    known = vault.own([contact.id]).get(contact.id, vault.NOTHING)
    changed = _fill(contact, details, coordinates.email)
    changed |= {f.name for f in fields(coordinates) if getattr(known, f.name) != getattr(coordinates, f.name)}
    if not changed:
        return changed
    contact.changed_at = clock.now()  # a new telephone alone must also move the version
    db.session.flush()
    vault.keep(contact.association_id, contact.id, coordinates)
    _record("contact_changed", contact, by, fields=sorted(changed))
    return changed


def remove(contact: Contact, by: User) -> None:
    """Take a contact out of the book; open introductions go on."""
    policy.insist(by, *policy.EDITORS)
    contact.deleted_at = clock.now()
    db.session.flush()
    _record("contact_removed", contact, by)


def _fill(contact: Contact, details: Details, email: str) -> frozenset[str]:
    _insist_on_sense(details)
    values: dict[str, Any] = {f.name: getattr(details, f.name) for f in fields(details)}
    values |= {"quiet_months": list(details.quiet_months), "extra": own_fields.merged(contact.extra or {}, details.extra)}
    if contact.permission is Permission.DO_NOT_CONTACT or objected(email):
        values["permission"] = Permission.DO_NOT_CONTACT
    preferences.insist_on_own_word(contact, values)
    changed = frozenset(name for name, value in values.items() if getattr(contact, name) != value)
    for name in changed:
        setattr(contact, name, values[name])
    return changed


def _insist_on_sense(details: Details) -> None:
    if not details.last_name.strip():
        raise BadInput(N_("Indiquez le nom de la personne."), "last_name")
    if not details.source.strip():
        raise BadInput(N_("Dites d'où viennent ces coordonnées : la personne peut le demander."), "source")
    if details.permission is Permission.SHARE_OK and details.source_date is None:
        raise BadInput(N_("Un accord donné d'avance a une date : indiquez-la."), "source_date")
    if details.source_date and details.source_date > clock.today():
        raise BadInput(N_("Cette date est à venir."), "source_date")


def objected(email: str) -> bool:
    """Whether this address is on the objection list, which no import and no form can undo (G10)."""
    if not email.strip():
        return False
    found = db.session.get(Suppression, vault.key_of(email))
    return found is not None and found.reason == "objection"


def _record(what: str, contact: Contact, by: User, **details: Any) -> None:
    timeline.record(what, as_by(by), contact.association_id, details=details, partner_id=contact.partner_id, contact_id=contact.id)
