"""Mail that was received, one row for each association that may read it. What it is about, others decide and write here.

The words of a partner are read by the association that gives; the one that asks has a row of its own only once the
introduction was made, and row-level policies hide it again when the consent is withdrawn (`borrowed`).
"""

import enum
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.database import Base, Identified, Owned, db
from brokerage.mail.incoming.opening import Arrived


class Sender(enum.StrEnum):
    """Who wrote, as far as their address proves."""

    CONTACT = "contact"
    MEMBER = "member"
    UNKNOWN = "unknown"
    MACHINE = "machine"  # a mail server


class Doubt(enum.StrEnum):
    """Why a mail waits for a person to look at it."""

    NONE = ""
    UNKNOWN_SENDER = "unknown_sender"  # somebody who is not on this request
    FORGED_ADDRESS = "forged_address"  # an address that looks like ours and is not
    DISOWNED = "disowned"  # the receiving server says that the sender is not who they say
    NO_REQUEST = "no_request"
    UNREADABLE_RETURN = "unreadable_return"


class InboundMail(Identified, Owned, Base):
    """One mail as one association reads it. The address is kept only of people we hold no row of."""

    __tablename__ = "inbound_mail"
    __table_args__ = (
        sa.UniqueConstraint("association_id", "key"),
        sa.Index("ix_inbound_mail_request", "association_id", "request_id", "created_at"),
        sa.Index(
            "ix_inbound_mail_waiting", "association_id", "created_at", "id", postgresql_where=sa.text("doubt <> '' AND settled_at IS NULL")
        ),
        sa.Index("ix_inbound_mail_contact", "contact_id", "created_at"),
        sa.Index("ix_inbound_mail_key", "key"),
    )

    key: Mapped[str]
    message_id: Mapped[str] = mapped_column(default="")
    sender: Mapped[Sender]
    contact_id: Mapped[uuid.UUID | None]
    user_id: Mapped[uuid.UUID | None]
    from_name: Mapped[str] = mapped_column(default="")
    from_address: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    quoted: Mapped[str] = mapped_column(default="")
    automatic: Mapped[bool] = mapped_column(default=False)
    back_on: Mapped[date | None]
    written_at: Mapped[datetime | None]
    request_id: Mapped[uuid.UUID | None]
    introduction_id: Mapped[uuid.UUID | None]
    borrowed: Mapped[bool] = mapped_column(default=False)  # words of an ally's contact: readable while the consent lasts
    doubt: Mapped[Doubt] = mapped_column(default=Doubt.NONE)
    settled_at: Mapped[datetime | None]  # when somebody attached it or set it aside
    named_files: Mapped[list[str]] = mapped_column(default=list)  # those that were too large to keep, with their size

    files: Mapped[list["InboundFile"]] = so.relationship(order_by="InboundFile.number", cascade="all, delete-orphan")


class InboundFile(Identified, Owned, Base):
    """One file that came with a mail. Only ever handed out as a download, never shown, never run."""

    __tablename__ = "inbound_file"
    __table_args__ = (sa.Index("ix_inbound_file_mail", "mail_id", "number"),)

    mail_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("inbound_mail.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(sa.SmallInteger())
    name: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary(), deferred=True)


def is_known(key: str) -> bool:
    """Whether this mail was taken in before; needs the system's scope."""
    return db.session.scalar(sa.select(InboundMail.id).where(InboundMail.key == key).limit(1)) is not None


def keep(arrived: Arrived, readers: Iterable[uuid.UUID], **about: Any) -> list[InboundMail]:
    """One row for each reader; `about` is what was found out of it. `lent_to` is the reader whose row is `borrowed`."""
    lent_to = about.pop("lent_to", None)
    rows = [_row(arrived, reader, borrowed=reader == lent_to, **about) for reader in dict.fromkeys(readers)]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def _row(arrived: Arrived, reader: uuid.UUID, **about: Any) -> InboundMail:
    kept = [one for one in arrived.files if one.content is not None]
    return InboundMail(
        id=uuid.uuid4(),
        created_at=clock.now(),
        association_id=reader,
        key=arrived.key,
        message_id=arrived.message_id,
        subject=arrived.subject,
        text=arrived.text,
        quoted=arrived.quoted,
        automatic=arrived.automatic,
        back_on=arrived.back_on,
        written_at=arrived.written_at,
        named_files=[f"{one.name} ({_size(one.size)})" for one in arrived.files if one.content is None],
        files=[
            InboundFile(association_id=reader, number=n, name=one.name, size=one.size, content=one.content) for n, one in enumerate(kept)
        ],
        **about,
    )


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".replace(".", ",") + "\u00a0Mo"


def empty_old(before: datetime) -> int:
    """Forget the words and files of mail received before `before`; that one came, when and from whom on the record, stays."""
    old = sa.and_(InboundMail.created_at < before, sa.or_(InboundMail.text != "", InboundMail.quoted != "", InboundMail.subject != ""))
    return _empty(db.session.scalars(sa.select(InboundMail).where(old).limit(1000)).all())


def forget_words_of(contact_id: uuid.UUID) -> int:
    """The same for all that one contact wrote, to whichever association: they are being erased."""
    return _empty(db.session.scalars(sa.select(InboundMail).where(InboundMail.contact_id == contact_id)).all())


def _empty(mails: Sequence[InboundMail]) -> int:
    for mail in mails:
        mail.text = mail.quoted = mail.subject = mail.from_name = mail.from_address = ""
        mail.files, mail.named_files = [], []
    db.session.flush()
    return len(mails)
