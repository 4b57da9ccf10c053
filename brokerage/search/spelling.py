"""Typed words as conditions: where a word begins, in any of its spellings (migration 0013's `spelt`)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.search.typed import LONG

ALIKE = 3  # known words tried for one that nobody has

Condition = sa.ColumnElement[bool]
OWN, ALLIES = "own", "allies"


@dataclass(frozen=True)
class Spelling:
    """The words of a search; `books` says whose words correct a slip: ours, the allies' listed ones, or both."""

    shape: tuple[bool, ...]
    books: tuple[str, ...]

    def within(self, column: Any) -> Condition:
        """Every word begins a word of `column`; a function, so that no index is tempting and rows are walked in order."""
        return _all([sa.func.regexp_like(column, pattern, type_=sa.Boolean()) for pattern in self._patterns()])

    def indexed(self, column: Any) -> Condition:
        """The same, for the trigram index, which knows nothing of words of one or two letters alone."""
        if any(self.shape):
            return _all([column.op("~")(pattern) for pattern in self._patterns()])
        return _all([_begins(column, _bind(f"word{place}")) for place in range(len(self.shape))])

    def _patterns(self) -> list[Any]:
        """One regular expression a word, made once a statement; folded words hold no sign of one."""
        return [sa.select(self._pattern(place, long)).scalar_subquery() for place, long in enumerate(self.shape)]

    def _pattern(self, place: int, long: bool) -> Any:
        word, also = _bind(f"word{place}"), _bind(f"also{place}")
        spelt = [sa.func.spelt(word, book == ALLIES, ALIKE) for book in self.books] if long else [word]
        one_of = sa.func.concat_ws(sa.literal_column("'|'"), *spelt)
        return sa.func.concat(sa.literal_column("'(^| )('"), one_of, also, sa.literal_column("')'"))


def _bind(name: str) -> Any:
    return sa.bindparam(name, type_=sa.Text())


def _all(conditions: list[Condition]) -> Condition:
    return sa.and_(*conditions) if conditions else sa.false()


def _begins(column: Any, word: Any) -> Condition:
    return sa.or_(column.like(sa.func.concat(word, "%")), column.like(sa.func.concat("% ", word, "%")))


assert LONG == 3, "pg_trgm's trigrams have three letters"
