"""The two tables are whole, and no walk through them, however random, reaches a state they do not allow."""

import dataclasses
import datetime
import uuid
from collections import Counter

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from brokerage import clock, scope
from brokerage.conventions.models import Convention
from brokerage.errors import Refusal
from brokerage.introductions import answering, deciding, entrusting, introductions, letters, reminders, requests
from brokerage.introductions.models import Introduction, IntroductionRequest, Result
from brokerage.introductions.states import (
    INTRODUCTION_OVER,
    INTRODUCTION_STEPS,
    REQUEST_STEPS,
    IntroductionState,
    Letter,
    RequestState,
)
from brokerage.mail.models import Message
from brokerage.reports import ledger, periods
from brokerage.timeline import CLOCK, Actor, By, Entry
from tests import cast as people
from tests.recount import differences, recounted
from tests.year.promised import PROMISED

MORNING = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
TABLES = [(REQUEST_STEPS, RequestState.DRAFT), (INTRODUCTION_STEPS, IntroductionState.NEW)]


@pytest.mark.parametrize(("table", "start"), TABLES)
def test_every_state_can_be_reached_from_the_first(table, start):
    reached = {start}
    while more := {s.target for s in table.values() if s.sources & reached} - reached:
        reached |= more

    assert reached == set(type(start))


@pytest.mark.parametrize(("table", "reopens", "finals"), [
    (REQUEST_STEPS, {"ask_another", "go_on"}, {RequestState.CLOSED}),
    (INTRODUCTION_STEPS, {"reconsider"}, {IntroductionState.REFUSED, IntroductionState.UNANSWERED, IntroductionState.BLOCKED, IntroductionState.CANCELLED, IntroductionState.CLOSED}),
])
def test_final_states_have_no_exit_but_to_ask_somebody_else_or_to_answer_anew(table, reopens, finals):
    exits = {step.name for step in table.values() if step.sources & finals}

    assert exits == reopens


def test_every_letter_of_a_step_has_somebody_to_write_it():
    promised = {letter for table, _ in TABLES for step in table.values() for letter in step.letters}

    assert promised <= set(letters.WRITERS)
    assert set(Letter) - promised == {Letter.OBJECTION_NOTED, Letter.AGREED}


def test_a_requester_can_never_decide():
    decisions = {"approve", "decline", "ask_info", "park", "redirect"}

    for name in decisions:
        assert {str(a) for a in REQUEST_STEPS[name].actors} == {"manager"}


MAY_BE_WRITTEN = PROMISED | {"take_back": ["reopened to requester"]}  # once the time to undo is over: before, they have read nothing


