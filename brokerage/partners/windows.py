"""The masked views: what an ally sees of a partner, what a consent shows of a contact, the words one finds one's own by."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, World
from brokerage.partners.models import PartnerKind


class ShowcaseEntry(World, Base):
    """A listed partner as an ally sees it: a view, which holds nothing else (migration 0004)."""

    __tablename__ = "showcase"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to listed partners of allies with a convention in force"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    association_id: Mapped[uuid.UUID]
    kind: Mapped[PartnerKind]
    name: Mapped[str]
    sort_name: Mapped[str]
    search: Mapped[str]
    type: Mapped[str]
    naf: Mapped[str | None]
    uai: Mapped[str | None]
    siren: Mapped[str | None]
    headcount: Mapped[str]
    town: Mapped[str]
    postcode: Mapped[str]
    department: Mapped[str | None]
    academy: Mapped[str | None]
    region: Mapped[str | None]
    accepts: Mapped[list[str]]
    open_now: Mapped[bool]
    owner_id: Mapped[uuid.UUID | None]  # the requester always sees who has a request
    roles: Mapped[list[str]] = mapped_column(ARRAY(sa.Text()))
    contact_count: Mapped[int]


class GrantedContact(World, Base):
    """A contact whose consent to our association is in force: a view (migration 0004). Never e-mail or telephone."""

    __tablename__ = "granted_contact"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to consents given to this association and not withdrawn"

    introduction_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID]
    civility: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    title: Mapped[str]
    partner_name: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(sa.Text()))
    consented_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Findable(World, Base):
    """The words by which an association finds its own partners and their contacts: a view (migration 0004).

    Row-level policies keep LIKE from using the trigram index (it is not leakproof); this view carries the
    same condition and lets the index work.
    """

    __tablename__ = "findable"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to the partners of this association"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    search: Mapped[str]


class Labelled(World, Base):
    """The tags and the fields of an association's own by which it filters its partners: a view (migration 0009)."""

    __tablename__ = "labelled"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to the partners of this association"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tags: Mapped[list[str]]
    extra: Mapped[dict[str, Any]]
