"""What the contacts of a partner chose for themselves, as an ally about to write may know it: without a name."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, World, db


class PartnerWishes(World, Base):
    """Months and subjects chosen by every contact of a partner that may be asked: a view (migration 0019).

    `quiet_months` are those that all of them keep free, by their own word. `subjects` are what they welcome together;
    empty when one of them welcomes anything.
    """

    __tablename__ = "partner_wishes"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to our own partners and to those that allies list under a convention in force"

    partner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    people: Mapped[int]
    quiet_months: Mapped[list[int]]
    subjects: Mapped[list[str]]


def of(partner_id: uuid.UUID) -> PartnerWishes | None:
    """The wishes at one partner; None when it may not be seen or has nobody to ask."""
    wanted: Any = sa.select(PartnerWishes).where(PartnerWishes.partner_id == partner_id)
    return db.session.scalars(wanted).one_or_none()
