"""Spreadsheets as dreadful as associations have them: each is another layout, and the same two schools come out."""

import io

import pytest
import xlsxwriter

from brokerage.transfer.mapping.compound import department_in, is_ditto, name_and_place
from brokerage.transfer.mapping.parsing import parse_all
from brokerage.transfer.reading.files import read


def book(*sheets):
    """A workbook; each sheet is a name, its rows and its merged cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        for name, rows, merges in sheets:
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(at, column, cell)
            for top, left, bottom, right, title in merges:
                sheet.merge_range(top, left, bottom, right, title)
    return out.getvalue()


def text(*lines, encoding="utf-8"):
    return "\r\n".join(lines).encode(encoding)


# fmt: off
LAYOUTS = {}
# title lines, merged group header over two rows, contacts 1 and 2 in columns
LAYOUTS["two levels, two contacts"] = book(("Réseau 2024", [
    ["Association Horizon - carnet des établissements partenaires"], ["mis à jour le 12/09/2024 par Brigitte"], [],
    ["", "", "", "", "", "", "", "", "", "", "", ""],
    ["Etablissement", "RNE", "CP", "Commune", "Nom Prénom", "Fonction", "Mail", "Tél", "Nom Prénom", "Fonction", "Mail", "Tél"],
    ["Lycée Marcel Cachin", "0932074Z", 93400, "Saint-Ouen", "BELKACEM Nora", "Proviseure", "n.belkacem@cachin.example.org", 199001234.0, "HENRY Paul", "CPE", "p.henry@cachin.example.org", "01.99.00.12.35"],
    ["Lycée Jean Moulin", "0340011C", 34500, "Béziers", "Mme DIALLO Awa", "Proviseure adjointe", "a.diallo@moulin.example.org", "0199005678", "", "", "", ""],
    ["Total : 2 établissements"],
], [(3, 4, 3, 7, "CONTACT 1"), (3, 8, 3, 11, "CONTACT 2")]))
# contact1 / contact2 in flat columns
LAYOUTS["flat contact1 contact2"] = book(("Feuil1", [
    ["Nom structure", "Adresse", "contact1", "fonction1", "mail1", "tel1", "contact2", "fonction2", "mail2", "tel2"],
    ["Valmont Assurances", "12 rue du Port, 72000 LE MANS", "Mme Lina MOREL", "Responsable RSE", "l.morel@valmont.example.org", 199001122.0, "M. Hugo Petit", "DRH", "h.petit@valmont.example.org", 639981122.0],
    ["Verrières du Rhône", "4 quai de la Pêcherie 69001 Lyon", "Ondine Tavernier", "Mécénat", "o.tavernier@verrieres.example.org", "04 99 00 11 22", "", "", "", ""],
], []), ("Feuil2", [], []), ("Feuil3", [], []))
# English columns
LAYOUTS["english"] = text(
    "School name,School ID,Street,Zip code,City,Country,Contact first name,Contact last name,Job title,Email address,Phone number,Last contact date,Notes",
    "Lycée Marcel Cachin,0932074Z,11 rue Marcel Cachin,93400,Saint-Ouen,France,Nora,Belkacem,Head teacher,n.belkacem@cachin.example.org,+33 1 99 00 12 34,2024-03-14,Prefers e-mail",
    "Lycée Jean Moulin,0340011C,Avenue Jean Moulin,34500,Béziers,France,Awa,Diallo,Deputy head,a.diallo@moulin.example.org,+33 1 99 00 56 78,2023-11-02,",
)
# dates as serial and french text
LAYOUTS["dates"] = book(("Partenaires", [
    ["Organisme", "Ville", "Interlocuteur", "Courriel", "1er RDV", "Dernier échange"],
    ["Valmont Assurances", "Le Mans", "Morel Lina", "l.morel@valmont.example.org", 45365, "14 mars 2024"],
    ["Verrières du Rhône", "Lyon", "Tavernier Ondine", "o.tavernier@verrieres.example.org", "septembre 2022", 45000],
    ["Méridiane Énergie", "Nantes", "Marchetti Hélène", "h.marchetti@meridiane.example.org", "rentrée 2021", "vendredi 5 janvier 2024"],
], []))
# semicolon csv quotes, address in one cell with line breaks
LAYOUTS["one address cell"] = text(
    '"Partenaire";"Coordonnées";"Personne à contacter";"Tel / mail"',
    '"Lycée Marcel Cachin";"11 rue Marcel Cachin\n93400 SAINT-OUEN CEDEX";"Mme Nora BELKACEM, proviseure";"01 99 00 12 34 / n.belkacem@cachin.example.org"',
    '"Lycée ""Jean Moulin""";"Avenue Jean Moulin ; BP 12\n34500 BEZIERS";"M. Ali DIALLO (CPE)";"a.diallo@moulin.example.org - 01 99 00 56 78"',
    encoding="cp1252")
