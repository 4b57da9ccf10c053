"""How much a partner was asked, for both sides: its own association and the allies that see it in the directory."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.database import Base, World, db
from brokerage.introductions.fatigue import Standing
from brokerage.partners.models import Contact, Permission

UNASKABLE = (Permission.NO_SHARE, Permission.DO_NOT_CONTACT)


class PartnerQuota(World, Base):
    """Asks counted now and allowed, of all contacts of a partner that may be asked: a view (migration 0014).

    A partner without such a contact has no row. `free_on` is the first day one of them may be asked, today included;
    None when none ever may. `resting`: nobody there may be asked today without a reason.
    """

    __tablename__ = "partner_quota"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to our own partners and to those that allies list under a convention in force"

    partner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    asks: Mapped[int]
    allowed: Mapped[int]
    resting: Mapped[bool]
    free_on: Mapped[date | None]


_OF = sa.select(PartnerQuota).where(PartnerQuota.partner_id == sa.func.any(sa.bindparam("wanted", type_=sa.ARRAY(sa.Uuid()))))


def summed(partner_id: uuid.UUID, contacts: Collection[Contact], standings: Mapping[uuid.UUID, Standing]) -> PartnerQuota | None:
    """The same row for a partner of our own whose contacts and their standings are at hand: no query."""
    known = [standings[contact.id] for contact in contacts if contact.permission not in UNASKABLE]
    if not known:
        return None
    limited = [one for one in known if one.limit]
    return PartnerQuota(
        partner_id=partner_id,
        asks=sum(one.asks for one in known),
        allowed=sum(one.limit for one in known),
        resting=all(one.is_over for one in known),
        free_on=min((one.free_on or clock.today() for one in limited), default=None),
    )


def of(partners: Collection[uuid.UUID]) -> dict[uuid.UUID, PartnerQuota]:
    """The quota of several partners in one query; what may not be seen, or has nobody to ask, is left out."""
    if not partners:
        return {}
    found = db.session.scalars(_OF, {"wanted": list(partners)}).all()
    return {one.partner_id: one for one in found}
