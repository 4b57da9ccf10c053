"""Objections that a file brought reach both associations, as those of the people themselves do."""

import uuid

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.mail.models import Suppression
from brokerage.partners.models import Channel, Permission
from brokerage.partners.partners import as_by
from brokerage.privacy import objection
from brokerage.timeline import CLOCK
from brokerage.transfer.models import ImportBatch, ImportChange


def carry_out(batch_id: uuid.UUID) -> int:
    """End what is open with the people a file says no for. In the system's scope. Returns how many introductions."""
    batch = db.session.get(ImportBatch, batch_id, with_for_update={"skip_locked": True})
    if batch is None or not batch.objections_due:
        return 0
    by = db.session.get(User, batch.by_id) if batch.by_id else None
    listed = sa.select(Suppression.email_key).where(Suppression.import_id == batch_id)
    people = set(db.session.scalars(sa.select(Channel.contact_id).where(Channel.email_key.in_(listed))))
    silenced = ImportChange.after["permission"].astext == Permission.DO_NOT_CONTACT.value
    changed = sa.select(ImportChange.record_id).where(ImportChange.batch_id == batch_id, ImportChange.what == "contact", silenced)
    people |= set(db.session.scalars(changed))
    batch.objections_due = False
    return objection.heed(people, as_by(by) if by else CLOCK)
