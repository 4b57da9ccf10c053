"""Letters kept back because their reader wants them in the weekly digest, and what the digest says of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from brokerage.database import db
from brokerage.introductions import letters, notices
from brokerage.introductions.agenda import Item
from brokerage.introductions.notices import Kind
from brokerage.mail.models import Message, MessageState

# what waits is told by looking at it again (agenda.py): the letter that announced it may be out of date
TOLD_AS_NEWS = {"news": "news", "comment": "news", "colleagues": "colleague"}


@dataclass
class Held:
    """One member's: all the letters that wait, and a line for each thing they tell."""

    messages: tuple[Message, ...] = ()
    items: list[Item] = field(default_factory=list)


def held_for(members: Sequence[uuid.UUID]) -> dict[uuid.UUID, Held]:
    """What was kept back for each of these members and not told yet."""
    waiting = (Message.state == MessageState.HELD) & Message.sent_at.is_(None) & Message.to_user_id.in_(members)
    mine: dict[uuid.UUID, list[Message]] = {}
    for message in db.session.scalars(sa.select(Message).where(waiting).order_by(Message.due_at.desc(), Message.id)):
        if message.to_user_id:
            mine.setdefault(message.to_user_id, []).append(message)
    return {member_id: Held(tuple(found), _lines(found)) for member_id, found in mine.items()}


def _lines(messages: Sequence[Message]) -> list[Item]:
    """The newest of each kind about each request, in the words of its own subject; nothing that is no longer true."""
    newest: dict[tuple[str, uuid.UUID | None], Item] = {}
    for message in messages:
        kind: Kind | None = notices.kind_of(message.kind)
        told = TOLD_AS_NEWS.get(kind.code) if kind else None
        if kind and told and letters.still_wanted(message):
            line = Item(told, message.subject, f"/demandes/{message.request_id}", request_id=message.request_id)
            newest.setdefault((kind.code, message.request_id), line)
    return list(newest.values())
