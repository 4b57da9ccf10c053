"""What the association's book already holds, looked up so that nothing is brought in twice.

In this order: UAI or SIRET, then an e-mail address (by its fingerprint), then name and town. What carries another
UAI, SIRET or SIREN is never the same, and of several equally likely partners none is chosen.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from rapidfuzz.fuzz import ratio

from brokerage.database import db
from brokerage.partners import vault
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.partners.vault import Coordinates
from brokerage.reference.folding import folded
from brokerage.timeline import Entry
from brokerage.transfer.bringing.gathering import Gathered
from brokerage.transfer.mapping.names import core_of, kinds_agree, town_key
from brokerage.transfer.models import ImportedRow

READ = "read:"  # before the fingerprint of a remark that somebody has read
NOBODY = uuid.UUID(int=0)
CHUNK = 5000  # values of one IN (…)
_RESEMBLING = 82  # likeness out of 100 from which a person is asked
_CLOSE, _NEAR = 90, 60  # likeness of two names out of 100: by themselves, or in the same town


@dataclass(frozen=True)
class Known:
    """A living partner of the book, as far as recognising it goes."""

    id: uuid.UUID
    name: str
    town: str
    type: str
    postcode: str
    uai: str | None
    siret: str | None
    siren: str | None


@dataclass
class Book:
    """The living partners of the association, by what they can be recognised by."""

    by_uai: dict[str, Known] = field(default_factory=dict)
    by_siret: dict[str, Known] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)  # fingerprints of the file's addresses
    by_key: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_town: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    taken: set[uuid.UUID] = field(default_factory=set)
    living: dict[uuid.UUID, Known] = field(default_factory=dict)

    def find(self, one: Gathered) -> Known | None:
        """The partner that `one` is about; None when it is new, or when several might be meant."""
        found = self._identified(one) or self._likeliest(one)
        if found:
            self.taken.add(found.id)
        return found

    def resembling(self, one: Gathered) -> list[Known]:
        """Partners that `one` may be although nothing says so for sure: a person is asked. Five at most."""
        values = one.values
        near = [known for known in self.by_town.get(_town(values), ()) if _resembles(known, values)]
        possible = {known.id: known for known in (*self._by_email(one), *near) if not _contradicts(known, values)}
        return list(possible.values())[:5]

    def add(self, known: Known) -> None:
        """Remember the identifiers of a partner, the file's own newcomers included: each stays unique."""
        if known.uai:
            self.by_uai.setdefault(known.uai, known)
        if known.siret:
            self.by_siret.setdefault(known.siret, known)

    def free(self, name: str, value: str | None, holder: uuid.UUID) -> bool:
        """Whether `holder` may bear this UAI or SIRET: nobody else does."""
        known = (self.by_uai if name == "uai" else self.by_siret).get(value or "")
        return bool(value) and (known is None or known.id == holder)

    def _identified(self, one: Gathered) -> Known | None:
        """A section of a lycée has its SIRET, but a UAI of its own: the UAI decides."""
        known = self.by_uai.get(one.values["uai"] or "") or self.by_siret.get(one.values["siret"] or "")
        return None if known and differ(known.uai, one.values["uai"]) else known

    def _likeliest(self, one: Gathered) -> Known | None:
        values = one.values
        by_email = self._by_email(one)
        by_name = [known for known in self.by_town.get(_town(values), ()) if _same_name(known, values)]
        possible = {known.id: known for known in (*by_email, *by_name) if not _contradicts(known, values)}
        if exact := [known for known in possible.values() if _is_exactly(known, values) and known.id not in self.taken]:
            return exact[0]
        for likely in (by_email, by_name):
            if len(left := {known.id for known in likely} & possible.keys()) == 1:
                return possible[left.pop()]
        return None

    def _by_email(self, one: Gathered) -> list[Known]:
        """Partners with a contact of the same address: unless name and town both differ, for people move."""
        holders = {known.id: known for email in one.emails for known in self.by_key.get(self.keys[email], ())}
        return [known for known in holders.values() if _alike(known, one.values)]


def opened(association_id: uuid.UUID, keys: Mapping[str, str]) -> Book:
    """The book, and who in it has one of these addresses, by their fingerprints."""
    book = Book(keys=keys)
    columns = (getattr(Partner, name) for name in Known.__dataclass_fields__)
    living = sa.select(*columns).where(Partner.association_id == association_id, Partner.deleted_at.is_(None))
    for row in db.session.execute(living.order_by(Partner.created_at, Partner.id)):
        known = book.living[row.id] = Known(*row)
        book.add(known)
        book.by_town[_town(row._mapping)].append(known)
    for key, partner_id in _holders(set(keys.values())):
        if partner_id in book.living:
            book.by_key[key].append(book.living[partner_id])
    return book


