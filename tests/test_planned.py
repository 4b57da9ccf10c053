"""What is planned is what then happens: read ahead on the request's page, by each side as it may know it."""

import re
from datetime import date, timedelta

import pytest

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.introductions import deciding, introductions, planned
from brokerage.introductions.cases import To
from brokerage.introductions.models import IntroductionRequest
from tests import test_reminders
from tests.test_notices import wants
from tests.test_reminders import MONDAY, april, at, march

desk, firm, lycee = test_reminders.desk, test_reminders.firm, test_reminders.lycee
# the letters of each row, as the outbox names them
LETTERS = {
    "reminder_decision_1": "reminder_decision", "reminder_decision_2": "reminder_decision", "expire": "expired",
    "reminder_escalated": "reminder_escalated", "lapse": "lapsed", "resume": "reminder_parked",
}  # fmt: skip


def ahead(desk, request, reader, when):
    with clock.at(when), desk.as_member(reader) as session:
        return planned.of(session.get_one(IntroductionRequest, request.id), session.get_one(User, reader.id))


def told(desk, request, reader, when):
    return [(one.day, one.kind) for one in ahead(desk, request, reader, when)]


def test_a_request_that_waits_shows_its_reminders_its_escalation_and_its_end(desk, firm, cast):
    request = desk.submits(at(MONDAY), firm.partner)

    assert told(desk, request, cast.nadia, at(MONDAY, 10)) == [
        (march(5), "reminder_decision_1"),
        (march(10), "reminder_decision_2"),
        (march(12), "reminder_escalated"),
        (march(30), "expire"),
    ]


@pytest.mark.parametrize("begun", ["submitted", "asked", "introduced", "parked", "question", "in holidays"])
def test_what_is_planned_is_what_then_leaves_on_that_day(desk, firm, lycee, cast, begun):
    start = MONDAY
    if begun == "in holidays":
        start = date(2026, 2, 12)  # zone B is away from 14 February to 2 March
        request = desk.asks(at(start), lycee).request
    elif begun == "asked":
        request = desk.asks(at(start), firm).request
    elif begun == "introduced":
        request = desk.introduces(at(start), firm).request
    else:
        request = desk.submits(at(start), firm.partner, event_on=april(20) if begun == "submitted" else None)
    if begun == "parked":
        desk.nadia(at(start, 10), lambda s, by: deciding.park(s.get_one(IntroductionRequest, request.id), by, march(12)))
    if begun == "question":
        desk.nadia(at(start, 10), lambda s, by: deciding.ask_info(s.get_one(IntroductionRequest, request.id), by, "Combien ?"))

    expected = told(desk, request, cast.nadia, at(start, 12))
    first_step = next((day for day, kind in expected if kind in ("expire", "lapse", "resume", "close_unknown")), date.max)
    posted = desk.lives(start, start + timedelta(days=60))

    left = {(day, kind) for day, kind, _to in posted if day <= first_step}
    assert expected
    for day, kind in expected:
        if kind != "close_unknown":
            assert (day, LETTERS.get(kind, kind)) in left, (day, kind, posted)
    assert {day for day, kind in expected if kind != "close_unknown"} == {day for day, _kind in left if day > start}


def test_what_left_is_planned_no_more_and_what_was_decided_plans_nothing(desk, firm, cast):
    request = desk.submits(at(MONDAY), firm.partner)
    desk.lives(MONDAY, march(5))

    assert told(desk, request, cast.nadia, at(march(5), 12))[0] == (march(10), "reminder_decision_2")
    desk.nadia(at(march(6)), lambda s, by: deciding.decline(s.get_one(IntroductionRequest, request.id), by, "too_short", "", ""))
    assert told(desk, request, cast.nadia, at(march(6), 12)) == []


