"""Pages of a long list: each begins after the last row of the one before, so that page 900 costs what page 1 does."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

Row = TypeVar("Row")
_TYPES: dict[type, Any] = {str: sa.Text(), date: sa.Date(), datetime: sa.DateTime(timezone=True)}
_READS: dict[type, Any] = {str: str, date: date.fromisoformat, datetime: datetime.fromisoformat}


@dataclass(frozen=True)
class Order:
    """A way to sort: a column that is never NULL, then the id. `reads` turns the text of a mark into its type."""

    key: Any
    id: Any
    descending: bool = False
    kind: type[str] | type[date] | type[datetime] = str

    def columns(self, backwards: bool = False) -> list[Any]:
        """What to ORDER BY; `backwards` to fetch the page before."""
        down = self.descending is not backwards
        return [self.key.desc(), self.id.desc()] if down else [self.key, self.id]

    def beyond(self, backwards: bool = False) -> sa.ColumnElement[bool]:
        """The rows on the far side of a mark, given as the bind parameters mark_value and mark_id."""
        here = sa.tuple_(self.key, self.id)
        value = sa.bindparam("mark_value", type_=_TYPES[self.kind])
        there = sa.tuple_(value, sa.bindparam("mark_id", type_=sa.Uuid()))
        return here < there if self.descending is not backwards else here > there


@dataclass(frozen=True)
class Mark:
    """The row a page begins after, or ends before when `backwards`."""

    value: str | date | datetime
    id: uuid.UUID
    backwards: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """What `Order.beyond` asks for."""
        return {"mark_value": self.value, "mark_id": self.id}

    @classmethod
    def read(cls, text: str, order: Order, backwards: bool = False) -> "Mark | None":
        """A mark from an address; None when somebody wrote their own: they get the first page."""
        value, _, key = text.rpartition("~")
        try:
            return cls(_READS[order.kind](value), uuid.UUID(key), backwards)
        except ValueError:
            return None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the marks of the pages around them (None at an end).

    `total` counts all of them where that is cheap: None when there are more than this page, and nobody counted.
    `spelt` are the words these rows were found by, where what was typed found nothing.
    """

    rows: Sequence[Row]
    before: str | None
    after: str | None
    total: int | None
    spelt: str = ""


def cut(found: Sequence[Any], size: int, mark: Mark | None) -> tuple[Sequence[Any], str | None, str | None]:
    """The rows of a page out of `size` + 1 fetched ones, in reading order, with the marks before and after it.

    Rows carry `mark_key` and `id`.
    """
    more, kept = len(found) > size, list(found[:size])
    if mark and mark.backwards:
        kept.reverse()
    first, last = (_mark_of(kept[0]), _mark_of(kept[-1])) if kept else (None, None)
    if mark and mark.backwards:
        return kept, first if more else None, last
    return kept, first if mark else None, last if more else None


def _mark_of(row: Any) -> str:
    return f"{row.mark_key}~{row.id}"
