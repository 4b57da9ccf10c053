"""Puts a ragged row of a text file back under its header."""

from dataclasses import replace

from brokerage.transfer.mapping.cells import Columns
from brokerage.transfer.mapping.evidence import TESTS
from brokerage.transfer.sheets import Cell, Row, text_of

_LOOKS = {
    "email": "email", "uai": "uai", "siret": "siret", "phone": "phone", "mobile": "phone", "postcode": "postcode", "naf": "naf",
    "first_contact": "date", "last_contact": "date", "agreement_date": "date", "contact": "person", "address": "address",
}  # fmt: skip


def aligned(row: Row, columns: Columns) -> tuple[Row, str | None]:
    """The row under its header, and the issue this raises. Rows of the right width pass as they are.

    When filled cells stick out, somebody typed the delimiter inside a cell: the two cells are joined whose
    union leaves most others looking like their columns.
    """
    width = len(row.cells)
    if width < columns.width:
        return row, "missing_columns" if row.filled else None
    if width == columns.width or not columns.width:
        return row, None
    if not any(text_of(cell) for cell in row.cells[columns.width :]):
        return replace(row, cells=row.cells[: columns.width]), "extra_columns" if _is_longer(row, columns) else None
    best = row
    while len(best.cells) > columns.width and text_of(best.cells[-1]) + "".join(best.texts[columns.width :]):
        best = max(_joins(best), key=lambda candidate: _fitness(candidate, columns))
    if _fitness(best, columns) > _fitness(row, columns):
        return best, "columns_realigned"
    return row, "extra_columns"


def _is_longer(row: Row, columns: Columns) -> bool:
    """Blank cells beyond the header count only where the file has no columns for them."""
    return row.filled > 0 and len(row.cells) > columns.width


def _joins(row: Row) -> list[Row]:
    cells = row.cells
    return [replace(row, cells=(*cells[:at], _united(cells[at], cells[at + 1]), *cells[at + 2 :])) for at in range(len(cells) - 1)]


def _united(left: Cell, right: Cell) -> str:
    return f"{text_of(left)} {text_of(right)}".strip()


def _fitness(row: Row, columns: Columns) -> int:
    points = 0
    for field, look in _LOOKS.items():
        for at in columns.by_field.get(field, ()):
            text = row.text(at)
            points += 0 if not text else 1 if TESTS[look](text) else -1
    return points - sum(text != "" for text in row.texts[columns.width :])
