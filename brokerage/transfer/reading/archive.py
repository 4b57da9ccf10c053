"""Looks at the outside of a workbook, which is a zip archive, before anything in it is unpacked."""

import io
import zipfile

from brokerage.errors import BadInput
from brokerage.transfer.reading import limits

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def check(data: bytes) -> None:
    """Raises BadInput unless `data` is an .xlsx or .ods archive within the limits, in count, size and ratio."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive.infolist(), len(data))
            _check_is_workbook(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise BadInput(limits.DAMAGED) from error


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.ZIP_ENTRIES or unpacked > limits.UNPACKED_BYTES:
        raise BadInput(limits.DENSE)
    if unpacked > limits.ZIP_RATIO * packed:
        raise BadInput(limits.DENSE)
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadInput(limits.LOCKED)
    if len({entry.filename for entry in entries}) < len(entries):
        raise BadInput(limits.DAMAGED)


def _check_is_workbook(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return
    if "content.xml" not in names or "mimetype" not in names or not archive.read("mimetype").startswith(_ODS):
        raise BadInput(limits.NOT_A_TABLE)
