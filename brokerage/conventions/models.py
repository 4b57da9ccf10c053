"""The agreement between two associations and its commitments."""

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, Identified, World


class Convention(Identified, World, Base):
    """An agreement between exactly two associations, in force from its start to its end, both included."""

    __tablename__ = "convention"
    __table_args__ = (sa.CheckConstraint("first_id <> second_id", name="two_sides"),)
    why_open = "row-level policy: its two sides only"

    first_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))
    second_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)

    commitments: Mapped[list["Commitment"]] = so.relationship(order_by="Commitment.number")

    def other_side(self, association_id: uuid.UUID) -> uuid.UUID:
        """The ally of `association_id` under this convention."""
        return self.second_id if association_id == self.first_id else self.first_id


class Commitment(Identified, World, Base):
    """One numbered promise of a convention."""

    __tablename__ = "commitment"
    __table_args__ = (sa.UniqueConstraint("convention_id", "number"),)
    why_open = "the text of a convention is public"

    convention_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("convention.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(sa.SmallInteger())
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
