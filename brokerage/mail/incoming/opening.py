"""A raw mail, opened: whatever is broken in it, what can be read is read, and nothing raises.

The old `compat32` parser on purpose: the modern one raises on malformed headers, and half of what people receive is.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime

from brokerage.mail.headers import clean_header
from brokerage.mail.incoming import automatic, files, headings, quoting, reports, words
from brokerage.mail.incoming.files import Enclosed
from brokerage.mail.incoming.reports import Returned

LONGEST = 60_000  # characters of words that are kept; a mail of more is a document
IDENTIFIER = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True)
class Arrived:
    """One mail as it can be understood. Every text is clean Unicode; `address` is "" unless exactly one person signs."""

    key: str  # the same for the same mail, however often and by whichever way it comes
    message_id: str
    replies_to: tuple[str, ...]  # Message-IDs it answers, the nearest first
    name: str
    address: str
    everywhere: str  # all the headers that may name one of our addresses
    on_it: frozenset[str]  # the addresses of To and Cc, in small letters
    subject: str
    written_at: datetime | None
    text: str
    quoted: str
    automatic: bool = False
    back_on: date | None = None
    returned: tuple[Returned, ...] = ()
    from_a_machine: bool = False  # a return of some kind, even one that cannot be read
    refuted: bool = False  # the receiving server found that its sender is not who they say
    files: tuple[Enclosed, ...] = field(default=(), repr=False)


def opened(raw: bytes) -> Arrived:
    """Everything that can be read of a mail. Falls back to its bytes as text when the parser itself gives up."""
    try:
        return _opened(raw, message_from_bytes(raw, policy=policy.compat32))
    except Exception:  # a parser that meets hostile input may raise anything, RecursionError included
        return _bare(raw)


def _opened(raw: bytes, mail: Message) -> Arrived:
    head = headings.Headings(mail)
    name, address = headings.sender(head.raw("From"))
    said = words.of(mail)
    text, quoted = quoting.folded(said[:LONGEST])
    written = _date(head.text("Date"))
    subject = clean_header(head.text("Subject"))
    machine = automatic.is_return(head, mail)
    answers_itself = machine or automatic.is_automatic(head, mail, subject)
    return Arrived(
        key=_key(head.text("Message-ID"), said, raw),
        message_id=next(iter(IDENTIFIER.findall(head.text("Message-ID"))), ""),
        replies_to=_replied(head),
        name=name,
        address=address,
        everywhere=head.everywhere(),
        on_it=head.people("To") | head.people("Cc"),
        subject=subject,
        written_at=written,
        text=text,
        quoted=quoted,
        automatic=answers_itself,
        back_on=automatic.back_on(f"{subject}\n{text}", (written or datetime.now(UTC)).date()) if answers_itself else None,
        returned=tuple(reports.read(mail)) if machine else (),
        from_a_machine=machine,
        refuted=head.is_refuted(),
        files=tuple(files.enclosed(mail)),
    )


def _bare(raw: bytes) -> Arrived:
    """The last resort: no structure, only characters."""
    text = words.decoded(raw[:LONGEST], "")
    nothing: frozenset[str] = frozenset()
    return Arrived(_digest(raw), "", (), "", "", "", nothing, "", None, words.tidy(text), "")


def _key(identifier: str, said: str, raw: bytes) -> str:
    """Two deliveries of one mail differ in their envelope only; another mail under a borrowed Message-ID in its words."""
    return _digest(f"{identifier.strip()}\n{said}".encode()) if identifier.strip() else _digest(raw)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replied(head: headings.Headings) -> tuple[str, ...]:
    nearest = IDENTIFIER.findall(head.text("In-Reply-To"))
    older = IDENTIFIER.findall(head.text("References"))[::-1]
    return tuple(dict.fromkeys([*nearest, *older]))[:40]


def _date(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if 1990 < found.year < 2200 else None
