"""One partner of a book, as rows: the organisation as this association knows it, its people, their addresses, its past."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from brokerage import clock
from brokerage.demo.words import COMPANY_NOTES, SCHOOL_NOTES
from brokerage.introductions.purposes import PURPOSES
from brokerage.timeline import Actor
from tests.bench.houses import House, known
from tests.bench.vocabulary import Organisation, organisation, person

CROWDS = (1, 2, 3, 4, 5, 8, 25), (22, 26, 24, 14, 8, 5, 1)  # contacts of one partner, and how often
Row = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A partner in a book. `of_five` is one of a small house: nothing of it is hidden, each has one contact."""

    house: House
    organisation: Organisation
    partner: Row
    contacts: Sequence[Row]


def kept(house: House, number: int, of_five: bool = False) -> Kept:
    """The organisation of this number in this house's book."""
    chance, known_as = random.Random(f"{house.slug} {number}"), organisation(number)
    row = _partner(house, known_as, chance)
    if of_five:
        row |= {"visibility": "listed", "deleted_at": None}
    people = 1 if of_five else chance.choices(*CROWDS)[0]
    return Kept(house, known_as, row, [_contact(house, known_as, row["id"], n, chance) for n in range(people)])


def _partner(house: House, of: Organisation, chance: random.Random) -> Row:
    today = clock.today()
    return {
        "id": known(house.slug, "partner", of.number),
        "association_id": house.id,
        "kind": "academic" if of.is_school else "corporate",
        "name": of.name,
        "type": of.type,
        "uai": of.uai,
        "siret": of.siret,
        "siren": of.siret[:9] if of.siret else None,
        "naf": of.naf,
        "headcount": of.headcount,
        "address": f"{chance.randint(1, 180)} rue de la République",
        "postcode": of.town.postcode,
        "town": of.town.name,
        "insee": of.town.insee,
        "department": of.town.department,
        "academy": of.town.academy,
        "region": of.town.region,
        "owner_id": house.manager(chance.randrange(house.managers)) if chance.random() < 0.75 else None,
        "status": chance.choices(("active", "dormant", "former"), (85, 10, 5))[0],
        "visibility": "hidden" if chance.random() < 0.2 else "listed",
        "open_now": chance.random() < 0.85,
        "accepts": chance.sample(list(PURPOSES), chance.randint(0, 3)),
        "tags": list(of.tags),
        "since": str(chance.randint(2008, today.year)),
        "last_contact_on": today - timedelta(days=chance.randrange(900)) if chance.random() < 0.6 else None,
        "source": "reprise du fichier",
        "source_date": today - timedelta(days=chance.randrange(2000)),
        "deleted_at": clock.now() if chance.random() < 0.01 else None,
    }


def _contact(house: House, of: Organisation, partner_id: str, n: int, chance: random.Random) -> Row:
    who = person(chance, of)
    return {
        "id": known(house.slug, "contact", of.number, n),
        "association_id": house.id,
        "partner_id": partner_id,
        "civility": who.civility,
        "first_name": who.first_name,
        "last_name": who.last_name,
        "role": who.role,
        "title": who.title,
        "permission": chance.choices(("ask_first", "share_ok", "no_share", "do_not_contact"), (80, 12, 5, 3))[0],
        "source": "salon de l'orientation",
        "source_date": date(2024, 11, 15),
    }


def channels(of: Kept) -> Iterator[Row]:
    """How to reach each contact."""
    for n, contact in enumerate(of.contacts):
        email = f"{contact['first_name']}.{contact['last_name']}@{of.organisation.number}-{n}.example".lower()
        phone = f"+3319900{hash((of.organisation.number, n)) % 10_000:04d}"
        key = hashlib.sha256(email.encode()).hexdigest()
        yield {"contact_id": contact["id"], "association_id": of.house.id, "email": email, "phone": phone, "email_key": key}


def past(of: Kept) -> Iterator[Row]:
    """What happened to the partner: it was added; sometimes it was changed, and somebody wrote notes."""
    chance, now = random.Random(f"past {of.house.slug} {of.organisation.number}"), clock.now()
    told: list[tuple[str, Row]] = [("partner_created", {})]
    if chance.random() < 0.4:
        told.append(("partner_changed", {"fields": ["address", "town", "postcode"]}))
    for _ in range(chance.choices((0, 1, 3, 8), (60, 25, 12, 3))[0]):
        told.append(("note", {"text": chance.choice(SCHOOL_NOTES if of.organisation.is_school else COMPANY_NOTES)}))
    for n, (what, details) in enumerate(told):
        yield _entry(of, n, what, now - timedelta(days=chance.randrange(1500)), details)


def _entry(of: Kept, n: int, what: str, at: datetime, details: Row) -> Row:
    return {
        "id": known(of.house.slug, "entry", of.organisation.number, n),
        "association_id": of.house.id,
        "at": at,
        "created_at": at,
        "what": what,
        "by_kind": Actor.MEMBER.value,
        "by_id": of.house.manager(n),
        "by_name": "Nadia Benhaddou",
        "partner_id": of.partner["id"],
        "details": details,
    }
