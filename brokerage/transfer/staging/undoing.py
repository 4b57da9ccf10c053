"""An import taken back: what it changed is restored, what it added is removed, what somebody edited since is named."""

import json
import uuid
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.database import db
from brokerage.errors import N_, WrongState
from brokerage.mail.models import Suppression
from brokerage.partners import vault
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.partners.vault import Coordinates
from brokerage.timeline import Entry, record
from brokerage.transfer import waiting
from brokerage.transfer.bringing.arrival import one_at_a_time
from brokerage.transfer.bringing.journal import COLUMNS
from brokerage.transfer.models import ImportBatch, ImportChange, ImportedRow, ImportState, too_old
from brokerage.transfer.staging.bringing import _by

OURS = ("partner_created", "imported", "note", "objection", "import_undone")  # what an import itself writes in the timeline
Ids = Collection[uuid.UUID]


def start(batch: ImportBatch) -> None:
    """Take an import back. Raises WrongState when that is no longer possible."""
    if batch.under_way or batch.imported_at is None or batch.undone_at is not None:
        raise WrongState(N_("Cet import ne peut pas être annulé maintenant."))
    if too_old(batch):
        raise WrongState(N_("Cet import date de plus de trente jours : il ne peut plus être annulé en une fois."))
    batch.state, batch.progress, batch.total = ImportState.UNDOING, 0, 0
    waiting.ring_after_commit()


def undo(batch: ImportBatch) -> None:
    """All of it in one transaction: a book half taken back would be nobody's."""
    one_at_a_time(batch.association_id)
    edited = _edited_since(batch)
    kept = _restore(batch, edited)
    kept |= _remove(batch, edited)
    db.session.execute(sa.delete(Suppression).where(Suppression.import_id == batch.id))
    db.session.execute(sa.delete(ImportedRow).where(ImportedRow.batch_id == batch.id))
    batch.kept = _names(kept)
    batch.state, batch.undone_at, batch.objections_due = ImportState.UNDONE, clock.now(), False
    record("import_undone", _by(batch), batch.association_id, details={"batch": str(batch.id), "kept": len(batch.kept)})


def _edited_since(batch: ImportBatch) -> set[uuid.UUID]:
    """Partners and contacts somebody acted on after the import, by the timeline: every act leaves a line there."""
    since = sa.select(Entry.partner_id, Entry.contact_id).where(Entry.at > batch.imported_at, Entry.what.not_in(OURS[:2]))
    return {one for pair in db.session.execute(since) for one in pair if one}


def _restore(batch: ImportBatch, edited: Ids) -> set[uuid.UUID]:
    """Put back the values that the import replaced. Returns the partners it must leave as they are."""
    changes = db.session.scalars(sa.select(ImportChange).where(ImportChange.batch_id == batch.id).order_by(ImportChange.nth.desc())).all()
    last: dict[uuid.UUID, ImportChange] = {}
    before: dict[tuple[str, uuid.UUID], dict[str, Any]] = {}
    for change in changes:
        if change.what != "channel":
            last.setdefault(change.record_id, change)
        before.setdefault((change.what, change.record_id), {}).update(change.before)
    kept = {at for at, change in last.items() if at in edited or _version(change) != change.after.get("version")}
    for entity, what in ((Partner, "partner"), (Contact, "contact")):
        _put_back(entity, [{"id": str(at), **values} for (kind, at), values in before.items() if kind == what and at not in kept])
    for (kind, at), values in before.items():
        if kind == "channel" and at not in kept:
            vault.keep(batch.association_id, at, Coordinates(**values))
    return _partners_of(kept)


def _version(change: ImportChange) -> int | None:
    entity = Partner if change.what == "partner" else Contact
    return db.session.scalar(sa.select(entity.version).where(entity.id == change.record_id))


