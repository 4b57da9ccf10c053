"""Names of organisations: what kind each tells, and what remains of it to compare with another."""

import re
from functools import lru_cache

from brokerage.reference.folding import folded
from brokerage.reference.identifiers import town as bare_town

_KINDS = (
    ("SEP", r"sep|section d enseignement (?:professionnel|du|de)?|section enseignement pro\w*|section professionnelle"),
    ("SGT", r"sgt|section d enseignement general\w*|section generale"),
    ("LEGTPA", r"legta|legtpa|lycee agricole|lycee d enseignement (?:general et technologique )?agricole|leap|lap|lpa|eplefpa"),
    ("EREA", r"erea"),
    ("LPO", r"lpo|lycees? polyvalents?|lycee polyv|lyc polyv\w*|lycee poly"),
    ("LP", r"lp|lycees? pro|lyc pro|lycees? professionnels?|lycee prof|lycee des metiers professionnel|lpp"),
    ("LGT", r"lgt|lycee general et technologique|lycee g t|lycee gt|lycee general technologique|legt"),
    ("LT", r"lt|lycees? technologiques?|lycee techno|lycee techn\w*|let"),
    ("LG", r"lg|lycees? generaux|lycee general|leg"),
    ("COLLEGE", r"colleges?|clg"),
    ("UNIVERSITE", r"universites?|univ|iut|insee"),
    (
        "ECOLE_SUP",
        r"ecoles? d ingenieurs?|ecoles? de commerce|ecole de management|iep|sciences po|insa|business school|grande ecole|"
        r"ecole (?:superieure|centrale|nationale|normale|polytechnique)|polytechnique|ens|management school|inp",
    ),
    ("LYCEE", r"lycees?|lyc|groupe scolaire|cite scolaire|ensemble scolaire|etablissement scolaire|institution"),
    ("FONDATION", r"fondations?"),
    ("ASSOCIATION", r"associations?|asso|ong"),
    ("ENTREPRISE", r"entreprises?|sa|sas|sarl|s a|s a s|s a r l|sasu|eurl|snc|scop|sca|groupe|pme|eti|ge|tpe|societe"),
)
_KIND_PATTERNS = [(code, re.compile(rf"\b(?:{words})\b")) for code, words in _KINDS]
SCHOOLS = frozenset("SEP SGT LEGTPA EREA LPO LP LGT LT LG COLLEGE LYCEE".split())
ACADEMIC = SCHOOLS | {"UNIVERSITE", "ECOLE_SUP"}
CORPORATE = frozenset(("FONDATION", "ENTREPRISE"))

_SCHOOL_WORDS = re.compile(
    r"\b(?:lycees?|lyc|lp|lpo|lgt|lt|lg|lpp|sep|sgt|section d enseignement|section|enseignement|college|institution|etablissement|"
    r"professionnel(?:le)?|pro|polyvalent(?:e)?|polyv|general(?:e)?|technologique|technique|g t|gt|agricole|mixte|scolaire|"
    r"prive(?:e)?|lprive|public(?:que)?|des metiers|metiers|cite scolaire|groupe scolaire|ensemble scolaire|"
    r"de l|du|de|des|la|le|les|d|l|et|a|au|aux|en)\b"
)
_COMPANY_WORDS = re.compile(
    r"\b(?:s a r l|s a s u|s a s|s a|sarl|sasu|sas|sa|eurl|snc|scop|scic|sca|gie|groupe|group|france|holding|societe|ets|etablissements|"
    r"cie|compagnie|international|et|de|du|des|la|le|les|l|d)\b"
)
_OTHER_WORDS = re.compile(r"\b(?:de|du|des|la|le|les|l|d|et|a|au|aux)\b")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_CODE = re.compile(r"\b\d{6,7} ?[A-Za-z]\b|\b[0-9 .]{14,18}\b")


@lru_cache(maxsize=16384)
def kind_of(name: str, typed: str = "") -> str:
    """The kind that a name and a cell « Type » tell; "" when neither does. The more precise of the two counts.

    « SEP » comes first: a section d'enseignement professionnel carries the name of its lycée.
    """
    found = [kind for kind in (_kind_in(folded(name)), _kind_in(folded(typed))) if kind]
    if not found:
        return ""
    for section in ("SEP", "SGT"):
        if section in found:
            return section
    precise = [kind for kind in found if kind not in ("LYCEE", "ENTREPRISE", "ASSOCIATION")]
    return (precise or found)[0]


def _kind_in(words: str) -> str:
    return next((code for code, pattern in _KIND_PATTERNS if pattern.search(words)), "")


@lru_cache(maxsize=16384)
def core_of(name: str, town: str, kind: str) -> str:
    """What tells an organisation from the others of its town: its name without kind, legal form, town and code.

    Letters only, without spaces: « VALMONTÉNERGIE » and « Valmont Énergie SA » are equal. Never empty unless
    the name is: a name made of nothing but kind words stays whole.
    """
    bare = _CODE.sub(" ", without_brackets(name, town)).replace("&", " et ")
    words = re.sub(r"\bste\b", "sainte", re.sub(r"\bst\b", "saint", folded(bare)))
    pattern = _SCHOOL_WORDS if kind in SCHOOLS else _COMPANY_WORDS if kind in ("", *CORPORATE) else _OTHER_WORDS
    kept = pattern.sub(" ", words)
    shorter = _without_town(kept, town) if kind in SCHOOLS else kept
    for candidate in (shorter, kept, words, folded(name)):
        if len(compact := re.sub(r"\s+", "", candidate)) > 1:
            return compact
    return re.sub(r"\s+", "", folded(name))


def without_brackets(name: str, town: str) -> str:
    """A name without brackets that hold its town, a code or « groupe »; « (voie générale) » tells schools apart."""
    place = town_key(town)
    return _BRACKETS.sub(lambda found: " " if _says_nothing(found.group(), place) else found.group(), name)


def _says_nothing(bracket: str, place: str) -> bool:
    return folded(bracket).replace(" ", "") in (place, "groupe", "siege", "") or bool(_CODE.search(bracket))


def _without_town(words: str, town: str) -> str:
    place = town_key(town)
    tail = re.sub(r"\s+", " ", words).strip()
    spread = re.sub(r"\b(?:de|du|des|la|le|les|d|l|et|a|au|aux|en|sur)\b", " ", folded(bare_town(town)))
    spread = " ".join(spread.split())
    return tail.removesuffix(" " + spread) if place and spread and tail != spread else words


@lru_cache(maxsize=16384)
def town_key(town: str) -> str:
    """A town to compare: « ST GERMAIN EN LAYE Cedex 2 » and « Saint-Germain-en-Laye » are equal."""
    return folded(bare_town(town)).replace(" ", "")


def kinds_agree(a: str, b: str) -> bool:
    """Whether two kinds may be of one organisation.

    A lycée professionnel and a general one may share the name of a street and are two; « lycée » alone fits both,
    and no kind fits any.
    """
    if a == b or not a or not b:
        return True
    if a in SCHOOLS and b in SCHOOLS:
        if {a, b} & {"SEP", "SGT", "COLLEGE"}:
            return False
        return "LYCEE" in (a, b) or "LPO" in (a, b) or "LP" not in (a, b)
    return a not in SCHOOLS and b not in SCHOOLS
