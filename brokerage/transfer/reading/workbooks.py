"""Excel and LibreOffice workbooks: checked from outside, opened in a child process, returned as sheets."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import brokerage
from brokerage.errors import BadInput
from brokerage.transfer.reading import archive, limits
from brokerage.transfer.reading.repairs import mended
from brokerage.transfer.sheets import Cell, Row, Sheet

_ROOT = str(Path(brokerage.__file__).parent.parent)


def sheets_of(data: bytes) -> list[Sheet]:
    """Every worksheet of an .xlsx or .ods, hidden ones too, with Excel's row numbers. Raises BadInput.

    Takes the content of the file as it is; a password, a zip bomb, a stray cell at the end of the world or a
    damaged file is refused with a sentence for the person.
    """
    return [_sheet(found) for found in raw_sheets(data)]


def raw_sheets(data: bytes) -> list[dict[str, Any]]:
    """The same as `opening` tells them: nothing mended, nothing filled in. Raises BadInput."""
    archive.check(data)
    answer = _opened_apart(data)
    if "refused" in answer:
        raise BadInput(str(answer["refused"]))
    return list(answer["sheets"])


def _opened_apart(data: bytes) -> dict[str, Any]:
    """Runs `opening` with a bare environment (no secrets for a hostile file), a memory limit and a clock."""
    command = [sys.executable, "-m", "brokerage.transfer.reading.opening"]
    environment = {"PYTHONPATH": _ROOT, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the file goes in as bytes
            command, input=data, capture_output=True, timeout=limits.SECONDS, env=environment, cwd=_ROOT, check=True
        )
        return dict(json.loads(done.stdout))
    except subprocess.TimeoutExpired as error:
        raise BadInput(limits.TOO_SLOW) from error
    except (subprocess.CalledProcessError, json.JSONDecodeError) as error:
        raise BadInput(limits.DAMAGED) from error


def _sheet(found: dict[str, Any]) -> Sheet:
    rows = [[_cell(cell) for cell in row] for row in found["rows"]]
    spread = {top for (top, left), (_, right) in found["merged"] if right - left >= 2 and _alone(rows, top, left)}
    for (top, left), (bottom, right) in found["merged"]:
        if left == right:
            _fill_down(rows, top, left, bottom)
    formulas = {int(row): frozenset(columns) for row, columns in found["formulas"].items()}
    numbered = [Row(at + 1, tuple(cells), formulas.get(at, frozenset()), spread=at in spread) for at, cells in enumerate(rows)]
    return Sheet(found["name"], tuple(numbered), hidden=found["hidden"])


def _cell(raw: Any) -> Cell:
    if isinstance(raw, dict):
        moment = datetime.fromisoformat(raw["at"])
        return moment if "T" in raw["at"] else date.fromisoformat(raw["at"])
    if isinstance(raw, str):
        return mended(raw) or None
    return raw  # type: ignore[no-any-return]


def _alone(rows: list[list[Cell]], top: int, left: int) -> bool:
    return top < len(rows) and not any(cell not in (None, "") for at, cell in enumerate(rows[top]) if at != left)


def _fill_down(rows: list[list[Cell]], top: int, column: int, bottom: int) -> None:
    """A cell merged over several rows says the same of each: an establishment written once for two contacts."""
    for at in range(top + 1, min(bottom + 1, len(rows))):
        if column < len(rows[at]) and rows[at][column] in (None, ""):
            rows[at][column] = rows[top][column]
