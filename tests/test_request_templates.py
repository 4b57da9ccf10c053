"""What an association asks again and again: kept as a template, chosen by the next one who asks, put in order, seen by nobody else."""

import re
from datetime import date
from typing import Any

import pytest

from brokerage import scope
from brokerage.accounts.models import User
from brokerage.introductions import request_templates
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.request_templates import RequestTemplate
from brokerage.partners.models import ContactRole
from tests import partners_fixtures
from tests.partners_fixtures import words
from tests.story import Stage, plain, stage  # noqa: F401

statements = partners_fixtures.statements
JUNE = date(2026, 6, 3)
TUTORS = {
    "need": "corporate", "purpose": "recruit_tutors", "role_sought": "diversity_csr", "place": "Le Mans (72000)", "tutors": 12, "event_hours": "18 h",
    "event_name": "Tutorat de la prépa TSI", "audience": "3 h par mois", "wanted_by": date(2026, 6, 30), "event_on": date(2026, 10, 1),
    "message": "12 tuteurs et tutrices, dont au moins 5 femmes. En contrepartie : 2 jours de formation.",
}  # fmt: skip


@pytest.fixture
def june(stage: Stage) -> Any:  # noqa: F811
    with stage.on(JUNE, 20):
        yield stage


@pytest.fixture
def kept(june: Stage, soraya: User) -> RequestTemplate:
    """The template Soraya keeps of a request to Valmont Assurances."""
    return keep(june, soraya, june.asks(soraya, **TUTORS), "Tuteurs de prépa")


def keep(stage: Stage, who: User, request: str, name: str) -> RequestTemplate:  # noqa: F811
    stage.posts(who, "/demandes/modeles/nouveau", de=request.removeprefix("/demandes/"), name=name)
    with scope.acting(scope.member(who.association_id)) as session:
        return session.scalars(request_templates.of(who.association_id).where(RequestTemplate.name == name)).one()


def form_of(stage: Stage, who: User, path: str) -> dict[str, str]:  # noqa: F811
    """What the form of a new request already says."""
    page = stage._client_of(who).get(path).get_data(as_text=True)
    form = page[page.index('id="demande"') : page.index("<aside", page.index('id="demande"'))]
    said = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") != "radio" or re.search(r"\bchecked\b", tag):
            said[found["name"]] = found.get("value", "")
    said |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', form))
    said |= dict(re.findall(r'<select[^>]*name="([^"]+)"[^>]*>.*?<option selected value="([^"]*)"', form, re.DOTALL))
    return {name: value for name, value in said.items() if value and name not in ("csrf_token", "ally")}


def test_a_request_is_kept_as_a_template_and_a_colleague_begins_the_next_one_from_it(june, kept, lucas, as_system):
    assert "Partir d'un modèle" in june.reads(lucas, "/demandes/nouvelle")
    assert "Tuteurs de prépa" in june.reads(lucas, "/demandes/nouvelle")

    typed = form_of(june, lucas, f"/demandes/nouvelle?modele={kept.id}")
    message = typed.pop("message").strip()
    wanted = {name: TUTORS[name] for name in ("need", "purpose", "role_sought", "event_name", "audience")} | {"tutors": "12"}
    assert typed == wanted  # no place, no date, no hour, no partner
    assert message == TUTORS["message"]

    request = june.asks(lucas, **wanted, message=message, place="Angers (49000)")
    with as_system() as session:
        row = session.get_one(IntroductionRequest, request.removeprefix("/demandes/"))
        assert (row.requester_id, row.purpose, row.numbers, row.place) == (lucas.id, "recruit_tutors", {"tutors": 12}, "Angers (49000)")
        assert row.role_sought is ContactRole.DIVERSITY_CSR
        assert row.event_on is None


def test_a_template_is_aimed_at_the_partner_one_comes_from(june, kept, lucas, nadia):
    valmont = june.partner(nadia, "Valmont Assurances", "Le Mans", postcode="72000", department="72", academy="17", region="52")

    page = june._client_of(lucas).get(f"/demandes/nouvelle?partenaire={valmont.id}").get_data(as_text=True)

    assert f"/demandes/nouvelle?modele={kept.id}&amp;partenaire={valmont.id}" in page
    assert form_of(june, lucas, f"/demandes/nouvelle?modele={kept.id}&partenaire={valmont.id}")["partner"] == str(valmont.id)


