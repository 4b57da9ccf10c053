"""Filters kept under a name: one's own, the association's, and what becomes of them when the world changes."""

from typing import Any

import pytest
import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.partners.models import PartnerKind
from brokerage.partners.saved_views import SavedView
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements
QUERY = "kind=academic&etiquette=Cord%C3%A9es"
BAR = {"HX-Request": "true", "HX-Target": "vues"}


@pytest.fixture
def book(nadia: Any, as_member: Any) -> None:
    with as_member(nadia) as session:
        people.a_partner(nadia, "Lycée Renoir", kind=PartnerKind.ACADEMIC, tags=["Cordées"])
        people.a_partner(nadia, "Valmont")
        session.commit()


@pytest.fixture
def saved(as_system: Any) -> Any:
    """The views there are, by name."""

    def read() -> dict[str, SavedView]:
        with as_system() as session:
            return {view.name: view for view in session.scalars(sa.select(SavedView).where(SavedView.deleted_at.is_(None)))}

    return read


def keep(client: Any, name: str, query: str = QUERY, *, shared: bool = False, book: str = "partenaires") -> Any:
    return client.post(f"/{book}/vues", data={"name": name, "query": query, **({"shared": "y"} if shared else {})})


def test_filters_are_kept_under_a_name_and_opened_again_by_a_link(book, nadia, signed_in, saved):
    reader = signed_in(nadia)

    answer = keep(reader, "  Mes  lycées ")
    view = saved()["Mes lycées"]

    assert answer.status_code == 303
    assert answer.location == f"/partenaires/?{QUERY}&vue={view.id}"
    opened = reader.get(f"/partenaires/vues/{view.id}")
    assert (opened.status_code, opened.location) == (303, answer.location)
    listed = words(reader.get(opened.location))
    assert "Lycée Renoir" in listed
    assert "Valmont" not in listed
    assert "Mes lycées" in words(reader.get(f"/partenaires/vues?vue={view.id}", headers=BAR))


def test_only_what_the_list_understands_is_kept(book, nadia, signed_in, saved):
    keep(signed_in(nadia), "Trié", "region=99&kind=academic&kind=nonsense&q=renoir&after=x~y&ouvrir=1&sort=ville")

    assert saved()["Trié"].query == "kind=academic&q=renoir&sort=ville"


def test_a_private_view_is_nobody_elses_and_a_shared_one_stops_at_the_association(book, nadia, karim, oscar, lucas, signed_in, saved):
    keep(signed_in(nadia), "À moi")
    keep(signed_in(nadia), "À nous", shared=True)
    mine, ours = saved()["À moi"], saved()["À nous"]

    read = words(signed_in(karim).get("/partenaires/vues"))
    assert "À nous partagée par Nadia Benhaddou" in read
    assert "À moi" not in read
    assert signed_in(karim).get(f"/partenaires/vues/{mine.id}").status_code == 404
    assert signed_in(karim).get(f"/partenaires/vues/{ours.id}").status_code == 303
    for stranger in (oscar, lucas):
        assert "À nous" not in words(signed_in(stranger).get("/partenaires/vues"))
        for verb in ("", "/filtres", "/suppression", "/restauration"):
            assert signed_in(stranger).post(f"/partenaires/vues/{ours.id}{verb}", data={"name": "x"}).status_code == 404


def test_a_view_of_one_list_is_no_view_of_the_other(book, nadia, signed_in, saved):
    keep(signed_in(nadia), "Ouverts", "ouvert=oui", book="annuaire")
    view = saved()["Ouverts"]

    assert signed_in(nadia).get(f"/annuaire/vues/{view.id}").location == f"/annuaire/?ouvert=oui&vue={view.id}"
    assert signed_in(nadia).get(f"/partenaires/vues/{view.id}").status_code == 404
    assert "Ouverts" not in words(signed_in(nadia).get("/partenaires/vues"))


def test_changed_filters_are_saved_in_the_view_and_taken_back(book, nadia, signed_in, saved):
    reader = signed_in(nadia)
    keep(reader, "Lycées")
    view = saved()["Lycées"]

    asked = words(reader.get(f"/partenaires/vues/nouvelle?kind=academic&region=11&vue={view.id}"))
    assert "Enregistrer les changements dans « Lycées »" in asked
    assert "Enregistrer les changements" not in words(reader.get(f"/partenaires/vues/nouvelle?{QUERY}&vue={view.id}"))
    changed = reader.post(f"/partenaires/vues/{view.id}/filtres", data={"query": "kind=academic&region=11"})
    assert changed.location == f"/partenaires/?kind=academic&region=11&vue={view.id}"
    page = reader.get(changed.location).get_data(as_text=True)
    undo = page.split(f'action="/partenaires/vues/{view.id}/filtres?')[1].split('"')[0].replace("&amp;", "&")
    reader.post(f"/partenaires/vues/{view.id}/filtres?{undo}")

    assert saved()["Lycées"].query == QUERY


