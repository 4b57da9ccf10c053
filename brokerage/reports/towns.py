"""Towns opened: where a request to open a new town was followed by an introduction."""

import re

from brokerage.reference.folding import folded
from brokerage.reports.figures import Counts

Towns = dict[str, str]  # by département and folded name: as the request writes it
_POSTCODE = re.compile(r"\s*(\(.*|\b\d{5}\b.*)")


def opened(counted: dict[str | None, Counts]) -> Towns:
    """The towns of a side: « Saint-Quentin (02100) » and « saint quentin » are one, Saint-Denis in two départements are two."""
    found: Towns = {}
    for place in sorted(place for place, counts in counted.items() if place and counts.introduced):
        written, _, department = place.rpartition("|")
        name = _POSTCODE.sub("", written).strip()
        if name:
            found.setdefault(f"{department} {folded(name)}", name)
    return found