def test_the_form_being_written_is_kept_as_a_template_and_stays_a_draft(june, lucas, cast, as_system):
    answer = june.posts(lucas, "/demandes/nouvelle", action="modele", partner="", ally=cast.pa.id, **TUTORS)
    naming = june.reads(lucas, answer.location)

    for said in ("Recruter des tuteurs et tutrices", "12 tuteurs et tutrices", "Tutorat de la prépa TSI", "dont au moins 5 femmes"):
        assert said in naming
    assert "Le Mans" not in naming
    assert 'value="Tutorat de la prépa TSI"' in june._client_of(lucas).get(answer.location).get_data(as_text=True)
    draft = answer.location.partition("de=")[2]
    back = june._client_of(lucas).post("/demandes/modeles/nouveau", data={"de": draft, "name": "Tuteurs"}, follow_redirects=True)
    assert back.request.full_path == f"/demandes/nouvelle?brouillon={draft}"
    assert "Modèle « Tuteurs » gardé pour toute votre association." in plain(back.text)


def test_a_name_is_asked_for_and_belongs_to_one_template(june, kept, lucas):
    request = june.asks(lucas, **TUTORS).removeprefix("/demandes/")

    for name, sentence in (("  ", "Donnez un nom à ce modèle."), ("TUTEURS de prepa", "Un modèle de votre association porte déjà ce nom.")):
        refused = june.posts(lucas, "/demandes/modeles/nouveau", 422, de=request, name=name)
        assert sentence in words(refused)
        assert f'value="{name.strip()}"' in refused.text
    assert "Nom du modèle" in words(june.posts(lucas, "/demandes/modeles/nouveau", 422, de=request, name="x" * 81))


def test_its_author_and_the_managers_rename_and_remove_it_and_nobody_else(june, kept, soraya, lucas, jean_baptiste):
    assert "Modifier le modèle" not in june._client_of(lucas).get("/demandes/modeles").text
    june.posts(lucas, f"/demandes/modeles/{kept.id}", 403, name="À moi")
    told = june._client_of(lucas).post(f"/demandes/modeles/{kept.id}/suppression", follow_redirects=True).text
    assert "Ce modèle se renomme et se supprime par la personne qui l’a fait" in told

    june.posts(jean_baptiste, f"/demandes/modeles/{kept.id}", name="Tutorat de prépa")
    listed = june.reads(lucas, "/demandes/modeles")
    assert "Tutorat de prépa" in listed
    assert "Gardé par Soraya" in listed
    june.posts(soraya, f"/demandes/modeles/{kept.id}/suppression")
    assert "Aucun modèle encore" in june.reads(lucas, "/demandes/modeles")
    assert "Partir d'un modèle" not in june.reads(lucas, "/demandes/nouvelle")
    june.posts(soraya, f"/demandes/modeles/{kept.id}/restauration")
    assert "Tutorat de prépa" in june.reads(lucas, "/demandes/modeles")


def test_a_removed_template_does_not_come_back_under_a_name_that_was_taken(june, kept, soraya):
    june.posts(soraya, f"/demandes/modeles/{kept.id}/suppression")
    keep(june, soraya, june.asks(soraya, **TUTORS), "Tuteurs de prépa")

    june.posts(soraya, f"/demandes/modeles/{kept.id}/restauration")

    assert june.reads(soraya, "/demandes/modeles").count("Demander Tuteurs de prépa") == 1


def test_another_association_reads_keeps_and_uses_nothing_of_it(june, kept, thi_mai, oscar, nadia):
    for stranger in (thi_mai, nadia, oscar):
        assert "Tuteurs de prépa" not in june.reads(stranger, "/demandes/modeles")
        if stranger is oscar:  # his association has no ally: there is no form
            assert "Aucune convention en vigueur" in june.reads(oscar, f"/demandes/nouvelle?modele={kept.id}")
        else:
            assert form_of(june, stranger, f"/demandes/nouvelle?modele={kept.id}") == {"need": "unknown"}
        june.posts(stranger, f"/demandes/modeles/{kept.id}", 404, name="À nous")
        june.posts(stranger, f"/demandes/modeles/{kept.id}/suppression", 404)


def test_a_manager_who_decides_a_request_does_not_keep_the_words_of_the_other_side(june, lucas, nadia):
    request = june.asks(lucas, **TUTORS).removeprefix("/demandes/")

    refused = june.posts(nadia, "/demandes/modeles/nouveau", 422, de=request, name="À nous")

    assert "Cette demande n'est pas de votre association." in words(refused)


def test_the_form_asks_for_all_templates_in_one_statement(june, kept, soraya, lucas, statements):
    client = june._client_of(lucas)
    client.get("/demandes/nouvelle")
    with statements() as few:
        client.get("/demandes/nouvelle")
    for n in range(5):
        keep(june, soraya, june.asks(soraya, **TUTORS), f"Modèle {n}")
    with statements() as many:
        client.get("/demandes/nouvelle")

    assert len(many) == len(few)
