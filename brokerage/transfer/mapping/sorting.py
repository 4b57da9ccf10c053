"""Tells the rows that hold a partner from titles, bands, totals, pasted headers, blanks and footers."""

import re
from dataclasses import dataclass

from brokerage.reference.folding import folded
from brokerage.reference.places import region_named
from brokerage.transfer.mapping.cells import Cells
from brokerage.transfer.mapping.evidence import ORGANISATION, people_of
from brokerage.transfer.sheets import Sheet

_TOTAL = re.compile(
    r"(?:(?:sous |grand |effectif )?(?:total|totaux)|somme|moyenne|cumul|nombre (?:de|d|total)|nb (?:de|d|total|etab\w*|lyc\w*))\b"
)
_SUBSTANCE = ("uai", "siret", "siren", "email", "phone", "mobile", "contact", "last_name", "address", "postcode", "town")
_IDENTITY = {
    "uai": re.compile(r"\d{6,7}"),
    "siret": re.compile(r"(?:\d\D?){9,}|E\+"),
    "siren": re.compile(r"(?:\d\D?){8,}"),
    "email": re.compile(r"@|\.\w{2,4}$|\bat\b"),
    "phone": re.compile(r"(?:\d\D{0,2}){6,}"),
    "mobile": re.compile(r"(?:\d\D{0,2}){6,}"),
}
_DECORATED = re.compile(r"^[\W_]{1,}.*[\W_]{2,}$|^[=*#~>►▶•●■◆→—–-]{1,}\s*\S.*|^[^()]*:$")
_PLURAL = re.compile(
    r"\b(?:lycees|colleges|universites|ecoles|etablissements|entreprises|societes|partenaires|associations|fondations|mecenes|"
    r"secteur|region|academie|departement|zone|contacts|prospects|anciens|nouveaux|groupes|pme|eti)\b"
)
_FOOTER = re.compile(
    r"(?:nb|n b|sources?|legende|document|mise a jour|maj|fichier|edite|imprime|extrait|extraction|page \d+|note|attention|"
    r"confidentiel|merci|derniere mise|liste (?:etablie|arretee|mise)|donnees|copyright|signature|fait a)\b"
)
_EXAMPLE = re.compile(r"\(?(?:ex|exemple)\s*[:)]", re.IGNORECASE)


@dataclass(frozen=True)
class Ground:
    """What there is to know about a sheet before looking at one row: its header and how full its rows are."""

    header_end: int
    header_rows: frozenset[int]
    header_words: tuple[frozenset[str], ...]
    usual: int

    @classmethod
    def of(cls, sheet: Sheet) -> "Ground":
        """Looks once at the whole sheet."""
        levels = [frozenset(folded(text) for text in sheet.rows[at].texts if text) for at in sheet.header]
        body = sorted(row.filled for row in sheet.rows[max(sheet.header, default=-1) + 1 :] if row.filled > 1)
        usual = body[len(body) // 2] if body else 1
        return cls(max(sheet.header, default=-1), frozenset(sheet.header), tuple(levels), usual)


def why_no_data(at: int, cells: Cells, ground: Ground) -> str:
    """The reason to leave out row `at` of a sheet: title, header, blank, total, band, note, example; "" for data.

    When in doubt a row with a name and anything else is data: a partner lost is worse than a line to strike out.
    """
    if at <= ground.header_end:
        return "header" if at in ground.header_rows else "title"
    if cells.row.filled <= len([1 for column in cells.at("ref") if cells.cell(column)]):
        return "blank" if cells.row.filled == 0 or not _remark_alone(cells) else "note"
    if any(shape.search(text) for name, shape in _IDENTITY.items() for text in cells.all(name)):
        return ""
    return "header" if _is_header_again(cells, ground) else _without_identity(cells, ground)


def _remark_alone(cells: Cells) -> bool:
    return any(len(cells.cell(column)) > 6 for column in cells.at("ref"))


def _is_header_again(cells: Cells, ground: Ground) -> bool:
    words = [folded(text) for text in cells.row.texts if text]
    for level in ground.header_words:
        same = sum(word in level for word in words)
        if same >= 2 and same >= 0.6 * len(words):
            return True
    return False


def _without_identity(cells: Cells, ground: Ground) -> str:
    """Rows with no identifier, mail or telephone: a name alone may be a band, a total or a bare partner."""
    first = next((text for text in cells.row.texts if text), "")
    name = cells.text("name")
    if _EXAMPLE.match(first):
        return "example"
    if _says_total(cells) and not cells.text("contact") and not cells.text("last_name"):
        return "total"
    if cells.row.filled == 1 or cells.row.spread:
        return _alone(first, name, cells, ground)
    if _is_person(cells):
        return ""
    if not name:
        return "" if len([1 for field in _SUBSTANCE if cells.text(field)]) >= 2 else "note"
    if is_place_band(name) and not cells.text("town") and not cells.text("postcode"):
        return "band"
    return "" if any(cells.text(field) for field in (*_SUBSTANCE, "kind")) else _bare_name(name, cells)


def _says_total(cells: Cells) -> bool:
    texts = [folded(text) for text in cells.row.texts if text]
    return any(_TOTAL.match(text) for text in texts[:3]) and not any(cells.text(field) for field in ("postcode", "address"))


def _is_person(cells: Cells) -> bool:
    return any(cells.text(field) for field in ("contact", "last_name"))


def _alone(text: str, name: str, cells: Cells, ground: Ground) -> str:
    """The only filled cell of a row."""
    words = folded(text)
    if _FOOTER.match(words) or text.startswith("*") or len(text) > 90:
        return "note"
    if not name:
        return "" if people_of(cells.text("contact")) and ground.usual <= 2 else "band"
    if is_place_band(text) or _PLURAL.search(words) or len(words) < 3:
        return "band"
    if ground.usual <= 2 and not _DECORATED.match(text):
        return ""
    decorated = _DECORATED.match(text) or cells.row.spread
    return "" if ORGANISATION.search(words) and not decorated else "band"


def is_place_band(text: str) -> bool:
    """Whether a text is the name of a région, a département or an académie."""
    bare = re.sub(r"^(?:region|academie (?:de|d)|ac|departement (?:de|du|d)|zone) ", "", folded(text))
    return bool(region_named(bare)) or bool(re.fullmatch(r"(?:\d{2,3} )?[a-z ]+ \d{2,3}", bare) and region_named(re.sub(r"\d", "", bare)))


def _bare_name(name: str, cells: Cells) -> str:
    """A name beside cells that identify nobody: data, unless the name is that of a footer or a band."""
    words = folded(name)
    if _FOOTER.match(words) or (_PLURAL.search(words) and cells.row.filled <= 2):
        return "note"
    return ""
