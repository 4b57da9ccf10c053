"""What differs between two texts, word by word, for a person to see at a glance."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_PIECES = re.compile(r"\{\{.*?\}\}|\w+|\n|[^\S\n]+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A stretch of text: kept ("same"), taken out ("del") or put in ("ins")."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """The way from one text to the other; one piece when they are the same. Kinds of blanks do not count."""
    old, new = _cut(before), _cut(after)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(new[k:m])))
            continue
        found += [Piece(kind, "".join(words)) for kind, words in (("del", old[i:j]), ("ins", new[k:m])) if words]
    return found


def _cut(text: str) -> list[str]:
    plain = re.sub("[\u00a0\u202f]", " ", text.replace("\r\n", "\n").strip())
    return _PIECES.findall(plain)
