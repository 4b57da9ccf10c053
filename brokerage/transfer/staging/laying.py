"""A worker reads a file and lays its rows out in three lists, compared with what the book already holds."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.errors import BadInput
from brokerage.partners import vault
from brokerage.partners.models import PartnerKind
from brokerage.transfer import apart, returning
from brokerage.transfer.bringing.arrival import suppressed
from brokerage.transfer.bringing.book import Known, opened
from brokerage.transfer.bringing.cleaning import clean_json
from brokerage.transfer.bringing.gathering import gathered, usual_kind
from brokerage.transfer.bringing.storing import add_rows
from brokerage.transfer.mapping.parsed import Issue, ParsedRow
from brokerage.transfer.models import ImportBatch, ImportFile, ImportMapping, ImportState, Lane, StagedRow
from brokerage.transfer.packing import plain_parsed
from brokerage.transfer.staging import returned
from brokerage.transfer.staging.differing import differences
from brokerage.transfer.staging.lanes import codes_of, lane_of

Plain = dict[str, Any]
SAMPLES = 3
DECISIONS = ("remark", "same_as", "is_new", "theirs")


def lay_out(batch: ImportBatch) -> None:
    """Read the file and forget it: its rows are kept. What is no table is said so on the page."""
    kept = db.session.get_one(ImportFile, batch.id)
    remembered = {one.layout: one.columns for one in db.session.scalars(sa.select(ImportMapping))}
    try:
        ours = returning.rows_of(kept.content)
        records = returning.records_of(ours) if ours else None
        understood = apart.understand(kept.content, remembered=remembered) if records is None else None
    except BadInput as no:
        batch.state, batch.message = ImportState.UNREADABLE, str(no)
    else:
        if understood:
            _keep(batch, understood.tables, understood, {})
        elif ours and records is not None:
            returned.lay_out(batch, ours, records)
    db.session.delete(kept)


def lay_out_again(batch: ImportBatch) -> None:
    """Somebody said otherwise what a column is: every row is read anew. What they decided of rows stays."""
    rows = db.session.scalars(sa.select(StagedRow).where(StagedRow.batch_id == batch.id).order_by(StagedRow.place)).all()
    before = {row.place: row for row in rows}
    tables: list[Plain] = [{"name": table["sheet"], "rows": []} for table in batch.mapping["tables"]]
    for row in rows:
        tables[row.part]["rows"].append(row.cells | {"number": row.line})
    understood = apart.understand_again(tables, batch.mapping["tables"])
    for row in rows:
        db.session.expunge(row)
    db.session.execute(sa.delete(StagedRow).where(StagedRow.batch_id == batch.id).execution_options(synchronize_session=False))
    _keep(batch, tables, understood, before)


def _keep(batch: ImportBatch, tables: list[Plain], understood: apart.Understood, before: dict[int, StagedRow]) -> None:
    parsed = _with_objectors(understood.rows)
    likely = likely_of(parsed)
    differs = differing_in(parsed, likely, before, usual_kind(parsed))
    batch.mapping = clean_json({"tables": [_told(table, m) for table, m in zip(tables, understood.mappings, strict=True)]})
    batch.mapping = batch.mapping | {"usual": usual_kind(parsed).value}
    cells = [(part, row) for part, table in enumerate(tables) for row in table["rows"]]
    staged = []
    for place, ((part, kept), row) in enumerate(zip(cells, parsed, strict=True)):
        about = {"likely": likely.get(place, []), "differs": differs.get(place, [])}
        staged.append(_staged(batch, part, place, kept, row, about, before.get(place)))
    add_rows(StagedRow, staged)
    batch.state, batch.total, batch.progress = ImportState.OPEN, 0, 0


def _staged(batch: ImportBatch, part: int, place: int, kept: Plain, row: ParsedRow, about: Plain, was: StagedRow | None) -> Plain:
    decided = {name: getattr(was, name) for name in DECISIONS} if was else {"remark": None, "same_as": None, "is_new": False, "theirs": []}
    one = StagedRow(**about, lane=was.lane if was and was.lane is Lane.ASIDE else Lane.CHECK, accepted=False, **decided)
    return {
        "id": uuid.uuid4(),
        "association_id": batch.association_id,
        "batch_id": batch.id,
        "part": part, "place": place, "line": kept["number"],
        "cells": {name: storable(value) for name, value in kept.items() if name != "number"},
        "parsed": storable(plain_parsed(row)),
        "lane": lane_of(one, row),
        "issues": codes_of(one, row),
        **about,
        **decided,
    }


def storable(value: Any) -> Any:
    """PostgreSQL keeps no zero sign in JSON."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [storable(one) for one in value]
    return {name: storable(one) for name, one in value.items()} if isinstance(value, dict) else value


def _with_objectors(rows: Sequence[ParsedRow]) -> list[ParsedRow]:
    """Rows whose contact may not be approached say so, without saying why (G10)."""
    keys = {email: vault.key_of(email) for row in rows for person in row.contacts if (email := person.email)}
    away = suppressed(keys)
    told = Issue("contact_unavailable")
    return [
        replace(row, issues=(*row.issues, told))
        if "do_not_contact" not in row.flags and any(person.email in away for person in row.contacts)
        else row
        for row in rows
    ]


def likely_of(rows: Sequence[ParsedRow]) -> dict[int, list[Plain]]:
    """By place, the partners of the book that a row is or may be about."""
    groups = gathered(rows, usual_kind(rows))
    keys = {email: vault.key_of(email) for group in groups for email in group.emails}
    mine = db.session.info["scope"].association_id
    book = opened(mine, keys)
    found: dict[int, list[Plain]] = {}
    for group in groups:
        known = book.find(group)
        names = [_named(known, sure=True)] if known else [_named(one) for one in book.resembling(group)]
        found |= {place: names for place in group.places if names}
    return found


def differing_in(
    rows: Sequence[ParsedRow], likely: Mapping[int, list[Plain]], before: Mapping[int, StagedRow], usual: PartnerKind
) -> dict[int, list[str]]:
    """By place, the fields in which a row differs from the partner it is surely about."""
    sure = {place: uuid.UUID(names[0]["id"]) for place, names in likely.items() if names[0]["sure"]}
    sure |= {place: row.same_as for place, row in before.items() if row.same_as and place < len(rows)}
    return {place: [one.key for one in found] for place, found in differences(rows, sure, usual).items()}


def _named(known: Known, sure: bool = False) -> Plain:
    return {"id": str(known.id), "name": known.name, "town": known.town, "code": known.uai or known.siret or "", "sure": sure}


def _told(table: Plain, mapping: Plain) -> Plain:
    """A mapping with some examples of each column: the first cells below the header, each once."""
    header = max(mapping["header"], default=-1)
    body = table["rows"][header + 1 :]
    columns = [{**column, "samples": _samples(body, column["column"])} for column in mapping["columns"]]
    return {**mapping, "columns": columns, "rows": len(table["rows"])}


def _samples(rows: list[Plain], at: int) -> list[str]:
    found: dict[str, None] = {}
    for row in rows[:200]:
        cell = row["cells"][at] if at < len(row["cells"]) else None
        text = str(cell["at"])[:10] if isinstance(cell, dict) else "" if cell is None else str(cell)
        if text.strip():
            found.setdefault(" ".join(text.split())[:60])
        if len(found) == SAMPLES:
            break
    return list(found)
