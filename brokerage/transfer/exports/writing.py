"""Rows as a file that a French spreadsheet opens by a double click, and runs nothing of."""

import csv
import io
from collections.abc import Callable, Iterable

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


def written(rows: Rows, as_format: Format) -> bytes:
    """The whole file."""
    return _WRITERS[as_format](rows)


def text_file(rows: Rows) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF: what a French Excel expects."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter=";", lineterminator="\r\n")
    lines.writerow(HEADERS)
    lines.writerows([neutralised(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def workbook(rows: Rows) -> bytes:
    """Every cell a text, with the quote that keeps it one when somebody edits it: 0951099D and 06 stay what they are."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(SHEET)
        text, head = book.add_format({"quote_prefix": True, "num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
        sheet.set_column(0, len(HEADERS) - 1, 18)
        last = 0
        for last, row in enumerate([list(HEADERS), *rows]):
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(last, at, _for_xml(cell), text if last else head)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last, len(HEADERS) - 1)
    return out.getvalue()


def _for_xml(text: str) -> str:
    """Two signs that are no characters, which no workbook can hold."""
    return text.replace("\ufffe", "").replace("\uffff", "")


_WRITERS: dict[Format, Callable[[Rows], bytes]] = {Format.CSV: text_file, Format.XLSX: workbook, Format.VCARD: cards}
