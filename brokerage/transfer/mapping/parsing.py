"""Reads every row of a sheet with a mapping. Pure: nothing is stored, nothing is asked of a network."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from brokerage.reference.communes import commune_named
from brokerage.reference.folding import folded
from brokerage.reference.identifiers import town
from brokerage.transfer.mapping.alignment import aligned
from brokerage.transfer.mapping.amounts import euros
from brokerage.transfer.mapping.cautions import flags_of
from brokerage.transfer.mapping.cells import Cells, Columns
from brokerage.transfer.mapping.columns import guess, is_table
from brokerage.transfer.mapping.compound import is_ditto
from brokerage.transfer.mapping.contacts import contacts_of
from brokerage.transfer.mapping.dates import dated
from brokerage.transfer.mapping.grouping import grouped
from brokerage.transfer.mapping.organisations import organisation_of
from brokerage.transfer.mapping.parsed import Dated, Issue, Organisation, ParsedRow
from brokerage.transfer.mapping.sorting import Ground, is_place_band, why_no_data
from brokerage.transfer.reading.layout import with_header
from brokerage.transfer.sheets import Row, Sheet

_BEHIND = re.compile(r"\s*[-–—(,:]\s*([^-–—(),:]{2,50})\)?\s*$")


def parse(sheet: Sheet, mapping: dict[str, Any] | None = None) -> list[ParsedRow]:
    """All rows of one sheet in order, rows that are no data included as "skip" with their reason.

    Without `mapping` it is guessed. A mapping kept from another file of the same layout works too. Never fails.
    """
    return grouped(_read(sheet, mapping or guess(sheet)))


def parse_all(sheets: Iterable[Sheet], mappings: Sequence[dict[str, Any] | None] | None = None) -> list[ParsedRow]:
    """The rows of all sheets of a file; organisations are recognised from one sheet to the other.

    `mappings` goes with `sheets`, None in a place meaning to guess that one.
    """
    tables = list(sheets)
    known = [*(mappings or ()), *(None for _ in tables)]
    return grouped(row for sheet, mapping in zip(tables, known, strict=False) for row in _read(sheet, mapping or guess(sheet)))


def parse_row(row: Row, mapping: dict[str, Any], above: Organisation) -> ParsedRow:
    """One row that somebody corrected, under the columns of its table. `above` is the organisation of the row before."""
    sheet = Sheet(mapping["sheet"], (row,))
    parsed = _parsed(sheet, 0, Columns.of(mapping), Ground.of(sheet), above)
    return grouped([parsed])[0]


def _read(sheet: Sheet, mapping: dict[str, Any]) -> list[ParsedRow]:
    if list(mapping["header"]) != list(sheet.header):
        sheet = with_header(sheet, mapping["header"])
    if not is_table(mapping):
        return [_skipped(sheet, at, "no_table" if row.filled else "blank") for at, row in enumerate(sheet.rows)]
    columns, ground = Columns.of(mapping), Ground.of(sheet)
    rows: list[ParsedRow] = []
    above = Organisation()
    for at in range(len(sheet.rows)):
        rows.append(_parsed(sheet, at, columns, ground, above))
        if rows[-1].action == "import":
            above = rows[-1].organisation
        elif rows[-1].reason == "band" and "name" not in columns.by_field:
            above = _of_band(sheet.rows[at])
    return rows


def _of_band(row: Row) -> Organisation:
    """The organisation whose name stands alone over the rows of its people, in a table without a column of names."""
    text = next(filter(None, row.texts), "")
    if is_place_band(text):
        return Organisation()
    behind = _BEHIND.search(text)
    place = behind.group(1) if behind and commune_named(town(behind.group(1))) else ""
    columns = Columns.of({"columns": [{"column": at, "field": field, "header": field} for at, field in enumerate(("name", "town"))]})
    return organisation_of(Cells(Row(row.number, (text[: behind.start()] if behind and place else text, place)), columns))


def _skipped(sheet: Sheet, at: int, reason: str) -> ParsedRow:
    return ParsedRow(sheet.name, sheet.rows[at].number, sheet.name is None, "skip", reason)


def _parsed(sheet: Sheet, at: int, columns: Columns, ground: Ground, above: Organisation) -> ParsedRow:
    row, repair = aligned(sheet.rows[at], columns)
    cells = Cells(row, columns)
    reason = why_no_data(at, cells, ground)
    if reason:
        return _skipped(sheet, at, reason)
    cells.note(repair)
    organisation = _organisation(cells, above)
    contacts = contacts_of(cells, organisation.department, organisation.network == "corporate")
    flags, notes = flags_of(cells)
    dates = {name: _date(cells, name) for name in ("first_contact", "last_contact", "agreement_date")}
    amount, unclear = euros(cells.raw("amount"))
    cells.note(unclear, cells.text("amount"))
    return ParsedRow(
        sheet=sheet.name,
        number=row.number,
        by_line=sheet.name is None,
        action="import",
        organisation=organisation,
        contacts=contacts,
        amount=amount,
        status=cells.text("status"),
        owner=cells.text("owner"),
        tags=tuple(tag for text in cells.all("tags") for tag in _tags(text)),
        flags=flags,
        issues=tuple(Issue(code, detail) for code, detail in dict.fromkeys(cells.issues)),
        remarks=notes,
        others=tuple((columns.headers[place], text) for place in cells.at("other") if (text := cells.cell(place)) and not _is_idle(text)),
        first_contact=dates["first_contact"],
        last_contact=dates["last_contact"],
        agreement_date=dates["agreement_date"],
    )


def _organisation(cells: Cells, above: Organisation) -> Organisation:
    """The row's own, or the one above when the row only adds a person to it."""
    own = ("name", "kind", "uai", "siret", "siren", "address", "postcode", "town")
    said = [text for field in own if (text := cells.text(field))]
    if above != Organisation() and all(map(is_ditto, said)):
        cells.note("organisation_from_above", above.name)
        return above
    return organisation_of(cells)


def _is_idle(text: str) -> bool:
    """What an address book writes in every row, and nobody needs: its country, « * Work »."""
    return folded(text) in ("france", "fr", "work", "home", "other", "mobile") or text in ("* Work", "* Home", "* Other")


def _date(cells: Cells, name: str) -> Dated:
    found = dated(cells.raw(name))
    cells.note(found.issue, cells.text(name) if found.iso is None else "")
    return found


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.replace("+", ",").replace("/", ",").replace(";", ",").split(",") if folded(tag)]
