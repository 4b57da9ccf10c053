"""Files brought in, and where each of their lines went."""

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, Identified, Owned


class ImportBatch(Identified, Owned, Base):
    """One file brought in: by whom, from where, and what became of it."""

    __tablename__ = "import_batch"

    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    file_name: Mapped[str]
    digest: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


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
