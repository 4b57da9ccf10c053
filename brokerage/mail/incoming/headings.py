"""Headers as they come: raw bytes in no alphabet, encoded words cut in two, several From. Decoded by hand, never raising."""

import base64
import binascii
import quopri
import re
from email import policy
from email.message import Message

from brokerage.mail.headers import clean_header
from brokerage.mail.incoming import words

_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]]+\.[^\s<>,;:\"'()\[\]]+")
# Where the address that a mail was really sent to may stand, by kind of server.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "To", "Cc", "Resent-To")
_REFUTED = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)


class Headings:
    """The headers of one mail, by name."""

    def __init__(self, mail: Message) -> None:
        self._all = [(str(name).lower(), unfolded(value)) for name, value in mail.raw_items()]

    def raw(self, name: str) -> list[str]:
        """Every value of this name, encoded words still closed."""
        return [value for each, value in self._all if each == name.lower()]

    def text(self, name: str) -> str:
        """The first value, as people read it."""
        return next((decoded(value) for value in self.raw(name)), "")

    def has(self, name: str) -> bool:
        """Whether there is such a header, even an empty one."""
        return bool(self.raw(name))

    def everywhere(self) -> str:
        """The headers that may hold the address it was sent to, the envelope's before what the sender typed."""
        return "\n".join(value for name in ADDRESSED for value in self.raw(name))

    def people(self, name: str) -> frozenset[str]:
        """The addresses of a header, in small letters."""
        return frozenset(found.lower() for value in self.raw(name) for found in _ADDRESS.findall(value))

    def is_refuted(self) -> bool:
        """Whether the receiving server says that the domain of From disowns this mail. A sender cannot gain by saying so."""
        return any(_REFUTED.search(value) for value in self.raw("Authentication-Results"))


def sender(values: list[str]) -> tuple[str, str]:
    """The name and the address of From; no address unless there is exactly one (security.md M4)."""
    if len(values) != 1:
        return clean_header(decoded(" ".join(values))), ""
    if both := _understood(values[0]):
        return both
    found = _ADDRESS.findall(values[0])
    name = clean_header(decoded(values[0].partition("<")[0]).strip(' "'))
    return name or (found[0] if found else ""), found[0].lower() if len(set(found)) == 1 else ""


def _understood(value: str) -> tuple[str, str] | None:
    """By the standard parser, which raises almost anything on a malformed address."""
    try:
        [one] = policy.default.header_factory("From", value).addresses  # type: ignore[attr-defined]
    except Exception:
        return None
    if not one.username or not one.domain:
        return None
    return clean_header(decoded(one.display_name)) or one.addr_spec, one.addr_spec.lower()


def unfolded(value: object) -> str:
    """On one line; bytes outside ASCII as UTF-8, or as what Windows writes in France."""
    written = str(value)
    if any("\udc80" <= letter <= "\udcff" for letter in written):
        written = words.decoded(written.encode("utf-8", "surrogateescape"), "")
    return re.sub(r"\r?\n[ \t]*", " ", written).strip()


def decoded(value: str) -> str:
    """Encoded words opened; those of one alphabet that stand side by side together, for a letter may be cut in two."""
    made, end, waiting, alphabet = "", 0, b"", ""
    closed = _BETWEEN.sub(r"\1\2", value)
    for found in _WORD.finditer(closed):
        charset = found[1].partition("*")[0].lower()
        if found.start() != end or charset != alphabet:
            made, waiting = made + words.decoded(waiting, alphabet) + closed[end : found.start()], b""
        waiting, alphabet, end = waiting + _bytes(found[2], found[3]), charset, found.end()
    return made + words.decoded(waiting, alphabet) + closed[end:]


def _bytes(kind: str, content: str) -> bytes:
    plain = content.encode("ascii", "replace")
    if kind in "qQ":
        return quopri.decodestring(plain, header=True)
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return plain
