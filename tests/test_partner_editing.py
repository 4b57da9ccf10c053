"""Adding and changing partners and their contacts: nothing typed is lost, nothing a colleague wrote is overwritten."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.mail.models import Suppression
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in
SCHOOL = {
    "kind": "academic", "name": "Lycée Condorcet", "type": "LGT", "uai": "0020050U", "postcode": "02100", "town": "st quentin",
    "status": "active", "visibility": "listed", "open_now": "y", "accepts": ["host_event", "find_speakers"], "tags": "Cordées, REP+ ; Cordées",
    "website": "www.condorcet.example.org",
}  # fmt: skip
PERSON = {
    "civility": "Mme", "first_name": "Hélène", "last_name": "Marchetti", "role": "head", "title": "proviseure", "email": "h.marchetti@condorcet.example",
    "phone": "01 99 00 52 40", "mobile": "", "language": "fr", "permission": "ask_first", "source": "forum des Cordées", "source_date": "03/11/2025",
    "asks_per_quarter": "1", "quiet_months": ["7", "8"],
}  # fmt: skip


@pytest.fixture
def book(as_system: Any) -> Any:
    """`book(Partner)` reads what is really in the database, in every association."""

    def read(entity: Any) -> list[Any]:
        with as_system() as session:
            return list(session.scalars(sa.select(entity).order_by(entity.created_at)))

    return read


@pytest.fixture
def said(as_system: Any) -> Any:
    """The kinds of lines in the timeline, oldest first, and whether any of them holds a text."""

    def read() -> list[tuple[str, dict[str, Any]]]:
        with as_system() as session:
            return [(e.what, e.details) for e in session.scalars(sa.select(timeline.Entry).order_by(timeline.Entry.at, timeline.Entry.id))]

    return read


def test_a_school_found_by_name_or_code_fills_the_form(nadia, signed_in):
    by_name = signed_in(nadia).get("/partenaires/nouveau?ecole=condorcet+quentin")
    filled = signed_in(nadia).get("/partenaires/nouveau?uai=0020050U").get_data(as_text=True)

    assert "0020050U" in words(by_name)
    for value in ('value="Lycée Condorcet"', 'value="0020050U"', 'value="Saint-Quentin"', 'value="02100"'):
        assert value in filled
    assert re.search('<input [^>]*checked[^>]*value="academic"', filled)


def test_schools_come_alone_while_one_types_and_say_which_we_have(nadia, signed_in, as_member):
    with as_member(nadia) as session:
        mine = people.a_partner(nadia, "Lycée Condorcet", uai="0020050U")
        session.commit()

    answer = signed_in(nadia).get("/partenaires/nouveau?ecole=0020050", headers={"HX-Request": "true", "HX-Target": "ecoles"})

    assert "<html" not in answer.get_data(as_text=True)
    assert "déjà dans votre carnet" in words(answer)
    assert f"/partenaires/{mine.id}" in answer.get_data(as_text=True)


def test_a_manager_adds_a_school_and_its_place_is_deduced(nadia, signed_in, book, said):
    answer = signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)

    [partner] = book(Partner)
    assert answer.status_code == 303
    assert (partner.town, partner.department, partner.academy, partner.region, partner.insee) == ("Saint-Quentin", "02", "20", "32", "02691")
    assert (partner.tags, partner.accepts, partner.website) == (["Cordées", "REP+"], ["host_event", "find_speakers"], "https://www.condorcet.example.org")
    assert partner.association_id == nadia.association_id
    assert said() == [("partner_created", {})]


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"name": " "}, "Indiquez le nom de l'organisation."), ({"uai": "0020049I"}, "sept chiffres et une lettre"),
        ({"uai": "0020050"}, "Est-ce 0020050U"), ({"siret": "123"}, "14 chiffres pour un SIRET"), ({"siret": "9,92562E+13"}, "abîmé par un tableur"),
        ({"postcode": "99999"}, "Ce code postal n'existe pas"), ({"postcode": "", "town": "Saint-Denis"}, "ajoutez le code postal"),
        ({"website": "javascript:alert(1)"}, "Écrivez une adresse de site"), ({"kind": "pirate"}, "Choisissez dans la liste"),
        ({"accepts": ["pirate"]}, "Choisissez dans la liste"), ({"owner_id": "pirate"}, "Choisissez dans la liste"), ({"name": "x" * 201}, "C'est trop long"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_at_its_field_and_the_rest_stays(wrong, sentence, nadia, signed_in, book):
    answer = signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL | {"address": "12 rue « Hugo » <b>"} | wrong)

    assert answer.status_code == 422
    assert sentence in words(answer).replace("\u202f", " ").replace("\xa0", " ")
    assert "12 rue « Hugo » &lt;b&gt;" in answer.get_data(as_text=True)
    assert book(Partner) == []


def test_a_double_is_refused_with_the_way_to_the_one_there_is(nadia, soraya, signed_in, book, as_member):
    with as_member(nadia) as session:
        mine = people.a_partner(nadia, "Lycée <Condorcet>", uai="0020050U")
        session.commit()

    answer = signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)

    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'<a href="/partenaires/{mine.id}">Lycée &lt;Condorcet&gt;</a>' in body
    assert len(book(Partner)) == 1


def test_the_same_school_may_be_in_two_books_and_in_ours_again_after_the_trash(nadia, jean_baptiste, signed_in, book):
    signed_in(jean_baptiste).post("/partenaires/nouveau", data=SCHOOL)
    signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)
    first = next(p for p in book(Partner) if p.association_id == nadia.association_id)

    assert signed_in(nadia).post(f"/partenaires/{first.id}/corbeille").status_code == 303
    assert signed_in(nadia).get(f"/partenaires/{first.id}").status_code == 404
    assert "à la corbeille" in words(signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL))
    assert signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL | {"quand_meme": "1"}).status_code == 303
    refused = signed_in(nadia).post(f"/partenaires/{first.id}/restauration")

    again = signed_in(nadia).get(refused.location)
    assert refused.status_code == 303
    assert "Lycée Condorcet" in words(again)
    assert sum(p.deleted_at is None for p in book(Partner)) == 2


def test_the_trash_gives_back_what_was_thrown(nadia, signed_in, book, said):
    signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)
    [partner] = book(Partner)

    signed_in(nadia).post(f"/partenaires/{partner.id}/corbeille")
    signed_in(nadia).post(f"/partenaires/{partner.id}/restauration")

    assert signed_in(nadia).get(f"/partenaires/{partner.id}").status_code == 200
    assert [what for what, _ in said()] == ["partner_created", "partner_trashed", "partner_restored"]


def test_two_people_editing_see_each_other_and_nothing_is_overwritten(nadia, karim, signed_in, book):
    signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)
    [partner] = book(Partner)
    url, opened = f"/partenaires/{partner.id}/modification", {"version": str(partner.version)}
    signed_in(karim).post(url, data=SCHOOL | opened | {"name": "Lycée Condorcet (site nord)", "open_now": ""})

    late = signed_in(nadia).post(url, data=SCHOOL | opened | {"name": "Lycée Nicolas-de-Condorcet"})

    assert late.status_code == 409
    assert "Karim Lahlou a modifié cette fiche entre-temps" in words(late)
    assert "Nom Lycée Nicolas-de-Condorcet Votre saisie Lycée Condorcet (site nord) Enregistré par Karim Lahlou" in words(late)
    assert "Ouvert aux demandes en ce moment oui Votre saisie non Enregistré par Karim Lahlou" in words(late)
    assert book(Partner)[0].name == "Lycée Condorcet (site nord)"
    again = signed_in(nadia).post(url, data=SCHOOL | {"name": "Lycée Nicolas-de-Condorcet", "version": str(book(Partner)[0].version)})
    assert (again.status_code, book(Partner)[0].name) == (303, "Lycée Nicolas-de-Condorcet")


def test_a_change_names_its_fields_and_no_change_says_nothing(nadia, signed_in, book, said):
    signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)
    [partner] = book(Partner)
    url = f"/partenaires/{partner.id}/modification"

    signed_in(nadia).post(url, data=SCHOOL | {"version": "1"})
    signed_in(nadia).post(url, data=SCHOOL | {"version": "1", "tags": "Campus", "visibility": "hidden"})

    assert said() == [("partner_created", {}), ("partner_changed", {"fields": ["tags", "visibility"]})]


def test_an_old_identifier_that_is_not_valid_does_not_lock_the_record(nadia, signed_in, book, as_member):
    with as_member(nadia) as session:
        old = people.a_partner(nadia, "Lycée ancien", uai="0959901X", type="ZEP", kind=PartnerKind.ACADEMIC)
        session.commit()

    answer = signed_in(nadia).post(f"/partenaires/{old.id}/modification", data=SCHOOL | {"uai": "0959901X", "type": "ZEP", "version": "1"})

    assert (answer.status_code, book(Partner)[0].name, book(Partner)[0].type) == (303, "Lycée Condorcet", "ZEP")


def test_a_partner_leaves_and_enters_the_common_directory_with_one_button(nadia, lucas, signed_in, book, said):
    signed_in(nadia).post("/partenaires/nouveau", data=SCHOOL)
    [partner] = book(Partner)

    seen = [signed_in(lucas).get(f"/annuaire/{partner.id}").status_code]
    for wanted in ("hidden", "listed"):
        signed_in(nadia).post(f"/partenaires/{partner.id}/visibilite", data={"visibility": wanted})
        seen.append(signed_in(lucas).get(f"/annuaire/{partner.id}").status_code)

    assert seen == [200, 404, 200]
    assert [what for what, _ in said()] == ["partner_created", "partner_hidden", "partner_listed"]


@pytest.fixture
def partner(nadia: Any, as_member: Any) -> Partner:
    with as_member(nadia) as session:
        made = people.a_partner(nadia, "Lycée Jean Hinglo", kind=PartnerKind.ACADEMIC, department="974")
        session.commit()
    return made


def test_a_person_goes_to_the_book_and_their_coordinates_to_the_vault(partner, nadia, signed_in, book, said, as_member):
    answer = signed_in(nadia).post(f"/partenaires/{partner.id}/contacts/nouveau", data=PERSON | {"mobile": "0692 01 02 03"})

    [contact] = book(Contact)
    assert answer.status_code == 303
    assert (contact.asks_per_quarter, contact.quiet_months, contact.source_date.isoformat()) == (1, [7, 8], "2025-11-03")
    with as_member(nadia):
        assert vault.own([contact.id])[contact.id] == vault.Coordinates("h.marchetti@condorcet.example", "+33199005240", "+262692010203")
    assert said() == [("contact_added", {})]


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"last_name": ""}, "Indiquez le nom de la personne."), ({"email": "h.marchetti@condorcet"}, "Écrivez l'adresse en entier"),
        ({"email": "h.marchetti@gmail.con"}, "h.marchetti@gmail.com"), ({"phone": "01 99"}, "Ce numéro n'est pas complet"),
        ({"source": ""}, "Dites d'où elles viennent"), ({"source_date": "hier"}, "Indiquez une date"), ({"asks_per_quarter": "-1"}, "un nombre de 0 à 30"),
        ({"permission": "share_ok", "source_date": ""}, "Un accord donné d'avance a une date"), ({"permission": "do_not_contact"}, "Choisissez dans la liste"),
        ({"source_date": "2099-01-01"}, "Cette date est à venir"), ({"quiet_months": ["13"]}, "Choisissez dans la liste"),
    ],
)  # fmt: skip
def test_a_person_is_refused_with_a_sentence_and_nothing_is_lost(wrong, sentence, partner, nadia, signed_in, book):
    answer = signed_in(nadia).post(f"/partenaires/{partner.id}/contacts/nouveau", data=PERSON | {"title": "cheffe « 1 »"} | wrong)

    assert answer.status_code == 422
    assert sentence in words(answer).replace("\xa0", " ")
    assert "cheffe « 1 »" in answer.get_data(as_text=True)
    assert book(Contact) == []


def test_changing_a_telephone_alone_moves_the_version_and_a_colleague_is_told(partner, nadia, karim, signed_in, book, said):
    signed_in(nadia).post(f"/partenaires/{partner.id}/contacts/nouveau", data=PERSON)
    [contact] = book(Contact)
    url, opened = f"/partenaires/contacts/{contact.id}", {"version": str(contact.version)}
    signed_in(karim).post(url, data=PERSON | opened | {"phone": "01 99 00 52 41"})

    late = signed_in(nadia).post(url, data=PERSON | opened | {"email": "helene@condorcet.example"})

    assert late.status_code == 409
    assert "+33199005241" in words(late)
    assert [what for what, _ in said()] == ["contact_added", "contact_changed"]
    assert said()[-1][1] == {"fields": ["phone"]}


def test_somebody_who_objected_stays_out_of_reach_whatever_a_form_says(partner, nadia, signed_in, book, as_system):
    with as_system() as session:
        session.add(Suppression(email_key=vault.key_of(PERSON["email"]), reason="objection", created_at=clock.now()))
        session.commit()

    signed_in(nadia).post(f"/partenaires/{partner.id}/contacts/nouveau", data=PERSON | {"permission": "share_ok"})
    [contact] = book(Contact)
    signed_in(nadia).post(f"/partenaires/contacts/{contact.id}", data=PERSON | {"permission": "share_ok", "version": "1", "email": "autre@condorcet.example"})

    assert [c.permission for c in book(Contact)] == [Permission.DO_NOT_CONTACT]
    assert "Ne plus solliciter" in words(signed_in(nadia).get(f"/partenaires/{partner.id}"))


def test_a_person_who_is_removed_leaves_the_page_and_another_association_cannot_touch_them(partner, nadia, jean_baptiste, signed_in, book):
    signed_in(nadia).post(f"/partenaires/{partner.id}/contacts/nouveau", data=PERSON)
    [contact] = book(Contact)

    stranger = signed_in(jean_baptiste)
    assert {stranger.get(f"/partenaires/contacts/{contact.id}").status_code, stranger.post(f"/partenaires/contacts/{contact.id}/retrait").status_code} == {404}
    assert signed_in(nadia).post(f"/partenaires/contacts/{contact.id}/retrait").status_code == 303
    assert "Marchetti" not in words(signed_in(nadia).get(f"/partenaires/{partner.id}"))


@pytest.mark.parametrize("path", ["modification", "contacts/nouveau", "visibilite", "corbeille", "restauration"])
def test_a_delegate_changes_nothing_but_notes(path, partner, thi_mai, signed_in, book):
    answer = signed_in(thi_mai).post(f"/partenaires/{partner.id}/{path}", data=SCHOOL | PERSON)

    assert answer.status_code == 403
    assert book(Partner)[0].visibility is Visibility.LISTED
