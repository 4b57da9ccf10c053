"""Working days, public and school holidays, and the hours a letter may arrive, as they are where people live.

Two sources, both installed packages: `holidays` for public holidays, `vacances-scolaires-france` for the
school holidays of zones A, B and C. Pure: reads no clock and no database.

The school dates shipped run from January 1990 to the end of August 2028. From September 2028 on, and always
in Corsica and overseas, only the summer rule is known (10 July to 25 August). Update the package every year.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from brokerage.reference.places import ACADEMIES, DEPARTMENTS, academy_of_department

_TIME_ZONES = {
    "971": "America/Guadeloupe", "977": "America/Guadeloupe", "978": "America/Guadeloupe",
    "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion", "975": "America/Miquelon",
    "976": "Indian/Mayotte", "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip
_PUBLIC_CALENDARS = {
    "57": "57", "67": "6AE", "68": "6AE", "971": "971", "972": "972", "973": "973", "974": "974", "975": "PM",
    "976": "976", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
"""Our département codes in the words of `holidays`: Alsace-Moselle keeps two days more, overseas others."""

_SUMMER = ((7, 10), (8, 25))
_SUMMER_NAME = "vacances d'été"
_BRIDGE_NAME = "pont de l'Ascension"
_DAY = timedelta(days=1)
_SATURDAY = 5
SUNDAY = 6
_LONGEST_WAIT = 120
"""Days. The longest quiet time is the summer holidays, some sixty."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody works: département ("62", "2A", "974") and académie ("09") by code.

    Either may be None: then what the other tells is taken, and what neither tells is as in Paris.
    """

    department: str | None = None
    academy: str | None = None
    is_school: bool = False


HEAD_OFFICE = Place(department="75")
"""Where members count their working days until they say otherwise."""


def time_zone(place: Place) -> ZoneInfo:
    """Clock of the place. Polynésie is counted as Tahiti (its eastern islands are half or one hour ahead)."""
    return _time_zone(place.department, place.academy)


def school_zone(place: Place) -> str | None:
    """The school-holiday zone, "A", "B" or "C"; None where there is none: Corsica, overseas, unknown."""
    return _school_zone(place.department, place.academy)


def local_day(instant: datetime, place: Place) -> date:
    """The calendar day it is there at this aware instant; ValueError if it is naive."""
    return _local(instant, place).date()


def is_public_holiday(day: date, place: Place) -> bool:
    """Whether the law or local custom makes `day` a holiday there, Sundays aside.

    Includes Good Friday and 26 December in Alsace-Moselle, and overseas the days of the abolition of slavery.
    """
    return _checked(day) in _public_holidays(day.year, _public_calendar(place.department, place.academy))


def public_holiday_name(day: date, place: Place) -> str | None:
    """The public holiday in French for a warning, "Fête du Travail"; None when it is not one. See `is_public_holiday`."""
    return _public_holidays(day.year, _public_calendar(place.department, place.academy)).get(_checked(day))


def is_school_holiday(day: date, place: Place) -> bool:
    """Whether pupils are away: the zone's holidays, week-ends around them included, or 10 July to 25 August.

    For any place, school or not: an event may be held anywhere. Where no dates are known (Corsica, overseas,
    after August 2028) only the summer rule is left, so False then means "not known to be".
    """
    return _school_holiday(day, school_zone(place)) is not None


def school_holiday_name(day: date, place: Place) -> str | None:
    """The holiday in French for a warning, with its zone where zones differ: "vacances d'hiver, zone B".

    None when it is not one, or not known to be (see `is_school_holiday`).
    """
    zone = school_zone(place)
    name = _school_holiday(day, zone)
    return f"{name}, zone {zone}" if name in {"vacances d'hiver", "vacances de printemps"} else name


def is_working_day(day: date, place: Place) -> bool:
    """Monday to Friday and no public holiday there. School holidays are working days."""
    return day.weekday() < _SATURDAY and not is_public_holiday(day, place)


@lru_cache(maxsize=1 << 16)
def add_working_days(day: date, n: int, place: Place) -> date:
    """The `n`th working day after `day`, or before it if `n` is negative; `day`, even a Sunday, if 0."""
    step = _DAY if n > 0 else -_DAY
    for _ in range(abs(n)):
        day += step
        while not is_working_day(day, place):
            day += step
    return day


def working_days_between(a: date, b: date, place: Place) -> int:
    """How many working days come after `a` up to and with `b`; negative if `b` is earlier.

    The inverse of `add_working_days`: working_days_between(d, add_working_days(d, n, place), place) == n
    for every n above 0.
    """
    if b < a:
        return -working_days_between(b, a, place)
    days = (a + _DAY * ahead for ahead in range(1, (b - a).days + 1))
    return sum(is_working_day(day, place) for day in days)


def is_good_moment(
    instant: datetime,
    place: Place,
    *,
    school_quiet: bool,
    start: time = time(8, 30),
    end: time = time(18, 30),
) -> bool:
    """Whether an automatic letter may arrive there now: see `next_good_moment`."""
    local = _local(instant, place)
    return start <= local.time() < end and _is_good_day(local.date(), place, school_quiet)


def next_good_moment(
    instant: datetime,
    place: Place,
    *,
    school_quiet: bool,
    start: time = time(8, 30),
    end: time = time(18, 30),
) -> datetime:
    """The first instant from `instant` on at which an automatic letter may arrive there, aware, in UTC.

    That is a working day, from `start` until just before `end` by the local clock and, for a school if
    `school_quiet`, outside school holidays. Returns `instant` itself if it is good; asking twice changes
    nothing. ValueError if `instant` is naive or `start` is not before `end`.
    """
    if not start < end:
        raise ValueError("a day's window opens before it closes")
    local = _local(instant, place)
    day, hour = local.date(), local.time()
    good_day = _good_day_from(day if hour < end else day + _DAY, place, school_quiet)
    if good_day == day and start <= hour:
        return instant.astimezone(UTC)
    return datetime.combine(good_day, start, time_zone(place)).astimezone(UTC)


def _local(instant: datetime, place: Place) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone is not an instant")
    return instant.astimezone(time_zone(place))


def _is_good_day(day: date, place: Place, school_quiet: bool) -> bool:
    is_quiet = school_quiet and place.is_school and is_school_holiday(day, place)
    return is_working_day(day, place) and not is_quiet


@lru_cache(maxsize=16_384)
def _good_day_from(day: date, place: Place, school_quiet: bool) -> date:
    for ahead in range(_LONGEST_WAIT):
        if _is_good_day(day + _DAY * ahead, place, school_quiet):
            return day + _DAY * ahead
    raise RuntimeError(f"no good day within {_LONGEST_WAIT} days of {day}")


@cache
def _time_zone(department: str | None, academy: str | None) -> ZoneInfo:
    return ZoneInfo(_looked_up(_TIME_ZONES, department, academy) or "Europe/Paris")


@cache
def _public_calendar(department: str | None, academy: str | None) -> str | None:
    return _looked_up(_PUBLIC_CALENDARS, department, academy)


@cache
def _school_zone(department: str | None, academy: str | None) -> str | None:
    in_charge = ACADEMIES.get(academy or "") or academy_of_department(department or "")
    return in_charge.holiday_zone if in_charge else None


def _looked_up(table: dict[str, str], department: str | None, academy: str | None) -> str | None:
    """What `table` says of the département; of an académie alone, what it says of all its départements."""
    if department:
        return table.get(department)
    answers = {table.get(each.code) for each in DEPARTMENTS.values() if each.academy_code == academy}
    return answers.pop() if academy and len(answers) == 1 else None


def _checked(day: date) -> date:
    """A datetime passes for a date, but no table of days ever finds it: refuse it, or holidays go unseen."""
    if isinstance(day, datetime):
        raise TypeError("a day is wanted, not an instant: see local_day")
    return day


@cache
def _public_holidays(year: int, subdivision: str | None) -> dict[date, str]:
    import holidays  # slow to import (a tenth of a second), and most commands never need it

    return dict(holidays.country_holidays("FR", subdiv=subdivision, years=[year], language="fr"))


def _school_holiday(day: date, zone: str | None) -> str | None:
    name = _dated_school_holidays(zone).get(_checked(day)) if zone else None
    if name is None and _SUMMER[0] <= (day.month, day.day) <= _SUMMER[1]:
        return _SUMMER_NAME
    return name


@cache
def _dated_school_holidays(zone: str) -> dict[date, str]:
    """Every known holiday of the zone, by day."""
    found = {
        day: row["nom_vacances"].replace("Vacances", "vacances").replace("Pont", "pont")
        for day, row in _school_calendar().items()
        if row[f"vacances_zone_{zone.lower()}"]
    }
    return _bridges(max(found).year) | found


@cache
def _school_calendar() -> dict[date, dict[str, Any]]:
    """The package's table; read once per process, it takes a quarter of a second."""
    from vacances_scolaires_france import SchoolHolidayDates  # type: ignore[import-untyped]

    return dict(SchoolHolidayDates().data)


def _bridges(last_year: int) -> dict[date, str]:
    """Friday and Saturday after Ascension: no classes anywhere since 2019, but the package lacks years."""
    ascensions = (
        day
        for year in range(2019, last_year + 1)
        for day, name in _public_holidays(year, None).items()
        if "Ascension" in name
    )
    return {ascension + _DAY * ahead: _BRIDGE_NAME for ascension in ascensions for ahead in (1, 2)}
