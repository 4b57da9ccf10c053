"""Where files that come in wait for a worker: a desk of waiting.py."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from brokerage import scope
from brokerage.database import db
from brokerage.errors import N_
from brokerage.transfer import objecting
from brokerage.transfer.models import ImportBatch, ImportState
from brokerage.transfer.staging import bringing, laying, undoing
from brokerage.transfer.waiting import MOST_STUMBLES, Piece

UNDER_WAY = (ImportState.READING, ImportState.SORTING, ImportState.IMPORTING, ImportState.UNDOING)
STUCK = N_("Le traitement s'est arrêté trois fois. Rien d'autre n'a été enregistré ; réessayez, ou découpez le fichier.")
_STEPS = {
    ImportState.READING: laying.lay_out,
    ImportState.SORTING: laying.lay_out_again,
    ImportState.IMPORTING: bringing.advance,
    ImportState.UNDOING: undoing.undo,
}


def waiting() -> Sequence[Piece]:
    """Files to read, rows to bring in, imports to take back, and objections to carry into both associations."""
    known = sa.select(ImportBatch).where(sa.or_(ImportBatch.state.in_(UNDER_WAY), ImportBatch.objections_due))
    batches = db.session.scalars(known.order_by(ImportBatch.created_at)).all()
    steps = [Piece(batch.association_id, batch.id) for batch in batches if batch.state in UNDER_WAY]
    reaching = [batch for batch in batches if batch.objections_due or batch.state is ImportState.IMPORTING]
    return [*steps, *(Piece(batch.association_id, batch.id, everywhere=True) for batch in reaching)]


def advance(piece_id: uuid.UUID) -> bool:
    """One step of one file."""
    if scope.current().kind is scope.Kind.SYSTEM:
        objecting.carry_out(piece_id)
        return False
    batch = db.session.get(ImportBatch, piece_id, with_for_update={"skip_locked": True})
    if batch is None or batch.state not in _STEPS:
        return False
    _STEPS[batch.state](batch)
    batch.stumbles = 0
    db.session.flush()
    return batch.state in UNDER_WAY


def stumble(piece_id: uuid.UUID) -> None:
    """After the third failure the page says so, and what went in before stays and can be taken back."""
    batch = db.session.get(ImportBatch, piece_id, with_for_update=True)
    if batch is None:
        return
    batch.stumbles += 1
    if batch.stumbles >= MOST_STUMBLES:
        batch.state, batch.message, batch.objections_due = ImportState.FAILED, STUCK, False