# département as "93 - Seine-Saint-Denis"
LAYOUTS["departement"] = book(("Lycées", [
    ["N°", "Département", "Type", "Établissement", "Ville", "Référent", "Adresse mail", "N° portable"],
    [1, "93 - Seine-Saint-Denis", "LGT", "Marcel Cachin", "SAINT OUEN", "Nora Belkacem", "n.belkacem@cachin.example.org", 639981234.0],
    [2, "34 - Hérault", "LPO", "Jean Moulin", "BEZIERS", "Awa Diallo", "a.diallo@moulin.example.org", 639985678.0],
    [3, "974 - La Réunion", "LP", "Amiral Lacaze", "ST DENIS", "Jean Hoareau", "j.hoareau@lacaze.example.org", 692981234.0],
], []))
# one row per contact with the school left blank below
LAYOUTS["blank below"] = book(("Contacts", [
    ["Lycée", "Code UAI", "Ville", "Civ.", "Prénom", "NOM", "Rôle", "Mél", "Tél. direct"],
    ["Lycée Marcel Cachin", "0932074Z", "Saint-Ouen", "Mme", "Nora", "BELKACEM", "Proviseure", "n.belkacem@cachin.example.org", "01 99 00 12 34"],
    ["", "", "", "M.", "Paul", "HENRY", "CPE", "p.henry@cachin.example.org", ""],
    ["", "", "", "Mme", "Zoé", "PETIT", "Documentaliste", "", "01 99 00 12 36"],
    ["Lycée Jean Moulin", "0340011C", "Béziers", "M.", "Ali", "DIALLO", "Proviseur", "a.diallo@moulin.example.org", ""],
    ["idem", "", "", "Mme", "Awa", "FAURE", "CPE", "a.faure@moulin.example.org", ""],
], []))
# school repeated, several sheets one per region, same columns
SHORT = ["Nom de l'établissement", "Code postal", "Ville", "Contact", "E-mail"]
LAYOUTS["sheet per region"] = book(
    ("Lisez-moi", [["Ce fichier contient nos contacts."], ["Une feuille par région."]], []),
    ("Île-de-France", [["ILE DE FRANCE"], SHORT, ["Lycée Marcel Cachin", 93400, "Saint-Ouen", "Mme BELKACEM Nora (proviseure)", "n.belkacem@cachin.example.org"], ["Lycée Marcel Cachin", 93400, "Saint-Ouen", "M. Henry Paul", "p.henry@cachin.example.org"]], []),
    ("Occitanie", [["OCCITANIE"], SHORT, ["Lycée Jean Moulin", 34500, "Béziers", "M. DIALLO", "a.diallo@moulin.example.org"]], []),
    ("Stats", [["Région", "Nombre"], ["Île-de-France", 2], ["Occitanie", 1], ["Total", 3]], []),
)
# companies: siret as float, first header row merged years, k€
LAYOUTS["companies floats"] = book(("Mécènes", [
    ["", "", "", "", "", "", "", ""],
    ["Raison sociale", "SIRET", "Siège (ville)", "Resp. mécénat", "Courriel resp.", "Ligne directe", "2023", "2024"],
    ["Valmont Assurances SA", 73282932000074.0, "72000 Le Mans", "Mme L. Morel", "l.morel@valmont.example.org", "+33 (0)1 99 00 11 22", "15 k€", 20000],
    ["Verrières du Rhône", "", "Lyon (69)", "Ondine Tavernier", "o.tavernier@verrieres.example.org", "04-99-00-11-22", "", "5 000 €"],
    ["TOTAL", "", "", "", "", "", "15 k€", 25000],
], [(0, 6, 0, 7, "Dons")]))
# tab separated, two header rows stacked words, Mac Roman
LAYOUTS["two stacked header rows"] = text(
    "Liste des partenaires - confidentiel", "",
    "Nom de\tCode\t\tNom du\tPrénom du\tAdresse\tN° de",
    "l'établissement\tpostal\tVille\tcontact\tcontact\tmail\ttéléphone",
    "Lycée Marcel Cachin\t93400\tSaint-Ouen\tBELKACEM\tNora\tn.belkacem@cachin.example.org\t0199001234",
    "Lycée Jean Moulin\t34500\tBéziers\tDIALLO\tAwa\ta.diallo@moulin.example.org\t199005678",
    "Université de Nîmes\t30000\tNîmes\tROUX\tZoé\tz.roux@nimes.example.org\t01 99 00 43 21",
    encoding="mac_roman")
