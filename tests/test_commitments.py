"""Actions outside requests: noted by one side, confirmed or contested by the other; head-counts, never names."""

import csv
import io
import re
from datetime import date, timedelta

import html5lib
import pytest
import python_calamine
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.conventions import commitments
from brokerage.conventions.commitments import Action, ActionState, Details
from brokerage.conventions.models import Convention
from brokerage.errors import BadInput, NotYours, WrongState
from brokerage.reports.periods import school_year
from tests import cast as people

WORKSHOP = Details("women_tutors", "Ingénieure : et pourquoi pas moi ?", date(2026, 3, 21), None, "Toulouse", {"women": 4, "pupils": 60, "copies": 9})


@pytest.fixture
def noted(cast, nadia, as_member):
    """Nadia notes a workshop of March 2026."""
    with as_member(nadia) as session:
        action = commitments.note(session.get_one(Convention, cast.convention.id), session.get_one(User, nadia.id), WORKSHOP)
        session.commit()
    return action


def by(session, member):
    return session.get_one(User, member.id)


def tally(session, cast):
    return commitments.tallies(cast.convention.id, date(2025, 9, 1), date(2026, 8, 31)).get(2, commitments.Tally())


def test_an_action_counts_once_the_other_side_confirms_it(noted, cast, jean_baptiste, as_member):
    with as_member(jean_baptiste) as session:
        assert tally(session, cast) == commitments.Tally(0, 1, {})

        commitments.confirm(session.get_one(Action, noted.id), by(session, jean_baptiste))

        assert tally(session, cast) == commitments.Tally(1, 0, {"women": 4, "pupils": 60})  # copies are no part of such an action


def test_nobody_confirms_their_own_action_nor_changes_the_other_sides(noted, nadia, jean_baptiste, lucas, as_member):
    with as_member(nadia) as session, pytest.raises(NotYours):
        commitments.confirm(session.get_one(Action, noted.id), by(session, nadia))
    with as_member(jean_baptiste) as session, pytest.raises(NotYours):
        commitments.change(session.get_one(Action, noted.id), by(session, jean_baptiste), WORKSHOP)
    with as_member(lucas) as session, pytest.raises(NotYours):
        commitments.confirm(session.get_one(Action, noted.id), by(session, lucas))


def test_a_contested_action_once_corrected_is_to_be_confirmed_again(noted, nadia, jean_baptiste, as_member):
    with as_member(jean_baptiste) as session:
        commitments.contest(session.get_one(Action, noted.id), by(session, jean_baptiste), "Elles étaient trois.")
        session.commit()
    with as_member(nadia) as session:
        action = session.get_one(Action, noted.id)
        assert (action.state, action.word, action.answered_by) == (ActionState.CONTESTED, "Elles étaient trois.", "Jean-Baptiste Roussel")
        commitments.change(action, by(session, nadia), WORKSHOP)
        assert (action.state, action.word, action.answered_by) == (ActionState.NOTED, "", "")
        commitments.withdraw(action, by(session, nadia))
        session.commit()
    with as_member(jean_baptiste) as session, pytest.raises(WrongState):
        commitments.confirm(session.get_one(Action, noted.id), by(session, jean_baptiste))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kind": "x"}, "kind"), ({"title": " "}, "title"), ({"done_on": None}, "done_on"), ({"done_on": date(2098, 1, 1)}, "done_on"), ({"done_on": date(2001, 1, 1)}, "done_on")],
)
def test_what_is_missing_is_said_at_its_field(cast, nadia, as_member, wrong, field):
    with as_member(nadia) as session, pytest.raises(BadInput) as no:
        commitments.note(session.get_one(Convention, cast.convention.id), by(session, nadia), Details(**{**vars(WORKSHOP), **wrong}))
    assert no.value.field == field


def test_an_outsider_neither_reads_nor_writes_an_action(noted, cast, oscar, as_member, client_of):
    with as_member(oscar) as session:
        assert session.scalars(sa.select(Action)).all() == []
    client = client_of(oscar)
    for path in ("modification", "confirmation", "contestation", "retrait"):
        ask = client.get if path == "modification" else client.post
        assert ask(f"/convention/actions/{noted.id}/{path}").status_code == 404
    assert client.get(f"/convention/{cast.convention.id}/engagements").status_code == 404


def test_a_manager_notes_on_the_page_and_the_other_confirms_there(cast, nadia, jean_baptiste, client_of):
    home, today = f"/convention/{cast.convention.id}/engagements", clock.today()
    typed = {"kind": "volunteers", "title": "Douze tuteurs à Dreux", "done_on": f"{today - timedelta(days=2):%d/%m/%Y}", "volunteers": "12", "place": "Dreux"}
    told = client_of(nadia).post(f"{home}/nouvelle", data=typed)
    assert told.status_code == 303
    year = school_year(today - timedelta(days=2)).name
    page = client_of(jean_baptiste).get(f"{home}?annee={year}").text
    assert "Douze tuteurs à Dreux" in page
    assert "à confirmer" in page

    [path] = re.findall(r'action="(/convention/actions/[^"]+/confirmation)"', page)
    assert client_of(jean_baptiste).post(path).status_code == 303

    assert "12 bénévoles" in client_of(nadia).get(f"{home}?annee={year}").text.replace("\u202f", " ")


