"""Guesses which column is what, from its header and from its cells; a person may correct the answer."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from brokerage.errors import N_, BadInput
from brokerage.reference.folding import folded
from brokerage.transfer.mapping.evidence import looks_like_towns, shares
from brokerage.transfer.mapping.people import last_names_first
from brokerage.transfer.sheets import Cell, Sheet
from brokerage.transfer.vocabulary import CONTACT_FIELDS, LABELS, REPEATABLE, meanings, whose

_LOOK_OF = {
    "email": "email", "uai": "uai", "siret": "siret", "siren": "siret", "phone": "phone", "mobile": "phone",
    "postcode": "postcode", "naf": "naf", "civility": "civility", "website": "website", "first_contact": "date",
    "last_contact": "date", "agreement_date": "date",
}  # fmt: skip
_UNMISTAKABLE = {"email": 1.0, "uai": 1.0, "naf": 0.9, "siret": 0.9, "civility": 0.95, "phone": 0.85, "website": 0.9}
_PLAUSIBLE = {"postcode": 0.8, "address": 0.75}
_SOFT = {"name": "organisation", "contact": "person", "role": "role", "address": "address", "kind": "organisation"}
_LEAST = 0.4
_PERSON_BY = frozenset(("contact", "last_name", "first_name", "email", "phone", "mobile"))

Scores = dict[tuple[int, str], float]


def guess(sheet: Sheet) -> dict[str, Any]:
    """The mapping of a sheet: {"sheet", "header": [rows from 0], "columns": [{"column", "header", "field", "whose"}]}.

    Plain JSON. `field` is a key of `vocabulary.LABELS`; `whose` tells the contacts of one row apart ("" the
    first, "2", "referent"). A column nobody understands is "other" when it has a header, else "ignore".
    """
    body = sheet.rows[max(sheet.header, default=-1) + 1 :]
    cells = [[row.cells[at] if at < len(row.cells) else None for row in body] for at in range(sheet.width)]
    looks = [shares(column) for column in cells]
    scores = _scores(sheet, looks)
    _add_town(scores, cells, looks)
    return {"sheet": sheet.name, "header": list(sheet.header), "columns": _named_columns(sheet, _assigned(scores), looks)}


def is_table(mapping: dict[str, Any]) -> bool:
    """Whether a sheet with this mapping can hold partners: an organisation or a person in it, and no mere text."""
    fields = Counter(column["field"] for column in mapping["columns"])
    useful = sum(count for field, count in fields.items() if field not in ("ignore", "other", "ref", "remarks"))
    if not fields.keys() & {"name", "uai", "siret", "siren", "contact", "last_name", "email"}:
        return False
    return bool(mapping["header"]) or useful >= 3 or bool(fields.keys() & {"email", "uai", "siret"})


def _scores(sheet: Sheet, looks: list[dict[str, float]]) -> Scores:
    scores: Scores = {}
    words = {at: meanings(header) for at, header in enumerate(sheet.columns)}
    for at in range(sheet.width):
        for field, likelihood in words.get(at, {}).items():
            scores[at, field] = _confirmed(field, likelihood, looks[at])
        for look, weight in _UNMISTAKABLE.items():
            if looks[at].get(look, 0) >= 0.6:
                scores[at, look] = max(scores.get((at, look), 0), weight * looks[at][look])
        _add_plausible(scores, at, looks[at], bool(words.get(at)))
    _settle_names(scores, sheet, looks)
    return scores


def _confirmed(field: str, likelihood: float, look: dict[str, float]) -> float:
    """A header that its cells contradict counts for little; one they confirm counts for more."""
    if not look:
        return likelihood * 0.9
    if field in _LOOK_OF:
        share = look[_LOOK_OF[field]]
        return likelihood * (0.7 + 0.5 * share) if share > 0.1 else likelihood * (0.45 if likelihood == 1 else 0.35)
    typed = max(look["email"], look["uai"], look["siret"] if field != "ref" else 0, look["phone"])
    soft = 0.15 * look[_SOFT[field]] if field in _SOFT else 0
    return likelihood * (1 - 0.7 * typed) + soft


def _add_plausible(scores: Scores, at: int, look: dict[str, float], headed: bool) -> None:
    """Without a word to go by, the looks that are less sure still say something."""
    if headed:
        return
    for kind, weight in _PLAUSIBLE.items():
        if look.get(kind, 0) >= 0.7:
            scores.setdefault((at, kind), weight * look[kind])
    if look.get("organisation", 0) >= 0.4:
        scores.setdefault((at, "name"), 0.7 * look["organisation"])
    if look.get("person", 0) >= 0.6 and look.get("organisation", 0) < 0.4:
        scores.setdefault((at, "contact"), 0.7 * look["person"])
    if look.get("role", 0) >= 0.5:
        scores.setdefault((at, "role"), 0.7 * look["role"])
    if look.get("date", 0) >= 0.6:
        scores.setdefault((at, "last_contact"), 0.5 * look["date"])


def _add_town(scores: Scores, cells: list[list[Cell]], looks: list[dict[str, float]]) -> None:
    """Looks for the column of towns when no header names it, among the columns nobody else wants."""
    if any(field == "town" for _, field in scores):
        return
    wanted = {at for (at, _), score in scores.items() if score >= _LEAST}
    for at, column in enumerate(cells):
        if at not in wanted and looks[at] and looks_like_towns(column):
            scores[at, "town"] = 0.6
            return


def _settle_names(scores: Scores, sheet: Sheet, looks: list[dict[str, float]]) -> None:
    """« Nom » is a person's beside « Prénom », an organisation's over lycées, else what its cells look like."""
    first_names = {at for at, field in scores if field == "first_name" and scores[at, field] > 0.6}
    for at in [at for at, field in scores if field == "last_name"]:
        look = looks[at]
        if look.get("organisation", 0) > 0.4 or (not first_names and look.get("person", 0) < 0.3):
            scores[at, "last_name"] *= 0.3
        elif first_names:
            scores[at, "name"] = scores.get((at, "name"), 0) * 0.3
            scores[at, "contact"] = scores.get((at, "contact"), 0) * 0.5
            scores[at, "last_name"] += 0.1 if {at - 1, at + 1} & first_names else 0
        else:
            scores[at, "contact"] = max(scores.get((at, "contact"), 0), scores[at, "last_name"])
            scores[at, "last_name"] *= 0.3
            scores[at, "name"] = scores.get((at, "name"), 0) * 0.4
    for at, field in list(scores):
        if field == "name" and looks[at].get("person", 0) - looks[at].get("organisation", 0) > 0.5:
            scores[at, "name"] *= 0.5
        if field in CONTACT_FIELDS and _is_about_contacts(sheet.groups[at]):
            scores[at, field] += 0.15


def _is_about_contacts(group: str) -> bool:
    return any(word in folded(group) for word in ("contact", "interlocuteur", "referent", "personne", "proviseur"))


def _assigned(scores: Scores) -> dict[int, str]:
    """Each column gets its likeliest field, the surest first; a field that cannot repeat is given once."""
    fields: dict[int, str] = {}
    for (at, field), score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        taken = field in fields.values() and field not in REPEATABLE
        if score >= _LEAST and at not in fields and not taken:
            fields[at] = field
    return fields


def _named_columns(sheet: Sheet, fields: dict[int, str], looks: list[dict[str, float]]) -> list[dict[str, Any]]:
    columns = []
    seen: Counter[tuple[str, str]] = Counter()
    _ensure_name(fields, looks)
    for at in range(sheet.width):
        header = sheet.columns[at] if at < len(sheet.columns) else ""
        field = fields.get(at) or ("other" if header and looks[at] else "ignore")
        columns.append({"column": at, "header": header, "field": field, "whose": ""})
        if field in CONTACT_FIELDS:
            columns[at]["whose"] = _whose(sheet, at, field, seen)
        if field == "contact" and last_names_first(header, [row.text(at) for row in sheet.rows[max(sheet.header, default=-1) + 1 :]]):
            columns[at]["backwards"] = True
    _join_lonely(columns)
    _keep_orphans(columns)
    return columns


def _whose(sheet: Sheet, at: int, field: str, seen: "Counter[tuple[str, str]]") -> str:
    """The same field met again without a word to tell is the next person's."""
    said = whose(sheet.columns[at], sheet.groups[at])
    seen[field, said] += 1
    return said if seen[field, said] == 1 else f"{said}{seen[field, said]}"


