"""What companies do: the 732 activity codes of NAF rév. 2 and the 21 sections that group them for filters.

A new edition of the NAF is announced: keep `EDITION` beside every code that is stored.
"""

import re
from dataclasses import dataclass
from functools import cache

from brokerage.reference import shelf

EDITION = "NAF rév. 2"
_WRITTEN = re.compile(r"\s*(\d\d)\.?(\d\d)\s*([A-Za-z])\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """One of 21 broad kinds of activity; `code` is a letter, `name` French."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Sector:
    """One activity; `code` is written "62.02A"."""

    code: str
    name: str
    section: Section


def sector(code: str) -> Sector | None:
    """The activity of a code, written "62.02A", "6202A" or "62.02a"; None if NAF rév. 2 has no such code."""
    written = _WRITTEN.fullmatch(code)
    return _sectors().get(f"{written[1]}.{written[2]}{written[3].upper()}") if written else None


def sections() -> list[Section]:
    """The 21 sections, from A to U, for a filter."""
    return list(_sections().values())


def section(code: str) -> Section | None:
    """The section of a letter; None if there is none."""
    return _sections().get(code.upper())


@cache
def _sections() -> dict[str, Section]:
    return {row["code"]: Section(row["code"], row["label"]) for row in shelf.rows("sections.csv")}


@cache
def _sectors() -> dict[str, Sector]:
    return {
        row["code"]: Sector(row["code"], row["label"], _sections()[row["section"]])
        for row in shelf.rows("sectors.csv")
    }
