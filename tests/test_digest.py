"""The weekly digest: on Monday at eight there, never empty, seven lines at most, once a week whatever runs twice."""

import json
import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from brokerage import cli, clock, scope
from brokerage.accounts.models import User
from brokerage.calendar import HEAD_OFFICE, Place
from brokerage.introductions import comments, deciding, digest, introductions
from brokerage.introductions.models import IntroductionRequest, Reminder, Result
from brokerage.mail.models import Message, MessageState
from brokerage.partners.tasks import Task
from tests import cast as people
from tests import test_reminders
from tests.test_notices import leave, wants
from tests.test_reminders import MONDAY, REUNION, april, at, march

desk, firm, lycee, bank = test_reminders.desk, test_reminders.firm, test_reminders.lycee, test_reminders.bank


def runs(desk, when):
    """The errand of the clock; the digests it posted, by first name."""
    with clock.at(when), desk.as_system() as session:
        before = set(session.scalars(sa.select(Message.id)))
        digest.send_due()
        session.commit()
        new = session.scalars(sa.select(Message).where(Message.id.not_in(before))).all()
        return {session.get_one(User, one.to_user_id).first_name: one for one in new if one.kind == "digest"}


def words(message):
    return message.text.replace("\u00a0", " ").replace("’", "'")


def lines(message):
    return [line for line in words(message).splitlines() if line.startswith("→")][:-1]


# ---- when ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "place", "leaves"),
    [
        (march(4), HEAD_OFFICE, march(2)),
        (march(8), HEAD_OFFICE, march(2)),  # Sunday belongs to the week that ends
        (april(9), HEAD_OFFICE, april(7)),  # Easter Monday
        (date(2026, 5, 25), HEAD_OFFICE, date(2026, 5, 26)),  # Whit Monday
        (date(2027, 12, 20), Place("974"), date(2027, 12, 21)),  # the end of slavery, in Réunion only
        (date(2027, 12, 20), HEAD_OFFICE, date(2027, 12, 20)),
        (date(2029, 12, 24), HEAD_OFFICE, date(2029, 12, 26)),  # Christmas Eve, then Christmas
    ],
)
def test_its_day_is_monday_or_the_first_working_day_after_it(today, place, leaves):
    assert digest.day_of_week(today, place) == leaves


def test_it_leaves_on_monday_at_eight_and_not_a_minute_before(desk, firm):
    desk.submits(at(MONDAY), firm.partner)

    assert runs(desk, at(march(8), 12)) == {}
    assert runs(desk, at(march(9), 7, 59)) == {}
    assert set(runs(desk, at(march(9), 8))) == {"Nadia"}


def test_in_reunion_eight_o_clock_is_eight_there(desk, firm, cast):
    with desk.as_system() as session:
        session.get_one(User, cast.nadia.id).region = "04"
        session.commit()
    desk.submits(at(MONDAY), firm.partner)

    assert runs(desk, at(march(9), 7, 59, REUNION)) == {}
    assert set(runs(desk, at(march(9), 8, 0, REUNION))) == {"Nadia"}


def test_a_public_holiday_moves_it_to_the_next_working_day(desk, firm):
    desk.submits(at(april(1)), firm.partner)

    assert runs(desk, at(april(6), 9)) == {}
    assert set(runs(desk, at(april(7), 8))) == {"Nadia"}


def test_a_service_that_was_away_sends_it_the_next_day_and_no_later(desk, firm):
    desk.submits(at(MONDAY), firm.partner)

    assert runs(desk, at(march(11), 9)) == {}
    assert set(runs(desk, at(march(10), 9))) == {"Nadia"}


def test_run_twice_or_by_two_at_once_it_leaves_once_a_week(desk, firm, app):
    desk.submits(at(MONDAY), firm.partner)
    ready, said = threading.Barrier(2), []

    def run():
        with app.app_context(), clock.at(at(march(9), 8)), scope.acting(scope.system("a test")) as session:
            due = digest.due(clock.now())
            ready.wait(10)
            said.extend(digest._sent(one, clock.now()) for one in due)
            session.commit()

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(said) == [False, True]
    assert runs(desk, at(march(9), 9)) == {}
    assert runs(desk, at(march(10), 9)) == {}
    with desk.as_system() as session:
        assert len(session.scalars(sa.select(Message).where(Message.kind == "digest")).all()) == 1
    assert set(runs(desk, at(march(16), 8))) == {"Nadia"}