@dataclass
class Stored:
    """The partners of the book that a file speaks of, with their people and words; all but coordinates by partner."""

    partners: dict[uuid.UUID, Partner] = field(default_factory=dict)
    contacts: dict[uuid.UUID, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    coordinates: dict[uuid.UUID, Coordinates] = field(default_factory=dict)
    notes: dict[uuid.UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    held: dict[uuid.UUID, set[str]] = field(default_factory=lambda: defaultdict(set))  # remarks that wait, or were read


def stored(partner_ids: Sequence[uuid.UUID]) -> Stored:
    """These partners of our own book, whole."""
    found = Stored()
    for some in chunks(partner_ids):
        partners = db.session.scalars(sa.select(Partner).where(Partner.id.in_(some)))
        found.partners |= {partner.id: partner for partner in partners}
        _add_people(found, some)
        _add_words(found, some)
    return found


def _add_people(found: Stored, some: Sequence[uuid.UUID]) -> None:
    people = sa.select(Contact).where(Contact.partner_id.in_(some), Contact.deleted_at.is_(None))
    contacts = db.session.scalars(people.order_by(Contact.created_at, Contact.id)).all()
    for contact in contacts:
        found.contacts[contact.partner_id].append(contact)
    found.coordinates |= vault.own(contact.id for contact in contacts)


def _add_words(found: Stored, some: Sequence[uuid.UUID]) -> None:
    notes = sa.select(Entry.partner_id, Entry.details).where(Entry.partner_id.in_(some), Entry.what == "note")
    for partner_id, details in db.session.execute(notes):
        found.notes[partner_id or NOBODY].add(details.get("text") or details.get("mark", ""))
    read = sa.func.array_to_string(ImportedRow.issues, " ").contains(READ)
    rows = sa.select(ImportedRow.partner_id, ImportedRow.held_remark, ImportedRow.issues).where(ImportedRow.partner_id.in_(some))
    for partner_id, remark, issues in db.session.execute(rows.where((ImportedRow.held_remark != "") | read)):
        found.held[partner_id or NOBODY] |= {vault.key_of(remark)} if remark else {code.removeprefix(READ) for code in issues}


def _holders(keys: Collection[str]) -> Iterable[tuple[str, uuid.UUID]]:
    for some in chunks(sorted(keys)):
        held = sa.select(Channel.email_key, Contact.partner_id).join(Contact, Contact.id == Channel.contact_id)
        found = held.where(Channel.email_key.in_(some), Contact.deleted_at.is_(None))
        yield from ((key or "", partner_id) for key, partner_id in db.session.execute(found))


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """`values` in pieces that a statement can carry."""
    return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))


def _town(values: Any) -> str:
    return town_key(values["town"]) or values["postcode"]


def _core(name: str, town: str, kind: str) -> str:
    return core_of(name, town, kind)


def _same_name(known: Known, values: dict[str, Any]) -> bool:
    if not kinds_agree(known.type, values["type"]):
        return False
    return _core(known.name, known.town, known.type) == _core(values["name"], values["town"], values["type"])


def _alike(known: Known, values: dict[str, Any]) -> bool:
    one, other = (
        _core(known.name, known.town, known.type),
        _core(values["name"], values["town"], values["type"]),
    )
    here = town_key(known.town) == town_key(values["town"]) or (known.postcode and known.postcode == values["postcode"])
    return ratio(one, other) >= (_NEAR if here else _CLOSE)


def _resembles(known: Known, values: dict[str, Any]) -> bool:
    """Names a few letters apart, or one within the other; numbers in them tell sites and campuses apart."""
    if not kinds_agree(known.type, values["type"]):
        return False
    one, other = _core(known.name, known.town, known.type), _core(values["name"], values["town"], values["type"])
    if [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()]:
        return False
    return ratio(one, other) >= _RESEMBLING or (min(len(one), len(other)) >= 5 and (one in other or other in one))


def _contradicts(known: Known, values: dict[str, Any]) -> bool:
    return any(differ(getattr(known, name), values[name]) for name in ("uai", "siret", "siren"))


def differ(one: str | None, other: str | None) -> bool:
    """Whether two identifiers are both known and not the same."""
    return bool(one and other and one != other)


def _is_exactly(known: Known, values: dict[str, Any]) -> bool:
    """Whether a partner is what this row would bring, to the letter: the same file, brought in again."""
    same = all((getattr(known, name) or "") == (values[name] or "") for name in ("uai", "siret", "siren", "type", "postcode"))
    return same and folded(known.name) == folded(values["name"]) and town_key(known.town) == town_key(values["town"])
