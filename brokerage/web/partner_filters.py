"""The filters of the two lists of partners: their names in an address, what they accept, and how they read."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict

from brokerage.database import db
from brokerage.errors import N_
from brokerage.partners import kinds, narrowing
from brokerage.partners.fields import LONGEST, CustomField
from brokerage.partners.models import ContactRole, PartnerKind, Permission, Status, Visibility
from brokerage.partners.narrowing import end_of
from brokerage.reference import places
from brokerage.web.formats import date_short, number
from brokerage.web.stories import role_label
from brokerage.web.typed import identifier
from brokerage.web.typography import typeset

Options = Sequence[tuple[str, Any]]  # a value and its words
KIND_NAMES = {PartnerKind.ACADEMIC: _l("Établissements"), PartnerKind.CORPORATE: _l("Entreprises")}
STATUS_NAMES = {Status.ACTIVE: _l("Active"), Status.DORMANT: _l("En sommeil"), Status.FORMER: _l("Terminée")}
VISIBILITY_NAMES = {Visibility.LISTED: _l("Dans l'annuaire commun"), Visibility.HIDDEN: _l("Réservée à votre association")}
PERMISSION_NAMES = {
    Permission.ASK_FIRST: _l("Demander d'abord"),
    Permission.SHARE_OK: _l("Transmission acceptée d'avance"),
    Permission.NO_SHARE: _l("Ne pas transmettre"),
    Permission.DO_NOT_CONTACT: _l("Ne plus solliciter"),
}
LAST_NAMES = {
    "moins-1-mois": N_("Depuis moins d'un mois"),
    "moins-6-mois": N_("Depuis moins de 6 mois"),
    "plus-6-mois": N_("Il y a plus de 6 mois"),
    "plus-1-an": N_("Il y a plus d'un an"),
    narrowing.WITHOUT: N_("Jamais"),
}
OPEN_NAMES = {"oui": _l("En ce moment"), "non": _l("Pas en ce moment")}


@dataclass(frozen=True)
class Filter:
    """One filter: `field` of the list's `Wanted`, and the choices of its menu (none: they are the database's to tell)."""

    field: str
    label: str
    read: Callable[[str], Any]
    words: Callable[[str], str]
    options: Callable[[], Options] = tuple
    several: bool = True  # whether it may hold more than one value


@dataclass(frozen=True)
class Chip:
    """A value of a filter in force, as the page shows it; `name` is what an address calls it, `others` stay without it."""

    name: str
    label: str
    words: str
    others: list[str]


def _enum(kind: Any, names: dict[Any, Any]) -> tuple[Callable[[str], Any], Callable[[str], str], Callable[[], Options]]:
    known = {str(member.value): member for member in kind}
    return known.get, lambda v: str(names[known[v]]), lambda: [(v, str(names[m])) for v, m in known.items() if m in names]


def _coded(register: dict[str, Any]) -> tuple[Callable[[str], Any], Callable[[str], str], Callable[[], Options]]:
    """By code of a register of places; in the menu by name."""
    by_name = sorted(register.items(), key=lambda pair: str(pair[1].name))
    return lambda v: v if v in register else None, lambda v: str(register[v].name), lambda: [(c, p.name) for c, p in by_name]


def _types() -> Options:
    return [(code, _(words).capitalize()) for _kind, code, words in kinds.every()]


def _roles() -> Options:
    return [(role.value, role_label(role)) for role in ContactRole]


def _tag(text: str) -> str | None:
    return text.strip()[:60] or None


def _last(text: str) -> str | None:
    """A span of the filter « Dernier échange », or a day since when."""
    try:
        narrowing.days_of(text)
    except ValueError:
        return None
    return text


def _last_words(text: str) -> str:
    return _(LAST_NAMES[text]) if text in LAST_NAMES else _("Depuis le %(day)s", day=date_short(date.fromisoformat(text)))


def _spans() -> Options:
    return [(code, _(words)) for code, words in LAST_NAMES.items()]


_OPEN = {"oui": True, "non": False}
KIND = Filter("kind", _l("Réseau"), *_enum(PartnerKind, KIND_NAMES))
PLACES = {
    "region": Filter("region", _l("Région"), *_coded(places.REGIONS)),
    "academie": Filter("academy", _l("Académie"), *_coded(places.ACADEMIES)),
    "departement": Filter("department", _l("Département"), *_coded(places.DEPARTMENTS)),
}
TYPE = Filter("type", _l("Type"), lambda v: v[:40] or None, lambda v: _(kinds.words_for(v)).capitalize(), _types)
OPEN = Filter(
    "open_now", _l("Ouvert aux demandes"), _OPEN.get, lambda v: str(OPEN_NAMES[v]), lambda: [(k, str(w)) for k, w in OPEN_NAMES.items()],
    several=False,
)  # fmt: skip

OWN: dict[str, Filter] = {
    "kind": KIND,
    "type": TYPE,
    **PLACES,
    "ouvert": OPEN,
    "referent": Filter("owner", _l("Suivi par"), identifier, str),
    "etiquette": Filter("tag", _l("Étiquette"), _tag, str),
    "statut": Filter("status", _l("Relation"), *_enum(Status, STATUS_NAMES)),
    "echange": Filter("last_contact", _l("Dernier échange"), _last, _last_words, _spans),
    "accord": Filter("permission", _l("Accord d'un contact"), *_enum(Permission, PERMISSION_NAMES)),
    "visibilite": Filter("visibility", _l("Visibilité"), *_enum(Visibility, VISIBILITY_NAMES)),
}
COMMON: dict[str, Filter] = {
    "kind": KIND,
    "type": TYPE,
    **PLACES,
    "role": Filter("role", _l("Fonction"), lambda v: v if v in set(ContactRole) else None, lambda v: role_label(v), _roles),
    "ouvert": OPEN,
    "allie": Filter("ally", _l("Association"), identifier, str),
}


FIELD = "champ-"  # and its id: a field of the association's own
FROM, TO = "-de", "-a"  # behind it: one side of a range of numbers or days
_SIDES = {"": "", FROM: ">=", TO: "<="}


def field_in(name: str) -> tuple[uuid.UUID, str] | None:
    """The field that a name in an address means, and its side of a range: ">=", "<=" or ""."""
    bare, side = name.removeprefix(FIELD), next((end for end in (FROM, TO) if name.endswith(end)), "")
    key = identifier(bare.removesuffix(side)) if name.startswith(FIELD) else None
    return (key, _SIDES[side]) if key else None


def with_own(filters: dict[str, Filter], given: "MultiDict[str, str]") -> dict[str, Filter]:
    """The filters of a list, and those of the association's own fields that an address names."""
    if "referent" not in filters:  # what allies see has none
        return filters
    own = {name: _of_field(*meant) for name in given if (meant := field_in(name))}
    return {**filters, **dict(list(own.items())[:MOST_VALUES])}


