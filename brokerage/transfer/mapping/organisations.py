"""The organisation of one row: its name, identifiers and place."""

import re
from functools import lru_cache

from brokerage.reference.casing import in_french_case
from brokerage.reference.communes import commune_named, communes_of_postcode
from brokerage.reference.identifiers import Checked, Status, naf, postcode, siren, siret, uai, uai_in, vat
from brokerage.reference.identifiers import town as bare_town
from brokerage.reference.places import department_of_postcode
from brokerage.reference.schools import School, school
from brokerage.transfer.mapping.cells import Cells
from brokerage.transfer.mapping.compound import are_several, department_in, name_and_place
from brokerage.transfer.mapping.names import ACADEMIC, CORPORATE, kind_of
from brokerage.transfer.mapping.parsed import Organisation

_LEADING_POSTCODE = re.compile(r"^\s*(?:F-?)?(\d{2} ?\d{3}|\d{4})\b[\s,–-]*(?=\D|$)")
_TRAILING_POSTCODE = re.compile(r"(?<=\w)[\s,(–-]+((?:F-?)?\d{2} ?\d{3})\)?\s*$")
_PLACE = re.compile(
    r"[,\s–-]*\b(\d{2} ?\d{3})\s+([^\d,;()]{2,60}?(?:\s+\d{1,2}\s?(?:er|[eè]me|e)?)?(?:\s+cedex(?:\s+\d+)?)?)\s*$", re.IGNORECASE
)
_CODE_IN_NAME = re.compile(r"[\s,–-]*[(\[]?\s*(?:UAI|RNE)?\s*:?\s*\b\d{7} ?[A-Za-z]\b\s*[)\]]?", re.IGNORECASE)
_CEDEX = re.compile(r"\bcedex\b", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _school(code: str) -> School | None:
    return school(code)


def organisation_of(cells: Cells) -> Organisation:
    """Reads the row's organisation; issues are noted in `cells`.

    Nothing is invented: a missing name may come from the school directory by its UAI, a missing town from there or
    from a postcode that serves a single one.
    """
    name, beyond = name_and_place(cells.text("name"))
    cells.note("several_organisations" if are_several(cells.text("name")) else None)
    code = _uai(cells, name)
    address, where, place = _where(cells, beyond)
    siret_value, siren_value = _company(cells)
    if code and uai_in(name):
        name = _CODE_IN_NAME.sub(" ", name).strip(" ()-–,")
    kind = kind_of(name, cells.text("kind")) or _kind_by_identifier(code, siret_value or siren_value)
    organisation = Organisation(
        name=_shown_name(name, code, cells, kind in CORPORATE),
        kind=kind,
        network=_network(kind, code, cells),
        uai=code,
        siret=siret_value,
        siren=siren_value,
        naf=_noted(naf(cells.text("naf")), cells).value,
        headcount=cells.text("headcount"),
        address=address,
        postcode=where,
        town=place or _town_elsewhere(code, where, cells),
        department=_department(code, where, place, _told_department(cells)),
        website=cells.text("website"),
    )
    _check_uai(organisation, cells)
    return organisation


def _noted(checked: Checked, cells: Cells) -> Checked:
    cells.note(checked.issue, checked.suggestion or "")
    return checked


def _shown_name(name: str, code: str | None, cells: Cells, company: bool) -> str:
    if name:
        return in_french_case(name, company)
    known = _school(code) if code else None
    cells.note("name_from_directory" if known else "name_missing")
    return known.name if known else ""


def _uai(cells: Cells, name: str) -> str | None:
    checked = uai(cells.text("uai"))
    if checked.value:
        return _noted(checked, cells).value
    elsewhere = next((code for text in (name, cells.text("kind"), *cells.all("address")) if (code := uai_in(text))), None)
    if elsewhere:
        cells.note("uai_in_name")
    elif checked.status is Status.INVALID:
        cells.note("uai_invalid", cells.text("uai"))
    elif "uai" in cells.columns.by_field:
        cells.note("uai_missing")
    return elsewhere


def _company(cells: Cells) -> tuple[str | None, str | None]:
    """The SIRET and SIREN of the row. An invalid SIRET gives no SIREN either: which digits are wrong is unknown."""
    typed = [text for text in (cells.text("siret"), cells.text("siren"), cells.text("vat")) if text]
    both = [_one_number(text, cells) for text in typed]
    whole = next((number for number, _ in both if number), None)
    company = next((number for _, number in both if number), None)
    if "siret" in cells.columns.by_field and not typed:
        cells.note("siret_missing")
    return whole, whole[:9] if whole else company


def _one_number(text: str, cells: Cells) -> tuple[str | None, str | None]:
    digits = re.sub(r"[\s.\-]", "", text)
    if digits.upper().startswith("FR"):
        number = vat(text)
        cells.note("vat_number" if number.value else "vat_invalid")
        return None, number.value[-9:] if number.value else None
    if digits.isdigit() and len(digits) <= 9:
        company = _noted(siren(text), cells)
        cells.note("siren_only" if company.value and "siret" in cells.columns.by_field else None)
        return None, company.value
    whole = _noted(siret(text), cells)
    return whole.value, whole.value[:9] if whole.value else None


def _where(cells: Cells, beyond: str) -> tuple[str, str | None, str]:
    """The street, postcode and town, wherever in the three the file put them, or behind the name (`beyond`)."""
    street = ", ".join(" ".join(text.split()) for text in cells.all("address") or [beyond])
    code, place = _noted(postcode(cells.text("postcode")), cells), cells.text("town")
    value, town_text = code.value, place
    if not value and (found := _LEADING_POSTCODE.match(place)):
        value, town_text = postcode(found.group(1)).value, place[found.end() :]
        cells.note("postcode_in_city" if value else None)
    if not value and (behind := _TRAILING_POSTCODE.search(town_text)):
        value, town_text = postcode(behind.group(1)).value, town_text[: behind.start()]
        cells.note("postcode_in_city" if value else None)
    if not value and not place and (in_cell := re.fullmatch(r"(\d{2} ?\d{3})\s+(\D.+)", cells.text("postcode"))):
        value, town_text = postcode(in_cell.group(1)).value, in_cell.group(2)
    if (not value or not town_text) and (behind := _PLACE.search(street)):
        street, value, town_text = _out_of_street(street, behind, value, town_text, cells)
    if not value and "postcode" in cells.columns.by_field and code.status is Status.MISSING:
        cells.note("postcode_missing")
    cells.note("city_cedex" if _CEDEX.search(town_text) else None)
    town_text = "" if _is_only_a_department(town_text) else town_text
    return street, value, in_french_case(bare_town(town_text))


def _out_of_street(street: str, behind: re.Match[str], value: str | None, place: str, cells: Cells) -> tuple[str, str | None, str]:
    found = postcode(behind.group(1)).value
    if not found:
        return street, value, place
    cells.note("postcode_in_address")
    return street[: behind.start()].strip(" ,–-"), value or found, place or behind.group(2)


def _town_elsewhere(code: str | None, where: str | None, cells: Cells) -> str:
    known = _school(code) if code else None
    only = communes_of_postcode(where) if where and not known else []
    place = known.town if known else only[0].name if len(only) == 1 else ""
    cells.note("city_from_reference" if place else "city_missing")
    return bare_town(place)


def _department(code: str | None, where: str | None, place: str, told: str | None) -> str | None:
    if where and (found := _department_of_postcode(where, place)):
        return found
    known = _school(code) if code else None
    if known:
        return known.department_code
    return told or (_department_of_town(place) if place else None)


def _told_department(cells: Cells) -> str | None:
    texts = [*cells.all("region"), *filter(_is_only_a_department, cells.all("town"))]
    return next((found for text in texts if (found := department_in(text))), None)


def _is_only_a_department(text: str) -> bool:
    """« 59 » or « Nord (59) » where a town was awaited; « Paris » is a town."""
    return any(sign.isdigit() for sign in text) and department_in(text) is not None


@lru_cache(maxsize=8192)
def _department_of_postcode(where: str, place: str) -> str | None:
    found = department_of_postcode(where, place or None)
    return found.code if found else None


@lru_cache(maxsize=8192)
def _department_of_town(place: str) -> str | None:
    found = commune_named(place)
    return found.department_code if found else None


def _check_uai(organisation: Organisation, cells: Cells) -> None:
    """A valid code may still have been copied from another line: the directory knows its département."""
    known = _school(organisation.uai) if organisation.uai and organisation.postcode else None
    if known and organisation.department and known.department_code != organisation.department:
        cells.note("uai_elsewhere", f"{known.name}, {known.town}")


def _kind_by_identifier(code: str | None, company: str | None) -> str:
    known = _school(code) if code else None
    if known:
        return known.type
    return "LYCEE" if code else "ENTREPRISE" if company else ""


def _network(kind: str, code: str | None, cells: Cells) -> str:
    if code or kind in ACADEMIC:
        return "academic"
    if kind in CORPORATE:
        return "corporate"
    by_field = cells.columns.by_field
    return "academic" if "uai" in by_field else "corporate" if by_field.keys() & {"siret", "siren", "naf"} else ""
