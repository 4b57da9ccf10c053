"""The rows of a file as a person reads them: by list, by reason, some at a time; and the files of the association."""

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.transfer.bringing.remarks import told_by
from brokerage.transfer.formulas import neutralised
from brokerage.transfer.mapping.parsed import Issue, ParsedRow
from brokerage.transfer.models import ImportBatch, Lane, StagedRow
from brokerage.transfer.packing import parsed_of, row_of
from brokerage.transfer.staging.lanes import DELICATE, undecided

AT_ONCE = 25


def visible_to(reader: User | Visitor) -> sa.Select[ImportBatch]:
    """The imports of the reader's association."""
    return sa.select(ImportBatch).where(ImportBatch.association_id == reader.association_id)


def rows_visible_to(reader: User | Visitor) -> sa.Select[StagedRow]:
    """Their rows."""
    return sa.select(StagedRow).where(StagedRow.association_id == reader.association_id)


def brought_before(batch: ImportBatch) -> ImportBatch | None:
    """The last import of the very same bytes whose rows are in the book; None when there is none, or it was undone."""
    same = (ImportBatch.association_id == batch.association_id, ImportBatch.digest == batch.digest, ImportBatch.id != batch.id)
    there = (ImportBatch.imported_at.is_not(None), ImportBatch.undone_at.is_(None))
    return db.session.scalar(sa.select(ImportBatch).where(*same, *there).order_by(ImportBatch.created_at.desc()).limit(1))


@dataclass(frozen=True)
class Line:
    """One row to look at."""

    id: uuid.UUID
    line: int
    lane: Lane
    row: ParsedRow
    issues: Sequence[Issue]
    held: str
    doubts: Sequence[dict[str, Any]]
    known: dict[str, Any] | None
    differs: Sequence[str] = ()
    theirs: Sequence[str] = ()


def line_of(kept: StagedRow) -> Line:
    """A kept row, with what must be said of it."""
    row = parsed_of(kept.parsed)
    unread = row.remarks_need_reading and kept.remark is None
    issues = [issue for issue in row.issues if unread or issue.code not in DELICATE]
    sure = next((one for one in kept.likely if one.get("sure") or one["id"] == str(kept.same_as)), None)
    doubts = kept.likely if undecided(kept) else []
    return Line(kept.id, kept.line, kept.lane, row, issues, told_by(row).held if unread else "", doubts, sure, kept.differs, kept.theirs)


def counts(batch: ImportBatch) -> dict[Lane, int]:
    """How many rows stand in each list."""
    found = sa.select(StagedRow.lane, sa.func.count()).where(StagedRow.batch_id == batch.id).group_by(StagedRow.lane)
    return dict.fromkeys(Lane, 0) | {one[0]: one[1] for one in db.session.execute(found)}


def reasons(batch: ImportBatch, lane: Lane) -> list[tuple[str, int]]:
    """The troubles of a list, the most frequent first."""
    code = sa.func.unnest(StagedRow.issues).label("code")
    found = sa.select(code, sa.func.count()).where(StagedRow.batch_id == batch.id, StagedRow.lane == lane).group_by(code)
    return [(one, count) for one, count in db.session.execute(found.order_by(sa.func.count().desc(), code))]


def page(batch: ImportBatch, lane: Lane, code: str = "", after: int = -1) -> tuple[list[Line], int | None]:
    """Some rows of a list, and where the next ones begin."""
    wanted = sa.select(StagedRow).where(StagedRow.batch_id == batch.id, StagedRow.lane == lane, StagedRow.place > after)
    wanted = wanted.where(StagedRow.issues.contains([code])) if code else wanted
    found = db.session.scalars(wanted.order_by(StagedRow.place).limit(AT_ONCE + 1)).all()
    following = found[AT_ONCE - 1].place if len(found) > AT_ONCE else None
    return [line_of(kept) for kept in found[:AT_ONCE]], following


def history(reader: User | Visitor, before: Any = None) -> Sequence[tuple[ImportBatch, str | None]]:
    """The files of the association with who brought them, newest first."""
    wanted = visible_to(reader).outerjoin(User, User.id == ImportBatch.by_id).add_columns(User.first_name + " " + User.last_name)
    wanted = wanted.where(ImportBatch.created_at < before) if before else wanted
    return [tuple(row) for row in db.session.execute(wanted.order_by(ImportBatch.created_at.desc()).limit(AT_ONCE))]  # type: ignore[misc]


def refused_as_csv(batch: ImportBatch) -> str:
    """The rows that were refused or set aside, under the headers of their table, to correct and bring in again."""
    rows = sa.select(StagedRow).where(StagedRow.batch_id == batch.id, StagedRow.lane.in_([Lane.REFUSED, Lane.ASIDE]))
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    part = None
    for kept in db.session.scalars(rows.order_by(StagedRow.place)):
        if kept.part != part:
            part = kept.part
            writer.writerow([neutralised(column["header"]) for column in batch.mapping["tables"][part]["columns"]])
        writer.writerow([neutralised(text) for text in row_of(kept.cells | {"number": kept.line}).texts])
    return "\ufeff" + written.getvalue()