def test_whoever_is_away_or_gone_or_refused_it_receives_none(desk, firm, cast):
    desk.submits(at(MONDAY), firm.partner)
    for change in ({"away_from": march(1), "away_until": march(20)}, {"is_active": False}, {"notices": {"weekly": False}}):
        with desk.as_system() as session:
            nadia = session.get_one(User, cast.nadia.id)
            before = {name: getattr(nadia, name) for name in change}
            for name, value in change.items():
                setattr(nadia, name, value)
            session.commit()
        assert "Nadia" not in runs(desk, at(march(9), 8)), change
        with desk.as_system() as session:
            for name, value in before.items():
                setattr(session.get_one(User, cast.nadia.id), name, value)
            session.execute(sa.delete(Reminder).where(Reminder.kind == "digest"))
            session.execute(sa.delete(Message).where(Message.kind == "digest"))
            session.commit()


# ---- what ------------------------------------------------------------------------------------------------------


def test_with_nothing_to_say_nothing_leaves(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)
    desk.nadia(at(MONDAY, 10), lambda s, by: deciding.decline(s.get_one(IntroductionRequest, request.id), by, "too_short", "", ""))

    assert runs(desk, at(march(9), 8)) == {}


def test_what_comes_after_eight_waits_for_the_next_week(desk, firm):
    assert runs(desk, at(march(9), 8)) == {}
    desk.submits(at(march(9), 9), firm.partner)

    assert runs(desk, at(march(9), 9, 30)) == {}
    assert runs(desk, at(march(10), 9)) == {}
    assert set(runs(desk, at(march(16), 8))) == {"Nadia"}


def test_it_tells_what_waits_the_most_urgent_first(desk, firm, lycee, cast):
    wants(desk, cast.lucas, weekly=True)
    late = desk.submits(at(MONDAY - timedelta(days=10)), lycee.partner)
    desk.submits(at(march(6)), firm.partner)
    desk.introduces(at(MONDAY - timedelta(days=20)), desk.partner(name="Ancre Marine"))
    with desk.as_system() as session:
        due = {"association_id": cast.pa.id, "assignee_id": cast.nadia.id}
        session.add(Task(**due, text="Préparer le bilan", due_on=march(11)))
        session.add(Task(**due, partner_id=firm.partner.id, text="", key="silence:x:2025-08-01", due_on=march(9)))
        session.add(Task(**due, text="Beaucoup plus tard", due_on=march(30)))
        session.commit()

    got = runs(desk, at(march(9), 8))

    assert lines(got["Nadia"]) == [
        f"→ À décider, en retard depuis le 27 février : Lycée Faidherbe, pour Lucas Ferreira : http://localhost/demandes/{late.id}",
        lines(got["Nadia"])[1],
        lines(got["Nadia"])[2],
        lines(got["Nadia"])[3],
    ]
    assert [line.rpartition(" : http")[0] for line in lines(got["Nadia"])][1:] == [
        "→ À décider avant le 13 mars : Méridiane Énergie, pour Lucas Ferreira",
        "→ À relancer, sans nouvelles depuis six mois : Méridiane Énergie",
        "→ À faire avant le 11 mars : Préparer le bilan",
    ]
    assert "2 demandes à l'étude, 1 partenaire à relancer, 1 tâche." in words(got["Nadia"])
    assert got["Nadia"].subject.replace("\u00a0", " ") == "La semaine en bref : 2 réponses attendues"
    assert [line.rpartition(" : http")[0] for line in lines(got["Lucas"])] == ["→ Qu'est-ce que cela a donné ? Ancre Marine"]
    assert "1 résultat attendu." in words(got["Lucas"])


def test_seven_lines_then_how_many_more(desk, firm):
    for hour in range(9):
        desk.submits(at(MONDAY, 8 + hour), firm.partner)

    letter = runs(desk, at(march(9), 8))["Nadia"]

    assert len(lines(letter)) == 7
    assert "… et 2 autres." in words(letter)
    assert "9 demandes à l'étude." in words(letter)


def test_what_was_put_into_the_digest_is_told_there_once(desk, firm, cast):
    wants(desk, cast.lucas, news="digest", comment="digest", weekly=True)
    request = desk.submits(at(MONDAY), firm.partner)
    desk.nadia(at(march(3)), lambda s, by: comments.say(s.get_one(IntroductionRequest, request.id), by, "Je regarde.", shared=True))
    desk.nadia(at(march(4)), lambda s, by: deciding.decline(s.get_one(IntroductionRequest, request.id), by, "too_short", "", ""))
    sent, states = leave(desk, at(march(5)))

    told, again = runs(desk, at(march(9), 8)), runs(desk, at(march(16), 8))

    assert not {kind for kind, to in sent if to == cast.lucas.id}
    assert (states["comment"], states["declined"]) == (MessageState.HELD, MessageState.HELD)
    subjects = [line.rpartition(" : http")[0] for line in lines(told["Lucas"])]
    assert subjects == ["→ Demande non retenue : Méridiane Énergie", "→ Nadia Benhaddou a écrit : Méridiane Énergie"]
    assert "2 nouvelles." in words(told["Lucas"])
    assert again == {}


