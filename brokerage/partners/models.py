"""Partners and their contacts, as one association knows them."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.database import Base, Identified, Owned, Versioned


class PartnerKind(enum.StrEnum):
    """Which network a partner belongs to."""

    ACADEMIC = "academic"
    CORPORATE = "corporate"


class Visibility(enum.StrEnum):
    """Whether an ally may know this partner exists."""

    LISTED = "listed"
    HIDDEN = "hidden"


class Status(enum.StrEnum):
    """Where the relation stands."""

    ACTIVE = "active"
    DORMANT = "dormant"
    FORMER = "former"


class Permission(enum.StrEnum):
    """What a contact lets us do with their details."""

    ASK_FIRST = "ask_first"
    SHARE_OK = "share_ok"
    NO_SHARE = "no_share"
    DO_NOT_CONTACT = "do_not_contact"


class ContactRole(enum.StrEnum):
    """The roles an ally may read and ask for; the exact title stays with the contact."""

    HEAD = "head"
    REFERENT = "referent"
    SOCIAL_OPENING = "social_opening"
    DIVERSITY_CSR = "diversity_csr"
    SCHOOL_RELATIONS = "school_relations"
    OTHER = "other"


NOTHING_MORE, NO_SUBJECT = sa.text("'{}'::jsonb"), sa.text("'{}'::text[]")
LIVING, TRASHED = sa.text("deleted_at IS NULL"), sa.text("deleted_at IS NOT NULL")
LIVING_SOMEWHERE = sa.text("deleted_at IS NULL AND postcode <> ''::text")
IMPORTED = sa.text("import_id IS NOT NULL")
LAST_NAME_FIRST = sa.text("fold((last_name || ' '::text) || first_name)")  # as PostgreSQL itself writes it
LAST_CONTACT = sa.text("coalesce(last_contact_on, '0001-01-01'::date)")


class Partner(Identified, Owned, Versioned, Base):
    """An organisation as one association knows it. The same school may be a partner of two: two records."""

    __tablename__ = "partner"
    __table_args__ = (
        sa.UniqueConstraint("association_id", "id"),
        sa.Index("uq_partner_living_uai", "association_id", "uai", unique=True, postgresql_where=LIVING),
        sa.Index("uq_partner_living_siret", "association_id", "siret", unique=True, postgresql_where=LIVING),
        sa.Index("ix_partner_name", "association_id", "sort_name", "id", postgresql_where=LIVING),
        sa.Index(
            "ix_partner_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
        ),
        sa.Index("ix_partner_owner", "association_id", "owner_id", postgresql_where=LIVING),
        sa.Index("ix_partner_region", "association_id", "region", "sort_name", "id", postgresql_where=LIVING),
        sa.Index("ix_partner_department", "association_id", "department", "sort_name", "id", postgresql_where=LIVING),
        sa.Index("ix_partner_tags", "tags", postgresql_using="gin"),
        sa.Index("ix_partner_extra", "extra", postgresql_using="gin"),
        sa.Index("ix_partner_last_contact", "association_id", LAST_CONTACT, "id", postgresql_where=LIVING),
        sa.Index("ix_partner_trash", "association_id", "deleted_at", postgresql_where=TRASHED),
        sa.Index("ix_partner_import", "import_id", postgresql_where=IMPORTED),
        sa.Index("ix_partner_siren", "association_id", "siren", postgresql_where=LIVING),
        sa.Index("ix_partner_town", "association_id", sa.text("fold(town)"), "id", postgresql_where=LIVING),
        sa.Index("ix_partner_postcode", "association_id", "postcode", postgresql_where=LIVING_SOMEWHERE),
        sa.Index("ix_partner_created", "association_id", "created_at", "id", postgresql_where=LIVING),
    )

    kind: Mapped[PartnerKind]
    name: Mapped[str]
    uai: Mapped[str | None]
    siren: Mapped[str | None]
    siret: Mapped[str | None]
    naf: Mapped[str | None]
    type: Mapped[str] = mapped_column(default="")  # LGT, LPO, UNIVERSITE, PME…: reference data names them
    headcount: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    insee: Mapped[str | None]
    department: Mapped[str | None]
    academy: Mapped[str | None]
    region: Mapped[str | None]
    website: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.LISTED)
    accepts: Mapped[list[str]] = mapped_column(default=list)  # purposes it usually welcomes
    open_now: Mapped[bool] = mapped_column(default=True)
    tags: Mapped[list[str]] = mapped_column(default=list)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=NOTHING_MORE)  # fields.py, by id
    since: Mapped[str] = mapped_column(default="")  # "2019", "2019-11": as precise as it is known
    last_contact_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    import_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    deleted_at: Mapped[datetime | None]
    sort_name: Mapped[str] = mapped_column(sa.Computed("fold(name)", persisted=True), deferred=True)
    search: Mapped[str] = mapped_column(
        sa.Computed(
            "fold(name || ' ' || town || ' ' || postcode || ' ' || coalesce(uai, '') || ' ' || coalesce(siret, ''))",
            persisted=True,
        ),
        deferred=True,
    )

    contacts: Mapped[list["Contact"]] = so.relationship(
        back_populates="partner", order_by="Contact.created_at", overlaps="contacts"
    )


class Contact(Identified, Owned, Versioned, Base):
    """A person at a partner. E-mail and telephone are not here: they lie in the vault."""

    __tablename__ = "contact"
    __table_args__ = (
        sa.UniqueConstraint("association_id", "id"),
        sa.ForeignKeyConstraint(["association_id", "partner_id"], ["partner.association_id", "partner.id"]),
        sa.Index("ix_contact_partner", "partner_id"),
        sa.Index("ix_contact_trash", "association_id", "deleted_at", postgresql_where=TRASHED),
        sa.Index("ix_contact_import", "import_id", postgresql_where=IMPORTED),
        sa.Index("ix_contact_name", "association_id", LAST_NAME_FIRST, "id", postgresql_where=LIVING),
        sa.Index("ix_contact_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
    )

    partner_id: Mapped[uuid.UUID]
    civility: Mapped[str] = mapped_column(default="")  # "Mme", "M." or nothing
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str]
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.OTHER)
    title: Mapped[str] = mapped_column(default="")  # "proviseure", as the person says it
    language: Mapped[str] = mapped_column(default="fr")
    permission: Mapped[Permission] = mapped_column(default=Permission.ASK_FIRST)
    asks_per_quarter: Mapped[int | None] = mapped_column(sa.SmallInteger())  # their own limit, None: the rule
    quiet_months: Mapped[list[int]] = mapped_column(default=list)
    preferred_at: Mapped[datetime | None]  # when they set their preferences themselves: no form overrules these
    always_ask: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # theirs: never share_ok again
    welcomes: Mapped[list[str]] = mapped_column(default=list, server_default=NO_SUBJECT)  # purposes; none named: any
    correction_at: Mapped[datetime | None]  # they proposed another address, which waits in the vault
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=NOTHING_MORE)
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    last_word_at: Mapped[datetime | None]  # last sign from their side (CNIL: three years run from here)
    import_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    deleted_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(
        sa.Computed("fold(first_name || ' ' || last_name)", persisted=True), deferred=True
    )

    partner: Mapped[Partner] = so.relationship(back_populates="contacts", overlaps="contacts")

    @property
    def name(self) -> str:
        """First and last name, or what there is."""
        return f"{self.first_name} {self.last_name}".strip()


class Channel(Owned, Base):
    """The vault: how to reach a contact. Only `partners/vault.py` reads it, under a database role of its own."""

    __tablename__ = "channel"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["association_id", "contact_id"], ["contact.association_id", "contact.id"], ondelete="CASCADE"
        ),
        sa.Index("ix_channel_email_key", "association_id", "email_key"),
        sa.Index("ix_channel_any_email_key", "email_key"),
        sa.Index("ix_channel_phone", "association_id", "phone", postgresql_where=sa.text("phone <> ''::text")),
        sa.Index("ix_channel_mobile", "association_id", "mobile", postgresql_where=sa.text("mobile <> ''::text")),
    )

    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")  # E.164
    mobile: Mapped[str] = mapped_column(default="")
    proposed_email: Mapped[str] = mapped_column(default="", server_default="")  # the person's own correction, unchecked yet
    email_key: Mapped[str | None]  # keyed fingerprint: matches at import and against the objection list
