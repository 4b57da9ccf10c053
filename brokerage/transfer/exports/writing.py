"""Rows as a file that a French spreadsheet opens by a double click, and runs nothing of."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from brokerage.transfer.exports.cards import cards
from brokerage.transfer.exports.columns import HEADERS
from brokerage.transfer.exports.models import Format
from brokerage.transfer.exports.workbooks import workbook
from brokerage.transfer.formulas import neutralised

Rows = Iterable[list[str]]
SHEET = "Partenaires"
TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.VCARD: "text/vcard; charset=utf-8",
}


def written(rows: Rows, as_format: Format, more: Sequence[str] = ()) -> bytes:
    """The whole file. `more` are the words above the columns behind the usual ones."""
    return cards(rows) if as_format is Format.VCARD else _WRITERS[as_format](rows, [*HEADERS, *more])


def text_file(rows: Rows, headers: Sequence[str]) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF: what a French Excel expects."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter=";", lineterminator="\r\n")
    lines.writerow([neutralised(header) for header in headers])
    lines.writerows([neutralised(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _sheet(rows: Rows, headers: Sequence[str]) -> bytes:
    return workbook(rows, headers, SHEET)


_WRITERS: dict[Format, Callable[[Rows, Sequence[str]], bytes]] = {Format.CSV: text_file, Format.XLSX: _sheet}
