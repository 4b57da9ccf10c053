"""What is asked for: each page of the application, and the same rows of the floor."""

from dataclasses import dataclass
from urllib.parse import urlencode

from tests.bench.copying import Session
from tests.bench.houses import HOUSES, House

ROW, PERSON = "data-row", 'class="ct"'  # what a line of a list, and a contact of a record, carry


@dataclass(frozen=True)
class Page:
    """A page of the application, the floor's page of the same rows, and how to tell that the answer is right.

    `marks` counts rows in the application's page; None where the floor's rows are not the page's lines. `says` must
    stand in it. `promised` pages keep to six floors; the others are measured and told.
    """

    name: str
    path: str
    floor: str
    marks: str | None = ROW
    says: str = ""
    promised: bool = True


def pages_of(session: Session, house: House) -> list[Page]:
    """The nine pages, as the manager of this house asks for them."""
    ally, mark, begun = HOUSES[house.ally], _deep(session, house), _begun(session, house)
    book, showcase, rare = {"house": house.id}, {"house": ally.id, "listed": 1}, {"q": "societe generale"}
    return [
        Page("partner list", "/partenaires/", _floor("partners", **book)),
        Page("deep in the list", _asked("/partenaires/", after=mark), _floor("partners", **book, after=mark)),
        Page("search: two words", _asked("/partenaires/", **rare), _floor("partners", **book, **rare), says="Société Générale"),
        Page("search: a prefix", _asked("/partenaires/", q=begun), _floor("partners", **book, q=begun)),
        Page("search: a common word", _asked("/partenaires/", q="societe"), _floor("partners", **book, q="societe")),
        Page("annuaire", "/annuaire/", _floor("partners", **showcase)),
        Page("annuaire: search", _asked("/annuaire/", **rare), _floor("partners", **showcase, **rare), says="Société Générale"),
        Page("inbox", "/demandes/", _floor("requests", **book)),
        _record_page(session, house),
    ]


def _record_page(session: Session, house: House) -> Page:
    """Fourteen kinds of things in fourteen statements, beside a floor that reads four in one: no list, so not promised."""
    shown = _record(session, house)
    floor = _floor("record", house=house.id, id=shown)
    return Page("record", f"/partenaires/{shown}", floor, None, PERSON, promised=False)


def _asked(path: str, **query: object) -> str:
    return f"{path}?{urlencode(query)}"


def _floor(path: str, **query: object) -> str:
    return f"/{path}?{urlencode(query)}"


def _deep(session: Session, house: House) -> str:
    """The mark of a row four fifths down the list."""
    living = "FROM partner WHERE association_id = %s AND deleted_at IS NULL"
    rows = session.execute(f"SELECT count(*) {living}", [house.id]).fetchone()
    place = max(rows[0] * 4 // 5 - 4, 0) if rows else 0
    found = session.execute(f"SELECT sort_name, id {living} ORDER BY sort_name, id OFFSET %s LIMIT 1", [house.id, place]).fetchone()
    assert found
    return f"{found[0]}~{found[1]}"


def _begun(session: Session, house: House) -> str:
    """The beginning of a word that finds something: where nothing is found, a search asks once more, for a slip of the hand."""
    somewhere = "SELECT 1 FROM partner WHERE association_id = %s AND town = 'Roubaix' LIMIT 1"
    return "roub" if session.execute(somewhere, [house.id]).fetchone() else "soci"


_RECORD = """
SELECT p.id FROM partner p JOIN contact c ON c.partner_id = p.id
WHERE p.association_id = %s AND p.deleted_at IS NULL AND p.visibility = 'listed'
  AND p.id IN (SELECT partner_id FROM introduction_request WHERE state <> 'draft')
  AND coalesce(p.uai, p.siren) IN (
    SELECT coalesce(uai, siren) FROM partner WHERE association_id = %s AND visibility = 'listed' AND deleted_at IS NULL)
GROUP BY p.id HAVING count(*) <= 4 ORDER BY count(*) DESC, p.id LIMIT 1
"""


def _record(session: Session, house: House) -> object:
    """A partner with four people (one, in a small house), known to the ally, whom somebody asked for."""
    found = session.execute(_RECORD, [house.id, HOUSES[house.ally].id]).fetchone()
    assert found
    return found[0]
