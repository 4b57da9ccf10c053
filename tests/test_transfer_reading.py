"""Any spreadsheet comes in whole: nothing is lost, nothing is invented, and a strange file is refused with a sentence."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brokerage.errors import BadInput
from brokerage.reference.folding import folded
from brokerage.reference.sensitive import delicate_in
from brokerage.transfer.formulas import restored
from brokerage.transfer.mapping.amounts import euros
from brokerage.transfer.mapping.columns import corrected, guess
from brokerage.transfer.mapping.dates import dated
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.mapping.parsing import parse, parse_all
from brokerage.transfer.mapping.people import people_in
from brokerage.transfer.mapping.wording import answer, permissions_in, role_code
from brokerage.transfer.reading import limits
from brokerage.transfer.reading.files import read
from brokerage.transfer.reporting import report, write_report

KIT = Path(__file__).parent / "data" / "import-kit"
SCHOOLS, COMPANIES = "partenaires_academiques.xlsx", "partenaires_entreprises.csv"
HARD_FLAGS = ("do_not_contact", "no_share")


# The two spreadsheets, row by row against what they should give


@cache
def parsed(name: str) -> list[ParsedRow]:
    return parse_all(read((KIT / name).read_bytes()))


@cache
def pairs(name: str) -> list[tuple[dict, dict]]:
    """Each row of data of the file: what is true of it, and what the import made of it."""
    truth = json.loads((KIT / name).with_suffix(".truth.json").read_text())["rows"]
    found = {(row.get("sheet"), row.get("row", row.get("line"))): row for row in report(parsed(name))["rows"]}
    return [(row, found.get((row.get("sheet"), row.get("row", row.get("line"))), {})) for row in truth]


def data(name: str) -> list[tuple[dict, dict]]:
    return [(true, made) for true, made in pairs(name) if true["kind"] == "data"]


def place(true: dict) -> tuple:
    return true.get("sheet"), true.get("row", true.get("line"))


both = pytest.mark.parametrize("name", [SCHOOLS, COMPANIES])


@both
def test_no_row_of_data_is_lost(name):
    lost = [place(true) for true, made in data(name) if made.get("action") != "import"]

    assert lost == []


@both
def test_bands_totals_pasted_headers_blanks_and_footers_are_left_out(name):
    imported = [place(true) for true, made in pairs(name) if true["kind"] != "data" and made.get("action") == "import"]

    assert imported == []


@both
def test_every_row_of_the_file_is_reported_once(name):
    sheets = read((KIT / name).read_bytes())

    rows = parsed(name)

    assert Counter((row.sheet, row.number) for row in rows) == Counter((sheet.name, row.number) for sheet in sheets for row in sheet.rows)
    assert all(row.reason for row in rows if row.action == "skip")


@both
def test_no_wrong_identifier_is_accepted(name):
    wrong = []
    for true, made in data(name):
        org = true["org"]
        right = {
            "uai": {org.get("uai")},
            "siret": {org.get("true_siret")},
            "siren": {org.get("siren"), org.get("siren_may"), org.get("company")},
        }
        wrong += [(place(true), kind, made[kind]) for kind, values in right.items() if made[kind] and made[kind] not in values]

    assert wrong == []


@both
def test_no_broken_address_is_kept(name):
    kept = []
    for true, made in data(name):
        good = {person["email"] for person in true["contacts"]}
        kept += [(place(true), person["email"]) for person in made["contacts"] if person["email"] and person["email"] not in good]

    assert kept == []


@both
@pytest.mark.parametrize("flag", HARD_FLAGS)
def test_every_refusal_is_honoured(name, flag):
    ignored = [place(true) for true, made in data(name) if flag in true["flags"] and flag not in made["flags"]]

    assert ignored == []


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else 1.0


def last_names(true: dict, made: dict) -> list[bool]:
    found = {folded(person["last_name"] or "") for person in made["contacts"]}
    return [folded(person["last_name"]) in found for person in true["contacts"]]


def addresses(true: dict, made: dict) -> list[bool]:
    return [person["email"] in {found["email"] for found in made["contacts"]} for person in true["contacts"] if person["email"]]


def numbers(true: dict, made: dict) -> list[bool]:
    found = {person[kind] for person in made["contacts"] for kind in ("phone", "mobile")}
    return [person[kind] in found for person in true["contacts"] for kind in ("phone", "mobile") if person.get(kind)]


def identifiers(true: dict, made: dict) -> list[bool]:
    org = true["org"]
    unreadable = org.get("uai_status") in ("invalid", "missing")
    return [made[kind] == org[kind] for kind in ("uai", "siret", "siren") if org.get(kind) and not (kind == "uai" and unreadable)]


def postcodes(true: dict, made: dict) -> list[bool]:
    given = true["org"].get("postcode_given", True) and "postcode_missing" not in true["issues"]
    return [made["postcode"] == true["org"]["postcode"]] if given else []


def towns(true: dict, made: dict) -> list[bool]:
    return [folded(made["city"] or "") == re.sub(r"\bst\b", "saint", re.sub(r" \d+e?$", "", folded(true["org"]["city"])))]


def dates(true: dict, made: dict) -> list[bool]:
    return [made[kind] == true[kind]["iso"] for kind in ("first_contact", "last_contact", "agreement_date") if kind in true]


def amounts(true: dict, made: dict) -> list[bool]:
    return [(made["amount_eur"] or 0) == (true["amount_eur"] or 0)] if "amount_eur" in true else []


def flags(true: dict, made: dict) -> list[bool]:
    return [flag in made["flags"] for flag in true["flags"]]


@both
@pytest.mark.parametrize("measure", [last_names, addresses, numbers, identifiers, postcodes, towns, dates, amounts, flags])
def test_nearly_everything_else_is_read_as_well(name, measure):
    hits = [hit for true, made in data(name) for hit in measure(true, made)]

    assert share(hits) >= 0.95


@both
def test_duplicates_are_found_and_look_alikes_left_apart(name):
    found, true_pairs = 0, 0
    wrong = []
    for (a, made_a), (b, made_b) in combinations(data(name), 2):
        same, said = a["org"]["key"] == b["org"]["key"], made_a["org_group"] == made_b["org_group"]
        true_pairs, found = true_pairs + same, found + (same and said)
        one_company = a["org"].get("company") and a["org"].get("company") == b["org"].get("company")
        wrong += [(place(a), place(b))] if said and not same and not one_company else []

    assert found >= 0.95 * true_pairs
    assert wrong == []


# The traps, one by one


def test_a_lycee_and_its_vocational_section_are_two_organisations(sheet_of):
    rows = parse(
        sheet_of(
            "Établissement;UAI;Ville",
            "Lycée Marcel Cachin;0932074Z;Saint-Ouen",
            "SEP du lycée Marcel Cachin;0930140X;Saint-Ouen",
            "SEP Marcel Cachin;;Saint-Ouen",
        )
    )

    lycee, section, section_again = [row.org_group for row in rows[1:]]
    assert lycee != section == section_again


def test_a_shared_office_address_does_not_make_one_of_a_lycee_and_its_section(sheet_of):
    rows = parse(
        sheet_of(
            "Établissement;Ville;Mail", "Lycée Zénobe;Cergy;s@a.example", "SEP du lycée Zénobe;Cergy;s@a.example"
        )
    )

    assert rows[1].org_group != rows[2].org_group


def test_two_establishments_of_one_company_are_two(sheet_of):
    rows = parse(
        sheet_of(
            "Entreprise;SIRET;Ville", "La Poste;35600000000209;Paris", "La Poste;356 000 000 00048;Paris", "LA POSTE SA;35600000000209;"
        )
    )

    assert rows[1].org_group == rows[3].org_group != rows[2].org_group
    assert rows[1].organisation.siren == "356000000"


def test_the_same_organisation_is_recognised_without_identifier(sheet_of):
    rows = parse(
        sheet_of(
            "Structure;SIRET;CP;Ville;Mail",
            "Valmont Énergie SA;99257890600586;31000;Toulouse;a@valmont.example",
            "VALMONTENERGIE;;31000;TOULOUSE CEDEX 2;b@valmont.example",
            "Groupe Valmont Energie;;31 000;Toulouse;",
            "Valmont Énergie;;69003;Lyon 3e;",
        )
    )

    groups = [row.org_group for row in rows[1:]]
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_the_spreadsheets_own_file_types_of_trap():
    """Fiction mobiles, overseas numbers, La Poste and remarks about pupils, as they stand in the two files."""
    everything = [*parsed(SCHOOLS), *parsed(COMPANIES)]
    numbers = [person.phone or person.mobile or "" for row in everything for person in row.contacts]

    assert any(number.startswith("+3363998") for number in numbers)
    assert any(number.startswith("+262262") for number in numbers)
    assert any(row.organisation.siret == "35600000000209" for row in everything)
    assert any(row.remarks_need_reading and "Inaya" in row.remarks for row in everything)
    assert any("formula" in row.flags and row.remarks.startswith("=HYPERLINK") for row in everything)


def test_a_line_number_is_the_one_of_the_persons_own_program(sheet_of):
    rows = parse(sheet_of("Nom;Ville;Mail;Notes", 'A;Paris;a@a.example;"deux', 'lignes"', "B;Lyon;b@b.example;"))

    assert [(row.number, row.action) for row in rows] == [(1, "skip"), (2, "import"), (4, "import")]
    assert rows[1].remarks == "deux\nlignes"


def test_the_quote_that_an_export_put_before_a_formula_is_taken_off(sheet_of):
    rows = parse(sheet_of("Nom;Ville;Téléphone;Notes", "Lycée A;Paris;'+33199001234;'=1+1"))

    assert rows[1].remarks == "=1+1"
    assert rows[1].contacts[0].phone == "+33199001234"
    assert "formula" in rows[1].flags


def test_an_objection_is_heard_wherever_it_is_written(sheet_of):
    rows = parse(
        sheet_of(
            "Entreprise;Ville;Contact;Mail;Statut;Ne plus contacter;Partage OK ?;Remarques",
            "Alpha SA;Paris;Mme Petit;a@a.example;NE PLUS CONTACTER;;;",
            "Béta SA;Paris;Mme Petit;b@b.example;;x;;",
            "Gamma SA;Paris;Mme Petit;c@c.example;;non;;opposition RGPD reçue",
            "Delta SA;Paris;Mme Petit (ne plus contacter);d@d.example;;;;",
            "Epsilon SA;Paris;Mme Petit;e@e.example;;non;non;",
            "Zéta SA;Paris;Mme Petit;z@z.example;;;oui;",
            "Êta SA;Paris;Mme Petit;h@h.example;;;oui;ne pas transmettre son mail",
            "Thêta SA;Paris;Mme Petit;t@t.example;;;à demander;",
        )
    )

    permissions = [row.permission for row in rows[1:]]
    assert permissions == ["do_not_contact"] * 4 + ["no_share", "share_ok", "no_share", "ask_first"]


def test_a_company_named_total_is_no_total(sheet_of):
    rows = parse(
        sheet_of(
            "Entreprise;SIRET;Ville;Contact;Don (€)", "Total Énergies;;Courbevoie;Mme Petit;100", "TOTAL;;;;100", "Total général : 1;;;;"
        )
    )

    assert [row.action for row in rows[1:]] == ["import", "skip", "skip"]


def test_bands_and_footers_are_told_from_bare_names(sheet_of):
    lines = [f"Lycée {name};095109{at}D;Paris;Mme Petit;p{at}@a.example" for at, name in enumerate(("Alpha", "Béta", "Gamma"))]
    rows = parse(
        sheet_of(
            "Établissement;UAI;Ville;Contact;Mail",
            *lines,
            "— ÎLE-DE-FRANCE —;;;;",
            "Lycées professionnels;;;;",
            "Lycée Delta;;;;",
            "Source : fichier 2024;;;;",
        )
    )

    assert [row.reason for row in rows[4:]] == ["band", "band", "", "note"]


def test_a_row_that_only_adds_a_person_belongs_to_the_organisation_above(sheet_of):
    rows = parse(
        sheet_of("Établissement;UAI;Ville;Contact;Mail", "Lycée Alpha;0951099D;Cergy;Mme Petit;a@a.example", ";;;M. Grand;g@a.example")
    )

    assert rows[2].organisation.uai == "0951099D"
    assert rows[1].org_group == rows[2].org_group


def test_a_delimiter_typed_inside_a_cell_does_not_shift_the_row(sheet_of):
    rows = parse(
        sheet_of(
            "Entreprise;Adresse;CP;Ville;Contact;Mail;Tél",
            "Alpha;1 rue A;75011;Paris;Mme Petit;a@a.example;0199001234",
            "Béta;2 rue B; bâtiment C;69003;Lyon;M. Grand;b@b.example;0199001235",
        )
    )

    shifted = rows[2]
    assert (shifted.organisation.postcode, shifted.contacts[0].email) == ("69003", "b@b.example")
    assert "columns_realigned" in {issue.code for issue in shifted.issues}


def test_issues_speak_french(sheet_of):
    rows = parse(sheet_of("Établissement;UAI;Ville;Mail", "Lycée Alpha;0951099E;Cergy;a@a.ogr"))

    assert {issue.code for issue in rows[1].issues} >= {"uai_invalid", "email_suspect_tld"}
    assert all(issue.sentence[0].isupper() for issue in rows[1].issues)


# Which column is what


def fields(sheet) -> list[str]:
    return [column["field"] for column in guess(sheet)["columns"]]


def test_a_mapping_is_plain_json_that_a_person_can_correct(sheet_of):
    sheet = sheet_of("Établissement;Truc;Ville", "Lycée Alpha;Mme Petit;Paris")
    mapping = json.loads(json.dumps(guess(sheet)))

    rows = parse(sheet, corrected(mapping, [(1, "contact")]))

    assert rows[1].contacts[0].last_name == "Petit"
    with pytest.raises(BadInput):
        corrected(mapping, [(1, "n'importe quoi")])


def test_nom_is_a_persons_beside_prenom_and_an_organisations_over_lycees(sheet_of):
    with_first_name = sheet_of("Entreprise;Nom;Prénom;Mail", "Alpha SA;PETIT;Claire;c@a.example")
    over_schools = sheet_of("Nom;Ville;Mail", "Lycée Alpha;Paris;c@a.example", "LP Béta;Lyon;d@a.example")

    assert fields(with_first_name) == ["name", "last_name", "first_name", "email"]
    assert fields(over_schools) == ["name", "town", "email"]


def test_two_people_of_one_row_keep_their_own_columns(sheet_of):
    rows = parse(
        sheet_of(
            "Lycée;Proviseur;Mail proviseur;Professeur référent;Mail référent",
            "Alpha;Mme PETIT;p@a.example;M. GRAND;g@a.example",
            "Béta;;;Mme REY;r@a.example",
        )
    )

    assert [(person.last_name, person.email, person.role_code) for person in rows[1].contacts] == [
        ("Petit", "p@a.example", "head"),
        ("Grand", "g@a.example", "referent"),
    ]
    assert [person.last_name for person in rows[2].contacts] == ["Rey"]


def test_a_header_of_two_levels_tells_the_two_contacts_apart(sheet_of):
    rows = parse(
        sheet_of(
            "Établissement;;Contact 1;;Contact 2;",
            "Nom;Ville;Nom;Mail;Nom;Mail",
            "Lycée Alpha;Paris;Mme PETIT;p@a.example;M. GRAND;g@a.example",
        )
    )

    assert [(person.last_name, person.email) for person in rows[2].contacts] == [("Petit", "p@a.example"), ("Grand", "g@a.example")]


def test_without_a_header_the_cells_speak_for_themselves(sheet_of):
    rows = parse(
        sheet_of(
            "Lycée Alpha;0951099D;95000;Cergy;Mme Claire PETIT;p@a.example;01 99 00 12 34",
            "Lycée Béta;0782556E;78100;Saint-Germain-en-Laye;M. Paul GRAND;g@a.example;01 99 00 12 35",
        )
    )

    first = rows[0]
    assert (first.organisation.uai, first.organisation.town, first.organisation.postcode) == ("0951099D", "Cergy", "95000")
    assert (first.contacts[0].last_name, first.contacts[0].phone) == ("Petit", "+33199001234")


def test_a_second_table_below_with_other_columns_is_read_with_its_own_header(sheet_of):
    text = "Établissement;Ville;Mail;Contact\nLycée Alpha;Paris;a@a.example;Mme Petit\n\n\nTéléphone;Code postal;Commune;Entreprise\n0199001234;69003;Lyon;Béta SA\n"

    rows = parse_all(read(text.encode()))

    assert [row.organisation.name for row in rows if row.action == "import"] == ["Lycée Alpha", "Béta SA"]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]


def test_a_sheet_of_explanations_is_no_table(sheet_of):
    rows = parse(sheet_of("Fichier rempli par les délégués, merci de ne pas trier", "RNE = code de l'établissement"))

    assert {row.reason for row in rows} == {"no_table"}


# What cells say


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        ("GARCIA Eugène", [("", "Eugène", "Garcia")]),
        ("Mme C. CASANOVA", [("Mme", "C.", "Casanova")]),
        ("M. DE LA TOUR", [("M.", "", "de La Tour")]),
        ("Mme Le Goff", [("Mme", "", "Le Goff")]),
        ("DUPONT MARIE", [("", "Marie", "Dupont")]),
        ("Dupont, Marie", [("", "Marie", "Dupont")]),
        ("Anne-Sophie D'HAUTEVILLE", [("", "Anne-Sophie", "D'Hauteville")]),
        ("Ayşe BA", [("", "Ayşe", "Ba")]),
        ("M. R. KAYA (DDFPT) / Mme Mei ÖZTÜRK (CPE)", [("M.", "R.", "Kaya"), ("Mme", "Mei", "Öztürk")]),
        ("SAADI Kévin (VP formation et vie universitaire) et Madame Leïla GRONDIN", [("", "Kévin", "Saadi"), ("Mme", "Leïla", "Grondin")]),
        ("Inès DEMIR\nM. Kamel BOYER", [("", "Inès", "Demir"), ("M.", "Kamel", "Boyer")]),
        ("Mme DUPONT\nproviseure", [("Mme", "", "Dupont")]),
        ("M. et Mme Dupont", [("M.", "", "Dupont"), ("Mme", "", "Dupont")]),
        ("à pourvoir", []),
        ("?", []),
    ],
)
def test_people_are_told_apart_and_their_names_put_in_order(typed, people):
    assert [(found.civility, found.first_name, found.last_name) for found in people_in(typed)] == people


def test_several_people_in_a_cell_get_their_own_mail_number_and_function(sheet_of):
    rows = parse(
        sheet_of(
            "Lycée;Contact;Fonction;Mail;Tél",
            "Alpha;Mme PETIT / M. GRAND;Proviseure / CPE;p@a.example, g@a.example;0199001234 / 0199001235",
        )
    )

    first, second = rows[1].contacts
    assert (first.last_name, first.role, first.email, first.phone) == ("Petit", "Proviseure", "p@a.example", "+33199001234")
    assert (second.last_name, second.role, second.email, second.phone) == ("Grand", "CPE", "g@a.example", "+33199001235")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Proviseure", "head"),
        ("Proviseur adjoint", "other"),
        ("Prof. référent cordées", "referent"),
        ("Responsable ouverture sociale", "social_opening"),
        ("Responsable RSE", "diversity_csr"),
        ("Directrice Diversité", "diversity_csr"),
        ("Responsable relations écoles", "school_relations"),
        ("Campus manager", "school_relations"),
        ("CPE", "other"),
        ("", "other"),
    ],
)
def test_functions_have_a_code(title, code):
    assert role_code(title) == code


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("12/03/2024", "2024-03-12"),
        ("3/9/2020", "2020-09-03"),
        ("04.06.21", "2021-06-04"),
        ("1er octobre 2022", "2022-10-01"),
        ("17 sept. 2023", "2023-09-17"),
        ("2022-02-17", "2022-02-17"),
        (45088.0, "2023-06-11"),
        ("45088", "2023-06-11"),
        ("07/2023", "2023-07"),
        ("mars 2023", "2023-03"),
        ("rentrée 2022", "2022-09"),
        (2022.0, "2022"),
        ("31/02/2023", None),
        ("00/09/2022", None),
        ("12/01", None),
        ("à compléter", None),
        ("", None),
    ],
)
def test_a_date_is_as_precise_as_it_was_typed(typed, iso):
    assert dated(typed).iso == iso


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("15.000,00", 15000),
        ("2 000 €", 2000),
        ("7,5 k€", 7500),
        ("0,5 k€", 500),
        ("1\u00a0500\u00a0€", 1500),
        ("20 k€", 20000),
        ("1.500", 1500),
        ("12,50", 12.5),
        ("néant", 0),
        ("-", 0),
        ("0", 0),
        ("", None),
        ("500 à 1000 €", None),
        ("=SOMME(O3:O9)", None),
        (2500.0, 2500),
        ("1 M€", 1_000_000),
    ],
)
def test_sums_are_read_the_french_way(typed, amount):
    assert euros(typed)[0] == amount


STOP = """NE PLUS CONTACTER|Demande à ne plus être contactée par mail (02/2024)|STOP mails – opposition RGPD|souhaite ne plus recevoir de mails
opposition RGPD reçue le 02/02/2024|désinscrite le 3/4|Merci de ne plus m'écrire|a demandé la suppression de ses données|à retirer du fichier
refuse tout contact|ne souhaite plus être sollicité·e|demande à être retiré de la liste"""
KEEP = """Ne pas transmettre ses coordonnées à d'autres associations|contact perso, ne pas diffuser svp|pas d'accord pour transmettre|refuse le partage
ne souhaite pas être mis en relation|confidentiel|N'autorise pas la transmission"""
OPEN = """OK pour partage avec Passeport Avenir|d'accord pour être mis·e en relation avec PA|accord oral 12/2023 pour transmettre son contact à PA"""
SILENT = """préfère être appelé·e le matin|pas encore contacté|pas contacté depuis 2021|Rappeler après les vacances|décliné cette année|aucune opposition
ne pas appeler avant 10 h|Partenaire aussi de Passeport Avenir ?|Venu·es en car en 2023 (45 élèves)|en attente d'accord pour transmettre"""


