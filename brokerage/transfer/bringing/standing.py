"""What files write under « statut », as far as the book has a word for it."""

import re
from collections.abc import Iterable

from brokerage.partners.models import Status
from brokerage.reference.folding import folded

_FORMER = re.compile(r"\b(?:ancien(?:ne)?|termine\w*|fini\w*|clos\w*|rompu\w*|resilie\w*|arrete\w*|ferme\w*|perdu\w*|sorti\w*|ex)\b")
_DORMANT = re.compile(
    r"\b(?:sommeil|pause|suspend\w*|veille|stand ?by|dormant\w*|inactif\w*|inactive\w*|decline\w*|reactiver|pas cette annee"
    r"|plus tard|reporte\w*)\b"
)
_NOT_YET = re.compile(r"\b(?:prospect\w*|pistes?|a contacter|a appeler|a demarcher|rdv pris|premier rdv|a rencontrer)\b")
_PLAIN = re.compile(r"(?:ok|oui|x|actif|active|en cours|partenaires?(?: actifs?)?(?: 20\d\d(?: \d\d(?:\d\d)?)?)?|partenariat actif|)")
TO_MEET = "À contacter"


def status_of(texts: Iterable[str]) -> Status:
    """Where the relation stands, by the first text that tells; active when none does."""
    for words in map(folded, texts):
        if _FORMER.search(words):
            return Status.FORMER
        if _DORMANT.search(words):
            return Status.DORMANT
        if words:
            return Status.ACTIVE
    return Status.ACTIVE


def first_tag(text: str) -> str:
    """The tag that keeps what the three states cannot say: nobody has been met yet; "" otherwise."""
    return TO_MEET if _NOT_YET.search(folded(text)) else ""


def says_more(text: str) -> bool:
    """Whether a status holds something the book would lose: « relancé le 12/01 », unlike « partenaire 2023-24 »."""
    words = folded(text)
    return bool(words) and not any(known.fullmatch(words) for known in (_PLAIN, _FORMER, _DORMANT, _NOT_YET))
