"""Which schools of the directory a row without a good UAI may mean. A proposal for a person, never an identifier."""

from functools import cache, lru_cache

from rapidfuzz.fuzz import ratio

from brokerage.reference.folding import folded
from brokerage.reference.schools import School, schools_named
from brokerage.transfer.mapping.names import core_of, kind_of, kinds_agree, town_key, without_brackets

# The first three digits of a UAI: the département's number, Corsica's two being 620 and 720.
_PREFIXES = [f"{number:03d}" for number in (*range(1, 96), 620, 720, *range(971, 989))]
_SHORT = (
    ("lp", "lycee professionnel"),
    ("lpo", "lycee polyvalent"),
    ("lgt", "lycee general et technologique"),
    ("lt", "lycee technologique"),
    ("lyc", "lycee"),
    ("pro", "professionnel"),
    ("polyv", "polyvalent"),
    ("st", "saint"),
    ("ste", "sainte"),
)
_CLEARLY = 4.0  # points of likeness, out of 100, by which the best must lead the next


@lru_cache(maxsize=8192)
def likely_schools(name: str, town: str, postcode: str | None) -> tuple[School, ...]:
    """The schools of this town bearing this name, as far as the kind of lycée allows.

    One when the name or the postcode decides, several when it is a matter of opinion, none when the directory
    knows no such school.
    """
    kind = kind_of(name)
    core = core_of(name, town, kind or "LYCEE")
    here = _by_town().get(town_key(town), ())
    same = [known for known in here if core_of(known.name, known.town, known.type) == core]
    return tuple(_best([known for known in same if kinds_agree(kind, known.type)], name, postcode))


def _best(found: list[School], name: str, postcode: str | None) -> list[School]:
    if len(found) < 2:
        return found
    likeness = {known.uai: ratio(_in_full(name, known.town), _in_full(known.name, known.town)) for known in found}
    top = max(likeness.values())
    best = [known for known in found if likeness[known.uai] > top - _CLEARLY]
    here = [known for known in best if known.postcode == postcode]
    return here if len(here) == 1 else best


@lru_cache(maxsize=16384)
def _in_full(name: str, town: str) -> str:
    words = f" {folded(without_brackets(name, town))} "
    for short, full in _SHORT:
        words = words.replace(f" {short} ", f" {full} ")
    return words


@cache
def _by_town() -> dict[str, list[School]]:
    """All schools by town. Built once (some 200 ms)."""
    towns: dict[str, list[School]] = {}
    for prefix in _PREFIXES:
        for known in schools_named(prefix, limit=10_000):
            towns.setdefault(town_key(known.town), []).append(known)
    return towns
