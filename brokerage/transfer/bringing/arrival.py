"""One file on its way into the book: each organisation is found there or added, each row's fate is written down."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.database import db
from brokerage.mail.models import Suppression
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission
from brokerage.partners.notes import mark_of
from brokerage.partners.vault import Coordinates
from brokerage.timeline import By, record
from brokerage.transfer.bringing.book import Known, Stored, chunks, opened, stored
from brokerage.transfer.bringing.cleaning import clean
from brokerage.transfer.bringing.gathering import Gathered, gathered, gathered_from, usual_kind
from brokerage.transfer.bringing.journal import Journal
from brokerage.transfer.bringing.merging import merge_contact, merge_partner, merged_coordinates, paired
from brokerage.transfer.bringing.owners import Owners
from brokerage.transfer.bringing.people import Newcomer
from brokerage.transfer.bringing.remarks import told_by
from brokerage.transfer.bringing.storing import Haul
from brokerage.transfer.mapping.parsed import Issue, ParsedRow
from brokerage.transfer.models import ImportBatch

COUNTED = (
    *("rows", "imported", "skipped", "notes", "held", "unavailable", "changes"),
    *(f"{what}_{state}" for what in ("partners", "contacts") for state in ("created", "changed", "unchanged")),
)


@dataclass
class Arrival:
    """One file on its way into the book, or a part of it.

    `decided` says by place which partner a row is about, None for a new one, where a person was asked.
    """

    rows: list[ParsedRow]
    source: str
    source_date: date | None
    by: By
    batch: ImportBatch = field(default_factory=lambda: ImportBatch(id=uuid.uuid4()))
    decided: Mapping[int, uuid.UUID | None] = field(default_factory=dict)
    usual: PartnerKind | None = None
    haul: Haul = field(default_factory=Haul)
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTED, 0)))
    became: dict[int, tuple[str, uuid.UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mine = scope.current().association_id
        if mine is None:
            raise scope.Unscoped("an import needs the scope of one association")
        self.mine = mine
        self.kind = self.usual or usual_kind(self.rows)
        self.haul.batch_id = self.batch.id
        self.agreed_on = self.source_date or clock.today()

    def settle(self) -> None:
        """Match, merge, store, and write down what was there before."""
        one_at_a_time(self.mine)
        groups = gathered(self.rows, self.kind)
        self.keys = {email: vault.key_of(email) for group in groups for email in group.emails}
        self.suppressed = suppressed(self.keys)
        self.book, self.owners = opened(self.mine, self.keys), Owners(self.mine)
        self._bring(self._targets(groups))
        self._note_rows()
        db.session.flush()
        self.journal.close(self.haul)
        self.counts["changes"] = len(self.haul.changes)
        self.haul.store()

    @property
    def objects(self) -> bool:
        """Whether it brought objections: introductions of these people may still be open."""
        silenced = (line["after"].get("permission") == Permission.DO_NOT_CONTACT for line in self.haul.changes)
        return bool(self.haul.objections) or any(silenced)

    def conclude(self) -> None:
        """Tell the timeline that the file is in."""
        details = {"batch": str(self.batch.id), "source": self.source, **(self.batch.counts or self.counts)}
        record("imported", self.by, self.mine, details=details)

    def _targets(self, groups: list[Gathered]) -> list[tuple[Known | None, Gathered]]:
        """Each organisation of the file with the partner it is; those that are one partner become one."""
        found: dict[uuid.UUID, tuple[Known | None, list[int]]] = {}
        for group in groups:
            known = self._found(group)
            found.setdefault(known.id if known else uuid.uuid4(), (known, []))[1].extend(group.places)
        by_places = {group.places: group for group in groups}
        return [(known, by_places.get(tuple(at)) or gathered_from(self.rows, at, self.kind)) for known, at in found.values()]

    def _found(self, group: Gathered) -> Known | None:
        """What a person said, for the first row of the group that was asked about; else what the book recognises."""
        for place in group.places:
            if place in self.decided:
                said = self.decided[place]
                return self.book.living.get(said) if said else None
        return self.book.find(group)

    def _bring(self, targets: list[tuple[Known | None, Gathered]]) -> None:
        self.found = found = stored([known.id for known, _ in targets if known])
        self.journal = Journal(self.mine, self.batch, found)
        for known, group in targets:
            if known is None:
                self._create(group)
            else:
                self._merge(found.partners[known.id], group, found)

    def _create(self, group: Gathered) -> None:
        partner_id, values = uuid.uuid4(), dict(group.values)
        for name in ("uai", "siret"):
            values[name] = values[name] if self.book.free(name, values[name], partner_id) else None
        columns = {name: values[name] for name in Known.__dataclass_fields__ if name != "id"}
        self.book.add(Known(id=partner_id, **columns))
        values |= {"owner_id": self.owners.named(group.owner), **self._origin()}
        self.haul.partners.append({"id": partner_id, "association_id": self.mine, **values})
        self.haul.tell("partner_created", self.by, self.mine, {"source": self.source}, partner_id)
        for nth, person in enumerate(group.people):
            self._create_contact(partner_id, person, nth)
        self._note(partner_id, group, set())
        self._became("created", partner_id, group)

    def _merge(self, partner: Partner, group: Gathered, found: Stored) -> None:
        values = group.values | {"owner_id": self.owners.named(group.owner)}
        changed = merge_partner(partner, values, self.book, group.theirs)
        for person, contact in paired(group.people, found.contacts[partner.id], found.coordinates):
            if contact is None:
                self._create_contact(partner.id, person)
                changed = True
            else:
                known = found.coordinates.get(contact.id, vault.NOTHING)
                changed |= self._merge_contact(contact, known, person)
        changed |= self._note(partner.id, group, found.notes[partner.id])
        self._became("changed" if changed else "unchanged", partner.id, group)

    def _create_contact(self, partner_id: uuid.UUID, person: Newcomer, nth: int = 0) -> None:
        """`nth` keeps the order of the file where contacts are shown in the order they were met."""
        contact_id, permission = uuid.uuid4(), self._permission(person)
        row: dict[str, Any] = {"id": contact_id, "association_id": self.mine, "partner_id": partner_id} | self._origin()
        row |= {name: getattr(person, name) for name in ("civility", "first_name", "last_name", "role", "title")}
        row |= {"permission": permission, "created_at": self.haul.at + timedelta(microseconds=nth)}
        if permission is Permission.SHARE_OK:
            row["source_date"] = self.agreed_on
        self.haul.contacts.append(row)
        where = {name: getattr(person, name) for name in ("email", "phone", "mobile")}
        key = self.keys[person.email] if person.email else None
        self.haul.channels.append({"association_id": self.mine, "contact_id": contact_id, **where, "email_key": key})
        self.counts["contacts_created"] += 1

    def _merge_contact(self, contact: Contact, known: Coordinates, person: Newcomer) -> bool:
        told = replace(person, permission=self._permission(person))
        changed = merge_contact(contact, told, self.source, self.agreed_on)
        after = merged_coordinates(known, person)
        if told.permission is Permission.DO_NOT_CONTACT and after.email:
            self.haul.objections.add(vault.key_of(after.email))
        if after != known:
            contact.changed_at = clock.now()  # a new telephone alone must also move the version
            db.session.flush()
            vault.keep(self.mine, contact.id, after)
            self.journal.note_coordinates(contact.id, known, after)
            changed = True
        self.counts["contacts_changed" if changed else "contacts_unchanged"] += 1
        return changed

    def _permission(self, person: Newcomer) -> Permission:
        """What the file says; for an address on the objection list, the answer is known. A new objection joins it."""
        if person.email and person.permission is Permission.DO_NOT_CONTACT:
            self.haul.objections.add(self.keys[person.email])
        return Permission.DO_NOT_CONTACT if person.email in self.suppressed else person.permission

    def _origin(self) -> dict[str, Any]:
        return {"source": self.source, "source_date": self.source_date, "import_id": self.batch.id}

    def _note(self, partner_id: uuid.UUID, group: Gathered, notes: set[str]) -> bool:
        """The remarks of a group as notes of its partner; those it has, or had until they were withdrawn, are not written again."""
        new = [text for text in group.told.notes if text not in notes and mark_of(text) not in notes]
        for text in new:
            self.haul.tell("note", self.by, self.mine, {"text": text}, partner_id)
        self.counts["notes"] += len(new)
        return bool(new)

    def _became(self, what: str, partner_id: uuid.UUID, group: Gathered) -> None:
        self.counts[f"partners_{what}"] += 1
        first = self.rows[group.places[0]].org_group
        for nth, place in enumerate(group.places):
            self.became[place] = ("joined" if nth and what == "created" else what, partner_id)
            if self.rows[place].org_group != first:
                self.rows[place] = replace(self.rows[place], org_group=first)

    def _note_rows(self) -> None:
        """Where each row went; blank ones are not worth a line."""
        for place, row in enumerate(self.rows):
            self.counts["rows"] += 1
            self.counts["imported" if row.action == "import" else "skipped"] += 1
            if row.action == "import":
                self._note_row(place, row)
            elif row.reason != "blank":
                self._keep_row(row, "skipped", None, [row.reason])

    def _note_row(self, place: int, row: ParsedRow) -> None:
        if "do_not_contact" not in row.flags and any(person.email in self.suppressed for person in row.contacts):
            row = self.rows[place] = replace(row, issues=(*row.issues, Issue("contact_unavailable")))
            self.counts["unavailable"] += 1
        action, partner_id = self.became[place]
        held = told_by(row).held if row.remarks_need_reading else ""
        if held and vault.key_of(held) in self.found.held.get(partner_id, ()):
            held = ""  # it waits already, or was read, from the time before
        self.counts["held"] += bool(held)
        self._keep_row(row, action, partner_id, [issue.code for issue in row.issues], held)

    def _keep_row(self, row: ParsedRow, action: str, partner_id: uuid.UUID | None, issues: list[str], held: str = "") -> None:
        where = {
            "id": uuid.uuid4(),
            "association_id": self.mine,
            "batch_id": self.batch.id,
            "sheet": clean(row.sheet),
            "line": row.number,
        }
        self.haul.rows.append({**where, "partner_id": partner_id, "action": action, "issues": issues, "held_remark": held})


def one_at_a_time(association_id: uuid.UUID) -> None:
    """Two imports at once into one book would each not see what the other brings; the second waits."""
    lock = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"import {association_id}")))
    db.session.execute(scope.through_the_gate(lock))


def suppressed(keys: dict[str, str]) -> set[str]:
    """The addresses whose owners objected, which no file can undo (G10). `keys` are fingerprints by address."""
    found: set[str] = set()
    for some in chunks(sorted(keys.values())):
        listed = sa.select(Suppression.email_key).where(Suppression.email_key.in_(some), Suppression.reason == "objection")
        found |= set(db.session.scalars(listed))
    return {email for email, key in keys.items() if key in found}