# everything of the person in one cell
LAYOUTS["all in one cell"] = book(("Feuil1", [
    ["ENTREPRISE", "SECTEUR", "CONTACT"],
    ["Valmont Assurances\n12 rue du Port\n72000 LE MANS", "Assurance", "Mme Lina MOREL\nResponsable RSE\nl.morel@valmont.example.org\n01 99 00 11 22"],
    ["Verrières du Rhône - 69001 LYON", "Industrie", "M. Hugo PETIT, DRH, h.petit@verrieres.example.org, 06 39 98 11 22"],
], []))
# contact list from outlook / google export
LAYOUTS["google contacts"] = text(
    "First Name,Last Name,Organization Name,Organization Title,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,Notes",
    "Lina,Morel,Valmont Assurances,Responsable RSE,* Work,l.morel@valmont.example.org,Mobile,06 39 98 11 22,12 rue du Port,Le Mans,72000,",
    "Ondine,Tavernier,Verrières du Rhône,Mécénat,* Work,o.tavernier@verrieres.example.org,Work,04 99 00 11 22,4 quai de la Pêcherie,Lyon,69001,vue au salon",
)

CACHIN, MOULIN = ("Lycée Marcel Cachin", "93400", "Saint-Ouen", "93"), ("Lycée Jean Moulin", "34500", "Béziers", "34")
NORA, AWA, ALI = ("Nora", "Belkacem", "n.belkacem@cachin.example.org"), ("Awa", "Diallo", "a.diallo@moulin.example.org"), ("Ali", "Diallo", "a.diallo@moulin.example.org")
PAUL, LINA = ("Paul", "Henry", "p.henry@cachin.example.org"), ("Lina", "Morel", "l.morel@valmont.example.org")
ONDINE = ("Ondine", "Tavernier", "o.tavernier@verrieres.example.org")
EXPECTED = {
    "two levels, two contacts": [(*CACHIN, [(*NORA, "+33199001234"), (*PAUL, "+33199001235")]), (*MOULIN, [(*AWA, "+33199005678")])],
    "flat contact1 contact2": [
        ("Valmont Assurances", "72000", "Le Mans", "72", [(*LINA, "+33199001122"), ("Hugo", "Petit", "h.petit@valmont.example.org", "+33639981122")]),
        ("Verrières du Rhône", "69001", "Lyon", "69", [(*ONDINE, "+33499001122")]),
    ],
    "english": [(*CACHIN, [(*NORA, "+33199001234")]), (*MOULIN, [(*AWA, "+33199005678")])],
    "dates": [
        ("Valmont Assurances", None, "Le Mans", "72", [(*LINA, None)]), ("Verrières du Rhône", None, "Lyon", "69", [(*ONDINE, None)]),
        ("Méridiane Énergie", None, "Nantes", "44", [("Hélène", "Marchetti", "h.marchetti@meridiane.example.org", None)]),
    ],
    "one address cell": [(*CACHIN, [(*NORA, "+33199001234")]), ('Lycée "Jean Moulin"', "34500", "Beziers", "34", [(*ALI, "+33199005678")])],
    "departement": [
        ("Marcel Cachin", None, "Saint Ouen", "93", [(*NORA, "+33639981234")]), ("Jean Moulin", None, "Beziers", "34", [(*AWA, "+33639985678")]),
        ("Amiral Lacaze", None, "Saint-Denis", "974", [("Jean", "Hoareau", "j.hoareau@lacaze.example.org", "+262692981234")]),
    ],
    "blank below": [
        ("Lycée Marcel Cachin", None, "Saint-Ouen", "93", [(*NORA, "+33199001234")]), ("Lycée Marcel Cachin", None, "Saint-Ouen", "93", [(*PAUL, None)]),
        ("Lycée Marcel Cachin", None, "Saint-Ouen", "93", [("Zoé", "Petit", None, "+33199001236")]),
        ("Lycée Jean Moulin", None, "Béziers", "34", [(*ALI, None)]), ("Lycée Jean Moulin", None, "Béziers", "34", [("Awa", "Faure", "a.faure@moulin.example.org", None)]),
    ],
    "sheet per region": [(*CACHIN, [(*NORA, None)]), (*CACHIN, [(*PAUL, None)]), (*MOULIN, [("", "Diallo", "a.diallo@moulin.example.org", None)])],
    "companies floats": [
        ("Valmont Assurances SA", "72000", "Le Mans", "72", [("L.", "Morel", "l.morel@valmont.example.org", "+33199001122")]),
        ("Verrières du Rhône", None, "Lyon", "69", [(*ONDINE, "+33499001122")]),
    ],
    "two stacked header rows": [
        (*CACHIN, [(*NORA, "+33199001234")]), (*MOULIN, [(*AWA, "+33199005678")]),
        ("Université de Nîmes", "30000", "Nîmes", "30", [("Zoé", "Roux", "z.roux@nimes.example.org", "+33199004321")]),
    ],
    "all in one cell": [
        ("Valmont Assurances", "72000", "Le Mans", "72", [(*LINA, "+33199001122")]),
        ("Verrières du Rhône", "69001", "Lyon", "69", [("Hugo", "Petit", "h.petit@verrieres.example.org", "+33639981122")]),
    ],
    "google contacts": [("Valmont Assurances", "72000", "Le Mans", "72", [(*LINA, "+33639981122")]), ("Verrières du Rhône", "69001", "Lyon", "69", [(*ONDINE, "+33499001122")])],
}
# fmt: on