NAMES_OF_PLACES = """Lycée Claude Bernard, prépa ECG|Collège Camille Claudel 3e|Forum BTS du 3 mars|salle Descartes 3e étage|Paris 3e
M. Ali B. est proviseur|Mme Dupont, Terminale et BTS : 3 classes|Karim B. propose 3 stages|Chargé mission handicap|Référente handicap|Voir Paul, 3e édition du forum|Rue Victor Hugo, Paris 5e"""


def sentences(text: str) -> list[str]:
    return re.split(r"[|\n]", text)


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        (remark, said)
        for text, said in ((STOP, {"do_not_contact"}), (KEEP, {"no_share"}), (OPEN, {"share_ok"}), (SILENT, set()))
        for remark in sentences(text)
    ],
)
def test_a_remark_is_understood_as_a_refusal_an_agreement_or_neither(remark, said):
    assert permissions_in(remark) == said


def test_remarks_about_one_pupil_or_somebodys_health_are_noticed():
    pupils = (
        "Élève repérée : Inaya K., 1re STL",
        "stagiaire 3e : Noah D., fils de M. le directeur",
        "tutorée : Salomé V., Tle STMG, 17 ans",
        "Son fils Hugo cherche un stage",
        "Très accueillante. A reçu Inès B. (TS2)",
        "a accueilli Inès B. en stage",
        "Inaya, 1ère STMG, cherche un maître d'apprentissage",
        "a suivi Yanis en terminale",
        "Amel (BTS SIO 2) a été embauchée",
    )
    health = ("En congé maternité jusqu'en septembre", "absent·e (arrêt maladie)", "en fauteuil : prévoir accès PMR")
    harmless = ("≈ 30 élèves de 1re STI2D", "Venu·es en car en 2023 (45 élèves)", "60 jeunes accueillis à Lyon, voir Mme Dupont", *sentences(NAMES_OF_PLACES))

    assert all("minor_data" in delicate_in(remark) for remark in pupils)
    assert all("sensitive_data" in delicate_in(remark) for remark in health)
    assert not any(delicate_in(remark) for remark in harmless)


