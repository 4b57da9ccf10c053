"""Who is busy with which message. Every change of state is one short transaction, and never spans an SMTP exchange.

pending → sending (leased to one holder) → transmitting (the fence: from here on the server may have it) → sent.
A lease that ends in `sending` is claimed again: nothing can have left. One that ends in `transmitting` leaves a
doubt that no program can settle (RFC 1047): the message becomes `uncertain`. Leases run on the database's clock.
"""

import logging
import random
import uuid
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import clock, scope, timeline
from brokerage.database import db
from brokerage.mail import outbox
from brokerage.mail.models import Message, MessageState

LEASE = timedelta(minutes=6)  # between the claim and the fence: one SMTP command may take five minutes (RFC 5321)
TRANSMISSION_LEASE = timedelta(minutes=16)  # sending the words, then ten minutes for the last reply
# Minutes before the next try (RFC 5321 §4.5.4.1), ± 20 %; the last one repeats until four days are over.
WAITS = (1, 2, 5, 15, 30, 60, 120, 240)
GIVE_UP_AFTER = timedelta(days=4)
JITTER = 0.2

log = logging.getLogger(__name__)
S = MessageState
CLERK = scope.system("the outbox serves every association")


def claim(holder: str, limit: int, lease: timedelta = LEASE) -> list[uuid.UUID]:
    """Lease up to `limit` due messages to `holder`, who must be new each time. Oldest first; none twice."""
    due = sa.or_(
        sa.and_(Message.state == S.PENDING, Message.due_at <= clock.now()),
        sa.and_(Message.state == S.SENDING, Message.lease_until < sa.func.now()),
    )
    with scope.acting(CLERK) as session:
        free = sa.select(Message.id).where(due).order_by(Message.due_at).limit(limit).with_for_update(skip_locked=True)
        ids = list(session.scalars(free))
        if ids:
            leased = {"state": S.SENDING, "worker": holder, "lease_until": sa.func.now() + lease}
            session.execute(_change(Message.id.in_(ids)).values(attempts=Message.attempts + 1, **leased))
            session.commit()
        return ids


_OURS = " WHERE id = %(id)s AND worker = %(holder)s AND state = ANY(%(from)s)"
_FENCE = "UPDATE message SET state = 'transmitting', lease_until = now() + %(lease)s"
_SENT = "UPDATE message SET state = 'sent', sent_at = %(at)s, lease_until = NULL, last_error = ''"


class Ledger:
    """A connection of its own for the two changes that every letter goes through: one round trip each.

    Each commits by itself, so none is open while the server talks. The connection says once whom it serves and is
    closed in the end, never given to the pool; nor taken from it, for the pool's have their statements prepared. The
    unit of work would take five times as long.
    """

    def __init__(self) -> None:
        self._connection = _apart(db.engine.url).connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.exec_driver_sql("SELECT set_config('app.scope', 'system', false)")

    def moved(self, change: str, message_id: uuid.UUID, holder: str, sources: list[MessageState], **values: Any) -> bool:
        """The primitive of every race: a conditional update, and whether it found its row."""
        where = {"id": message_id, "holder": holder, "from": [state.value for state in sources]}
        found = self._connection.exec_driver_sql(change + _OURS, {**where, **values})
        return found.rowcount == 1

    def close(self) -> None:
        self._connection.close()


@cache
def _apart(url: sa.URL) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)


def fence(ledger: Ledger, message_id: uuid.UUID, holder: str, lease: timedelta = TRANSMISSION_LEASE) -> bool:
    """Say that the words are about to leave. False when the lease was lost or the letter cancelled: then stop.

    May be said again by the same holder, who knows that nothing left: the line broke before the first word.
    """
    return ledger.moved(_FENCE, message_id, holder, [S.SENDING, S.TRANSMITTING], lease=lease)


def sent(ledger: Ledger, message_id: uuid.UUID, holder: str) -> None:
    """The server took it. A reply that comes after the lease settles the doubt: no second copy then."""
    if ledger.moved(_SENT, message_id, holder, [S.TRANSMITTING], at=clock.now()):
        return
    if not ledger.moved(_SENT, message_id, holder, [S.UNCERTAIN], at=clock.now()):
        log.error("message %s was accepted, but its row is no longer ours", message_id)
        return
    with scope.acting(CLERK) as session:
        key = sa.select(Message.dedupe_key + outbox.AGAIN).where(Message.id == message_id).scalar_subquery()
        outbox.cancel(Message.dedupe_key == key)
        session.commit()


def put_back(message_id: uuid.UUID, holder: str, error: str) -> None:
    """Try again later: in a minute, then less and less often. After four days it is dead."""
    with scope.acting(CLERK) as session:
        if (message := _held(session, message_id, holder)) is None:
            return
        if _waited(message.attempts) >= GIVE_UP_AFTER:
            _close(message, S.DEAD, error)
        else:
            message.state, message.lease_until = S.PENDING, None
            message.due_at, message.last_error = clock.now() + _wait(message.attempts), error[:200]
        session.commit()


def close(message_id: uuid.UUID, holder: str, state: MessageState, error: str = "") -> None:
    """Give a message its last state: dead, uncertain, cancelled or suppressed; the first two go on the timeline."""
    with scope.acting(CLERK) as session:
        if message := _held(session, message_id, holder):
            _close(message, state, error)
            session.commit()


def settle_lost_transmissions() -> int:
    """Messages whose holder vanished while transmitting become uncertain. Returns how many."""
    lost = (Message.state == S.TRANSMITTING) & (Message.lease_until < sa.func.now())
    with scope.acting(CLERK) as session:
        messages = session.scalars(sa.select(Message).where(lost).with_for_update(skip_locked=True)).all()
        for message in messages:
            _close(message, S.UNCERTAIN, "the worker was lost while the letter left")
        session.commit()
        return len(messages)


def hold_all(minutes: int) -> None:
    """The mail server refuses everybody: every letter that is due waits."""
    now = clock.now()
    with scope.acting(CLERK) as session:
        due = _change(Message.state == S.PENDING, Message.due_at <= now)
        session.execute(due.values(due_at=now + timedelta(minutes=minutes)))
        session.commit()


def _close(message: Message, state: MessageState, error: str) -> None:
    message.state, message.lease_until, message.last_error = state, None, error[:200]
    what = {S.DEAD: "letter_failed", S.UNCERTAIN: "letter_uncertain"}.get(state)
    if what is None:
        return
    timeline.record(
        what,
        timeline.CLOCK,
        message.association_id,
        details={"message_id": str(message.id), "kind": message.kind},
        request_id=message.request_id,
        introduction_id=message.introduction_id,
    )
    if state is S.UNCERTAIN and outbox.deserves_a_second_copy(message):
        outbox.post_again(message, clock.now() + outbox.PATIENCE)


def _held(session: so.Session, message_id: uuid.UUID, holder: str) -> Message | None:
    ours = (Message.worker == holder) & Message.state.in_([S.SENDING, S.TRANSMITTING])
    return session.scalar(sa.select(Message).where(Message.id == message_id, ours).with_for_update())


def _change(*where: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(Message).where(*where).execution_options(synchronize_session=False)


def _wait(attempts: int) -> timedelta:
    minutes = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    return timedelta(minutes=minutes * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311  (no secret)


def _waited(attempts: int) -> timedelta:
    return timedelta(minutes=sum(WAITS[: attempts - 1]) + WAITS[-1] * max(0, attempts - 1 - len(WAITS)))
