"""The words by which an association finds its own: views, so that the trigram index may be used (see `partners/windows.py`)."""

import uuid

from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, World


class FindablePartner(World, Base):
    """The living partners of this association: a view (migration 0013)."""

    __tablename__ = "findable_partner"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to the partners of this association"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    search: Mapped[str]


class FindableContact(World, Base):
    """The living contacts of this association, by name: a view (migration 0013)."""

    __tablename__ = "findable_contact"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to the contacts of this association"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    association_id: Mapped[uuid.UUID]
    search: Mapped[str]
    name: Mapped[str]  # the last name first, folded: policies would keep its index from being used on the table


class FindableRequest(World, Base):
    """The requests this association sends or receives: a view (migration 0013). Drafts are for the policy to leave out."""

    __tablename__ = "findable_request"
    __table_args__ = {"info": {"is_view": True}}
    why_open = "the view itself keeps to the requests of this association, which both sides read"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    search: Mapped[str]