def test_yes_no_and_neither():
    assert all(answer(text) is True for text in ("oui", "O", "x", "OK", "d'accord", "✓"))
    assert all(answer(text) is False for text in ("non", "N", "refus", "0", "pas d'accord"))
    assert all(answer(text) is None for text in ("", "?", "à demander", "oui sauf mail"))


# Files of every make

LINES = [
    "Établissement;UAI;Ville;Contact;Mail",
    "Lycée Élisée-Reclus;0951099D;Cergy;Mme Hélène CŒUR;h@a.example",
    "Collège Façade;;Orléans;M. Noël GRAND;n@a.example",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_usual_encoding_is_recognised(encoding, end):
    rows = parse_all(read(end.join(LINES).encode(encoding)))

    assert [row.organisation.name for row in rows[1:]] == ["Lycée Élisée-Reclus", "Collège Façade"]
    assert rows[1].contacts[0].first_name == "Hélène"


def test_decomposed_accents_and_twice_encoded_ones_are_mended():
    decomposed = "\n".join(LINES).replace("é", "e\u0301").encode()
    twice = "\n".join(LINES).encode().decode("cp1252", errors="ignore").encode()

    assert parse_all(read(decomposed))[1].contacts[0].first_name == "Hélène"
    assert "Collège" in parse_all(read(twice))[2].organisation.name


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_any_usual_delimiter_is_recognised(delimiter):
    [sheet] = read("\n".join(line.replace(";", delimiter) for line in LINES).encode())

    assert sheet.delimiter == delimiter
    assert sheet.columns[1] == "UAI"


def test_a_quotation_mark_nobody_closed_swallows_nothing():
    text = "\n".join([*LINES, 'Lycée "Béta;;Paris;Mme "Petit;"b@a.example', *LINES[1:], 'Lycée Gamma;;Nice;"M. Rey;g@a.example'])

    rows = parse_all(read(text.encode()))

    assert [row.number for row in rows if row.action == "import"] == [2, 3, 4, 5, 6, 7]


def test_a_forgotten_mark_and_a_correct_one_do_not_make_one_cell():
    lines = ["n;t;v;d", '1;Alpha;0750;"Paris', '2;"Lycée Béta";0751;Lyon', "3;Gamma;0752;Nice"]

    [sheet] = read("\n".join(lines).encode())

    assert [row.texts for row in sheet.rows[1:3]] == [("1", "Alpha", "0750", "Paris"), ("2", "Lycée Béta", "0751", "Lyon")]


def test_two_forgotten_marks_do_not_close_each_other():
    [sheet] = read(b'a;b\n1;"x\n2;"y\n3;z')

    assert [row.texts for row in sheet.rows] == [("a", "b"), ("1", "x"), ("2", "y"), ("3", "z")]


def test_excels_line_about_the_delimiter_is_obeyed():
    [sheet] = read("\n".join(["sep=;", *LINES]).encode())

    assert (sheet.delimiter, sheet.header) == (";", (1,))


def workbook(*rows, **sheets) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, content in (sheets or {"Feuille": rows}).items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(content):
                sheet.write_row(at, 0, row)
    return file.getvalue()


def opendocument(body: str, before: str = "") -> bytes:
    names = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text"))
    content = f"{before}<office:document-content {names}><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    manifest = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest {manifest}><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
        archive.writestr("content.xml", content)
    return file.getvalue()


def cells(*texts: str, repeated: int = 1) -> str:
    return "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )


def test_a_libreoffice_sheet_is_read_like_the_others():
    rows = "".join(f"<table:table-row>{cells(*line.split(';'))}</table:table-row>" for line in LINES)
    tail = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )

    result = parse_all(read(opendocument(f'<table:table table:name="Feuille1">{rows}{tail}</table:table>')))

    assert [(row.sheet, row.number, row.organisation.uai) for row in result[1:2]] == [("Feuille1", 2, "0951099D")]
    assert len(result) == 3


