"""Where a mail belongs: which conversation it is part of, and whether its sender is one of those who hold it.

A request has one conversation between its members, and one more with each contact who was written to: its address is
the introduction's. The asking association takes part in the second only once the introduction was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.introductions import policy
from brokerage.introductions.models import Consent, Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, Letter
from brokerage.mail import addresses
from brokerage.mail.inbox import Doubt, InboundMail, Sender
from brokerage.mail.incoming.opening import Arrived
from brokerage.mail.models import Message
from brokerage.partners import vault
from brokerage.partners.models import Channel, Contact

FORWARDED = "forwarded"
TOGETHER = {Letter.INTRODUCTION.value, FORWARDED}  # letters whose answers belong to the conversation with the contact
MADE = (IntroductionState.INTRODUCED, IntroductionState.CLOSED)


@dataclass(frozen=True)
class Conversation:
    """A request, and the introduction whose contact takes part, if any."""

    request: IntroductionRequest
    introduction: Introduction | None = None

    @property
    def is_shared(self) -> bool:
        """Whether the association that asks reads what is said: always among members, with a contact once introduced."""
        return self.introduction is None or (self.introduction.state in MADE and _agreed(self.introduction))


@dataclass(frozen=True)
class Writer:
    """Who wrote. `doubt` says why they are not believed."""

    sender: Sender
    contact: Contact | None = None
    user: User | None = None
    doubt: Doubt = Doubt.NONE


STRANGER = Writer(Sender.UNKNOWN, doubt=Doubt.UNKNOWN_SENDER)


def placed(arrived: Arrived) -> tuple[Conversation | None, Writer]:
    """The conversation of a mail, None when nothing says which, and its writer. Needs the system's scope."""
    found = _by_address(arrived)
    if found is None and addresses.imitates(arrived.everywhere):
        return None, replace(STRANGER, doubt=Doubt.FORGED_ADDRESS)
    found = found or _by_thread(arrived.replies_to)
    if found is None:
        return None, replace(_anybody(arrived), doubt=Doubt.NO_REQUEST)
    writer, introduction = _writer(arrived, found)
    return replace(found, introduction=introduction), writer


def _by_address(arrived: Arrived) -> Conversation | None:
    subject_id = addresses.answered(arrived.everywhere)
    if subject_id is None:
        return None
    if introduction := db.session.get(Introduction, subject_id):
        return Conversation(introduction.request, introduction)
    request = db.session.get(IntroductionRequest, subject_id)
    return Conversation(request) if request else None


def _by_thread(replies_to: Sequence[str]) -> Conversation | None:
    """By the letter it answers, the nearest first; Message-IDs are as hard to guess as our addresses."""
    written = sa.select(Message).where(Message.message_id.in_(replies_to), Message.request_id.is_not(None))
    letters = {one.message_id: one for one in db.session.scalars(written)} if replies_to else {}
    nearest = next((letters[one] for one in replies_to if one in letters), None)
    if nearest is None:
        return _by_earlier_mail(replies_to)
    request = db.session.get(IntroductionRequest, nearest.request_id)
    with_contact = nearest.to_contact_id is not None or nearest.kind in TOGETHER
    introduction = db.session.get(Introduction, nearest.introduction_id) if nearest.introduction_id and with_contact else None
    return Conversation(request, introduction) if request else None


def _by_earlier_mail(replies_to: Sequence[str]) -> Conversation | None:
    earlier = sa.select(InboundMail).where(InboundMail.message_id.in_(replies_to), InboundMail.request_id.is_not(None))
    found = db.session.scalars(earlier.limit(1)).first() if replies_to else None
    request = db.session.get(IntroductionRequest, found.request_id) if found else None
    if found is None or request is None:
        return None
    return Conversation(request, db.session.get(Introduction, found.introduction_id) if found.introduction_id else None)


def _writer(arrived: Arrived, talk: Conversation) -> tuple[Writer, Introduction | None]:
    """The writer, and the introduction: a contact who answers the members' address speaks of their own."""
    if arrived.refuted or not arrived.address:
        return replace(STRANGER, doubt=Doubt.DISOWNED if arrived.refuted else Doubt.UNKNOWN_SENDER), talk.introduction
    member = _member(arrived.address)
    if member and policy.hats(member, talk.request):
        return Writer(Sender.MEMBER, user=member), talk.introduction
    for introduction in [talk.introduction] if talk.introduction else talk.request.introductions:
        if is_address_of(introduction, arrived.address):
            return Writer(Sender.CONTACT, contact=db.session.get_one(Contact, introduction.contact_id)), introduction
    return STRANGER, talk.introduction


def _anybody(arrived: Arrived) -> Writer:
    """A member or a contact who writes without saying about what."""
    if member := _member(arrived.address):
        return Writer(Sender.MEMBER, user=member)
    known = sa.select(Contact).join(Channel, Channel.contact_id == Contact.id).where(Channel.email_key == vault.key_of(arrived.address))
    contact = db.session.scalars(known.order_by(Contact.created_at).limit(1)).first() if arrived.address else None
    return Writer(Sender.CONTACT, contact=contact) if contact else STRANGER


def _member(address: str) -> User | None:
    return db.session.scalar(sa.select(User).where(User.email == address, User.is_active)) if address else None


def is_address_of(introduction: Introduction, address: str) -> bool:
    """Whether this is the address of the introduction's contact, without opening the vault."""
    key = db.session.scalar(sa.select(Channel.email_key).where(Channel.contact_id == introduction.contact_id))
    return key is not None and key == vault.key_of(address)


def _agreed(introduction: Introduction) -> bool:
    given = sa.select(Consent.id).where(
        Consent.introduction_id == introduction.id, Consent.answer == "accept", Consent.withdrawn_at.is_(None)
    )
    return db.session.scalar(given.limit(1)) is not None
