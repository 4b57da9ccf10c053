"""Fields of an association's own, one field changed in its place, and two people at one record."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.errors import BadInput
from brokerage.partners import fields, vault
from brokerage.partners.fields import CustomField, FieldKind, Subject
from brokerage.partners.models import Contact, Partner, Status
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in


@pytest.fixture
def partner(nadia: Any, as_member: Any) -> Partner:
    with as_member(nadia) as session:
        made = people.a_partner(nadia, "Méridiane Énergie")
        people.a_contact(made)
        session.commit()
    return made


@pytest.fixture
def asked(nadia: Any, as_member: Any) -> dict[str, CustomField]:
    """One field of each kind on partners, and one on contacts."""
    with as_member(nadia) as session:
        by = session.get_one(type(nadia), nadia.id)
        made = {
            "text": fields.define(by, Subject.PARTNER, FieldKind.TEXT, "Parrain"),
            "number": fields.define(by, Subject.PARTNER, FieldKind.NUMBER, "Places", "Par an."),
            "date": fields.define(by, Subject.PARTNER, FieldKind.DATE, "Convention signée"),
            "choice": fields.define(by, Subject.PARTNER, FieldKind.CHOICE, "Réseau local", options=["Nord", "Sud"]),
            "person": fields.define(by, Subject.CONTACT, FieldKind.TEXT, "Promotion"),
        }
        session.commit()
    return made


@pytest.fixture
def stored(as_system: Any) -> Any:
    def read(entity: Any) -> Any:
        with as_system() as session:
            return session.scalars(sa.select(entity)).one()

    return read


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would send back of the page's main form, untouched."""
    import html5lib

    tree = html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)
    form = next(f for f in tree.iter("form") if any(i.get("name") == "opened" for i in f.iter("input")))
    sent: dict[str, Any] = {}
    for one in form.iter():
        name, kind = one.get("name"), one.get("type")
        if not name or (kind in ("radio", "checkbox") and one.get("checked") is None):
            continue
        if one.tag == "input":
            sent.setdefault(name, []).append(one.get("value", "y" if kind == "checkbox" else ""))
        elif one.tag == "textarea":
            sent[name] = one.text or ""
        elif one.tag == "select":
            sent[name] = next((o.get("value") for o in one.iter("option") if o.get("selected") is not None), "")
    return sent


def test_every_kind_of_field_is_filled_shown_and_filtered(nadia, partner, asked, signed_in, stored, as_member):
    client, url = signed_in(nadia), f"/partenaires/{partner.id}/modification"
    typed = {f"x-{asked[kind].id}": value for kind, value in [("text", "Mme Roy"), ("number", "12,5"), ("date", "04/03/2026"), ("choice", "Sud")]}

    saved = client.post(url, data=form_of(client.get(url)) | typed)

    assert saved.status_code == 303
    assert stored(Partner).extra == {
        asked["text"].key: "Mme Roy", asked["number"].key: 12.5, asked["date"].key: "2026-03-04", asked["choice"].key: "Sud",
    }  # fmt: skip
    page = words(client.get(f"/partenaires/{partner.id}")).replace("\xa0", " ")
    for said in ("Parrain Mme Roy", "Places 12,5", "4 mars 2026", "Réseau local Sud"):
        assert said in page
    def found(kind: str, value: str, side: str = "") -> int:
        return client.get(f"/partenaires/?champ-{asked[kind].key}{side}={value}").get_data(as_text=True).count(" data-row")

    assert [found("choice", "Sud"), found("choice", "Nord"), found("number", "12.5"), found("date", "2026-03-04")] == [1, 0, 1, 1]
    assert [found("number", "10", "-de"), found("number", "13", "-de"), found("date", "2026-01-01", "-de"), found("date", "2025-12-31", "-a")] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    "kind, typed, sentence",
    [("number", "douze", "Indiquez un nombre"), ("number", "NaN", "Indiquez un nombre"), ("number", "1e400", "Indiquez un nombre"),
     ("date", "31/02/2026", "Indiquez une date"), ("choice", "Est", "Choisissez dans la liste"), ("text", "x" * 501, "C'est trop long")],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_gets_a_sentence_and_stays_in_the_form(kind, typed, sentence, nadia, partner, asked, signed_in, stored):
    client, url = signed_in(nadia), f"/partenaires/{partner.id}/modification"

    answer = client.post(url, data=form_of(client.get(url)) | {f"x-{asked[kind].id}": typed, "name": "Autre nom"})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Autre nom" in answer.get_data(as_text=True)
    assert (stored(Partner).extra, stored(Partner).name) == ({}, "Méridiane Énergie")


