"""When a letter may arrive: the first working hour of its reader, outside the holidays of a school."""

from datetime import UTC, datetime, time, timedelta
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerage.calendar import (
    Place,
    is_good_moment,
    is_public_holiday,
    is_school_holiday,
    next_good_moment,
    time_zone,
)

PARIS_FIRM = Place("75", "01")
LYON_SCHOOL = Place("69", "10", is_school=True)
LILLE_SCHOOL = Place("59", "09", is_school=True)
PARIS_SCHOOL = Place("75", "01", is_school=True)
REUNION_FIRM = Place("974", "28")
REUNION_SCHOOL = Place("974", "28", is_school=True)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: str = "UTC") -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))


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
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("asked", "place", "good"),
    [
        # in the window, and at its edges
        (at(2026, 6, 16, 10, 0), PARIS_FIRM, at(2026, 6, 16, 10, 0)),
        (at(2026, 6, 16, 6, 30), PARIS_FIRM, at(2026, 6, 16, 6, 30)),
        (at(2026, 6, 16, 6, 29), PARIS_FIRM, at(2026, 6, 16, 6, 30)),
        (at(2026, 6, 16, 16, 30), PARIS_FIRM, at(2026, 6, 17, 6, 30)),
        # 14 July is a Tuesday; a school waits for September
        (at(2026, 7, 14, 9, 0), PARIS_FIRM, at(2026, 7, 15, 6, 30)),
        (at(2026, 7, 14, 9, 0), LILLE_SCHOOL, at(2026, 9, 1, 6, 30)),
        # Easter Monday; in 2027 the clocks change on Easter Sunday
        (at(2026, 4, 3, 17, 0), PARIS_FIRM, at(2026, 4, 7, 6, 30)),
        (at(2027, 3, 26, 18, 0), PARIS_FIRM, at(2027, 3, 30, 6, 30)),
        # the other Sundays on which clocks change
        (at(2026, 3, 27, 18, 0), PARIS_FIRM, at(2026, 3, 30, 6, 30)),
        (at(2026, 10, 23, 17, 0), PARIS_FIRM, at(2026, 10, 26, 7, 30)),
        (at(2026, 10, 23, 17, 0), LILLE_SCHOOL, at(2026, 11, 2, 7, 30)),
        (at(2027, 10, 29, 17, 0), PARIS_FIRM, at(2027, 11, 2, 7, 30)),
        # 24 December
        (at(2026, 12, 24, 9, 0), PARIS_FIRM, at(2026, 12, 24, 9, 0)),
        (at(2026, 12, 24, 19, 0), PARIS_FIRM, at(2026, 12, 28, 7, 30)),
        (at(2026, 12, 24, 9, 0), LILLE_SCHOOL, at(2027, 1, 4, 7, 30)),
        # winter holidays, each zone in its turn
        (at(2026, 2, 16, 9, 0), LYON_SCHOOL, at(2026, 2, 23, 7, 30)),
        (at(2026, 2, 16, 9, 0), LILLE_SCHOOL, at(2026, 3, 2, 7, 30)),
        (at(2026, 2, 16, 9, 0), PARIS_SCHOOL, at(2026, 2, 16, 9, 0)),
        # Réunion: 8:30 there is 4:30 UTC; 20 December is the day of the abolition
        (at(2025, 3, 4, 1, 0), REUNION_SCHOOL, at(2025, 3, 4, 4, 30)),
        (at(2025, 3, 4, 14, 30), REUNION_SCHOOL, at(2025, 3, 5, 4, 30)),
        (at(2027, 12, 20, 6, 0), REUNION_SCHOOL, at(2027, 12, 21, 4, 30)),
        (at(2027, 12, 20, 9, 0), PARIS_FIRM, at(2027, 12, 20, 9, 0)),
        # the Antilles are still on Friday when Paris sleeps
        (at(2026, 6, 19, 22, 0), Place("972"), at(2026, 6, 19, 22, 0)),
    ],
)
def test_a_letter_waits_for_the_next_good_moment_of_its_reader(asked, place, good):
    moment = next_good_moment(asked, place, school_quiet=True)

    assert moment == good
    assert moment.tzinfo is UTC


def test_a_school_is_left_alone_only_by_letters_that_ask_for_it():
    in_the_holidays = at(2026, 2, 16, 9, 0)

    assert is_good_moment(in_the_holidays, LILLE_SCHOOL, school_quiet=False)
    assert not is_good_moment(in_the_holidays, LILLE_SCHOOL, school_quiet=True)
    assert is_good_moment(in_the_holidays, Place("59"), school_quiet=True), "a firm works on"


@pytest.mark.parametrize(
    ("hour", "minute", "is_good"), [(8, 29, False), (8, 30, True), (18, 29, True), (18, 30, False)]
)
def test_the_window_opens_at_half_past_eight_and_is_shut_at_half_past_six(hour, minute, is_good):
    moment = at(2026, 6, 16, hour, minute, "Europe/Paris")

    assert is_good_moment(moment, PARIS_FIRM, school_quiet=True) == is_good


def test_another_window_may_be_asked_for():
    monday_at_three = at(2026, 6, 15, 3, 0, "Europe/Paris")

    moment = next_good_moment(monday_at_three, PARIS_FIRM, school_quiet=False, start=time(8), end=time(9))

    assert moment == at(2026, 6, 15, 8, 0, "Europe/Paris")


def test_a_naive_instant_or_a_window_that_never_opens_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        next_good_moment(datetime(2026, 6, 16, 10), PARIS_FIRM, school_quiet=True)

    with pytest.raises(ValueError, match="opens"):
        next_good_moment(at(2026, 6, 16), PARIS_FIRM, school_quiet=True, start=time(18), end=time(9))


@settings(max_examples=3000, deadline=None)
@given(instant=INSTANTS, place=PLACES, school_quiet=st.booleans(), share=st.floats(0, 1))
def test_the_next_good_moment_is_good_not_before_and_the_first(instant, place, school_quiet, share):
    moment = next_good_moment(instant, place, school_quiet=school_quiet)
    before = instant + (moment - instant) * share

    local = moment.astimezone(time_zone(place))
    assert moment >= instant
    assert time(8, 30) <= local.time() < time(18, 30)
    assert local.weekday() < 5
    assert not is_public_holiday(local.date(), place)
    assert not (school_quiet and place.is_school and is_school_holiday(local.date(), place))
    assert next_good_moment(moment, place, school_quiet=school_quiet) == moment
    assert is_good_moment(instant, place, school_quiet=school_quiet) == (moment == instant)
    assert before >= moment or not is_good_moment(before, place, school_quiet=school_quiet)


def test_the_next_good_moment_takes_under_fifty_microseconds():
    instants = [at(2024, 1, 1) + timedelta(hours=37 * ahead) for ahead in range(1500)]
    taken = []

    for _ in range(5):
        started = process_time()
        for instant in instants:
            next_good_moment(instant, LILLE_SCHOOL, school_quiet=True)
        taken.append((process_time() - started) / len(instants))

    assert median(taken) < 50e-6
