"""What a file holds before anybody has understood it: sheets of numbered rows of raw cells."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Row:
    """One row. `number` is what the person sees: Excel's row, or the physical line where the record starts (from 1).

    `formulas` are the columns holding a formula (from 0); `spread` says that one merged cell fills the row,
    as titles and bands do.
    """

    number: int
    cells: tuple[Cell, ...]
    formulas: frozenset[int] = frozenset()
    spread: bool = False

    def text(self, column: int) -> str:
        """The cell as a person reads it, spaces at the ends taken off; "" beyond the last cell."""
        return self.texts[column] if column < len(self.cells) else ""

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All cells as text."""
        return tuple(text_of(cell) for cell in self.cells)

    @cached_property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(text != "" for text in self.texts)


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one table of a sheet that holds several; a text file is one sheet without a name.

    `header` counts from 0 the rows of the header within `rows` (several when it has two levels, none when
    there is no header); `columns` and `groups` are its texts, by column. `encoding` and `delimiter` say how
    a text file was understood, None for workbooks.
    """

    name: str | None
    rows: tuple[Row, ...]
    header: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    hidden: bool = False

    @property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max((len(row.cells) for row in self.rows), default=0)


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without their ".0", days as 2024-03-14, "" for an empty one."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    return "" if cell is None else str(cell)
