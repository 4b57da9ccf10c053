"""Reminders: every row of the table on its day and at its hour, once, and never for what is done."""

import json
import re
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import calendar, clock, scope
from brokerage.accounts.models import Association, User
from brokerage.calendar import HEAD_OFFICE, Place
from brokerage.database import db
from brokerage.introductions import deciding, introductions, letters, reminder_letters, reminders, requests
from brokerage.introductions.cases import good_moment
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest, Reminder, Result
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.introductions.timetable import INTRODUCTION_ROWS, REQUEST_ROWS
from brokerage.mail import addresses
from brokerage.mail.models import Message
from brokerage.partners.models import PartnerKind
from brokerage.timeline import Actor, By, Entry
from tests import cast as people

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
MONDAY = date(2026, 3, 2)  # no public holiday until Easter Monday, 6 April


def at(day, hour=9, minute=0, zone=PARIS):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def march(day):
    return date(2026, 3, day)


def april(day):
    return date(2026, 4, day)


@dataclass
class Desk:
    """What the tests do, each in the right scope and committed."""

    cast: people.Cast
    as_member: object
    as_system: object

    def partner(self, **more):
        with self.as_member(self.cast.nadia) as session:
            contact = people.a_contact(people.a_partner(self.cast.nadia, **more))
            session.commit()
        return contact

    def submits(self, when, partner=None, **more):
        """Lucas asks for a partner of Nadia's, without a date unless one is given."""
        with clock.at(when), self.as_member(self.cast.lucas) as session:
            request = people.a_request(self.cast.lucas, self.cast.pa, partner, **{"event_on": None} | more)
            requests.submit(request, session.get_one(User, self.cast.lucas.id))
            session.commit()
        return request

    def nadia(self, when, act):
        """Nadia does something about a request or an introduction."""
        with clock.at(when), self.as_member(self.cast.nadia) as session:
            done = act(session, session.get_one(User, self.cast.nadia.id))
            session.commit()
        return done

    def asks(self, when, contact, **more):
        """An introduction whose contact has just been asked."""
        request = self.submits(when - timedelta(minutes=5), contact.partner, **more)
        choice = deciding.Choice(contact.id, "Une heure avec des élèves ?", "Bonjour,\n\nAccepteriez-vous ?")
        self.nadia(when, lambda s, by: deciding.approve(s.get_one(IntroductionRequest, request.id), by, [choice]))
        with self.as_system() as session:
            wanted = sa.select(Introduction).where(Introduction.request_id == request.id)
            return session.scalars(wanted.options(so.joinedload(Introduction.request))).one()

    def contact(self, when, introduction, act):
        """The contact answers."""
        with clock.at(when), self.as_system() as session:
            one = session.get_one(Introduction, introduction.id)
            act(one, By(Actor.CONTACT, one.contact_id))
            session.commit()

    def introduces(self, when, contact, **more):
        introduction = self.asks(when - timedelta(minutes=5), contact, **more)
        self.contact(when, introduction, introductions.accept)
        return introduction

    def passes(self, when):
        """Time passes: what was posted then, as (day it leaves, kind, to whom), and how much the jobs say they did."""
        with clock.at(when), self.as_system() as session:
            before = set(session.scalars(sa.select(Message.id)))
            done = (reminders.pass_time(), reminders.send_due())
            new = session.scalars(sa.select(Message).where(Message.id.not_in(before)))
            in_order = sorted((one.due_at, one.kind, self._line(session, one)) for one in new)
            return [line for *_when, line in in_order], done

    def lives(self, first, last, every=1):
        """One look at the clock each day, week-ends included: all that was posted."""
        days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, every)]
        return [line for day in days for line in self.passes(at(day))[0]]

    def _line(self, session, message):
        to = session.get(User, message.to_user_id) if message.to_user_id else None
        return message.due_at.astimezone(PARIS).date(), message.kind, to.first_name if to else "contact"

    def state(self, thing):
        with self.as_system() as session:
            return session.get_one(type(thing), thing.id).state


@pytest.fixture
def desk(cast, as_member, as_system):
    return Desk(cast, as_member, as_system)


@pytest.fixture
def firm(desk):
    """Hélène Marchetti, at a firm of Courbevoie."""
    return desk.partner()


