"""The panel of filters: every choice counted under the others, several values kept, one's own fields too."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.partners import fields, tallies
from brokerage.partners.fields import FieldKind, Subject
from brokerage.partners.models import Partner, PartnerKind, Permission, Status, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements
COUNTS = {"HX-Request": "true", "HX-Target": "comptes"}


@pytest.fixture
def book(nadia: Any, karim: Any, as_member: Any, a_contact: Any) -> Any:
    """Four partners, and the ids of three fields of the association's own."""
    with as_member(nadia) as session:
        by = session.get_one(User, nadia.id)
        level = fields.define(by, Subject.PARTNER, FieldKind.CHOICE, "Niveau", options=["Bronze", "Argent"])
        places = fields.define(by, Subject.PARTNER, FieldKind.NUMBER, "Places")
        school = {"kind": PartnerKind.ACADEMIC, "type": "LGT"}
        first = people.a_partner(nadia, "Lycée Renoir", region="11", department="93", tags=["Cordées", "REP+"], extra={level.key: "Bronze", places.key: 28}, **school)
        people.a_partner(nadia, "Lycée Monet", region="11", department="95", tags=["Cordées"], extra={level.key: "Argent"}, **school)
        people.a_partner(karim, "Valmont", region="32", department="59", type="GE", open_now=False, status=Status.DORMANT, visibility=Visibility.HIDDEN)
        people.a_partner(karim, "Zéphyr", region="84", department="69", type="PME")
        a_contact(first, permission=Permission.SHARE_OK)
        session.commit()
        return level.key, places.key


def counts(answer: Any) -> dict[str, str]:
    """What the panel says beside each choice."""
    found = re.findall(r'name="([^"]+)" value="([^"]+)"(?: checked)?><span>[^<]*</span><output[^>]*>([^<]*)</output>', answer.get_data(as_text=True))
    return {f"{name}={value}": count for name, value, count in found}


def test_each_choice_says_how_many_partners_it_would_keep(book, nadia, karim, signed_in):
    level, _places = book

    said = counts(signed_in(nadia).get("/partenaires/filtres"))

    expected = {
        "kind=academic": "2", "type=LGT": "2", "type=PME": "1", "region=11": "2", "region=53": "0", "departement=93": "1", "ouvert=oui": "3", "ouvert=non": "1",
        f"referent={karim.id}": "2", "etiquette=Cordées": "2", "etiquette=REP+": "1", "statut=dormant": "1", "echange=jamais": "4", "accord=share_ok": "1",
        "visibilite=hidden": "1", f"champ-{level}=Bronze": "1",
    }  # fmt: skip
    assert {key: said.get(key) for key in expected} == expected
    assert "Voir 4 partenaires" in words(signed_in(nadia).get("/partenaires/filtres"))


def test_a_choice_is_counted_under_the_other_filters_and_not_under_its_own(book, nadia, signed_in):
    said = counts(signed_in(nadia).get("/partenaires/filtres?region=11&etiquette=REP%2B"))

    assert (said["region=11"], said["region=32"], said["departement=93"], said["departement=95"]) == ("1", "0", "1", "0")
    assert (said["etiquette=REP+"], said["etiquette=Cordées"]) == ("1", "2")
    assert counts(signed_in(nadia).get("/partenaires/filtres?region=11"))["region=32"] == "1"
    assert counts(signed_in(nadia).get("/partenaires/filtres?q=lycee"))["type=LGT"] == "2"
    assert counts(signed_in(nadia).get("/partenaires/filtres?q=lycee"))["type=PME"] == "0"


def test_every_count_is_what_the_list_then_shows(book, nadia, signed_in):
    reader = signed_in(nadia)
    for under in ("", "region=11", "kind=academic&ouvert=oui", "q=lycee&etiquette=Cord%C3%A9es"):
        for choice, count in counts(reader.get(f"/partenaires/filtres?{under}")).items():
            name, _equals, value = choice.partition("=")
            others = "&".join(part for part in under.split("&") if not part.startswith(f"{name}="))
            shown = reader.get(f"/partenaires/?{others}&{urlencode({name: value})}")
            assert shown.get_data(as_text=True).count(" data-row") == int(count), (under, choice)