def test_a_view_is_renamed_shared_removed_and_brought_back(book, nadia, karim, signed_in, saved):
    reader = signed_in(nadia)
    keep(reader, "Lycées")
    view = saved()["Lycées"]

    reader.post(f"/partenaires/vues/{view.id}", data={"name": "Lycées de 2026", "shared": "y"})
    assert saved()["Lycées de 2026"].shared
    reader.post(f"/partenaires/vues/{view.id}/suppression")
    assert saved() == {}
    assert reader.get(f"/partenaires/vues/{view.id}").status_code == 404
    assert f'action="/partenaires/vues/{view.id}/restauration"' in reader.get("/partenaires/vues").get_data(as_text=True)
    reader.post(f"/partenaires/vues/{view.id}/restauration")
    assert list(saved()) == ["Lycées de 2026"]


@pytest.mark.parametrize("name, said", [("", "Donnez un nom"), ("...", "Donnez un nom"), ("LYCEES", "porte déjà ce nom"), ("a" * 61, "60")])
def test_a_name_that_will_not_do_gets_its_sentence_and_keeps_what_was_typed(name, said, book, nadia, signed_in, saved):
    reader = signed_in(nadia)
    keep(reader, "Lycées")

    refused = keep(reader, name, "kind=corporate")

    assert refused.status_code == 422
    assert said in words(refused)
    assert 'value="kind=corporate"' in refused.get_data(as_text=True)
    assert list(saved()) == ["Lycées"]


def test_two_people_may_use_the_same_name_and_a_delegate_does_not_change_a_managers_view(book, nadia, thi_mai, signed_in, saved):
    keep(signed_in(nadia), "Lycées", shared=True)
    view = saved()["Lycées"]

    assert keep(signed_in(thi_mai), "Lycées", "kind=academic").status_code == 303
    refused = signed_in(thi_mai)
    refused.post(f"/partenaires/vues/{view.id}/suppression")
    refused.post(f"/partenaires/vues/{view.id}/filtres", data={"query": ""})
    assert refused.post(f"/partenaires/vues/{view.id}", data={"name": "Autre"}).status_code == 403
    kept = next(one for one in [saved()["Lycées"], view] if one.id == view.id)
    assert (kept.query, kept.name) == (QUERY, "Lycées")


def test_a_shared_view_survives_its_author_and_a_manager_keeps_it_in_order(book, nadia, karim, thi_mai, signed_in, saved, as_system):
    keep(signed_in(thi_mai), "De Thi Mai", shared=True)
    view = saved()["De Thi Mai"]
    with as_system() as session:
        session.execute(sa.update(User).where(User.id == thi_mai.id).values(is_active=False))
        session.commit()

    assert "De Thi Mai partagée par " in words(signed_in(karim).get("/partenaires/vues"))
    signed_in(karim).post(f"/partenaires/vues/{view.id}", data={"name": "Reprise"})

    assert saved()["Reprise"].shared


def test_a_view_says_what_it_asks_for_that_is_no_longer_there(book, nadia, karim, thi_mai, signed_in, saved, as_system, as_member):
    reader = signed_in(nadia)
    keep(reader, "Anciens", f"etiquette=Cord%C3%A9es&etiquette=REP%2B&referent={karim.id}")
    keep(reader, "Bons", QUERY)
    with as_system() as session:
        session.execute(sa.update(User).where(User.id == karim.id).values(is_active=False))
        view = session.scalars(sa.select(SavedView).where(SavedView.name == "Anciens")).one()
        view.query += "&region=99"
        session.commit()

    bar = words(reader.get(f"/partenaires/vues?vue={view.id}", headers=BAR))

    assert "ne correspondent plus à rien : Région « 99 », Suivi par « Karim" in bar
    assert "Étiquette « REP+ »" in bar
    assert "« Cordées »" not in bar
    assert "ne correspond" not in words(reader.get(f"/partenaires/vues?vue={saved()['Bons'].id}", headers=BAR))


def test_views_cost_the_list_no_statement_and_the_bar_the_same_for_one_or_twenty(book, nadia, signed_in, statements):
    reader, counts = signed_in(nadia), []
    with statements() as before:
        reader.get("/partenaires/")
    for some in (1, 20):
        for n in range(some):
            keep(reader, f"Vue {some} {n}")
        with statements() as said:
            reader.get("/partenaires/vues", headers=BAR)
        counts.append(len(said))
    with statements() as after:
        reader.get("/partenaires/")

    assert len(after) == len(before)
    assert counts[0] == counts[1] <= 4


def test_without_a_script_there_is_a_link(book, nadia, signed_in):
    for list_ in ("partenaires", "annuaire"):
        assert f'href="/{list_}/vues"' in signed_in(nadia).get(f"/{list_}/").get_data(as_text=True)
        assert "Aucune vue enregistrée" in words(signed_in(nadia).get(f"/{list_}/vues"))
