"""How dates, times, numbers, phones and initials are written for a reader, in French or in English.

Jinja filters. Instants are aware and shown in Paris time; a plain `date` is a day anywhere. None gives "".
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent
from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)

from brokerage import clock
from brokerage.web.typography import NBSP, language

Day = date | datetime
_YEAR_GOES_WITHOUT_SAYING = timedelta(days=180)
# Numbers dialled the national way from anywhere in France, overseas included.
_FRENCH_CODES = frozenset({33, 262, 590, 594, 596})


def date_long(day: Day | None) -> str:
    """« jeudi 12 mars 2026 »."""
    return _written(day, "EEEE d{nbsp}MMMM y")


def date_short(day: Day | None) -> str:
    """« 12 mars 2026 », « 14 janv. 2026 »."""
    return _written(day, "d{nbsp}MMM y")


def day_month(day: Day | None) -> str:
    """« 12 mars », « 1er avril »."""
    return _written(day, "d{nbsp}MMMM")


def day_named(day: Day | None) -> str:
    """« jeu. 12 mars »."""
    return _written(day, "EEE d{nbsp}MMM")


def month_year(since: str | None) -> str:
    """« septembre 2021 » for "2021-09", « 10 juin 2021 » for a day; "2021" and whatever else was typed as it is."""
    whole = len(since or "") == len("2021-06-10")
    try:
        day = date.fromisoformat((since or "") + ("" if whole else "-01"))
    except ValueError:
        return since or ""
    return date_short(day) if whole else format_date(day, f"MMMM{NBSP}y", locale=language())


def hour(instant: datetime | None) -> str:
    """« 14 h 30 », « 9 h »; in English « 14:30 »."""
    if instant is None:
        return ""
    return clock_time(_in_paris(instant))


def clock_time(here: datetime) -> str:
    """The same for an instant that is already by the clock of its place."""
    if language() != "fr":
        return f"{here:%H:%M}"
    return f"{here.hour}{NBSP}h" + (f"{NBSP}{here:%M}" if here.minute else "")


def moment(when: Day | None) -> Markup:
    """A time element: « auj., 9 h 12 », « hier, 17 h 05 », « mar. 10 mars », « 14 janv. 2025 ».

    The full date is in its title. Half a year away and more, the year is written.
    """
    return _moment(when, clock.today(), language()) if when is not None else Markup("")


@lru_cache(maxsize=4096)
def _moment(when: Day, _today: date, _spoken: str) -> Markup:
    """Writing a date costs as much as the rest of a line: it is kept for the day and the language."""
    return _time(when, _moment_words)


def ago(when: Day | None) -> Markup:
    """A time element: « il y a 2 jours » or « dans 3 jours » under seven days, the date beyond."""
    return _time(when, _ago_words) if when is not None else Markup("")


def number(value: float | None) -> str:
    """« 1 284 », « 3,5 »."""
    return "" if value is None else _number(value, language())


@lru_cache(maxsize=4096)
def _number(value: float, spoken: str) -> str:
    return format_decimal(value, locale=spoken)


def percent(share: float | None) -> str:
    """A share between 0 and 1 as « 73 % »."""
    if share is None:
        return ""
    return format_percent(share, locale=language()).replace("\u202f", NBSP)


def phone(raw: str | None) -> str:
    """« 01 99 00 52 40 », abroad « +44 20 7946 0958 »; as it came when it is no number."""
    parsed = _phone_of(raw)
    if parsed is None:
        return raw or ""
    national = parsed.country_code in _FRENCH_CODES
    style = PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    return format_number(parsed, style).replace(" ", NBSP)


def phone_link(raw: str | None) -> str:
    """The address a phone dials, « tel:+33199005240 »; "" when it is no number."""
    parsed = _phone_of(raw)
    return "" if parsed is None else f"tel:{format_number(parsed, PhoneNumberFormat.E164)}"


def initials(name: str | None) -> str:
    """« NB » for Nadia Benhaddou, « JR » for Jean-Baptiste Roussel: the first and the last word."""
    words = (name or "").split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


FILTERS: tuple[Callable[..., str], ...] = (
    date_long,
    date_short,
    day_month,
    day_named,
    month_year,
    hour,
    moment,
    ago,
    number,
    percent,
    phone,
    phone_link,
    initials,
)


def install(app: Flask) -> None:
    """Every format as a Jinja filter under its own name."""
    app.jinja_env.filters.update({write.__name__: write for write in FILTERS})


def _in_paris(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be shown")
    return instant.astimezone(clock.PARIS)


def _day(when: Day) -> date:
    return _in_paris(when).date() if isinstance(when, datetime) else when


def _written(when: Day | None, pattern: str) -> str:
    return _day_written(_day(when), pattern, language()) if when is not None else ""


@lru_cache(maxsize=4096)
def _day_written(day: date, pattern: str, spoken: str) -> str:
    if spoken == "fr" and day.day == 1:
        pattern = pattern.replace("d{nbsp}", "'1er'{nbsp}")
    return format_date(day, pattern.format(nbsp=NBSP), locale=spoken)


def _time(when: Day, words: Callable[[Day], str]) -> Markup:
    machine, full = when.isoformat(), date_long(when)
    if isinstance(when, datetime):
        machine, full = _in_paris(when).isoformat(timespec="minutes"), f"{full}, {hour(when)}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, full, words(when))


def _moment_words(when: Day) -> str:
    distance = _day(when) - clock.today()
    near = {0: _("auj."), -1: _("hier"), 1: _("demain")}.get(distance.days)
    if near is None:
        return day_named(when) if abs(distance) < _YEAR_GOES_WITHOUT_SAYING else date_short(when)
    return f"{near}, {hour(when)}" if isinstance(when, datetime) else near


def _ago_words(when: Day) -> str:
    days = (_day(when) - clock.today()).days
    if abs(days) >= 7:
        return date_short(when)
    if days == 0 and not isinstance(when, datetime):
        return str(_("aujourd’hui"))
    span = when - clock.now() if days == 0 and isinstance(when, datetime) else timedelta(days=days)
    return format_timedelta(span, add_direction=True, threshold=1, locale=language())


def _phone_of(raw: str | None) -> PhoneNumber | None:
    try:
        parsed = parse(raw or "", "FR")
    except NumberParseException:
        return None
    return parsed if is_possible_number(parsed) else None