@pytest.fixture
def lycee(desk):
    """A referent teacher at a lycée of Lille: académie 09, zone B."""
    return desk.partner(name="Lycée Faidherbe", kind=PartnerKind.ACADEMIC, department="59", academy="09", town="Lille")


@pytest.fixture
def bank(desk):
    """Somebody at a bank of La Réunion, four hours ahead of UTC."""
    return desk.partner(name="Banque des Mascareignes", department="974", academy="28", region="04", town="Saint-Denis")


# ---- the table, row by row -------------------------------------------------------------------------------------


def test_a_request_nobody_decides_reminds_then_escalates_then_expires(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)

    posted = desk.lives(MONDAY, april(3))

    assert posted == [
        (march(5), "reminder_decision", "Nadia"),
        (march(10), "reminder_decision", "Nadia"),
        (march(12), "reminder_escalated", "Karim"),
        (march(12), "reminder_escalated_delegate", "Lucas"),
        (march(30), "expired", "Lucas"),
        (march(30), "expired", "Nadia"),
    ]
    assert desk.state(request) is RequestState.EXPIRED


def test_a_question_waits_five_working_days_before_the_delegate_is_reminded(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)
    desk.nadia(at(MONDAY, 15), lambda s, by: deciding.ask_info(s.get_one(IntroductionRequest, request.id), by, "Combien d'élèves ?"))

    posted = desk.lives(MONDAY, march(27))

    assert posted == [(march(9), "reminder_question", "Lucas")]


def test_a_contact_who_does_not_answer_is_reminded_once_then_the_ask_lapses(desk, firm):
    introduction = desk.asks(at(MONDAY), firm)

    posted = desk.lives(march(3), april(17))

    assert posted == [(march(9), "reminder_consent", "contact"), (march(23), "lapsed", "Nadia"), (march(23), "no_follow_up", "Lucas")]
    assert desk.state(introduction) is IntroductionState.UNANSWERED
    assert desk.state(introduction.request) is RequestState.CLOSED


def test_a_request_set_aside_is_taken_up_again_on_its_day_and_the_manager_is_told(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)
    desk.nadia(at(MONDAY, 10), lambda s, by: deciding.park(s.get_one(IntroductionRequest, request.id), by, march(12)))

    posted = desk.lives(MONDAY, march(16))

    assert posted == [(march(12), "reminder_parked", "Nadia")]
    assert desk.state(request) is RequestState.SUBMITTED


def test_a_request_set_aside_beyond_its_event_ends_on_the_day_it_would_be_taken_up(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner, event_on=march(7))
    desk.nadia(at(MONDAY, 10), lambda s, by: deciding.park(s.get_one(IntroductionRequest, request.id), by, march(12)))

    posted = desk.lives(MONDAY, march(16))

    assert {kind for _day, kind, _to in posted} == {"expired"}
    assert desk.state(request) is RequestState.EXPIRED


def test_a_contact_who_preferred_later_is_not_written_to_and_the_manager_is_asked(desk, firm):
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(march(3)), introduction, lambda one, by: introductions.postpone(one, by, march(18)))

    posted = desk.lives(march(3), april(17))

    assert posted == [
        (march(18), "reminder_postponed", "Nadia"),
        (march(23), "reminder_answered", "Nadia"),
        (march(26), "reminder_answered", "Nadia"),
        (march(30), "reminder_forgotten", "Karim"),
    ]
    assert desk.state(introduction) is IntroductionState.POSTPONED


SAYS = {
    "yes": (introductions.accept, "a dit oui le lundi 2 mars 2026, et la mise en relation n'est pas partie"),
    "somebody else": (lambda one, by: introductions.suggest(one, by, last_name="Ruiz", first_name="Ana"), "propose depuis le lundi 2 mars 2026 de s'adresser plutôt"),
}


@pytest.mark.parametrize("said", SAYS)
def test_an_answer_nobody_follows_is_told_again_to_its_manager_then_to_the_colleagues(desk, firm, said):
    act, words = SAYS[said]
    with desk.as_system() as session:
        session.get_one(Association, desk.cast.pa.id).rules = {"introduce_automatically": False}
        session.commit()
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(MONDAY, 11), introduction, act)

    posted = desk.lives(MONDAY, april(1))

    assert posted == [
        (march(5), "reminder_answered", "Nadia"),
        (march(10), "reminder_answered", "Nadia"),
        (march(12), "reminder_forgotten", "Karim"),
    ]
    with desk.as_system() as session:
        for letter in session.scalars(sa.select(Message).where(Message.kind.in_(("reminder_answered", "reminder_forgotten")))):
            assert words in " ".join(letter.text.replace("’", "'").split()), letter.text
            assert "Marchetti" not in letter.text