def test_an_archived_field_leaves_the_forms_and_keeps_its_values(nadia, partner, asked, signed_in, stored, as_member):
    with as_member(nadia) as session:
        session.get_one(Partner, partner.id).extra = {asked["text"].key: "Mme Roy"}
        session.commit()
    client, url = signed_in(nadia), f"/partenaires/{partner.id}/modification"

    client.post(f"/reglages/champs/{asked['text'].id}/archive")
    without = client.get(url)
    client.post(url, data=form_of(without) | {"town": "Paris", "postcode": "75009"})
    client.post(f"/reglages/champs/{asked['text'].id}/archive", data={"archived": "non"})

    assert f"x-{asked['text'].id}" not in without.get_data(as_text=True)
    assert stored(Partner).extra == {asked["text"].key: "Mme Roy"}
    assert "Parrain Mme Roy" in words(client.get(f"/partenaires/{partner.id}"))


def test_a_contact_has_fields_of_its_own(nadia, partner, asked, signed_in, stored):
    client, url = signed_in(nadia), f"/partenaires/contacts/{stored(Contact).id}"

    client.post(url, data=form_of(client.get(url)) | {f"x-{asked['person'].id}": "2012"})

    assert stored(Contact).extra == {asked["person"].key: "2012"}


def test_fields_are_defined_ordered_renamed_and_one_name_is_one_field(nadia, helene, thi_mai, asked, signed_in, as_system):
    client = signed_in(helene)
    twice = client.post("/reglages/champs", data={"subject": "partner", "kind": "text", "name": "PARRAIN", "help": "", "options": ""})
    bare = client.post("/reglages/champs", data={"subject": "partner", "kind": "choice", "name": "Zone", "options": "A"})
    made = client.post("/reglages/champs", data={"subject": "partner", "kind": "choice", "name": "Zone", "options": "A\r\nB\r\nA"})
    client.post(f"/reglages/champs/{asked['date'].id}/rang", data={"vers": "haut"})
    client.post(f"/reglages/champs/{asked['text'].id}", data={"name": "Marraine ou parrain", "help": "", "options": ""})

    with as_system() as session:
        known = session.scalars(sa.select(CustomField).where(CustomField.subject == Subject.PARTNER).order_by(CustomField.position)).all()
        names, options = [field.name for field in known], known[-1].options
    assert (twice.status_code, bare.status_code, made.status_code) == (422, 422, 303)
    assert "Un champ porte déjà ce nom" in words(twice)
    assert names == ["Marraine ou parrain", "Convention signée", "Places", "Réseau local", "Zone"]
    assert options == ["A", "B"]
    assert signed_in(thi_mai).get("/reglages/champs").status_code == 403


def test_a_subject_has_thirty_fields_in_use_and_archiving_one_makes_room(nadia, as_member):
    with as_member(nadia) as session:
        by = session.get_one(type(nadia), nadia.id)
        made = [fields.define(by, Subject.PARTNER, FieldKind.TEXT, f"Champ {n}") for n in range(fields.MOST)]
        with pytest.raises(BadInput, match="champs : archivez-en un"):
            fields.define(by, Subject.PARTNER, FieldKind.TEXT, "De trop")

        fields.define(by, Subject.CONTACT, FieldKind.TEXT, "Chez les contacts")
        made[0].archived_at = clock.now()
        session.flush()
        assert fields.define(by, Subject.PARTNER, FieldKind.TEXT, "À sa place").position > made[-1].position


def test_allies_read_nothing_of_it(nadia, lucas, jean_baptiste, partner, asked, signed_in, as_member):
    with as_member(nadia) as session:
        session.get_one(Partner, partner.id).extra = {asked["text"].key: "secret-parrain"}
        session.commit()

    pages = [signed_in(who).get(f"/annuaire/{partner.id}").get_data(as_text=True) for who in (lucas, jean_baptiste)]

    assert all("secret-parrain" not in page and "Parrain" not in page for page in pages)
    assert signed_in(jean_baptiste).post(f"/reglages/champs/{asked['text'].id}/archive").status_code == 404


def test_one_field_is_changed_where_it_is_read(nadia, partner, asked, signed_in, stored):
    client, url = signed_in(nadia), f"/partenaires/{partner.id}"
    opened = client.get(f"{url}?modifier=status")

    saved = client.post(f"{url}/sur-place?modifier=status", data=form_of(opened) | {"status": "dormant"})
    piece = client.get(f"{url}?modifier=x-{asked['number'].id}", headers={"HX-Request": "true", "HX-Target": "en-bref"})
    wrong = client.post(f"{url}/sur-place?modifier=x-{asked['number'].id}", data=form_of(piece) | {f"x-{asked['number'].id}": "douze"})

    assert (saved.status_code, stored(Partner).status) == (303, Status.DORMANT)
    assert "<html" not in piece.get_data(as_text=True)
    assert (wrong.status_code, "Indiquez un nombre" in words(wrong), 'value="douze"' in wrong.get_data(as_text=True)) == (422, True, True)
    assert client.get(f"{url}?modifier=name").get_data(as_text=True).count('name="opened"') == 0
    assert client.post(f"{url}/sur-place?modifier=name", data={"name": "Pirate"}).status_code == 404


