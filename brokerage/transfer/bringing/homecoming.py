"""What left in an export of ours comes back into the book as it left.

A partner the book knows (by its reference, its UAI or SIRET, or its name and town) is completed and never overwritten;
any other is added to the letter, under an id that is the same each time.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, Permission
from brokerage.reference.folding import folded
from brokerage.timeline import By
from brokerage.transfer.bringing.arrival import COUNTED, one_at_a_time, suppressed
from brokerage.transfer.bringing.book import stored
from brokerage.transfer.bringing.journal import Journal
from brokerage.transfer.bringing.merging import permission_after, write
from brokerage.transfer.bringing.owners import Owners
from brokerage.transfer.bringing.storing import Haul
from brokerage.transfer.models import ImportBatch
from brokerage.transfer.returning import Record

COORDINATES = ("email", "phone", "mobile")
_FILLED = frozenset(
    (
        *("type", "uai", "siret", "siren", "naf", "headcount", "address", "postcode", "town", "insee", "department", "academy", "region"),
        *("website", "owner_id", "since", "last_contact_on"),
    )
)


class Standing:
    """The living partners of the book before the file, by all they can be recognised by."""

    def __init__(self, association_id: uuid.UUID) -> None:
        self.mine, self._by = association_id, dict[tuple[str, str], Any]()
        columns = sa.select(Partner.id, Partner.uai, Partner.siret, Partner.name, Partner.town)
        for row in db.session.execute(columns.where(Partner.association_id == association_id, Partner.deleted_at.is_(None))):
            for key in (("id", str(row.id)), *_identifiers(row._mapping), _name(row._mapping)):
                self._by.setdefault(key, row)

    def find(self, record: Record) -> uuid.UUID | None:
        """The partner a record is about; None when the book does not have it."""
        references = (record.reference, str(new_id(self.mine, record.reference)))
        sure = [("id", reference) for reference in references] + _identifiers(record.partner)
        if known := next((self._by[key] for key in sure if key in self._by), None):
            return known.id
        alike = self._by.get(_name(record.partner))
        return alike.id if alike and not _contradict(alike._mapping, record.partner) else None


def _identifiers(values: Mapping[Any, Any]) -> list[tuple[str, str]]:
    return [(name, values[name]) for name in ("uai", "siret") if values[name]]


def _name(values: Mapping[Any, Any]) -> tuple[str, str]:
    return "name", f"{folded(values['name']) or values['name']}\n{folded(values['town'])}"


def _contradict(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    return any(one[name] and other[name] and one[name] != other[name] for name in ("uai", "siret"))


def new_id(association_id: uuid.UUID, reference: str) -> uuid.UUID:
    """The id of what comes in: the same each time, so that the same file twice changes nothing."""
    return uuid.uuid5(association_id, reference)


@dataclass
class Homecoming:
    """Records on their way back into the book."""

    by: By
    batch: ImportBatch
    haul: Haul = field(default_factory=Haul)
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTED, 0)))

    def __post_init__(self) -> None:
        self.association_id, self.import_id, self.source = self.batch.association_id, self.batch.id, self.batch.source
        self.haul.batch_id = self.batch.id

    def settle(self, records: Sequence[Record]) -> None:
        """Everything, and what was there before. Flushes, never commits."""
        one_at_a_time(self.association_id)
        standing, self.owners = Standing(self.association_id), Owners(self.association_id)
        emails = {person["email"] for record in records for person in record.people if person["email"]}
        self.keys = {email: vault.key_of(email) for email in emails}
        self.stopped = suppressed(self.keys)
        targets = [(record, standing.find(record)) for record in records]
        self.found = stored([known for _, known in targets if known])
        self.journal = Journal(self.association_id, self.batch, self.found)
        for record, known in targets:
            self._keep_lines(record, *(self._complete(record, known) if known else self._add(record)))
        db.session.flush()
        self.journal.close(self.haul)
        self.counts["changes"] = len(self.haul.changes)
        self.haul.store()

    @property
    def objects(self) -> bool:
        """Whether it brought objections: introductions of these people may still be open."""
        return bool(self.haul.objections)

    def _keep_lines(self, record: Record, what: str, partner_id: uuid.UUID) -> None:
        self.counts["rows"] += len(record.lines)
        self.counts["imported"] += len(record.lines)
        about: dict[str, Any] = {"association_id": self.association_id, "batch_id": self.import_id, "partner_id": partner_id}
        about |= {"action": what, "sheet": "", "issues": [], "held_remark": ""}
        self.haul.rows += [{"id": uuid.uuid4(), "line": line, **about} for line in record.lines]

    def _note(self, record: Record, partner_id: uuid.UUID) -> bool:
        """The notes that the partner does not have yet."""
        new = [text for text in dict.fromkeys(record.notes) if text not in self.found.notes.get(partner_id, ())]
        for text in new:
            self.haul.tell("note", self.by, self.association_id, {"text": text}, partner_id)
        self.counts["notes"] += len(new)
        return bool(new)

    def _add(self, record: Record) -> tuple[str, uuid.UUID]:
        partner_id = new_id(self.association_id, record.reference)
        if db.session.scalar(sa.select(Partner.id).where(Partner.id == partner_id)):
            partner_id = uuid.uuid4()  # it came once, and lies in the trash since
        self.haul.partners.append({"id": partner_id, **self._columns(record), "association_id": self.association_id})
        self.haul.tell("partner_created", self.by, self.association_id, {"source": self.source}, partner_id)
        for nth, person in enumerate(record.people):
            self._add_person(partner_id, person, nth)
        self._note(record, partner_id)
        self.counts["partners_created"] += 1
        return "created", partner_id

    def _columns(self, record: Record) -> dict[str, Any]:
        values = {name: value for name, value in record.partner.items() if name not in ("id", "owner")}
        return values | {"owner_id": self.owners.named(record.partner["owner"]), "import_id": self.import_id}

    def _complete(self, record: Record, partner_id: uuid.UUID) -> tuple[str, uuid.UUID]:
        """Gaps are filled; what stands, stands; who is not there yet is added."""
        partner = self.found.partners[partner_id]
        told = self._columns(record)
        wanted = {name: getattr(partner, name) or told[name] for name in told if name in _FILLED}
        wanted["tags"] = list(dict.fromkeys([*partner.tags, *told["tags"]]))
        wanted["extra"] = told["extra"] | partner.extra
        changed = write(partner, wanted) | self._note(record, partner_id)
        for nth, person in enumerate(record.people):
            changed |= self._complete_person(partner_id, person, nth)
        what = "changed" if changed else "unchanged"
        self.counts[f"partners_{what}"] += 1
        return what, partner_id

    def _complete_person(self, partner_id: uuid.UUID, person: dict[str, Any], nth: int) -> bool:
        contact = next((one for one in self.found.contacts[partner_id] if self._is(one, person)), None)
        if contact is None:
            self._add_person(partner_id, person, nth)
            return True
        told = {"permission": permission_after(contact, self._permission(person)), "extra": person["extra"] | contact.extra}
        changed = write(contact, told)
        self.counts["contacts_changed" if changed else "contacts_unchanged"] += 1
        return changed

    def _is(self, contact: Contact, person: dict[str, Any]) -> bool:
        if str(contact.id) in (person["id"], str(self._person_id(contact.partner_id, person))):
            return True
        email = self.found.coordinates.get(contact.id, vault.NOTHING).email
        if email and person["email"]:
            return email.casefold() == person["email"].casefold()
        return (contact.first_name, contact.last_name) == (person["first_name"], person["last_name"])

    def _add_person(self, partner_id: uuid.UUID, person: dict[str, Any], nth: int) -> None:
        """`nth` keeps the order of the file, which is that of the page."""
        contact_id = uuid.uuid4() if partner_id in self.found.partners else self._person_id(partner_id, person)
        values = {name: value for name, value in person.items() if name not in ("id", *COORDINATES)}
        values |= {"id": contact_id, "association_id": self.association_id, "partner_id": partner_id, "import_id": self.import_id}
        values |= {"permission": self._permission(person), "created_at": self.haul.at + timedelta(microseconds=nth)}
        self.haul.contacts.append(values)
        where = {name: person[name] for name in COORDINATES}
        key = self.keys.get(person["email"])
        self.haul.channels.append({"contact_id": contact_id, "association_id": self.association_id, **where, "email_key": key})
        self.counts["contacts_created"] += 1

    def _person_id(self, partner_id: uuid.UUID, person: dict[str, Any]) -> uuid.UUID:
        return new_id(self.association_id, f"{partner_id} {person['id']}")

    def _permission(self, person: dict[str, Any]) -> Permission:
        """An address on the objection list stays there whatever the file says; one that says no joins it (G10)."""
        said: Permission = person["permission"]
        if said is Permission.DO_NOT_CONTACT and person["email"]:
            self.haul.objections.add(self.keys[person["email"]])
        return Permission.DO_NOT_CONTACT if person["email"] in self.stopped else said
