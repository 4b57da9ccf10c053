"""The directory of 5,101 lycées, by UAI or by the words people remember.

It knows lycées only, as of 2024: no collège, no higher education. Loaded at the first question (some 60 ms).
"""

import re
from dataclasses import dataclass
from functools import cache

from brokerage.errors import N_
from brokerage.reference import shelf
from brokerage.reference.casing import in_french_case
from brokerage.reference.folding import folded

TYPE_LABELS = {
    "LYCEE": N_("lycée"),
    "LG": N_("lycée général"),
    "LT": N_("lycée technologique"),
    "LGT": N_("lycée général et technologique"),
    "LPO": N_("lycée polyvalent"),
    "LP": N_("lycée professionnel"),
    "SEP": N_("section d'enseignement professionnel"),
    "SGT": N_("section d'enseignement général et technologique"),
}
_UAI_START = re.compile(r"\d{3,7}[A-Z]?")
_SAINTS = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True, slots=True)
class School:
    """A lycée or a section of one (a section has a UAI of its own). The postcode may be a CEDEX one."""

    uai: str
    name: str
    type: str
    department_code: str
    postcode: str
    town: str

    @property
    def type_label(self) -> str:
        """The type in French words, small letters; plain "lycée" where the directory says no more."""
        return TYPE_LABELS[self.type]


@dataclass(frozen=True, slots=True)
class _Directory:
    """By UAI: the line of the file, and its folded name, town and postcode with a space before each word."""

    entries: dict[str, str]
    words: dict[str, str]


def school(uai: str) -> School | None:
    """The school of this UAI, spaces and case aside; None if the directory does not know it."""
    entry = _directory().entries.get("".join(uai.split()).upper())
    return _school(entry) if entry else None


def schools_named(text: str, limit: int = 8) -> list[School]:
    """Schools whose name, town or postcode begin with every word of `text`, in any order; or whose UAI does.

    For autocompletion: names with the words side by side first, then the shorter. Empty text finds none.
    """
    directory, words = _directory(), [_SAINTS.get(word, word) for word in folded(text).split()]
    if not words or limit < 1:
        return []
    found = _by_uai("".join(text.split()).upper())
    if not found:
        starts = [f" {word}" for word in words]
        found = [uai for uai, known in directory.words.items() if all(start in known for start in starts)]
        phrase = " " + " ".join(words)
        found.sort(key=lambda uai: (phrase not in directory.words[uai], len(directory.words[uai]), uai))
    return [_school(directory.entries[uai]) for uai in found[:limit]]


def _by_uai(start: str) -> list[str]:
    return (
        [uai for uai in _directory().entries if uai.startswith(start)] if _UAI_START.fullmatch(start) else []
    )


@cache
def _directory() -> _Directory:
    entries = {entry[:8]: entry for entry in shelf.lines("schools.tsv.gz")}
    return _Directory(entries, {uai: _searchable(entry) for uai, entry in entries.items()})


def _searchable(entry: str) -> str:
    _uai, _type, _department, postcode, town, name = entry.split("\t")
    return " " + " ".join(_SAINTS.get(word, word) for word in folded(f"{name} {town} {postcode}").split())


def _school(entry: str) -> School:
    uai, kind, department, postcode, town, name = entry.split("\t")
    return School(uai, in_french_case(name), kind, department, postcode, in_french_case(town))
