"""What happened, to what, by whom, when. Only ever added to: the application's role may not update or delete."""

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.database import Base, Identified, Posted, db


class Actor(enum.StrEnum):
    """Who acts: nobody is ever nameless, so that "nobody" can never mean "anybody"."""

    MEMBER = "member"
    CONTACT = "contact"
    CLOCK = "clock"


@dataclass(frozen=True)
class By:
    """Who did something, as the timeline keeps it. A contact's name is never written here."""

    kind: Actor
    id: uuid.UUID | None = None
    name: str = ""


CLOCK = By(Actor.CLOCK)


# What the journal of an association shows (accounts/journal.py groups it); a new one needs a migration of its index.
JOURNAL = (
    "approve", "association_founded", "charge_given", "charge_removed", "confirmation_failed", "consent_withdrawn", "decline",
    "details_seen", "email_changed", "entry_refused", "export_asked", "export_cancelled", "export_fetched", "exported",
    "import_undone", "imported", "introduction_accept", "introduction_introduce", "introduction_introduce_directly",
    "introduction_refuse", "member_closed", "member_closing", "member_deactivated", "member_invited", "member_joined",
    "member_returned", "member_signed_out", "objection", "password_changed", "recovery_codes_renewed", "rights_noted",
    "rights_settled", "roles_changed", "rule_changed", "second_factor_on", "second_factor_removed", "second_step_failed",
    "sign_in_failed", "sign_in_held_back", "signed_in", "take_back",
)  # fmt: skip


class Entry(Identified, Posted, Base):
    """One line of a timeline. What both associations may read is posted once to each."""

    __tablename__ = "entry"
    __table_args__ = (
        sa.Index("ix_entry_request_at", "association_id", "request_id", "at"),
        sa.Index("ix_entry_partner_at", "association_id", "partner_id", "at"),
        sa.Index("ix_entry_association_at", "association_id", "at"),
        sa.Index("ix_entry_contact", "contact_id", "at", postgresql_where=sa.text("contact_id IS NOT NULL")),
        # the ledger of a convention dates each request from its first sending
        sa.Index("ix_entry_tags", "association_id", "at", postgresql_where=sa.text("what IN ('tag_renamed', 'tag_removed')")),
        sa.Index("ix_entry_submitted", "association_id", "at", "request_id", postgresql_where=sa.text("what = 'submit'")),
        sa.Index("ix_entry_journal", "association_id", "at", postgresql_where=sa.text(f"what IN {JOURNAL}")),
        sa.Index("ix_entry_rule", "association_id", "at", postgresql_where=sa.text("what = 'rule_changed'")),
    )

    at: Mapped[datetime]
    what: Mapped[str]
    by_kind: Mapped[Actor]
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(default="")
    partner_id: Mapped[uuid.UUID | None]
    contact_id: Mapped[uuid.UUID | None]
    request_id: Mapped[uuid.UUID | None]
    introduction_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(
    what: str, by: By, *readers: uuid.UUID, at: datetime | None = None, details: dict[str, Any] | None = None, **about: Any
) -> None:
    """Add a line for each association in `readers`.

    `about` names the subjects by id: partner_id, contact_id, request_id, introduction_id. `at` is now when None.
    """
    for reader in dict.fromkeys(readers):
        db.session.add(
            Entry(
                association_id=reader,
                at=at or clock.now(),
                what=what,
                by_kind=by.kind,
                by_id=by.id,
                by_name=by.name,
                details=details or {},
                **about,
            )
        )
