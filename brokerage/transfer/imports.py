"""Brings a spreadsheet of partners into the book of one association. The same file twice changes nothing."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.partners.partners import as_by
from brokerage.timeline import CLOCK, By
from brokerage.timeline import record as record_entry
from brokerage.transfer import apart, returning
from brokerage.transfer.bringing.arrival import Arrival
from brokerage.transfer.bringing.cleaning import clean, clean_json
from brokerage.transfer.bringing.homecoming import Homecoming
from brokerage.transfer.bringing.merging import everything
from brokerage.transfer.bringing.telling import summary
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.models import ImportBatch, ImportState
from brokerage.transfer.reading import limits
from brokerage.transfer.vocabulary import LABELS

Mapping = Sequence[dict[str, Any] | None]


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `rows` are all its rows in order; `summary` is a French sentence for whoever brought it.

    `counts` has: rows, imported, skipped, partners_created, partners_changed, partners_unchanged, contacts_created,
    contacts_changed, contacts_unchanged, notes, held (remarks waiting for a person), unavailable (rows whose contact
    may not be approached).
    """

    batch_id: uuid.UUID
    rows: tuple[ParsedRow, ...]
    counts: dict[str, int]
    summary: str


def bring_in(
    path: Path,
    *,
    source: str,
    source_date: date | None = None,
    by: User | None = None,
    mapping: Mapping | None = None,
    prefer_file: bool = False,
) -> Outcome:
    """Bring a file into the book of the association in scope. Flushes, never commits; None as `by` is a command.

    `source` says where the addresses come from and is told to the people themselves (G23); `mapping` has one item
    for each table of the file, guessed where None. What the book says stays, unless `prefer_file`. Raises BadInput
    for what is no table, and without a source.
    """
    if by is not None:
        policy.insist(by, *policy.EDITORS)
    if not clean(source):
        raise BadInput(N_("Dites d'où viennent ces coordonnées : les personnes peuvent le demander."), "source")
    if path.stat().st_size > limits.BYTES:
        raise BadInput(limits.TOO_HEAVY)
    data = path.read_bytes()
    batch = ImportBatch(id=uuid.uuid4(), association_id=scope.current().association_id, by_id=by.id if by else None, informed=True)
    batch.source, batch.source_date, batch.state, batch.imported_at = clean(source), source_date, ImportState.DONE, clock.now()
    batch.file_name, batch.digest = clean(path.name), hashlib.sha256(data).hexdigest()
    who = as_by(by) if by else CLOCK
    if (ours := returning.rows_of(data)) and (records := returning.records_of(ours)):
        batch.mapping = {"ours": True}
        return _brought_back(records, batch, who)
    return _understood(apart.understand(data, mapping or ()), batch, who, prefer_file)


def _understood(found: apart.Understood, batch: ImportBatch, by: By, prefer_file: bool) -> Outcome:
    batch.mapping = {"tables": clean_json(found.mappings)}
    rows = [replace(row, theirs=everything(row)) for row in found.rows] if prefer_file else found.rows
    arrival = Arrival(rows, batch.source, batch.source_date, by, batch)
    db.session.add(batch)
    db.session.flush()
    arrival.settle()
    arrival.conclude()
    batch.counts, batch.objections_due = dict(arrival.counts), arrival.objects
    return Outcome(batch.id, tuple(arrival.rows), dict(arrival.counts), summary(batch.file_name, arrival.counts))


def _brought_back(records: list[returning.Record], batch: ImportBatch, by: By) -> Outcome:
    """An export of ours, read to the letter: nothing to guess, nothing to interpret."""
    db.session.add(batch)
    db.session.flush()
    home = Homecoming(by, batch)
    home.settle(records)
    batch.counts, batch.objections_due = dict(home.counts), home.objects
    details = {"batch": str(batch.id), "source": batch.source, **home.counts}
    record_entry("imported", by, batch.association_id, details=details)
    return Outcome(batch.id, tuple(returning.lines_of(records)), dict(home.counts), summary(batch.file_name, home.counts))


def mapping_in(path: Path) -> Mapping:
    """A mapping written by hand, checked. Raises BadInput for what is none, or names a field that does not exist."""
    try:
        tables: Mapping = json.loads(path.read_text("utf-8"))["tables"]
        for table in filter(None, tables):
            table.setdefault("sheet", None)
            for place, column in enumerate(table["columns"]):
                table["columns"][place] = {"column": place, "header": "", "whose": ""} | column
            table["header"] = [int(at) for at in table.get("header", [])]
        unknown = {column["field"] for table in filter(None, tables) for column in table["columns"]} - LABELS.keys()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(N_("Ce fichier ne décrit pas des colonnes : voyez --help pour sa forme.")) from error
    if unknown:
        raise BadInput(N_("Ces champs n'existent pas : %(names)s."), names=", ".join(sorted(map(str, unknown))))
    return tables
