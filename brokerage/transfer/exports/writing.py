"""Rows as a file that a French spreadsheet opens by a double click, and runs nothing of."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import xlsxwriter

from brokerage.transfer.exports.cards import cards
from brokerage.transfer.exports.columns import HEADERS
from brokerage.transfer.exports.models import Format
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


def workbook(rows: Rows, headers: Sequence[str]) -> bytes:
    """Every cell a text, with the quote that keeps it one when somebody edits it: 0951099D and 06 stay what they are."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(SHEET)
        text, head = book.add_format({"quote_prefix": True, "num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
        sheet.set_column(0, len(headers) - 1, 18)
        last = 0
        for last, row in enumerate(chain([headers], rows)):
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(last, at, _for_xml(cell), text if last else head)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last, len(headers) - 1)
    return out.getvalue()


def _for_xml(text: str) -> str:
    """Two signs that are no characters, which no workbook can hold."""
    return text.replace("\ufffe", "").replace("\uffff", "")


_WRITERS: dict[Format, Callable[[Rows, Sequence[str]], bytes]] = {Format.CSV: text_file, Format.XLSX: workbook}
