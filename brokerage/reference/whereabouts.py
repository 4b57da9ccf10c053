"""Where a place lies that somebody typed freely: a commune, a département, an académie, a region, or two towns."""

import re
from dataclasses import dataclass

from brokerage.reference.folding import folded
from brokerage.reference.places import (
    ACADEMIES,
    DEPARTMENTS,
    academy_of_department,
    commune_named,
    department_of_postcode,
    region_named,
    region_of_department,
)

_APART = re.compile(r"\s*[/;,(]\s*|\s+(?:et|ou)\s+")
_ACADEMY = "academie de "


@dataclass(frozen=True)
class Whereabouts:
    """Codes of département, académie and region; None for what the place does not tell."""

    department: str | None = None
    academy: str | None = None
    region: str | None = None


def whereabouts(place: str) -> Whereabouts:
    """The whole text first, then its parts: "Villeneuve-d'Ascq / Lille" is where the first town one recognises is."""
    text = place.strip()
    for part in filter(None, (text, *_APART.split(text))):
        if found := _place(part):
            return found
    return Whereabouts()


def _place(text: str) -> Whereabouts | None:
    postcode = re.search(r"\b\d{5}\b", text)
    lies_in = department_of_postcode(postcode[0]) if postcode else None
    commune = commune_named(text)
    code = commune.department_code if commune else lies_in.code if lies_in else _department(text)
    return _around(code) if code else _wide(text)


def _around(department: str) -> Whereabouts:
    academy, region = academy_of_department(department), region_of_department(department)
    return Whereabouts(department, academy.code if academy else None, region.code if region else None)


def _department(text: str) -> str | None:
    name = folded(text)
    return next((one.code for one in DEPARTMENTS.values() if folded(one.name) == name), None)


def _wide(text: str) -> Whereabouts | None:
    name = folded(text).replace("academie d ", _ACADEMY)
    for one in ACADEMIES.values():
        if name.startswith("academie") and name.removeprefix(_ACADEMY) == folded(one.name):
            return Whereabouts(academy=one.code)
    region = region_named(text)
    return Whereabouts(region=region.code) if region else None
