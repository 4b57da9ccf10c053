"""Words that an address book should not keep: what seems to name a pupil, or to tell of somebody's private life.

Pupils are never named in Passerelle, and health, opinions, religion, union membership and private life are no
business of an address book (GDPR art. 9; field report G21). Imports hold such remarks back; notes and tasks ask.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from brokerage.reference.first_names import FIRST_NAMES
from brokerage.reference.folding import folded


@dataclass(frozen=True)
class Doubt:
    """A passage that should perhaps not be kept: `about` is "pupil" or "sensitive"."""

    about: str
    passage: str


_ONE = (
    r"(?:[ée]l[èe]ve|lyc[ée]en(?:ne)?|coll[ée]gien(?:ne)?|tutor[ée]e?|boursi(?:er|[èe]re)|filleule?|stagiaire|laur[ée]ate?"
    r"|candidate?|[ée]tudiante?|jeune|mineure?)"
)
_NAME = r"[A-ZÀ-Ý][a-zà-ÿ]+(?:[-' ’][A-ZÀ-Ý][\w'’-]*\.?)*"
_CLASS = r"(?:[Tt]le|[Tt]erminale|1re|1[èe]re|[Pp]remi[èe]re|2nde|2de|[Ss]econde|[3-6]e|[3-6][èe]me|BTS|CAP)"
_ABOUT_A_PUPIL = (
    re.compile(rf"\b(?i:{_ONE})(?i:\s+(?:nomm[ée]e?|appel[ée]e?|rep[ée]r[ée]e?))?(?:\s*[:,–-])?\s+{_NAME}"),
    re.compile(rf"\b{_NAME},?\s*\(?(?:en |[ée]l[èe]ve de )?{_CLASS}\b"),
    re.compile(r"\b[Nn]ée?\s+(?:le|en)\s+\d[\d/.]{2,9}"),
    re.compile(r"\b(?:a|âgée?\s+de|,)\s+1?\d\s+ans\b"),
    re.compile(rf"\b(?i:fils|fille|neveu|ni[èe]ce)\s+d(?:e|u|[’'])\s*(?:M\.|Mme|Mr)?\s*{_NAME}"),
)
_PUPIL = re.compile(
    r"\b(?:eleves?|lyceen(?:ne)?s?|collegien(?:ne)?s?|stagiaires?|tutore(?: e)?e?s?|boursi(?:er|ere)s?|jeunes?|mineure?s?|enfants?|"
    r"fils|fille|neveu|niece|ado|etudiante?s?|alternante?s?|laureate?s?|candidate?s?|filleule?s?)\b"
)
_YEARS = "[Tt]le|[Tt]erminale|1re|1ère|[Pp]remière|2nde|2de|[Ss]econde|3e|3ème|4e|5e|6e|BTS|CAP"
_YEAR = rf"(?:{_YEARS})\b"
_WORD = "[A-ZÀ-Ý][\\w'’-]{1,30}"
_SOMEBODY = re.compile(
    rf"{_WORD} [A-ZÀ-Ý]\.(?!\w)|{_WORD},? \(?{_YEAR}|[:–-] ?{_WORD}(?: [A-ZÀ-Ý][\w'’.-]{{0,30}})?(?:,| \()"
    r"|(?<!\d)\d{1,2} ?ans\b|\bné(?:e|\(e\)|·e)? (?:le|en)\b|\b(?:fils|fille|neveu|nièce) (?:d[eu']|[A-ZÀ-Ý])"
)
_NAMED = re.compile(rf"\b(?i:{_ONE})(?:\s*[:,–-])?\s+[A-ZÀ-Ý][a-zà-ÿ'’-]+ [A-ZÀ-Ý][\w'’-]+")  # « élève Kevin Martin »
# Somebody beside a class, the word "élève" left out: « Inès B. (TS2) », « Inaya, 1re STMG », « Yanis en terminale »
_LEVEL = rf"(?:{_YEARS}|[4-6]ème|T(?:S|ES|L|ST[A-Z0-9]+)\d?|[Pp]répa)"
_NOT_A_LEVEL = r"(?! (?:étage|arr|édition|fois|trimestre|prix|année|semaine|place|rencontre|visite|réunion|main))"
_FIRST = r"\b([A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?)"
_IN_CLASS = re.compile(
    rf"{_FIRST}( [A-ZÀ-Ý]\.| [A-ZÀ-Ý][\w'’-]+)?,? \(?(?:en |[ée]lève (?:de |en ))?{_LEVEL}\b{_NOT_A_LEVEL}"
)
_PLACE = re.compile(r"\b(?:lycees?|colleges?|lp|lpo|legt|cfa|ecole|institut|groupe scolaire|ensemble scolaire|rue|avenue|place|salle) $")
_ON_PLACEMENT = re.compile(rf"{_FIRST} [A-ZÀ-Ý]\.(?!\w).{{0,40}}\b(?:en|son|un|de) (?:mini-)?stage\b")
_BORN = re.compile(r"\bne e? ?le \d|\bnee le \d|\bdate de naissance\b|\bmineure? isole")
_DELICATE = (
    r"conge (?:de )?(?:maternite|paternite|maladie|longue|parental|pathologique)|arret (?:de )?(?:maladie|travail)|longue duree|"
    r"maladie|malade|maternite|enceinte|grossesse|hospitalis\w*|opere e?|operation (?:chirurgicale|du)|accident|invalidite|sante|"
    r"fauteuil|pmr|handicap\w*|rqth|cancer\w*|chimio\w*|depressi\w*|burn ?out|diabet\w*|epilep\w*|autis\w*|dyslex\w*|alcool\w*|"
    r"mi temps therapeutique|therapeutique|traitement medical|medical\w*|deces|deuil|divorc\w*|"
    r"syndi\w*|musulman\w*|catholique pratiquant\w*|juive?s?|religi\w*|voil(?:e|ee)|ramadan|casher|halal|homosexuel\w*|"
    r"sans papiers|origine ethnique|sdf|casier judiciaire|prison|convoque e? au tribunal"
)
_IS_DELICATE = re.compile(rf"\b(?:{_DELICATE})\b")
# A person who writes a note can answer a question: they are asked about these too, which an import lets pass.
_ASKED = re.compile(
    rf"\b(?:{_DELICATE}|malad\w+|dyslexi\w*|lesbienne|catholique|juifs?|voilee?|cgt|ethni\w*|de gauche|de droite|militante?)\b"
)
_ACCESS = re.compile(
    r"\b(?:acces|salle|entree|place)s? (?:pour )?(?:pmr|handicap\w*)"
    r"|\b(?:referente?|mission|correspondante?|chargee? d[eu]) handicap|\bfilieres? sante\b"
)


@lru_cache(maxsize=8192)
def delicate_in(text: str) -> frozenset[str]:
    """minor_data when a remark seems to tell about one pupil, sensitive_data for health and the like.

    « ≈ 30 élèves de 1re STI2D » tells about nobody; « Élève repérée : Inaya K., 1re STL » does.
    """
    words = folded(text)
    found = set()
    if (_PUPIL.search(words) and (_SOMEBODY.search(text) or _NAMED.search(text))) or _BORN.search(words) or _is_in_class(text):
        found.add("minor_data")
    if _IS_DELICATE.search(_ACCESS.sub(" ", words)):
        found.add("sensitive_data")
    return frozenset(found)


def _is_in_class(text: str) -> bool:
    """Whether a first name, or any name cut to an initial, stands beside a class or a placement."""
    people = (one for one in _IN_CLASS.finditer(text) if not _PLACE.search(f"{folded(text[: one.start()])} "))
    named = any(folded(one[1]) in FIRST_NAMES or (one[2] or "").endswith(".") for one in people)
    return named or bool(_ON_PLACEMENT.search(text))


def doubts_in(text: str) -> list[Doubt]:
    """Passages that seem to name a pupil or to tell of health, opinions or private life; at most three.

    "30 élèves de 1re STI2D" is about nobody; "Élève : Inaya K., 1re STL" is about one. An establishment may bear
    a word of the list ("Lycée catholique"): that is why a person decides.
    """
    plain = _plain(text)
    access = [found.span() for found in _ACCESS.finditer(plain)]
    told = [found for found in _ASKED.finditer(plain) if not any(a <= found.start() < b for a, b in access)]
    pupils = [Doubt("pupil", found.group().strip(" ,:")) for rule in _ABOUT_A_PUPIL for found in rule.finditer(text)]
    if not pupils and "minor_data" in delicate_in(text):
        pupils = [Doubt("pupil", found.group().strip(" ,:–-(")) for found in _SOMEBODY.finditer(text)][:1]
    sensitive = [Doubt("sensitive", text[found.start() : found.end()]) for found in told]
    return [*dict.fromkeys([*pupils, *sensitive])][:3]


def _plain(text: str) -> str:
    """Small letters without accents or signs, as long as `text`: a place in one is a place in the other."""
    letters = (unicodedata.normalize("NFD", letter)[0].lower()[0] for letter in text)
    return "".join(letter if letter.isalnum() else " " for letter in letters)
