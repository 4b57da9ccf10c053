"""What the cells of a column look like, whatever its header says."""

import re
from collections.abc import Callable, Sequence

from brokerage.reference.communes import commune_named
from brokerage.reference.folding import folded
from brokerage.reference.identifiers import siren, town
from brokerage.transfer.mapping.dates import dated
from brokerage.transfer.mapping.people import people_in
from brokerage.transfer.mapping.wording import is_role
from brokerage.transfer.sheets import Cell, text_of

_SAMPLE = 150
_LONGEST = 300  # characters of a cell that are looked at
_EMAIL = re.compile(r"\S+@\S+\.\S+|\[at\]")
_UAI = re.compile(r"\W*[0-9OIl]{2,3} ?[0-9OIl]{3,4} ?[A-Za-z]\W*")
_DIGITS = re.compile(r"[\d\s.\-/()+]+")
_POSTCODE = re.compile(r"(?:F-?)?\d{2} ?\d{3}|[1-9]\d{3}")
_NAF = re.compile(r"\d{2}\.?\d{2} ?[A-Za-z]")
_CIVILITY = re.compile(r"(?:m|mr|mme|mlle|melle|madame|monsieur|mademoiselle)\.?", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_STREET = re.compile(r"\b(?:rue|avenue|av|bd|boulevard|place|quai|chemin|allee|impasse|route|cours|square|esplanade|bp|cs)\b")
_AMOUNT = re.compile(r"\d[\d  .,]*\s*(?:k€|€|k|eur|euros)", re.IGNORECASE)
ORGANISATION = re.compile(
    r"\b(?:lycees?|lyc|lp|lpo|lgt|lt|lg|sep|sgt|legta|legtpa|lap|erea|mfr|college|clg|universite|univ|iut|iep|insa|ecole|ec|institut|inst|"
    r"sciences po|campus|centrale|polytechnique|cfa|greta|cite scolaire|groupe scolaire|section d enseignement|ensemble scolaire|academie|"
    r"rectorat|sa|sas|sarl|sasu|eurl|snc|scop|scic|sca|groupe|fondation|association|mairie|ville de|banque|assurances?|"
    r"conseil|societe|ets|etablissements?|cabinet|mutuelle|cooperative|business school|technologies|services|industries?|france|"
    r"energies?|telecoms?|ingenierie|consulting|holding|international|agence|chambre|cci|ministere|direction|hopital|chu|la poste)\b"
)


_PARTICLES = frozenset("de du des la le les van von der den da dos di del el al ben bin ould et ep née nee".split())


def _is_phone(text: str) -> bool:
    bare = re.sub(r"(?i)t[ée]l\w*\.?\s*:?|poste.*", "", text)
    digits = sum(c.isdigit() for c in bare)
    return 9 <= digits <= 26 and bool(_DIGITS.fullmatch(bare.replace("\n", " ").replace(";", " ").replace(",", " ")))


def _is_company_number(text: str) -> bool:
    kept = re.sub(r"[\s.\-]", "", text)
    if re.fullmatch(r"\d{9}", kept):  # or a telephone whose zero a spreadsheet took away
        return siren(kept).value is not None
    return bool(re.fullmatch(r"\d{12,14}|FR[0-9A-Z]{2}\d{9}|\d[.,]\d+E\+\d+", kept, re.IGNORECASE))


def _is_date(text: str) -> bool:
    return len(text) <= 30 and dated(text).iso is not None and not _AMOUNT.search(text)


TESTS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: bool(_EMAIL.search(text)),
    "uai": lambda text: bool(_UAI.fullmatch(text)),
    "siret": _is_company_number,
    "phone": _is_phone,
    "postcode": lambda text: bool(_POSTCODE.fullmatch(text)),
    "naf": lambda text: bool(_NAF.fullmatch(text)),
    "civility": lambda text: bool(_CIVILITY.fullmatch(text)),
    "website": lambda text: bool(_URL.match(text)),
    "date": _is_date,
    "amount": lambda text: bool(_AMOUNT.fullmatch(text)),
    "role": lambda text: is_role(text) and not people_of(text),
    "address": lambda text: bool(_STREET.search(folded(text))),
    "organisation": lambda text: bool(ORGANISATION.search(folded(text))) and "@" not in text,
    "person": lambda text: people_of(text),
}


def people_of(text: str) -> bool:
    """Whether a text reads as the full name of a person: a civility, or a first name and a last one."""
    if "@" in text or any(c.isdigit() for c in text) or len(text) > 200:
        return False
    first = next(iter(people_in(text)), None)
    return bool(first and first.last_name and (first.civility or (first.first_name and _is_named(text))))


def _is_named(text: str) -> bool:
    """Whether every word begins as names do: « très accueillante » and « élève suivi » are remarks."""
    words = [word for word in re.split(r"[^\w]+", re.split(r"[,;:(\n–]", text)[0]) if len(word) > 1]
    return 0 < len(words) <= 8 and not any(word[0].islower() for word in words if word.lower() not in _PARTICLES)


def looks_like_towns(cells: Sequence[Cell]) -> bool:
    """Whether most of a column are names of communes. Slow (half a millisecond a cell): asked of few columns."""
    texts = [text for text in map(text_of, cells) if text][:20]
    known = [commune_named(re.sub(r"^\d{2} ?\d{3} ", "", town(text))) for text in texts]
    return len(texts) > 0 and sum(found is not None for found in known) >= 0.6 * len(texts)


def shares(cells: Sequence[Cell]) -> dict[str, float]:
    """For each look, the share of filled cells having it, on the first 150; {} for an empty column."""
    texts = [text[:_LONGEST].lstrip("'") for text in map(text_of, cells) if text][:_SAMPLE]
    if not texts:
        return {}
    return {look: sum(map(test, texts)) / len(texts) for look, test in TESTS.items()}
