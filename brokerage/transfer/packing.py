"""Tables and rows as plain JSON, for a child process and for the database, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from brokerage.transfer.mapping.parsed import Dated, Issue, Organisation, ParsedRow, Person
from brokerage.transfer.sheets import Cell, Row, Sheet

Plain = dict[str, Any]
_PERSON = tuple(field.name for field in fields(Person))
_ORGANISATION = tuple(field.name for field in fields(Organisation))
_TEXTS = ("status", "owner", "remarks", "org_group")
_DATES = ("first_contact", "last_contact", "agreement_date")
_NOTHING = {"person": Person(), "organisation": Organisation()}


def plain_sheet(sheet: Sheet) -> Plain:
    """A table without what can be found again: the names of its columns."""
    about = {"name": sheet.name, "header": list(sheet.header), "hidden": sheet.hidden}
    about |= {"encoding": sheet.encoding, "delimiter": sheet.delimiter}
    return {**about, "rows": [plain_row(row) for row in sheet.rows]}


def plain_row(row: Row) -> Plain:
    """A row as `StagedRow.cells` keeps it; "number" is its line."""
    kept: Plain = {"number": row.number, "cells": [_plain_cell(cell) for cell in row.cells]}
    if row.formulas:
        kept["formulas"] = sorted(row.formulas)
    return kept | ({"spread": True} if row.spread else {})


def sheet_of(kept: Plain) -> Sheet:
    """The table again; `reading.layout.with_header` gives its columns their names."""
    rows = tuple(row_of(row) for row in kept["rows"])
    return Sheet(kept["name"], rows, encoding=kept.get("encoding"), delimiter=kept.get("delimiter"), hidden=bool(kept.get("hidden")))


def row_of(kept: Plain) -> Row:
    """A row again, dates as dates."""
    cells = tuple(_cell_of(cell) for cell in kept["cells"])
    return Row(int(kept["number"]), cells, frozenset(kept.get("formulas", ())), bool(kept.get("spread")))


def _plain_cell(cell: Cell) -> Any:
    return {"at": cell.isoformat()} if isinstance(cell, date) else cell


def _cell_of(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell  # type: ignore[no-any-return]
    return datetime.fromisoformat(cell["at"]) if "T" in cell["at"] else date.fromisoformat(cell["at"])


def plain_parsed(row: ParsedRow) -> Plain:
    """What was read in a row, without what it does not say; only its reason for a row that is no data."""
    kept: Plain = {"sheet": row.sheet, "number": row.number, "by_line": row.by_line, "action": row.action}
    if row.action == "skip":
        return kept | {"reason": row.reason}
    kept["organisation"] = _said(row.organisation, _ORGANISATION, _NOTHING["organisation"])
    kept["contacts"] = [_said(person, _PERSON, _NOTHING["person"]) for person in row.contacts]
    kept |= {name: [day.iso, day.precision] for name in _DATES if (day := getattr(row, name)).iso}
    kept |= {name: text for name in _TEXTS if (text := getattr(row, name))}
    kept["issues"] = [[issue.code, issue.detail] if issue.detail else [issue.code] for issue in row.issues]
    lists = {"tags": list(row.tags), "flags": sorted(row.flags), "others": [list(pair) for pair in row.others]}
    return kept | {name: value for name, value in lists.items() if value} | ({} if row.amount is None else {"amount": row.amount})


def _said(thing: object, names: Sequence[str], nothing: object) -> Plain:
    return {name: value for name in names if (value := getattr(thing, name)) != getattr(nothing, name)}


def parsed_of(kept: Mapping[str, Any]) -> ParsedRow:
    """What was read in a row, again."""
    row = ParsedRow(kept["sheet"], kept["number"], kept["by_line"], kept["action"], kept.get("reason", ""))
    if row.action == "skip":
        return row
    texts: Any = {name: kept[name] for name in _TEXTS if name in kept} | {name: Dated(*kept[name]) for name in _DATES if name in kept}
    return replace(
        row,
        organisation=Organisation(**kept["organisation"]),
        contacts=tuple(Person(**person) for person in kept["contacts"]),
        amount=kept.get("amount"),
        tags=tuple(kept.get("tags", ())),
        flags=frozenset(kept.get("flags", ())),
        issues=tuple(Issue(*issue) for issue in kept["issues"]),
        others=tuple((header, text) for header, text in kept.get("others", ())),
        **texts,
    )