def test_news_that_is_no_longer_true_is_not_told(desk, firm, cast):
    wants(desk, cast.lucas, news="digest", weekly=True)
    request = desk.submits(at(MONDAY), firm.partner)
    desk.nadia(at(march(4)), lambda s, by: deciding.decline(s.get_one(IntroductionRequest, request.id), by, "too_short", "", ""))
    leave(desk, at(march(5)))
    desk.nadia(at(march(6)), lambda s, by: deciding.reopen(s.get_one(IntroductionRequest, request.id), by))
    leave(desk, at(march(7)))

    [line] = lines(runs(desk, at(march(9), 8))["Lucas"])

    assert "rouverte" in line or "reprise" in line or "nouveau" in line, line
    assert "non retenue" not in line


def test_a_request_put_into_the_digest_is_told_as_it_stands_not_twice(desk, firm, cast):
    wants(desk, cast.nadia, decide="digest", overdue="digest")
    desk.submits(at(MONDAY), firm.partner)
    desk.lives(MONDAY, march(6))
    sent, states = leave(desk, at(march(6)))

    letter = runs(desk, at(march(9), 8))["Nadia"]

    assert not sent
    assert set(states.values()) == {MessageState.HELD}
    assert len(lines(letter)) == 1


def test_an_outcome_one_never_wants_to_be_asked_is_not_asked_here_either(desk, firm, cast):
    introduction = desk.introduces(at(MONDAY - timedelta(days=20)), firm)
    wants(desk, cast.lucas, outcome="never", weekly=True)
    assert runs(desk, at(march(9), 8)) == {}

    wants(desk, cast.lucas, weekly=True)
    assert set(runs(desk, at(march(16), 8))) == {"Lucas"}
    with clock.at(at(march(17))), desk.as_system() as session:
        introductions.record_outcome(session.get_one(type(introduction), introduction.id), session.get_one(User, cast.lucas.id), Result.MET)
        session.commit()
    assert runs(desk, at(march(23), 8)) == {}


def test_while_the_manager_is_away_their_stand_in_reads_of_it(desk, firm, cast):
    with desk.as_system() as session:
        nadia = session.get_one(User, cast.nadia.id)
        nadia.away_from, nadia.away_until, nadia.stand_in_id = march(5), march(20), cast.karim.id
        session.commit()
    desk.submits(at(MONDAY), firm.partner)

    assert set(runs(desk, at(march(9), 8))) == {"Karim"}


def test_it_holds_nothing_of_another_association_and_no_contact_s_name(desk, firm, cast):
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(MONDAY, 11), introduction, lambda one, by: introductions.suggest(one, by, last_name="Ruiz", first_name="Ana"))

    got = runs(desk, at(march(9), 8))

    assert set(got) == {"Nadia"}  # neither Karim, nor Jean-Baptiste who manages elsewhere, nor Oscar
    assert "La suite est à choisir : Méridiane Énergie" in words(got["Nadia"])
    assert "Ruiz" not in got["Nadia"].text + got["Nadia"].html
    assert "Marchetti" not in got["Nadia"].text + got["Nadia"].html


def test_in_english_for_who_reads_english(desk, firm, cast):
    with desk.as_system() as session:
        session.get_one(User, cast.nadia.id).language = "en"
        session.commit()
    desk.submits(at(MONDAY), firm.partner)

    letter = runs(desk, at(march(9), 8))["Nadia"]

    assert letter.subject == "The week in brief: 1 answer expected"
    assert "→ To decide, overdue since" in letter.text or "→ To decide by 9 March: Méridiane Énergie, for Lucas Ferreira" in letter.text
    assert 'lang="en"' in letter.html
    assert letter.headers["Auto-Submitted"] == "auto-generated"
    assert letter.html.count('<a class="li"') >= 2  # a link for the line, one for the page of choices
    assert 'class="bt"' not in letter.html


# ---- listed ----------------------------------------------------------------------------------------------------