def rows_of(name):
    return [row for row in parse_all(read(LAYOUTS[name])) if row.action == "import"]


def told(row):
    of = row.organisation
    return (of.name, of.postcode, of.town, of.department, [(one.first_name, one.last_name, one.email, one.phone or one.mobile) for one in row.contacts])


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_people_come_out_of_every_layout(name):
    assert [told(row) for row in rows_of(name)] == EXPECTED[name]


def test_a_school_left_blank_or_written_idem_is_the_one_above():
    assert [row.org_group for row in rows_of("blank below")] == ["Contacts:2"] * 3 + ["Contacts:5"] * 2


def test_dates_as_serial_numbers_and_as_words_are_the_same_days():
    assert [(row.first_contact.iso, row.last_contact.iso) for row in rows_of("dates")] == [
        ("2024-03-14", "2024-03-14"), ("2022-09", "2023-03-15"), ("2021-09", "2024-01-05"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "code"),
    [("93 - Seine-Saint-Denis", "93"), ("Hérault (34)", "34"), ("93", "93"), ("2a", "2A"), ("Corse-du-Sud 2A", "2A"), ("974 - La Réunion", "974"), ("1", "01"),
     ("dpt 93", "93"), ("Département de la Loire", "42"), ("Occitanie", None), ("Créteil", None), ("93 - Hérault", None), ("75 et 93", None), ("", None)],
)  # fmt: skip
def test_a_departement_is_read_however_it_is_written(typed, code):
    assert department_in(typed) == code


@pytest.mark.parametrize(
    ("typed", "name", "place"),
    [("Valmont\n12 rue du Port\n72000 LE MANS", "Valmont", "12 rue du Port, 72000 LE MANS"), ("Verrières - 69001 LYON", "Verrières", "69001 LYON"),
     ("Lycée Jean\nMoulin", "Lycée Jean Moulin", ""), ("Société 2000", "Société 2000", ""), ("Radio 105 500 FM", "Radio 105 500 FM", "")],
)  # fmt: skip
def test_an_address_under_a_name_is_cut_off(typed, name, place):
    assert name_and_place(typed) == (name, place)


def test_ditto_marks():
    assert all(map(is_ditto, ("idem", "Id.", '"', "〃", "- \" -", "//", "ditto")))
    assert not any(map(is_ditto, ("", "Idéma", "-", "Do Santos")))


def all_told(data):
    """Every row that is data: its organisation, its town, its people, and the codes of what was said about it."""
    rows = parse_all(read(data))
    return [
        (row.organisation.name, row.organisation.town, [(one.first_name, one.last_name, one.phone) for one in row.contacts], {issue.code for issue in row.issues})
        for row in rows if row.action == "import"
    ]  # fmt: skip


