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
    """The way from one text to the other; one piece when they are the same. Kinds of blanks do not count.

    Changed words with nothing but a blank between them are one change: « une rencontre » becomes « un café » at once.
    """
    old, new = _cut(before), _cut(after)
    found: list[Piece] = []
    gone = come = ""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for at, (tag, i, j, k, m) in enumerate(steps):
        taken, put = "".join(old[i:j]), "".join(new[k:m])
        if tag != "equal" or (gone and come and put.strip(" ") == "" and at + 1 < len(steps)):
            gone, come = gone + taken, come + put
            continue
        found += [*_change(gone, come), Piece("same", put)]
        gone = come = ""
    return found + _change(gone, come)


def _change(gone: str, come: str) -> list[Piece]:
    return [Piece(kind, text) for kind, text in (("del", gone), ("ins", come)) if text]


def _cut(text: str) -> list[str]:
    plain = re.sub("[\u00a0\u202f]", " ", text.replace("\r\n", "\n").strip())
    return _PIECES.findall(plain)
