"""Which rows are worth ranking: few, gathered by an index, whatever the words and the size of the book.

PostgreSQL ranks and counts frequent words badly (a second per million rows), so neither is done. A sample says first
whether the words are common. If they are, rows are walked in the order of their random ids until there are enough
(in that of names, "paris" would walk past everybody before P); if not, the trigram index gathers those that match,
and they are walked too when they turn out to be more than MOST. Names that begin with
what was typed come by an index of their own, so the obvious answer is never missed. It is all one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.search.spelling import Condition, Spelling

MOST = 1000  # rows gathered and ranked at most
SAMPLE, COMMON = 400, 5  # words that 1.25 % of a random sample hold are walked: WALKED rows within some 1,600
WALKED = 20
BEGINNING = 20  # rows whose name begins with what was typed
_END: Any = sa.literal_column("chr(1114111)")  # after every letter


@dataclass(frozen=True)
class Ground:
    """Where words are looked for. `finds` (id, search) is the window with the index, `rows` whose rows they are.

    `name` is sorted by an index that begins with the association. With `houses`, a subquery of ids, each of these
    associations is walked apart: one list over several would be sorted whole.
    """

    entity: Any
    finds: Any
    name: Any
    rows: Sequence[Condition]
    houses: Any = None

    def first(self, column: Any, conditions: Sequence[Condition], order: Any, limit: int) -> sa.Select[Any]:
        """The first rows in an order that an index has."""
        query = sa.select(column).where(*self.rows, *conditions).order_by(order, self.entity.id).limit(limit)
        if self.houses is None:
            return query
        each = query.where(self.entity.association_id == self.houses.c.id).correlate(self.houses).lateral()
        return sa.select(each.c[0]).select_from(self.houses.join(each, sa.true()))


def candidates(words: Spelling, ground: Ground) -> sa.Select[Any]:
    """The ids worth ranking: at most MOST and a few."""
    some = ground.first(ground.entity.search.label("search"), [], ground.entity.id, SAMPLE).subquery()
    sample = sa.select(sa.func.count().label("seen")).select_from(some).where(words.within(some.c.search)).cte()
    common = sa.select(sample.c.seen).scalar_subquery() >= COMMON
    hits = sa.select(ground.finds.id).where(words.indexed(ground.finds.search), ~common).limit(MOST + 1).cte()
    many = sa.select(sa.func.count()).select_from(hits).scalar_subquery() > MOST
    walked = ground.first(ground.entity.id, [words.within(ground.entity.search), sa.or_(common, many)], ground.entity.id, WALKED)
    found = [sa.select(hits.c.id).where(~many), _column(walked), _column(_beginning(ground))]
    return sa.select(sa.union_all(*found).subquery().c[0])


def _column(query: sa.Select[Any]) -> sa.Select[Any]:
    return sa.select(query.subquery().c[0])


def _beginning(ground: Ground) -> sa.Select[Any]:
    whole = sa.bindparam("whole", type_=sa.Text())
    return ground.first(ground.entity.id, [ground.name >= whole, ground.name < whole.concat(_END)], ground.name, BEGINNING)
