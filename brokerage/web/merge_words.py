"""Two partners side by side in words: every field that one of them fills, and what would become of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import kinds
from brokerage.partners.fields import MARK, CustomField
from brokerage.partners.models import Partner
from brokerage.web import own_fields
from brokerage.web.formats import date_short
from brokerage.web.partner_filters import STATUS_NAMES, VISIBILITY_NAMES
from brokerage.web.partner_stories import FIELD_NAMES

FIELDS = (
    "name", "type", "uai", "siren", "siret", "address", "town", "website", "headcount", "owner_id", "status", "open_now",
    "visibility", "accepts", "tags", "since",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One field of both; `choice` when a person may choose, `theirs` when the other's was chosen."""

    name: str
    label: str
    mine: str
    other: str
    choice: bool
    theirs: bool


class Words:
    """How values read; `owners` names the members by id, `custom` are the association's own fields."""

    def __init__(self, owners: Mapping[uuid.UUID, str], custom: Sequence[CustomField]) -> None:
        self.owners, self.custom = owners, custom

    def rows(self, winner: Partner, loser: Partner, differing: Sequence[str], theirs: frozenset[str]) -> list[Row]:
        """The fields that either fills, in the order of the form."""
        mine, other = self.told(_values(winner)), self.told(_values(loser))
        return [
            Row(name, self.label(name), mine[name], other[name], name in differing, name in theirs)
            for name in mine
            if mine[name] or other[name]
        ]

    def facts(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What a record with these values would read."""
        return [(self.label(name), words) for name, words in self.told(values).items() if words]

    def told(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Every field of a record in words, "" where it says nothing."""
        own = own_fields.told_of(self.custom, values["extra"])
        return {name: self._words(name, values) for name in FIELDS} | {said.name: said.words for said in own}

    def label(self, name: str) -> str:
        """The name of a field, as it begins a line."""
        if name.startswith(MARK):
            return next(field.name for field in self.custom if MARK + field.key == name)
        words = {"headcount": _("Effectif"), "since": _("Depuis")}.get(name) or str(FIELD_NAMES[name])
        return words[:1].upper() + words[1:]

    def _words(self, name: str, values: Mapping[str, Any]) -> str:
        value = values[name]
        if name == "owner_id":
            return self.owners.get(value, "")
        if name == "town":
            return " ".join(filter(None, (values["postcode"], value)))
        if name in ("tags", "accepts"):
            return ", ".join(_(PURPOSES[one].label) if one in PURPOSES else one for one in value)
        if name == "since":
            return date_short(date.fromisoformat(str(value))) if value else ""  # the preview holds what a merge would write
        if name == "open_now":
            return _("ouvert") if value else _("pas en ce moment")
        if name in ("status", "visibility"):
            return str((STATUS_NAMES | VISIBILITY_NAMES)[value])
        return str(_(kinds.words_for(value)) if name == "type" and value else value or "")


def _values(partner: Partner) -> dict[str, Any]:
    return {name: getattr(partner, name) for name in (*FIELDS, "postcode", "extra")}
