"""Header lines, written by hand in ASCII and checked as bytes.

Python 3.11.7 lets an encoded word in a Subject inject a whole header (CVE-2024-6923): `EmailMessage` refuses CR and
LF, decodes `=?UTF-8?Q?=0A?=Bcc: …`, and folds it into two headers. So nothing here decodes anything, encoded words of
strangers are broken, and the names of the headers that came out are compared with the list of those we meant.
"""

import base64
import re
import unicodedata
from collections.abc import Iterable
from email.headerregistry import Address
from functools import lru_cache

LONGEST = 200  # characters of a value that a person wrote
WIDTH = 76  # columns before a line is folded; RFC 5322 asks for 78
# What a letter may set by itself; everything else is written by mime.py.
SETTABLE = frozenset({"In-Reply-To", "References", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"})
OURS = frozenset(
    {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language"}
    | {"X-Auto-Response-Suppress"}
)
ALLOWED = frozenset(name.lower() for name in SETTABLE | OURS)

_PERSON = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>\s*")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")


class Forged(Exception):
    """The bytes hold a header nobody meant to write, or a value that cannot be one. The letter must not leave."""


class Unwritable(Exception):
    """An address that cannot be used: not one, or with letters outside ASCII before the @ (no SMTPUTF8 here)."""


def clean_header(value: str, longest: int = LONGEST) -> str:
    """`value` on one line, without controls, bidirectional marks or encoded words, at most `longest` characters."""
    composed = unicodedata.normalize("NFC", value)
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in composed)
    return re.sub(r"\s+", _one_space, visible.replace("=?", "= ?")).strip()[:longest].strip()


def _one_space(run: re.Match[str]) -> str:
    return "\u00a0" if run[0] == "\u00a0" else " "


def text_line(name: str, value: str) -> str:
    """A header that people read, such as Subject."""
    return f"{name}: {_folded(_encoded(clean_header(value)), len(name) + 2)}\r\n"


def machine_line(name: str, value: str) -> str:
    """A header that programs read. It is never shortened: `Forged` when it is not plain ASCII or too long."""
    longest = max(map(len, value.split()), default=0)
    if not value.isascii() or not value.isprintable() or "=?" in value or longest > 900:
        raise Forged(f"{name} cannot be written")
    return f"{name}: {_folded(value.split(), len(name) + 2)}\r\n"


def people_line(name: str, people: Iterable[str]) -> str:
    """From, To or Reply-To; each person is "address" or "Name <address>". Raises `Unwritable`."""
    return f"{name}: " + ",\r\n ".join(_person(one) for one in people) + "\r\n"


def person(name: str, address: str) -> str:
    """Somebody as `people_line` takes them: "Name <address>". The address may still be a seal."""
    return f"{re.sub('[<>]', ' ', name)} <{address}>"


def parted(written: str) -> tuple[str, str]:
    """The name ("" when there is none) and the address in "Name <address>"."""
    if both := _PERSON.fullmatch(written):
        return clean_header(both["name"]), bare(both["address"])
    return "", bare(written)


def bare(address: str) -> str:
    """`address` as SMTP takes it, its domain in IDNA. Raises `Unwritable`; the message does not repeat the address."""
    local, at, domain = address.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode()
    except UnicodeError:
        raise Unwritable("its domain is not one") from None
    if not at or len(local) > 64 or len(host) > 253 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise Unwritable("it is not an address this server can write to")
    return Address(username=local, domain=host).addr_spec


def check_names(head: bytes) -> None:
    """Look at the finished header bytes as a mail server will. Raises `Forged`."""
    if not head.isascii() or b"\0" in head or re.search(rb"(?<!\r)\n|\r(?!\n)", head):
        raise Forged("the header holds a bare line end, a NUL or a byte outside ASCII")
    names = [line.partition(b":")[0].decode().lower() for line in re.split(rb"\r\n(?![ \t])", head.rstrip(b"\r\n"))]
    if unmeant := set(names) - ALLOWED:
        raise Forged(f"{len(unmeant)} header(s) nobody meant")
    if len(names) != len(set(names)):
        raise Forged("a header stands twice")


@lru_cache(maxsize=256)
def _person(written: str) -> str:
    name, address = parted(written)
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return "\r\n ".join(_encoded(name)) + f" <{address}>"


def _encoded(text: str) -> list[str]:
    """The words of `text`: as they are, or as RFC 2047 words of at most 75 characters, cut between characters."""
    if text.isascii():
        return text.split()
    pieces: list[bytes] = []
    piece = b""
    for letter in text:
        if len(piece) + len(letter.encode()) > 42:
            pieces, piece = [*pieces, piece], b""
        piece += letter.encode()
    return [f"=?utf-8?b?{base64.b64encode(one).decode()}?=" for one in [*pieces, piece]]


def _folded(words: list[str], column: int) -> str:
    lines, width = [""], column
    for word in words:
        if lines[-1] and width + 1 + len(word) > WIDTH:
            lines, width = [*lines, word], 1 + len(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
            width += 1 + len(word)
    return "\r\n ".join(lines)
