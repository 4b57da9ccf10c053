"""The types of organisations, as codes that imports, filters and forms share, with their French words."""

from brokerage.errors import N_
from brokerage.partners.models import PartnerKind
from brokerage.reference.schools import TYPE_LABELS

ACADEMIC = {
    "COLLEGE": N_("collège"),
    **TYPE_LABELS,
    "LEGTPA": N_("lycée agricole"),
    "EREA": N_("établissement régional d'enseignement adapté"),
    "UNIVERSITE": N_("université"),
    "ECOLE_SUP": N_("école d'enseignement supérieur"),
}
CORPORATE = {
    "ENTREPRISE": N_("entreprise"),
    "PME": N_("petite ou moyenne entreprise"),
    "ETI": N_("entreprise de taille intermédiaire"),
    "GE": N_("grande entreprise"),
    "FONDATION": N_("fondation"),
    "ASSOCIATION": N_("association"),
}
TYPES = {PartnerKind.ACADEMIC: ACADEMIC, PartnerKind.CORPORATE: CORPORATE}
HIGHER = frozenset(("UNIVERSITE", "ECOLE_SUP"))


def words_for(type_code: str) -> str:
    """The French words of a type; a code of another house comes back in small letters, "" stays empty."""
    return ACADEMIC.get(type_code) or CORPORATE.get(type_code) or type_code.lower()


def is_known(type_code: str) -> bool:
    """Whether forms offer this type; imports and old data hold others."""
    return type_code in ACADEMIC or type_code in CORPORATE


def every() -> list[tuple[PartnerKind, str, str]]:
    """Network, code and French words of every type, in the order of menus."""
    return [(kind, code, words) for kind, types in TYPES.items() for code, words in types.items()]