def _put_back(entity: type[Partner] | type[Contact], rows: list[dict[str, Any]]) -> None:
    """Old values over the present ones, the version included: whoever has the old page open has the right one."""
    if not rows:
        return
    table: Any = entity.__table__
    names = [name for name in COLUMNS[entity] if name not in ("id", "association_id")]
    columns = ", ".join(names)
    statement = sa.text(
        f"UPDATE {table.name} SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record({table.name}, said.value))"
        f" FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS said WHERE {table.name}.id = CAST(said.value ->> 'id' AS uuid)"
    )
    db.session.flush()
    db.session.execute(scope.through_the_gate(statement), {"rows": json.dumps(rows)})
    db.session.expire_all()


def _remove(batch: ImportBatch, edited: Ids) -> set[uuid.UUID]:
    """Take out what the import added. A partner somebody worked on since stays whole, with its people."""
    added = db.session.execute(sa.select(Partner.id, Partner.version).where(Partner.import_id == batch.id))
    partners: dict[uuid.UUID, int] = {one.id: one.version for one in added}
    people = db.session.execute(sa.select(Contact.id, Contact.partner_id, Contact.version).where(Contact.import_id == batch.id)).all()
    touched = {one.id for one in people if one.version != 1 or one.id in edited}
    kept = {at for at, version in partners.items() if version != 1 or at in edited}
    kept |= {one.partner_id for one in people if one.id in touched} | _with_foreign_people(batch, partners.keys())
    gone = [one.id for one in people if one.id not in touched and not (one.partner_id in partners and one.partner_id in kept)]
    kept |= _deleted([at for at in partners if at not in kept], gone)
    return kept


def _with_foreign_people(batch: ImportBatch, partner_ids: Ids) -> set[uuid.UUID]:
    """Partners of the import to which somebody added a contact since."""
    added = sa.select(Contact.partner_id).where(Contact.import_id.is_distinct_from(batch.id))
    mine = sa.select(Partner.id).where(Partner.import_id == batch.id)
    return set(db.session.scalars(added.where(Contact.partner_id.in_(mine)))) if partner_ids else set()


def _deleted(partner_ids: Sequence[uuid.UUID], contact_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Delete all at once; when something else has come to hold on to one of them, one by one. Returns those that stay."""
    try:
        with db.session.begin_nested():
            _delete(partner_ids, contact_ids)
        return set()
    except sa.exc.IntegrityError:
        return {at for at in partner_ids if not _deleted_alone(at, contact_ids)}


def _deleted_alone(partner_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> bool:
    people = db.session.scalars(sa.select(Contact.id).where(Contact.partner_id == partner_id)).all()
    try:
        with db.session.begin_nested():
            _delete([partner_id], [at for at in people if at in set(contact_ids)])
        return True
    except sa.exc.IntegrityError:
        return False


def _delete(partner_ids: Sequence[uuid.UUID], contact_ids: Sequence[uuid.UUID]) -> None:
    quietly = {"synchronize_session": False}
    doomed: Any = ((Channel, Channel.contact_id, contact_ids), (Contact, Contact.id, contact_ids), (Partner, Partner.id, partner_ids))
    for entity, column, ids in doomed:
        db.session.execute(sa.delete(entity).where(column == sa.any_(sa.cast(list(ids), sa.ARRAY(sa.Uuid())))).execution_options(**quietly))


def _partners_of(ids: Ids) -> set[uuid.UUID]:
    """The partners that these are, or belong to."""
    held: Any = db.session.scalars(sa.select(Contact.partner_id).where(Contact.id.in_(ids))) if ids else []
    return set(db.session.scalars(sa.select(Partner.id).where(Partner.id.in_(ids)))) | set(held)


def _names(partner_ids: Ids) -> list[dict[str, Any]]:
    found = sa.select(Partner.id, Partner.name, Partner.town).where(Partner.id.in_(partner_ids)).order_by(Partner.sort_name)
    return [{"id": str(one.id), "name": one.name, "town": one.town} for one in db.session.execute(found)]

