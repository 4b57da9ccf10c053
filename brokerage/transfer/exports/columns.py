"""The columns of an export: French words above, values people read, and each of them read back without loss.

One row for each contact, with its organisation's columns; organisations without contact have one too. What only some
files hold, an association's own fields and its notes, stands behind (beyond.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from brokerage.introductions.purposes import PURPOSES
from brokerage.partners.kinds import ACADEMIC, CORPORATE
from brokerage.partners.models import ContactRole, PartnerKind, Permission, Status, Visibility
from brokerage.reference.places import ACADEMIES, REGIONS

Write = Callable[[Any], str]
Read = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """`name` is the column of `of` ("partner" or "contact"); `field` what the import takes it for in other files."""

    header: str
    name: str
    of: str = "partner"
    field: str = "ignore"
    write: Write = str
    read: Read = str


def _or_nothing(value: object) -> str:
    return "" if value is None else str(value)


def _text(header: str, name: str, field: str = "ignore", of: str = "partner") -> Column:
    return Column(header, name, of, field)


def _maybe(header: str, name: str, field: str = "ignore", of: str = "partner", read: Read = str) -> Column:
    return Column(header, name, of, field, _or_nothing, lambda text: read(text) if text else None)


def _words(known: Mapping[Any, str], otherwise: Any = str) -> tuple[Write, Read]:
    """By words where there are some; a code without words stands for itself."""
    back = {words: code for code, words in known.items()}
    return lambda code: known.get(code, _or_nothing(code)), lambda text: back[text] if text in back else otherwise(text)


def _several(known: Mapping[Any, str], otherwise: Any = str) -> tuple[Write, Read]:
    write, read = _words(known, otherwise)
    return (
        lambda codes: SEPARATOR.join(map(write, codes)),
        lambda text: [read(part) for part in text.split(SEPARATOR)] if text else [],
    )


def _of_register(register: Mapping[str, Any]) -> tuple[Write, Read]:
    write, read = _words({code: place.name for code, place in register.items()})
    return write, lambda text: read(text) if text else None


SEPARATOR = ", "
YES, NO = "oui", "non"
KINDS = {PartnerKind.ACADEMIC: "établissement", PartnerKind.CORPORATE: "entreprise"}
STATUSES = {Status.ACTIVE: "active", Status.DORMANT: "en sommeil", Status.FORMER: "relation terminée"}
VISIBILITIES = {Visibility.LISTED: YES, Visibility.HIDDEN: NO}
ROLES = {
    ContactRole.HEAD: "chef d'établissement",
    ContactRole.REFERENT: "personne référente",
    ContactRole.SOCIAL_OPENING: "ouverture sociale",
    ContactRole.DIVERSITY_CSR: "diversité, RSE ou mécénat",
    ContactRole.SCHOOL_RELATIONS: "relations écoles",
    ContactRole.OTHER: "autre fonction",
}
SHARES = {
    Permission.ASK_FIRST: "à demander",
    Permission.SHARE_OK: YES,
    Permission.NO_SHARE: NO,
    Permission.DO_NOT_CONTACT: "non, ne plus contacter",
}
MONTHS = dict(enumerate("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(), start=1))
WELCOME = {purpose.code: purpose.label.replace(", ", " et ") for purpose in PURPOSES.values()}

REFERENCE, PERSON = "Réf.", "Réf. contact"
COLUMNS: tuple[Column, ...] = (
    _text(REFERENCE, "id", "ref"),
    _text("Nom de l'organisation", "name", "name"),
    Column("Réseau", "kind", "partner", "ignore", *_words(KINDS, PartnerKind)),
    Column("Type d'organisation", "type", "partner", "kind", *_words(ACADEMIC | CORPORATE)),
    _maybe("UAI", "uai", "uai"),
    _maybe("SIRET", "siret", "siret"),
    _maybe("SIREN", "siren", "siren"),
    _maybe("Code NAF", "naf", "naf"),
    _text("Effectif", "headcount", "headcount"),
    _text("Adresse", "address", "address"),
    _text("Code postal", "postcode", "postcode"),
    _text("Ville", "town", "town"),
    _maybe("Code commune", "insee"),
    _maybe("Département", "department", "region"),
    Column("Académie", "academy", "partner", "ignore", *_of_register(ACADEMIES)),
    Column("Région", "region", "partner", "ignore", *_of_register(REGIONS)),
    _text("Site internet", "website", "website"),
    _text("Suivi par", "owner", "owner"),
    Column("Statut", "status", "partner", "status", *_words(STATUSES, Status)),
    Column("Annuaire commun", "visibility", "partner", "ignore", *_words(VISIBILITIES, Visibility)),
    Column("Ouvert aux demandes", "open_now", "partner", "ignore", *_words({True: YES, False: NO}, bool)),
    Column("Accueille volontiers", "accepts", "partner", "ignore", *_several(WELCOME)),
    Column("Étiquettes", "tags", "partner", "tags", *_several({})),
    _text("Partenaire depuis", "since", "first_contact"),
    _maybe("Dernier échange", "last_contact_on", "last_contact", read=date.fromisoformat),
    _text("Origine de la fiche", "source"),
    _maybe("Date de la fiche", "source_date", read=date.fromisoformat),
    _text(PERSON, "id", "ignore", "contact"),
    _text("Civilité", "civility", "civility", "contact"),
    _text("Prénom", "first_name", "first_name", "contact"),
    _text("Nom", "last_name", "last_name", "contact"),
    Column("Rôle", "role", "contact", "ignore", *_words(ROLES, ContactRole)),
    _text("Fonction", "title", "role", "contact"),
    _text("E-mail", "email", "email", "contact"),
    _text("Téléphone", "phone", "phone", "contact"),
    _text("Portable", "mobile", "mobile", "contact"),
    _text("Langue", "language", "ignore", "contact"),
    Column("Accord pour partager", "permission", "contact", "share", *_words(SHARES, Permission)),
    _maybe("Demandes par trimestre", "asks_per_quarter", "ignore", "contact", read=int),
    Column("Mois sans courrier", "quiet_months", "contact", "ignore", *_several(MONTHS, int)),
    _text("Origine des coordonnées", "source", "ignore", "contact"),
    _maybe("Date des coordonnées", "source_date", "ignore", "contact", read=date.fromisoformat),
    _maybe("Dernier signe de la personne", "last_word_at", "ignore", "contact", read=datetime.fromisoformat),
)
HEADERS = tuple(column.header for column in COLUMNS)


def cells_of(partner: Mapping[str, Any], contact: Mapping[str, Any] | None) -> list[str]:
    """One row of the file; the columns of a contact are empty where there is none."""
    holders = {"partner": partner, "contact": contact}
    return [column.write(holder[column.name]) if (holder := holders[column.of]) is not None else "" for column in COLUMNS]


def values_of(cells: list[str], of: str) -> dict[str, Any]:
    """What `cells_of` was given of the partner or of the contact. Raises ValueError for words that are not ours."""
    return {column.name: column.read(cell) for column, cell in zip(COLUMNS, cells, strict=True) if column.of == of}
