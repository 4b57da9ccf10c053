"""What a row asks us to be careful about: refusals, pupils, health, formulas."""

import re

from brokerage.reference.folding import folded
from brokerage.reference.sensitive import delicate_in
from brokerage.transfer.mapping.cells import Cells
from brokerage.transfer.mapping.wording import answer, permissions_in

_TOLD = ("remarks", "status", "other", "contact", "role", "opposition", "share")
_ELSEWHERE = ("tags", "owner", "kind", "email", "phone", "mobile", "last_name", "first_contact", "last_contact")
_NEGATIVE = re.compile(r"\b(?:ne pas|pas|non|interdi\w*|refus\w*|confidentiel\w*|confidentialite)\b")
_ABOUT_SHARING = re.compile(r"partag|transm|diffus|communi|relation|accord|autoris|transf")
_FORMULA = re.compile(r"'?[=＝]|'?[+\-@＋－＠]\s*[A-Za-z]{2,}[A-Za-z.]*\(|'?@\w+\(|'?[+\-]\w*\|")


def flags_of(cells: Cells) -> tuple[frozenset[str], str]:
    """The flags of a row and its remarks. Every free text is read for refusals, not only the column made for it."""
    flags: set[str] = set()
    for text in _texts(cells, _TOLD, beyond=True):
        flags |= permissions_in(text) | delicate_in(text)
    for text in _texts(cells, _ELSEWHERE):
        flags |= permissions_in(text) if "@" not in text else frozenset()
    flags |= _share_column(cells) | _opposition_column(cells)
    if cells.row.formulas or any(_FORMULA.match(text) for text in cells.row.texts):
        flags.add("formula")
    if "no_share" in flags:
        flags.discard("share_ok")
    _note(flags, cells)
    return frozenset(flags), "\n".join(cells.all("remarks"))


def _texts(cells: Cells, fields: tuple[str, ...], beyond: bool = False) -> list[str]:
    """What is written under some fields, and in the cells that stick out of the table."""
    places = [at for field in fields for at in cells.at(field)]
    if beyond and cells.columns.width:
        places += range(cells.columns.width, len(cells.row.cells))
    return [text for text in map(cells.cell, places) if len(text) > 2]


def _share_column(cells: Cells) -> set[str]:
    flags: set[str] = set()
    for at in cells.at("share"):
        header, text = folded(cells.columns.headers.get(at, "")), cells.cell(at)
        said = answer(text)
        if said is None:
            cells.note("share_unclear" if text else None, text)
        elif said == bool(_NEGATIVE.search(header)):
            flags.add("no_share")
        elif _ABOUT_SHARING.search(header):
            flags.add("share_ok")
    return flags


def _opposition_column(cells: Cells) -> set[str]:
    """Anything but « non » in a column of objections is one: a date, a cross, a name."""
    for at in cells.at("opposition"):
        text = cells.cell(at)
        if text and answer(text) is not False and folded(text):
            return {"do_not_contact"}
    return set()


def _note(flags: set[str], cells: Cells) -> None:
    cells.note("opposition_found" if "do_not_contact" in flags else None)
    cells.note("formula_in_cell" if "formula" in flags else None)
    for code in ("minor_data", "sensitive_data"):
        cells.note(code if code in flags else None)
