"""The outbox: a letter is posted in the transaction of the step that promises it, and leaves once that is committed.

A letter promised by a committed step is never lost while the database lives. It leaves at most once, except when the
connection or the worker is lost between the start of its words and the server's reply: then at most one extra copy,
with the same Message-ID, may arrive.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects.postgresql import insert

from brokerage import clock, scope
from brokerage.database import db
from brokerage.mail import fingerprints
from brokerage.mail.headers import clean_header
from brokerage.mail.letter import Letter
from brokerage.mail.models import Message, MessageState

PATIENCE = timedelta(minutes=15)  # before the one extra copy of a letter whose fate is not known
AGAIN = ":again"  # what the dedupe key of a second copy ends with: the unique key makes it the only one
# Kinds that lose their sense when doubled: better lost once than received twice.
NEVER_TWICE = ("reminder", "digest")

log = logging.getLogger(__name__)


def _silence() -> None:
    """Nobody listens: the next sweep will find the letter."""


bell: Callable[[], None] = _silence  # rung after a commit that posted a letter due now
checks: list[Callable[[Message], bool]] = []  # each is asked as a letter leaves; False cancels it, seals.Closed("held") keeps it
# When a letter that is about to leave must wait for a better hour: asked last, with None for "now".
window: Callable[[Message], datetime | None] = lambda _message: None  # noqa: E731
# Kinds that leave although their recipient objected: security letters, and the confirmation of the objection itself.
essential: set[str] = set()
domain = "passerelle.localhost"  # what Message-IDs end with


def configure(mail_domain: str, *secrets: str) -> None:
    """Once per process: what Message-IDs end with, and the secrets, newest first, one of which opens the key of fingerprints."""
    global domain
    domain = mail_domain
    fingerprints.configure(*secrets)


def key_of(address: str) -> str:
    """How the objection list knows `address`. Raises RuntimeError before `configure`: an objection would be missed."""
    return fingerprints.of(address)


def post(letter: Letter) -> Message:
    """Put a letter in the outbox. It leaves only if the surrounding transaction commits.

    Posting the same `dedupe_key` twice, even from two processes at once, keeps the first and returns it; when it
    lies in an ally's box, where this scope may post but not read, what is returned is a copy bound to no session.
    """
    message = _row(letter)
    session = db.session()
    session.flush()
    values = {column.key: getattr(message, column.key) for column in sa.inspect(Message).columns}
    keep_first = insert(Message.__table__).values(values).on_conflict_do_nothing()  # type: ignore[arg-type]
    posted = session.execute(scope.through_the_gate(keep_first.execution_options(preserve_rowcount=True)))
    if posted.rowcount == 0:  # type: ignore[attr-defined]
        return session.scalar(sa.select(Message).where(Message.dedupe_key == letter.dedupe_key)) or message
    so.make_transient_to_detached(message)
    session.add(message)
    if message.due_at <= clock.now():
        session.info["letters due"] = True
    return message


def cancel(*where: sa.ColumnElement[bool]) -> int:
    """Take back letters that have not left, such as `Message.introduction_id == …`. Returns how many.

    Also stops one that a worker holds but has not begun to transmit. A member's scope reaches their own
    association's box only: use a system scope to take back what went into both.
    """
    if not where:
        raise ValueError("say which letters")
    waiting = Message.state.in_([MessageState.PENDING, MessageState.SENDING])
    change = sa.update(Message).where(waiting, *where).values(state=MessageState.CANCELLED, lease_until=None)
    return db.session().execute(change).rowcount  # type: ignore[attr-defined, no-any-return]


def post_again(message: Message, due_at: datetime | None = None) -> Message:
    """A second copy of a dead or uncertain letter, with the same Message-ID; at most one for each."""
    if message.state not in (MessageState.DEAD, MessageState.UNCERTAIN):
        raise ValueError(f"a letter that is {message.state} is not sent again")
    same = {name: getattr(message, name) for name in Letter.__dataclass_fields__ if name not in ("due_at", "dedupe_key")}
    lists = {name: tuple(same[name]) for name in ("only_while", "header_to")}
    return post(Letter(**{**same, **lists}, due_at=due_at, dedupe_key=message.dedupe_key + AGAIN))


def deserves_a_second_copy(message: Message) -> bool:
    """Whether an uncertain letter is sent once more by itself (security.md: decisions, asks, security letters)."""
    return not message.dedupe_key.endswith(AGAIN) and not message.kind.startswith(NEVER_TWICE)


def empty_old(before: datetime) -> int:
    """Forget the words of letters that left before `before`; what remains says that and when one left."""
    old = Message.state.in_([MessageState.SENT, MessageState.HELD]) & (Message.sent_at < before)
    nothing = {"text": "", "html": "", "calendar": "", "to_address": "", "headers": {}, "header_to": []}
    change = sa.update(Message).where(old).values(nothing)
    return db.session().execute(change).rowcount  # type: ignore[attr-defined, no-any-return]


def _row(letter: Letter) -> Message:
    said = asdict(letter)
    cleaned = {name: clean_header(said[name]) for name in ("subject", "from_name")}
    made = {
        "id": uuid.uuid4(),
        "created_at": clock.now(),
        "kind": str(letter.kind),
        "message_id": letter.message_id or f"<{uuid.uuid4()}@{domain}>",
        "due_at": letter.due_at or clock.now(),
        "headers": dict(letter.headers),
        "only_while": list(letter.only_while),
        "header_to": list(letter.header_to),
        "state": MessageState.PENDING,
        "attempts": 0,
        "last_error": "",
        "domain_key": "",
    }
    unset = dict.fromkeys(("worker", "lease_until", "sent_at"))
    return Message(**{**said, **cleaned, **made, **unset})


@sa.event.listens_for(db.session, "after_commit")
def _ring(session: so.Session) -> None:
    """A broken bell costs some seconds, never the step that rang it."""
    if session.in_nested_transaction() or not session.info.pop("letters due", False):
        return
    try:
        bell()
    except Exception:
        log.warning("the bell is broken: the next sweep will find the letter", exc_info=True)
