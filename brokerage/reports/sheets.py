"""The tables of a ledger as files: a workbook with a sheet for each table, and one CSV.

The same cells as the page: an empty cell is a figure that does not exist, not a zero. Texts are written as texts, so that a
spreadsheet never takes one for a formula.
"""

import csv
import io
from collections.abc import Sequence

import xlsxwriter

from brokerage.reports.tables import Table

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_SHEET = 31  # signs a sheet's name may have


def workbook(title: str, tables: Sequence[Table]) -> bytes:
    """An .xlsx: first a sheet with what each table means, then the tables."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        first = book.add_worksheet("Lisez-moi")
        first.set_column(0, 0, 46)
        first.set_column(1, 1, 100)
        first.write_string(0, 0, title, strong)
        for line, table in enumerate(tables, start=2):
            first.write_string(line, 0, table.title, strong)
            first.write_string(line, 1, table.note, wrapped)
        for number, table in enumerate(tables, start=1):
            _write(book.add_worksheet(sheet_name(number, table)), table, strong)
    return out.getvalue()


def sheet_name(number: int, table: Table) -> str:
    """A name that a workbook accepts: numbered, short, without its forbidden signs."""
    clean = "".join(" " if sign in "[]:*?/\\'" else sign for sign in table.title)
    return f"{number} {clean}"[:_SHEET].strip()


def _write(sheet: xlsxwriter.worksheet.Worksheet, table: Table, strong: object) -> None:
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(table.head), 16)
    sheet.freeze_panes(1, 1)
    for column, words in enumerate(table.head):
        sheet.write_string(0, column, words, strong)
    for line, row in enumerate(table.rows, start=1):
        sheet.write_string(line, 0, row.label)
        for column, cell in enumerate(row.cells, start=1):
            if cell.value is not None:
                sheet.write_number(line, column, cell.value)


def text(title: str, tables: Sequence[Table]) -> bytes:
    """A CSV for French spreadsheets: semicolons, decimal commas, UTF-8 with its mark; tables one under the other."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_plain(title)])
    for table in tables:
        writer.writerows([[], [_plain(table.title)], [_plain(words) for words in table.head]])
        writer.writerows([_plain(row.label), *(written(cell.value) for cell in row.cells)] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def written(value: float | None) -> str:
    """« 3,5 », « 12 », nothing where there is no figure."""
    return "" if value is None else f"{value:g}".replace(".", ",") if value < 1e6 else str(int(value))


def _plain(words: str) -> str:
    return f"'{words}" if words.startswith(_RISKY) else words