def test_several_values_stay_ticked_even_one_that_is_no_longer_offered(book, nadia, lucas, signed_in):
    body = signed_in(nadia).get(f"/partenaires/filtres?region=11&region=32&etiquette=Disparue&referent={lucas.id}&q=lyc&sort=ville").get_data(as_text=True)

    for ticked in ('name="region" value="11" checked', 'name="region" value="32" checked', 'name="etiquette" value="Disparue" checked'):
        assert ticked in body
    assert f'name="referent" value="{lucas.id}" checked' in body
    assert 'type="hidden" name="sort" value="ville"' in body


def test_ticking_brings_the_counts_alone(book, nadia, signed_in):
    body = signed_in(nadia).get("/partenaires/filtres?kind=academic", headers=COUNTS).get_data(as_text=True)

    assert "Voir 2 partenaires" in words(signed_in(nadia).get("/partenaires/filtres?kind=academic", headers=COUNTS))
    assert 'hx-swap-oob="true"' in body
    assert "<form" not in body


def test_fields_of_ones_own_filter_the_list_and_come_off_by_their_chip(book, nadia, signed_in):
    level, places = book
    reader = signed_in(nadia)

    def shown(query: str) -> str:
        return words(reader.get(f"/partenaires/?{query}"))

    assert "Lycée Renoir" in shown(f"champ-{level}=Bronze")
    assert "Lycée Monet" not in shown(f"champ-{level}=Bronze")
    assert "Niveau : Bronze" in shown(f"champ-{level}=Bronze")
    assert all(name in shown(f"champ-{level}=Bronze&champ-{level}=Argent") for name in ("Lycée Renoir", "Lycée Monet"))
    assert "Lycée Renoir" in shown(f"champ-{places}=28")
    assert "Aucun partenaire" in shown(f"champ-{level}=Argent&champ-{places}=28")
    assert 'href="/partenaires/?kind=academic"' in reader.get(f"/partenaires/?kind=academic&champ-{level}=Bronze").get_data(as_text=True)


def test_allies_listed_partners_are_counted_and_no_others(book, lucas, oscar, signed_in):
    said = counts(signed_in(lucas).get("/annuaire/filtres"))

    assert (said["kind=corporate"], said["region=11"], said["region=32"], said["role=diversity_csr"]) == ("1", "2", "0", said["role=diversity_csr"])
    assert "Voir 3 partenaires" in words(signed_in(lucas).get("/annuaire/filtres"))
    assert set(counts(signed_in(oscar).get("/annuaire/filtres")).values()) <= {"0"}
    assert "champ-" not in signed_in(lucas).get("/annuaire/filtres").get_data(as_text=True)


def test_beyond_what_is_looked_at_a_count_says_more_than(book, nadia, signed_in, monkeypatch):
    monkeypatch.setattr(tallies, "LOOKED", 2)

    said = counts(signed_in(nadia).get("/partenaires/filtres"))

    assert "plus de 2" in said.values()
    assert "0" not in said.values()


def test_the_panel_costs_the_same_however_many_filters_are_in_force(book, nadia, signed_in, statements):
    reader, many = signed_in(nadia), []
    for query in ("", "region=11&kind=academic&etiquette=Cord%C3%A9es&accord=share_ok&q=lycee"):
        with statements() as said:
            reader.get(f"/partenaires/filtres?{query}")
        many.append(len(said))

    assert many[0] == many[1] <= 5


def test_nothing_of_another_book_is_counted(book, lucas, oscar, signed_in, as_system):
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Partner)) == 4

    for stranger in (lucas, oscar):
        assert set(counts(signed_in(stranger).get("/partenaires/filtres")).values()) <= {"0"}


