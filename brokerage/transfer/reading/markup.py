"""Walks through the XML of a workbook to know how far its cells reach and where its formulas are.

The spreadsheet library allots one block for all rows × columns up to the last cell: one stray cell in
XFD1048576 would take the memory of the machine, and the process with it. So we look first.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from brokerage.transfer.reading import limits

_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


class Refused(Exception):
    """The message is one of the sentences of `limits`."""


@dataclass
class Extent:
    """How far the filled cells of one sheet reach, from 1, and which cells hold formulas, by row then column from 0."""

    rows: int = 0
    columns: int = 0
    formulas: dict[int, set[int]] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Notes a filled cell (row and column from 0); refuses it beyond the limits."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows > limits.ROWS:
            raise Refused(limits.TOO_LONG)
        if self.columns > limits.COLUMNS:
            raise Refused(limits.TOO_WIDE)


def extents(archive: zipfile.ZipFile) -> dict[str, Extent]:
    """The extent of every sheet, by name. Reads every entry to its end, so a lie about a size shows here."""
    if "xl/workbook.xml" in archive.namelist():
        found = {name: _of_excel(archive.read(path)) for name, path in _excel_sheets(archive)}
    else:
        found = _OpenDocument(archive.read("content.xml")).tables
    if archive.testzip():
        raise Refused(limits.DAMAGED)
    if sum(extent.rows for extent in found.values()) > limits.ROWS:
        raise Refused(limits.TOO_LONG)
    return found


def _walk(data: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(data, True)


def _no_doctype(*_: object) -> None:
    """Entities declared in a file are how a few lines become gigabytes; spreadsheets have no use for them."""
    raise Refused(limits.DENSE)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _excel_sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    names: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            names.append((given.get("name", ""), next((v for k, v in given.items() if _local(k) == "id" and ":" in k), "")))

    def relation(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            targets[given.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", given.get("Target", "")))[1:]

    _walk(archive.read("xl/workbook.xml"), sheet, lambda tag: None)
    _walk(archive.read("xl/_rels/workbook.xml.rels"), relation, lambda tag: None)
    return [(name, targets[key]) for name, key in names if targets.get(key, "").startswith("xl/worksheets/")]


def _of_excel(data: bytes) -> Extent:
    extent, at = Extent(), [0, -1]

    def start(tag: str, given: dict[str, str]) -> None:
        kind = _local(tag)
        if kind == "row":
            at[:] = [int(given["r"]) - 1 if "r" in given else at[0] + 1, -1]
        elif kind == "c":
            at[:] = _position(given["r"]) if "r" in given else [at[0], at[1] + 1]
        elif kind in ("v", "is", "f"):
            extent.reach(at[0], at[1])
            if kind == "f":
                extent.formulas.setdefault(at[0], set()).add(at[1])

    _walk(data, start, lambda tag: None)
    return extent


def _position(reference: str) -> list[int]:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise Refused(limits.DAMAGED)
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    return [int(found.group(2)) - 1, column - 1]


class _OpenDocument:
    """The tables of an .ods; rows and cells there may be repeated a million times by one attribute."""

    def __init__(self, data: bytes) -> None:
        self.tables: dict[str, Extent] = {}
        self.row = self.column = self.repeats = self.cells = 0
        self.extent = Extent()
        self.inside = False
        _walk(data, self.start, self.end)

    def start(self, tag: str, given: dict[str, str]) -> None:
        kind = _local(tag)
        if kind == "table" and tag.startswith("table:"):
            self.extent = self.tables[given.get("table:name", "")] = Extent()
            self.row = 0
        elif kind == "table-row":
            self.repeats, self.column = int(given.get("table:number-rows-repeated", "1")), 0
        elif kind in ("table-cell", "covered-table-cell"):
            self.cell(given)
        elif kind == "p" and self.inside:
            self.reach()

    def end(self, tag: str) -> None:
        kind = _local(tag)
        if kind == "table-row":
            self.row += self.repeats
        elif kind in ("table-cell", "covered-table-cell"):
            self.column, self.inside = self.column + self.cells, False

    def cell(self, given: dict[str, str]) -> None:
        self.cells, self.inside = int(given.get("table:number-columns-repeated", "1")), True
        if "office:value-type" in given:
            self.reach()
        if "table:formula" in given:
            self.extent.formulas.setdefault(self.row, set()).add(self.column)

    def reach(self) -> None:
        self.extent.reach(self.row + self.repeats - 1, self.column + self.cells - 1)
