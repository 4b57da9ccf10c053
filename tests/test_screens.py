"""What a reader sees: no page wider than the screen, and lists that scroll within theirs, with names as long as they come."""

import pytest

from tests import cast as people
from tests import test_journey
from tests.test_journey import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
running = test_journey.running
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
