"""UAI, SIRET, telephones, e-mails and towns as people type them: repaired when proven, refused when in doubt."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from brokerage.reference.identifiers import (
    UAI_LETTERS,
    Status,
    email,
    is_mobile,
    naf,
    phone,
    phone_checked,
    postcode,
    siren,
    siret,
    town,
    uai,
    uai_in,
    vat,
)

LA_POSTE = "35600000000209"  # fails Luhn, and is valid


def test_a_good_uai_stays_as_it_is():
    assert uai("0951099D").value == "0951099D"
    assert uai("0720916E").status is Status.OK


@pytest.mark.parametrize("typed", ["951099D", "095 1099 D", "0951099d", "\u00a00951099D ", "O951099D", "UAI : 0951099D", "0951099-D"])
def test_a_uai_that_its_letter_proves_is_repaired(typed):
    assert (uai(typed).value, uai(typed).status) == ("0951099D", Status.NORMALIZED)


@pytest.mark.parametrize("typed", ["0951099E", "0020049I", "0020094T", "0951O9", "09510990D", "12", "0951099D ou 0782556E"])
def test_a_uai_with_swapped_digits_or_a_wrong_letter_is_never_guessed(typed):
    assert (uai(typed).value, uai(typed).status) == (None, Status.INVALID)


@pytest.mark.parametrize("typed", ["", "?", "à demander", "n.c.", "-"])
def test_no_digit_is_no_uai(typed):
    assert uai(typed).status is Status.MISSING


def test_a_missing_letter_is_computed_and_said_so():
    checked = uai("0951099")

    assert (checked.value, checked.issue) == ("0951099D", "uai_letter_computed")


def test_a_uai_is_found_in_a_name_unless_there_are_two():
    assert uai_in("Lycée professionnel Roulleau (0783330W)") == "0783330W"
    assert uai_in("Cité scolaire 0783330W et 0951099D") is None
    assert uai_in("Lycée Roulleau 0783330X") is None


@given(st.integers(0, 9_999_999), st.integers(0, 6))
def test_two_swapped_digits_never_make_another_uai(number, place):
    digits = f"{number:07d}"
    code = digits + UAI_LETTERS[number % 23]
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :] if place < 6 else code
    proven = int(swapped[:7]) % 23 == number % 23

    assert uai(code).value == code
    assert proven or uai(swapped).value is None


def test_a_siret_is_read_through_spaces_and_points():
    assert siret("732 829 320 00074").value == siret("732.829.320.00074").value == "73282932000074"
    assert siret("732\u00a0829\u00a0320\u00a000074").status is Status.NORMALIZED


def test_la_poste_has_a_rule_of_its_own():
    assert siret(LA_POSTE).value == LA_POSTE
    assert siret("35600000000210").value is None
    assert siret("35600000000048").value == "35600000000048"


def test_a_siret_lost_by_the_spreadsheet_is_lost():
    assert siret("9,92562E+13").issue == "siret_scientific"
    assert siret("7328293200007").value is None
    assert siret("73282932000075").value is None


def test_leading_zeros_of_company_numbers_come_back():
    assert siren("5720784").value == "005720784"
    assert siren("005 720 784").value == "005720784"
    assert siren("5720784").issue == "siren_leading_zero_lost"


def test_a_vat_number_carries_its_siren():
    assert vat("fr 83 404 833 048").value == "FR83404833048"
    assert vat("FR84404833048").value is None


def test_an_activity_code_is_written_one_way():
    assert {naf(typed).value for typed in ("6202A", "62.02A", "62.02a")} == {"62.02A"}
    assert naf("conseil").value is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("01.99.00.12.34", "+33199001234"),
        ("01/99/00/12/34", "+33199001234"),
        ("+33 (0)1 99 00 12 34", "+33199001234"),
        ("0033199001234", "+33199001234"),
        ("199001234", "+33199001234"),
        ("Tél : 01 99 00 12 34", "+33199001234"),
        ("01 99 00 12 34 poste 4212", "+33199001234"),
        ("06 39 98 12 34", "+33639981234"),
        ("'+33 6 39 98 12 34", "+33639981234"),
        ("+32 2 555 12 12", "+3225551212"),
    ],
)
def test_a_telephone_is_read_however_it_is_typed(typed, number):
    assert phone(typed) == number


@pytest.mark.parametrize(
    "typed", ["01 99 00 12 3", "01 99 00 12 347", "à demander au secrétariat", "", "0099", "00 00 00 00 00", "+33", "3939"]
)
def test_what_cannot_be_dialled_is_no_telephone(typed):
    assert phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0262 00 54 57", "+262262005457"),
        ("+262 2 62 00 54 57", "+262262005457"),
        ("+33 2 62 00 54 57", "+262262005457"),
        ("0692 12 34 56", "+262692123456"),
        ("0590 12 34 56", "+590590123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0596 12 34 56", "+596596123456"),
    ],
)
def test_overseas_numbers_have_their_own_country_code(typed, number):
    assert phone(typed) == number


def test_local_numbers_need_their_department():
    assert phone("25 12 34", "988") == "+687251234"
    assert phone("40 12 34 56", "987") == "+68940123456"
    assert phone("25 12 34") is None
    assert phone("0639 12 34 56", "976") == "+262639123456"
    assert phone("06 39 98 12 34", "976") == "+33639981234"


def test_the_reason_for_a_repair_is_said():
    assert phone_checked("199001234").issue == "phone_leading_zero_lost"
    assert phone_checked("01 99 00 12 34 poste 42").issue == "phone_extension"
    assert phone_checked("01 99").issue == "phone_invalid"


def test_mobiles_are_told_from_landlines():
    assert is_mobile("+33639981234")
    assert is_mobile("+262692123456")
    assert not is_mobile("+33199001234")
    assert not is_mobile("+262262005457")


@pytest.mark.parametrize(
    "typed",
    [
        "Claire.Petit@ac-lyon.example.org",
        "mailto:claire.petit@ac-lyon.example.org",
        "Claire Petit <claire.petit@ac-lyon.example.org>",
        "  claire.petit@ac-lyon.example.org ;",
        "claire.petit@ac-lyon.example.org.",
        "'claire.petit@ac-lyon.example.org",
    ],
)
def test_an_address_is_freed_from_what_surrounds_it(typed):
    assert email(typed).value == "claire.petit@ac-lyon.example.org"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("claire@ac-lyon.example,org", "claire@ac-lyon.example.org"),
        ("claire@@example.org", "claire@example.org"),
        ("claire . petit @ example.org", "claire.petit@example.org"),
        ("claire.@example.org", "claire@example.org"),
        ("claire [at] example.org", "claire@example.org"),
        ("claire@example.ogr", "claire@example.org"),
        ("claire@example.con", "claire@example.com"),
        ("claireexample.org", None),
        ("hélène@example.org", None),
        ("claire@example.orgé", None),
    ],
)
def test_a_broken_address_is_refused_and_at_most_a_repair_proposed(typed, meant):
    assert (email(typed).value, email(typed).suggestion) == (None, meant)


def test_example_addresses_are_accepted_and_placeholders_are_none():
    assert email("a@partner.example").value == "a@partner.example"
    assert {email(typed).status for typed in ("", "-", "?", "à demander")} == {Status.MISSING}


def test_a_postcode_is_text_and_keeps_its_zero():
    assert postcode("1000").value == postcode("01 000").value == "01000"
    assert postcode("F-75011").value == "75011"
    assert (postcode("7501").issue, postcode("750111").value, postcode("00100").value) == ("postcode_leading_zero_lost", None, None)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Béziers Cedex 2", "Béziers"),
        ("STRASBOURG CEDEX", "STRASBOURG"),
        ("Lyon 3e", "Lyon"),
        ("Paris 8ème", "Paris"),
        ("Marseille 2e arrdt", "Marseille"),
        ("75011 Paris", "Paris"),
        ("St Germain-En-Laye", "Saint-Germain-En-Laye"),
        ("Ste-Maxime", "Sainte-Maxime"),
        ("Saint-Denis (93)", "Saint-Denis"),
        ("l'Isle-Sur-La-Sorgue", "l'Isle-Sur-La-Sorgue"),
        ("Le Mans", "Le Mans"),
    ],
)
def test_a_town_loses_what_is_not_its_name(typed, name):
    assert town(typed) == name


@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,70}@[a-z0-9.-]{1,70}\.(?:org|example|test|local|fr|onion)", fullmatch=True))
@example(".0@0.org")
def test_an_address_is_accepted_only_if_the_library_accepts_it(address):
    try:
        # punctuation at the ends is taken off before anything is judged
        expected = validate_email(address.strip("."), check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError:
        expected = None

    assert email(address).value in (expected, None)
    assert expected is None or email(address).value == expected or email(address).issue == "email_suspect_tld"


@given(st.text(max_size=60))
def test_no_text_makes_any_of_them_fail(text):
    for read in (uai, siren, siret, vat, naf, postcode, email, phone_checked):
        checked = read(text)
        assert (checked.value is None) == (checked.status in (Status.INVALID, Status.MISSING))
    assert isinstance(town(text), str)