def test_an_answer_that_was_followed_is_told_no_more(desk, firm):
    introduction = desk.asks(at(MONDAY), firm)
    desk.contact(at(MONDAY, 11), introduction, lambda one, by: introductions.postpone(one, by, march(10)))
    desk.nadia(at(march(10), 9), lambda s, by: introductions.resume(s.get_one(Introduction, introduction.id), by))

    assert {kind for _day, kind, _to in desk.lives(march(10), march(27))} == {"reminder_consent"}


def test_after_an_introduction_the_delegate_then_the_contact_then_the_delegate_are_asked_and_it_closes(desk, firm):
    introduction = desk.introduces(at(MONDAY), firm)

    posted = desk.lives(march(3), april(10))

    assert posted == [
        (march(16), "reminder_outcome", "Lucas"),
        (march(23), "reminder_outcome_contact", "contact"),
        (march(30), "reminder_outcome_again", "Lucas"),
    ]
    assert desk.state(introduction) is IntroductionState.CLOSED  # on Tuesday 7 April: Monday was Easter
    with desk.as_system() as session:
        [outcome] = session.get_one(Introduction, introduction.id).outcomes
    assert (outcome.said_by, outcome.result) == ("clock", Result.UNKNOWN)


def test_an_introduction_is_not_closed_a_day_too_early(desk, firm):
    introduction = desk.introduces(at(MONDAY), firm)

    desk.lives(march(3), april(6))

    assert desk.state(introduction) is IntroductionState.INTRODUCED


def test_when_the_event_comes_first_the_delegate_is_asked_the_day_after_or_the_next_working_day(desk, firm):
    desk.introduces(at(MONDAY), firm, event_on=march(7))  # a Saturday

    posted = desk.lives(march(3), march(10))

    assert posted == [(march(9), "reminder_outcome", "Lucas")]


def test_when_the_event_comes_late_the_last_question_waits_for_it(desk, firm):
    desk.introduces(at(MONDAY), firm, event_on=date(2026, 6, 13))

    posted = desk.lives(march(3), march(31)) + desk.lives(april(1), date(2026, 6, 16), every=4)

    assert [(day, kind) for day, kind, _to in posted] == [
        (march(16), "reminder_outcome"), (march(23), "reminder_outcome_contact"), (date(2026, 6, 16), "reminder_outcome_again"),
    ]  # fmt: skip


def test_an_undecided_request_is_recalled_ten_working_days_before_its_event_and_expires_after_it(desk, firm):
    request = desk.submits(at(march(16)), firm.partner, event_on=april(3))

    posted = desk.lives(march(16), april(7))

    assert (march(20), "reminder_event", "Nadia") in posted
    assert [(day, to) for day, kind, to in posted if kind == "expired"] == [(april(7), "Lucas"), (april(7), "Nadia")]
    assert desk.state(request) is RequestState.EXPIRED


def test_a_request_that_came_later_than_that_is_not_recalled_for_its_event(desk, firm):
    desk.submits(at(march(23)), firm.partner, event_on=april(3))

    posted = desk.lives(march(23), april(2))

    assert "reminder_event" not in {kind for _day, kind, _to in posted}


def test_nothing_recalls_an_event_that_is_over(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner, event_on=april(3))
    desk.nadia(at(MONDAY, 10), lambda s, by: deciding.park(s.get_one(IntroductionRequest, request.id), by, april(30)))

    assert desk.passes(at(april(8)))[0] == []  # nobody looked at the clock for a month


def test_a_request_with_a_fallback_date_lives_until_that_date(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner, event_on=march(7), fallback_on=march(14))

    desk.lives(MONDAY, march(14))

    assert desk.state(request) is RequestState.SUBMITTED


