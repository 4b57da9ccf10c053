"""Columns an export has beyond those of every book: the association's own fields, and the notes when a manager asks.

Own fields are one column each as long as a spreadsheet of ours may have columns; the others share the last one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.partners.fields import CustomField, FieldKind, Subject
from brokerage.reference.folding import folded
from brokerage.transfer.exports.columns import HEADERS
from brokerage.transfer.reading import limits

Values = dict[str, Any]
PREFIXES = {Subject.PARTNER: "Champ : ", Subject.CONTACT: "Champ du contact : "}
NOTES, OTHERS = "Notes", "Autres champs"
ROOM = limits.COLUMNS - len(HEADERS) - 2
_RULE = re.compile(r"^(—{3,})$", re.MULTILINE)
_BETWEEN = "\n———\n"


@dataclass(frozen=True)
class Own:
    """A field of the association, as its column says it."""

    id: str
    subject: Subject
    name: str
    kind: FieldKind

    @property
    def header(self) -> str:
        """What stands above its column."""
        return PREFIXES[self.subject] + " ".join(self.name.split())

    def read(self, text: str) -> Any:
        """What `write` was given. Raises ValueError for what is no value of this kind."""
        return text if self.kind is not FieldKind.NUMBER else float(text) if set(text) & set(".e") else int(text)


@dataclass(frozen=True)
class Beyond:
    """What stands behind the usual columns."""

    fields: tuple[Own, ...] = ()
    notes: bool = False

    @classmethod
    def kept(cls, said: Mapping[str, Any]) -> "Beyond":
        """What `plain` gave."""
        fields = (Own(one["id"], Subject(one["subject"]), one["name"], FieldKind(one["kind"])) for one in said.get("fields", ()))
        return cls(tuple(fields), bool(said.get("notes")))

    @property
    def plain(self) -> Values:
        """As an export keeps it."""
        fields = [{"id": one.id, "subject": one.subject.value, "name": one.name, "kind": one.kind.value} for one in self.fields]
        return {"fields": fields, "notes": self.notes}

    @property
    def headers(self) -> list[str]:
        """The words above these columns."""
        shown = [one.header for one in self.fields[:ROOM]]
        return [*shown, *([OTHERS] if self.fields[ROOM:] else []), *([NOTES] if self.notes else [])]

    def cells(self, partner: Values, contact: Values | None, notes: Sequence[str]) -> list[str]:
        """The cells of one row; `partner` and `contact` are the values of own fields, by id."""
        texts = [_text((partner if one.subject is Subject.PARTNER else contact or {}).get(one.id)) for one in self.fields]
        packed = {one.header: text for one, text in zip(self.fields[ROOM:], texts[ROOM:], strict=True) if text}
        more = [json.dumps(packed, ensure_ascii=False) if packed else ""] if self.fields[ROOM:] else []
        return [*texts[:ROOM], *more, *([together(notes)] if self.notes else [])]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def of_the_book() -> tuple[Own, ...]:
    """The fields in use of the association in scope, those of partners first."""
    mine = sa.select(CustomField).where(CustomField.association_id == db.session.info["scope"].association_id)
    living = mine.where(CustomField.archived_at.is_(None))
    found = db.session.scalars(living.order_by(CustomField.subject.desc(), CustomField.position, CustomField.created_at))
    return tuple(Own(one.key, one.subject, one.name, one.kind) for one in found)


def together(notes: Sequence[str]) -> str:
    """Several notes in one cell, a rule of three dashes between them; a rule within a note gets one dash more."""
    return _BETWEEN.join(_RULE.sub(r"\1—", note) for note in notes)


def apart(cell: str) -> list[str]:
    """What `together` was given."""
    return [re.sub(r"^(—{3,})—$", r"\1", note, flags=re.MULTILINE) for note in cell.split(_BETWEEN)] if cell else []


def is_ours(headers: Sequence[str]) -> bool:
    """Whether words above columns behind the usual ones are of our writing."""
    return all(header in (NOTES, OTHERS) or header.startswith(tuple(PREFIXES.values())) for header in headers)


@dataclass
class Told:
    """What a row says beyond the usual columns: values by the field's id, notes, and what the book has no field for."""

    partner: Values = field(default_factory=dict)
    contact: Values = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(headers: Sequence[str], cells: Sequence[str], known: Mapping[str, Own]) -> Told:
    """What the cells under these headers say; `known` are the book's fields by folded header. Raises ValueError."""
    told, texts = Told(), dict(zip(headers, cells, strict=True))
    texts |= json.loads(texts.pop(OTHERS, "") or "{}")
    told.notes = apart(texts.pop(NOTES, ""))
    for header, text in texts.items():
        if text and (own := known.get(folded(header))):
            (told.partner if own.subject is Subject.PARTNER else told.contact)[own.id] = own.read(text)
        elif text:
            told.notes.append(f"{header} = {text}")
    return told


def by_header() -> dict[str, Own]:
    """The fields of the book in scope, as a file of ours names them."""
    return {folded(own.header): own for own in of_the_book()}
