"""The door of this room: any file a person uploads comes in here and leaves as sheets, or as a sentence saying why not."""

from brokerage.errors import BadInput
from brokerage.transfer.formulas import restored
from brokerage.transfer.reading import archive, limits
from brokerage.transfer.reading.encodings import decoded
from brokerage.transfer.reading.layout import laid_out
from brokerage.transfer.reading.records import records_of
from brokerage.transfer.reading.repairs import mended
from brokerage.transfer.reading.workbooks import sheets_of
from brokerage.transfer.sheets import Row, Sheet

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_FOREIGN = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"\x7fELF")
_LINES = 5 * limits.ROWS  # physical lines: cells may hold line breaks
_MARKUP = ("<!doctype", "<html", "<table", "<?xml", "<svg")


def read(data: bytes) -> list[Sheet]:
    """All tables of an uploaded .xlsx, .ods, .csv, .tsv or .txt, in their order, each with its header found.

    What counts is the content, not the name of the file. Every row of the file is in exactly one sheet, blank
    ones too. Raises BadInput with a French sentence for anything else: too heavy, damaged, locked, not a table.
    """
    glance(data)
    return [table for sheet in _raw(data) for table in laid_out(sheet)]


def glance(data: bytes) -> None:
    """Refuse what can be refused without reading it: weight, kind, the outside of an archive. Raises BadInput."""
    if len(data) > limits.BYTES:
        raise BadInput(limits.TOO_HEAVY)
    if not data.strip():
        raise BadInput(limits.EMPTY)
    if data.startswith(_OLD_OFFICE):
        raise BadInput(limits.LOCKED)
    if data.startswith(_FOREIGN):
        raise BadInput(limits.NOT_A_TABLE)
    if data.startswith(_ZIP):
        archive.check(data)


def _raw(data: bytes) -> list[Sheet]:
    if data.startswith(_ZIP):
        return sheets_of(data)
    return [_text_sheet(data)]


def _text_sheet(data: bytes) -> Sheet:
    text, encoding = decoded(data)
    if _is_binary(text) or text.lstrip().lower().startswith(_MARKUP):
        raise BadInput(limits.NOT_A_TABLE)
    text = text.rstrip("\r\n")
    if text.count("\n") + text.count("\r") > _LINES:
        raise BadInput(limits.TOO_LONG)
    records, delimiter = records_of(text)
    if len(records) > limits.ROWS:
        raise BadInput(limits.TOO_LONG)
    rows = tuple(Row(record.line, _cells(record.fields)) for record in records)
    if max((len(row.cells) for row in rows), default=0) > limits.COLUMNS:
        raise BadInput(limits.TOO_WIDE)
    return Sheet(None, rows, encoding=encoding, delimiter=delimiter)


def _is_binary(text: str) -> bool:
    sample = text[:100_000]
    return 100 * sum(sample.count(sign) for sign in "\x00\x01\x02\x03\x04\ufffd") > len(sample)


def _cells(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Cells beyond the sixtieth are dropped when empty: spreadsheets saved as text trail delimiters."""
    cells = [mended(restored(field)) for field in fields]
    while len(cells) > limits.COLUMNS and not cells[-1].strip():
        cells.pop()
    return tuple(cells)
