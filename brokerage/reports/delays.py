"""How long things took: from the first sending to the decision, from the ask to the yes, and to the meeting.

Days are those of Paris. The database groups equal pairs of days, so that a hundred thousand requests come back as a
few thousand lines; working days are counted here, by one running sum over the calendar.
"""

import math
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import sqlalchemy as sa

from brokerage import calendar
from brokerage.database import db
from brokerage.reports.counting import Pairs, day
from brokerage.reports.figures import MADE, Condition, I, R
from brokerage.timeline import Entry

Pair = tuple[date, date]
Counted = Iterable[tuple[int, int]]  # (days, how many times)
NAMES = ("decision", "answer", "meeting")


@dataclass(frozen=True)
class Delay:
    """How many cases, their median in days and in working days, and where eight in ten of them lie (working days).

    Medians of an even number of cases lie half-way; None where there is no case.
    """

    cases: int = 0
    days: float | None = None
    working: float | None = None
    low: float | None = None
    high: float | None = None


def of(pairs: dict[uuid.UUID, dict[str, Pairs]], sent: list[Condition]) -> dict[uuid.UUID | None, dict[str, Delay]]:
    """The delays of each asking side by name, and of both together under None; `pairs` as counted, answers in one statement."""
    answers = _answers(sent)
    named: dict[uuid.UUID | None, dict[str, Pairs]] = {}
    named |= {side: {**counted, "answer": answers.get(side, {})} for side, counted in pairs.items()}
    named[None] = {name: _together(counted[name] for counted in list(named.values())) for name in NAMES}
    return {side: {name: delay(counted[name]) for name in NAMES if counted[name]} for side, counted in named.items()}


def _together(several: Iterable[Pairs]) -> Pairs:
    sums: Counter[Pair] = Counter()
    for counted in several:
        sums.update(counted)
    return sums


def _answers(sent: list[Condition]) -> dict[uuid.UUID, Pairs]:
    """Only a yes: how fast somebody refused is nobody's business."""
    start, end = day(sa.func.least(I.asked_at, I.answered_at)), day(I.answered_at)  # a yes may be noted before the ask has left
    made = sa.select(I.asking_id, start, end, sa.func.count()).join(R, R.id == I.request_id).join(Entry, Entry.request_id == R.id)
    query = made.where(*sent, MADE, I.asked_at.is_not(None)).group_by(I.asking_id, start, end)
    found: defaultdict[uuid.UUID, Pairs] = defaultdict(dict)
    for side, asked, answered, count in db.session.execute(query):
        found[side][asked, answered] = count
    return found


def delay(pairs: dict[Pair, int]) -> Delay:
    """The delay of all these cases, each from a day to a day."""
    days = [((end - start).days, count) for (start, end), count in pairs.items()]
    working = list(_working(pairs))
    cases = sum(pairs.values())
    return Delay(cases, quantile(days, 0.5), quantile(working, 0.5), quantile(working, 0.1), quantile(working, 0.9))


def _working(pairs: dict[Pair, int]) -> Iterator[tuple[int, int]]:
    first, last = min(start for start, _ in pairs), max(end for _, end in pairs)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    up_to = list(accumulate(calendar.is_working_day(day, calendar.HEAD_OFFICE) for day in days))
    for (start, end), count in pairs.items():
        yield up_to[(end - first).days] - up_to[(start - first).days], count


def quantile(counted: Counted, share: float) -> float | None:
    """The value under which `share` of the cases lie, half-way between two neighbours where it falls between; None of none.

    The median is the usual one; other shares take the nearest case.
    """
    ordered = sorted(counted)
    total = sum(count for _, count in ordered)
    if not total:
        return None
    if share == 0.5:
        return (_nth(ordered, (total - 1) // 2) + _nth(ordered, total // 2)) / 2
    return float(_nth(ordered, max(math.ceil(share * total) - 1, 0)))


def _nth(ordered: list[tuple[int, int]], place: int) -> int:
    """The value of the case at `place`, counted from 0."""
    for (value, _), reached in zip(ordered, accumulate(count for _, count in ordered), strict=True):
        if place < reached:
            return value
    raise IndexError(place)
