"""An export of ours comes back: recognised by its columns, and read to the letter, where other files are interpreted.

What becomes of it is told in bringing/homecoming.py.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from brokerage.errors import BadInput
from brokerage.transfer.exports.beyond import Told, by_header, is_ours, read
from brokerage.transfer.exports.columns import HEADERS, PERSON, REFERENCE, values_of
from brokerage.transfer.formulas import restored
from brokerage.transfer.mapping.parsed import Organisation, ParsedRow, Person
from brokerage.transfer.reading import archive, limits
from brokerage.transfer.reading.workbooks import raw_sheets

REF, PERSON_REF = HEADERS.index(REFERENCE), HEADERS.index(PERSON)
Rows = list[list[str]]


def rows_of(data: bytes) -> Rows | None:
    """The rows of a file that Passerelle wrote and nobody changed the columns of, the header first; else None.

    Raises BadInput for what no file may be.
    """
    if data.startswith(b"PK\x03\x04"):
        return _of_workbook(data)
    try:
        text = data.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except (UnicodeError, csv.Error):
        return None
    if not lines or not _is_ours(lines[0]) or any(len(line) != len(lines[0]) for line in lines):
        return None
    if len(lines) > limits.ROWS:
        raise BadInput(limits.TOO_LONG)
    return [[restored(cell) for cell in line] for line in lines]


def _of_workbook(data: bytes) -> Rows | None:
    archive.check(data)
    if not _looks_like_ours(data):
        return None
    sheets = raw_sheets(data)
    rows = sheets[0]["rows"] if len(sheets) == 1 else []
    if not rows or not all(isinstance(cell, str) for row in rows for cell in row) or not _is_ours(rows[0]):
        return None
    return rows  # type: ignore[no-any-return]


def _is_ours(headers: list[str]) -> bool:
    usual = len(HEADERS)
    return tuple(headers[:usual]) == HEADERS and is_ours([restored(header) for header in headers[usual:]])


def _looks_like_ours(data: bytes) -> bool:
    """A glance that spares every other workbook being opened twice."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts, parts.open("xl/sharedStrings.xml") as texts:
            return HEADERS[-1].encode() in texts.read(20_000)
    except (KeyError, zipfile.BadZipFile, OSError):
        return False


@dataclass
class Record:
    """A partner of the file, with its people."""

    reference: str
    partner: dict[str, Any]
    people: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def records_of(rows: Rows) -> list[Record] | None:
    """The partners of the file in its order; None when a cell says what our files never say: somebody edited it."""
    found: dict[str, Record] = {}
    own, usual = by_header(), len(HEADERS)
    try:
        for at, cells in enumerate(rows[1:], start=2):
            _add(found, at, cells[:usual], read(rows[0][usual:], cells[usual:], own))
    except (ValueError, TypeError, AttributeError):
        return None
    return list(found.values())


def _add(found: dict[str, Record], at: int, cells: list[str], told: Told) -> None:
    known = found.setdefault(cells[REF], Record(cells[REF], values_of(cells, "partner") | {"extra": told.partner}))
    known.lines.append(at)
    known.notes += told.notes
    if cells[PERSON_REF]:
        known.people.append(values_of(cells, "contact") | {"extra": told.contact})


def lines_of(records: Sequence[Record]) -> list[ParsedRow]:
    """The lines of the file in order, as a preview and a report take them."""
    rows = [_row(record, nth) for record in records for nth in range(len(record.lines))]
    return sorted(rows, key=lambda row: row.number)


def _row(record: Record, nth: int) -> ParsedRow:
    of = {name: record.partner[name] for name in ("name", "uai", "siret", "siren", "postcode", "town", "address", "website")}
    people = tuple(map(_person, record.people[nth : nth + 1]))
    what = Organisation(network=record.partner["kind"].value, **of)
    return ParsedRow(None, record.lines[nth], True, "import", organisation=what, contacts=people, org_group=record.reference)


def _person(one: dict[str, Any]) -> Person:
    reached = {name: one[name] or None for name in ("email", "phone", "mobile")}
    return Person(one["civility"], one["first_name"], one["last_name"], one["title"], one["role"].value, **reached)
