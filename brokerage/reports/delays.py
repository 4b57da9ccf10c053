"""How long things took: from the first sending to the decision, from the ask to the yes, and to the meeting.

Days are those of Paris. The database groups equal pairs of days, so that a hundred thousand requests come back as a
few thousand lines; working days are counted here, by one running sum over the calendar.
"""

import math
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from brokerage import calendar
from brokerage.database import db
from brokerage.introductions.models import Outcome, Result
from brokerage.introductions.states import RequestState
from brokerage.reports.figures import FIGURES, STANDS, Condition, I, R
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


def of(sent: list[Condition]) -> dict[uuid.UUID | None, dict[str, Delay]]:
    """The delays of each asking side by name, and of both together under None; three statements."""
    pairs = {"decision": _decisions(sent), "answer": _answers(sent), "meeting": _meetings(sent)}
    found: dict[uuid.UUID | None, dict[str, Delay]] = {}
    for name, query in pairs.items():
        by_side: dict[uuid.UUID | None, Counter[Pair]] = {}
        for asking, start, end, count in db.session.execute(query):
            for side in (asking, None):
                by_side.setdefault(side, Counter())[start, end] += count
        for side, counted in by_side.items():
            found.setdefault(side, {})[name] = delay(counted)
    return found


def _day(instant: Any) -> Any:
    return sa.cast(sa.func.timezone("Europe/Paris", instant), sa.Date)


def _grouped(query: Any, start: Any, end: Any) -> Any:
    asked, done = _day(start), _day(end)
    return query.with_only_columns(R.asking_id, asked, done, sa.func.count()).group_by(R.asking_id, asked, done)


def _decisions(sent: list[Condition]) -> Any:
    decided = sa.or_(FIGURES["approved"], R.state == RequestState.DECLINED)
    return _grouped(sa.select(R).join(Entry, Entry.request_id == R.id).where(*sent, decided), Entry.at, R.decided_at)


def _answers(sent: list[Condition]) -> Any:
    """Only a yes: how fast somebody refused is nobody's business."""
    asked = sa.select(R).join(Entry, Entry.request_id == R.id).join(I, I.request_id == R.id)
    return _grouped(asked.where(*sent, STANDS, I.asked_at.is_not(None)), I.asked_at, I.answered_at)


def _meetings(sent: list[Condition]) -> Any:
    told = sa.select(sa.func.min(Outcome.created_at)).join(I, I.id == Outcome.introduction_id)
    first = told.where(STANDS, Outcome.result == Result.MET).correlate(R).scalar_subquery()
    return _grouped(sa.select(R).join(Entry, Entry.request_id == R.id).where(*sent, FIGURES["met"]), Entry.at, first)


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
