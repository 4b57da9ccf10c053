"""What was asked to leave: by whom, why, how much; and the file itself, for a day."""

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, Identified, Owned


class Format(enum.StrEnum):
    """What opens the file."""

    XLSX = "xlsx"
    CSV = "csv"
    VCARD = "vcf"


class ExportState(enum.StrEnum):
    """How far an export is."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    CANCELLED = "cancelled"  # who asked may no longer export
    FAILED = "failed"
    EXPIRED = "expired"


UNDER_WAY = (ExportState.WAITING, ExportState.WRITING)


class ExportFile(Identified, Owned, Base):
    """One export. The file lies in the row, under the same walls as the book, never on a disk; its name is the id's."""

    __tablename__ = "export_file"
    __table_args__ = (
        sa.Index("ix_export_file_history", "association_id", "created_at", "id"),
        sa.Index("ix_export_file_mine", "association_id", "by_id", "created_at"),
        sa.Index("ix_export_file_under_way", "created_at", postgresql_where=sa.text("state IN ('waiting', 'writing', 'ready')")),
    )

    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    by_name: Mapped[str]
    format: Mapped[Format]
    reason: Mapped[str]
    told: Mapped[str] = mapped_column(default="")  # the filters in words, as they were when it was asked
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"filters": …} of the list, or {"ids": […]}
    state: Mapped[ExportState] = mapped_column(default=ExportState.WAITING)
    total: Mapped[int] = mapped_column(default=0)  # partners to write
    progress: Mapped[int] = mapped_column(default=0)
    partners: Mapped[int] = mapped_column(default=0)
    contacts: Mapped[int] = mapped_column(default=0)
    stumbles: Mapped[int] = mapped_column(sa.SmallInteger(), default=0)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    queue: Mapped[list[Any]] = mapped_column(sa.ARRAY(sa.Uuid()), default=list, deferred=True)
    draft: Mapped[bytes] = mapped_column(sa.LargeBinary(), default=b"", deferred=True)  # rows so far, a line of JSON each, packed
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary(), deferred=True)

    by: Mapped[Any] = so.relationship("User", foreign_keys=[by_id], viewonly=True)
