"""The ledger of a convention: what each side asked of the other in a period, and what came of it.

Both associations read the same figures to the unit: everything counted here lies in rows and lines that both hold.
No person is named or ranked; the private reasons of a side are not read at all.
"""

import uuid
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects.postgresql import distinct_on

from brokerage.accounts.models import Association
from brokerage.conventions import commitments
from brokerage.conventions.models import Convention
from brokerage.database import db
from brokerage.introductions.models import Outcome
from brokerage.introductions.purposes import NUMBERS
from brokerage.reports import delays
from brokerage.reports.delays import Delay
from brokerage.reports.figures import DOORS, FIGURES, KIND, MONTH, NAMES, STANDS, Condition, Counts, I, R, sent_in
from brokerage.reports.periods import Period
from brokerage.timeline import Entry


@dataclass(frozen=True)
class Side:
    """An association as a report shows it."""

    id: uuid.UUID
    name: str
    short: str
    bank: str
    of_name: str


@dataclass(frozen=True)
class Direction:
    """What one side asked of the other."""

    asking: Side
    giving: Side
    kinds: dict[str, Counts] = field(default_factory=dict)  # academic, corporate, other
    months: dict[str, Counts] = field(default_factory=dict)  # "2025-09"
    regions: dict[str, Counts] = field(default_factory=dict)  # INSEE code; "" where no place is known
    reasons: dict[str, int] = field(default_factory=dict)
    commitments: dict[int, Counts] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # pupils, rooms, …: obtained, as told last
    delays: dict[str, Delay] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        """All kinds together."""
        return reduce(add, self.kinds.values(), Counts())


@dataclass(frozen=True)
class Promise:
    """A commitment, and what was done for it outside requests."""

    number: int
    title: str
    text: str
    done: commitments.Tally


@dataclass(frozen=True)
class Ledger:
    """Everything a page, a print or a file says of a convention in a period."""

    convention: Convention
    period: Period
    directions: tuple[Direction, Direction]
    delays: dict[str, Delay]  # of both directions together
    promises: tuple[Promise, ...]

    @property
    def total(self) -> Counts:
        """Both directions together."""
        return self.directions[0].total + self.directions[1].total

    def asked_under(self, commitment: int) -> int:
        """Requests that serve a commitment, both directions together."""
        return sum(d.commitments.get(commitment, Counts()).asked for d in self.directions)

    def regions(self, figure: str = "introduced") -> dict[str, int]:
        """How many of `figure` in each region, both directions together; regions without any left out."""
        both = reduce(add, ([(code, getattr(c, figure)) for code, c in d.regions.items()] for d in self.directions))
        codes = {code for code, count in both if count}
        return {code: sum(count for other, count in both if other == code) for code in sorted(codes)}


def of(convention: Convention, period: Period, reader: uuid.UUID) -> Ledger:
    """The ledger as either side reads it, in eight statements whatever the number of requests."""
    sent = sent_in(convention, period, reader)
    counted, numbers, late = _counted(sent), _numbers(sent), delays.of(sent)
    one, other = sides(convention)
    both = [_direction(a, b, counted.get(a.id, {}), numbers, late) for a, b in ((one, other), (other, one))]
    tallies = commitments.tallies(convention.id, period.first, period.last)
    none = commitments.Tally()
    promises = [Promise(c.number, c.title, c.text, tallies.get(c.number, none)) for c in convention.commitments]
    return Ledger(convention, period, (both[0], both[1]), late.get(None, {}), tuple(promises))


def opened_by(association_id: uuid.UUID, period: Period) -> tuple[int, int]:
    """Requests followed by an introduction in a period: those this association opened the door to, and those opened to it.

    Over all its conventions, in one statement: what the home pages show, counted as the report counts.
    """
    start, end = period.instants
    sent = (Entry.association_id == association_id, Entry.what == "submit", Entry.at >= start, Entry.at < end)
    doors = [sa.func.count().filter(side == association_id) for side in (R.giving_id, R.asking_id)]
    query = sa.select(*doors).join(Entry, Entry.request_id == R.id).where(*sent, FIGURES["introduced"])
    found = db.session.execute(query).one()
    return int(found[0]), int(found[1])


