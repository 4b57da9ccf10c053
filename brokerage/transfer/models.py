"""Files brought in, from the moment somebody drops one until it can no longer be undone."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.database import Base, Identified, Owned


class ImportState(enum.StrEnum):
    """Where an import stands. Only a person opens, leaves or undoes one; the worker does what is under way."""

    READING = "reading"  # the file waits for a worker, or is being read
    UNREADABLE = "unreadable"  # it was no table, and a sentence says why
    SORTING = "sorting"  # somebody changed a column: every row is read anew
    OPEN = "open"  # rows wait for a person, whether or not others of them are in the book already
    IMPORTING = "importing"
    DONE = "done"  # nothing of it waits any more
    UNDOING = "undoing"
    UNDONE = "undone"
    LEFT = "left"  # somebody gave it up before anything of it was in the book
    FAILED = "failed"  # the worker stumbled too often


class Lane(enum.StrEnum):
    """What becomes of a row of a file."""

    READY = "ready"
    CHECK = "check"  # a person should look at it first
    REFUSED = "refused"  # something in it is wrong
    ASIDE = "aside"  # a person does not want it
    SKIPPED = "skipped"  # no data: titles, totals, blank lines
    IMPORTED = "imported"


UNDER_WAY = sa.text("state IN ('reading', 'sorting', 'importing', 'undoing')")


class ImportBatch(Identified, Owned, Base):
    """One file brought in: by whom, from where, and what became of it."""

    __tablename__ = "import_batch"
    __table_args__ = (
        sa.Index("ix_import_batch_history", "association_id", "created_at", "id"),
        sa.Index("ix_import_batch_under_way", "created_at", postgresql_where=UNDER_WAY),
    )

    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    file_name: Mapped[str]
    digest: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    informed: Mapped[bool] = mapped_column(default=False)  # whoever brought it says that the people know (G23)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ImportState] = mapped_column(default=ImportState.DONE)
    message: Mapped[str] = mapped_column(default="")  # why it could not be read
    total: Mapped[int] = mapped_column(default=0)  # rows of the work under way, and how many of them are done
    progress: Mapped[int] = mapped_column(default=0)
    stumbles: Mapped[int] = mapped_column(sa.SmallInteger(), default=0)
    objections_due: Mapped[bool] = mapped_column(default=False)  # introductions of people who said no may still be open
    imported_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), default=list)  # what an undo left, and why

    @property
    def under_way(self) -> bool:
        """Whether a worker has it."""
        return self.state in (ImportState.READING, ImportState.SORTING, ImportState.IMPORTING, ImportState.UNDOING)


class ImportFile(Owned, Base):
    """The bytes of a file until a worker has read them: minutes at most."""

    __tablename__ = "import_file"

    batch_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary())


class StagedRow(Identified, Owned, Base):
    """One row of a file that is being brought in: its cells, what was read in them, what a person decided.

    `part` is the table of the file, counted from 0; `place` its position in the whole file. Deleted some weeks after.
    """

    __tablename__ = "staged_row"
    __table_args__ = (
        sa.UniqueConstraint("association_id", "batch_id", "place"),
        sa.Index("ix_staged_row_lane", "batch_id", "lane", "place"),
        sa.Index("ix_staged_row_turn", "batch_id", "turn", "place", postgresql_where=sa.text("turn IS NOT NULL")),
    )

    batch_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"))
    part: Mapped[int] = mapped_column(sa.SmallInteger())
    place: Mapped[int]
    line: Mapped[int]
    cells: Mapped[dict[str, Any]]  # {"cells", "formulas", "spread"}
    parsed: Mapped[dict[str, Any]] = mapped_column(default=dict)  # a ParsedRow; empty for what is no data
    lane: Mapped[Lane]
    issues: Mapped[list[str]] = mapped_column(default=list)  # codes, to find all rows with the same trouble
    accepted: Mapped[bool] = mapped_column(default=False)  # a person takes the row as it is
    remark: Mapped[str | None]  # what a person kept of remarks that had to be read; None until then
    likely: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), default=list)  # partners it may be
    same_as: Mapped[uuid.UUID | None]  # the partner a person says it is
    is_new: Mapped[bool] = mapped_column(default=False)  # a person says that it is none of those
    differs: Mapped[list[str]] = mapped_column(default=list)  # fields that say otherwise than the partner (differing.py)
    theirs: Mapped[list[str]] = mapped_column(default=list)  # those of them that a person takes from the file
    turn: Mapped[int | None]  # its organisation's number in the queue of the import under way


class ImportMapping(Identified, Owned, Base):
    """What a person said the columns of one layout are; proposed for the next file with the same headers."""

    __tablename__ = "import_mapping"
    __table_args__ = (sa.UniqueConstraint("association_id", "layout"),)

    layout: Mapped[str]  # fingerprint of the folded headers
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB())


class ImportChange(Identified, Owned, Base):
    """What an import changed in a record that was there before: the values it found and those it left."""

    __tablename__ = "import_change"
    __table_args__ = (sa.Index("ix_import_change_batch", "batch_id", "nth"),)

    batch_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"))
    nth: Mapped[int]  # order within the import; an undo goes back through it
    what: Mapped[str]  # partner, contact or channel
    record_id: Mapped[uuid.UUID]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class ImportedRow(Identified, Owned, Base):
    """Where a line of a file went, so that a doubt can be traced back to sheet and row."""

    __tablename__ = "imported_row"
    __table_args__ = (sa.Index("ix_imported_row_batch", "batch_id"),)

    batch_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"))
    sheet: Mapped[str] = mapped_column(default="")
    line: Mapped[int]
    partner_id: Mapped[uuid.UUID | None]
    action: Mapped[str]
    issues: Mapped[list[str]] = mapped_column(default=list)
    held_remark: Mapped[str] = mapped_column(default="")  # waits for a person: may name a pupil


STAGED_FOR = 30  # days that rows wait for a person, and that an import can be undone


def too_old(batch: ImportBatch) -> bool:
    """Whether what an undo needs is gone."""
    return (clock.now() - batch.created_at).days >= STAGED_FOR