def test_what_is_due_lists_it_with_who_when_and_how_much(desk, firm, app):
    desk.submits(at(MONDAY), firm.partner)
    runner = app.test_cli_runner()

    early = json.loads(runner.invoke(cli.reminders, ["due", "--at", "2026-03-09T07:00+01:00", "--json"]).output)
    plain = runner.invoke(cli.reminders, ["due", "--at", "2026-03-09T09:30+01:00"]).output
    sunday = runner.invoke(cli.reminders, ["due", "--at", "2026-03-08T09:00+01:00"]).output

    [line] = [one for one in early if one["kind"] == "digest"]
    assert (line["recipient"], line["leaves_at"], line["due_on"]) == ("Nadia Benhaddou", "2026-03-09T08:00:00+01:00", "2026-03-09")
    assert line["why"] == "1 demande à l’étude."
    assert "digest" in plain
    assert "2026-03-09T09:30:00+01:00" in plain
    assert "digest" not in sunday


def test_however_many_members_and_requests_the_same_questions_are_asked(desk, firm, cast, app):
    asked = []

    def counted():
        with clock.at(at(march(9), 8)), desk.as_system() as session:
            sa.event.listen(session.get_bind(), "before_cursor_execute", note)
            digest.due(clock.now())
            sa.event.remove(session.get_bind(), "before_cursor_execute", note)
        found = len(asked)
        asked.clear()
        return found

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    desk.submits(at(MONDAY), firm.partner)
    few = counted()
    with desk.as_system() as session:
        for number in range(8):
            people.member(session.get_one(type(cast.pa), cast.pa.id), f"Membre{number}", "X", "manager", notices={"weekly": True})
        session.commit()
    for hour in range(8):
        desk.submits(at(MONDAY, 9 + hour), firm.partner)

    assert counted() == few


# ---- nothing a week late ---------------------------------------------------------------------------------------


def escalated_on_a_holiday_of_karims(desk, firm, cast):
    """Its eighth working day is Monday 20 December 2027, a public holiday in Réunion only: Karim's digest comes on Tuesday at 8."""
    wants(desk, cast.karim, colleagues="digest")
    with desk.as_system() as session:
        session.get_one(User, cast.karim.id).region = "04"
        session.commit()
    desk.submits(at(date(2027, 12, 8)), firm.partner)


def test_what_a_reader_wants_in_their_digest_does_not_wait_for_office_hours_and_miss_it(desk, firm, cast):
    escalated_on_a_holiday_of_karims(desk, firm, cast)
    monday, tuesday = date(2027, 12, 20), date(2027, 12, 21)

    desk.passes(at(monday))
    leave(desk, at(monday, 10))
    [line] = lines(runs(desk, at(tuesday, 8, 0, REUNION))["Karim"])
    leave(desk, at(tuesday, 12))

    assert "sans réponse depuis 8 jours" in line
    assert "Karim" not in runs(desk, at(date(2027, 12, 27), 8, 0, REUNION))  # told once


def test_what_the_mail_server_kept_over_a_week_end_is_told_on_monday_and_not_a_week_later(desk, firm, cast):
    wants(desk, cast.karim, colleagues="digest")
    desk.submits(at(march(3)), firm.partner)

    desk.passes(at(march(13)))  # Friday, and nothing leaves before Saturday
    leave(desk, at(march(14), 11))

    assert len(lines(runs(desk, at(march(16), 8))["Karim"])) == 1
    leave(desk, at(march(16), 9))
    assert "Karim" not in runs(desk, at(march(23), 8))


def test_while_the_manager_is_away_their_stand_in_reads_what_a_contact_answered(desk, firm, cast):
    with desk.as_system() as session:
        nadia = session.get_one(User, cast.nadia.id)
        nadia.away_from, nadia.away_until, nadia.stand_in_id = march(5), march(20), cast.karim.id
        session.commit()
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(MONDAY, 11), introduction, lambda one, by: introductions.suggest(one, by, last_name="Ruiz", first_name="Ana"))

    assert "La suite est à choisir : Méridiane Énergie" in words(runs(desk, at(march(9), 8))["Karim"])


def test_what_a_colleague_was_told_of_and_now_decides_in_their_place_is_one_line(desk, firm, cast):
    wants(desk, cast.karim, colleagues="digest")
    desk.submits(at(march(3)), firm.partner)
    desk.passes(at(march(13)))
    leave(desk, at(march(13), 10))
    with desk.as_system() as session:
        nadia = session.get_one(User, cast.nadia.id)
        nadia.away_from, nadia.away_until, nadia.stand_in_id = march(14), march(31), cast.karim.id
        session.commit()

    assert len(lines(runs(desk, at(march(16), 8))["Karim"])) == 1


def test_a_contact_who_preferred_later_is_told_in_the_week_of_that_day(desk, firm):
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(MONDAY, 11), introduction, lambda one, by: introductions.postpone(one, by, march(20)))

    assert "Nadia" not in runs(desk, at(march(9), 8))
    assert len(lines(runs(desk, at(march(16), 8))["Nadia"])) == 1
