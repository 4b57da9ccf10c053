"""A row meets what the book already says: an empty cell erases nothing, a file opens nothing a person has closed.

Where the book is silent the file fills in. What the book says stays, even when the file says otherwise, so that the
same file twice changes nothing and an old one harms nothing; a person may take the file's word, field by field.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from brokerage.partners.models import Contact, ContactRole, Partner, Permission
from brokerage.partners.vault import Coordinates
from brokerage.reference.folding import folded
from brokerage.transfer.bringing.book import Book
from brokerage.transfer.bringing.people import Newcomer, is_initial, same_person, strictest
from brokerage.transfer.bringing.places import COLUMNS
from brokerage.transfer.mapping.parsed import ParsedRow

CHOSEN = ("address", "place", "headcount", "website")  # fields of a partner whose words a person may take from a file
CHOSEN_OF_PERSON = ("title", "email", "phone", "mobile")
_TYPED = ("postcode", "town")
_FILLED = ("name", "naf", "siren", "type", "since", "owner_id", "headcount", "address", "website")


def merge_partner(partner: Partner, values: dict[str, Any], book: Book, theirs: Collection[str] = ()) -> bool:
    """Write into a partner of the book what a file adds, and `theirs` over what it says; says whether anything changed."""
    wanted = {name: getattr(partner, name) or values[name] for name in _FILLED}
    wanted |= {name: values[name] for name in CHOSEN if name in theirs and values.get(name)}
    wanted |= {name: _identifier(partner, name, values[name], book) for name in ("uai", "siret")}
    wanted |= _place(partner, values, "place" in theirs)
    wanted["tags"] = [*partner.tags, *_new_tags(partner.tags, values["tags"])]
    days: list[date] = [day for day in (partner.last_contact_on, values["last_contact_on"]) if day]
    wanted["last_contact_on"] = max(days, default=None)
    return write(partner, wanted)


def everything(row: ParsedRow) -> frozenset[str]:
    """The file's word for every field of a row that may be chosen."""
    people = (f"{name}:{place}" for place in range(len(row.contacts)) for name in CHOSEN_OF_PERSON)
    return frozenset((*CHOSEN, *people))


def _identifier(partner: Partner, name: str, value: str | None, book: Book) -> str | None:
    known: str | None = getattr(partner, name)
    return value if not known and book.free(name, value, partner.id) else known


def _place(partner: Partner, values: dict[str, Any], chosen: bool) -> dict[str, Any]:
    """Another place, where somebody chose it, brings its codes with it; the same one only fills gaps."""
    if chosen and values["town"]:
        return {name: values[name] for name in COLUMNS if values[name] or name not in _TYPED}
    elsewhere = any(values[name] and (ours := getattr(partner, name)) and folded(values[name]) != folded(ours) for name in _TYPED)
    gaps = _TYPED if elsewhere else COLUMNS  # the codes of another place are not this one's
    return {name: getattr(partner, name) or values[name] for name in gaps}


def _new_tags(known: Iterable[str], told: Iterable[str]) -> list[str]:
    seen = set(map(folded, known))
    return [tag for tag in told if folded(tag) not in seen]


def write(thing: Any, wanted: dict[str, Any]) -> bool:
    """Set what differs, and only that: an untouched row keeps its version. Says whether anything did."""
    changed = {name: value for name, value in wanted.items() if getattr(thing, name) != value}
    for name, value in changed.items():
        setattr(thing, name, value)
    return bool(changed)


def merge_contact(contact: Contact, person: Newcomer, source: str, on: date) -> bool:
    """Write into a contact of the book what a file adds; says whether anything changed."""
    title = person.title if "title" in person.theirs and person.title else contact.title or person.title
    wanted: dict[str, Any] = {
        "civility": contact.civility or person.civility,
        "title": title,
        "role": person.role if title == person.title and contact.role is ContactRole.OTHER else contact.role,
        "first_name": _fuller_first_name(contact, person),
        "permission": permission_after(contact, person.permission),
    }
    if wanted["permission"] is Permission.SHARE_OK and contact.permission is not Permission.SHARE_OK:
        wanted |= {
            "source": source,
            "source_date": on,
        }  # an agreement given beforehand is worth its source and date
    return write(contact, wanted)


def _fuller_first_name(contact: Contact, person: Newcomer) -> str:
    same = same_person(contact, person)
    return person.first_name if same and is_initial(contact.first_name) and person.first_name else contact.first_name


def permission_after(contact: Contact, told: Permission) -> Permission:
    """The stricter of what the book and the file say. Whoever has written to us since is not opened by an old file."""
    if told is Permission.SHARE_OK and contact.last_word_at is not None:
        return contact.permission
    return strictest(contact.permission, told)


def merged_coordinates(known: Coordinates, person: Newcomer) -> Coordinates:
    """The coordinates after the file; equal to `known` when it adds nothing."""
    told = {name: text for name in ("email", "phone", "mobile") if (text := getattr(person, name))}
    return replace(known, **{name: text for name, text in told.items() if name in person.theirs or not getattr(known, name)})


def paired(
    people: Iterable[Newcomer], contacts: list[Contact], coordinates: dict[uuid.UUID, Coordinates]
) -> list[tuple[Newcomer, Contact | None]]:
    """Each person of a file with the contact of the book that is the same, None for a new one: by address, then name."""
    left = {contact.id: contact for contact in contacts}
    by_email = {coordinates[at].email.casefold(): at for at in reversed(left) if at in coordinates and coordinates[at].email}
    found: dict[int, Contact | None] = {}
    everyone = list(people)
    for place, person in enumerate(everyone):
        found[place] = left.pop(by_email.get(person.email.casefold(), uuid.UUID(int=0)), None) if person.email else None
    for place, person in enumerate(everyone):
        if found[place] is None:
            same = next((at for at, contact in left.items() if same_person(contact, person)), None)
            found[place] = left.pop(same) if same else None
    return [(person, found[place]) for place, person in enumerate(everyone)]
