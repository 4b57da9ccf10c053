"""Regions, départements, académies, and the towns in them (see `communes`)."""

from dataclasses import dataclass

from brokerage.reference import shelf
from brokerage.reference.communes import (
    Commune,
    commune_named,
    communes_of_postcode,
    department_code_of,
    suggest_communes,
)
from brokerage.reference.folding import folded

__all__ = [
    "ACADEMIES", "DEPARTMENTS", "REGIONS", "REGIONS_BY_ALIAS", "Academy", "Commune", "Department", "Region",
    "academy", "academy_of_department", "commune_named", "department", "department_of_postcode", "region",
    "region_named", "region_of_department", "suggest_communes",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """`zone` is "metro", "drom" (the five overseas regions) or "com" (territories); `code` is INSEE's."""

    code: str
    name: str
    zone: str
    capital: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Academy:
    """`holiday_zone` is "A", "B" or "C"; None in Corsica and overseas, which keep calendars of their own."""

    code: str
    name: str
    holiday_zone: str | None


@dataclass(frozen=True, slots=True)
class Department:
    """`code` is text: "02", "2A", "974". Saint-Martin and the like count as one; two have no académie."""

    code: str
    name: str
    region_code: str
    academy_code: str | None
    capital: str


_CORSICA = {"200": "2A", "201": "2A", "205": "2A", "207": "2A"}
_OVERSEAS_CEDEX = {"9705": "978", "9709": "977", "977": "974", "978": "974"}
"""Seen in schools' addresses: 97744 is Saint-Denis de la Réunion, 97052 Saint-Martin, 97095 Saint-Barth."""


def _regions() -> list[Region]:
    return [
        Region(
            row["code"],
            row["name"],
            row["zone"],
            row["capital"],
            tuple(filter(None, row["aliases"].split("|"))),
        )
        for row in shelf.rows("regions.csv")
    ]


def _departments() -> list[Department]:
    return [
        Department(row["code"], row["name"], row["region_code"], row["academy_code"] or None, row["capital"])
        for row in shelf.rows("departments.csv")
    ]


def _academies() -> list[Academy]:
    return [
        Academy(row["code"], row["name"], row["holiday_zone"] or None) for row in shelf.rows("academies.csv")
    ]


REGIONS = {region.code: region for region in _regions()}
DEPARTMENTS = {department.code: department for department in _departments()}
ACADEMIES = {academy.code: academy for academy in _academies()}
REGIONS_BY_ALIAS = {
    folded(name): region for region in REGIONS.values() for name in (region.name, *region.aliases)
}
"""By folded name, of today or before 2016, and by the short forms people type: "paca", "picardie", "idf"."""


def region(code: str) -> Region | None:
    """The region of an INSEE code; None if there is none."""
    return REGIONS.get(code)


def region_named(text: str) -> Region | None:
    """The region people mean by a current, old or short name, however typed; None if it is no region's."""
    return REGIONS_BY_ALIAS.get(folded(text))


def department(code: str) -> Department | None:
    """The département of a code ("02", "2a", "974"); None if there is none."""
    return DEPARTMENTS.get(code.upper())


def academy(code: str) -> Academy | None:
    """The académie of a code of the ministry ("09" is Lille); None for codes before 2020 (Caen, Rouen)."""
    return ACADEMIES.get(code)


def academy_of_department(code: str) -> Academy | None:
    """The académie in charge of a département; None if unknown, or without one."""
    found = department(code)
    return ACADEMIES.get(found.academy_code or "") if found else None


def region_of_department(code: str) -> Region | None:
    """The region a département belongs to; None if unknown."""
    found = department(code)
    return REGIONS.get(found.region_code) if found else None


def department_of_postcode(postcode: str, town: str | None = None) -> Department | None:
    """The département of a 5-digit postcode (CEDEX ones too); None if it is not French.

    Sixteen postcodes serve towns on both sides of a border: there `town` decides; without it, or if it is
    not one of theirs, the département with the most people behind that postcode.
    """
    postcode = postcode.strip()
    if len(postcode) != 5 or not (postcode.isascii() and postcode.isdigit()):
        return None
    served = communes_of_postcode(postcode)
    if not served:
        return department(_code_by_digits(postcode))
    named = commune_named(town, postcode=postcode) if town else None
    if named in served:
        served = [named]
    return department(_most_peopled(served))


def _most_peopled(communes: list[Commune]) -> str:
    people: dict[str, int] = {}
    for commune in communes:
        people[commune.department_code] = people.get(commune.department_code, 0) + commune.population
    return max(people, key=people.__getitem__)


def _code_by_digits(postcode: str) -> str:
    """For postcodes of no commune (CEDEX): those of Réunion and Corsica break the usual rule."""
    start = department_code_of(postcode)
    if start == "20":
        return _CORSICA.get(postcode[:3], "2B")
    return _OVERSEAS_CEDEX.get(postcode[:4]) or _OVERSEAS_CEDEX.get(start) or start
