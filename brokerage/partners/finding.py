"""Finding by words: insensitive to accents, case and order, and quick whatever the word and the size of the book.

The search columns hold folded text (letters, digits and single spaces) under a trigram index. Two traps are avoided.
Row-level policies hide statistics from LIKE, which is not leakproof: PostgreSQL always believes that a word is rare,
and "lycee" would make it gather every other row. So a sample tells first whether the words are common: then rows are
walked in their order until the page is full, else the index gathers the few that match. It is one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.reference.folding import folded

MOST = 3000  # hits gathered by the index; beyond, rows are walked in order
SAMPLE, COMMON = 400, 16  # words that 4 % of a random sample hold fill a page of 50 within some 1,250 rows
MOST_WORDS = 8

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Words:
    """What somebody typed into a search box, as words; conditions name them by bind parameters word0, word1…

    `shape` says which are long enough for the index: statements are built once per shape, not once per search.
    """

    shape: tuple[bool, ...]

    def within(self, column: Any) -> Condition:
        """Every word stands in `column`, short ones where a word begins; written so that no index is tempting."""
        return _all([_stands_in(column, name, long) for name, long in self._named()])

    def indexed(self, column: Any) -> Condition:
        """The same, for the trigram index. `fold` leaves no % and no _ that could reach LIKE."""
        return _all([_is_like(column, name, long) for name, long in self._named()])

    def _named(self) -> list[tuple[Any, bool]]:
        names = (sa.bindparam(f"word{place}", type_=sa.Text()) for place in range(len(self.shape)))
        plain = (sa.func.nullif(sa.func.fold(name), "") for name in names)  # what folds to nothing finds nothing
        return list(zip(plain, self.shape, strict=True))


def _all(conditions: list[Condition]) -> Condition:
    return sa.and_(*conditions) if conditions else sa.false()


def _stands_in(column: Any, word: Any, long: bool) -> Condition:
    if long:
        return sa.func.strpos(column, word) > 0
    return sa.func.strpos(sa.func.concat(" ", column), sa.func.concat(" ", word)) > 0


def _is_like(column: Any, word: Any, long: bool) -> Condition:
    if long:
        return column.like(sa.func.concat("%", word, "%"))  # type: ignore[no-any-return]
    return sa.or_(column.like(sa.func.concat(word, "%")), column.like(sa.func.concat("% ", word, "%")))


def words_of(typed: str) -> dict[str, str]:
    """The words of a search by the name of their bind parameter; none when only punctuation was typed."""
    return {f"word{place}": word for place, word in enumerate(folded(typed[:200]).split()[:MOST_WORDS])}


def shape_of(typed: str) -> Words | None:
    """What a search asks of a statement; None when nothing was typed, and everything is meant."""
    return Words(tuple(len(word) > 2 for word in words_of(typed).values())) if typed.strip() else None


@dataclass(frozen=True)
class Ground:
    """Where words are looked for: `entity` has the rows, `finds` (id, search) the index, `also` what else may match.

    `rows` are the conditions of the list itself: whose rows, which filters, after which one; `sampled` whose only.
    """

    entity: Any
    finds: Any
    rows: Sequence[Condition]
    sampled: Sequence[Condition]
    order: Sequence[Any]
    also: Condition | None = None


def matching(words: Words, ground: Ground, limit: int) -> sa.Select[Any]:
    """The ids of rows that match: all of them up to MOST, or the first `limit` in order when there are more."""
    sample = _sample(words, ground)
    common = sa.select(sample.c.seen).scalar_subquery() >= COMMON
    hits = sa.select(ground.finds.id).where(words.indexed(ground.finds.search), ~common).limit(MOST + 1).cte()
    walks = sa.or_(common, sa.select(sa.func.count()).select_from(hits).scalar_subquery() > MOST)
    here = words.within(ground.entity.search)
    either = here if ground.also is None else sa.or_(here, ground.also)
    walked = sa.select(ground.entity.id).where(*ground.rows, either, walks).order_by(*ground.order).limit(limit).subquery()
    return sa.select(sa.union_all(sa.select(hits.c.id).where(~walks), sa.select(walked.c.id)).subquery().c.id)


def _sample(words: Words, ground: Ground) -> sa.CTE:
    """How many of SAMPLE rows match. Ids are random: the first of them are a fair sample, and an index has them."""
    some = sa.select(ground.entity.search.label("search")).where(*ground.sampled).order_by(ground.entity.id).limit(SAMPLE).subquery()
    return sa.select(sa.func.count().label("seen")).select_from(some).where(words.within(some.c.search)).cte()
