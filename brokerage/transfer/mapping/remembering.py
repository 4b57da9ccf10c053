"""Columns said once are not asked again: a file with the same headers is taken for another of the same kind."""

import hashlib
from collections.abc import Mapping
from typing import Any

from brokerage.reference.folding import folded

Plain = dict[str, Any]


def layout_of(mapping: Plain) -> str:
    """The fingerprint of a table's headers, their order included; "" when it has none to go by."""
    headers = [folded(column["header"]) for column in mapping["columns"]]
    return hashlib.sha256("\n".join(headers).encode()).hexdigest() if any(headers) else ""


def as_remembered(mapping: Plain, remembered: Mapping[str, Any]) -> Plain:
    """The mapping with the fields that a person gave to the same headers before, if anybody did.

    `remembered` are lists of {"field", "whose"} by layout, one item a column.
    """
    known = remembered.get(layout_of(mapping))
    if not known or len(known) != len(mapping["columns"]):
        return mapping
    columns = [{**column, "field": said["field"], "whose": said["whose"]} for column, said in zip(mapping["columns"], known, strict=True)]
    return {**mapping, "columns": columns, "remembered": True}


def to_remember(mapping: Plain) -> list[Plain]:
    """What to keep of a mapping: meanings only, no text of the file."""
    return [{"field": column["field"], "whose": column["whose"]} for column in mapping["columns"]]