def test_the_association_sets_its_own_numbers(desk, firm, cast):
    with desk.as_system() as session:
        session.get_one(type(cast.pa), cast.pa.id).rules = {"remind_manager_after": [2], "escalate_after": 4, "expire_after": 6}
        session.commit()
    desk.submits(at(MONDAY), firm.partner)

    posted = desk.lives(MONDAY, march(11))

    assert [(day, kind) for day, kind, _to in posted] == [
        (march(4), "reminder_decision"), (march(6), "reminder_escalated"), (march(6), "reminder_escalated_delegate"),
        (march(10), "expired"), (march(10), "expired"),
    ]  # fmt: skip


# ---- to whom ---------------------------------------------------------------------------------------------------


def test_while_the_manager_is_away_their_stand_in_is_reminded(desk, firm, cast):
    desk.submits(at(MONDAY), firm.partner)
    with desk.as_system() as session:
        away = session.get_one(User, cast.nadia.id)
        away.away_from, away.away_until, away.stand_in_id = march(4), march(20), cast.karim.id
        session.commit()

    posted, _done = desk.passes(at(march(5)))

    assert posted == [(march(5), "reminder_decision", "Karim")]


def test_without_any_colleague_the_delegate_is_told_all_the_same(desk, firm, cast):
    with desk.as_system() as session:
        session.get_one(User, cast.karim.id).is_active = False
        session.commit()
    desk.submits(at(MONDAY), firm.partner)

    posted, _done = desk.passes(at(march(12)))

    assert posted == [(march(12), "reminder_escalated_delegate", "Lucas")]


def test_nobody_who_has_left_is_written_to(desk, firm, cast):
    introduction = desk.introduces(at(MONDAY), firm)
    with desk.as_system() as session:
        session.get_one(User, cast.lucas.id).is_active = False
        session.commit()

    posted = desk.lives(march(3), march(31))

    assert posted == [(march(23), "reminder_outcome_contact", "contact")]
    assert desk.state(introduction) is IntroductionState.INTRODUCED


def test_a_reminder_to_a_contact_comes_from_whoever_asked_and_answers_that_letter(desk, firm, cast):
    introduction = desk.asks(at(MONDAY), firm)

    desk.passes(at(march(9)))

    with desk.as_system() as session:
        ask, reminder = session.scalars(sa.select(Message).where(Message.to_contact_id == firm.id).order_by(Message.created_at))
        assert session.scalars(sa.select(Ask.by_id).where(Ask.introduction_id == introduction.id)).one() == cast.nadia.id
    assert reminder.from_name == "Nadia Benhaddou (Passeport Avenir)"
    assert reminder.subject == "Re\u00a0: Une heure avec des élèves\u00a0?"
    assert reminder.headers["In-Reply-To"] == ask.message_id
    assert reminder.headers["Auto-Submitted"] == "auto-generated"
    assert reminder.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "lundi 23 mars 2026" in reminder.text  # the day the ask lapses
    assert "h.marchetti@meridiane.example" not in reminder.text


def test_a_reminder_to_a_member_is_plainly_automatic_and_a_reply_reaches_the_other_person(desk, firm, cast):
    desk.submits(at(MONDAY), firm.partner)

    desk.passes(at(march(5)))

    with desk.as_system() as session:
        letter = session.scalars(sa.select(Message).where(Message.kind == "reminder_decision")).one()
    assert (letter.from_name, letter.reply_to) == ("Passerelle", f"Lucas Ferreira <{addresses.inward(letter.request_id)}>")
    assert letter.headers == {"Auto-Submitted": "auto-generated"}
    assert letter.only_while == ["submitted"]
    assert "(3 jours ouvrés)" in letter.subject


def test_the_two_copies_of_an_introduction_are_one_letter_but_only_the_contact_s_lets_one_object(desk, firm, cast):
    desk.introduces(at(MONDAY), firm)

    with desk.as_system() as session:
        copies = session.scalars(sa.select(Message).where(Message.kind == "introduction")).all()
    theirs, mine = sorted(copies, key=lambda copy: copy.to_contact_id is None)
    assert (theirs.message_id, theirs.subject, theirs.header_to) == (mine.message_id, mine.subject, mine.header_to)
    assert "List-Unsubscribe" in theirs.headers
    assert "List-Unsubscribe" not in mine.headers
    assert theirs.headers["List-Unsubscribe"].strip("<>") in theirs.text
    assert "Ne plus recevoir" not in mine.text
    shared = addresses.inward(theirs.introduction_id)
    assert (theirs.reply_to, mine.reply_to) == (f"Lucas Ferreira <{shared}>", f"Hélène Marchetti <{shared}>")


