"""Rows that nobody came back to, and what an undo would need: forgotten together."""

from datetime import timedelta

import sqlalchemy as sa

from brokerage import clock
from brokerage.database import db
from brokerage.transfer.models import STAGED_FOR, ImportBatch, ImportChange, ImportFile, ImportState, StagedRow


def forget_old() -> int:
    """Delete files, rows and journals of imports older than STAGED_FOR days. In the system's scope. Returns how many rows."""
    old = sa.select(ImportBatch.id).where(ImportBatch.created_at < clock.now() - timedelta(days=STAGED_FOR))
    quietly = {"synchronize_session": False}
    gone = 0
    for entity in (ImportFile, ImportChange, StagedRow):
        done = db.session.execute(sa.delete(entity).where(entity.batch_id.in_(old)).execution_options(**quietly))
        gone += done.rowcount  # type: ignore[attr-defined]
    over = sa.update(ImportBatch).where(ImportBatch.id.in_(old), ImportBatch.state == ImportState.OPEN)
    db.session.execute(over.values(state=ImportState.DONE).execution_options(**quietly))
    return gone
