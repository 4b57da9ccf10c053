"""What people do in the year: they ask, decide, answer, put off, forget, withdraw, object and leave, each by the verbs of the pages."""

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import deciding, departures, entrusting, introductions, requests, sending
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest, Need, Result
from brokerage.introductions.purposes import DECLINE_REASONS, PURPOSES
from brokerage.introductions.states import IntroductionState as I
from brokerage.introductions.states import RequestState as R
from brokerage.partners.models import Contact
from brokerage.privacy import objection
from brokerage.timeline import Actor, By
from tests import cast as people
from tests.year.almanac import DAY, PARIS
from tests.year.people import AWAY, FIRST, KARIM_LEAVES, LAST, THI_MAI_LEAVES, Crowd, user

HOUR = timedelta(hours=1)


class Play:
    """A queue of what will happen, in the order of the clock. What the product refuses changes nothing.

    Each request has dice of its own: what becomes of one does not change how the others fall.
    """

    def __init__(self, crowd: Crowd, seed: int, how_many: int) -> None:
        self.crowd, self.dice = crowd, random.Random(seed)
        self.queue: list[tuple[datetime, int, Callable[[], None], random.Random]] = []
        self.serial, self.refused, self.done = itertools.count(), 0, 0
        self.asked: dict[int, Any] = {}  # the id of each request that was sent, by its place in the plan
        for place in range(how_many):
            self.dice = random.Random(f"{seed} {place}")
            self.at(self._evening(FIRST, date(2026, 7, 3)), lambda place=place: self.ask(place))
        for away in AWAY:
            self.at(datetime(away.first.year, away.first.month, away.first.day, 0, 5, tzinfo=PARIS), lambda away=away: self.goes(away))
        self.at(KARIM_LEAVES, lambda: self.leaves("karim", "nadia"))
        self.at(THI_MAI_LEAVES, lambda: self.leaves("thi_mai", "gaelle"))

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        if when < datetime(LAST.year, LAST.month, LAST.day, tzinfo=PARIS):
            heapq.heappush(self.queue, (when, next(self.serial), act, self.dice))

    def after(self, days: tuple[float, float], act: Callable[[], None], since: datetime | None = None) -> None:
        self.at((since or clock.now()) + DAY * self.dice.uniform(*days), act)

    def until(self, instant: datetime) -> None:
        """Everything that happens before this instant."""
        while self.queue and self.queue[0][0] < instant:
            when, _serial, act, self.dice = heapq.heappop(self.queue)
            with clock.at(when):
                try:
                    act()
                    self.done += 1
                except Refusal:
                    self.refused += 1

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _evening(self, first: date, last: date) -> datetime:
        day = first + DAY * self.dice.randrange((last - first).days)
        return datetime(day.year, day.month, day.day, self.dice.choice([8, 12, 17, 20, 22]), self.dice.randrange(60), tzinfo=PARIS)

    # ---- members -----------------------------------------------------------------------------------------------

    def goes(self, away: Any) -> None:
        with scope.acting(scope.system("somebody is away")) as session:
            one = user(session, self.crowd.members[away.who])
            one.away_from, one.away_until = away.first, away.last
            one.stand_in_id = self.crowd.members[away.stand_in].id if away.stand_in else None
            session.commit()

    def leaves(self, who: str, to: str) -> None:
        with scope.acting(scope.member(self.crowd.pa)) as session:
            admin, heir = user(session, self.crowd.members["helene"]), user(session, self.crowd.members[to])
            departures.depart(user(session, self.crowd.members[who]), admin, departures.Successors.all_to(heir))
            session.commit()

    # ---- the asking side ---------------------------------------------------------------------------------------

    def ask(self, place: int) -> None:
        asking = self.dice.choice([self.crowd.pa, self.crowd.ede])
        giving = self.crowd.ede if asking == self.crowd.pa else self.crowd.pa
        today = clock.today()
        here = [name for name in self.crowd.askers[asking] if not self.crowd.is_gone(name, today)]
        wanted, event = self.dice.choice(self.crowd.contacts[giving]), self._event(today)
        more: dict[str, Any] = {"event_on": event, "fallback_on": event + 7 * DAY if event and self.chance(0.2) else None, "department": None}
        more |= {"need": Need(wanted.kind), "purpose": self.dice.choice(list(PURPOSES)), "region": self.dice.choice(["11", "32", "76", "04", None])}
        if self.chance(0.85):
            more |= {"partner_id": wanted.partner_id, "target_name": "Partenaire", "target_town": wanted.town}
        with scope.acting(scope.member(asking)) as session:
            by = user(session, self.crowd.members[self.dice.choice(here)])
            request = people.a_request(by, type("Giving", (), {"id": giving}), None, **more)
            requests.submit(request, by)
            session.commit()
        self.asked[place] = request.id
        self.decide_later(request.id, wanted)
        if self.chance(0.06):
            self.after((0.1, 15), lambda: self.takes_back(request.id))

    def _event(self, today: date) -> date | None:
        if self.chance(0.4):
            return None
        day = today + DAY * self.dice.randint(3, 110)
        saturday = day + DAY * ((5 - day.weekday()) % 7)
        return min(saturday if self.chance(0.7) else day, date(2026, 9, 12)) if today < date(2026, 9, 1) else None

    def takes_back(self, key: Any) -> None:
        """The delegate withdraws; now and then they think better of it."""
        with self._request(key) as (session, request):
            requests.withdraw(request, request.requester, "Nous avons trouvé autrement.")
            session.commit()
        if self.chance(0.4):
            self.after((0.5, 6), lambda: self.sends_again(key))

    def sends_again(self, key: Any) -> None:
        with self._request(key) as (session, request):
            if request.state is R.WITHDRAWN and request.requester.is_active:
                requests.submit(request, request.requester)
                session.commit()

    def answers(self, key: Any, wanted: Any) -> None:
        with self._request(key) as (session, request):
            requests.answer(request, request.requester, "Vingt-huit élèves.")
            session.commit()
        self.decide_later(key, wanted)

    # ---- the giving side ---------------------------------------------------------------------------------------

    def decide_later(self, key: Any, wanted: Any, since: datetime | None = None) -> None:
        if self.chance(0.82):
            quick = self.chance(0.6)
            self.after((0.1, 6) if quick else (6, 32), lambda: self.decide(key, wanted), since)

    def decide(self, key: Any, wanted: Any) -> None:
        with self._request(key) as (session, request):
            if request.state not in (R.SUBMITTED, R.INFO_NEEDED, R.PARKED):
                return
            names = self.crowd.managers[request.giving_id]
            here = [name for name in names if self.crowd.is_here(name, clock.today())] or [names[0]]
            by = user(session, self.crowd.members[self.dice.choice(here)])
            what = self.dice.choices(["approve", "decline", "ask_info", "park", "redirect", "reopen"], [60, 9, 11, 11, 6, 1])[0]
            getattr(self, f"_{what}")(request, by, wanted, here)
            session.commit()

    def _approve(self, request: Any, by: Any, wanted: Any, _here: Any) -> None:
        book = [one for one in self.crowd.contacts[request.giving_id] if one.kind == wanted.kind and one.id != wanted.id]
        chosen = [wanted, self.dice.choice(book)] if self.chance(0.15) else [wanted]
        waits = self.chance(0.5)
        words = ("Une heure avec des élèves ?", "Bonjour,\n\nAccepteriez-vous ?")
        deciding.approve(request, by, [deciding.Choice(one.id, *words, over_limit_reason="un test", leaves_at=_good_hour(one.id) if waits else None) for one in chosen])
        if self.chance(0.04):
            self.at(clock.now() + timedelta(seconds=8), lambda: self._undo(request.id, wanted))
            return
        named = [one.id for one in chosen]  # those of one moment may come from the database in any order
        for one in sorted(request.introductions, key=lambda one: (one.created_at, one.contact_id in named and named.index(one.contact_id))):
            self.at(clock.now() + timedelta(seconds=40), lambda key=one.id: self._hears(key))

    def _undo(self, key: Any, wanted: Any) -> None:
        with self._request(key) as (session, request):
            deciding.take_back(request, user(session, self.crowd.members[self.crowd.managers[request.giving_id][0]]))
            session.commit()
        self.decide_later(key, wanted)

    def _decline(self, request: Any, by: Any, wanted: Any, _here: Any) -> None:
        deciding.decline(request, by, self.dice.choice(list(DECLINE_REASONS)), "Pas cette fois.")
        self._perhaps_reopened(request.id, wanted)

    def _perhaps_reopened(self, key: Any, wanted: Any) -> None:
        if self.chance(0.25):
            self.after((2, 20), lambda: self.reopens(key, wanted))

    def reopens(self, key: Any, wanted: Any) -> None:
        with self._request(key) as (session, request):
            deciding.reopen(request, user(session, self.crowd.members[self.crowd.managers[request.giving_id][0]]))
            session.commit()
        self.decide_later(key, wanted)

    def _reopen(self, request: Any, _by: Any, wanted: Any, _here: Any) -> None:
        """Not now: leaves it until it expires, then takes it up again."""
        self.after((30, 45), lambda: self.reopens(request.id, wanted))

    def _ask_info(self, request: Any, by: Any, wanted: Any, _here: Any) -> None:
        deciding.ask_info(request, by, "Combien d'élèves ?")
        if self.chance(0.75):
            self.after((0.2, 12), lambda: self.answers(request.id, wanted))

    def _park(self, request: Any, by: Any, wanted: Any, _here: Any) -> None:
        until = clock.today() + DAY * self.dice.randint(3, 45)
        deciding.park(request, by, until, "La convention se renouvelle.")
        self.decide_later(request.id, wanted, datetime(until.year, until.month, until.day, 12, tzinfo=PARIS))

    def _redirect(self, request: Any, by: Any, wanted: Any, here: list[str]) -> None:
        entrusting.redirect(request, by, to=user(db.session, self.crowd.members[here[-1]]), word="C'est plutôt pour toi.")
        self.decide_later(request.id, wanted)

    # ---- the contact -------------------------------------------------------------------------------------------

    def _hears(self, key: Any) -> None:
        """Once the ask is in their box most answer, some never do."""
        with scope.acting(scope.system("when it arrives")) as session:
            asked = session.scalars(sa.select(sa.func.max(Ask.asked_at)).where(Ask.introduction_id == key)).one()
        if self.chance(0.68):
            self.after((0.1, 9) if self.chance(0.7) else (9, 26), lambda: self.replies(key), asked)

    def replies(self, key: Any) -> None:
        with scope.acting(scope.system("a contact answers")) as session:
            one = session.get_one(Introduction, key)
            by = By(Actor.CONTACT, one.contact_id)
            what = self.dice.choices(["accept", "refuse", "postpone", "suggest", "object"], [62, 12, 16, 7, 1.5])[0]
            if what == "object":
                objection.object_to_everything(one.contact_id)
            elif what == "postpone":
                until = clock.today() + DAY * self.dice.randint(4, 50)
                introductions.postpone(one, by, until)
                self.after((0.5, 6), lambda: self.asks_again(key), datetime(until.year, until.month, until.day, 9, tzinfo=PARIS))
            elif what == "suggest":
                introductions.suggest(one, by, last_name="Ruiz")
                self.after((0.5, 8), lambda: self.sets_aside(key))
            else:
                getattr(introductions, what)(one, by)
            session.commit()
        if what == "accept":
            self.after((0.1, 3), lambda: self.introduces(key))

    def introduces(self, key: Any) -> None:
        """Where the rule keeps it back the manager sends it; then somebody tells what came of it, or nobody does."""
        with scope.acting(scope.system("a manager")) as session:
            one = session.get_one(Introduction, key)
            if one.state is I.READY:
                introductions.introduce(one, self._manager(session, one))
                session.commit()
        for voice, share in (("delegate", 0.5), ("contact", 0.12), ("manager", 0.08)):
            if self.chance(share):
                self.after((3, 40), lambda voice=voice: self.tells(key, voice))
        if self.chance(0.03):
            self.after((1, 20), lambda: self.thinks_better(key))

    def thinks_better(self, key: Any) -> None:
        with scope.acting(scope.system("an agreement is taken back")) as session:
            one = session.get_one(Introduction, key)
            if one.state is I.INTRODUCED:
                introductions.withdraw_consent(one, By(Actor.CONTACT, one.contact_id))
                session.commit()

    def tells(self, key: Any, voice: str) -> None:
        with scope.acting(scope.system("somebody tells")) as session:
            one = session.get_one(Introduction, key)
            if one.state not in (I.INTRODUCED, I.CLOSED):
                return
            by = {"delegate": one.request.requester, "contact": By(Actor.CONTACT, one.contact_id), "manager": self._manager(session, one)}[voice]
            numbers = self.dice.choice([{}, {"pupils": self.dice.randint(5, 60)}, {"tutors": 3, "rooms": 2}])
            introductions.record_outcome(one, by, self.dice.choice([Result.MET, Result.MET, Result.DATE_SET, Result.NO_ANSWER]), numbers=numbers)
            session.commit()

    def asks_again(self, key: Any) -> None:
        """The date has come: the manager asks again, or forgets."""
        if self.chance(0.3):
            return
        with scope.acting(scope.system("a manager")) as session:
            one = session.get_one(Introduction, key)
            introductions.resume(one, self._manager(session, one))
            session.commit()
        self._hears(key)

    def sets_aside(self, key: Any) -> None:
        with scope.acting(scope.system("a manager")) as session:
            one = session.get_one(Introduction, key)
            introductions.set_aside(one, self._manager(session, one))
            session.commit()

    def _manager(self, session: Any, one: Introduction) -> Any:
        return user(session, self.crowd.members[self.crowd.managers[one.giving_id][0]])

    def _request(self, key: Any) -> "_Opened":
        return _Opened(key)


class _Opened:
    """`with … as (session, request)`: one request, in the scope of the system."""

    def __init__(self, key: Any) -> None:
        self.key, self.acting = key, scope.acting(scope.system("somebody acts"))

    def __enter__(self) -> Any:
        session = self.acting.__enter__()
        return session, session.get_one(IntroductionRequest, self.key)

    def __exit__(self, *what: Any) -> None:
        self.acting.__exit__(*what)


def _good_hour(contact_id: Any) -> Any:
    return sending.good_hour(db.session.get_one(Contact, contact_id).partner)