def test_whoever_prefers_english_reads_every_reminder_in_english(desk, firm, lycee, cast):
    with desk.as_system() as session:
        for person in (*cast.everyone, firm, lycee):
            session.get_one(type(person), person.id).language = "en"
        session.commit()
    desk.submits(at(MONDAY), firm.partner, event_on=march(26))
    desk.asks(at(MONDAY), firm)
    desk.introduces(at(MONDAY), lycee)
    for act in (
        lambda one, by: deciding.ask_info(one, by, "How many?"),
        lambda one, by: deciding.park(one, by, march(11)),
    ):
        request = desk.submits(at(MONDAY), lycee.partner)
        desk.nadia(at(MONDAY, 12), lambda s, by, act=act, key=request.id: act(s.get_one(IntroductionRequest, key), by))
    later = desk.asks(at(MONDAY), desk.partner(name="Ailleurs SA"))
    desk.contact(at(march(3)), later, lambda one, by: introductions.postpone(one, by, march(18)))

    desk.lives(march(3), april(8))

    with desk.as_system() as session:
        sent = session.scalars(sa.select(Message).where(Message.kind.startswith("reminder"))).all()
    assert {letter.kind for letter in sent} == {which for row in (*REQUEST_ROWS, *INTRODUCTION_ROWS) for _to, which in row.letters}
    assert {letter.language for letter in sent} == {"en"}
    assert not [letter.subject for letter in sent if re.search(r"demande|réponse|relation", letter.subject)]


# ---- at what hour ----------------------------------------------------------------------------------------------

LILLE = Place("59", "09", is_school=True)
FIRM = Place("92")


@pytest.mark.parametrize(
    ("place", "instant", "moment"),
    [
        (FIRM, at(date(2026, 3, 7)), at(date(2026, 3, 9), 8, 30)),  # a Saturday
        (FIRM, at(MONDAY, 7), at(MONDAY, 8, 30)),
        (FIRM, at(MONDAY, 18, 30), at(march(3), 8, 30)),
        (FIRM, at(MONDAY, 14), at(MONDAY, 14)),
        (FIRM, at(date(2026, 7, 14)), at(date(2026, 7, 15), 8, 30)),
        (FIRM, at(date(2026, 12, 24)), at(date(2026, 12, 28), 8, 30)),  # the eve, Christmas, a week-end
        (HEAD_OFFICE, at(date(2026, 12, 31)), at(date(2027, 1, 4), 8, 30)),
        (Place("67"), at(date(2026, 4, 3)), at(date(2026, 4, 7), 8, 30)),  # Good Friday, in Alsace only
        (LILLE, at(date(2026, 12, 24)), at(date(2027, 1, 4), 8, 30)),
        (LILLE, at(date(2026, 2, 18)), at(MONDAY, 8, 30)),  # winter of zone B
        (Place("33", "04", is_school=True), at(date(2026, 2, 18)), at(date(2026, 2, 23), 8, 30)),  # of zone A
        (LILLE, at(date(2026, 7, 10)), at(date(2026, 9, 1), 8, 30)),
        (Place("974", "28"), at(MONDAY, 9, zone=REUNION), at(MONDAY, 9, zone=REUNION)),  # six o'clock in Paris
        (Place("974", "28"), at(MONDAY, 7, zone=REUNION), at(MONDAY, 8, 30, zone=REUNION)),
        (Place("974", "28"), at(date(2026, 12, 20), zone=REUNION), at(date(2026, 12, 21), 8, 30, zone=REUNION)),
    ],
)
def test_an_automatic_letter_waits_for_a_good_moment_there(place, instant, moment):
    assert good_moment(instant, place) == moment


def test_a_contact_is_left_in_peace_in_the_months_they_named(desk, firm):
    introduction = desk.asks(at(MONDAY), firm)
    with desk.as_system() as session:
        session.get_one(type(firm), firm.id).quiet_months = [3]
        session.commit()

    posted = desk.lives(march(3), april(14))

    assert posted == [(april(1), "reminder_consent", "contact")]
    assert desk.state(introduction) is IntroductionState.CONSENT_PENDING  # they have ten working days from that day


