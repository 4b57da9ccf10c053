"""What was received, as pages show it: frozen, with who wrote in the words the reader may have."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage.accounts.models import Role
from brokerage.database import db
from brokerage.introductions import policy
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.policy import Reader
from brokerage.mail.inbox import Doubt, InboundFile, InboundMail, Sender

A_PAGE = 30


@dataclass(frozen=True)
class File:
    """A file that can be downloaded."""

    id: uuid.UUID
    name: str
    size: int


@dataclass(frozen=True)
class Heard:
    """One mail. `address` only of people we hold no row of; `number` is its request's."""

    id: uuid.UUID
    at: datetime
    name: str
    address: str
    subject: str
    text: str
    quoted: str
    automatic: bool
    back_on: date | None
    sender: Sender
    doubt: Doubt
    settled: bool
    introduction_id: uuid.UUID | None
    request_id: uuid.UUID | None
    number: str
    files: tuple[File, ...]
    named_files: tuple[str, ...]

    @property
    def may_answer(self) -> bool:
        """Whether it may hold a contact's answer, for a person to read and note."""
        return self.sender in (Sender.CONTACT, Sender.UNKNOWN) and not self.automatic and self.introduction_id is not None


def visible_to(user: Reader) -> sa.Select[InboundMail]:
    """Mail of the requests this member may read; for those who keep the books, also mail of no request yet."""
    readable = policy.visible_to(user).with_only_columns(IntroductionRequest.id)
    theirs = InboundMail.request_id.in_(readable)
    keeps = user.has(Role.MANAGER, Role.ADMIN)
    return sa.select(InboundMail).where(sa.or_(theirs, InboundMail.request_id.is_(None)) if keeps else theirs)


def files_visible_to(user: Reader) -> sa.Select[InboundFile]:
    """The files of that mail."""
    return sa.select(InboundFile).where(InboundFile.mail_id.in_(visible_to(user).with_only_columns(InboundMail.id)))


def by_key(keys: Iterable[str]) -> dict[str, Heard]:
    """The mails a timeline speaks of, as far as the association in scope may still read them."""
    wanted = list(keys)
    found = _loaded(sa.select(InboundMail).where(InboundMail.key.in_(wanted))) if wanted else []
    return {one.key: _heard(one, "") for one in found}


WAITING = sa.and_(InboundMail.doubt != Doubt.NONE, InboundMail.settled_at.is_(None))


def waiting(user: Reader, after: str = "") -> tuple[list[Heard], str]:
    """Mail that a person must look at, newest first, and the mark of the next page ("" at the end)."""
    wanted = visible_to(user).where(WAITING).order_by(InboundMail.created_at.desc(), InboundMail.id.desc())
    if mark := _mark(after):
        wanted = wanted.where(sa.tuple_(InboundMail.created_at, InboundMail.id) < sa.tuple_(*map(sa.literal, mark)))
    found = _loaded(wanted.limit(A_PAGE + 1))
    numbers = _numbers(found)
    shown = [_heard(one, numbers.get(one.request_id, "")) for one in found[:A_PAGE]]
    last = shown[-1] if len(found) > A_PAGE else None
    return shown, f"{last.at.isoformat()}~{last.id}" if last else ""


def how_many_wait(user: Reader) -> int:
    """How many mails wait for somebody to look at them."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(visible_to(user).where(WAITING).subquery())) or 0


def _mark(after: str) -> tuple[datetime, uuid.UUID] | None:
    at, _, key = after.partition("~")
    try:
        when = datetime.fromisoformat(at)
        return (when, uuid.UUID(key)) if when.tzinfo else None
    except ValueError:
        return None


def _loaded(wanted: sa.Select[InboundMail]) -> Sequence[InboundMail]:
    return db.session.scalars(wanted.options(so.selectinload(InboundMail.files))).all()


def _numbers(found: Sequence[InboundMail]) -> dict[uuid.UUID | None, str]:
    ids = {one.request_id for one in found if one.request_id}
    wanted = sa.select(IntroductionRequest.id, IntroductionRequest.number).where(IntroductionRequest.id.in_(ids))
    return {row.id: row.number for row in db.session.execute(wanted)} if ids else {}


def _heard(one: InboundMail, number: str) -> Heard:
    return Heard(
        id=one.id,
        at=one.created_at,
        name=one.from_name,
        address=one.from_address,
        subject=one.subject,
        text=one.text,
        quoted=one.quoted,
        automatic=one.automatic,
        back_on=one.back_on,
        sender=one.sender,
        doubt=one.doubt,
        settled=one.settled_at is not None,
        introduction_id=one.introduction_id,
        request_id=one.request_id,
        number=number,
        files=tuple(File(file.id, file.name, file.size) for file in one.files),
        named_files=tuple(one.named_files),
    )
