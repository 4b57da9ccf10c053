"""Brings a spreadsheet of partners into the book of one association. The same file twice changes nothing."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from brokerage.accounts.models import User
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.partners.partners import as_by
from brokerage.timeline import CLOCK
from brokerage.transfer.bringing.arrival import Arrival
from brokerage.transfer.bringing.cleaning import clean, clean_json
from brokerage.transfer.bringing.telling import summary
from brokerage.transfer.mapping.columns import guess
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.mapping.parsing import parse_all
from brokerage.transfer.reading import limits
from brokerage.transfer.reading.files import read

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
) -> Outcome:
    """Bring a file into the book of the association in scope. Flushes, never commits; None as `by` is a command.

    `source` says where the addresses come from and is told to the people themselves (G23); `mapping` has one item
    for each table of the file, guessed where None. Raises BadInput for what is no table, and without a source.
    """
    if by is not None:
        policy.insist(by, *policy.EDITORS)
    if not clean(source):
        raise BadInput(N_("Dites d'où viennent ces coordonnées : les personnes peuvent le demander."), "source")
    if path.stat().st_size > limits.BYTES:
        raise BadInput(limits.TOO_HEAVY)
    data = path.read_bytes()
    tables = read(data)
    known = [*(mapping or ()), *[None] * len(tables)]
    mappings = [given or guess(table) for given, table in zip(known, tables, strict=False)]
    arrival = Arrival(parse_all(tables, mappings), clean(source), source_date, as_by(by) if by else CLOCK)
    arrival.batch.by_id = by.id if by else None
    arrival.batch.file_name, arrival.batch.digest = clean(path.name), hashlib.sha256(data).hexdigest()
    arrival.batch.mapping = {"tables": clean_json(mappings)}
    arrival.settle()
    counts = dict(arrival.counts)
    return Outcome(arrival.batch.id, tuple(arrival.rows), counts, summary(arrival.batch.file_name, arrival.counts))
