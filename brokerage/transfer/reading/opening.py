"""Opens a workbook inside a process of its own: bytes on standard input, JSON on standard output.

The library is written in Rust and ends the process when memory runs out; here that costs nothing but the file.
"""

import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime
from typing import Any
from xml.parsers import expat

import python_calamine

from brokerage.transfer.reading import limits, markup


def sheets(data: bytes) -> list[dict[str, Any]]:
    """Every worksheet as {"name", "hidden", "rows", "merged", "formulas"}; dates become {"at": ISO}."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        extents = markup.extents(archive)
    workbook = python_calamine.load_workbook(io.BytesIO(data))
    return [_sheet(workbook, found, extents) for found in workbook.sheets_metadata if found.name in extents]


def _sheet(
    workbook: python_calamine.CalamineWorkbook, found: python_calamine.SheetMetadata, extents: dict[str, markup.Extent]
) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(found.name)
    return {
        "name": found.name,
        "hidden": found.visible is not python_calamine.SheetVisibleEnum.Visible,
        "rows": [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)],
        "merged": sheet.merged_cell_ranges or [],
        "formulas": {row: sorted(columns) for row, columns in extents[found.name].formulas.items()},
    }


def _plain(cell: object) -> object:
    if isinstance(cell, (datetime, date)):
        return {"at": cell.isoformat()}
    return cell if isinstance(cell, (str, int, float, bool)) else str(cell)


def main() -> None:
    """Answers {"sheets": […]} or {"refused": sentence}."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
    try:
        answer: dict[str, Any] = {"sheets": sheets(sys.stdin.buffer.read())}
    except markup.Refused as refused:
        answer = {"refused": str(refused)}
    except python_calamine.PasswordError:
        answer = {"refused": limits.LOCKED}
    except (python_calamine.CalamineError, expat.ExpatError, zipfile.BadZipFile, KeyError, ValueError, OSError, MemoryError):
        answer = {"refused": limits.DAMAGED}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
