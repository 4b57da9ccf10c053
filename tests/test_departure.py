"""Somebody leaves the association: one screen says what they hold, asks who takes over, and closes the access. In a browser."""

import pytest
import sqlalchemy as sa

from brokerage.introductions import requests
from brokerage.introductions.models import IntroductionRequest
from brokerage.partners.models import Partner
from brokerage.partners.tasks import Task
from tests import cast as people
from tests.running import desk
from tests.test_journey import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEEDED = ["Choisissez qui reprend ses partenaires.", "Choisissez qui reprend les demandes à décider.", "Choisissez qui reprend ses tâches."]


@pytest.fixture
def running(app, cast, config, tmp_path):
    with desk(config, tmp_path) as whole:
        yield whole


@pytest.fixture
def held(cast, nadia, lucas, as_member):
    """What Nadia has in charge: a partner with a long name, a request of the ally's delegate, a task."""
    with as_member(nadia) as session:
        partner = people.a_partner(nadia, "Lycée polyvalent des métiers de l'aéronautique et de l'hôtellerie Marie-Louise Dissard-Françoise")
        session.add(Task(association_id=nadia.association_id, assignee_id=nadia.id, partner_id=partner.id, text="Relancer"))
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa)
        requests.submit(request, session.get_one(type(lucas), lucas.id))
        request.handler_id = nadia.id
        session.commit()


def holders(as_system):
    """Who has the partner, the request and the task now."""
    asked = (Partner.owner_id, IntroductionRequest.handler_id, Task.assignee_id)
    with as_system() as session:
        return [session.scalars(sa.select(column)).one() for column in asked]


def offered(admin, kind):
    """The people one may choose from, by their first names."""
    return {words.split()[0] for words in admin.page.locator(f"#{kind} option[value]:not([value=''])").all_inner_texts()}


def fits(admin):
    return admin.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scripted", [True, False], ids=["on a phone", "without a script"])
def test_who_leaves_hands_over_all_they_hold_and_is_shown_the_door(scripted, running, chromium, cast, held, as_system):
    nadia = Person(chromium, running.url).enters(cast.nadia)
    admin = Person(chromium, running.url, 390 if scripted else 1440, java_script_enabled=scripted).enters(cast.helene)
    admin.goes(f"/membres/{cast.karim.id}/depart")
    admin.reads("n'a ni partenaire, ni demande, ni tâche en charge.")
    admin.page.click("main a:has-text('Garder l’accès')")
    admin.goes("/membres")
    assert "Accès fermé" not in admin.body()
    admin.page.click(f"a:has-text('{cast.nadia.name}')")
    admin.page.click("main a:has-text('Fermer l’accès')")

    admin.reads("En charge : un partenaire, une demande en cours, une tâche.")
    assert not scripted or fits(admin)
    assert offered(admin, "partners") == offered(admin, "requests") == {cast.karim.first_name}
    assert offered(admin, "tasks") == {one.first_name for one in (cast.karim, cast.thi_mai, cast.helene)}

    admin.page.select_option("#tasks", str(cast.thi_mai.id))
    admin.page.click("main form button.btn-danger-p")
    admin.reads(*NEEDED[:2])
    assert NEEDED[2] not in admin.body()
    assert admin.page.input_value("#tasks") == str(cast.thi_mai.id)
    assert not scripted or admin.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert holders(as_system) == [cast.nadia.id] * 3
    nadia.goes("/demandes/")
    nadia.reads("Sarcelles")

    for kind in ("partners", "requests"):
        admin.page.select_option(f"#{kind}", str(cast.karim.id))
    admin.page.click("main form button.btn-danger-p")
    admin.reads(f"L'accès de {cast.nadia.name} est fermé.", "Accès fermé")

    assert holders(as_system) == [cast.karim.id, cast.karim.id, cast.thi_mai.id]
    nadia.goes("/demandes/")
    assert "/connexion" in nadia.page.url
    nadia.page.fill("input[name=email]", cast.nadia.email)
    nadia.page.fill("input[name=password]", people.PASSWORD)
    nadia.page.click("main button.btn-p")
    assert "/connexion" in nadia.page.url
    karim = Person(chromium, running.url).enters(cast.karim)
    karim.goes("/demandes/")
    karim.reads("Sarcelles")
    assert [error for error in admin.errors + karim.errors if "422" not in error] == []  # what a refusal of the form is called
