"""The 35,000 communes of France: found by the name people type, suggested while they type it.

Loaded at the first question, never at import (under 100 ms, some 10 MB).
"""

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from heapq import nlargest

from brokerage.reference import shelf
from brokerage.reference.folding import folded

_ARTICLES = ("", "le ", "la ", "les ", "l ")
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_POSTAL_TAIL = re.compile(r" (?:cedex\b.*|\d+(?: ?(?:er|e|eme))?(?: (?:arrondissement|arrdt|arr))?)$")
_SHARED_STARTS = {"20": {"2A", "2B"}, "970": {"977", "978"}, "977": {"974", "977"}, "978": {"974", "978"}}
_WELL_AHEAD = 10
"""How many times more people make the larger of two towns of one name the one that is meant."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A town. `code` is INSEE's, never a postcode; a few have no postcode, several have many."""

    code: str
    name: str
    department_code: str
    postcodes: tuple[str, ...]
    population: int


@dataclass(frozen=True, slots=True)
class _Index:
    """`entries` are the file's lines, sorted by folded name; the rest is by position in it."""

    entries: list[str]
    populations: "array[int]"
    by_postcode: dict[str, list[int]]


def commune_named(text: str, department: str | None = None, postcode: str | None = None) -> Commune | None:
    """The commune people mean by `text`, for imports; accents, case, "St", "CEDEX 2" and "12e" do not matter.

    `department` (a code) or `postcode` (CEDEX ones too) choose between namesakes. Without them, of several
    only one ten times larger than the next is taken: "Valence" is in Drôme, "Saint-Denis" is nobody's. None
    if unknown, unsure or contradicted by the postcode. Communes merged into another are not known.
    """
    found = _of_name(_without_postal_tail(_spelt_out(text)))
    if department:
        found = [commune for commune in found if commune.department_code == department]
    if postcode:
        found = [commune for commune in found if postcode in commune.postcodes] or [
            commune for commune in found if commune.department_code in _departments_near(postcode)
        ]
    return _clearest(found, sure=bool(department or postcode))


def suggest_communes(text: str, limit: int = 8) -> list[Commune]:
    """The largest communes whose name begins with `text`, articles apart, or whose postcode does.

    For a form field: "mans" proposes Le Mans, "59650" Villeneuve-d'Ascq. Empty text proposes nothing.
    """
    wanted, index = _spelt_out(text), _index()
    if not wanted or limit < 1:
        return []
    places = _by_postcode_start(wanted) if wanted.isdigit() else _by_name_start(wanted)
    return [_commune(place) for place in nlargest(limit, set(places), key=index.populations.__getitem__)]


def communes_of_postcode(postcode: str) -> list[Commune]:
    """The communes one postcode serves; none for CEDEX and unknown ones."""
    return [_commune(place) for place in _index().by_postcode.get(postcode, [])]


def department_code_of(insee_or_postcode: str) -> str:
    """The first two characters, three overseas: right for INSEE codes, only a first guess for postcodes."""
    return insee_or_postcode[: 3 if insee_or_postcode[:2] in {"97", "98"} else 2]


@cache
def _index() -> _Index:
    entries = shelf.lines("communes.tsv.gz")
    populations, by_postcode = array("l"), defaultdict(list)
    for place, entry in enumerate(entries):
        _key, _name, _code, population, postcodes = entry.split("\t")
        populations.append(int(population))
        for postcode in postcodes.split():
            by_postcode[postcode].append(place)
    return _Index(entries, populations, dict(by_postcode))


def _commune(place: int) -> Commune:
    _key, name, code, population, postcodes = _index().entries[place].split("\t")
    return Commune(code, name, department_code_of(code), tuple(postcodes.split()), int(population))


def _of_name(words: str) -> list[Commune]:
    """Those of exactly this name; only if there is none, those of this name behind an article."""
    for articles in (_ARTICLES[:1], _ARTICLES[1:]):
        places = [place for article in articles for place in _range(f"{article}{words}\t")]
        if places:
            return [_commune(place) for place in places]
    return []


def _by_name_start(words: str) -> Iterable[int]:
    return (place for article in _ARTICLES for place in _range(article + words))


def _by_postcode_start(digits: str) -> Iterable[int]:
    found = _index().by_postcode.items()
    return (place for postcode, places in found if postcode.startswith(digits) for place in places)


def _range(start: str) -> range:
    """The positions of the sorted entries that begin with `start`."""
    entries = _index().entries
    return range(bisect_left(entries, start), bisect_left(entries, start + "\U0010ffff"))


def _spelt_out(text: str) -> str:
    return " ".join(_SAINTS.get(word, word) for word in folded(text).split())


def _without_postal_tail(words: str) -> str:
    return _POSTAL_TAIL.sub("", words)


def _departments_near(postcode: str) -> set[str]:
    """A CEDEX postcode names no commune, but its département; some starts are shared by two."""
    start = department_code_of(postcode)
    return _SHARED_STARTS.get(start, {start})


def _clearest(found: list[Commune], sure: bool) -> Commune | None:
    largest = nlargest(2, found, key=lambda commune: commune.population)
    if len(largest) == 2 and not sure and largest[0].population < _WELL_AHEAD * largest[1].population:
        return None
    return largest[0] if largest else None
