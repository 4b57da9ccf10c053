"""Finding by words: insensitive to accents, case and order, and quick whatever the word and the size of the book.

The search columns hold folded text (letters, digits and single spaces) under a trigram index. Three traps are avoided.
Row-level policies hide statistics from LIKE, which is not leakproof: PostgreSQL always believes that a word is rare,
and "lycee" would make it gather every other row. So a sample tells first whether the words are common: then rows are
walked in their order until the page is full, else the index gathers the few that match.
Common words are common because names begin with them, and in the order of names all of those stand together: a walk to
the first « Société… » passes everybody from A to R. So the names that begin as typed come first, by the index of names;
and no walk is longer than WALKED rows: what it did not find, the index gathers whole. It is one statement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

import sqlalchemy as sa

from brokerage import scope
from brokerage.database import db
from brokerage.partners import paging
from brokerage.reference.folding import folded

MOST = 3000  # hits gathered by the index before a walk is tried
SAMPLE, COMMON = 400, 12  # words that 3 % of a random sample hold fill a page of 50 within some 1,700 rows
WALKED = 2500
MOST_WORDS = 8
_END: Any = sa.literal_column("chr(1114111)")  # after every letter

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
    return {f"word{place}": word for place, word in enumerate(_whole(typed).split())}


def _whole(typed: str) -> str:
    return " ".join(folded(typed[:200]).split()[:MOST_WORDS])


def shape_of(typed: str) -> Words | None:
    """What a search asks of a statement; None when nothing was typed, and everything is meant."""
    return Words(tuple(len(word) > 2 for word in words_of(typed).values())) if typed.strip() else None


def parameters(typed: str) -> dict[str, str]:
    """The bind parameters of a search: its words, and all of them as a name would begin."""
    return words_of(typed) | {"whole": _whole(typed)} if typed.strip() else {}


def corrected(typed: str, of_allies: bool) -> str:
    """What was typed with its slips mended by the words that books hold (migration 0013's `spelt`); "" for no slip."""
    words = list(words_of(typed).values())
    if not words:
        return ""
    asked = sa.select(*(sa.func.spelt(word, of_allies, 1) for word in words))
    mended = db.session.execute(scope.through_the_gate(asked)).one()
    better = " ".join(alternatives.rpartition("|")[2] for alternatives in mended)
    return "" if better == _whole(typed) else better


def as_written(words: str, name: str) -> str:
    """Folded words as a name writes them: "lycee renoir" reads « Lycée Renoir »."""
    tokens = re.split(r"[^\w]+", name)
    return " ".join(next((token for token in tokens if token and folded(token) == word), word) for word in words.split())


@dataclass(frozen=True)
class Start:
    """Where a page begins: at an end of the list, or beyond a mark. `named`: its name begins as typed."""

    marked: bool = False
    backwards: bool = False
    named: bool = False


def start_of(mark: paging.Mark | None, typed: str) -> Start:
    """Where the page after this mark begins, for what was typed."""
    if mark is None:
        return Start()
    return Start(True, mark.backwards, bool(_whole(typed)) and str(mark.value).startswith(_whole(typed)))


@dataclass(frozen=True)
class Ground:
    """Where words are looked for: `entity` has the rows, `finds` (id, search) the index, `also` what else may match.

    `rows` are the conditions of the list itself: whose rows, which filters; `sampled` whose only.
    """

    entity: Any
    finds: Any
    rows: Sequence[Condition]
    sampled: Sequence[Condition]
    order: paging.Order
    also: Condition | None = None

    @property
    def by_name(self) -> bool:
        """Whether names that begin as typed can come first."""
        return self.order.key is self.entity.sort_name

    def sorting(self, words: Words | None, backwards: bool) -> list[Any]:
        """What to ORDER BY, with words or without."""
        columns = self.order.columns(backwards)
        if words is None or not self.by_name:
            return columns
        begins = _begins(self.entity.sort_name)
        return [begins if backwards else begins.desc(), *columns]

    def ids(self, more: Sequence[Condition], start: Start, limit: int) -> sa.Select[Any]:
        """The ids of the first rows beyond a start."""
        beyond = [self.order.beyond(start.backwards)] if start.marked else []
        query = sa.select(self.entity.id).where(*self.rows, *beyond, *more)
        return query.order_by(*self.order.columns(start.backwards)).limit(limit)


def _begins(name: Any) -> Condition:
    return sa.func.starts_with(name, sa.bindparam("whole", type_=sa.Text()), type_=sa.Boolean())


def first_of(words: Words | None, ground: Ground, start: Start, limit: int) -> sa.Select[Any]:
    """The ids of the first `limit` rows of a list, or twice as many: the reader sorts and cuts them."""
    if words is None:
        return ground.ids([], start, limit)
    if not ground.by_name or not words.shape:
        return _holding(words, ground, start, limit)
    halves = [_holding, _beginning] if start.backwards else [_beginning, _holding]
    if start.marked:
        halves = halves[halves.index(_beginning if start.named else _holding) :]
    first = halves[0](words, ground, start, limit).cte()
    if len(halves) == 1:
        return sa.select(first.c.id)
    rest = halves[1](words, ground, Start(backwards=start.backwards), limit, _many(first) < limit).subquery()
    return sa.select(sa.union_all(sa.select(first.c.id), sa.select(rest.c.id)).subquery().c.id)


def _beginning(_words: Words, ground: Ground, start: Start, limit: int, *gate: Condition) -> sa.Select[Any]:
    """The first rows whose name begins as typed."""
    name, whole = ground.entity.sort_name, sa.bindparam("whole", type_=sa.Text())
    return ground.ids([name >= whole, name < whole.concat(_END), _begins(name), *gate], start, limit)


def _holding(words: Words, ground: Ground, start: Start, limit: int, *gate: Condition) -> sa.Select[Any]:
    """The first other rows that hold the words. Nothing is looked for unless the `gate` is open."""
    sample = _sample(words, ground)
    common = sa.select(sample.c.seen).scalar_subquery() >= COMMON
    rows = [*gate, *([~_begins(ground.entity.sort_name)] if ground.by_name and words.shape else [])]
    gathered = sa.select(ground.finds.id).where(*gate, words.indexed(ground.finds.search))
    here = words.within(ground.entity.search)
    holds = here if ground.also is None else sa.or_(here, ground.also)
    return _few_or_walked(ground, start, limit, _Sought(gathered, holds, rows, common))


def marked(ground: Ground, start: Start, limit: int, gathered: sa.Select[Any], holds: Condition) -> sa.Select[Any]:
    """The ids of the first `limit` rows that `holds` is true of, where an index could gather the ids of all of them."""
    return _few_or_walked(ground, start, limit, _Sought(gathered, holds))


@dataclass(frozen=True)
class _Sought:
    """Rows that an index gathers, and the same looked at one by one; `common` when a sample says that they are many."""

    gathered: sa.Select[Any]
    holds: Condition
    rows: Sequence[Condition] = ()
    common: Condition = dataclass_field(default_factory=sa.false)


def _few_or_walked(ground: Ground, start: Start, limit: int, sought: _Sought) -> sa.Select[Any]:
    """Of the few that match, in a walk, or else of all that match."""
    hits = sought.gathered.where(~sought.common).limit(MOST + 1).cte()
    walks = sa.or_(sought.common, _many(hits) > MOST)
    walked = _walked(ground, start, sought.holds, [*sought.rows, walks]).limit(limit).cte()
    every = sought.gathered.where(walks, _many(walked) < limit).subquery()
    found = sa.union_all(sa.select(hits.c.id).where(~walks), sa.select(walked.c.id), sa.select(every.c.id)).subquery()
    return ground.ids([*sought.rows, ground.entity.id.in_(sa.select(found.c.id))], start, limit)


def _many(rows: sa.CTE) -> sa.ColumnElement[int]:
    return sa.select(sa.func.count()).select_from(rows).scalar_subquery()


def _walked(ground: Ground, start: Start, holds: Condition, more: Sequence[Condition]) -> sa.Select[Any]:
    """Those of the next WALKED rows that match; rows are looked at one by one, and no further than needed."""
    next_ones = ground.ids(more, start, WALKED).add_columns(holds.label("holds")).subquery()
    return sa.select(next_ones.c.id).where(next_ones.c.holds)


def _sample(words: Words, ground: Ground) -> sa.CTE:
    """How many of SAMPLE rows match. Ids are random: the first of them are a fair sample, and an index has them."""
    some = sa.select(ground.entity.search.label("search")).where(*ground.sampled).order_by(ground.entity.id).limit(SAMPLE).subquery()
    return sa.select(sa.func.count().label("seen")).select_from(some).where(words.within(some.c.search)).cte()