def _join_lonely(columns: list[dict[str, Any]]) -> None:
    """When only one person has a name in the file, a lone « Mail référent » is that person's."""
    named = {column["whose"] for column in columns if column["field"] in ("contact", "last_name")}
    if len(named) != 1:
        return
    [main] = named
    taken = {column["field"] for column in columns if column["whose"] == main}
    for column in columns:
        if column["field"] in CONTACT_FIELDS and column["whose"] != main and column["field"] not in taken:
            column["whose"] = main
            taken.add(column["field"])


def _keep_orphans(columns: list[dict[str, Any]]) -> None:
    """A second function beside nobody's name is somebody's word all the same: kept as it stands."""
    known = {column["whose"] for column in columns if column["field"] in _PERSON_BY}
    for column in columns:
        if column["field"] in ("role", "civility") and column["whose"] not in known and known:
            column.update(field="other", whose="")


def _ensure_name(fields: dict[int, str], looks: list[dict[str, float]]) -> None:
    """A table of organisations has their names somewhere: the column that looks most like it, if none was found."""
    if "name" in fields.values():
        return
    free = [at for at, look in enumerate(looks) if fields.get(at, "kind") in ("kind", "tags") and look.get("organisation", 0) >= 0.4]
    if free:
        fields[max(free, key=lambda at: looks[at]["organisation"])] = "name"


def corrected(mapping: dict[str, Any], fields: Iterable[tuple[int, str]]) -> dict[str, Any]:
    """The mapping with the fields a person chose, by column; columns it does not have are left out.

    Raises BadInput for a field that does not exist.
    """
    chosen = dict(fields)
    if not set(chosen.values()) <= LABELS.keys():
        raise BadInput(N_("Ce champ n'existe pas. Choisissez-en un dans la liste."))
    columns = [{**column, "field": chosen.get(column["column"], column["field"])} for column in mapping["columns"]]
    return {**mapping, "columns": columns}
