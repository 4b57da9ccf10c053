"""Exports as work on files (waiting.Desk): rows by the thousand, then the file, then a letter that only says it is there.

Before each step it is asked again whether who asked may still export (security.md A9).
"""

import gzip
import io
import json
import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.mail import letter as paper
from brokerage.mail import outbox
from brokerage.partners.partners import as_by
from brokerage.timeline import CLOCK
from brokerage.transfer.exports import asking
from brokerage.transfer.exports.beyond import Beyond, of_the_book
from brokerage.transfer.exports.models import UNDER_WAY, ExportFile, ExportState
from brokerage.transfer.exports.rows import rows_of
from brokerage.transfer.exports.writing import written
from brokerage.transfer.waiting import MOST_STUMBLES, Piece

AT_ONCE = 1000  # partners of one step: about a second
PAGE = "/partenaires/exports"


def waiting() -> Sequence[Piece]:
    """What is to be written, and what has been kept long enough, of every association."""
    over = sa.and_(ExportFile.state == ExportState.READY, ExportFile.expires_at <= clock.now())
    due = sa.select(ExportFile.association_id, ExportFile.id).where(sa.or_(ExportFile.state.in_(UNDER_WAY), over))
    return [Piece(*row) for row in db.session.execute(due.order_by(ExportFile.created_at))]


def advance(piece_id: uuid.UUID) -> bool:
    """A thousand partners more, or the end: the file, its entry in the log and its letter in one transaction."""
    row = sa.select(ExportFile).where(ExportFile.id == piece_id).with_for_update(skip_locked=True)
    export = db.session.scalar(row.options(sa.orm.undefer(ExportFile.queue)))
    if export is None or export.state not in (*UNDER_WAY, ExportState.READY):
        return False
    if export.expires_at <= clock.now():
        return _end(export, ExportState.EXPIRED)
    if export.state is ExportState.READY:
        return False
    by = db.session.get(User, export.by_id)
    if by is None or not by.is_active or not by.has(*asking.ASKERS):
        asking.note("export_cancelled", export, CLOCK)
        return _end(export, ExportState.CANCELLED)
    if export.state is ExportState.WAITING:
        _begin(export)
    if export.progress < export.total:
        _add_rows(export)
        return True
    _finish(export, by)
    return False


def stumble(piece_id: uuid.UUID) -> None:
    """Count a failure; after three the person reads that it failed."""
    export = db.session.get(ExportFile, piece_id)
    if export is None:
        return
    export.stumbles += 1
    if export.stumbles >= MOST_STUMBLES:
        _end(export, ExportState.FAILED)


def _begin(export: ExportFile) -> None:
    """The list is drawn now, so that what somebody adds meanwhile shifts nothing."""
    export.queue = list(asking.partner_ids(export.association_id, export.wanted))
    export.wanted = export.wanted | {"beyond": Beyond(of_the_book(), bool(export.wanted.get("notes"))).plain}
    export.state, export.total, export.progress = ExportState.WRITING, len(export.queue), 0


def _add_rows(export: ExportFile) -> None:
    some = export.queue[export.progress : export.progress + AT_ONCE]
    rows, contacts = rows_of(some, Beyond.kept(export.wanted.get("beyond", {})))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    export.draft += gzip.compress(lines.encode(), 1)  # each step writes the whole anew: an eighth of it
    export.progress += len(some)
    export.contacts += contacts
    export.partners += len({row[0] for row in rows})


def _finish(export: ExportFile, by: User) -> None:
    rows = map(json.loads, gzip.GzipFile(fileobj=io.BytesIO(export.draft)))
    more = Beyond.kept(export.wanted.get("beyond", {})).headers
    export.content, export.draft, export.queue = written(rows, export.format, more), b"", []
    export.state, export.ready_at = ExportState.READY, clock.now()
    export.expires_at = clock.now() + asking.KEPT
    asking.note("exported", export, as_by(by))
    # no data, no file: a link to a page behind sign-in
    outbox.post(paper.notice("export_ready", f"{export.id}:{by.id}", by, first_name=by.first_name, link=links.page(PAGE)))


def _end(export: ExportFile, state: ExportState) -> bool:
    """Nothing of the book remains in the row; who, when, why and how much does."""
    export.state, export.content, export.draft, export.queue = state, None, b"", []
    return False