def sides(convention: Convention) -> tuple[Side, Side]:
    """The two associations, in the order of the convention."""
    ids = (convention.first_id, convention.second_id)
    query = sa.select(Association).where(Association.id.in_(ids))
    found = {a.id: Side(a.id, a.name, a.short, a.bank, a.of_name) for a in db.session.scalars(query)}
    return found[ids[0]], found[ids[1]]


def _direction(
    asking: Side, giving: Side, counted: dict[str, dict[Any, Counts]],
    numbers: dict[uuid.UUID, dict[str, int]], late: dict[uuid.UUID | None, dict[str, Delay]],
) -> Direction:  # fmt: skip
    reasons = {reason: c.declined for reason, c in counted.pop("reasons", {}).items() if reason and c.declined}
    return Direction(asking, giving, reasons=reasons, numbers=numbers.get(asking.id, {}), delays=late.get(asking.id, {}), **counted)


SETS = ("kinds", "months", "regions", "reasons", "commitments")


def _requests(sent: list[Condition]) -> sa.Subquery:
    """Every request of the period once, with what became of it."""
    told = [rule.label(name) for name, rule in FIGURES.items()]
    about = (
        KIND.label("kinds"), MONTH.label("months"), sa.func.coalesce(R.region, "").label("regions"),
        R.decline_reason.label("reasons"), R.commitment.label("commitments"),
    )  # fmt: skip
    query = sa.select(R.id, R.asking_id, R.giving_id, *about, *told, DOORS.label("doors"))
    return query.join(Entry, Entry.request_id == R.id).where(*sent).subquery()


def _counted(sent: list[Condition]) -> dict[uuid.UUID, dict[str, dict[Any, Counts]]]:
    """By asking side, then by kind, month, region, reason and commitment: five groupings of one pass."""
    each = _requests(sent)
    whose = so.aliased(R, each)
    columns = [each.c[name] for name in SETS]
    count = [sa.func.count().filter(each.c[name]) for name in FIGURES]
    query = sa.select(whose.asking_id, sa.func.grouping(*columns), *columns, *count, sa.func.sum(each.c.doors))
    sets = [sa.tuple_(whose.asking_id, column) for column in columns]
    found: dict[uuid.UUID, dict[str, dict[Any, Counts]]] = {}
    for side, level, *values in db.session.execute(query.group_by(sa.func.grouping_sets(*sets))):
        place = _grouped_by(level)
        counts = Counts(*(int(v) for v in values[len(SETS) :]))
        found.setdefault(side, {}).setdefault(SETS[place], {})[values[place]] = counts
    return found


def _grouped_by(level: int) -> int:
    """Which column a line is grouped by: GROUPING() has a 0 in its place, the first column being the highest bit."""
    return next(place for place in range(len(SETS)) if not level >> (len(SETS) - 1 - place) & 1)


def _numbers(sent: list[Condition]) -> dict[uuid.UUID, dict[str, int]]:
    """Head-counts obtained, by asking side: of each introduction the last ones told, so that nothing counts twice."""
    last = (
        sa.select(Outcome.id, Outcome.asking_id, Outcome.giving_id, Outcome.numbers)
        .join(I, I.id == Outcome.introduction_id)
        .join(R, R.id == I.request_id)
        .join(Entry, Entry.request_id == R.id)
        .where(*sent, STANDS, Outcome.numbers != {})
        .ext(distinct_on(Outcome.introduction_id))
        .order_by(Outcome.introduction_id, Outcome.created_at.desc(), Outcome.id.desc())
        .subquery()
    )
    told = so.aliased(Outcome, last)
    sums = [sa.func.sum(sa.cast(told.numbers[name].astext, sa.BigInteger)) for name in NUMBERS]
    query = sa.select(told.asking_id, *sums).group_by(told.asking_id)
    found = db.session.execute(query)
    return {side: {name: int(n) for name, n in zip(NUMBERS, values, strict=True) if n} for side, *values in found}


assert (*FIGURES, "doors") == NAMES, "counts are built by position"
