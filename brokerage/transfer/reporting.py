"""Writes what an import made of a file in a form that can be compared with what it should have made of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from brokerage.transfer.mapping.parsed import ParsedRow, Person
from brokerage.transfer.mapping.parsing import parse_all
from brokerage.transfer.reading.files import read


def report(rows: Iterable[ParsedRow]) -> dict[str, Any]:
    """{"rows": [one object a row of the file]}; the sheet is left out for text files, where "line" replaces "row"."""
    return {"rows": [_row(row) for row in rows]}


def report_on(data: bytes) -> dict[str, Any]:
    """The report on the content of a file, with every mapping guessed. Raises BadInput."""
    return report(parse_all(read(data)))


def write_report(data: bytes, to: Path) -> None:
    """Writes the report on a file as UTF-8 JSON. Raises BadInput."""
    to.write_text(json.dumps(report_on(data), ensure_ascii=False, indent=1), encoding="utf-8")


def _row(row: ParsedRow) -> dict[str, Any]:
    place = {"line": row.number} if row.by_line else {"sheet": row.sheet, "row": row.number}
    if row.action == "skip":
        return {**place, "action": "skip", "reason": row.reason}
    return {
        **place,
        "action": "import",
        "org_group": row.org_group,
        "uai": row.organisation.uai,
        "siret": row.organisation.siret,
        "siren": row.organisation.siren,
        "name": row.organisation.name,
        "postcode": row.organisation.postcode,
        "city": row.organisation.town or None,
        "contacts": [_contact(person) for person in row.contacts],
        "first_contact": row.first_contact.iso,
        "last_contact": row.last_contact.iso,
        "agreement_date": row.agreement_date.iso,
        "amount_eur": row.amount,
        "flags": sorted(row.flags),
        "issues": sorted({issue.code for issue in row.issues}),
    }


def _contact(person: Person) -> dict[str, str | None]:
    return {
        "last_name": person.last_name or None,
        "first_name": person.first_name or None,
        "email": person.email,
        "phone": person.phone,
        "mobile": person.mobile,
    }
