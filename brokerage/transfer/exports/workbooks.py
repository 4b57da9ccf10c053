"""A workbook of any length, written as it comes: the library makes the frame, and a large book's cells go past it.

Through the library, fifty thousand rows took half a minute and a record in memory for each of a million cells; the two
parts that grow with the rows are written here, a line at a time.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

_SHEET, _TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_LONGEST = 32_767  # signs a cell may hold
_CUT = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)
_EXTENT = re.compile(rb"<dimension [^>]*/>")  # readers may do without; one that is wrong hides rows from them
_CODED = re.compile("(_x[0-9a-fA-F]{4}_)")  # would be read as a code
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_NO_SIGNS = re.compile("[\ufffe\uffff]")  # are no characters, which no workbook can hold
_OPENING = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
HEAD, TEXT = 1, 2  # the styles of the frame, in the order it first uses them


def workbook(rows: Iterable[Sequence[str]], headers: Sequence[str], name: str) -> bytes:
    """Every cell a text, with the quote that keeps it one when somebody edits it: 0951099D and 06 stay what they are."""
    out, texts = io.BytesIO(), dict[str, int]()
    frame = _frame(headers, name, 1)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        with parts.open(_SHEET, "w") as sheet:
            before, _ = _around(frame[_SHEET])
            sheet.write(before)
            last = _write(sheet, chain([headers], rows), texts)
            frame = _frame(headers, name, last)
            sheet.write(_around(frame[_SHEET])[1])
        with parts.open(_TEXTS, "w") as shared:
            shared.writelines(_shared(texts))
        for part in frame.keys() - {_SHEET, _TEXTS}:
            parts.writestr(part, frame[part])
    return out.getvalue()


def _frame(headers: Sequence[str], name: str, last: int) -> dict[str, bytes]:
    """The parts of a workbook with these headers, whose rows go to `last` (from 1), and with a line of text under them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name)
        head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"quote_prefix": True, "num_format": "@"})
        sheet.set_column(0, len(headers) - 1, 18)
        sheet.write_string(0, 0, "x", head)
        sheet.write_string(1, 0, "x", text)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last - 1, len(headers) - 1)
    with zipfile.ZipFile(out) as parts:
        return {part: parts.read(part) for part in parts.namelist()}


def _around(sheet: bytes) -> tuple[bytes, bytes]:
    before, after = _CUT.split(sheet)
    return _EXTENT.sub(b"", before), after


def _write(sheet: IO[bytes], rows: Iterable[Sequence[str]], texts: dict[str, int]) -> int:
    """How many rows there were. `texts` learns each text once, by its place."""
    letters, at = [xl_col_to_name(column) for column in range(256)], 0
    sheet.write(b"<sheetData>")
    for at, row in enumerate(rows, start=1):
        style = TEXT if at > 1 else HEAD
        cells = "".join(
            f'<c r="{letter}{at}" s="{style}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
            for letter, cell in zip(letters, row, strict=False)
            if cell
        )
        sheet.write(f'<row r="{at}">{cells}</row>'.encode())
    sheet.write(b"</sheetData>")
    return at


def _shared(texts: Iterable[str]) -> Iterator[bytes]:
    yield _OPENING
    for text in texts:
        yield f'<si><t xml:space="preserve">{_for_xml(text[:_LONGEST])}</t></si>'.encode()
    yield b"</sst>"


def _for_xml(text: str) -> str:
    if text.isalnum():
        return text
    coded = _CONTROL.sub(lambda sign: f"_x{ord(sign.group()):04X}_", _CODED.sub(r"_x005F\1", text))
    return escape(_NO_SIGNS.sub("", coded))
