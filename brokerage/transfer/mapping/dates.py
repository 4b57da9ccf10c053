"""Dates as people type them, kept as precise as they were typed and never more."""

import re
from datetime import date, datetime, timedelta

from brokerage.reference.folding import folded
from brokerage.transfer.mapping.parsed import Dated
from brokerage.transfer.sheets import Cell, text_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        "janvier janv jan;fevrier fevr fev feb;mars mar;avril avr apr;mai may;juin jun;juillet juil jul;aout aou aug;"
        "septembre sept sep;octobre oct;novembre nov;decembre dec".split(";"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet (1900 counted as a leap year)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_NUMERIC = re.compile(r"(\d{1,2})[-/. ]{1,3}(\d{1,2})[-/. ]{1,3}(\d{4}|\d{2})(?:[ ,àT]+\d{1,2}[:hH].*)?")
_NUMERIC_MONTH = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{4})|(\d{4})\s?[-/.]\s?(\d{1,2})")
_LONG = re.compile(f"(?:[a-z]+ )?([0-9]{{1,2}})(?:er)? ?{_MONTH} ([0-9]{{4}}|[0-9]{{2}})(?: .*)?")
_MONTH_YEAR = re.compile(f"(?:[a-z]+ ){{0,3}}{_MONTH} ?([0-9]{{4}}|[0-9]{{2}})")
_SCHOOL_START = re.compile(r"(?:[a-z]+ ){0,2}rentree(?: [a-z]+)? ([0-9]{4})")
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
_NO_YEAR = re.compile(r"\d{1,2}\s?/\s?\d{1,2}")


def dated(cell: Cell) -> Dated:
    """The day, month or year in a cell. 12/03/2024 is 12 March; « rentrée 2022 » is September 2022.

    A date that does not exist is refused (`date_invalid`), a day without a year too; words without any date
    count as missing. Spreadsheet serial numbers are recognised between 1954 and 2064.
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _day(cell.year, cell.month, cell.day) if cell.year > 1900 else Dated(issue="date_invalid")
    text = text_of(cell).lstrip("'")
    if not text:
        return Dated()
    return _number(text) or _written(text) or _worded(folded(text)) or _nothing(text)


def _number(text: str) -> Dated | None:
    digits = text.replace(".0", "") if re.fullmatch(r"\d+\.0", text) else text
    if not digits.isascii() or not digits.isdigit():
        return None
    if len(digits) == 8:
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if digits[:2] in ("19", "20") else None
    number = int(digits)
    if 1950 <= number <= 2100:
        return Dated(digits, "year", "date_year_only")
    if 20_000 <= number <= 60_000:
        return Dated((_EPOCH + timedelta(days=number)).isoformat(), "day", "date_serial")
    return Dated(issue="date_invalid")


def _written(text: str) -> Dated | None:
    if found := _ISO.fullmatch(text):
        return _day(*map(int, found.groups()))
    if found := _NUMERIC.fullmatch(text):
        day, month, year = found.groups()
        return _day(_full_year(year), int(month), int(day))
    if found := _NUMERIC_MONTH.fullmatch(text):
        month, year, other_year, other_month = found.groups()
        return _month(int(year or other_year), int(month or other_month))
    return None


def _worded(words: str) -> Dated | None:
    if found := _LONG.fullmatch(words):
        day, month, year = found.groups()
        return _day(_full_year(year), _MONTHS[month], int(day))
    if found := _MONTH_YEAR.fullmatch(words):
        return _month(_full_year(found.group(2)), _MONTHS[found.group(1)])
    if found := _SCHOOL_START.fullmatch(words):
        return _month(int(found.group(1)), 9)
    years = sorted(set(_YEAR.findall(words)))
    if years and not re.search(r"\d+ \d+ (?:19|20)\d\d", words):
        return Dated(years[0], "year", "date_year_only")
    return None


def _nothing(text: str) -> Dated:
    if _NO_YEAR.fullmatch(text):
        return Dated(issue="date_no_year")
    return Dated(issue="date_invalid" if any(c.isdigit() for c in text) else "date_missing")


def _full_year(year: str) -> int:
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) <= 50 else 1900)


def _day(year: int, month: int, day: int) -> Dated:
    try:
        return Dated(date(year, month, day).isoformat(), "day")
    except ValueError:
        return Dated(issue="date_invalid")


def _month(year: int, month: int) -> Dated:
    if not (1 <= month <= 12 and 1900 < year < 2200):
        return Dated(issue="date_invalid")
    return Dated(f"{year:04d}-{month:02d}", "month", "date_month_only")
