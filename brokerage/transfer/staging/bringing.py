"""Rows that are ready go into the book, some organisations at a time; each step is whole or has not been."""

import uuid
from collections import Counter
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners.models import PartnerKind
from brokerage.partners.partners import as_by
from brokerage.timeline import CLOCK, By
from brokerage.transfer import waiting
from brokerage.transfer.bringing.arrival import Arrival
from brokerage.transfer.mapping.grouping import grouped
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.models import ImportBatch, ImportState, Lane, StagedRow
from brokerage.transfer.packing import parsed_of
from brokerage.transfer.staging import returned

AT_ONCE = 1000  # organisations of one step


def start(batch: ImportBatch) -> None:
    """Bring in what is ready. Raises BadInput when nothing is, WrongState when a worker has the file."""
    if batch.state is not ImportState.OPEN:
        raise WrongState(N_("Ce fichier est déjà en cours de traitement."))
    ready = _ready(batch).with_only_columns(sa.func.count()).order_by(None)
    batch.total, batch.progress = db.session.scalar(ready) or 0, 0
    if not batch.total:
        raise BadInput(N_("Aucune ligne n'est prête. Corrigez ou acceptez d'abord celles qui sont à vérifier."))
    batch.state = ImportState.IMPORTING
    waiting.ring_after_commit()


def advance(batch: ImportBatch) -> None:
    """One step: give every row its turn, or bring in the next organisations."""
    turns = _ready(batch).where(StagedRow.turn.is_not(None))
    first = db.session.scalar(turns.with_only_columns(sa.func.min(StagedRow.turn)).order_by(None))
    if first is not None:
        _bring(batch, db.session.scalars(turns.where(StagedRow.turn < first + AT_ONCE)).all())
    elif not _give_turns(batch):
        _finish(batch)


def decided_row(kept: StagedRow) -> ParsedRow:
    """What was read in a row, with what a person kept of its remarks and took of its differences."""
    return replace(parsed_of(kept.parsed), read=kept.remark, theirs=frozenset(kept.theirs))


def _ready(batch: ImportBatch) -> Any:
    mine = sa.select(StagedRow).where(StagedRow.batch_id == batch.id, StagedRow.lane == Lane.READY)
    return mine.order_by(StagedRow.turn, StagedRow.place)


def _give_turns(batch: ImportBatch) -> bool:
    """Rows of one organisation go in together, whatever was corrected since the file was read."""
    ready = _ready(batch).with_only_columns(StagedRow.id, StagedRow.parsed)
    rows = db.session.execute(ready.order_by(None).order_by(StagedRow.place)).all()
    numbers: dict[str, int] = {}
    of_uai: dict[str, str] = {}
    turns: dict[int, list[uuid.UUID]] = {}
    parsed = [parsed_of(parsed) for _, parsed in rows]
    for (row_id, _), row in zip(rows, parsed if returned.is_ours(batch) else grouped(parsed), strict=True):
        group = row.org_group or f"?{row_id}"
        group = of_uai.setdefault(row.organisation.uai, group) if row.organisation.uai and not returned.is_ours(batch) else group
        turns.setdefault(numbers.setdefault(group, len(numbers)), []).append(row_id)
    values = [{"id": row_id, "turn": turn} for turn, ids in turns.items() for row_id in ids]
    if values:
        db.session.execute(sa.update(StagedRow), values)
    return bool(values)


def _bring(batch: ImportBatch, staged: Any) -> None:
    counts, objects = returned.bring(batch, staged, _by(batch)) if returned.is_ours(batch) else _interpret(batch, staged)
    for one in staged:
        one.lane, one.turn = Lane.IMPORTED, None
    batch.counts = dict(Counter(batch.counts) + counts)
    batch.progress += len(staged)
    batch.objections_due = batch.objections_due or objects


def _interpret(batch: ImportBatch, staged: Any) -> tuple[Counter[str], bool]:
    rows = [decided_row(one) for one in staged]
    decided = {place: one.same_as for place, one in enumerate(staged) if one.same_as or one.is_new}
    arrival = Arrival(grouped(rows), batch.source, batch.source_date, _by(batch), batch, decided, PartnerKind(batch.mapping["usual"]))
    arrival.settle()
    return arrival.counts, arrival.objects


def _finish(batch: ImportBatch) -> None:
    waits = sa.select(StagedRow.id).where(StagedRow.batch_id == batch.id, StagedRow.lane.in_([Lane.CHECK, Lane.REFUSED]))
    batch.state = ImportState.OPEN if db.session.scalar(waits.limit(1)) else ImportState.DONE
    batch.imported_at = clock.now()
    Arrival([], batch.source, batch.source_date, _by(batch), batch, usual=PartnerKind.CORPORATE).conclude()


def _by(batch: ImportBatch) -> By:
    by = db.session.get(User, batch.by_id) if batch.by_id else None
    return as_by(by) if by else CLOCK