def test_numbers_of_a_workbook_keep_their_meaning():
    data = workbook(
        ["Entreprise", "SIRET", "CP", "Ville", "Tél", "Don (€)"], ["Alpha", 99257890600586, 1000, "Bourg-en-Bresse", 199001234, 1500.5]
    )

    row = parse_all(read(data))[1]

    assert (row.organisation.siret, row.organisation.postcode, row.contacts[0].phone, row.amount) == (
        "99257890600586",
        "01000",
        "+33199001234",
        1500.5,
    )


def test_a_formula_of_a_workbook_is_noticed():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Lycée", "Ville", "Mail", "Notes"])
        sheet.write_row(1, 0, ["Alpha", "Paris", "a@a.example"])
        sheet.write_formula(1, 3, '=HYPERLINK("http://malveillant.example")', None, "cliquez")

    assert "formula" in parse_all(read(file.getvalue()))[1].flags


def test_an_establishment_merged_over_two_rows_is_said_of_both():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Lycée", "UAI", "Contact", "Mail"])
        for column, text in enumerate(["Alpha", "0951099D"]):
            sheet.merge_range(1, column, 2, column, text)
        sheet.write_row(1, 2, ["Mme Petit", "p@a.example"])
        sheet.write_row(2, 2, ["M. Grand", "g@a.example"])

    rows = parse_all(read(file.getvalue()))

    assert [(row.organisation.uai, row.contacts[0].last_name) for row in rows[1:]] == [("0951099D", "Petit"), ("0951099D", "Grand")]


