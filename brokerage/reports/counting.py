"""One pass over the requests of a period: counted by kind, month, region, reason and commitment, and by pairs of days.

What became of the introductions is put together once for all requests and joined: asked of each request in turn it
took two thirds of the time of a report over a hundred thousand.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage.database import db
from brokerage.introductions.models import Outcome, Result
from brokerage.reports.figures import DECIDED, FIGURES, KIND, MADE, MONTH, NAMES, TOWN, Condition, Counts, I, R
from brokerage.timeline import Entry

SETS = ("kinds", "months", "regions", "reasons", "commitments", "towns")
PAIRS = {"decided_on": "decision", "met_on": "meeting"}  # each from the day it was sent
COLUMNS = (*SETS, "sent_on", *PAIRS)
Pairs = dict[tuple[date, date], int]  # from a day to a day: how many times


@dataclass(frozen=True)
class Counted:
    """What one asking side asked, by every grouping; and how long it took, as pairs of days by name of a delay."""

    by: dict[str, dict[Any, Counts]] = field(default_factory=lambda: {name: {} for name in SETS})
    pairs: dict[str, Pairs] = field(default_factory=lambda: {name: {} for name in PAIRS.values()})


def day(instant: Any) -> Any:
    """The day in Paris, in SQL."""
    return sa.cast(sa.func.timezone("Europe/Paris", instant), sa.Date)


def _opened() -> sa.Subquery:
    """Requests with an introduction that stands: how many of them, and when somebody first said that they met."""
    told = sa.select(Outcome.introduction_id, sa.func.min(Outcome.created_at).label("first")).where(Outcome.result == Result.MET)
    met = told.group_by(Outcome.introduction_id).subquery()
    made = sa.select(I.request_id, sa.func.count().label("doors"), sa.func.min(met.c.first).label("met"))
    return made.outerjoin(met, met.c.introduction_id == I.id).where(MADE).group_by(I.request_id).subquery()


def _requests(sent: list[Condition]) -> sa.Subquery:
    """Every request of the period once, with what became of it."""
    opened = _opened()
    joined = {"introduced": opened.c.doors.is_not(None), "met": opened.c.met.is_not(None)}
    told = [joined.get(name, rule).label(name) for name, rule in FIGURES.items()]
    about = (
        KIND.label("kinds"), MONTH.label("months"), sa.func.coalesce(R.region, "").label("regions"),
        R.decline_reason.label("reasons"), R.commitment.label("commitments"), TOWN.label("towns"), day(Entry.at).label("sent_on"),
        sa.case((DECIDED, day(R.decided_at))).label("decided_on"), day(opened.c.met).label("met_on"),
    )  # fmt: skip
    doors = sa.func.coalesce(opened.c.doors, 0).label("doors")
    query = sa.select(R.id, R.asking_id, R.giving_id, *about, *told, doors).join(Entry, Entry.request_id == R.id)
    return query.outerjoin(opened, opened.c.request_id == R.id).where(*sent).subquery()


def counted(sent: list[Condition]) -> dict[uuid.UUID, Counted]:
    """By asking side: eight groupings of one pass, in one statement."""
    found: defaultdict[uuid.UUID, Counted] = defaultdict(Counted)
    for side, level, *values in db.session.execute(_statement(sent)):
        first, last = _grouped_by(level)
        if first == last:
            found[side].by[COLUMNS[first]][values[first]] = Counts(*map(int, values[len(COLUMNS) :]))
        elif (end := values[last]) is not None:
            found[side].pairs[PAIRS[COLUMNS[last]]][values[first], end] = values[len(COLUMNS)]
    return dict(found)


def _statement(sent: list[Condition]) -> sa.Select[Any]:
    each = _requests(sent)
    whose = so.aliased(R, each)
    columns = [each.c[name] for name in COLUMNS]
    count = [sa.func.count().filter(each.c[name]) for name in FIGURES]
    sets = [sa.tuple_(whose.asking_id, each.c[name]) for name in SETS]
    sets += [sa.tuple_(whose.asking_id, each.c.sent_on, each.c[name]) for name in PAIRS]
    query = sa.select(whose.asking_id, sa.func.grouping(*columns), *columns, *count, sa.func.sum(each.c.doors))
    return query.group_by(sa.func.grouping_sets(*sets))


@cache
def _grouped_by(level: int) -> tuple[int, int]:
    """The first and the last column a line is grouped by: GROUPING() has a 0 there, the first column being the highest bit."""
    grouped = [place for place in range(len(COLUMNS)) if not level >> (len(COLUMNS) - 1 - place) & 1]
    return grouped[0], grouped[-1]


assert (*FIGURES, "doors") == NAMES, "counts are built by position"
assert NAMES[0] == "asked", "of a pair of days, the first figure says how many requests"
