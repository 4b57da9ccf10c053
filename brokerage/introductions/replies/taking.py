"""One mail taken in: kept for those who may read it, told on the timeline, passed on to those who are not on it."""

import logging
import uuid
from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import Association
from brokerage.database import db
from brokerage.introductions.replies import forwarding, placing, returns
from brokerage.introductions.replies.placing import Conversation, Writer
from brokerage.mail import addresses, inbox
from brokerage.mail.inbox import Doubt, Sender
from brokerage.mail.incoming.opening import Arrived, opened
from brokerage.mail.models import Message
from brokerage.timeline import Actor, By

log = logging.getLogger(__name__)


def take_in(raw: bytes) -> bool:
    """Take in one mail, in the system's scope; the caller commits. False when it was here before, or is our own letter.

    Nothing a mail contains makes this raise; only the database may, and then the mail is read again later.
    """
    arrived = opened(raw)
    if inbox.is_known(arrived.key) or _is_our_own(arrived):
        return False
    if arrived.from_a_machine and returns.noted(arrived):
        return True
    talk, writer = placing.placed(arrived)
    if talk is None:
        _keep_apart(arrived, writer)
    else:
        _keep(arrived, talk, writer)
    return True


def _is_our_own(arrived: Arrived) -> bool:
    """A letter of ours that came back to our own box."""
    ours = sa.select(Message.id).where(Message.message_id == arrived.message_id)
    return addresses.is_ours(arrived.address) and bool(arrived.message_id) and db.session.scalar(ours.limit(1)) is not None


def _keep_apart(arrived: Arrived, writer: Writer) -> None:
    """A mail of no request waits in the box of the sender's association; a stranger's in that of the oldest."""
    doubt = Doubt.UNREADABLE_RETURN if arrived.from_a_machine else writer.doubt
    inbox.keep(arrived, [_home(writer)], **_signed(arrived, writer), doubt=doubt)
    _heard_from(writer, arrived)


def _home(writer: Writer) -> uuid.UUID:
    if known := writer.user or writer.contact:
        return known.association_id
    oldest = sa.select(Association.id).order_by(Association.created_at, Association.id).limit(1)
    return db.session.scalars(oldest).one()


def _keep(arrived: Arrived, talk: Conversation, writer: Writer) -> None:
    request, introduction = talk.request, talk.introduction
    shared = talk.is_shared and not writer.doubt
    readers = [request.giving_id, *([request.asking_id] if shared else [])]
    doubt = Doubt.UNREADABLE_RETURN if arrived.from_a_machine else writer.doubt
    about: dict[str, Any] = {"request_id": request.id, "introduction_id": introduction.id if introduction else None}
    inbox.keep(arrived, readers, **about, **_signed(arrived, writer), doubt=doubt, lent_to=request.asking_id if introduction else None)
    _tell(arrived, talk, writer, readers)
    _heard_from(writer, arrived)
    if not arrived.automatic:
        forwarding.pass_on(arrived, talk, writer)


def _signed(arrived: Arrived, writer: Writer) -> dict[str, Any]:
    """Who wrote, as the row keeps it: an address only of people we hold no row of."""
    unknown = writer.contact is None and writer.user is None
    return {
        "sender": Sender.MACHINE if arrived.from_a_machine else writer.sender,
        "contact_id": writer.contact.id if writer.contact else None,
        "user_id": writer.user.id if writer.user else None,
        "from_name": writer.user.name if writer.user else writer.contact.name if writer.contact else arrived.name,
        "from_address": arrived.address if unknown else "",
    }


def _tell(arrived: Arrived, talk: Conversation, writer: Writer, readers: list[uuid.UUID]) -> None:
    """A line for each reader; the words stay with the mail, for a timeline is never emptied."""
    for reader in readers:
        about: dict[str, Any] = {"request_id": talk.request.id, "introduction_id": talk.introduction.id if talk.introduction else None}
        if reader == talk.request.giving_id:
            about |= {"partner_id": talk.request.partner_id, "contact_id": talk.introduction.contact_id if talk.introduction else None}
        timeline.record("mail_received", _by(arrived, writer), reader, details={"mail": arrived.key}, **about)


def _by(arrived: Arrived, writer: Writer) -> By:
    """Nobody who is only believed to have written, and no machine, acts on a timeline."""
    if arrived.automatic or writer.doubt:
        return timeline.CLOCK
    if writer.contact:
        return By(Actor.CONTACT, writer.contact.id)
    return By(Actor.MEMBER, writer.user.id, writer.user.name) if writer.user else timeline.CLOCK


def _heard_from(writer: Writer, arrived: Arrived) -> None:
    """A contact's own words are a sign from their side; a machine that answers for them is none."""
    believed = writer.doubt in (Doubt.NONE, Doubt.NO_REQUEST) and not arrived.refuted
    if writer.contact and believed and not arrived.automatic:
        writer.contact.last_word_at = clock.now()
        db.session.flush()
