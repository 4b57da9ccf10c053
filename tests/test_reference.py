"""Places: what ships with the product, found the way people type it."""

import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.reference import communes
from brokerage.reference.folding import folded
from brokerage.reference.places import (
    DEPARTMENTS,
    REGIONS,
    academy,
    academy_of_department,
    commune_named,
    department,
    department_of_postcode,
    region,
    region_named,
    region_of_department,
    suggest_communes,
)

DATA = Path(communes.__file__).with_name("data")

# Folding


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lycée de l'Œuvre-Saint-Ouën", "lycee de l oeuvre saint ouen"),
        ("L’HAŸ–LES–ROSES", "l hay les roses"),
        ("Ægir / Straße", "aegir strasse"),
        ("  n°12,  rue\u00a0d'Été ", "n 12 rue d ete"),
        ("Ste\u0301phane", "stephane"),
        ("", ""),
    ],
)
def test_folding_keeps_the_words_and_nothing_else(text, words):
    assert folded(text) == words


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


# Regions, départements, académies


def test_there_are_18_regions_101_departements_and_30_academies():
    regions = [each for each in REGIONS.values() if each.zone != "com"]
    departments = [each for each in DEPARTMENTS.values() if each.region_code in {one.code for one in regions}]
    academies = {each.academy_code for each in departments}

    assert (len(regions), len(departments), len(academies)) == (18, 101, 30)


def test_every_departement_belongs_to_a_region_and_but_two_to_an_academie():
    without = [code for code in DEPARTMENTS if academy_of_department(code) is None]

    assert all(region_of_department(code) for code in DEPARTMENTS)
    assert without == ["984", "989"], "penguins and crabs"


def test_places_are_found_by_code():
    assert region("32").name == "Hauts-de-France"
    assert department("2a").name == "Corse-du-Sud"
    assert academy("09").name == "Lille"
    assert academy_of_department("62").holiday_zone == "B"
    assert region_of_department("974").name == "La Réunion"
    assert region("99") is department("20") is academy("05") is academy_of_department("20") is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("PACA", "93"),
        ("picardie", "32"),
        ("Midi Pyrenees", "76"),
        ("ILE DE FRANCE", "11"),
        ("Nord-Pas-de-Calais", "32"),
        ("Réunion", "04"),
        ("provence-alpes-cote d’azur", "93"),
    ],
)
def test_old_and_short_names_of_regions_are_understood(typed, code):
    assert region_named(typed).code == code


def test_an_unknown_region_is_nobodys():
    assert region_named("Septimanie") is None


# Postcodes


@pytest.mark.parametrize(
    ("postcode", "town", "code"),
    [
        ("02100", None, "02"),
        ("67083", None, "67"),  # CEDEX
        ("20090", None, "2A"),
        ("20600", None, "2B"),
        ("20700", None, "2A"),  # CEDEX of Ajaccio
        ("20407", None, "2B"),  # CEDEX of Bastia
        ("97420", None, "974"),
        ("97867", None, "974"),  # CEDEX of Saint-Paul
        ("97133", None, "977"),
        ("97150", None, "978"),
        ("97052", None, "978"),  # CEDEX of Saint-Martin
        ("98713", None, "987"),
        ("98800", None, "988"),
        ("13780", "Riboux", "83"),
        ("13780", "CUGES LES PINS", "13"),
        ("13780", "Lille", "13"),
        ("13780", None, "13"),
        (" 75012 ", "Paris 12e", "75"),
    ],
)
def test_a_postcode_tells_the_departement(postcode, town, code):
    assert department_of_postcode(postcode, town).code == code


@pytest.mark.parametrize("typed", ["", "2100", "99123", "00100", "98000", "75O12", "２１０００", "abcde"])
def test_what_is_no_french_postcode_has_no_departement(typed):
    assert department_of_postcode(typed) is None


# Communes


