"""What looks alike, what was merged, and what somebody said is not the same: the memory of the queue of duplicates."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, Identified, Owned, db

ACTIVE = sa.text("undone_at IS NULL")


class Merge(Identified, Owned, Base):
    """One partner gone into another. The loser's own row, in the trash, keeps it as it was; nothing is copied here.

    `changes` names what the winner had before, field by field, and `moved` which rows were re-pointed: ids and
    facts on organisations, never a name of a person, an e-mail or a telephone.
    """

    __tablename__ = "merge"
    __table_args__ = (
        sa.Index("uq_merge_active_loser", "association_id", "loser_id", unique=True, postgresql_where=ACTIVE),
        sa.Index("ix_merge_winner", "association_id", "winner_id"),
        sa.Index("ix_merge_latest", "association_id", "created_at", "id"),
    )

    winner_id: Mapped[uuid.UUID]
    loser_id: Mapped[uuid.UUID]
    by_name: Mapped[str] = mapped_column(default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None]


class Distinct(Identified, Owned, Base):
    """Two partners that somebody said are not the same; `first_id` is the smaller of the two."""

    __tablename__ = "distinct_pair"
    __table_args__ = (sa.UniqueConstraint("association_id", "first_id", "second_id"),)

    first_id: Mapped[uuid.UUID]
    second_id: Mapped[uuid.UUID]
    by_name: Mapped[str] = mapped_column(default="")


class LikelyPair(Owned, Base):
    """Two partners that look like one, as the last search saw them; `first_id` is the smaller of the two."""

    __tablename__ = "likely_pair"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["association_id", "first_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["association_id", "second_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"
        ),
        sa.Index("ix_likely_pair_score", "association_id", sa.text("score DESC"), "first_id", "second_id"),
        sa.Index("ix_likely_pair_second", "second_id"),
    )

    first_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    second_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    score: Mapped[int]
    reasons: Mapped[list[str]]


class PairSearch(Owned, Base):
    """When an association's book was last searched for pairs; the next search looks at what changed since."""

    __tablename__ = "pair_search"

    association_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"), primary_key=True)
    sought_at: Mapped[datetime]


def known_as(partner_id: Any) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    """The id of a partner and of those gone into it, also by way of another: the timeline keeps each under its own.

    `partner_id` may be a bind parameter, for statements that are kept.
    """
    wanted = partner_id if isinstance(partner_id, sa.BindParameter) else sa.literal(partner_id, sa.Uuid())
    gone = sa.select(wanted.label("id")).cte("known", recursive=True)
    further = sa.select(Merge.loser_id).join(gone, Merge.winner_id == gone.c.id).where(Merge.undone_at.is_(None))
    known = gone.union(further)
    return sa.select(known.c.id)


def gone_into(partner_id: uuid.UUID) -> uuid.UUID | None:
    """The partner that this one was merged into in the end, None when it was not; one statement."""
    first = sa.select(Merge.winner_id).where(Merge.loser_id == partner_id, Merge.undone_at.is_(None)).cte("into", recursive=True)
    further = sa.select(Merge.winner_id).join(first, Merge.loser_id == first.c.winner_id).where(Merge.undone_at.is_(None))
    steps = first.union(further)
    again = so.aliased(Merge)
    moved_on = sa.exists().where(again.loser_id == steps.c.winner_id, again.undone_at.is_(None))
    return db.session.scalar(sa.select(steps.c.winner_id).where(~moved_on).limit(1))