def test_a_lycee_is_not_reminded_in_its_holidays_and_has_its_time_to_answer_afterwards(desk, lycee):
    introduction = desk.asks(at(date(2026, 2, 9)), lycee)  # five working days later is the first Monday of the holidays

    posted = desk.lives(date(2026, 2, 10), march(13))

    assert posted == [(MONDAY, "reminder_consent", "contact")]
    assert desk.state(introduction) is IntroductionState.CONSENT_PENDING
    assert {kind for _day, kind, _to in desk.lives(march(14), march(16))} == {"lapsed", "no_follow_up"}


def test_through_the_holidays_a_reminder_is_not_even_posted_until_the_eve(desk, lycee):
    desk.asks(at(date(2026, 2, 9)), lycee)

    in_the_holidays = desk.lives(date(2026, 2, 16), date(2026, 2, 28), every=4)
    on_sunday, _done = desk.passes(at(march(1), 10))

    assert in_the_holidays == []
    assert on_sunday == [(MONDAY, "reminder_consent", "contact")]


def test_in_reunion_it_leaves_at_nine_there_when_paris_still_sleeps(desk, bank):
    desk.asks(at(MONDAY, zone=REUNION), bank)

    early = desk.passes(at(march(8), 5, zone=REUNION))[0]  # a Sunday
    desk.passes(at(march(9), 9, zone=REUNION))

    assert early == []
    with desk.as_system() as session:
        letter = session.scalars(sa.select(Message).where(Message.kind == "reminder_consent")).one()
    assert letter.due_at == at(march(9), 9, zone=REUNION) == datetime(2026, 3, 9, 5, tzinfo=UTC)


def test_posted_before_the_day_begins_it_waits_for_half_past_eight_there(desk, bank):
    desk.asks(at(MONDAY, zone=REUNION), bank)

    desk.passes(at(march(9), 0, 30, zone=REUNION))

    with desk.as_system() as session:
        letter = session.scalars(sa.select(Message).where(Message.kind == "reminder_consent")).one()
    assert letter.due_at == at(march(9), 8, 30, zone=REUNION)


@pytest.mark.parametrize("asked_on", [date(2026, 12, 15), date(2026, 7, 2), date(2026, 2, 5), date(2026, 4, 24)])
def test_whenever_it_was_asked_nothing_leaves_on_a_bad_day(desk, lycee, firm, asked_on):
    for contact in (lycee, firm):
        desk.asks(at(asked_on), contact)
    desk.submits(at(asked_on), firm.partner)

    for n in range(4, 40):
        desk.passes(at(asked_on + timedelta(days=n), hour=(0, 9, 20)[n % 3]))

    with desk.as_system() as session:
        sent = session.scalars(sa.select(Message).where(Message.kind.startswith("reminder"))).all()
    assert len(sent) >= 4
    for letter in sent:
        local = letter.due_at.astimezone(PARIS)
        assert local.weekday() < 5
        assert (8, 30) <= (local.hour, local.minute) < (18, 30)
        assert (local.month, local.day) not in {(12, 24), (12, 25), (7, 14), (5, 1), (5, 8), (1, 1)}
        if letter.to_contact_id == lycee.id:
            assert not calendar.is_school_holiday(local.date(), LILLE)


def test_the_clock_takes_its_steps_in_office_hours(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)

    desk.passes(at(march(30), 6))
    at_six = desk.state(request)
    desk.passes(at(march(30), 8, 30))

    assert (at_six, desk.state(request)) == (RequestState.SUBMITTED, RequestState.EXPIRED)


# ---- once, and never for what is done --------------------------------------------------------------------------


def test_nothing_reminds_of_a_request_that_was_decided(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)
    desk.nadia(at(march(3)), lambda s, by: deciding.decline(s.get_one(IntroductionRequest, request.id), by, "too_short"))

    assert desk.lives(march(3), april(30), every=4) == []


def test_nothing_reminds_a_contact_who_answered_or_objected(desk, firm, lycee):
    answered, objected = desk.asks(at(MONDAY), firm), desk.asks(at(MONDAY), lycee)
    desk.contact(at(march(3)), answered, introductions.refuse)
    desk.contact(at(march(3)), objected, introductions.block)

    assert desk.lives(march(4), april(30), every=4) == []


