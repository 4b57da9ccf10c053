"""Contacts as vCards for a phone. Version 3.0 (RFC 2426): what iOS, Android and Outlook all read; 4.0 is not."""

import re
from collections.abc import Iterable

from brokerage.transfer.exports.columns import COLUMNS, SHARES

Named = dict[tuple[str, str], str]
_PLACES = [(column.of, column.name) for column in COLUMNS]
_ENDS = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
LONGEST = 75  # bytes of one line, RFC 2426 §2.6
UNSHARED = frozenset(words for permission, words in SHARES.items() if permission in ("no_share", "do_not_contact"))


def cards(rows: Iterable[list[str]]) -> bytes:
    """A card for each contact; organisations without one have none."""
    named = (dict(zip(_PLACES, row, strict=False)) for row in rows)  # without what stands behind the usual columns
    return "".join(_card(one) for one in named if one["contact", "id"]).encode()


def _card(of: Named) -> str:
    first, last, civility = (of["contact", name] for name in ("first_name", "last_name", "civility"))
    lines = [
        ("N", (last, first, "", civility, "")),
        ("FN", (f"{first} {last}".strip(),)),
        ("ORG", (of["partner", "name"],)),
        ("TITLE", (of["contact", "title"],)),
        ("EMAIL;TYPE=INTERNET,WORK", (of["contact", "email"],)),
        ("TEL;TYPE=WORK,VOICE", (of["contact", "phone"],)),
        ("TEL;TYPE=CELL", (of["contact", "mobile"],)),
        ("ADR;TYPE=WORK", ("", "", of["partner", "address"], of["partner", "town"], "", of["partner", "postcode"], "")),
        ("URL", (of["partner", "website"],)),
        ("NOTE", (_caution(of["contact", "permission"]),)),
        ("UID", (f"urn:uuid:{of['contact', 'id']}",)),
    ]
    filled = [f"{name}:{';'.join(map(escaped, parts))}" for name, parts in lines if any(parts)]
    return "".join(folded(line) for line in ("BEGIN:VCARD", "VERSION:3.0", *filled, "END:VCARD"))


def _caution(permission: str) -> str:
    """What whoever picks up the phone must know."""
    return f"Partage des coordonnées : {permission}." if permission in UNSHARED else ""


def escaped(text: str) -> str:
    """A value that cannot end its line, nor its component."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return _ENDS.sub("\\\\n", plain)


def folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, never cut inside a letter."""
    pieces, size, piece = [], 0, ""
    for sign in line:
        width = len(sign.encode())
        if size + width > LONGEST:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + width
    return "\r\n".join([*pieces, piece]) + "\r\n"
