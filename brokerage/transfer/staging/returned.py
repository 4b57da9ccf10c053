"""An export of ours dropped on the page: every line is ready, and goes back to the letter."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.errors import N_, WrongState
from brokerage.partners.models import Partner
from brokerage.timeline import By
from brokerage.transfer.bringing.homecoming import Homecoming, Standing
from brokerage.transfer.bringing.storing import add_rows
from brokerage.transfer.exports.columns import COLUMNS
from brokerage.transfer.models import ImportBatch, ImportState, Lane, StagedRow
from brokerage.transfer.packing import plain_parsed
from brokerage.transfer.returning import Record, Rows, lines_of, records_of


def is_ours(batch: ImportBatch) -> bool:
    """Whether the file is an export of ours, which nothing interprets."""
    return bool(batch.mapping.get("ours"))


def insist_on_a_foreign_file(batch: ImportBatch) -> None:
    """Raises WrongState for an export of ours: its columns and cells are no matter of opinion."""
    if is_ours(batch):
        raise WrongState(N_("Ce fichier est un export de Passerelle : il revient tel quel. Corrigez les fiches après l'import."))


def lay_out(batch: ImportBatch, rows: Rows, records: Sequence[Record]) -> None:
    """Keep the lines of the file, the partners they are about beside them."""
    known = [column.field for column in COLUMNS]
    columns = [
        {"column": at, "header": header, "field": known[at] if at < len(known) else "other", "whose": "", "samples": []}
        for at, header in enumerate(rows[0])
    ]
    table = {"sheet": None, "header": [0], "columns": columns, "rows": len(rows) - 1}
    batch.mapping = {"ours": True, "tables": [table], "usual": records[0].partner["kind"].value if records else "corporate"}
    likely = _likely(batch, records)
    parsed = [plain_parsed(row) for row in lines_of(records)]
    about = {"association_id": batch.association_id, "batch_id": batch.id, "part": 0, "lane": Lane.READY}
    staged = []
    for at, one in enumerate(parsed):
        where = {"id": uuid.uuid4(), "place": at, "line": at + 2, "likely": likely.get(one["org_group"], [])}
        staged.append({**about, **where, "cells": {"cells": rows[at + 1]}, "parsed": one})
    add_rows(StagedRow, staged)
    batch.state, batch.total, batch.progress = ImportState.OPEN, 0, 0


def _likely(batch: ImportBatch, records: Sequence[Record]) -> dict[str, list[dict[str, Any]]]:
    standing = Standing(batch.association_id)
    found = {record.reference: known for record in records if (known := standing.find(record))}
    wanted = sa.select(Partner.id, Partner.name, Partner.town).where(Partner.id.in_(set(found.values())))
    names = {one.id: one for one in db.session.execute(wanted)}
    return {
        reference: [{"id": str(known), "name": names[known].name, "town": names[known].town, "code": "", "sure": True}]
        for reference, known in found.items()
    }


def bring(batch: ImportBatch, staged: Sequence[StagedRow], by: By) -> tuple[Counter[str], bool]:
    """Bring these lines in. Returns what became of them, and whether objections were among them."""
    headers = [column["header"] for column in batch.mapping["tables"][0]["columns"]]
    rows = sorted(staged, key=lambda one: one.place)
    records = records_of([headers, *(one.cells["cells"] for one in rows)]) or []
    for record in records:
        record.lines = [rows[line - 2].line for line in record.lines]
    home = Homecoming(by, batch)
    home.settle(records)
    return home.counts, home.objects
