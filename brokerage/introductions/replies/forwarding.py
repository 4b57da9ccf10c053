"""Passing a mail on to those of its conversation who did not get it. Only the new words: a quotation may hold anything.

A forward is itself a letter of the outbox: it obeys objections, can be answered at the same address, and says that it
is automatic, so that no absence notice answers it (RFC 3834). Never more than `MOST` an hour for one conversation.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.introductions import letters
from brokerage.introductions.replies.placing import FORWARDED, Conversation, Writer, is_address_of
from brokerage.mail import addresses, outbox
from brokerage.mail import letter as paper
from brokerage.mail.headers import person
from brokerage.mail.inbox import InboundMail
from brokerage.mail.incoming.opening import Arrived
from brokerage.partners.models import Contact, Partner

MOST = 20  # mails of one request passed on within an hour: more is a loop that nobody thought of
REFERENCES = 20  # Message-IDs kept of a long thread: the oldest tell programs nothing any more


def pass_on(arrived: Arrived, talk: Conversation, writer: Writer) -> None:
    """Post the forwards of one mail. Nothing for a mail without words, or when too many came at once."""
    if not (arrived.text or arrived.quoted or arrived.files) or _too_many(talk):
        return
    for to in _others(arrived, talk, writer):
        outbox.post(_letter(arrived, talk, writer, to))


def _too_many(talk: Conversation) -> bool:
    lately = clock.now() - timedelta(hours=1)
    ours = (InboundMail.request_id == talk.request.id) & (InboundMail.association_id == talk.request.giving_id)
    return (db.session.scalar(sa.select(sa.func.count()).where(ours, InboundMail.created_at > lately)) or 0) > MOST


def _others(arrived: Arrived, talk: Conversation, writer: Writer) -> Iterator[User | Contact]:
    """Who should have it: the manager always, the requester and the contact when they may, never a stranger's words."""
    members = [talk.request.handler]
    if not writer.doubt and talk.is_shared:
        members.append(talk.request.requester)
    for member in members:
        if member and member.is_active and member is not writer.user and member.email not in arrived.on_it:
            yield member
    if talk.introduction and not writer.doubt and writer.contact is None and _may_reach(talk, arrived, writer):
        yield db.session.get_one(Contact, talk.introduction.contact_id)


def _may_reach(talk: Conversation, arrived: Arrived, writer: Writer) -> bool:
    """The giving side may always answer a contact, the asking one once introduced; nobody twice."""
    assert talk.introduction is not None
    theirs = writer.user is not None and writer.user.association_id == talk.request.giving_id
    return (theirs or talk.is_shared) and not any(is_address_of(talk.introduction, one) for one in arrived.on_it)


def _letter(arrived: Arrived, talk: Conversation, writer: Writer, to: User | Contact) -> paper.Letter:
    request, contact = talk.request, to if isinstance(to, Contact) else None
    last_lines = letters.ways_out(contact) if contact else {}
    said = paper.written(FORWARDED, to.language, **_told(arrived, talk, writer, to.language, contact) | last_lines)
    subject_id = talk.introduction.id if talk.introduction else request.id
    name = _name(arrived, writer)
    return paper.Letter(
        kind=FORWARDED,
        dedupe_key=f"{FORWARDED}:{arrived.key}:{to.id}",
        association_id=request.giving_id if contact else to.association_id,
        to_user_id=None if contact else to.id,
        to_contact_id=contact.id if contact else None,
        language=to.language,
        from_name=f"{name} ({_house(talk, writer)})" if not writer.doubt else name,
        reply_to=person(name, addresses.inward(subject_id)),
        subject=said.subject,
        text=said.text,
        html=said.html,
        request_id=request.id,
        introduction_id=talk.introduction.id if talk.introduction else None,
        headers=_thread(arrived) | letters.AUTOMATIC | (letters.unsubscribing(last_lines) if last_lines else {}),
    )


def _told(arrived: Arrived, talk: Conversation, writer: Writer, language: str, contact: Contact | None) -> dict[str, Any]:
    return {
        **letters.context(talk.request, language),
        "subject_line": arrived.subject,
        "words": arrived.text or arrived.quoted,
        "files": [one.name for one in arrived.files],
        "writer": _name(arrived, writer),
        "stranger": f"{arrived.name} <{arrived.address}>" if writer.doubt else "",
        "to_contact": contact is not None,
        "objection_link": "",
        "preferences_link": "",
        "source": contact.source if contact else "",
    }


def _name(arrived: Arrived, writer: Writer) -> str:
    known = writer.user or writer.contact
    return known.name if known else arrived.name or "?"


def _house(talk: Conversation, writer: Writer) -> str:
    """Where the writer is from: their association, or the partner."""
    if writer.contact:
        return db.session.get_one(Partner, writer.contact.partner_id).name
    house: uuid.UUID = writer.user.association_id if writer.user else talk.request.giving_id
    return db.session.get_one(Association, house).name


def _thread(arrived: Arrived) -> dict[str, str]:
    """So that mail programs show it under what it answers."""
    cited = [one for one in (*arrived.replies_to[:REFERENCES][::-1], arrived.message_id) if _is_plain(one)]
    return {"In-Reply-To": cited[-1], "References": " ".join(cited)} if cited else {}


def _is_plain(identifier: str) -> bool:
    """What may be written into a header again."""
    return bool(identifier) and identifier.isascii() and identifier.isprintable() and "=?" not in identifier