def test_fields_changed_by_two_people_are_put_together(nadia, karim, partner, signed_in, stored):
    url = f"/partenaires/{partner.id}/modification"
    hers, his = form_of(signed_in(nadia).get(url)), form_of(signed_in(karim).get(url))

    signed_in(karim).post(url, data=his | {"name": "Méridiane (Karim)", "tags": "Cordées"})
    saved = signed_in(nadia).post(url, data=hers | {"website": "www.meridiane.example.org"})

    assert saved.status_code == 303
    now = stored(Partner)
    assert (now.name, now.tags, now.website) == ("Méridiane (Karim)", ["Cordées"], "https://www.meridiane.example.org")


@pytest.mark.parametrize("choice, name", [("mine", "Méridiane (Nadia)"), ("theirs", "Méridiane (Karim)")])
def test_a_field_both_changed_is_chosen_and_the_rest_is_kept(choice, name, nadia, karim, partner, signed_in, stored):
    url = f"/partenaires/{partner.id}/modification"
    hers, his = form_of(signed_in(nadia).get(url)), form_of(signed_in(karim).get(url))
    signed_in(karim).post(url, data=his | {"name": "Méridiane (Karim)", "status": "dormant"})

    asked_back = signed_in(nadia).post(url, data=hers | {"name": "Méridiane (Nadia)", "website": "www.meridiane.example.org"})
    saved = signed_in(nadia).post(url, data=form_of(asked_back) | {"choix-name": choice})

    assert (asked_back.status_code, saved.status_code) == (409, 303)
    assert "Nom Méridiane (Nadia) Votre saisie Méridiane (Karim) Enregistré par Karim Lahlou" in words(asked_back)
    assert asked_back.get_data(as_text=True).count("<fieldset") == signed_in(nadia).get(url).get_data(as_text=True).count("<fieldset") + 1
    now = stored(Partner)
    assert (now.name, now.status, now.website) == (name, Status.DORMANT, "https://www.meridiane.example.org")


def test_a_form_whose_memory_was_forged_takes_nothing_for_granted(nadia, karim, partner, signed_in, stored):
    url = f"/partenaires/{partner.id}/modification"
    hers, his = form_of(signed_in(nadia).get(url)), form_of(signed_in(karim).get(url))
    signed_in(karim).post(url, data=his | {"name": "Méridiane (Karim)"})

    answer = signed_in(nadia).post(url, data=hers | {"opened": hers["opened"][0][:-3] + "abc"})

    assert (answer.status_code, stored(Partner).name) == (409, "Méridiane (Karim)")


def test_two_at_one_contact_lose_nothing_either(nadia, karim, partner, signed_in, stored, as_member):
    url = f"/partenaires/contacts/{stored(Contact).id}"
    hers, his = form_of(signed_in(nadia).get(url)), form_of(signed_in(karim).get(url))

    signed_in(karim).post(url, data=his | {"email": "h.m@meridiane.example"})
    merged = signed_in(nadia).post(url, data=hers | {"title": "directrice RSE"})
    with as_member(nadia):
        reach = vault.own([stored(Contact).id])[stored(Contact).id]
    clash = signed_in(karim).post(url, data=his | {"title": "cheffe RSE"})

    assert (merged.status_code, stored(Contact).title, reach.email) == (303, "directrice RSE", "h.m@meridiane.example")
    assert clash.status_code == 409
    assert "Fonction cheffe RSE Votre saisie directrice RSE Enregistré par Nadia Benhaddou" in words(clash)


def test_in_place_too_the_same_field_is_asked_back_and_others_are_not(nadia, karim, partner, signed_in, stored):
    url = f"/partenaires/{partner.id}"
    tags, status = (form_of(signed_in(nadia).get(f"{url}?modifier={name}")) for name in ("tags", "status"))
    signed_in(karim).post(f"{url}/sur-place?modifier=status", data=form_of(signed_in(karim).get(f"{url}?modifier=status")) | {"status": "dormant"})

    other = signed_in(nadia).post(f"{url}/sur-place?modifier=tags", data=tags | {"tags": "Campus"})
    same = signed_in(nadia).post(f"{url}/sur-place?modifier=status", data=status | {"status": "former"})

    assert (other.status_code, stored(Partner).tags) == (303, ["Campus"])
    assert (same.status_code, stored(Partner).status) == (409, Status.DORMANT)
    assert re.search(r"Relation .*Terminée Votre saisie En sommeil Enregistré par", words(same))
