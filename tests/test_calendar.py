"""Working days, public and school holidays, against the calendars the ministry and the law have published."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerage.calendar import (
    Place,
    add_working_days,
    is_public_holiday,
    is_school_holiday,
    is_working_day,
    local_day,
    school_holiday_name,
    school_zone,
    time_zone,
    working_days_between,
)

PARIS_FIRM = Place("75", "01")
LYON_SCHOOL = Place("69", "10", is_school=True)
LILLE_SCHOOL = Place("59", "09", is_school=True)
PARIS_SCHOOL = Place("75", "01", is_school=True)
REUNION_FIRM = Place("974", "28")
REUNION_SCHOOL = Place("974", "28", is_school=True)
ZONES = {"A": LYON_SCHOOL, "B": LILLE_SCHOOL, "C": PARIS_SCHOOL}


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: str = "UTC") -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))


ABOLITIONS = [
    date(2026, 5, 27),
    date(2026, 10, 9),
    date(2026, 5, 28),
]  # Guadeloupe, Saint-Barth, Saint-Martin

# Where


@pytest.mark.parametrize(
    ("department", "zone"),
    [
        ("62", "Europe/Paris"),
        ("2A", "Europe/Paris"),
        (None, "Europe/Paris"),
        ("971", "America/Guadeloupe"),
        ("977", "America/Guadeloupe"),
        ("978", "America/Guadeloupe"),
        ("972", "America/Martinique"),
        ("973", "America/Cayenne"),
        ("974", "Indian/Reunion"),
        ("975", "America/Miquelon"),
        ("976", "Indian/Mayotte"),
        ("986", "Pacific/Wallis"),
        ("987", "Pacific/Tahiti"),
        ("988", "Pacific/Noumea"),
    ],
)
def test_every_departement_has_its_clock(department, zone):
    assert time_zone(Place(department)).key == zone


def test_an_academie_alone_tells_what_all_its_departements_share():
    strasbourg, nancy_metz, guadeloupe = Place(academy="15"), Place(academy="12"), Place(academy="32")

    assert time_zone(Place(academy="28")).key == "Indian/Reunion"
    assert is_public_holiday(date(2025, 12, 26), strasbourg)
    assert not is_public_holiday(date(2025, 12, 26), nancy_metz), "Moselle has the day, Nancy has not"
    assert time_zone(guadeloupe).key == "America/Guadeloupe"
    assert not any(is_public_holiday(day, guadeloupe) for day in ABOLITIONS), "its three islands differ"


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (Place("62"), "B"),
        (Place("62", "09"), "B"),
        (Place(academy="10"), "A"),
        (Place("93", "unknown"), "C"),
        (Place("2A"), None),
        (Place("974"), None),
        (Place(), None),
    ],
)
def test_the_school_zone_comes_from_the_academie(place, zone):
    assert school_zone(place) == zone


def test_the_day_is_the_one_people_live_there():
    new_year_in_reunion = at(2025, 12, 31, 20, 30)

    assert local_day(new_year_in_reunion, REUNION_FIRM) == date(2026, 1, 1)
    assert local_day(new_year_in_reunion, PARIS_FIRM) == date(2025, 12, 31)
    assert local_day(new_year_in_reunion, Place("972")) == date(2025, 12, 31)


# Public holidays


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 6),  # Easter Monday
        date(2027, 3, 29),  # Easter Monday
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),  # Ascension
        date(2026, 5, 25),  # Whit Monday
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ],
)
def test_a_holiday_of_the_labour_code_is_one_everywhere(day):
    assert is_public_holiday(day, PARIS_FIRM)
    assert is_public_holiday(day, Place("67"))
    assert is_public_holiday(day, REUNION_FIRM)
    assert not is_working_day(day, PARIS_FIRM)


@pytest.mark.parametrize(
    ("department", "day"),
    [
        ("57", date(2026, 4, 3)),  # Good Friday
        ("67", date(2026, 4, 3)),
        ("68", date(2024, 12, 26)),
        ("971", date(2026, 5, 27)),  # abolition of slavery, a day of its own in each
        ("972", date(2026, 5, 22)),
        ("973", date(2026, 6, 10)),
        ("974", date(2027, 12, 20)),
        ("976", date(2026, 4, 27)),
        ("977", date(2026, 10, 9)),
        ("978", date(2026, 5, 28)),
        ("986", date(2026, 7, 29)),
        ("988", date(2026, 9, 24)),
    ],
)
def test_alsace_moselle_and_overseas_have_days_of_their_own(department, day):
    assert is_public_holiday(day, Place(department))
    assert not is_public_holiday(day, PARIS_FIRM)


def test_the_24th_of_december_is_a_working_day_but_not_for_pupils():
    day = date(2026, 12, 24)

    assert is_working_day(day, PARIS_FIRM)
    assert is_school_holiday(day, PARIS_SCHOOL)


def test_an_instant_is_refused_where_a_day_is_wanted():
    with pytest.raises(TypeError):
        is_public_holiday(at(2026, 7, 14), PARIS_FIRM)

    with pytest.raises(TypeError):
        is_school_holiday(at(2026, 2, 16), LILLE_SCHOOL)


# School holidays


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("A", date(2025, 10, 18), date(2025, 11, 2)),  # Toussaint
        ("B", date(2025, 10, 18), date(2025, 11, 2)),
        ("C", date(2025, 10, 18), date(2025, 11, 2)),
        ("A", date(2025, 2, 22), date(2025, 3, 9)),  # winter
        ("B", date(2025, 2, 8), date(2025, 2, 23)),
        ("C", date(2025, 2, 15), date(2025, 3, 2)),
        ("A", date(2026, 2, 7), date(2026, 2, 22)),
        ("B", date(2026, 2, 14), date(2026, 3, 1)),
        ("C", date(2026, 2, 21), date(2026, 3, 8)),
        ("A", date(2026, 4, 4), date(2026, 4, 19)),  # spring
        ("B", date(2026, 4, 11), date(2026, 4, 26)),
        ("C", date(2026, 4, 18), date(2026, 5, 3)),
        ("B", date(2026, 12, 19), date(2027, 1, 3)),  # Christmas
        ("C", date(2026, 5, 15), date(2026, 5, 16)),  # after Ascension
    ],
)
def test_school_holidays_are_those_of_the_zone_to_the_day(zone, first, last):
    place = ZONES[zone]

    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]

    assert all(is_school_holiday(day, place) for day in days)
    assert not is_school_holiday(first - timedelta(days=2), place)
    assert not is_school_holiday(last + timedelta(days=2), place)


def test_the_fallback_date_of_the_lille_event_falls_in_the_winter_holidays_of_zone_b():
    wanted, fallback = date(2025, 2, 1), date(2025, 2, 8)

    assert school_holiday_name(wanted, LILLE_SCHOOL) is None
    assert school_holiday_name(fallback, LILLE_SCHOOL) == "vacances d'hiver, zone B"
    assert school_holiday_name(fallback, Place("59")) == "vacances d'hiver, zone B", "wherever it is held"
    assert school_holiday_name(fallback, PARIS_SCHOOL) is None


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 10, 20), "vacances de la Toussaint"),
        (date(2025, 12, 24), "vacances de Noël"),
        (date(2026, 4, 20), "vacances de printemps, zone B"),
        (date(2026, 5, 15), "pont de l'Ascension"),
        (date(2026, 7, 20), "vacances d'été"),
        (date(2026, 9, 15), None),
    ],
)
def test_a_holiday_has_its_french_name_and_its_zone_only_where_zones_differ(day, name):
    assert school_holiday_name(day, LILLE_SCHOOL) == name


@pytest.mark.parametrize("place", [REUNION_SCHOOL, Place("2A", is_school=True), Place(), LILLE_SCHOOL])
@pytest.mark.parametrize("year", [2024, 2027, 2035])
def test_the_summer_rule_holds_everywhere_and_every_year(place, year):
    first, last = date(year, 7, 10), date(year, 8, 25)

    assert is_school_holiday(first, place)
    assert is_school_holiday(last, place)
    assert school_holiday_name(last, place) == "vacances d'été"


def test_without_known_dates_only_the_summer_rule_is_left():
    christmas, after_the_data = date(2026, 12, 28), date(2029, 12, 26)

    assert not is_school_holiday(christmas, REUNION_SCHOOL)
    assert not is_school_holiday(date(2026, 7, 9), REUNION_SCHOOL)
    assert not is_school_holiday(date(2026, 8, 26), REUNION_SCHOOL)
    assert not is_school_holiday(after_the_data, LILLE_SCHOOL)


def test_the_shipped_school_dates_reach_the_end_of_august_2028():
    assert is_school_holiday(date(2028, 8, 31), LILLE_SCHOOL)
    assert not is_school_holiday(date(2028, 10, 25), LILLE_SCHOOL), "newer data: correct the docstring"


# Counting


def test_working_days_step_over_week_ends_and_holidays():
    friday_before_easter = date(2026, 4, 3)

    assert add_working_days(friday_before_easter, 1, PARIS_FIRM) == date(2026, 4, 7)
    assert add_working_days(date(2026, 4, 2), 1, Place("67")) == date(2026, 4, 7)
    assert add_working_days(date(2026, 7, 13), 3, PARIS_FIRM) == date(2026, 7, 17)
    assert add_working_days(date(2026, 4, 7), -1, PARIS_FIRM) == friday_before_easter
    assert add_working_days(date(2026, 7, 14), 0, PARIS_FIRM) == date(2026, 7, 14)


def test_working_days_between_counts_the_last_day_and_not_the_first():
    monday, friday = date(2026, 7, 13), date(2026, 7, 17)

    assert working_days_between(monday, friday, PARIS_FIRM) == 3
    assert working_days_between(friday, monday, PARIS_FIRM) == -3
    assert working_days_between(monday, monday, PARIS_FIRM) == 0
    assert working_days_between(date(2025, 12, 31), date(2026, 12, 31), PARIS_FIRM) == 252


PLACES = st.sampled_from(
    [
        PARIS_FIRM,
        LYON_SCHOOL,
        LILLE_SCHOOL,
        PARIS_SCHOOL,
        REUNION_FIRM,
        REUNION_SCHOOL,
        Place("67", "15", True),
    ]
    + [
        Place(code, is_school=is_school)
        for code in ("971", "973", "987", "986", "2B")
        for is_school in (False, True)
    ]
)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@settings(max_examples=300, deadline=None)
@given(day=DAYS, n=st.integers(1, 60), place=PLACES)
def test_adding_and_counting_working_days_undo_each_other(day, n, place):
    reached = add_working_days(day, n, place)

    assert is_working_day(reached, place)
    assert working_days_between(day, reached, place) == n
    assert add_working_days(reached, -n, place) <= day or is_working_day(day, place)
