"""What a person does with the rows of a file before they go in: corrects a cell, takes a row as it is, sets one aside."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners.models import PartnerKind
from brokerage.transfer import waiting
from brokerage.transfer.mapping.columns import corrected
from brokerage.transfer.mapping.parsed import Organisation
from brokerage.transfer.mapping.parsing import parse_row
from brokerage.transfer.mapping.remembering import layout_of, to_remember
from brokerage.transfer.models import ImportBatch, ImportMapping, ImportState, Lane, StagedRow
from brokerage.transfer.packing import parsed_of, plain_parsed, row_of
from brokerage.transfer.staging.lanes import DIFFERS, RESEMBLES, codes_of, lane_of, undecided
from brokerage.transfer.staging.laying import differing_in, likely_of, storable
from brokerage.transfer.staging.returned import insist_on_a_foreign_file

LONGEST = 4000  # characters of one cell
WAITING = (Lane.CHECK, Lane.REFUSED, Lane.READY, Lane.ASIDE)


def still_open(batch: ImportBatch) -> None:
    """Raises WrongState while a worker has the file, or when it is over."""
    db.session.refresh(batch, with_for_update=True)
    if batch.state is not ImportState.OPEN:
        raise WrongState(N_("Ce fichier est en cours de traitement, ou déjà importé : ses lignes ne changent plus."))


def correct(batch: ImportBatch, kept: StagedRow, texts: Sequence[str]) -> None:
    """Put other words into the cells of a row and read it again. A cell left alone keeps its date or number."""
    _may_change(batch, kept)
    insist_on_a_foreign_file(batch)
    before = row_of(kept.cells | {"number": kept.line})
    width = max(len(before.cells), len(texts))
    cells: list[Any] = [*kept.cells["cells"], *[None] * (width - len(before.cells))]
    for at, text in enumerate(texts):
        if " ".join(text.split()) != " ".join(before.text(at).split()):
            cells[at] = storable(text.strip()[:LONGEST]) or None
    kept.cells = {**kept.cells, "cells": cells}
    mapping = batch.mapping["tables"][kept.part]
    row = parse_row(row_of(kept.cells | {"number": kept.line}), mapping, _above(kept, mapping))
    kept.parsed, kept.accepted, kept.remark, kept.lane = storable(plain_parsed(row)), False, None, Lane.CHECK
    kept.likely = likely_of([row]).get(0, [])
    _compare(batch, [kept])
    _place(kept)


def accept(batch: ImportBatch, kept: StagedRow) -> None:
    """Take a row as it is: what could not be read in it is left out."""
    _may_change(batch, kept)
    kept.accepted = True
    if kept.lane is Lane.ASIDE:
        kept.lane = Lane.CHECK
    _place(kept)


def set_aside(batch: ImportBatch, kept: StagedRow) -> None:
    """Leave a row out."""
    _may_change(batch, kept)
    kept.lane = Lane.ASIDE


def recognise(batch: ImportBatch, kept: StagedRow, partner_id: uuid.UUID | None) -> None:
    """Say which partner a row is about, None for one that is not in the book. Its other rows are told the same."""
    if not undecided(kept) or (partner_id and str(partner_id) not in {one["id"] for one in kept.likely}):
        raise BadInput(N_("Ce partenaire n'est pas de ceux qui ressemblent à cette ligne."))
    same = _of_the_same(batch, kept)
    for one in same:
        _may_change(batch, one)
        one.same_as, one.is_new = partner_id, partner_id is None
    _compare(batch, same)
    for one in same:
        _place(one)


def keep_remark(batch: ImportBatch, kept: StagedRow, text: str) -> None:
    """What stays of a remark that had to be read; nothing when `text` is empty."""
    _may_change(batch, kept)
    kept.remark = storable(text.strip()[:LONGEST])
    _place(kept)


def take_theirs(batch: ImportBatch, kept: StagedRow, keys: Collection[str]) -> None:
    """Take these of the row's differing fields from the file; the record keeps its word for the others."""
    _may_change(batch, kept)
    kept.theirs = [key for key in kept.differs if key in keys]
    _place(kept)


def take_all_theirs(batch: ImportBatch) -> int:
    """The file's word for every field of every waiting row that differs. Returns how many rows."""
    differing = sa.select(StagedRow).where(StagedRow.batch_id == batch.id, StagedRow.issues.contains([DIFFERS]))
    rows = db.session.scalars(differing.where(StagedRow.lane.in_(WAITING))).all()
    for kept in rows:
        take_theirs(batch, kept, kept.differs)
    return len(rows)