def test_after_a_long_silence_only_the_latest_is_planned(desk, firm, cast):
    request = desk.submits(at(MONDAY), firm.partner)

    assert told(desk, request, cast.nadia, at(march(14))) == [(march(16), "reminder_escalated"), (march(30), "expire")]


def test_both_sides_read_the_same_days_but_only_the_giving_one_who_stands_in(desk, firm, cast):
    request = desk.submits(at(MONDAY), firm.partner)
    with desk.as_system() as session:
        nadia = session.get_one(User, cast.nadia.id)
        nadia.away_from, nadia.away_until, nadia.stand_in_id = march(3), march(20), cast.karim.id
        session.commit()

    ours, theirs = (ahead(desk, request, reader, at(MONDAY, 10)) for reader in (cast.nadia, cast.lucas))

    assert [(one.day, one.kind) for one in ours] == [(one.day, one.kind) for one in theirs]
    assert (ours[0].who, theirs[0].who) == ({To.MANAGER: "Karim Lahlou"}, {To.MANAGER: "Nadia Benhaddou"})


def test_the_holidays_of_a_contact_move_the_day_for_both_and_name_nobody(desk, lycee, cast, client_of):
    request = desk.asks(at(date(2026, 2, 12)), lycee).request

    ours, theirs = (ahead(desk, request, reader, at(date(2026, 2, 12), 12)) for reader in (cast.nadia, cast.lucas))
    with clock.at(at(date(2026, 2, 12), 12)):
        page = client_of(cast.lucas).get(f"/demandes/{request.id}").text

    assert ours == theirs
    assert ours[0].day == march(2)
    assert "Relance automatique au contact" in page
    assert "Marchetti" not in page


def test_two_contacts_asked_on_one_day_are_told_once(desk, firm, cast):
    from tests import cast as people

    with desk.as_member(cast.nadia) as session:
        other = people.a_contact(session.merge(firm.partner), "Paul", "Etcheverry", "p@meridiane.example")
        session.commit()
    request = desk.submits(at(MONDAY), firm.partner)
    choices = [deciding.Choice(one.id, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?") for one in (firm, other)]
    desk.nadia(at(MONDAY, 10), lambda s, by: deciding.approve(s.get_one(IntroductionRequest, request.id), by, choices))

    assert told(desk, request, cast.lucas, at(MONDAY, 12)) == [(march(9), "reminder_consent"), (march(23), "lapse")]


def test_a_question_its_reader_never_wants_is_not_planned(desk, firm, cast):
    request = desk.introduces(at(MONDAY), firm).request
    wants(desk, cast.lucas, outcome="never")

    kinds = [kind for _day, kind in told(desk, request, cast.nadia, at(MONDAY, 12))]

    assert kinds == ["reminder_outcome_contact", "close_unknown"]


def test_the_page_of_a_request_shows_what_comes_first_in_grey(desk, firm, cast, client_of):
    request = desk.submits(at(MONDAY), firm.partner)

    with clock.at(at(MONDAY, 10)):
        pages = [client_of(one).get(f"/demandes/{request.id}").text.replace("\u00a0", " ").replace("’", "'") for one in (cast.nadia, cast.lucas)]
        gone = client_of(cast.oscar).get(f"/demandes/{request.id}")

    for page in pages:
        grey = re.findall(r'<li class="futur">.*?</li>', page, re.DOTALL)
        assert len(grey) == 4
        assert "lun. 30 mars" in grey[0]
        assert "Sans décision d'ici là, la demande arrive à son terme." in grey[0]
        assert "jeu. 5 mars" in grey[3]
        assert "Relance à Nadia Benhaddou, si la demande attend encore." in grey[3]
        assert page.index("futur") < page.index("a envoyé la demande")
    assert gone.status_code == 404


def test_an_answer_changes_what_is_planned(desk, firm, cast):
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(march(3)), introduction, introductions.accept)

    assert told(desk, introduction.request, cast.lucas, at(march(3), 12))[0] == (march(17), "reminder_outcome")
