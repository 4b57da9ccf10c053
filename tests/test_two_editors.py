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


def test_a_line_of_the_list_is_changed_with_the_keyboard_alone_and_gives_the_focus_back(running, chromium, cast, partner, as_system):
    one = Person(chromium, running.url).enters(cast.nadia)
    one.goes("/partenaires/?q=meridiane")
    owner = one.page.locator(".c-ref .a-changer")

    owner.focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(".ligne-m")
    one.page.keyboard.press("Escape")
    one.page.wait_for_selector(".ligne-m", state="detached")
    one.page.wait_for_function("document.activeElement.matches('.a-changer')")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(".ligne-m")
    one.page.select_option(".ligne-m #status", "dormant")
    one.page.locator(".ligne-m #tags").fill("REP+")
    one.page.keyboard.press("Enter")
    one.reads("en sommeil", "REP+")
    one.page.wait_for_function("document.activeElement.matches('.a-changer')")

    assert one.errors == []
    assert one.page.url.endswith("/partenaires/?q=meridiane")
    with as_system() as session:
        now = session.get_one(Partner, partner.id)
        assert (now.status, now.tags) == (Status.DORMANT, ["REP+"])


def test_a_person_already_there_is_told_while_one_types_on_a_phone_too(running, chromium, cast, partner, nadia, as_member):
    with as_member(nadia) as session:
        people.a_contact(session.get_one(Partner, partner.id))
        session.commit()
    one = Person(chromium, running.url, width=390).enters(cast.nadia)
    one.goes(f"/partenaires/{partner.id}/contacts/nouveau")

    one.page.fill("#first_name", "helene")
    one.page.locator("#last_name").press_sequentially("marchetti")
    one.reads("Cette personne est peut-être déjà dans votre carnet", "même nom, ici")

    assert one.page.locator("#peut-etre a").is_visible()
    assert one.page.evaluate("document.querySelector('#peut-etre').getBoundingClientRect().bottom <= innerHeight")
    assert one.errors == []
