"""From the outbox to the mail server: claim a batch, ask whether each letter is still wanted, hand it over.

EHLO, MAIL and RCPT come first; then the fence, committed; only then DATA. Whatever dies, whenever it dies, the row
says what may have happened. `jobs.py` wakes this up; nothing here knows who did.
"""

import html
import logging
import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TypeVar

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import clock, scope
from brokerage.mail import addresses, leases, mime, outbox, pace, seals
from brokerage.mail.headers import Forged, Unwritable, bare
from brokerage.mail.models import Message, MessageState, Suppression
from brokerage.mail.transport import Line, LineDown, Refused, Transport, Unanswered

BATCH = 40  # letters claimed at once, and sent over one connection
SPELL = 60.0  # seconds after which no new batch is claimed, so that a stopping worker stops
PAUSE = 1  # minutes that everything due waits when the server refuses the whole line
HARD = "bounce"  # the reason of a suppression that even security letters obey

S = MessageState
log = logging.getLogger(__name__)


def deliver_due(transport: Transport, worker: str, batch: int = BATCH) -> int:
    """Send what is due, in batches, until nothing is or `SPELL` is over. Returns how many letters were claimed.

    Any number of these may run at once, in any number of processes, whatever `worker` calls them.
    """
    leases.settle_lost_transmissions()
    claimed, until, courier = 0, time.monotonic() + SPELL, None
    try:
        while time.monotonic() < until:
            holder = f"{worker}/{secrets.token_hex(4)}"
            if not (ids := leases.claim(holder, batch)):
                break
            claimed += len(ids)
            courier = courier or _Courier(transport)
            if not courier.send(ids, holder):
                break
    finally:
        if courier:
            courier.rest()
    return claimed