def _of_field(key: uuid.UUID, side: str) -> Filter:
    """A filter by a field of one's own; the database is asked for its name only where it is drawn."""
    label: Any = LazyString(lambda: field_name(key))
    if not side:
        return Filter("own", label, lambda v: f"{key}:{v.strip()[:LONGEST]}", str)
    return Filter("own", label, lambda v: f"{key}{side}:{v.strip()}" if end_of(v) is not None else None, _side_words(side), several=False)


def _side_words(side: str) -> Callable[[str], str]:
    """« à partir de 28 », « jusqu'au 4 avril 2026 »."""

    def said(text: str) -> str:
        end = end_of(text)
        if isinstance(end, str):
            day = date_short(date.fromisoformat(end))
            return typeset(_("à partir du %(day)s", day=day) if side == ">=" else _("jusqu'au %(day)s", day=day))
        return typeset(_("à partir de %(number)s", number=number(end)) if side == ">=" else _("jusqu'à %(number)s", number=number(end)))

    return said


def field_name(key: uuid.UUID) -> str:
    """What the association calls a field of its own."""
    field = db.session.get(CustomField, key)
    return field.name if field else _("Champ")


MOST_VALUES = 12  # of one filter in one address


def asked(filters: dict[str, Filter], given: "MultiDict[str, str]") -> dict[str, Any]:
    """What an address asks of a list, as fields of its `Wanted`; what makes no sense is left out."""
    filters = with_own(filters, given)
    paged = {"after": given.get("after", ""), "before": given.get("before", "")}
    return {**_fields(filters, given), "words": given.get("q", "")[:200], **paged}


def _fields(filters: dict[str, Filter], given: "MultiDict[str, str]") -> dict[str, Any]:
    read: dict[str, list[Any]] = {}
    for name, known in filters.items():
        read.setdefault(known.field, []).extend(known.read(value) for value in values(name, known, given))
    single = {known.field for known in filters.values() if not known.several} - {"own"}  # many fields, one list of values
    return {field: found[0] if field in single else tuple(found) for field, found in read.items() if found}


def values(name: str, known: Filter, given: "MultiDict[str, str]") -> list[str]:
    """What an address says of a filter, each value once and only if it makes sense."""
    sensible = [value for value in dict.fromkeys(given.getlist(name)) if value and known.read(value) is not None]
    return sensible[: MOST_VALUES if known.several else 1]


def chips(filters: dict[str, Filter], given: "MultiDict[str, str]", names: dict[str, str] | None = None) -> list[Chip]:
    """The filters in force, each value with its words; `names` reads ids that only the database can."""
    found = []
    for name, known in with_own(filters, given).items():
        of = values(name, known, given)
        for value in of:
            words = (names or {}).get(value) or known.words(value)
            found.append(Chip(name, str(known.label), words, [other for other in of if other != value]))
    return found


def query_of(filters: dict[str, Filter], given: "MultiDict[str, str]") -> str:
    """The filters, words and order of an address, as one text: two lists of the same rows have the same."""
    pairs = [(name, value) for name, known in with_own(filters, given).items() for value in values(name, known, given)]
    pairs += [(name, given[name][:200]) for name in ("q", "sort") if given.get(name, "").strip()]
    return urlencode(pairs)


def kept(filters: dict[str, Filter]) -> list[tuple[str, str]]:
    """The rest of the address, which a search must not lose."""
    ours = {*with_own(filters, request.args), "sort", "vue"}
    return [(name, value) for name, value in request.args.items(multi=True) if name in ours]
