"""Where an organisation of a file is, with the codes that filters, holidays and maps go by.

Unlike a form, a file is never refused: what the register of towns does not know stays as it was typed.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from brokerage.reference.communes import commune_named
from brokerage.reference.folding import folded
from brokerage.reference.identifiers import town as bare_town
from brokerage.reference.places import department, department_of_postcode
from brokerage.reference.schools import school
from brokerage.transfer.bringing.cleaning import clean
from brokerage.transfer.mapping.names import town_key
from brokerage.transfer.mapping.parsed import Organisation

COLUMNS = ("postcode", "town", "insee", "department", "academy", "region")


def whereabouts(rows: Sequence[Organisation], uai: str | None) -> dict[str, Any]:
    """The columns of a place, from the row that tells most; from the school directory where the file is silent."""
    best = max(rows, key=lambda it: (bool(it.postcode and it.town), bool(it.postcode or it.town)))
    postcode, place = best.postcode or "", clean(best.town, 120)
    known = school(uai) if uai else None
    if known and not place:
        place = bare_town(known.town)
    if known and not postcode and town_key(known.town) == town_key(place):
        postcode = known.postcode
    told = best.department or (known.department_code if known else None)
    return dict(zip(COLUMNS, _placed(postcode, place, told), strict=True))


@lru_cache(maxsize=8192)
def _placed(postcode: str, place: str, told: str | None) -> tuple[str, str, str | None, str | None, str | None, str | None]:
    commune = commune_named(place, department=None if postcode else told, postcode=postcode or None) if place else None
    found = department_of_postcode(postcode, place or None) if postcode else None
    found = found or department(told or (commune.department_code if commune else ""))
    if commune and folded(commune.name) == folded(place):
        place = commune.name
    within = (found.code, found.academy_code, found.region_code) if found else (None, None, None)
    return postcode, place, commune.code if commune else None, *within
