"""The outbox: one row per letter and recipient, written in the transaction of the step that promises it."""

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.database import Base, Identified, Posted, World


class MessageState(enum.StrEnum):
    """pending → sending → transmitting → sent; `uncertain` when the reply to the final dot never came.

    `held`: its reader wants it told in the weekly digest; `sent_at` then says when the digest told it.
    """

    PENDING = "pending"
    SENDING = "sending"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    DEAD = "dead"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    HELD = "held"


class Message(Identified, Posted, Base):
    """One e-mail to one recipient. Addresses and links of contacts are sealed: filled in as it leaves.

    `text` and `html` may hold `[[email:<contact id>]]`, `[[phone:<contact id>]]` and `[[link:<link id>]]`.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("ix_message_due", "due_at", postgresql_where=sa.text("state IN ('pending', 'sending', 'transmitting')")),
        sa.Index("ix_message_request", "request_id"),
        sa.Index("ix_message_association", "association_id", "created_at"),
        sa.Index("ix_message_to_contact", "to_contact_id"),
        sa.Index("ix_message_message_id", "message_id"),
        sa.Index("ix_message_sent", "sent_at", postgresql_where=sa.text("state = 'sent'")),
        sa.Index("ix_message_held", "to_user_id", postgresql_where=sa.text("state = 'held' AND sent_at IS NULL")),
    )

    dedupe_key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str]  # same on every try, and on both copies of an introduction
    kind: Mapped[str]
    language: Mapped[str] = mapped_column(default="fr")
    to_user_id: Mapped[uuid.UUID | None]
    to_contact_id: Mapped[uuid.UUID | None]
    to_address: Mapped[str] = mapped_column(default="")  # only for people we hold no row of
    header_to: Mapped[list[str]] = mapped_column(default=list)  # the To line, sealed, when it names two people
    from_name: Mapped[str]
    reply_to: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    calendar: Mapped[str] = mapped_column(default="")  # an .ics when there is a date
    request_id: Mapped[uuid.UUID | None]
    introduction_id: Mapped[uuid.UUID | None]
    only_while: Mapped[list[str]] = mapped_column(default=list)  # states of its subject in which it still makes sense
    due_at: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(default=MessageState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    domain_key: Mapped[str] = mapped_column(default="", server_default="")  # of its recipient's domain, once it is about to leave


class Suppression(World, Base):
    """An address that must not be written to, as a keyed fingerprint: nobody can read an address out of it."""

    __tablename__ = "suppression"
    why_open = "holds keyed fingerprints only; any association must be able to ask, and to add"

    email_key: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]
    # the import that brought this objection, and whose undo takes it back; None when the person said it themselves
    import_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="SET NULL"))