class _Courier:
    """One batch after another over one line, each under a holder's name of its own."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.line: Line | None = None
        self.ledger = leases.Ledger()

    def send(self, ids: list[uuid.UUID], holder: str) -> bool:
        """Hand over what is still wanted. False when the server refuses everybody for now."""
        self.holder = holder
        waiting = prepared(ids, self.holder)
        try:
            for message_id, parcel in list(waiting.items()):
                self._hand_over(message_id, parcel)
                del waiting[message_id]
        except LineDown as failure:
            log.log(logging.ERROR if failure.alarm else logging.WARNING, "the mail server: %s", failure)
            for message_id in waiting:
                leases.put_back(message_id, self.holder, str(failure))
            leases.hold_all(PAUSE)
            return False
        return True

    def _hand_over(self, message_id: uuid.UUID, parcel: mime.Parcel) -> None:
        """A line that has served may have had enough: the letter is tried once more on a new one."""
        worn = self.line is not None
        try:
            self._attempt(message_id, parcel)
        except LineDown:
            if not worn:
                raise
            self.hang_up()
            self._attempt(message_id, parcel)

    def _attempt(self, message_id: uuid.UUID, parcel: mime.Parcel) -> None:
        try:
            recipient = bare(parcel.recipient)
            words = mime.as_bytes(parcel, self.transport.from_address, clock.now())
            self.line = self.line or self.transport.open()
            self.line.address(recipient, addresses.return_path(message_id))
            if not leases.fence(self.ledger, message_id, self.holder):
                self._forget()
                return
            self.line.transmit(words)
        except Refused as refusal:
            self._refused(message_id, refusal)
        except Unanswered as doubt:
            self.hang_up()
            leases.close(message_id, self.holder, S.UNCERTAIN, str(doubt))
        except (Forged, Unwritable) as fault:
            leases.close(message_id, self.holder, S.DEAD, str(fault))
        else:
            leases.sent(self.ledger, message_id, self.holder)

    def _refused(self, message_id: uuid.UUID, refusal: Refused) -> None:
        if refusal.permanent:
            leases.close(message_id, self.holder, S.DEAD, str(refusal))
            log.log(logging.ERROR if refusal.policy else logging.INFO, "message %s: %s", message_id, refusal)
        else:
            leases.put_back(message_id, self.holder, str(refusal))
        self._forget()

    def _forget(self) -> None:
        """Ready for the next letter; some servers hang up after a refusal."""
        try:
            if self.line:
                self.line.forget()
        except LineDown:
            self.hang_up()

    def rest(self) -> None:
        """Nothing more to send."""
        self.hang_up()
        self.ledger.close()

    def hang_up(self) -> None:
        """The end of the line, if there is one."""
        if self.line:
            self.line.hang_up()
        self.line = None


# ---- what a claimed message becomes --------------------------------------------------------------------------------


def prepared(ids: list[uuid.UUID], holder: str) -> dict[uuid.UUID, mime.Parcel]:
    """The claimed messages that may still leave, seals broken. The others get their last state, or wait."""
    try:
        return _prepared(ids, holder)
    except Exception:
        # One of them is at fault: the others must not wait for it.
        ready: dict[uuid.UUID, mime.Parcel] = {}
        for message_id in ids:
            ready.update(_prepared_alone(message_id, holder))
        return ready


def _prepared_alone(message_id: uuid.UUID, holder: str) -> dict[uuid.UUID, mime.Parcel]:
    try:
        return _prepared([message_id], holder)
    except Exception as fault:
        log.exception("message %s cannot be prepared", message_id)
        leases.put_back(message_id, holder, f"it could not be prepared: {type(fault).__name__}")
        return {}


def _prepared(ids: list[uuid.UUID], holder: str) -> dict[uuid.UUID, mime.Parcel]:
    ready: dict[uuid.UUID, mime.Parcel] = {}
    with scope.acting(leases.CLERK) as session:
        ours = (Message.worker == holder) & (Message.state == S.SENDING)
        claimed = session.scalars(sa.select(Message).where(Message.id.in_(ids), ours).order_by(Message.due_at))
        messages = [one for one in claimed.all() if not _waits(one)]
        recipients = {one: found for one in messages if (found := _unless_closed(one, _recipient))}
        recipients = pace.hold_excess(session, recipients)
        reasons = _reasons(session, recipients.values())
        for message, address in recipients.items():
            packed = partial(_parcel, address=address, reason=reasons.get(outbox.key_of(address)))
            if parcel := _unless_closed(message, packed):
                ready[message.id] = parcel
        session.commit()
    return ready


def _waits(message: Message) -> bool:
    """Put a letter back whose hour is not good: it was promised for another, and is late."""
    if (better := outbox.window(message)) is None:
        return False
    message.state, message.due_at, message.lease_until = S.PENDING, better, None
    return True


T = TypeVar("T")


def _unless_closed(message: Message, act: Callable[[Message], T]) -> T | None:
    """What `act` makes of the message; None when a seal or an objection stops it, which is its last state."""
    try:
        return act(message)
    except seals.Closed as closed:
        message.state, message.lease_until = S(closed.reason), None
        return None


def _recipient(message: Message) -> str:
    if not all(wanted(message) for wanted in outbox.checks):
        raise seals.Closed("cancelled")
    if message.to_contact_id:
        return seals.opened("email", message.to_contact_id)
    if message.to_user_id:
        return seals.opened("member", message.to_user_id)
    return message.to_address


def _reasons(session: so.Session, addresses: Iterable[str]) -> dict[str, str]:
    """Why some of these addresses must not be written to, by their keys."""
    keys = {outbox.key_of(address) for address in addresses}
    found = session.scalars(sa.select(Suppression).where(Suppression.email_key.in_(keys)))
    return {one.email_key: one.reason for one in found}


def _parcel(message: Message, address: str, reason: str | None) -> mime.Parcel:
    """Members and essential letters obey hard bounces only: an objection is about being asked (security.md M18)."""
    objections_count = message.to_user_id is None and message.kind not in outbox.essential
    if reason == HARD or (reason is not None and objections_count):
        raise seals.Closed("suppressed")
    opener = cache(seals.opened)  # the words, their HTML and the headers carry the same seals
    return mime.Parcel(
        recipient=address,
        from_name=message.from_name,
        to=tuple(seals.broken(one, opener=opener) for one in message.header_to),
        reply_to=seals.broken(message.reply_to, opener=opener),
        subject=message.subject,
        text=seals.broken(message.text, opener=opener),
        html=seals.broken(message.html, html.escape, opener),
        headers={name: seals.broken(value, opener=opener) for name, value in message.headers.items()},
        calendar=message.calendar,
        message_id=message.message_id,
        language=message.language,
    )
