"""Two browsers on the same partner, with the real server: neither change is lost silently."""

import pytest

from brokerage.partners.models import Partner, Status
from tests import cast as people
from tests import test_journey
from tests.test_journey import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
running = test_journey.running


@pytest.fixture
def partner(cast, nadia, as_member):
    with as_member(nadia) as session:
        made = people.a_partner(nadia, "Méridiane Énergie")
        session.commit()
    return made


def test_two_browsers_editing_the_same_partner_lose_nothing(running, chromium, cast, partner, as_system):
    one, two = Person(chromium, running.url).enters(cast.nadia), Person(chromium, running.url).enters(cast.karim)
    for person in (one, two):
        person.goes(f"/partenaires/{partner.id}/modification")

    two.page.fill("#name", "Méridiane (Karim)")
    two.page.select_option("#status", "dormant")
    two.page.get_by_role("button", name="Enregistrer").click()
    two.reads("Modifications enregistrées")
    one.page.fill("#name", "Méridiane (Nadia)")
    one.page.fill("#website", "www.meridiane.example.org")
    one.page.get_by_role("button", name="Enregistrer").click()
    one.reads("Karim Lahlou a modifié cette fiche entre-temps", "Méridiane (Nadia)", "Enregistré par Karim Lahlou")
    one.page.get_by_role("radio", name="Méridiane (Karim)").check()
    one.page.get_by_role("button", name="Enregistrer").click()
    one.reads("Modifications enregistrées")

    with as_system() as session:
        now = session.get_one(Partner, partner.id)
        assert (now.name, now.status, now.website) == ("Méridiane (Karim)", Status.DORMANT, "https://www.meridiane.example.org")


def test_a_field_in_its_place_opens_leaves_on_escape_and_saves(running, chromium, cast, partner, as_system):
    one = Person(chromium, running.url).enters(cast.nadia)
    one.goes(f"/partenaires/{partner.id}")

    one.page.get_by_role("link", name="Modifier : Étiquettes").click()
    one.page.locator("#en-bref #tags").fill("Campus")
    one.page.keyboard.press("Escape")
    one.page.wait_for_selector("#en-bref form", state="detached")
    one.page.get_by_role("link", name="Modifier : Étiquettes").click()
    one.page.locator("#en-bref #tags").fill("REP+, Internat")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("#fiche-etiquettes >> text=Internat")

    assert one.errors == []
    with as_system() as session:
        assert session.get_one(Partner, partner.id).tags == ["REP+", "Internat"]


def test_lines_are_ticked_tagged_and_taken_back(running, chromium, cast, partner, as_system):
    one = Person(chromium, running.url).enters(cast.nadia)
    one.goes("/partenaires/")
    assert not one.page.locator("#lot").is_visible()

    one.page.get_by_role("checkbox", name="Tout choisir").check()
    one.page.get_by_role("button", name="Étiqueter").click()
    one.page.fill("#valeur", "Campus")
    one.page.get_by_role("button", name="Continuer").click()
    one.page.get_by_role("button", name="Modifier 1 partenaire").click()
    one.reads("1 partenaire modifié", "Campus")
    one.page.locator("#toasts").get_by_role("button", name="Annuler").click()
    one.reads("1 partenaire est comme avant")

    assert one.errors == []
    with as_system() as session:
        assert session.get_one(Partner, partner.id).tags == []