def test_what_was_typed_stays_when_something_is_wrong_and_a_name_is_asked_about(cast, nadia, client_of):
    here = f"/convention/{cast.convention.id}/engagements/nouvelle"
    typed = {"kind": "students", "title": "Élève Inaya K. a témoigné", "done_on": "2026-03-21", "students": "beaucoup"}
    client = client_of(nadia)

    first = client.post(here, data=typed)
    assert first.status_code == 422
    assert "Inaya K." in first.text
    assert "beaucoup" in first.text
    doubted = client.post(here, data=typed | {"students": "1"})
    assert doubted.status_code == 422
    assert "semble nommer" in doubted.text
    assert client.post(here, data=typed | {"students": "1", "sure": "y"}).status_code == 303


def test_contesting_without_a_word_keeps_the_page_and_says_why(noted, jean_baptiste, client_of):
    told = client_of(jean_baptiste).post(f"/convention/actions/{noted.id}/contestation", data={"word": " "})

    assert told.status_code == 422
    assert "Dites en un mot" in told.text


# ---- the report: page, workbook and CSV, cell by cell --------------------------------------------------------------


def plain(words):
    return " ".join(words.replace("\u202f", "").replace("\u00a0", " ").replace("’", "'").replace("–", "-").split())


def figure(words):
    """A printed figure as a number; None where there is none."""
    words = plain(words)
    return None if words in ("", "-") else float(words.replace(" ", "").replace(",", "."))


def on_the_page(text):
    """Every table of the annexe: (title, head, rows)."""
    page = html5lib.parse(text, namespaceHTMLElements=False)
    found = []
    for section in (s for s in page.iter("section") if s.get("class") == "chiffres-s"):
        lines = [[plain("".join(cell.itertext())) for cell in row if cell.tag in ("th", "td")] for row in section.iter("tr")]
        found.append((plain("".join(next(section.iter("h3")).itertext())), lines[0][1:], [(row[0], [figure(w) for w in row[1:]]) for row in lines[1:]]))
    return found


def in_the_workbook(raw):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    found = []
    for name in book.sheet_names[1:]:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found.append(([plain(w) for w in rows[0][1:]], [(plain(r[0]), [None if v == "" else float(v) for v in r[1:]]) for r in rows[1:]]))
    return found


def in_the_csv(raw):
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))[1:]
    found = []
    for line in lines:
        if not line:
            found.append([])
        else:
            found[-1].append(line)
    return [(plain(t[0][0]), [plain(w) for w in t[1][1:]], [(plain(r[0]), [figure(w) for w in r[1:]]) for r in t[2:]]) for t in found]


@pytest.mark.slow
def test_page_workbook_and_csv_hold_the_same_cells_for_both_sides(cast, noted, app, client_of):
    from tests.test_convention import Year

    Year(cast, 4).play(200)
    here = f"/convention/{cast.convention.id}/rapport"
    seen = []
    for member in (cast.nadia, cast.lucas):
        client = client_of(member)
        page = on_the_page(client.get(f"{here}?annee=2025-2026").text)
        book = in_the_workbook(client.get(f"{here}.xlsx?annee=2025-2026").data)
        text = in_the_csv(client.get(f"{here}.csv?annee=2025-2026").data)
        assert len(page) == 9
        assert [(head, rows) for _title, head, rows in page] == book
        assert page == text
        seen.append(page)
    assert seen[0] == seen[1]
    assert sum(value or 0 for _t, _h, rows in page for _label, values in rows for value in values) > 100


def test_the_pages_ask_as_many_questions_whatever_the_number_of_requests(cast, nadia, lucas, client_of, as_member):
    def counted(path):
        asked = []
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert client.get(path).status_code == 200
        return sum(not words.startswith(("SELECT set_config", "BEGIN")) for words in asked)

    client = client_of(nadia)
    here = f"/convention/{cast.convention.id}"
    before = [counted(here + path) for path in ("", "/rapport", "/engagements", "/demandes")]
    with as_member(lucas) as session:
        from brokerage.introductions import requests

        for _ in range(12):
            requests.submit(people.a_request(by(session, lucas), cast.pa), by(session, lucas))
        session.commit()

    assert [counted(here + path) for path in ("", "/rapport", "/engagements", "/demandes")] == before
    assert max(before) <= 14


def test_a_member_of_one_convention_goes_straight_to_it_and_of_two_reads_both_side_by_side(cast, nadia, client_of, as_system):
    assert client_of(nadia).get("/convention/").location == f"/convention/{cast.convention.id}"

    with as_system() as session:
        session.add(Convention(first_id=cast.pa.id, second_id=cast.elsewhere.id, title="Autre", starts_on=date(2015, 1, 1), ends_on=date(2020, 1, 1)))
        session.commit()

    page = client_of(nadia).get("/convention/").text
    assert "Passeport Avenir et Ailleurs" in page
    assert "terminée le" in page


def test_neither_page_nor_file_says_a_name_a_hidden_partner_or_a_private_reason(cast, app, client_of):
    from tests.test_convention import Year

    Year(cast, 9).play(80)
    here = f"/convention/{cast.convention.id}"
    for member in (cast.lucas, cast.jean_baptiste):
        client = client_of(member)
        for path in ("", "/rapport", "/rapport.csv", "/engagements", "/demandes", "/demandes?chiffre=declined"):
            said = client.get(f"{here}{path}{'&' if '?' in path else '?'}annee=2025-2026").text
            assert not [word for word in ("motif que l'autre ne lit pas", "raison privée", "@nadia.example") if word in said], path


def test_an_action_cannot_be_put_in_the_other_sides_name(cast, nadia):
    with scope.acting(scope.member(nadia.association_id)) as session:
        session.add(Action(convention_id=cast.convention.id, asking_id=cast.ede.id, giving_id=cast.pa.id, kind="guide", commitment=6, title="x",
                           done_on=date(2026, 1, 1), state_since=clock.now(), noted_by="x", state=ActionState.CONFIRMED))  # fmt: skip
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            session.flush()
