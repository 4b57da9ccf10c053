"""Where a partner is: from what was typed to the codes that filters, holidays and maps go by."""

from dataclasses import dataclass

from brokerage.errors import N_, BadInput
from brokerage.reference import identifiers, places
from brokerage.reference.folding import folded


@dataclass(frozen=True)
class Place:
    """A town and the codes it lies in. All empty when nothing was typed."""

    postcode: str = ""
    town: str = ""
    insee: str | None = None
    department: str | None = None
    academy: str | None = None
    region: str | None = None


def placed(postcode: str, town: str) -> Place:
    """The place of a postcode and a town, either of which may be missing.

    The official spelling replaces one that differs only by accents, capitals or "St"; "Lyon 2e" stays. Raises BadInput, at the field,
    for a postcode that France does not have and for a town that several share.
    """
    code, named = _postcode(postcode), " ".join(town.split())
    commune = places.commune_named(named, postcode=code or None) if named else None
    department = places.department_of_postcode(code, named or None) if code else None
    if department is None and commune:
        department = places.department(commune.department_code)
    if named and department is None:
        raise BadInput(N_("Cette commune n'est pas connue, ou plusieurs portent ce nom : ajoutez le code postal."), "postcode")
    if commune and folded(commune.name) == _spelt_out(named):
        named = commune.name
    return Place(code, named, commune.code if commune else None, *_within(department))


def _spelt_out(town: str) -> str:
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in folded(town).split())


def _postcode(typed: str) -> str:
    read = identifiers.postcode(typed)
    if read.status is identifiers.Status.MISSING:
        return ""
    if read.value is None or places.department_of_postcode(read.value) is None:
        raise BadInput(N_("Ce code postal n'existe pas. Il a cinq chiffres, par exemple 02100."), "postcode")
    return read.value


def _within(department: places.Department | None) -> tuple[str | None, str | None, str | None]:
    if department is None:
        return None, None, None
    return department.code, department.academy_code, department.region_code