def test_an_outcome_told_by_anybody_ends_the_questions(desk, firm):
    introduction = desk.introduces(at(MONDAY), firm)
    desk.contact(at(march(17)), introduction, lambda one, by: introductions.record_outcome(one, by, Result.MET))

    assert desk.lives(march(17), april(30), every=4) == []


def test_an_answer_between_the_posting_and_the_leaving_stops_the_letter(desk, firm):
    introduction = desk.asks(at(MONDAY), firm)
    desk.passes(at(march(9), 0, 10))  # posted in the night, for half past eight
    desk.contact(at(march(9), 7), introduction, introductions.refuse)

    with desk.as_system() as session:
        letter = session.scalars(sa.select(Message).where(Message.kind == "reminder_consent")).one()
        assert not letters.still_wanted(letter)


def test_run_twice_it_is_sent_once(desk, firm):
    desk.submits(at(MONDAY), firm.partner)

    first, done = desk.passes(at(march(5)))
    again, nothing = desk.passes(at(march(5), 10))

    assert (len(first), done) == (1, (0, 1))
    assert (again, nothing) == ([], (0, 0))


def test_a_rule_changed_afterwards_does_not_send_it_again(desk, firm, cast):
    desk.submits(at(MONDAY), firm.partner)
    desk.passes(at(march(5)))
    with desk.as_system() as session:
        session.get_one(type(cast.pa), cast.pa.id).rules = {"remind_manager_after": [2, 6]}
        session.commit()

    assert desk.passes(at(march(6)))[0] == []
    with clock.at(at(march(6))), desk.as_system():
        assert reminders.due(at(march(6))) == []


def test_run_by_two_processes_at_once_each_is_sent_once(desk, firm, lycee, app):
    desk.submits(at(MONDAY), firm.partner)
    desk.asks(at(MONDAY), lycee)
    late = desk.asks(at(date(2026, 2, 2)), firm)
    together, done = threading.Barrier(2), []

    def one_process():
        with app.app_context(), clock.at(at(march(9))), scope.acting(scope.system("one of two")) as session:
            together.wait()
            done.append((reminders.pass_time(), reminders.send_due()))
            session.commit()

    threads = [threading.Thread(target=one_process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sum(moved for moved, _sent in done), sum(sent for _moved, sent in done)) == (1, 2)
    with desk.as_system() as session:
        kinds = sorted(session.scalars(sa.select(Message.kind).where(Message.created_at == at(march(9)))))
    assert kinds == ["lapsed", "no_follow_up", "reminder_consent", "reminder_decision"]
    assert desk.state(late) is IntroductionState.UNANSWERED


def test_two_processes_that_both_chose_a_reminder_send_it_once(desk, firm, app, monkeypatch):
    desk.submits(at(MONDAY), firm.partner)
    both_chose, done = threading.Barrier(2, timeout=10), []
    unhurried = reminders._send

    def wait_then_send(one, when):
        both_chose.wait()  # each has read that nothing was sent yet
        return unhurried(one, when)

    monkeypatch.setattr(reminders, "_send", wait_then_send)

    def one_process():
        with app.app_context(), clock.at(at(march(5))), scope.acting(scope.system("one of two")):
            done.append(reminders.send_due())

    threads = [threading.Thread(target=one_process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [0, 1]
    with desk.as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Message.kind == "reminder_decision")) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Reminder)) == 1


def test_after_a_long_silence_only_the_latest_leaves_and_the_others_never_do(desk, firm):
    desk.submits(at(MONDAY), firm.partner)

    posted = desk.lives(march(13), march(20))

    assert [kind for _day, kind, _to in posted] == ["reminder_escalated", "reminder_escalated_delegate"]
    with desk.as_system() as session:
        marked = sorted(session.scalars(sa.select(Reminder.kind)))
    assert marked == ["reminder_decision_1", "reminder_decision_2", "reminder_escalated"]


def test_a_request_taken_up_again_is_reminded_again(desk, firm):
    request = desk.submits(at(MONDAY), firm.partner)
    desk.passes(at(march(5)))
    desk.nadia(at(march(6)), lambda s, by: deciding.park(s.get_one(IntroductionRequest, request.id), by, march(12)))

    posted = desk.lives(march(6), march(17))

    assert posted == [(march(12), "reminder_parked", "Nadia"), (march(17), "reminder_decision", "Nadia")]


