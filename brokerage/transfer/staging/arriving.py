"""Somebody drops a file: what can be seen at a glance is refused at once, the rest is for a worker."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.transfer import waiting
from brokerage.transfer.bringing.cleaning import clean
from brokerage.transfer.models import ImportBatch, ImportFile, ImportState
from brokerage.transfer.reading.files import glance


@dataclass(frozen=True)
class Origin:
    """Where addresses come from, since when, and whether the people know: said once for a file (G23)."""

    source: str = ""
    source_date: date | None = None
    informed: bool = False


def usual_origin(by: User) -> Origin:
    """What was said of the last file of the association; its date was its own, and nobody vouches for people unread."""
    mine = sa.select(ImportBatch.source).where(ImportBatch.by_id.is_not(None))
    return Origin(db.session.scalar(mine.order_by(ImportBatch.created_at.desc()).limit(1)) or "")


def receive(by: User, file_name: str, data: bytes, origin: Origin) -> ImportBatch:
    """Keep a file for a worker. Raises BadInput, with the field, for what cannot be read or was not said."""
    policy.insist(by, *policy.EDITORS)
    if not clean(origin.source):
        raise BadInput(N_("Dites d'où viennent ces coordonnées : les personnes peuvent le demander."), "source")
    if not origin.informed:
        raise BadInput(N_("Confirmez que ces personnes savent que vous avez leurs coordonnées, ou informez-les d'abord."), "informed")
    glance(data)
    batch = ImportBatch(id=uuid.uuid4(), association_id=by.association_id, by_id=by.id, state=ImportState.READING)
    batch.source, batch.source_date, batch.informed = clean(origin.source), origin.source_date, True
    batch.file_name, batch.digest = clean(file_name) or "fichier", hashlib.sha256(data).hexdigest()
    db.session.add(batch)
    db.session.flush()
    db.session.add(ImportFile(association_id=by.association_id, batch_id=batch.id, content=data))
    waiting.ring_after_commit()
    return batch
