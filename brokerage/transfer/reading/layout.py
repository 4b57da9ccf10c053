"""Finds the header among titles, groups and bands, and cuts a sheet that holds several tables."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from brokerage.reference.folding import folded
from brokerage.transfer.sheets import Row, Sheet
from brokerage.transfer.vocabulary import is_known, meanings

_DEPTH = 40  # rows among which a header is looked for
_VALUE = re.compile(r"@\w|\d{4,}|\d[\d .\-/]{6,}|^\d+(?:[.,]\d+)?$|^https?:")
_PLAIN_DATA = re.compile(r"\w@\w|\d{5}|\d\d[ .]\d\d[ .]\d\d|\d/\d+/\d")  # a cheap first look, row by row
_GOES_ON = re.compile(r"\b(?:du|de|des|de la|d|l|n|et|ou|pour)$")  # a name of a column does not end here
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-/ ]{1,3}(?:20)?\d\d)?")


def laid_out(sheet: Sheet) -> list[Sheet]:
    """The tables of a sheet, nearly always one; each knows its header. Together they hold every row once."""
    starts = _starts(sheet.rows)
    cuts = [0, *starts[1:], len(sheet.rows)]
    return [_with_header(sheet, sheet.rows[a:b]) for a, b in pairwise(cuts)]


def with_header(sheet: Sheet, header: Sequence[int]) -> Sheet:
    """The same sheet with the header a person pointed at (rows counted from 0 within the sheet)."""
    places = tuple(at for at in sorted(header) if 0 <= at < len(sheet.rows))
    columns, groups = _names([sheet.rows[at] for at in places], sheet.width)
    return replace(sheet, header=places, columns=columns, groups=groups)


def _with_header(sheet: Sheet, rows: tuple[Row, ...]) -> Sheet:
    return with_header(replace(sheet, rows=rows), _header(rows))


def _starts(rows: tuple[Row, ...]) -> list[int]:
    """Where tables start: the first header, and each later header with other columns."""
    found: list[int] = []
    seen: list[set[str]] = []
    for at, row in enumerate(rows):
        if row.filled < 4 or _PLAIN_DATA.search(" ".join(row.texts)):
            continue
        words = {folded(text) for text in row.texts if text}
        if len(words) < 4 or _knowledge(row) < max(3, 0.6 * row.filled) or _has_values(row):
            continue
        if all(len(words & other) < 0.5 * len(words | other) for other in seen):
            if not found or at > found[-1] + 3:
                found.append(at)
            seen.append(words)
    return found


def _header(rows: tuple[Row, ...]) -> list[int]:
    """The rows of the header: the one with most names of columns, with the levels next to it."""
    best = max(range(min(_DEPTH, len(rows))), key=lambda at: (_header_likeness(rows[at]), -at), default=None)
    if best is None or _header_likeness(rows[best]) < 2:
        return _lonely_header(rows)
    above = [best - 1] if best and _is_level_above(rows[best - 1], rows[best]) else []
    below = [best + 1] if best + 1 < len(rows) and _is_level_below(rows[best + 1], rows[best]) else []
    return [*above, best, *below]


def _header_likeness(row: Row) -> float:
    if _has_values(row) or _knowledge(row) < 0.4 * row.filled:
        return 0.0
    return float(_knowledge(row))


def _knowledge(row: Row) -> int:
    return sum(is_known(text) for text in row.texts if text)


def _has_values(row: Row) -> bool:
    """Whether a row holds what only data holds: numbers, dates, addresses."""
    return any(isinstance(cell, (date, float, int)) for cell in row.cells) or any(
        _VALUE.search(_YEARS.sub("", text)) and not is_known(text) for text in row.texts
    )


def _is_level_above(upper: Row, lower: Row) -> bool:
    """Groups over the columns ("CONTACT" over four of them), or the upper half of names that fill two rows."""
    return upper.filled >= 2 and not _has_values(upper) and upper.filled <= lower.filled and not upper.spread


def _is_level_below(lower: Row, upper: Row) -> bool:
    """Names that stand under a group or a gap of the row above."""
    named = [at for at, text in enumerate(lower.texts) if is_known(text)]
    under = [at for at in named if not upper.text(at) or at + 1 in named or at - 1 in named]
    return len(under) >= 2 and not _has_values(lower) and len(named) >= 0.6 * lower.filled and lower.filled < upper.filled + 12


def _lonely_header(rows: tuple[Row, ...]) -> list[int]:
    """A header of unknown words: text over a table whose rows hold values; or one known word over one column."""
    filled = [at for at, row in enumerate(rows[:_DEPTH]) if row.filled]
    for at, following in pairwise(filled):
        row = rows[at]
        if row.filled == 1 and rows[following].filled == 1 and _knowledge(row) and _has_values(rows[following]):
            return [at]
        if row.filled >= 3 and not _has_values(row) and _has_values(rows[following]) and _are_names(row):
            return [at]
    return []


def _are_names(row: Row) -> bool:
    texts = [text for text in row.texts if text]
    return max(map(len, texts)) <= 40 and len(set(texts)) == len(texts) and any(meanings(text) for text in texts)


def _names(levels: list[Row], width: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The name of each column, from the lowest level that has one, and the group it stands under."""
    if _are_halves(levels):
        levels = [*levels[:-2], _joined(levels[-2], levels[-1])]
    stacks = [_stack(levels, at) for at in range(width)]
    return tuple(stack[-1] for stack in stacks), tuple(" ".join(filter(None, stack[:-1])) for stack in stacks)


def _are_halves(levels: list[Row]) -> bool:
    """Whether the last two rows are one, cut for want of room: « Prénom du » over « contact »."""
    return len(levels) > 1 and sum(bool(_GOES_ON.search(folded(text))) for text in levels[-2].texts) >= 2


def _joined(upper: Row, lower: Row) -> Row:
    width = max(len(upper.cells), len(lower.cells))
    return replace(lower, cells=tuple(f"{upper.text(at)} {lower.text(at)}".strip() for at in range(width)))


def _stack(levels: list[Row], column: int) -> list[str]:
    """The texts over a column from top to its own name; upper levels stretch over the gaps to their right."""
    own = [" ".join(level.text(column)[:200].split()) for level in levels]
    depth = max((at for at, text in enumerate(own) if text), default=-1)
    return [*(_stretched(levels[at], column) for at in range(depth)), own[depth] if depth >= 0 else ""]


def _stretched(level: Row, column: int) -> str:
    return next((level.text(at)[:200] for at in range(column, -1, -1) if level.text(at)), "")