def test_organisations_are_recognised_from_one_sheet_to_the_other():
    data = workbook(
        Un=[["Lycée", "UAI", "Ville"], ["Alpha", "0951099D", "Cergy"]],
        Deux=[["Ville", "RNE", "Nom étab"], ["CERGY", "951099d", "lycée alpha"]],
    )

    first, second = [row for row in parse_all(read(data)) if row.action == "import"]

    assert first.org_group == second.org_group
    assert (first.sheet, second.sheet) == ("Un", "Deux")


# Files one does not open


def refusal(data: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        read(data)
    return str(refused.value)


def far_cell() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet().write(1_048_575, 16_383, "loin")
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 40_000_000)
    return file.getvalue()


def many_entries() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for at in range(limits.ZIP_ENTRIES + 1):
            archive.writestr(f"xl/{at}", b"x")
    return file.getvalue()


def liar() -> bytes:
    """A workbook whose directory says that a part is smaller than it is."""
    data = bytearray(workbook(["Lycée", "Ville"], ["Alpha", "Paris"]))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1).to_bytes(4, "little")
    return bytes(data)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MILLION = (
    '<table:table table:name="F"><table:table-row table:number-rows-repeated="1000000">'
    + cells("x", repeated=10)
    + "</table:table-row></table:table>"
)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", limits.EMPTY),
        (b"  \r\n ", limits.EMPTY),
        (b"x" * (limits.BYTES + 1), limits.TOO_HEAVY),
        (b"a;b\n" * (limits.ROWS + 1), limits.TOO_LONG),
        (";".join("x" * (limits.COLUMNS + 1)).encode(), limits.TOO_WIDE),
        (b"%PDF-1.7 ...", limits.NOT_A_TABLE),
        (b"\x89PNG\r\n\x1a\n", limits.NOT_A_TABLE),
        (b"<html><table><tr><td>Lyc\xc3\xa9e</td></tr></table></html>", limits.NOT_A_TABLE),
        (bytes(range(256)) * 20, limits.NOT_A_TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, limits.LOCKED),
        (b"PK\x03\x04 not a zip", limits.DAMAGED),
        (workbook(["a"])[:-40], limits.DAMAGED),
        (far_cell(), limits.TOO_LONG),
        (workbook(["x"] * (limits.COLUMNS + 1)), limits.TOO_WIDE),
        (bomb(), limits.DENSE),
        (many_entries(), limits.DENSE),
        (liar(), limits.DAMAGED),
        (opendocument("", before=ENTITIES), limits.DENSE),
        (opendocument(MILLION), limits.TOO_LONG),
    ],
    ids=lambda value: value[:28] if isinstance(value, str) else "",
)
def test_a_strange_file_is_refused_with_a_sentence(data, sentence):
    assert refusal(data) == sentence


