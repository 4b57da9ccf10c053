"""What a mail carries besides words: named cleanly, kept up to a limit, never opened and never run."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from brokerage.mail.incoming import headings

LARGEST = 5 * 1024 * 1024  # bytes of one file that is kept
ALL_TOGETHER = 10 * 1024 * 1024  # bytes of all the files of one mail that are kept
MOST = 30  # files of one mail that are named
_IN_NO_ALPHABET = re.compile(r'filename="([^"]*[^\x00-\x7f][^"]*)"')  # some programs do not encode « plan des élèves.pdf »
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')


@dataclass(frozen=True)
class Enclosed:
    """One file. `content` is None when it is only named: too large, or after too many others."""

    name: str
    size: int
    content: bytes | None = field(repr=False)


def enclosed(mail: Message) -> Iterator[Enclosed]:
    """The files of a mail, in order; pictures of its layout (a logo in a signature) aside."""
    left = ALL_TOGETHER
    for number, part in enumerate(_parts(mail)):
        if number >= MOST:
            return
        content = _content(part)
        kept = content if len(content) <= min(LARGEST, left) else None
        left -= len(content) if kept is not None else 0
        yield Enclosed(_name(part, number + 1), len(content), kept)


def _parts(part: Message) -> Iterator[Message]:
    if part.get_content_type() in ("message/delivery-status", "text/rfc822-headers"):
        return
    if part.get_content_maintype() == "multipart":
        for inner in part.get_payload() if part.is_multipart() else []:
            yield from _parts(inner)  # type: ignore[arg-type]
    elif part.get_content_type() == "message/rfc822" or _is_file(part):
        yield part


def _is_file(part: Message) -> bool:
    named = part.get_content_disposition() == "attachment" or bool(_written_name(part))
    if part.get_content_maintype() == "image" and part.get("Content-ID") and part.get_content_disposition() != "attachment":
        return False
    return named or part.get_content_maintype() != "text"


def _content(part: Message) -> bytes:
    if part.is_multipart():
        inner = part.get_payload()
        return b"".join(one.as_bytes() for one in inner if isinstance(one, Message)) if isinstance(inner, list) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _written_name(part: Message) -> str:
    if found := _IN_NO_ALPHABET.search(headings.unfolded(dict(part.raw_items()).get("Content-Disposition", ""))):
        return found[1]
    try:
        return part.get_filename() or ""
    except Exception:  # a name in no alphabet, or continued in a way nobody continues
        return ""


def _name(part: Message, number: int) -> str:
    """Without folders, controls, or marks that let « facture-exe.pdf » end with another word than it shows."""
    composed = unicodedata.normalize("NFC", headings.decoded(_written_name(part)))
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in composed)
    name = " ".join(_NOT_IN_NAMES.sub(" ", seen.replace("\\", "/").rpartition("/")[2]).split()).strip(". ")
    if not name:
        return "message.eml" if part.get_content_type() == "message/rfc822" else f"piece-{number}"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:10]}" if stem else name[:110]
