"""One way to compare what people type with what a list holds: without accents, case or punctuation."""

import re
import unicodedata

_NOT_DECOMPOSED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_NOT_A_WORD = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """`text` as words to compare: lower case, no accents, œ as oe, everything else one space.

    "Lycée de l'Œuvre-Saint-Ouën" becomes "lycee de l oeuvre saint ouen". Folding twice changes nothing;
    the order and number of words stay. Only for matching: never show or store the result as a name.
    """
    if not text.isascii():
        text = text.translate(_WESTERN)
        text = text if text.isascii() else _plain(text)
    return _NOT_A_WORD.sub(" ", text.lower()).strip()


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).translate(_NOT_DECOMPOSED)


_WESTERN = {number: _plain(chr(number)) for number in range(0xC0, 0x250)} | {
    ord(mark): " " for mark in "’‘–—«»°\xa0"
}
"""The letters of western Europe, prepared once: names are folded by the thousand when lists are loaded."""