@pytest.mark.parametrize(
    ("text", "department", "postcode", "code"),
    [
        ("Saint-Quentin", "02", None, "02691"),
        ("ST QUENTIN CEDEX", None, "02109", "02691"),
        ("ste genevieve des bois", "91", None, "91549"),
        ("Le Mans", None, None, "72181"),
        ("mans", None, None, "72181"),
        ("L’Hay les Roses", None, None, "94038"),
        ("Paris 12e", None, None, "75056"),
        ("LYON 3EME ARRONDISSEMENT", None, None, "69123"),
        ("Marseille 01", None, None, "13055"),
        ("Valence", None, None, "26362"),
        ("Saint-Denis", "93", None, "93066"),
        ("SAINT DENIS CEDEX 2", None, "97400", "97411"),
        ("Ajaccio cedex 9", None, "20704", "2A004"),
    ],
)
def test_a_town_is_recognised_however_it_is_typed(text, department, postcode, code):
    assert commune_named(text, department, postcode).code == code


@pytest.mark.parametrize(
    ("text", "department", "postcode"),
    [
        ("Saint-Denis", None, None),  # which one?
        ("Lille", None, "75001"),  # contradicted
        ("Lille", "62", None),
        ("Trifouillis-les-Oies", None, None),
        ("CEDEX 2", None, None),
        ("", None, None),
    ],
)
def test_an_unsure_town_is_not_guessed(text, department, postcode):
    assert commune_named(text, department, postcode) is None


def test_suggestions_begin_with_the_text_and_the_largest_town():
    names = [commune.name for commune in suggest_communes("saint-é")]

    assert names[0] == "Saint-Étienne"
    assert len(names) == 8
    assert all(folded(name).startswith("saint e") for name in names)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("vil", "Villeurbanne"),
        ("mans", "Le Mans"),
        ("l'hay", "L'Haÿ-les-Roses"),
        ("59650", "Villeneuve-d'Ascq"),
    ],
)
def test_suggestions_forgive_articles_and_take_postcodes(typed, first):
    assert suggest_communes(typed)[0].name == first


def test_nothing_typed_suggests_nothing():
    assert suggest_communes(" - ") == []
    assert suggest_communes("zzz") == []
    assert len(suggest_communes("paris", limit=1)) == 1
    assert suggest_communes("paris", limit=0) == []


def test_a_commune_knows_its_departement_postcodes_and_people():
    commune = commune_named("Bastia")

    assert (commune.code, commune.department_code) == ("2B033", "2B")
    assert commune.postcodes == ("20200", "20600")
    assert 40_000 < commune.population < 60_000


def test_the_communes_are_all_there_and_sorted_for_searching():
    entries = communes._index().entries

    assert len(entries) == 34_969
    assert entries == sorted(entries)
    assert all(folded(name) == key for key, name, *_ in (entry.split("\t") for entry in entries[::50]))


def test_nothing_large_is_read_by_importing():
    question = (
        "from brokerage.reference import places, communes, schools, sectors; from brokerage import calendar; "
        "import sys; print(communes._index.cache_info().currsize, schools._directory.cache_info().currsize, "
        "'holidays' in sys.modules, 'vacances_scolaires_france' in sys.modules)"
    )

    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == ["0", "0", "False", "False"]


def test_loading_and_suggesting_are_quick():
    loading = min(_taken(communes._index.__wrapped__) for _ in range(3))
    suggesting = max(
        min(_taken(lambda typed=typed: suggest_communes(typed)) for _ in range(3))
        for typed in ("s", "l", "saint", "5", "villeneuve")
    )

    assert loading < 0.150
    assert suggesting < 0.005


def _taken(work) -> float:
    started = process_time()
    work()
    return process_time() - started


def test_the_shipped_files_keep_to_their_size_and_carry_the_notice():
    sizes = {file.name: file.stat().st_size for file in DATA.iterdir()}
    notice = (DATA / "NOTICE.md").read_text(encoding="utf-8")

    assert sizes["communes.tsv.gz"] <= 900_000
    assert sizes["schools.tsv.gz"] <= 400_000
    assert all(f"`{name}`" in notice for name in sizes if name != "NOTICE.md")
    assert "Copyright (c) 2023 Brief.me" in notice
    assert "Licence Ouverte" in notice