def test_headers_cut_short_and_merged_twice_over_telephones_kept_as_numbers():
    data = book(("Suivi", [
        ["RÉSEAU DES ENTREPRISES"], [], ["Structure", "", "Personne à joindre", "", "", "Suivi", "", ""],
        ["Raison soc.", "Localité", "Civ.", "Prénom NOM", "N° de tél", "Vu le", "Par qui", "RAS / Obs."],
        ["Valmont Assurances", "13001 MARSEILLE", "Mme", "Lina MOREL", 499001122, "12/03/24", "Brigitte", "très accueillante"],
        ["Verrières du Rhône", "Saint-Denis 93200", "M.", "Jean DE LA TOUR", 467000001, "mars 2023", "Karim", "élève Kevin Martin suivi"],
        ["TOTAL", "2"],
    ], [(0, 0, 0, 7, "RÉSEAU DES ENTREPRISES"), (2, 0, 2, 1, "Structure"), (2, 2, 2, 4, "Personne à joindre"), (2, 5, 2, 7, "Suivi")]))  # fmt: skip

    rows = [row for row in parse_all(read(data)) if row.action == "import"]

    assert [(name, town, people) for name, town, people, _codes in all_told(data)] == [
        ("Valmont Assurances", "Marseille", [("Lina", "Morel", "+33499001122")]),
        ("Verrières du Rhône", "Saint-Denis", [("Jean", "de La Tour", "+33467000001")]),
    ]
    assert [(row.owner, row.remarks, row.organisation.postcode) for row in rows] == [
        ("Brigitte", "très accueillante", "13001"), ("Karim", "élève Kevin Martin suivi", "93200"),
    ]  # fmt: skip
    assert "minor_data" in rows[1].flags


def test_several_schools_in_a_cell_are_for_a_person_to_part():
    data = book(("A", [
        ["Lycées partenaires", "Ville", "Référent", "Mail"],
        ["Lycée Jean Moulin / Lycée Marcel Pagnol", "Marseille", "M. PETIT Hugo", "h.petit@moulin.example.org"],
        ["Lycée Marcel Cachin\nLycée Auguste Blanqui", "Saint-Ouen", "Mme Nora BELKACEM", "n.belkacem@cachin.example.org"],
        ["Collège et lycée Rosa Parks", "Saint-Denis", "Mme LE GALL", "legall@parks.example.org"],
        ["Lycée polyvalent / lycée professionnel Marie Curie", "Paris", "Mme DUPIN", "dupin@curie.example.org"],
    ], []))  # fmt: skip

    assert ["several_organisations" in codes for *_rest, codes in all_told(data)] == [True, True, False, False]


def test_bands_name_the_organisation_of_the_people_under_them():
    data = book(("2025", [
        ["Qui ?", "Rôle", "Adresse électronique", "N° de tél"],
        ["LYCÉE JEAN MOULIN - BÉZIERS"],
        ["Awa Diallo", "Proviseure adjointe", "a.diallo@moulin.example.org", 467000001],
        ["Marc Lenoir", "Gestionnaire", "m.lenoir@moulin.example.org", 467000002],
        ["MÉRIDIANE SERVICES - NANTES"],
        ["Hélène Marchetti", "RSE", "h.marchetti@meridiane.example.org", 240000001],
        ["BRETAGNE"],
        ["Yann Le Gall", "CPE", "y.legall@inconnu.example.org", 240000002],
    ], []))  # fmt: skip

    assert [(name, town) for name, town, *_rest in all_told(data)] == [
        ("Lycée Jean Moulin", "Béziers"), ("Lycée Jean Moulin", "Béziers"), ("Méridiane services", "Nantes"), ("", ""),
    ]  # fmt: skip
    assert "name_missing" in all_told(data)[-1][3]


def test_a_list_without_header_loses_no_line_and_a_second_function_is_kept():
    lines = text("Contacts presse", "Awa DIALLO <a.diallo@moulin.example.org>; Lycée Jean Moulin", "Hugo Petit <h.petit@valmont.example.org>; Valmont Assurances")
    address_book = text('"Prénom","Nom","Société","Service","Titre2","Adresse de messagerie"', '"Awa","Diallo","Lycée Jean Moulin","Vie scolaire","CPE","a.diallo@moulin.example.org"')

    assert [name for name, *_rest in all_told(lines)] == ["Lycée Jean Moulin", "Valmont Assurances"]
    assert [row.others for row in parse_all(read(address_book)) if row.action == "import"] == [(("Titre2", "CPE"),)]
