"""Associations, their members, and what opens a door to them."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, Identified, Owned, World


class Role(enum.StrEnum):
    """What a member may do; one member may hold several."""

    DELEGATE = "delegate"
    MANAGER = "manager"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Association(Identified, World, Base):
    """A tenant: its members, partners and rules."""

    __tablename__ = "association"
    why_open = "names of associations are public; rules hold no personal data; writing needs a policy"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short: Mapped[str]
    bank: Mapped[str]  # the colour and shape of its mark: a, b, c
    of_name: Mapped[str]  # "de Passeport Avenir", "des Entretiens de l'Excellence"
    mail_domain: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    default_manager_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("member.id", use_alter=True, name="fk_association_default_manager_id_member")
    )
    is_demo: Mapped[bool] = mapped_column(default=False)


class User(Identified, World, Base):
    """A member of one association. Allies read names and titles: they appear on shared requests."""

    __tablename__ = "member"
    __table_args__ = (sa.Index("ix_member_association", "association_id"),)
    why_open = "row-level policy: own association and allies only; secrets live in credential"

    association_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))
    email: Mapped[str] = mapped_column(unique=True)  # lower case; one person signs in to one association
    first_name: Mapped[str]
    last_name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="fr")
    roles: Mapped[list[str]] = mapped_column(default=list)
    region: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    stand_in_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict)  # per kind: now, digest, never
    closing_on: Mapped[date | None]  # the day an account that is not used closes; they were told a month before
    returned_at: Mapped[datetime | None]  # when an admin last opened a closed access again

    association: Mapped[Association] = so.relationship(foreign_keys=[association_id])

    @property
    def name(self) -> str:
        """First and last name, as letters and pages show them."""
        return f"{self.first_name} {self.last_name}"

    def is_away_on(self, day: date) -> bool:
        """Whether they said they are away that day; without a day of return, from the first one on."""
        return self.away_from is not None and self.away_from <= day and (self.away_until is None or day <= self.away_until)

    def has(self, *roles: Role) -> bool:
        """Whether this member holds one of `roles`."""
        return bool(set(self.roles) & set(roles))


class Credential(World, Base):
    """How a member proves who they are."""

    __tablename__ = "credential"
    why_open = "row-level policy: read at the door only, before anybody is signed in"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]


class SecondFactor(World, Base):
    """What a member's telephone must show beside the password. No key lies here: it is made again from `seed`."""

    __tablename__ = "second_factor"
    why_open = "row-level policy: door only; holds no key"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[uuid.UUID]
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # None while its first code is awaited: sign-in does not ask for it yet
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # the half minute of the last code taken


class RecoveryCode(Identified, World, Base):
    """What opens once without the telephone, as a keyed fingerprint."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.Index("ix_recovery_code_user", "user_id"),)
    why_open = "row-level policy: door only; holds fingerprints"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class AddressChange(World, Base):
    """The address a member wants to sign in with, until they show that they read it."""

    __tablename__ = "address_change"
    why_open = "row-level policy: door only"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str]
    asked_at: Mapped[datetime]


class UserSession(Identified, World, Base):
    """One browser signed in. Ending the row ends the session, wherever the cookie is."""

    __tablename__ = "user_session"
    __table_args__ = (sa.Index("ix_user_session_user", "user_id"),)
    why_open = "row-level policy: door only"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]


class SignInAttempt(Identified, World, Base):
    """One failed try, per account and per address, kept only as fingerprints, to slow guessing (ASVS 6.3.1)."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (sa.Index("ix_sign_in_attempt_key_at", "key", "created_at"),)
    why_open = "row-level policy: door only; holds fingerprints"

    key: Mapped[str]


class Purpose(enum.StrEnum):
    """What a link may be used for; a link has exactly one."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105  (a purpose, not a secret)
    ADDRESS = "address"  # a member shows that they read the address they want to sign in with
    ANSWER = "answer"  # a contact's page for one introduction
    OBJECTION = "objection"  # a contact asks to be left alone
    OUTCOME = "outcome"
    PREFERENCES = "preferences"  # how often, when and about what a contact may be asked
    AGENDA = "agenda"  # the events of a member's conventions, for a calendar that reads them by itself
    DATA = "data"  # what is held of a contact: asked for each time, sent to the address on file


class Link(Identified, Owned, Base):
    """A link sent by e-mail: one purpose, one subject, an end; the token itself is never stored (ASVS 9.2.2)."""

    __tablename__ = "link"
    __table_args__ = (sa.Index("ix_link_subject", "subject_id"),)

    purpose: Mapped[Purpose]
    subject_id: Mapped[uuid.UUID]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
