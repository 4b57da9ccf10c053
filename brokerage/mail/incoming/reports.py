"""What a mail server says of a letter it could not deliver (RFC 3464), per recipient, in RFC 3463's codes."""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from brokerage.mail.transport import without_addresses

_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463 codes of the fifth class that mend by themselves: a mailbox that is full, a network or a server that is lost.
_PASSING = {"5.2.2", "5.4.4", "5.4.1", "5.4.7", "5.3.1"}


class Fate(enum.StrEnum):
    """What became of a letter."""

    HARD = "hard"  # this address will never work
    SOFT = "soft"  # not now; the server goes on trying, or the mailbox is full
    REFUSED = "refused"  # 5.7.x: the server does not want our letter; the address may well be right


@dataclass(frozen=True)
class Returned:
    """One recipient's part of a report. `words` never holds an address."""

    fate: Fate
    code: str
    words: str


def read(mail: Message) -> Iterator[Returned]:
    """Every recipient's fate; nothing when the report cannot be read, or tells of a success."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status" or not isinstance(part.get_payload(), list):
            continue
        for block in part.get_payload():
            if isinstance(block, Message) and (told := _told(block)):
                yield told


def _told(block: Message) -> Returned | None:
    action = str(block.get("Action", "")).strip().lower()
    found = _CODE.search(str(block.get("Status", "")))
    if action not in ("failed", "delayed") or found is None:
        return None
    words = without_addresses(str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Diagnostic-Code", "")))
    return Returned(_fate(action, found), found[0], words)


def _fate(action: str, code: re.Match[str]) -> Fate:
    if action == "delayed" or code[1] != "5" or code[0] in _PASSING:
        return Fate.SOFT
    return Fate.REFUSED if code[2] == "7" else Fate.HARD