def test_a_range_of_numbers_or_days_keeps_what_lies_in_it(book, nadia, karim, signed_in, as_member):
    _level, places = book
    with as_member(nadia) as session:
        signed = fields.define(session.get_one(User, nadia.id), Subject.PARTNER, FieldKind.DATE, "Signée le").key
        people.a_partner(karim, "Grand", extra={places: 300, signed: "2026-04-04"})
        people.a_partner(karim, "Petit", extra={places: 9.5, signed: "2024-12-31"})
        session.commit()
    reader = signed_in(nadia)

    def shown(query: str) -> set[str]:
        page = reader.get(f"/partenaires/?{query}").get_data(as_text=True)
        return {name for name in ("Grand", "Petit", "Lycée Renoir", "Zéphyr") if f">{name}</a>" in page}

    of, when = f"champ-{places}", f"champ-{signed}"
    assert shown(f"{of}-de=28") == {"Grand", "Lycée Renoir"}
    assert shown(f"{of}-a=28") == {"Petit", "Lycée Renoir"}
    assert shown(f"{of}-de=9,5&{of}-a=299") == {"Petit", "Lycée Renoir"}
    assert shown(f"{of}-de=28&q=gran") == {"Grand"}
    assert shown(f"{when}-de=2025-01-01") == {"Grand"}
    assert shown(f"{when}-a=31/12/2025") == {"Petit"}
    assert shown(f"{when}-de=28") == set()  # a number is no day: nothing is on its side
    assert len(shown(f"{of}-de=douze")) == 4  # what makes no sense is left out
    assert "Places : à partir de 28" in words(reader.get(f"/partenaires/?{of}-de=28"))
    assert "jusqu’au 31\xa0déc. 2025" in reader.get(f"/partenaires/?{when}-a=31/12/2025").get_data(as_text=True)
    body = reader.get(f"/partenaires/filtres?{of}-de=28&{of}=9,5&{of}=300").get_data(as_text=True)
    assert f'name="{of}-de" value="28"' in body
    assert f'name="{of}" value="300" checked' in body


def test_every_value_of_a_text_stays_ticked_in_the_panel(book, nadia, signed_in, as_member):
    with as_member(nadia) as session:
        patron = fields.define(session.get_one(User, nadia.id), Subject.PARTNER, FieldKind.TEXT, "Parrain").key
        session.commit()

    body = signed_in(nadia).get(f"/partenaires/filtres?champ-{patron}=Roy&champ-{patron}=Diallo").get_data(as_text=True)

    assert all(f'name="champ-{patron}" value="{value}" checked' in body for value in ("Roy", "Diallo"))
    assert f'name="champ-{patron}" value=""' in body


@pytest.mark.parametrize("sort", ["ville", "-ville", "ajout", "-ajout"])
def test_the_list_sorts_by_town_and_by_what_was_added(sort, book, nadia, signed_in, as_system):
    with as_system() as session:
        for at, (name, town) in enumerate([("Zéphyr", "Arras"), ("Lycée Monet", "Évry"), ("Valmont", "Lille"), ("Lycée Renoir", "Nice")]):
            one = session.scalars(sa.select(Partner).where(Partner.name == name)).one()
            one.town, one.created_at = town, one.created_at.replace(year=2020 + at)
        session.commit()
    expected = ["Zéphyr", "Lycée Monet", "Valmont", "Lycée Renoir"]

    page = signed_in(nadia).get(f"/partenaires/?sort={sort}")

    said = words(page)
    assert sorted(expected, key=said.index) == (expected[::-1] if sort[0] == "-" else expected)
    assert ("ajout le" in said) == sort.endswith("ajout")
    body, other = page.get_data(as_text=True), sort[1:] if sort[0] == "-" else f"-{sort}"
    assert f'href="/partenaires/?sort={other}"' in body
    assert f'aria-sort="{"descending" if sort[0] == "-" else "ascending"}"' in body
