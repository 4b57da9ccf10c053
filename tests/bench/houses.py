"""The associations of a measure: two large ones, allied; and two small ones with five of everything, allied too.

The small ones have the same pages with five rows: what a page asks of the database must not depend on the rows.
"""

import hashlib
import random
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from brokerage.accounts.models import Association, Credential, Role, User
from brokerage.conventions.models import Commitment, Convention
from brokerage.demo.words import LAST, MEN, WOMEN
from tests.bench.copying import Session, Sheet
from tests.cast import QUICK


def known(*words: object) -> str:
    """An id that is the same in every run, as PostgreSQL reads it: a million UUID objects would cost seconds."""
    return hashlib.md5(" ".join(map(str, words)).encode()).hexdigest()


@dataclass(frozen=True)
class House:
    """An association: its mark, how many members, and the ally it has a convention with."""

    slug: str
    name: str
    short: str
    bank: str
    ally: str
    managers: int
    delegates: int

    @cached_property
    def id(self) -> str:
        return known("association", self.slug)

    @property
    def manager_email(self) -> str:
        """Whose pages are measured."""
        return f"manager0@{self.slug}.example"

    def manager(self, place: int) -> str:
        return _known_member(self.slug, "manager", place % self.managers)

    def delegate(self, place: int) -> str:
        return _known_member(self.slug, "delegate", place % self.delegates)


_known_member = lru_cache(known)


PASSEPORT = House("passeport-avenir", "Passeport Avenir", "PA", "a", "entretiens", 12, 60)
ENTRETIENS = House("entretiens", "Les Entretiens de l'Excellence", "EE", "b", "passeport-avenir", 8, 60)
SMALL = House("petite", "La Petite Association", "LP", "a", "autre-petite", 1, 1)
SMALL_ALLY = House("autre-petite", "L'Autre Petite", "AP", "b", "petite", 1, 1)
HOUSES = {house.slug: house for house in (PASSEPORT, ENTRETIENS, SMALL, SMALL_ALLY)}


def lay(session: Session) -> None:
    """Associations, conventions and members; every member can sign in with the cast's password."""
    Sheet(Association).copy(session, (_association(house) for house in HOUSES.values()))
    Sheet(Convention).copy(session, (_convention(one, other) for one, other in _PAIRS))
    Sheet(Commitment).copy(session, (_commitment(one, n) for one, _other in _PAIRS for n in range(1, 8)))
    members = [member for house in HOUSES.values() for member in _members(house)]
    Sheet(User).copy(session, members)
    Sheet(Credential).copy(session, ({"user_id": m["id"], "password_hash": QUICK, "changed_at": "2026-01-01"} for m in members))


_PAIRS = ((PASSEPORT, ENTRETIENS), (SMALL, SMALL_ALLY))


def _association(house: House) -> dict[str, Any]:
    return {"id": house.id, "slug": house.slug, "name": house.name, "short": house.short, "bank": house.bank, "of_name": f"de {house.name}"}


def _convention(one: House, other: House) -> dict[str, Any]:
    ends = {"starts_on": date(2011, 6, 24), "ends_on": date(2099, 6, 30)}
    return {"id": known("convention", one.slug), "first_id": one.id, "second_id": other.id, "title": "Convention", **ends}


def _commitment(one: House, n: int) -> dict[str, Any]:
    return {"id": known("commitment", one.slug, n), "convention_id": known("convention", one.slug), "number": n, "title": f"Engagement {n}"}


def _members(house: House) -> list[dict[str, Any]]:
    managers = [_member(house, "manager", n, house.manager(n), Role.MANAGER) for n in range(house.managers)]
    return managers + [_member(house, "delegate", n, house.delegate(n), Role.DELEGATE) for n in range(house.delegates)]


def _member(house: House, kind: str, n: int, id: str, role: Role) -> dict[str, Any]:
    chance = random.Random(f"{house.slug} {kind} {n}")
    names = {"first_name": chance.choice(WOMEN + MEN), "last_name": chance.choice(LAST)}
    email = f"{kind}{n}@{house.slug}.example"
    return {"id": id, "association_id": house.id, "email": email, "roles": [role.value], "title": "responsable" if n else "", **names}