def test_the_child_that_opens_workbooks_knows_no_secret(monkeypatch):
    seen = {}
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setattr("brokerage.transfer.reading.workbooks.subprocess.run", lambda *a, env, **k: seen.update(env) or 1 / 0)

    with pytest.raises(ZeroDivisionError):
        read(workbook(["a"]))

    assert "DATABASE_URL" not in seen


# Whatever comes


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xff\xfe;\x00")
@example(b'"' * 50)
def test_random_bytes_are_read_or_refused(data):
    try:
        rows = parse_all(read(data))
    except BadInput:
        return
    assert json.dumps(report(rows))


LETTERS = "abc é;,\t|\"'\n\r=+-@0123456789./()&:*"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=LETTERS, max_size=300))
@example('Nom;Mail\n"a;b\nc;d\n"e";f')
@example('x;"a\nx;"a\nx;"a')
def test_no_letter_of_a_text_file_is_lost(text):
    """Letters and digits only: delimiters, quotation marks and spaces are what reading takes away."""
    if not text.strip():
        return
    try:
        sheets = read(text.encode())
    except BadInput:
        return

    kept = Counter(c for sheet in sheets for row in sheet.rows for cell in row.cells for c in str(cell) if c.isalnum())
    numbers = [row.number for sheet in sheets for row in sheet.rows]
    wanted = Counter(c for c in text if c.isalnum())
    assert kept == (wanted - Counter("sep") if re.match("sep=[;,:|\t]", text) and kept != wanted else wanted)
    assert numbers == sorted(set(numbers))


