"""What comes first: the identifier, the very name, names that begin so, names that hold the words, all the rest."""

from typing import Any

import sqlalchemy as sa

from brokerage.search.spelling import Spelling

EXACT, BEGINS, NAMED, AROUND = 1, 2, 3, 4


def rank(words: Spelling, *names: Any, exactly: Any = None) -> sa.ColumnElement[int]:
    """0 for `exactly`, then by the best of the folded `names`."""
    whole = sa.bindparam("whole", type_=sa.Text())
    steps = [(sa.or_(*(name == whole for name in names)), EXACT)]
    steps += [(sa.or_(*(sa.func.starts_with(name, whole) for name in names)), BEGINS)]
    steps += [(sa.or_(*(words.within(name) for name in names)), NAMED)]
    return sa.case(*([(exactly, 0)] if exactly is not None else []), *steps, else_=AROUND)


def closeness(name: Any) -> sa.ColumnElement[float]:
    """How much of a name is what was typed: among equals, the shorter name and the smaller slip come first."""
    return sa.func.similarity(name, sa.bindparam("whole", type_=sa.Text()))
