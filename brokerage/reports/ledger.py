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
from brokerage.reports import counting, delays, towns
from brokerage.reports.counting import Counted
from brokerage.reports.delays import Delay
from brokerage.reports.figures import FIGURES, STANDS, Condition, Counts, I, R, sent_in
from brokerage.reports.periods import Period
from brokerage.reports.towns import Towns
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
    towns: Towns = field(default_factory=dict)
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

    @property
    def towns(self) -> Towns:
        """Towns opened in either direction; one that both sides opened is one."""
        return self.directions[1].towns | self.directions[0].towns

    def asked_under(self, commitment: int) -> int:
        """Requests that serve a commitment, both directions together."""
        return sum(d.commitments.get(commitment, Counts()).asked for d in self.directions)

    def regions(self, figure: str = "introduced") -> dict[str, int]:
        """How many of `figure` in each region, both directions together; regions without any left out."""
        both = reduce(add, ([(code, getattr(c, figure)) for code, c in d.regions.items()] for d in self.directions))
        codes = {code for code, count in both if count}
        return {code: sum(count for other, count in both if other == code) for code in sorted(codes)}


def of(convention: Convention, period: Period, reader: uuid.UUID) -> Ledger:
    """The ledger as either side reads it, in six statements whatever the number of requests."""
    sent = sent_in(convention, period, reader)
    counted, numbers = counting.counted(sent), _numbers(sent)
    late = delays.of({side: one.pairs for side, one in counted.items()}, sent)
    one, other = sides(convention)
    both = [_direction(a, b, counted.get(a.id, Counted()), numbers, late) for a, b in ((one, other), (other, one))]
    tallies = commitments.tallies(convention.id, period.first, period.last)
    none = commitments.Tally()
    promises = [Promise(c.number, c.title, c.text, tallies.get(c.number, none)) for c in convention.commitments]
    return Ledger(convention, period, (both[0], both[1]), late.get(None, {}), tuple(promises))


def blank(convention: Convention, period: Period) -> Ledger:
    """Its two sides and no figure: for the pages of a convention that count nothing."""
    one, other = sides(convention)
    return Ledger(convention, period, (Direction(one, other), Direction(other, one)), {}, ())


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
    asking: Side, giving: Side, counted: Counted,
    numbers: dict[uuid.UUID, dict[str, int]], late: dict[uuid.UUID | None, dict[str, Delay]],
) -> Direction:  # fmt: skip
    reasons = {reason: c.declined for reason, c in counted.by["reasons"].items() if reason and c.declined}
    grouped: dict[str, Any] = {name: found for name, found in counted.by.items() if name not in ("reasons", "towns")}
    grouped["towns"] = towns.opened(counted.by["towns"])
    return Direction(asking, giving, reasons=reasons, numbers=numbers.get(asking.id, {}), delays=late.get(asking.id, {}), **grouped)


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
