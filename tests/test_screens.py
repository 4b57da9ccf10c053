"""What a reader sees: no page wider than the screen, and lists that scroll within theirs, with names as long as they come."""

import pytest

from brokerage.introductions import requests
from brokerage.partners import saved_views
from tests import cast as people
from tests import test_journey
from tests.test_journey import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
running, partner = test_journey.running, test_journey.partner
LONG = "Établissement d'enseignement supérieur consulaire des hautes études commerciales, scientifiques et techniques de Bourgogne-Franche-Comté"
PAGES = ["/accueil", "/demandes/", "/demandes/nouvelle", "/partenaires/", "/annuaire/", "/taches/", "/convention/"]
WIDER = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
TALLER = "() => document.documentElement.scrollHeight > innerHeight"


@pytest.fixture
def many(cast, nadia, as_member):
    """More partners than a screen holds, each with the longest of names."""
    with as_member(nadia) as session:
        made = [people.a_partner(nadia, f"{LONG} {number}") for number in range(30)]
        session.commit()
    return made


@pytest.fixture
def asked(cast, lucas, partner, as_member):
    """Lucas asks for the partner so many times; returns the requests."""

    def ask(times):
        with as_member(lucas) as session:
            by = session.get_one(type(lucas), lucas.id)
            made = [people.a_request(by, cast.pa, partner) for _number in range(times)]
            for request in made:
                requests.submit(request, by)
            session.commit()
        return made

    return ask


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_is_wider_than_the_screen(running, chromium, cast, many, width):
    nadia = Person(chromium, running.url, width=width).enters(cast.nadia)

    wide = []
    for path in [*PAGES, f"/partenaires/{many[0].id}"]:
        nadia.goes(path)
        if nadia.page.evaluate(WIDER):
            wide.append(path)

    assert (wide, nadia.errors) == ([], [])


@pytest.mark.parametrize("path", ["/partenaires/", "/annuaire/", "/demandes/"])
def test_a_list_scrolls_within_the_screen_and_never_away(running, chromium, cast, many, path):
    reader = Person(chromium, running.url).enters(cast.nadia if path != "/annuaire/" else cast.lucas)

    reader.goes(path)

    assert not reader.page.evaluate(TALLER)


def test_the_form_for_several_requests_stands_above_the_list(running, chromium, cast, asked):
    asked(9)
    reader = Person(chromium, running.url).enters(cast.nadia)

    reader.goes("/demandes/?choix=1")
    reader.page.wait_for_load_state("networkidle")

    form, rows = (reader.page.locator(what).bounding_box() for what in ("#lot", ".b-rows"))
    button = reader.page.locator("#lot button").bounding_box()
    assert form["y"] + form["height"] <= rows["y"] + 1
    assert button["y"] + button["height"] <= rows["y"]


def test_the_list_beside_the_panel_keeps_its_last_column(running, chromium, cast, nadia, many, as_member):
    with as_member(nadia) as session:
        people.a_partner(nadia, "Altéa Cœur de Ville", tags=["Mécénat de compétences"], open_now=False)
        session.commit()
    reader = Person(chromium, running.url).enters(cast.nadia)

    reader.goes(f"/partenaires/?ouvrir={many[0].id}")

    assert reader.page.evaluate("document.querySelector('.tab-z').scrollWidth <= document.querySelector('.tab-z').clientWidth")


@pytest.mark.parametrize("nth", range(3))
def test_the_view_one_reads_is_in_sight_on_a_phone(running, chromium, cast, nadia, as_member, nth):
    with as_member(nadia) as session:
        by = session.get_one(type(nadia), nadia.id)
        names = [f"Lycées disponibles de la région {number}" for number in range(3)]
        views = [saved_views.keep(by, saved_views.Shelf.PARTNERS, name, "kind=academic", False) for name in names]
        session.commit()
    reader = Person(chromium, running.url, width=390).enters(cast.nadia)

    reader.goes(f"/partenaires/vues/{views[nth].id}")

    tab = reader.page.locator(".onglets [aria-current]", has_text=names[nth])
    tab.wait_for()
    reader.page.wait_for_load_state("networkidle")
    reader.page.wait_for_timeout(200)
    at = tab.bounding_box()
    assert 0 <= at["x"] <= at["x"] + at["width"] <= 390


def test_what_may_be_done_with_a_request_stands_above_the_tabs_of_a_phone(running, chromium, cast, asked):
    [request] = asked(1)
    reader = Person(chromium, running.url, width=390).enters(cast.nadia)

    reader.goes(f"/demandes/?demande={request.id}")
    reader.page.wait_for_load_state("networkidle")

    approve, tabs = (reader.page.locator(what).bounding_box() for what in (".b-barre > .btn-p", ".onglets-bas"))
    assert approve["y"] + approve["height"] <= tabs["y"]


def test_choosing_a_request_keeps_one_s_place_in_the_list(running, chromium, cast, asked):
    asked(20)
    reader = Person(chromium, running.url).enters(cast.nadia)
    reader.goes("/demandes/")
    reader.page.wait_for_load_state("networkidle")
    before = reader.page.evaluate("document.querySelector('.b-rows').scrollTop = 400")

    reader.page.click(".b-rows [data-row] >> nth=8")
    reader.page.wait_for_url("**demande=**")
    reader.page.wait_for_timeout(500)

    assert reader.page.evaluate("document.activeElement.matches('[data-row][aria-current]')")
    assert abs(reader.page.evaluate("document.querySelector('.b-rows').scrollTop") - before) < 5