def test_one_letter_that_cannot_be_written_stops_no_other(desk, firm, lycee, monkeypatch):
    broken, whole = desk.submits(at(MONDAY), firm.partner), desk.submits(at(MONDAY), lycee.partner)
    written = reminder_letters._to_member

    def fails_for_one(case, *rest):
        if case.request.id == broken.id:
            raise RuntimeError("its words are broken")
        return written(case, *rest)

    monkeypatch.setattr(reminder_letters, "_to_member", fails_for_one)
    _posted, done = desk.passes(at(march(5)))
    monkeypatch.undo()
    later, _done = desk.passes(at(march(5), 10))

    assert done == (0, 1)
    assert len(later) == 1  # nothing was marked for the one that failed: the next run sends it
    with desk.as_system() as session:
        assert set(session.scalars(sa.select(Reminder.subject_id))) == {broken.id, whole.id}


# ---- what is kept and shown ------------------------------------------------------------------------------------


def test_both_associations_read_that_a_reminder_left_and_only_the_giving_one_about_whom(desk, firm, cast):
    introduction = desk.asks(at(MONDAY), firm)

    desk.passes(at(march(9)))

    with desk.as_system() as session:
        entries = session.scalars(sa.select(Entry).where(Entry.what == "reminder_sent")).all()
    read = {entry.association_id: entry for entry in entries}
    assert len(entries) == 2
    assert read[cast.pa.id].contact_id == firm.id
    assert (read[cast.ede.id].contact_id, read[cast.ede.id].partner_id) == (None, None)
    assert {entry.introduction_id for entry in entries} == {introduction.id}
    assert read[cast.ede.id].details == {"kind": "reminder_consent", "to": "contact"}


def test_due_only_reads_and_says_what_when_to_whom_and_why(desk, firm, lycee):
    desk.submits(at(MONDAY), firm.partner)
    desk.asks(at(date(2026, 2, 9)), lycee)
    when = at(date(2026, 2, 18))

    with clock.at(when), scope.acting(scope.system("a look", read_only=True)):
        waiting = [one.as_dict() for one in reminders.due(when)]
    with clock.at(at(march(5))), scope.acting(scope.system("a look", read_only=True)):
        today = {one.kind: one for one in reminders.due(at(march(5)))}

    [one] = waiting
    assert (one["kind"], one["due_on"], one["leaves_at"]) == ("reminder_consent", "2026-02-16", "2026-03-02T08:30:00+01:00")
    assert one["recipient"] == "le contact de Lycée Faidherbe"
    assert one["why"] == "Le contact n'a pas répondu depuis le lundi 9 février 2026."
    assert "Marchetti" not in json.dumps(waiting)
    assert today["reminder_decision_1"].recipient == "Nadia Benhaddou"
    with desk.as_system() as session:
        assert session.scalars(sa.select(Reminder)).all() == []


def test_due_shows_what_the_clock_will_do(desk, firm):
    desk.submits(at(MONDAY), firm.partner, event_on=march(6))
    when = at(march(7))

    with clock.at(when), desk.as_system():
        [one] = reminders.due(when)

    assert (one.kind, one.step, one.recipient) == ("expire", "expire", "Lucas Ferreira, Nadia Benhaddou")
    assert one.leaves_at == at(march(9), 8, 30)
    assert one.why == "Personne n'a décidé à temps : la demande attend depuis le lundi 2 mars 2026, événement le vendredi 6 mars 2026."


def test_however_many_requests_wait_the_list_asks_the_same_questions(desk, firm):
    def questions():
        asked = []
        with clock.at(at(march(9))), desk.as_system():
            sa.event.listen(db.engine, "before_cursor_execute", count := lambda *args: asked.append(args[2]))
            try:
                found = reminders.due(at(march(9)))
            finally:
                sa.event.remove(db.engine, "before_cursor_execute", count)
        return len(found), len(asked)

    desk.submits(at(MONDAY), firm.partner)
    desk.asks(at(MONDAY), firm)
    few = questions()
    for n in range(6):
        other = desk.partner(name=f"Société {n}")
        desk.submits(at(MONDAY), other.partner)
        desk.asks(at(MONDAY), other)

    assert (few[0], questions()) == (2, (14, few[1]))
