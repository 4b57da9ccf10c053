"""Reads a file somebody sent in a process of its own: bounded memory, bounded time, no secret within its reach.

The child gets a line of JSON and the bytes of the file on its standard input, and answers JSON.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brokerage
from brokerage.errors import BadInput
from brokerage.transfer.mapping.columns import guess
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.mapping.parsing import parse_all
from brokerage.transfer.mapping.remembering import as_remembered
from brokerage.transfer.packing import parsed_of, plain_parsed, plain_sheet, sheet_of
from brokerage.transfer.reading import limits
from brokerage.transfer.reading.files import read
from brokerage.transfer.reading.layout import with_header
from brokerage.transfer.sheets import Sheet

_ROOT = str(Path(brokerage.__file__).parent.parent)
Plain = dict[str, Any]


@dataclass(frozen=True)
class Understood:
    """A file read: its tables as plain JSON (see packing.py), what each column is, and every row in order."""

    tables: list[Plain]
    mappings: list[Plain]
    rows: list[ParsedRow]


def understand(data: bytes, mappings: Sequence[Plain | None] = (), remembered: Mapping[str, Any] | None = None) -> Understood:
    """Read a file. `mappings` goes with its tables, None guessing; `remembered` are columns by layout.

    Raises BadInput with a sentence for whatever is no table, a bomb, or takes too long.
    """
    if len(data) > limits.BYTES:
        raise BadInput(limits.TOO_HEAVY)
    return _understood({"mappings": list(mappings), "remembered": dict(remembered or {})}, data)


def understand_again(tables: Sequence[Plain], mappings: Sequence[Plain | None]) -> Understood:
    """Read rows that were read before, with other columns or another header."""
    return _understood({"mappings": list(mappings), "remembered": {}, "tables": list(tables)}, b"")


def _understood(asked: Plain, data: bytes) -> Understood:
    answer = _ask(json.dumps(asked).encode() + b"\n" + data)
    if "refused" in answer:
        raise BadInput(str(answer["refused"]))
    return Understood(answer["tables"], answer["mappings"], [parsed_of(row) for row in answer["rows"]])


def _ask(said: bytes) -> Plain:
    environment = {"PYTHONPATH": _ROOT, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "brokerage.transfer.apart"],
            input=said,
            capture_output=True,
            timeout=limits.ALL_SECONDS,
            env=environment,
            cwd=_ROOT,
            check=True,
        )
        return dict(json.loads(done.stdout))
    except subprocess.TimeoutExpired as error:
        raise BadInput(limits.TOO_SLOW) from error
    except (subprocess.CalledProcessError, json.JSONDecodeError) as error:
        raise BadInput(limits.DAMAGED) from error


# ---- in the child --------------------------------------------------------------------------------------------------


def answer(asked: Plain, data: bytes) -> Plain:
    """What the child says of a file, or of tables it was given."""
    sheets = [sheet_of(kept) for kept in asked["tables"]] if "tables" in asked else read(data)
    wanted = [*asked["mappings"], *[None] * len(sheets)]
    pairs = [_prepared(sheet, mapping, asked["remembered"]) for sheet, mapping in zip(sheets, wanted, strict=False)]
    rows = parse_all([sheet for sheet, _ in pairs], [mapping for _, mapping in pairs])
    tables = [] if "tables" in asked else [plain_sheet(sheet) for sheet, _ in pairs]
    return {"tables": tables, "mappings": [mapping for _, mapping in pairs], "rows": [plain_parsed(row) for row in rows]}


def _prepared(sheet: Sheet, mapping: Plain | None, remembered: Mapping[str, Any]) -> tuple[Sheet, Plain]:
    if mapping is None:
        return sheet, as_remembered(guess(sheet), remembered)
    sheet = with_header(sheet, mapping["header"])
    return sheet, mapping if mapping.get("columns") else as_remembered(guess(sheet), remembered)


def main() -> None:
    """Answers {"tables", "mappings", "rows"} or {"refused": sentence}."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
    line, _, data = sys.stdin.buffer.read().partition(b"\n")
    try:
        said = answer(json.loads(line), data)
    except BadInput as no:
        said = {"refused": str(no)}
    except MemoryError:
        said = {"refused": limits.DENSE}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