class Desk(RuleBasedStateMachine):
    """Anybody does anything, twice, in any order, while the clock moves and its errands run; the tables decide."""

    cast: people.Cast
    app: object
    steps = 0
    now = MORNING

    @initialize(far=st.integers(0, 3))
    def somebody_asks(self, far):
        """Half of the walks begin where it becomes interesting: submitted, approved, introduced."""
        Desk.now = MORNING  # each walk begins the same day, or it would not be the same walk when it is shrunk
        with scope.acting(scope.member(self.cast.pa.id)) as session:
            contact = people.a_contact(people.a_partner(self.cast.nadia))
            session.commit()
            self.contact, self.partner, self.partner_id = contact.id, contact.partner, contact.partner_id
        with scope.acting(scope.member(self.cast.ede.id)) as session:
            request = people.a_request(session.get_one(type(self.cast.lucas), self.cast.lucas.id), self.cast.pa, self.partner)
            session.commit()
            self.request = request.id
        if far:
            self.take(self.cast.ede, lambda s, r: requests.submit(r, self.member(s, self.cast.lucas)))
        if far > 1:
            self.take(self.cast.pa, lambda s, r: self._decide(s, r, self.member(s, self.cast.nadia), "approve"))
            assert self.where() == (RequestState.APPROVED, [IntroductionState.CONSENT_PENDING])
        if far > 2:
            self.take(self.cast.pa, lambda s, r: introductions.accept(r.introductions[0], By(Actor.CONTACT, self.contact)))
            assert self.where() == (RequestState.APPROVED, [IntroductionState.INTRODUCED])

    def take(self, association, act):
        """Do it and commit, a minute after what came before; a refusal changes nothing."""
        Desk.now += datetime.timedelta(minutes=1)
        Desk.steps += 1
        with clock.at(Desk.now), scope.acting(scope.member(association.id)) as session:
            before = self.where()
            try:
                act(session, session.get_one(IntroductionRequest, self.request))
                session.commit()
            except Refusal:
                session.rollback()
                assert self.where() == before

    def twice(self, association, act):
        """A double click: the second finds what the first did."""
        self.take(association, act)
        self.take(association, act)

    @rule(days=st.integers(0, 12), hours=st.integers(1, 23), runs=st.integers(0, 2))
    def time_passes(self, days, hours, runs):
        """The clock moves, and its errands run never, once or twice."""
        Desk.now += datetime.timedelta(days=days, hours=hours)
        Desk.steps += 1
        for _ in range(runs):
            with clock.at(Desk.now), scope.acting(scope.system("the clock")):
                reminders.pass_time()
                reminders.send_due()

    def where(self):
        with scope.acting(scope.system("a test looks")) as session:
            request = session.get_one(IntroductionRequest, self.request)
            return request.state, sorted(i.state for i in request.introductions)

    def member(self, session, user):
        return session.get_one(type(user), user.id)

    who = st.sampled_from(["nadia", "karim", "jean_baptiste", "lucas", "soraya", "oscar"])

    @rule(who=who)
    def submit(self, who):
        self.take(self.cast.ede, lambda s, r: requests.submit(r, self.member(s, getattr(self.cast, who))) if who in ("lucas", "soraya", "jean_baptiste") else None)

    @rule(who=who, again=st.booleans(), name=st.sampled_from(["ask_info", "park", "resume", "decline", "reopen", "redirect", "take_back", "approve", "ask_another"]))
    def decide(self, who, name, again):
        if who in ("nadia", "karim"):
            (self.twice if again else self.take)(self.cast.pa, lambda s, r: self._decide(s, r, self.member(s, getattr(self.cast, who)), name))
        if who in ("lucas", "soraya"):
            self.take(self.cast.ede, lambda s, r: self._refused(s, r, self.member(s, getattr(self.cast, who)), name))

    def _decide(self, session, request, by, name):
        choice = deciding.Choice(self.contact, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?", over_limit_reason="un test")
        {
            "ask_info": lambda: deciding.ask_info(request, by, "Combien ?"),
            "park": lambda: deciding.park(request, by, clock.today() + datetime.timedelta(days=9), "pas encore"),
            "resume": lambda: deciding.resume(request, by),
            "decline": lambda: deciding.decline(request, by, "too_short"),
            "reopen": lambda: deciding.reopen(request, by),
            "redirect": lambda: entrusting.redirect(request, by, to=self.member(session, self.cast.karim)),
            "take_back": lambda: deciding.take_back(request, by),
            "approve": lambda: deciding.approve(request, by, [choice]),
            "ask_another": lambda: deciding.ask_another(request, by, [self._colleague(session, choice)]),
        }[name]()

    def _colleague(self, session, choice):
        """A contact nobody asked yet, at the same partner."""
        contact = people.a_contact(session.get_one(people.Partner, self.partner_id), "Paul", "Etcheverry", f"paul{uuid.uuid4().hex[:6]}@meridiane.example")
        return dataclasses.replace(choice, contact_id=contact.id)

    def _refused(self, session, request, by, name):
        """A delegate of the asking side tries a manager's verb: it must be refused."""
        if name in ("ask_info", "decline"):
            with pytest.raises(Refusal):
                self._decide(session, request, by, name)
            session.rollback()

    @rule()
    def answer(self):
        self.take(self.cast.ede, lambda s, r: requests.answer(r, self.member(s, self.cast.lucas), "Vingt-huit."))

    @rule(who=st.sampled_from(["lucas", "soraya", "jean_baptiste"]))
    def withdraw(self, who):
        self.take(self.cast.ede, lambda s, r: requests.withdraw(r, self.member(s, getattr(self.cast, who))))

    @rule()
    def expire(self):
        self.take(self.cast.pa, lambda s, r: requests.expire(r))

    @rule(name=st.sampled_from(["accept", "postpone", "refuse", "suggest", "block", "resume", "lapse", "outcome", "set_aside", "change"]), by_contact=st.booleans(), again=st.booleans())
    def follow(self, name, by_contact, again):
        def act(session, request):
            by = By(Actor.CONTACT, self.contact) if by_contact else self.member(session, self.cast.nadia)
            for one in request.introductions:
                {
                    "accept": lambda one=one: introductions.accept(one, by, phone=True),
                    "postpone": lambda one=one: introductions.postpone(one, by, clock.today() + datetime.timedelta(days=30)),
                    "refuse": lambda one=one: introductions.refuse(one, by),
                    "suggest": lambda one=one: introductions.suggest(one, by, last_name="Etcheverry"),
                    "block": lambda one=one: introductions.block(one, By(Actor.CONTACT, self.contact)),
                    "resume": lambda one=one: introductions.resume(one, by),
                    "lapse": lambda one=one: introductions.lapse(one, CLOCK),
                    "outcome": lambda one=one: introductions.record_outcome(one, by, Result.MET),
                    "set_aside": lambda one=one: introductions.set_aside(one, by),
                    "change": lambda one=one: self._another_answer(one),
                }[name]()

        (self.twice if again else self.take)(self.cast.pa, act)

    @invariant()
    def one_letter_for_each_that_was_promised(self):
        """Of what the lines say was done; whoever acts is not written to, so theirs may be one less."""
        if not hasattr(self, "request"):
            return
        with scope.acting(scope.system("a test counts")) as session:
            lines = session.scalars(sa.select(Entry).where(Entry.request_id == self.request, Entry.association_id == self.cast.pa.id)).all()
            written = Counter((m.created_at, m.kind, m.introduction_id or m.request_id) for m in session.query(Message).where(Message.request_id == self.request))
            told = Counter()
            for line in lines:
                for kind in (letter.partition(" to ")[0] for letter in MAY_BE_WRITTEN.get(line.what, [])):
                    told[line.at, kind, line.introduction_id or line.request_id] += 1
        by_members = {line.at for line in lines if line.by_kind is Actor.MEMBER}
        steps = Counter({key: n for key, n in written.items() if not key[1].startswith("reminder")})
        assert steps - told == Counter()
        assert {key: n for key, n in (told - steps).items() if n > 1 or key[0] not in by_members} == {}

    def teardown(self):
        """Every figure of the ledger is what a slow recount of the lines finds, on both sides."""
        for side in (self.cast.pa.id, self.cast.ede.id):
            with clock.at(Desk.now), scope.acting(scope.member(side, read_only=True)) as session:
                period = periods.Period(datetime.date(2026, 1, 1), datetime.date(2098, 12, 31))
                counted = ledger.of(session.scalars(sa.select(Convention)).one(), period, side)
                assert differences(counted, recounted(session, side, period)) == []

    def _another_answer(self, introduction):
        """The contact changes their mind: what is asked anew is answered in the same breath."""
        answering.make_room(introduction, By(Actor.CONTACT, self.contact))
        introductions.accept(introduction, By(Actor.CONTACT, self.contact))

    @invariant()
    def nothing_half_done(self):
        if not hasattr(self, "request"):
            return
        with scope.acting(scope.system("a test looks")) as session:
            request = session.get_one(IntroductionRequest, self.request)
            states = [i.state for i in session.query(Introduction).where(Introduction.request_id == self.request)]
            assert IntroductionState.NEW not in states
            if request.state is RequestState.CLOSED:
                assert all(s in INTRODUCTION_OVER for s in states)
            if request.state in (RequestState.DRAFT, RequestState.WITHDRAWN):
                assert all(s in INTRODUCTION_OVER for s in states)
            keys = [k for (k,) in session.query(Message.dedupe_key)]
            assert len(keys) == len(set(keys))


@pytest.mark.slow
def test_no_walk_reaches_what_the_tables_forbid(cast, app):
    Desk.cast, Desk.app, Desk.steps = cast, app, 0

    run_state_machine_as_test(
        Desk, settings=settings(max_examples=80, stateful_step_count=35, deadline=None, suppress_health_check=list(HealthCheck))
    )
    print(f"{Desk.steps} steps")
    assert Desk.steps > 2000
