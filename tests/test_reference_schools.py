"""Schools and sectors: found by code or by the words people remember, written in French small letters."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerage.reference import schools
from brokerage.reference.casing import in_french_case
from brokerage.reference.places import DEPARTMENTS, department_of_postcode
from brokerage.reference.schools import TYPE_LABELS, school, schools_named
from brokerage.reference.sectors import section, sections, sector

# Schools


def test_a_school_is_found_by_its_uai():
    found = school(" 0010006b ")

    assert found.name == "Lycée polyvalent Saint-Exupéry"
    assert found.type_label == "lycée polyvalent"
    assert (found.department_code, found.town) == ("01", "Bellegarde-sur-Valserine")
    assert school("0000000A") is None
    assert school("") is None


@pytest.mark.parametrize(
    ("typed", "uais"),
    [
        ("ramée quentin", ["0020049T"]),
        ("St Quentin condorcet", ["0020050U", "0020079A"]),
        ("CONDORCET saint-quentin", ["0020050U", "0020079A"]),
        ("washington le mans", ["0720033V"]),
        ("rotrou dreux", ["0280019U"]),
        ("0020049", ["0020049T"]),
        ("974 0979w", ["9740979W"]),
        ("paul louis", ["0370039S", "0540082W", "0382170C", "9741050Y"]),  # Louis Payen in Saint-Paul last
        ("quentin introuvable", []),
        ("", []),
    ],
)
def test_a_school_is_found_by_the_words_people_remember(typed, uais):
    assert [found.uai for found in schools_named(typed)] == uais


def test_schools_are_suggested_by_eight_and_words_side_by_side_come_first():
    found = schools_named("jean moulin")

    assert len(found) == 8
    assert all("Jean Moulin" in each.name for each in found)
    assert len(schools_named("lycee", limit=3)) == 3


def test_the_directory_is_whole():
    entries = [school(uai) for uai in schools._directory().entries]

    assert len(entries) == 5101
    assert {each.type for each in entries} == set(TYPE_LABELS)
    assert all(each.department_code in DEPARTMENTS for each in entries)
    assert Counter(each.department_code for each in entries)["984"] == 0, "a UAI in 984 is Polynésie, 987"
    assert not [each.name for each in entries if each.name.isupper() and len(each.name) > 12]


def test_the_departement_of_a_school_agrees_with_its_postcode():
    entries = [school(uai) for uai in schools._directory().entries]

    wrong = [
        each
        for each in entries
        if department_of_postcode(each.postcode, each.town).code != each.department_code
    ]

    assert len(wrong) <= 3, wrong  # three addresses of the source are wrong


@pytest.mark.parametrize(
    ("capitals", "name"),
    [
        ("LYCÉE POLYVALENT SAINT-EXUPÉRY", "Lycée polyvalent Saint-Exupéry"),
        ("LYCÉE PIERRE DE LA RAMÉE", "Lycée Pierre de la Ramée"),
        ("LYCÉE JEANNE D'ARC", "Lycée Jeanne d'Arc"),
        ("LYCÉE GÉNÉRAL HENRI IV", "Lycée général Henri IV"),
        ("LYCÉE PROFESSIONNEL FRANÇOIS 1ER", "Lycée professionnel François 1er"),
        ("LYCÉE LA FONTAINE", "Lycée La Fontaine"),
        ("LYCÉE L'ESSOURIAU", "Lycée L'Essouriau"),
        ("LEGTPA HENRI BASSALER", "LEGTPA Henri Bassaler"),
        ("MFR DU VAL", "MFR du Val"),
        (
            "LYCÉE DES MÉTIERS DE L'HÔTELLERIE ET DU TOURISME",
            "Lycée des métiers de l'hôtellerie et du tourisme",
        ),
        (
            "SECTION D'ENSEIGNEMENT PROFESSIONNEL DU LYCÉE JULLIOT DE LA MORANDIÈRE",
            "Section d'enseignement professionnel du lycée Julliot de la Morandière",
        ),
        ("LYCÉE AMIRAL RONARC'H", "Lycée Amiral Ronarc'h"),
        ("ISSY-LES-MOULINEAUX", "Issy-les-Moulineaux"),
        ("L'ISLE-D'ABEAU", "L'Isle-d'Abeau"),
        ("SAINT-CYR-L'ÉCOLE", "Saint-Cyr-l'École"),
        ("Déjà Écrit Ainsi", "Déjà Écrit Ainsi"),
        ("", ""),
    ],
)
def test_capitals_become_french_small_letters(capitals, name):
    assert in_french_case(capitals) == name


@pytest.mark.parametrize(
    ("capitals", "name"),
    [
        ("FLANDRIA ÉNERGIE SA", "Flandria Énergie SA"),
        ("BORÉAL INGÉNIERIE S.A.", "Boréal Ingénierie S.A."),
        ("GROUPE FALGUIÈRE PROPRETÉ & SERVICES", "Groupe Falguière Propreté & Services"),
        ("TRANSPORTS DE LA GARONNE", "Transports de la Garonne"),
        ("SA DES EAUX", "Sa des Eaux"),
    ],
)
def test_the_name_of_a_company_is_proper_from_end_to_end(capitals, name):
    assert in_french_case(capitals, company=True) == name


@settings(max_examples=200)
@given(st.text(alphabet="ABCDEÉÈÇŒLR -'’()1", max_size=40))
def test_changing_the_case_never_changes_a_letter(text):
    assert in_french_case(text).upper() == text


# Sectors


@pytest.mark.parametrize("written", ["62.02A", "6202A", "62.02a", " 6202 a "])
def test_an_activity_is_found_however_its_code_is_written(written):
    found = sector(written)

    assert (found.code, found.name) == ("62.02A", "Conseil en systèmes et logiciels informatiques")
    assert found.section.name == "Information et communication"


def test_an_unknown_activity_is_none():
    assert sector("62.99Z") is sector("62") is sector("") is section("Z") is None


def test_the_21_sections_are_in_order_and_in_small_letters():
    assert [each.code for each in sections()] == list("ABCDEFGHIJKLMNOPQRSTU")
    assert section("p").name == "Enseignement"
    assert not [each.name for each in sections() if each.name.isupper()]
