"""The stretch of time a report speaks of: a school year, or any two days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from brokerage import clock
from brokerage.conventions.models import Convention

RENTREE = 9  # a school year begins on 1 September
_YEARS_SHOWN = 6


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included, in Paris; `name` is "2025-2026" for a school year, "" for other dates."""

    first: date
    last: date
    name: str = ""

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Its first instant, and the first one after it."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))

    def months(self) -> Iterator[str]:
        """Its months, "2025-09" first, up to this one: what is to come has nothing to show."""
        day, end = self.first.replace(day=1), max(self.first, min(self.last, clock.today()))
        while day <= end:
            yield f"{day:%Y-%m}"
            day = (day + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.PARIS)


def school_year(day: date) -> Period:
    """The school year a day falls in: 1 September to 31 August."""
    return _year(day.year if day.month >= RENTREE else day.year - 1)


def _year(start: int) -> Period:
    return Period(date(start, RENTREE, 1), date(start + 1, RENTREE, 1) - timedelta(days=1), f"{start}-{start + 1}")


def named(name: str) -> Period | None:
    """The school year called "2025-2026"; None for what is no such name."""
    start, _, end = name.partition("-")
    if not (len(start) == len(end) == 4 and start.isascii() and end.isascii() and start.isdigit() and end.isdigit()):
        return None
    return _year(int(start)) if 1900 < int(start) < 2200 and int(end) == int(start) + 1 else None


def years_of(convention: Convention) -> list[Period]:
    """The school years of a convention up to this one, the latest first; at most six."""
    latest = min(clock.today(), convention.ends_on)
    found = [school_year(date(latest.year - back, latest.month, 1)) for back in range(_YEARS_SHOWN)]
    return [year for year in found if year.last >= convention.starts_on] or [school_year(convention.starts_on)]
