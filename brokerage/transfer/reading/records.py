"""Cuts a delimited text into records without ever losing a line.

Python's csv module swallows the rest of a file when somebody forgot to close a quotation mark. A file that it reads
strictly and evenly is left to it; in any other such a line is kept as it stands and the next one starts afresh.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import mode

_LINE_END = re.compile("\r\n|\n|\r")
_DELIMITERS = (";", "\t", ",", "|")
_LONGEST_CELL = 60  # physical lines one quoted cell may span
_EVEN = 0.9  # share of the rows that must be of one width for a file to be called even
_LONGEST_TEXT = 20_000  # characters of a record whose quotation mark is still open


@dataclass(frozen=True)
class Record:
    """One record and the physical line, from 1, on which it starts."""

    line: int
    fields: tuple[str, ...]


def records_of(text: str) -> tuple[list[Record], str]:
    """Every record, blank ones too, and the delimiter found. « sep=; » on the first line is obeyed and kept."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    declared = re.fullmatch("sep=([;,:|\t])", lines[0].strip(" \r")) if lines else None
    delimiter = declared.group(1) if declared else _delimiter(lines[:400])
    return _records(lines, delimiter), delimiter


def _delimiter(lines: list[str]) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: list[str], delimiter: str) -> float:
    """High when most records have the same number of fields, the more fields the better."""
    widths = [len(record.fields) for record in _records(lines, delimiter) if any(record.fields)]
    several = [width for width in widths if width > 1]
    if not several:
        return 0.0
    return float(several.count(mode(several)) / len(widths) * (mode(several) - 1) ** 0.5)


def _records(lines: list[str], delimiter: str) -> list[Record]:
    return _by_the_book(lines, delimiter) or list(_with_care(lines, delimiter))


def _by_the_book(lines: list[str], delimiter: str) -> list[Record]:
    """The records of a file without a single fault in its quotation marks and with even rows; [] for any other."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    records, before = [], 0
    try:
        for fields in reader:
            records.append(Record(before + 1, tuple(fields) or ("",)))
            before = reader.line_num
    except csv.Error:
        return []
    widths = [len(record.fields) for record in records if any(record.fields)]
    return records if widths and widths.count(mode(widths)) >= _EVEN * len(widths) else []


def _with_care(lines: list[str], delimiter: str) -> Iterator[Record]:
    usual = _usual_width(lines, delimiter)
    at = 0
    while at < len(lines):
        taken, fields = _record(lines, at, delimiter, usual)
        yield Record(at + 1, tuple(fields))
        at += taken


def _usual_width(lines: list[str], delimiter: str) -> int:
    """How many delimiters a line usually has; lines on which a cell opens or closes are pieces and do not count."""
    held = [line for line in lines if delimiter in line]
    whole = [line.count(delimiter) for line in held if line.count('"') % 2 == 0]
    return mode(whole or [line.count(delimiter) for line in held] or [0])


def _record(lines: list[str], at: int, delimiter: str, usual: int) -> tuple[int, list[str]]:
    """How many physical lines the record takes, and its fields."""
    cut = _cutter(delimiter)
    fields = cut(lines[at])
    if fields is not None:
        return 1, fields
    for last in _possible_ends(lines, at, delimiter, usual):
        fields = cut("\n".join(lines[at : last + 1]))
        if fields is not None and _plausible(fields, lines[at], delimiter, usual):
            return last - at + 1, fields
        if fields is not None:
            break
    return 1, _as_it_stands(lines[at], delimiter)


def _possible_ends(lines: list[str], at: int, delimiter: str, usual: int) -> Iterator[int]:
    """Lines on which a cell opened on line `at` may close: where the quotation marks so far are even in number."""
    marks, length = lines[at].count('"'), len(lines[at])
    for last in range(at + 1, min(at + _LONGEST_CELL, len(lines))):
        marks, length = marks + lines[last].count('"'), length + len(lines[last])
        if length > _LONGEST_TEXT or (last > at + 1 and _is_whole(lines[last - 1], delimiter, usual)):
            return
        if marks % 2 == 0 and '"' in lines[last]:
            yield last


def _is_whole(line: str, delimiter: str, usual: int) -> bool:
    """Whether a line said to lie inside a cell has the delimiters of a record of its own."""
    return line.count(delimiter) >= max(1, usual - usual // 3)


def _plausible(fields: list[str], first: str, delimiter: str, usual: int) -> bool:
    """Whether a cell over several lines is one, rather than a forgotten quotation mark that swallowed records."""
    inner = [line for field in fields if "\n" in field for line in field.split("\n")]
    too_many = len(fields) > usual + 1 and first.count(delimiter) >= usual
    return not too_many and not any(_is_whole(line, delimiter, usual) for line in inner)


def _as_it_stands(line: str, delimiter: str) -> list[str]:
    return [part.strip().strip('"') for part in line.split(delimiter)]


@lru_cache
def _cutter(delimiter: str) -> Callable[[str], list[str] | None]:
    """Cuts one record into fields; None when a quotation mark is left open."""
    mark = re.escape(delimiter)
    quoted = re.compile(f'[ \\xa0]*"((?:[^"]|"")*+)"([^{mark}]*+)(?:{mark}|$)')
    opened = re.compile('[ \\xa0]*"')
    bare = re.compile(f"([^{mark}]*+)(?:{mark}|$)")

    def cut(record: str) -> list[str] | None:
        if '"' not in record:
            return record.split(delimiter)
        fields, at = [], 0
        while True:
            found = quoted.match(record, at)
            if found:
                fields.append(found.group(1).replace('""', '"') + found.group(2))
            elif opened.match(record, at):
                return None
            else:
                found = bare.match(record, at)
                assert found
                fields.append(found.group(1))
            at = found.end()
            if at >= len(record) and not record.endswith(delimiter):
                return fields
            if at >= len(record):
                return [*fields, ""]

    return cut
