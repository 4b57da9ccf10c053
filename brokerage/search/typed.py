"""What somebody typed into the box: folded words, the short forms they may stand for, an identifier, an address."""

import re
from dataclasses import dataclass

from brokerage.reference.folding import folded

MOST_WORDS = 6
LONG = 3  # letters from which a word has trigrams, and an index finds it
_LITTLE = frozenset("d de des du et l la le les aux au a en".split())
_SHORT_FORMS = {
    "saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes", "societe": "ste", "lycee": "lyc", "college": "clg",
    "universite": "univ", "compagnie": "cie", "etablissements": "ets", "professionnel": "pro", "polyvalent": "polyv",
    "technologique": "techno", "general": "gal",
    "generale": "gale", "docteur": "dr", "professeur": "pr",
}  # fmt: skip
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SPACED_DIGITS = re.compile(r"[\d\s.\u00a0\u202f]{9,24}")
_IDENTIFIER = re.compile(r"\d{9}|\d{14}|\d{7}[a-z]")


def _also() -> dict[str, frozenset[str]]:
    """Both ways: who types "st" may mean saint, who types "saint" may have written "St"."""
    found: dict[str, set[str]] = {}
    for full, short in _SHORT_FORMS.items():
        found.setdefault(full, set()).add(short)
        found.setdefault(short, set()).add(full)
    return {word: frozenset(others) for word, others in found.items()}


_ALSO = _also()


@dataclass(frozen=True)
class Typed:
    """`words` are what is looked for, `whole` all of it as a name would be folded.

    `email` is set when an address was typed, and then nothing else is looked for; `identifier` is a UAI, SIREN or SIRET.
    """

    words: tuple[str, ...] = ()
    whole: str = ""
    email: str = ""
    identifier: str = ""

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.words or self.email)

    @property
    def shape(self) -> tuple[bool, ...]:
        """Which words are long enough for an index: what makes two searches the same statement."""
        return tuple(len(word) >= LONG for word in self.words)

    @property
    def parameters(self) -> dict[str, str]:
        """Bind parameters of the statement: word0, also0, …; `also` continues a list of alternatives."""
        found = {"whole": self.whole, "identifier": self.identifier.upper()}
        for place, word in enumerate(self.words):
            found |= {f"word{place}": word, f"also{place}": _alternatives(word)}
        return found


def _alternatives(word: str) -> str:
    others = sorted(_ALSO.get(word, ()))
    return "".join(f"|{other}( |$)" for other in others)


def read(text: str) -> Typed:
    """What `text` asks for, its first 200 characters; nothing when it holds no letter and no digit."""
    text = text[:200].strip()
    if _ADDRESS.fullmatch(text):
        return Typed(email=text)
    if _SPACED_DIGITS.fullmatch(text):
        text = re.sub(r"[^\d]", "", text)
    whole = folded(text)
    every = whole.split()
    words = [word for place, word in enumerate(every) if word not in _LITTLE or place == len(every) - 1] or every
    identifier = whole if _IDENTIFIER.fullmatch(whole) else ""
    return Typed(tuple(dict.fromkeys(words))[:MOST_WORDS], whole, identifier=identifier)