def _compare(batch: ImportBatch, rows: Sequence[StagedRow]) -> None:
    """Find anew what these rows say otherwise than the partner they are about; choices about other fields are off."""
    parsed, likely = [parsed_of(one.parsed) for one in rows], {at: one.likely for at, one in enumerate(rows) if one.likely}
    found = differing_in(parsed, likely, dict(enumerate(rows)), PartnerKind(batch.mapping["usual"]))
    for at, one in enumerate(rows):
        one.differs = found.get(at, [])
        one.theirs = [key for key in one.theirs if key in one.differs]


def take_all(batch: ImportBatch, code: str, aside: bool = False) -> int:
    """Accept, or set aside, every waiting row with one trouble. Remarks and resemblances are decided one by one."""
    if code == RESEMBLES and not aside:
        raise BadInput(N_("Dites pour chacune s'il s'agit de la même organisation."))
    rows = db.session.scalars(
        sa.select(StagedRow).where(
            StagedRow.batch_id == batch.id, StagedRow.lane.in_([Lane.CHECK, Lane.REFUSED]), StagedRow.issues.contains([code])
        )
    ).all()
    for kept in rows:
        kept.accepted, kept.lane = not aside, Lane.ASIDE if aside else kept.lane
        _place(kept)
    return len(rows)


def choose_columns(batch: ImportBatch, part: int, fields: Sequence[tuple[int, str]], header: int | None, remember: bool) -> None:
    """Say what the columns of a table are; every row is read again by a worker. `header` is a row from 0, -1 for none."""
    still_open(batch)
    insist_on_a_foreign_file(batch)
    if db.session.scalar(sa.select(StagedRow.id).where(StagedRow.batch_id == batch.id, StagedRow.lane == Lane.IMPORTED).limit(1)):
        raise WrongState(N_("Des lignes de ce fichier sont déjà importées : les colonnes ne changent plus."))
    tables = list(batch.mapping["tables"])
    before = tables[part]
    moved = header is not None and [header] != before["header"] and (header >= 0 or before["header"])
    place = [header] if header is not None and header >= 0 else []
    tables[part] = {**before, "header": place, "columns": []} if moved else corrected(before, fields)
    batch.mapping = {**batch.mapping, "tables": tables}
    batch.state = ImportState.SORTING
    if remember and not moved:
        _remember(batch, tables[part])
    waiting.ring_after_commit()


def give_up(batch: ImportBatch) -> None:
    """Forget the rows that wait. What is in the book already stays, and can still be taken back."""
    if batch.under_way:
        raise WrongState(N_("Ce fichier est en cours de traitement : attendez qu'il soit fini."))
    db.session.execute(sa.delete(StagedRow).where(StagedRow.batch_id == batch.id).execution_options(synchronize_session=False))
    batch.state = ImportState.LEFT if batch.imported_at is None else ImportState.UNDONE if batch.undone_at else ImportState.DONE


def _remember(batch: ImportBatch, mapping: dict[str, Any]) -> None:
    layout = layout_of(mapping)
    if not layout:
        return
    known = db.session.scalar(sa.select(ImportMapping).where(ImportMapping.layout == layout))
    if known is None:
        known = ImportMapping(association_id=batch.association_id, layout=layout, columns=[])
        db.session.add(known)
    known.columns = to_remember(mapping)


def _may_change(batch: ImportBatch, kept: StagedRow) -> None:
    if kept.batch_id != batch.id or kept.lane not in WAITING:
        raise WrongState(N_("Cette ligne ne change plus."))


def _place(kept: StagedRow) -> None:
    row = parsed_of(kept.parsed)
    kept.lane, kept.issues = lane_of(kept, row), codes_of(kept, row)


def _of_the_same(batch: ImportBatch, kept: StagedRow) -> list[StagedRow]:
    group = kept.parsed.get("org_group")
    if not group:
        return [kept]
    waits = sa.select(StagedRow).where(StagedRow.batch_id == batch.id, StagedRow.issues.contains([RESEMBLES]))
    return [kept, *(one for one in db.session.scalars(waits) if one.id != kept.id and one.parsed.get("org_group") == group)]


def _above(kept: StagedRow, mapping: dict[str, Any]) -> Organisation:
    """What a row without an organisation belongs to: that of the row before, or of the band it stands under."""
    if all(column["field"] != "name" for column in mapping["columns"]):
        return parsed_of(kept.parsed).organisation
    earlier = sa.select(StagedRow).where(
        StagedRow.batch_id == kept.batch_id, StagedRow.part == kept.part, StagedRow.place < kept.place, StagedRow.lane != Lane.SKIPPED
    )
    found = db.session.scalars(earlier.order_by(StagedRow.place.desc()).limit(1)).first()
    return parsed_of(found.parsed).organisation if found else Organisation()
