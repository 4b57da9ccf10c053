"""Cells in which people wrote several things at once: an address under a name, a département beside its number."""

import re
from functools import cache, lru_cache

from brokerage.reference.folding import folded
from brokerage.reference.places import DEPARTMENTS

_STREET = re.compile(
    r"^\W*\d{1,4}(?: ?(?:bis|ter))?,? (?!\d)|\b(?:rue|avenue|av|bd|boulevard|place|quai|chemin|allee|impasse|route|cours|bp|cs)\b"
)
_POSTCODE = re.compile(r"\b\d{2} ?\d{3}\b")
_BETWEEN = re.compile(r"\s*(?:\n|/|\+|;|&|\bet\b)\s*")
_HEAD = re.compile(r"(?:lycees?|lp|lpo|lgt|lyc|colleges?|clg|ecole|universite|iut|cfa|erea) ")
_TYPES = frozenset(
    "professionnel polyvalent general technologique technique prive agricole primaire elementaire maternelle superieure metiers "
    "des de du d la le l et".split()
)
_BEHIND = re.compile(r"\s*(?:[-–—,;:]|\s)\s*((?:F-?)?\d{2} ?\d{3}\s+\D[^\d]{2,60})$")
_NUMBER = re.compile(r"(?<![0-9a-z])(0?[1-9]|[1-8]\d|9[0-5]|2[ab]|9[78]\d)(?![0-9a-z])")
_DITTO = re.compile(r"(?:idem|id\.?|ibid\.?|ditto|même|meme|do|[\"″〃'’”]{1,2}|-\s?[\"″〃”]\s?-|//|\"\s?\")", re.IGNORECASE)


def name_and_place(text: str) -> tuple[str, str]:
    """« Valmont Assurances / 12 rue du Port / 72000 Le Mans » in one cell as a name and an address, "" without one."""
    first, _, rest = text.strip().partition("\n")
    lines = [" ".join(line.split()) for line in rest.split("\n") if line.strip()]
    if lines and any(_POSTCODE.search(line) or _STREET.search(folded(line)) for line in lines):
        return " ".join(first.split()), ", ".join(lines)
    whole = " ".join(text.split())
    behind = _BEHIND.search(whole)
    if behind and behind.start() > 2:
        return whole[: behind.start()].rstrip(" ,;:-–—"), behind.group(1)
    return whole, ""


def are_several(text: str) -> bool:
    """« Lycée Jean Moulin / Lycée Marcel Pagnol »; « Collège et lycée Rosa Parks » are one campus, and one record."""
    parts = _BETWEEN.split(text) if len(text) > 12 else []
    return sum(_is_named(folded(part)) for part in parts) > 1


def _is_named(words: str) -> bool:
    """« Lycée Jean Moulin »; « lycée professionnel » alone is a kind."""
    return bool(_HEAD.match(words)) and not _TYPES.issuperset(words.split()[1:])


@lru_cache(maxsize=2048)
def department_in(text: str) -> str | None:
    """The code of « 93 - Seine-Saint-Denis », « Hérault (34) », « 93 », « 2a »; None for a region or an académie."""
    words = folded(text)
    bare = re.sub(r"^(?:departement|dept|dpt|dep) (?:de la|de l|du|des|de|d)? ?", "", _NUMBER.sub(" ", words)).strip()
    named = _by_name().get(" ".join(bare.split()))
    numbers = {number.upper().zfill(2) for number in _NUMBER.findall(words)} & DEPARTMENTS.keys()
    if len(numbers) == 1 and (named in numbers or not bare):
        return numbers.pop()
    return named if not numbers else None


@cache
def _by_name() -> dict[str, str]:
    return {folded(one.name): code for code, one in DEPARTMENTS.items()}


def is_ditto(text: str) -> bool:
    """Whether a cell says « the same as above »."""
    return bool(_DITTO.fullmatch(text.strip()))
