"""Remarks that an import without a page set aside: they may name a pupil, and wait for a person to read them.

A remark that was read leaves only a keyed fingerprint, so that the same file does not set it aside again.
"""

import uuid
from collections.abc import Collection

import sqlalchemy as sa

from brokerage import timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners import policy, vault
from brokerage.partners.models import Partner
from brokerage.partners.partners import as_by
from brokerage.transfer.bringing.book import READ
from brokerage.transfer.bringing.cleaning import clean_text
from brokerage.transfer.models import ImportBatch, ImportedRow

AT_ONCE = 25
LONGEST = 4000  # signs, as beside the rows that are looked at before


def waiting(batch: ImportBatch) -> list[tuple[ImportedRow, Partner | None]]:
    """The first remarks of an import that nobody has read, with the partner each is about."""
    held = sa.select(ImportedRow, Partner).outerjoin(Partner, sa.and_(Partner.id == ImportedRow.partner_id, Partner.deleted_at.is_(None)))
    mine = held.where(ImportedRow.batch_id == batch.id, ImportedRow.held_remark != "").order_by(ImportedRow.line, ImportedRow.id)
    return [(row, partner) for row, partner in db.session.execute(mine.limit(AT_ONCE))]


def counts(batch_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many remarks wait in each of these imports, those with some."""
    some = sa.select(ImportedRow.batch_id, sa.func.count()).where(ImportedRow.batch_id.in_(batch_ids), ImportedRow.held_remark != "")
    return {row[0]: row[1] for row in db.session.execute(some.group_by(ImportedRow.batch_id))}


def visible_to(reader: policy.Reader) -> sa.Select[ImportedRow]:
    """The lines that the reader's association brought in."""
    return sa.select(ImportedRow).where(ImportedRow.association_id == reader.association_id)


def release(row: ImportedRow, by: User, text: str) -> None:
    """Keep of a remark what somebody left of it, as a note on its partner; nothing when `text` is empty.

    Raises WrongState when a colleague was faster, BadInput for words about a partner that is gone.
    """
    policy.insist(by, *policy.EDITORS)
    db.session.refresh(row, with_for_update=True)
    if not row.held_remark:
        raise WrongState(N_("Cette remarque a déjà été relue."))
    kept = clean_text(text)[:LONGEST]
    if kept:
        _note(row, by, kept)
    row.issues = [*row.issues, READ + vault.key_of(row.held_remark)]
    row.held_remark = ""


def _note(row: ImportedRow, by: User, text: str) -> None:
    partner = db.session.get(Partner, row.partner_id) if row.partner_id else None
    if partner is None or partner.deleted_at:
        raise BadInput(N_("Le partenaire de cette ligne n'est plus au carnet : la remarque ne peut pas être gardée."))
    timeline.record("note", as_by(by), row.association_id, partner_id=partner.id, details={"text": text})
