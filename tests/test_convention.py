"""The ledger of a convention: both sides read the same, every figure equals a slow recount, every list its figure."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.conventions.models import Convention
from brokerage.errors import Refusal
from brokerage.introductions import deciding, entrusting, introductions, requests
from brokerage.introductions.deciding import Choice
from brokerage.introductions.models import Introduction, IntroductionRequest, Need, Result
from brokerage.introductions.purposes import DECLINE_REASONS, PURPOSES
from brokerage.introductions.states import IntroductionState as I
from brokerage.introductions.states import RequestState as R
from brokerage.partners.models import Contact, Permission
from brokerage.reports import figures, ledger, periods
from brokerage.reports.figures import Behind, Counts
from brokerage.timeline import Actor, By, Entry
from tests import cast as people
from tests.recount import differences, recounted

START = datetime(2025, 8, 20, 8, tzinfo=UTC)
YEAR = periods.named("2025-2026")
SEEDS = [1, 2, 3]


# ---- a year of random requests, through the real verbs, with the clock moved --------------------------------------


def book(owner, session):
    """Partners and contacts of one side: some to ask first, one who agreed beforehand."""
    found = []
    for n in range(4):
        partner = people.a_partner(owner, f"Partenaire {n} de {owner.first_name}")
        more = {"permission": Permission.SHARE_OK} if n == 0 else {}
        found.append((partner.id, people.a_contact(partner, f"Prénom{n}", f"Nom{n}", f"c{n}@{owner.first_name.lower()}.example", **more).id))
    owner.association.rules = {**owner.association.rules, "introduce_directly": True, "introduce_automatically": True}
    session.commit()
    return found


class Year:
    """Two sides at work: each move is a verb that pages use, by somebody who may; what is refused is rolled back."""

    def __init__(self, cast, seed):
        self.dice, self.cast, self.now = random.Random(seed), cast, START
        self.sides = {cast.pa.id: ([cast.thi_mai, cast.karim], cast.nadia), cast.ede.id: ([cast.lucas, cast.soraya], cast.jean_baptiste)}
        self.books = {}
        for home, (_askers, manager) in self.sides.items():
            with clock.at(START), scope.acting(scope.system("a book")) as session:
                self.books[home] = book(session.get_one(User, manager.id), session)
        self.requests, self.took = [], 0

    def play(self, moves):
        for _ in range(moves):
            self.now += timedelta(hours=self.dice.choice([1, 5, 26, 50, 90]))
            self.move(self.dice.choice([self.ask, self.ask, self.decide, self.decide, self.answer, self.answer, self.answer, self.tell, self.tell, self.turn]))

    def move(self, verb):
        with clock.at(self.now):
            try:
                verb()
                self.took += 1
            except Refusal:
                pass

    def acting(self, home):
        return scope.acting(scope.member(home))

    def other(self, home):
        return next(side for side in self.sides if side != home)

    def ask(self):
        home = self.dice.choice(list(self.sides))
        with self.acting(home) as session:
            by = session.get_one(User, self.dice.choice(self.sides[home][0]).id)
            more = {"need": self.dice.choice(list(Need)), "purpose": self.dice.choice(list(PURPOSES)), "region": self.dice.choice(["11", "32", "76", "04", None]), "event_on": None}
            request = people.a_request(by, type("G", (), {"id": self.other(home)}), None, **more)
            if self.dice.random() < 0.9:
                requests.submit(request, by)
            session.commit()
            self.requests.append(request.id)

    def some(self, session, *states):
        found = [r for r in (session.get_one(IntroductionRequest, one) for one in self.requests) if r.state in states]
        return self.dice.choice(found) if found else None

    def decide(self):
        with scope.acting(scope.system("which one")) as session:
            request = self.some(session, R.SUBMITTED, R.INFO_NEEDED, R.PARKED)
        if request is None:
            return
        with self.acting(request.giving_id) as session:
            request, by = session.get_one(IntroductionRequest, request.id), session.get_one(User, self.sides[request.giving_id][1].id)
            what = self.dice.choice(["approve"] * 5 + ["decline", "decline", "park", "ask_info", "redirect"])
            if what == "approve":
                chosen = self.dice.sample(self.books[request.giving_id], self.dice.choice([1, 1, 2]))
                choices = [Choice(c, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?", self._direct(session, c), "urgent") for _, c in chosen]
                deciding.approve(request, by, choices)
            elif what == "decline":
                deciding.decline(request, by, self.dice.choice(list(DECLINE_REASONS)), "", "motif que l'autre ne lit pas")
            elif what == "park":
                deciding.park(request, by, clock.today() + timedelta(days=9))
            elif what == "ask_info":
                deciding.ask_info(request, by, "Combien d'élèves ?")
            else:
                entrusting.redirect(request, by, to=by)
            session.commit()
            if what in ("approve", "decline") and self.dice.random() < 0.15:
                with clock.at(self.now + timedelta(seconds=5)):  # two lines of one instant have no order
                    deciding.take_back(request, by)
                    session.commit()

    def _direct(self, session, contact_id):
        return session.get_one(Contact, contact_id).permission is Permission.SHARE_OK and self.dice.random() < 0.7

    def an_introduction(self, session, *states):
        found = sorted(session.scalars(sa.select(Introduction).where(Introduction.state.in_(states))), key=lambda i: (i.created_at, str(i.contact_id)))
        return self.dice.choice(found) if found else None

    def answer(self):
        with scope.acting(scope.system("the contact, the clock")) as session:
            one = self.an_introduction(session, I.CONSENT_PENDING, I.POSTPONED)
            if one is None:
                return
            by, what = By(Actor.CONTACT, one.contact_id), self.dice.choice(["accept"] * 5 + ["refuse", "postpone", "lapse", "resume", "suggest"])
            if what == "accept":
                introductions.accept(one, by)
            elif what == "refuse":
                introductions.refuse(one, by, reason="raison privée")
            elif what == "postpone":
                introductions.postpone(one, by, clock.today() + timedelta(days=5))
            elif what == "suggest":
                introductions.suggest(one, by, last_name="Ruiz")
            else:
                getattr(introductions, what)(one, By(Actor.CLOCK))
            session.commit()

    def tell(self):
        with scope.acting(scope.system("somebody tells")) as session:
            one = self.an_introduction(session, I.INTRODUCED, I.CLOSED)
            if one is None:
                return
            by = self.dice.choice([By(Actor.CONTACT, one.contact_id), one.request.requester, session.get_one(User, self.sides[one.giving_id][1].id)])
            numbers = self.dice.choice([{}, {"pupils": self.dice.randint(1, 60)}, {"tutors": 3, "rooms": 2}])
            introductions.record_outcome(one, by, self.dice.choice([Result.MET, Result.MET, Result.DATE_SET, Result.NO_ANSWER]), numbers=numbers)
            session.commit()

    def turn(self):
        """Withdraw, send again, reopen, expire, take an agreement back."""
        with scope.acting(scope.system("turns")) as session:
            what = self.dice.choice(["withdraw", "resend", "reopen", "expire", "consent"])
            clock_, request = By(Actor.CLOCK), self.some(session, *{"withdraw": (R.SUBMITTED, R.APPROVED, R.DRAFT), "resend": (R.WITHDRAWN,), "reopen": (R.DECLINED, R.EXPIRED, R.WITHDRAWN), "expire": (R.SUBMITTED,)}.get(what, tuple(R)))
            if request is None:
                return
            manager = session.get_one(User, self.sides[request.giving_id][1].id)
            if what == "withdraw":
                requests.withdraw(request, request.requester)
            elif what == "resend":
                requests.submit(request, request.requester)
            elif what == "reopen":
                deciding.reopen(request, manager)
            elif what == "expire":
                requests.expire(request)
            elif one := self.an_introduction(session, I.INTRODUCED):
                introductions.withdraw_consent(one, clock_)
            session.commit()


@pytest.fixture
def a_year(cast, app):
    def played(seed, moves=260):
        year = Year(cast, seed)
        year.play(moves)
        return year

    return played


def of_side(member, period=YEAR):
    with scope.acting(scope.member(member.association_id, read_only=True)) as session:
        convention = session.scalars(sa.select(Convention)).one()
        return ledger.of(convention, period, member.association_id)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_equals_a_slow_recount_from_the_timeline_of_either_side(a_year, cast, seed):
    a_year(seed)

    for member in (cast.nadia, cast.lucas):
        counted = of_side(member)
        with scope.acting(scope.member(member.association_id, read_only=True)) as session:
            slow = recounted(session, member.association_id, YEAR)
        assert differences(counted, slow) == []
    assert counted.total.asked > 30
    assert min(counted.total.introduced, counted.total.met, counted.total.declined, counted.total.stopped) > 0


@pytest.mark.slow
def test_both_sides_read_the_same_to_the_unit_and_the_outsider_nothing(a_year, cast):
    a_year(7)

    assert of_side(cast.nadia).directions == of_side(cast.jean_baptiste).directions == of_side(cast.lucas).directions
    assert of_side(cast.nadia).delays == of_side(cast.lucas).delays
    with scope.acting(scope.member(cast.elsewhere.id)) as session:
        assert session.scalars(sa.select(Convention)).all() == []
        theirs = figures.sent_in(cast.convention, YEAR, cast.elsewhere.id)
        assert session.scalar(sa.select(sa.func.count()).select_from(IntroductionRequest).join(Entry, Entry.request_id == IntroductionRequest.id).where(*theirs)) == 0


@pytest.mark.slow
def test_the_list_behind_a_figure_holds_as_many_requests_as_the_figure_says(a_year, cast):
    a_year(5)
    counted = of_side(cast.nadia)

    with scope.acting(scope.member(cast.pa.id)) as session:
        convention = session.scalars(sa.select(Convention)).one()

        def listed(**wanted):
            which = figures.behind(Behind(**wanted), convention, YEAR, cast.pa.id)
            return session.scalar(sa.select(sa.func.count()).select_from(IntroductionRequest).where(which))

        for d in counted.directions:
            side = {"asking": d.asking.id}
            for name in figures.FIGURES:
                assert listed(figure=name, **side) == getattr(d.total, name)
                assert [listed(figure=name, kind=k, **side) for k in figures.KINDS] == [getattr(d.kinds.get(k, Counts()), name) for k in figures.KINDS]
            assert {r: listed(figure="met", region=r, **side) for r in d.regions} == {r: c.met for r, c in d.regions.items()}
            assert {m: listed(figure="introduced", month=m, **side) for m in d.months} == {m: c.introduced for m, c in d.months.items()}
            assert {r: listed(figure="declined", reason=r, **side) for r in d.reasons} == d.reasons
            assert {n: listed(commitment=n, **side) for n in d.commitments} == {n: c.asked for n, c in d.commitments.items()}


@pytest.mark.slow
def test_what_was_asked_is_waiting_decided_or_stopped_and_nothing_else(a_year, cast):
    a_year(11)

    for d in of_side(cast.nadia).directions:
        for c in [*d.kinds.values(), *d.months.values(), *d.regions.values()]:
            assert c.asked == c.waiting + c.approved + c.declined + c.stopped
            assert c.asked >= c.introduced >= c.met
            assert c.doors >= c.introduced


def test_a_request_belongs_to_the_year_it_was_first_sent_in(cast, app):
    year = Year(cast, 1)
    with clock.at(datetime(2025, 8, 31, 21, 59, tzinfo=UTC)):  # a minute before midnight in Paris
        year.dice = random.Random(3)
        year.ask()
    with clock.at(datetime(2025, 8, 31, 22, 1, tzinfo=UTC)):
        year.ask()

    assert (of_side(cast.nadia, periods.named("2024-2025")).total.asked, of_side(cast.nadia).total.asked) == (1, 1)


def test_an_unknown_convention_reads_404_and_a_strange_address_is_no_error(cast, client_of, nadia):
    client = client_of(nadia)
    here = f"/convention/{cast.convention.id}"

    assert client.get(f"/convention/{uuid.uuid4()}").status_code == 404
    for query in ("?annee=hier", "?du=2026-13-45&au=x", "?annee=0000-0001", "?du=2026-01-01&au=2025-01-01", "?annee=²025-2026"):
        assert client.get(here + query).status_code == 200, query
    assert client.get(f"{here}/demandes?chiffre=x&de=x&mois=2026-99&region=zz&engagement=tout&motif=x&apres=x").status_code == 200
