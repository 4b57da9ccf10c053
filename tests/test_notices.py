"""What a member wants at once, in the digest or never: honoured as each letter leaves, whatever was wanted when it was written."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.errors import BadInput
from brokerage.introductions import comments, deciding, introductions, notices, requests
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.notices import KINDS, When
from brokerage.introductions.timetable import INTRODUCTION_ROWS, REQUEST_ROWS
from brokerage.mail import delivery, frame, leases
from brokerage.mail.models import Message, MessageState
from brokerage.timeline import Entry
from tests import test_reminders
from tests.test_reminders import MONDAY, Desk, april, at, march

desk, firm = test_reminders.desk, test_reminders.firm
LATER = timedelta(days=4)  # after the hours anything waits for

# every letter of every kind: what happens, and who reads it
ALWAYS = {"introduction", "invitation", "password", "export_ready", "forwarded", "address_returned", "digest", "requests_covered", "requests_back", "agreed"}
ALWAYS |= {"password_changed", "second_factor_removed", "new_address", "email_changed", "account_closing", "account_to_hand_over"}  # of one's own access
TO_CONTACTS = {"ask_consent", "reminder_consent", "reminder_outcome_contact", "objection_noted", "link_again"}


def wants(desk: Desk, member, **choices):
    with desk.as_system() as session:
        session.get_one(User, member.id).notices = choices
        session.commit()


def leave(desk: Desk, when):
    """The outbox is asked for all that is due: what may leave, as (kind, reader's id)."""
    with clock.at(when):
        ids = leases.claim("a worker", 100)
        ready = delivery.prepared(ids, "a worker")
        with desk.as_system() as session:
            messages = {m.id: m for m in session.scalars(sa.select(Message).where(Message.id.in_(ids)))}
    return {(messages[one].kind, messages[one].to_user_id) for one in ready}, {m.kind: m.state for m in messages.values()}


def submitted(desk, firm):
    return desk.submits(at(MONDAY), firm.partner)


def by_nadia(act):
    def happens(desk, firm):
        request = submitted(desk, firm)
        desk.nadia(at(MONDAY, 10), lambda s, by: act(s.get_one(IntroductionRequest, request.id), by))
        return request

    return happens


def in_time(day):
    def happens(desk, firm):
        request = submitted(desk, firm)
        desk.lives(MONDAY, day)
        return request

    return happens


def introduced(day):
    def happens(desk, firm):
        introduction = desk.introduces(at(MONDAY), firm)
        desk.lives(MONDAY, day)
        return introduction

    return happens


def asked_a_question(desk, firm):
    return by_nadia(lambda one, by: deciding.ask_info(one, by, "Combien ?"))(desk, firm)


def question_reminded(desk, firm):
    asked_a_question(desk, firm)
    desk.lives(MONDAY, march(9))


def answered(desk, firm):
    request = asked_a_question(desk, firm)
    with clock.at(at(MONDAY, 11)), desk.as_member(desk.cast.lucas) as session:
        requests.answer(session.get_one(IntroductionRequest, request.id), session.get_one(User, desk.cast.lucas.id), "Vingt-huit.")
        session.commit()


def contact_says(act):
    def happens(desk, firm):
        introduction = desk.asks(at(MONDAY), firm)
        desk.contact(at(MONDAY, 11), introduction, act)

    return happens


def lucas_withdraws(desk, firm):
    request = submitted(desk, firm)
    with clock.at(at(MONDAY, 11)), desk.as_member(desk.cast.lucas) as session:
        requests.withdraw(session.get_one(IntroductionRequest, request.id), session.get_one(User, desk.cast.lucas.id), "")
        session.commit()


def reopened(desk, firm):
    request = by_nadia(lambda one, by: deciding.decline(one, by, "too_short", "", ""))(desk, firm)
    desk.nadia(at(MONDAY, 12), lambda s, by: deciding.reopen(s.get_one(IntroductionRequest, request.id), by))


def parked_until(day):
    def happens(desk, firm):
        by_nadia(lambda one, by: deciding.park(one, by, march(12), ""))(desk, firm)
        desk.lives(MONDAY, day)

    return happens


def postponed_until_its_day(desk, firm):
    contact_says(lambda one, by: introductions.postpone(one, by, march(10)))(desk, firm)
    desk.lives(MONDAY, march(10))


def lucas_comments(desk, firm):
    request = submitted(desk, firm)
    with clock.at(at(MONDAY, 11)), desk.as_member(desk.cast.lucas) as session:
        comments.say(session.get_one(IntroductionRequest, request.id), session.get_one(User, desk.cast.lucas.id), "Un mot.", shared=True)
        session.commit()


CASES = {
    "new_request": (submitted, "nadia"),
    "info_asked": (asked_a_question, "lucas"),
    "info_given": (answered, "nadia"),
    "approved": (lambda desk, firm: desk.asks(at(MONDAY), firm), "lucas"),
    "declined": (by_nadia(lambda one, by: deciding.decline(one, by, "too_short", "", "")), "lucas"),
    "parked": (by_nadia(lambda one, by: deciding.park(one, by, march(20), "")), "lucas"),
    "reopened": (reopened, "lucas"),
    "withdrawn": (lucas_withdraws, "nadia"),
    "postponed": (contact_says(lambda one, by: introductions.postpone(one, by, march(20))), "lucas"),
    "suggested": (contact_says(lambda one, by: introductions.suggest(one, by, last_name="Ruiz", first_name="Ana")), "nadia"),
    "no_follow_up": (contact_says(introductions.refuse), "lucas"),
    "expired": (in_time(march(30)), "lucas"),
    "reminder_decision": (in_time(march(5)), "nadia"),
    "reminder_escalated": (in_time(march(12)), "karim"),
    "reminder_escalated_delegate": (in_time(march(12)), "lucas"),
    "reminder_question": (question_reminded, "lucas"),
    "reminder_parked": (parked_until(march(12)), "nadia"),
    "reminder_postponed": (postponed_until_its_day, "nadia"),
    "reminder_outcome": (introduced(march(16)), "lucas"),
    "reminder_outcome_again": (introduced(march(30)), "lucas"),
    "comment": (lucas_comments, "nadia"),
}
# the others of their kinds, which differ from one above only in the row of a table
ALIKE = {"redirected", "lapsed", "reminder_event"}


def test_every_letter_to_a_member_has_its_kind_or_always_leaves():
    there = {path.stem for path in (frame.TEMPLATES / "fr").glob("*.txt") if not path.stem.startswith("_")}
    reminders = {letter for row in (*REQUEST_ROWS, *INTRODUCTION_ROWS) for _to, letter in row.letters}

    of_a_kind = {str(letter) for kind in KINDS.values() for letter in kind.letters}

    assert of_a_kind | ALWAYS | TO_CONTACTS == there
    assert not of_a_kind & (ALWAYS | TO_CONTACTS)
    assert reminders - TO_CONTACTS <= of_a_kind
    assert set(CASES) | ALIKE == of_a_kind


@pytest.mark.parametrize("letter", CASES)
@pytest.mark.parametrize("wanted", list(When))
def test_each_letter_leaves_waits_for_the_digest_or_never_leaves_as_its_reader_chose(desk, firm, letter, wanted):
    happens, name = CASES[letter]
    happens(desk, firm)
    kind, reader = notices.kind_of(letter), getattr(desk.cast, name)

    wants(desk, reader, **{kind.code: wanted})  # chosen after it was written, before it leaves
    with desk.as_system() as session:
        leaves_at = max(m.due_at for m in session.scalars(sa.select(Message).where(Message.kind == letter)))
    sent, states = leave(desk, leaves_at + timedelta(minutes=1))

    offered = wanted in kind.offered
    assert ((letter, reader.id) in sent) is (wanted is When.NOW or not offered)
    if offered and wanted is not When.NOW and len([k for k, _ in sent if k == letter]) == 0:
        assert states[letter] is (MessageState.HELD if wanted is When.DIGEST else MessageState.CANCELLED)


def test_never_is_not_offered_for_what_only_this_reader_can_do():
    alone = {code for code, kind in KINDS.items() if When.NEVER not in kind.offered}

    assert alone == {"decide", "overdue", "question"}


def test_what_is_not_offered_is_refused_and_only_what_differs_is_kept(cast, as_member):
    with as_member(cast.nadia) as session:
        nadia = session.get_one(User, cast.nadia.id)
        with pytest.raises(BadInput) as refused:
            notices.choose(nadia, {"decide": "never"}, weekly=True)
        assert refused.value.field == "decide"

        notices.choose(nadia, {"decide": "now", "news": "never", "outcome": "digest"}, weekly=True)
        assert nadia.notices == {"news": "never", "outcome": "digest"}
        notices.choose(nadia, {"news": "now", "outcome": "now"}, weekly=False)
        assert nadia.notices == {"weekly": False}


def test_a_digest_that_something_was_put_in_cannot_be_refused_as_a_whole(cast):
    with pytest.raises(BadInput) as refused:
        notices.choose(cast.lucas, {"news": "digest"}, weekly=False)

    assert refused.value.field == "weekly"
    assert cast.lucas.notices == {}


def test_managers_receive_the_digest_until_they_refuse_it_and_others_once_they_want_it(cast, as_system):
    with as_system() as session:
        nadia, lucas = (session.get_one(User, one.id) for one in (cast.nadia, cast.lucas))

        assert notices.wants_digest(nadia)
        assert not notices.wants_digest(lucas)
        notices.choose(lucas, {}, weekly=True)
        notices.choose(nadia, {}, weekly=False)
        assert notices.wants_digest(lucas)
        assert not notices.wants_digest(nadia)


def test_only_what_one_may_receive_is_asked(cast):
    assert [kind.code for kind in notices.open_to(cast.lucas)] == ["question", "news", "outcome", "comment"]
    assert [kind.code for kind in notices.open_to(cast.helene)] == ["comment"]
    assert set(KINDS) == {kind.code for kind in notices.open_to(cast.nadia)}


def test_the_timeline_tells_no_reminder_that_nobody_receives(desk, firm):
    desk.introduces(at(MONDAY), firm)
    wants(desk, desk.cast.lucas, outcome="never")

    posted = desk.lives(MONDAY, april(20))

    with desk.as_system() as session:
        told = {entry.details["to"] for entry in session.scalars(sa.select(Entry).where(Entry.what == "reminder_sent"))}
    assert ("reminder_outcome", "Lucas") in {(kind, to) for _day, kind, to in posted}
    assert told == {"contact"}


def test_the_introduction_leaves_whatever_one_chose(desk, firm):
    wants(desk, desk.cast.lucas, **dict.fromkeys(KINDS, "never"))
    desk.introduces(at(MONDAY), firm)

    sent, _states = leave(desk, at(MONDAY, 12))

    assert ("introduction", desk.cast.lucas.id) in sent
    assert ("approved", desk.cast.lucas.id) not in sent


def test_what_waits_for_a_digest_that_will_not_come_leaves_and_what_is_not_wanted_does_not(desk, firm):
    lucas = desk.cast.lucas
    wants(desk, lucas, news="digest", comment="digest", weekly=True)
    request = submitted(desk, firm)
    desk.nadia(at(MONDAY, 10), lambda s, by: comments.say(s.get_one(IntroductionRequest, request.id), by, "Je regarde.", shared=True))
    desk.nadia(at(MONDAY, 11), lambda s, by: deciding.decline(s.get_one(IntroductionRequest, request.id), by, "too_short", "", ""))
    leave(desk, at(MONDAY, 12))

    with clock.at(at(MONDAY, 13)), desk.as_member(lucas) as session:
        notices.choose(session.get_one(User, lucas.id), {"news": "now", "comment": "never"}, weekly=False)
        session.commit()
    sent, _states = leave(desk, at(MONDAY, 14))

    assert sent == {("declined", lucas.id)}


def test_what_waits_for_a_digest_goes_on_waiting_when_other_choices_change(desk, firm, cast):
    wants(desk, cast.nadia, decide="digest")
    submitted(desk, firm)
    leave(desk, at(MONDAY, 10))

    with desk.as_system() as session:
        notices.choose(session.get_one(User, cast.nadia.id), {"decide": "digest", "news": "never"}, weekly=True)
        session.commit()

        assert session.scalars(sa.select(Message.state).where(Message.kind == "new_request")).all() == [MessageState.HELD]