CELL = st.text(alphabet="abcdéè ;,\"'\n0123456789@.", max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=12))
@example([["", "", "", "'\n"]])
def test_every_line_of_a_well_made_file_gives_one_row(table):
    """An apostrophe before what a spreadsheet would take for a formula is our own exports' doing, and goes again."""
    file = io.StringIO()
    lines = [["Établissement", "Ville", "Mail", "Remarques"], *table]
    csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(lines)

    rows = [row for sheet in read(file.getvalue().encode()) for row in sheet.rows]

    assert parse_all(read(file.getvalue().encode()))
    assert sum(len("".join(row.texts).split()) for row in rows) == sum(
        len("".join(restored(cell).strip() for cell in line).split()) for line in lines
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Lycée Alpha", "", "0951099D", "Paris", "Total", "a@a.example", "12/03/2024", "NE PLUS CONTACTER", "x" * 40]),
        min_size=6,
        max_size=6,
    )
)
def test_no_row_is_beyond_parsing(row):
    text = ";".join(["Nom", "UAI", "Ville", "Mail", "Date", "Remarques"]) + "\n" + ";".join(row)

    result = parse_all(read(text.encode()))

    assert [found.number for found in result] in ([1, 2], [1])


def test_the_report_is_written_as_json(tmp_path):
    write_report((KIT / COMPANIES).read_bytes(), tmp_path / "report.json")

    rows = json.loads((tmp_path / "report.json").read_text())["rows"]

    assert sum(row["action"] == "import" for row in rows) == 241


@pytest.fixture
def sheet_of():
    """A sheet from lines of text, as a file of its own."""

    def made(*lines: str):
        [sheet] = read("\n".join(lines).encode())
        return sheet

    return made


@pytest.mark.parametrize(("told", "town", "department"), [("59", "", "59"), ("Nord (59)", "", "59"), ("2A", "", "2A"), ("Lille 59", "Lille", "59"), ("Paris", "Paris", "75")])
def test_a_department_where_a_town_was_awaited_is_no_town(told, town, department):
    [_, row] = parse_all(read(f"Nom;Ville;Mail\nIEP de Lille;{told};secretariat@iep.example\n".encode()))

    assert row.organisation
    assert (row.organisation.town, row.organisation.department) == (town, department)
