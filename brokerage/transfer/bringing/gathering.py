"""Rows of a file about one organisation, gathered into what should stand in the book about it.

Of several rows that speak of the same thing the first that says something counts; of several permissions, the
strictest. Delicate remarks are set apart here, before anything could store them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from brokerage.partners.kinds import TYPES
from brokerage.partners.models import PartnerKind
from brokerage.reference.folding import folded
from brokerage.reference.schools import school
from brokerage.transfer.bringing.cleaning import NAME, clean
from brokerage.transfer.bringing.people import Newcomer, gathered_people
from brokerage.transfer.bringing.places import whereabouts
from brokerage.transfer.bringing.remarks import Told, told_by
from brokerage.transfer.bringing.standing import first_tag, status_of
from brokerage.transfer.mapping.parsed import Organisation, ParsedRow

TO_COMPLETE = "À compléter"


@dataclass(frozen=True)
class Gathered:
    """One organisation of a file. `values` are columns of `Partner`; `places` are positions in the list of rows."""

    values: dict[str, Any]
    people: tuple[Newcomer, ...]
    owner: str
    told: Told
    places: tuple[int, ...]
    theirs: frozenset[str] = frozenset()  # fields where the file's word counts more than the book's

    @property
    def emails(self) -> list[str]:
        """Every address of its people."""
        return [person.email for person in self.people if person.email]


def gathered(rows: Sequence[ParsedRow], usual: PartnerKind) -> list[Gathered]:
    """One item for each organisation of the file, in the order of its first row. Skipped rows are left out.

    `usual` is the kind of those that do not tell. A UAI is one organisation, whatever else its rows say: the book holds each only once.
    """
    groups: dict[str, list[int]] = {}
    of_uai: dict[str, str] = {}
    for place, row in enumerate(rows):
        if row.action == "import":
            group = row.org_group or f"?{place}"
            if row.organisation.uai:
                group = of_uai.setdefault(row.organisation.uai, group)
            groups.setdefault(group, []).append(place)
    return [gathered_from(rows, places, usual) for places in groups.values()]


def gathered_from(rows: Sequence[ParsedRow], places: Iterable[int], usual: PartnerKind) -> Gathered:
    """What the rows at these places say together of one organisation."""
    at = tuple(sorted(places))
    mine = [rows[place] for place in at]
    told = [told_by(row) for row in mine]
    people = gathered_people(mine, told)
    owner = clean(_first(row.owner for row in mine))
    theirs = frozenset(key for row in mine for key in row.theirs)
    return Gathered(_values(mine, people, usual), people, owner, Told.together(told), at, theirs)


def usual_kind(rows: Iterable[ParsedRow]) -> PartnerKind:
    """What a row that does not tell is taken for: what most of the file is."""
    networks = [row.organisation.network for row in rows if row.organisation.network]
    return PartnerKind.ACADEMIC if networks.count("academic") > len(networks) / 2 else PartnerKind.CORPORATE


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value), "")


def _values(rows: list[ParsedRow], people: Sequence[Newcomer], usual: PartnerKind) -> dict[str, Any]:
    of = [row.organisation for row in rows]
    code = _first(it.uai for it in of) or None
    kind = next((PartnerKind(it.network) for it in of if it.network), usual)
    tags = _tags(rows)
    name = clean(_first(it.name for it in of), NAME)
    if not name:
        name, tags = _name_in_need(rows[0], people), [*tags, TO_COMPLETE]
    return {
        "kind": kind,
        "name": name,
        "uai": code,
        "siret": _first(it.siret for it in of) or None,
        "siren": _first(it.siren for it in of) or None,
        "naf": _first(it.naf for it in of) or None,
        "type": _type(of, kind, code),
        "headcount": clean(_first(it.headcount for it in _chosen(rows, "headcount")), 60),
        "address": clean(_first(it.address for it in _chosen(rows, "address"))),
        "website": clean(_first(it.website for it in _chosen(rows, "website"))),
        **whereabouts([row.organisation for row in rows if "place" in row.theirs] or of, code),
        "status": status_of(row.status for row in rows),
        "since": _since(rows),
        "last_contact_on": max((day for row in rows if (day := _day(row.last_contact.iso))), default=None),
        "tags": tags,
    }


def _chosen(rows: list[ParsedRow], name: str) -> list[Organisation]:
    """The organisations as the rows tell them, those first whose word somebody took for this field."""
    return [row.organisation for row in sorted(rows, key=lambda row: name not in row.theirs)]


def _name_in_need(row: ParsedRow, people: Sequence[Newcomer]) -> str:
    """A row without a name is kept all the same, under whatever tells it from the others."""
    for text in (
        *(one.name for one in people if one.is_named),
        *(one.email.rpartition("@")[2] for one in people if one.email),
    ):
        return clean(text, NAME)
    return clean(f"Sans nom ({row.sheet + ', ' if row.sheet else ''}ligne {row.number})", NAME)


def _type(of: list[Organisation], kind: PartnerKind, code: str | None) -> str:
    """The kind the file tells, or the school directory's where the file only says « lycée »."""
    told = next((it.kind for it in of if it.kind in TYPES[kind] and it.kind not in ("LYCEE", "ENTREPRISE")), "")
    known = school(code) if code and not told else None
    return told or (known.type if known else next((it.kind for it in of if it.kind in TYPES[kind]), ""))


def _since(rows: list[ParsedRow]) -> str:
    """The earliest date of the relation, as precise as it is known: dates as text sort by themselves."""
    for name in ("first_contact", "agreement_date"):
        if known := [iso for row in rows if (iso := getattr(row, name).iso)]:
            return min(known)
    return ""


def _day(iso: str | None) -> date | None:
    """The first day of a date known to the month or the year: an import must not make a contact more recent."""
    if not iso:
        return None
    year, month, day = (*iso.split("-"), "01", "01")[:3]
    return date(int(year), int(month), int(day))


def _tags(rows: list[ParsedRow]) -> list[str]:
    """Tags as typed, each once whatever its case, the first letter a capital."""
    told = [clean(tag, 60) for row in rows for tag in (*row.tags, first_tag(row.status)) if folded(tag)]
    return list({folded(tag): tag[:1].upper() + tag[1:] for tag in reversed(told)}.values())[::-1]
