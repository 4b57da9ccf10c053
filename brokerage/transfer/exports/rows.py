"""Partners and their people as rows of a file: four statements for a thousand partners, whatever they hold."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner
from brokerage.partners.notes import KINDS, told
from brokerage.timeline import Entry
from brokerage.transfer.exports.beyond import Beyond
from brokerage.transfer.exports.columns import COLUMNS, cells_of

COORDINATES = ("email", "phone", "mobile")
NOTHING_MORE = Beyond()
_ELSEWHERE = {*COORDINATES, "owner"}


def rows_of(partner_ids: Sequence[uuid.UUID], beyond: Beyond = NOTHING_MORE) -> tuple[list[list[str]], int]:
    """The rows of these partners of the association in scope, in this order, and how many are contacts.

    What went to the trash meanwhile is left out.
    """
    living = sa.select(Partner).where(Partner.id.in_(partner_ids), Partner.deleted_at.is_(None))
    partners = {one.id: one for one in db.session.scalars(living)}
    people = _people(list(partners))
    known = vault.own(one.id for some in people.values() for one in some)
    owners, notes = _owners(), _notes(list(partners)) if beyond.notes else {}
    rows = []
    for partner in filter(None, map(partners.get, partner_ids)):
        values = _told(partner, "partner") | {"owner": owners.get(partner.owner_id, "")}
        for nth, one in enumerate(people[partner.id] or (None,)):  # notes stand beside the first only
            person = _person(one, known.get(one.id, vault.NOTHING)) if one else None
            words = [] if nth else notes.get(partner.id, [])
            rows.append(cells_of(values, person) + beyond.cells(partner.extra, one.extra if one else None, words))
    return rows, sum(map(len, people.values()))


def _people(partner_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Contact]]:
    living = sa.select(Contact).where(Contact.partner_id.in_(partner_ids), Contact.deleted_at.is_(None))
    found: dict[uuid.UUID, list[Contact]] = defaultdict(list)
    for contact in db.session.scalars(living.order_by(Contact.created_at, Contact.id)):
        found[contact.partner_id].append(contact)
    return found


def _notes(partner_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The notes of these partners as they read today, the oldest first."""
    written = sa.select(Entry).where(Entry.partner_id.in_(partner_ids), Entry.what.in_(KINDS))
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for note in sorted(told(db.session.scalars(written)), key=lambda note: note.at):
        found[note.partner_id].append(note.text)
    return found


def _owners() -> dict[uuid.UUID | None, str]:
    return {one.id: one.name for one in db.session.scalars(sa.select(User))}


def _told(thing: Any, of: str) -> dict[str, Any]:
    return {column.name: getattr(thing, column.name) for column in COLUMNS if column.of == of and column.name not in _ELSEWHERE}


def _person(contact: Contact, known: vault.Coordinates) -> dict[str, Any]:
    return _told(contact, "contact") | {name: getattr(known, name) for name in COORDINATES}
