"""How many letters leave in a minute, in all and towards one domain: what is too many waits, nothing is dropped (M16).

Counted in the database, so over all workers and across restarts. Of a domain only a keyed fingerprint is kept.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import clock, scope
from brokerage.mail import fingerprints, outbox
from brokerage.mail.models import Message, MessageState

# A Monday's digests for two hundred members leave within a minute; what would send more is a fault, and a provider's alarm.
PER_MINUTE = 200
# One a second: what the server of one school authority, or of the association itself, takes without holding everything up.
PER_DOMAIN = 60
WINDOW = timedelta(minutes=1)
LOOK_AGAIN = timedelta(seconds=15)  # when somebody's minute may be over
_ONE_AT_A_TIME = 7_205_141_949  # any number will do, as long as nothing else locks it


def hold_excess(session: so.Session, recipients: Mapping[Message, str]) -> dict[Message, str]:
    """Those of some claimed letters that may leave now, oldest first; the others wait a little, as if never claimed.

    What guards an account never waits. Of several workers one counts at a time, until its transaction ends.
    """
    session.execute(scope.through_the_gate(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME))))
    gone = _gone(session, [message.id for message in recipients])
    leaving: dict[Message, str] = {}
    for message, address in recipients.items():
        key = domain_key(address)
        if message.kind not in outbox.essential and (gone.total() >= PER_MINUTE or gone[key] >= PER_DOMAIN):
            _postpone(message)
            continue
        gone[key] += 1
        message.domain_key = key
        leaving[message] = address
    return leaving


def domain_key(address: str) -> str:
    """The fingerprint of what stands after the @."""
    return fingerprints.of(f"@{address.rpartition('@')[2]}")


def _gone(session: so.Session, ours: Collection[uuid.UUID]) -> Counter[str]:
    """What left within the last minute, and what other workers are about to send, by domain.

    In one statement: a letter that leaves between two of them would be in neither.
    """
    lately = (Message.state == MessageState.SENT) & (Message.sent_at > clock.now() - WINDOW)
    leaving = Message.state.in_([MessageState.SENDING, MessageState.TRANSMITTING]) & Message.id.not_in(ours) & (Message.domain_key != "")
    counted = sa.select(Message.domain_key, sa.func.count()).group_by(Message.domain_key)
    both = sa.union_all(counted.where(lately), counted.where(leaving))
    found: Counter[str] = Counter()
    for key, number in session.execute(both):
        found[key] += number
    return found


def _postpone(message: Message) -> None:
    message.state, message.lease_until = MessageState.PENDING, None
    message.due_at, message.attempts = clock.now() + LOOK_AGAIN, message.attempts - 1
