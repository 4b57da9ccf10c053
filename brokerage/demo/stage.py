"""Plays the stories: every step at its own hour, by the one who took it, with the verbs that pages use.

Between two days the clock does its work as it would have: reminders leave, requests expire, contacts who never
answer lapse. Letters of the past count as sent at their time, so that nothing leaves on the first start.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import calendar, clock, scope
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.demo.people import Company
from brokerage.introductions import reminders
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.mail import outbox
from brokerage.mail.models import Message, MessageState
from brokerage.partners.models import Contact, Partner

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """Something somebody does in a story: `after` days after the step before, at `hour`.

    `by` is a member's key, "handler" for whoever has the request, "contact", or "everyone" for what reaches both sides.
    """

    after: int
    hour: str
    by: str
    act: Callable[["Scene"], None]


@dataclass(frozen=True)
class Story:
    """A request from its draft on. It starts `ago` days ago, or `ago` working days when `working`.

    `partner` is the one in mind, by its name in the other association's book; `event_in` days after the start, moved
    to a Saturday unless `weekday`. `fields` are those of the form.
    """

    by: str
    ago: int
    fields: dict[str, Any]
    partner: str = ""
    hour: str = ""  # some hour of the evening
    working: bool = False
    event_in: int = 0
    weekday: bool = False
    submitted: bool = True
    steps: tuple[Step, ...] = ()


@dataclass
class Scene:
    """One story being played: what its steps may touch. Queries answer within the scope of the step."""

    story: Story
    company: Company
    giving_id: uuid.UUID
    request_id: uuid.UUID | None = None
    handler_id: uuid.UUID | None = None
    asked: dict[str, uuid.UUID] = field(default_factory=dict)  # contacts by name

    @property
    def request(self) -> IntroductionRequest:
        """The request, in the session of this step."""
        return db.session.get_one(IntroductionRequest, self.request_id)

    @property
    def handler(self) -> User:
        """Whoever decides."""
        return db.session.get_one(User, self.handler_id)

    def member(self, key: str) -> User:
        """A member by key."""
        return db.session.get_one(User, self.company.members[key])

    def contact(self, name: str) -> Contact:
        """A contact of the giving association by first and last name."""
        full = sa.func.trim(Contact.first_name + " " + Contact.last_name)
        people = sa.select(Contact).join(Partner, Partner.id == Contact.partner_id).where(full == name)
        where = people.where(Contact.association_id == self.giving_id, Contact.deleted_at.is_(None))
        return db.session.scalars(where.order_by(Partner.import_id.is_not(None), Partner.name, Contact.id)).first() or _missing(name)

    def introduction(self, name: str = "") -> Introduction:
        """The introduction of a contact, of the only one when `name` is empty."""
        mine = sa.select(Introduction).where(Introduction.request_id == self.request_id)
        if name:  # the asking side may know the contact by now, but never by looking into the other's book
            mine = mine.where(Introduction.contact_id == self.asked[name])
        return db.session.scalars(mine.order_by(Introduction.created_at.desc())).first() or _missing(name)


def _missing(name: str) -> Any:
    raise LookupError(f"nobody called {name!r} in this story")


@dataclass(order=True)
class _Cue:
    at: datetime
    order: int
    scene: Scene = field(compare=False)
    by: str = field(compare=False)
    act: Callable[[Scene], None] = field(compare=False)


def play(company: Company, stories: Sequence[Story], opening: Callable[[Scene], None]) -> None:
    """Play them all, in the order of the calendar. `opening` writes the draft and sends it."""
    now = clock.now()
    cues = sorted(cue for nth, story in enumerate(stories) for cue in _cues(company, story, nth, opening, now))
    day = cues[0].at.astimezone(clock.PARIS).date()
    for cue in cues:
        _let_days_pass(day, cue.at.astimezone(clock.PARIS).date())
        day = cue.at.astimezone(clock.PARIS).date()
        _take(cue)
    _let_days_pass(day, now.astimezone(clock.PARIS).date())
    with _on_stage(now, scope.system("the clock, today")):
        reminders.pass_time()
        reminders.send_due()
    with _on_stage(now, scope.system("letters of the past")):
        _mark_sent(until=now + 400 * DAY)


def _cues(company: Company, story: Story, nth: int, opening: Callable[[Scene], None], now: datetime) -> Iterator[_Cue]:
    """Each step with its instant: never before the step before, never after now."""
    scene = Scene(story, company, company.other(company.home_of(story.by)))
    today = now.astimezone(clock.PARIS).date()
    day = calendar.add_working_days(today, -story.ago, calendar.HEAD_OFFICE) if story.working else today - story.ago * DAY
    evening = f"{17 + nth % 5}:{nth * 7 % 60:02d}"
    steps = (Step(0, story.hour or evening, story.by, opening), *story.steps)
    before = None
    for order, step in enumerate(steps):
        day = _open_day(day + step.after * DAY, step.by)
        at = min(_instant(day, step.hour), now - timedelta(minutes=60 - 5 * order))
        at = max(at, before + timedelta(minutes=2)) if before else at
        before, day = at, at.astimezone(clock.PARIS).date()
        yield _Cue(at, nth * 100 + order, scene, step.by, step.act)


def _open_day(day: date, by: str) -> date:
    """Delegates write on Sundays too; offices do not."""
    if by in ("handler", "contact", "everyone"):
        while not calendar.is_working_day(day, calendar.HEAD_OFFICE):
            day += DAY
    return day


def _instant(day: date, hour: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(hour), clock.PARIS)


def _take(cue: _Cue) -> None:
    with _on_stage(cue.at, scope.system("letters of the past")):
        _mark_sent(until=cue.at)
    with _on_stage(cue.at, _scope_of(cue)):
        cue.act(cue.scene)
        cue.scene.handler_id = cue.scene.request.handler_id


def _scope_of(cue: _Cue) -> scope.Scope:
    scene = cue.scene
    if cue.by == "handler":
        return scope.member(scene.giving_id)
    if cue.by == "contact":
        return scope.Scope(scope.Kind.CONTACT, scene.giving_id)
    if cue.by == "everyone":
        return scope.system("what reaches both sides")
    return scope.member(scene.company.home_of(cue.by))


@contextmanager
def _on_stage(at: datetime, who: scope.Scope) -> Iterator[so.Session]:
    """Everything inside happens then, as them, and stays."""
    with clock.at(at), scope.acting(who) as session:
        yield session
        session.commit()


def _let_days_pass(day: date, until: date) -> None:
    """What the clock did each morning from the day after `day` up to `until`, at nine."""
    while (day := day + DAY) <= until and (morning := _instant(day, "09:00")) < clock.now():
        if not calendar.is_working_day(day, calendar.HEAD_OFFICE):
            continue
        with _on_stage(morning, scope.system("the clock")):
            is_quiet = not reminders.due(morning)
            if not is_quiet:
                reminders.pass_time()
                reminders.send_due()
            _mark_sent(until=morning)


def _mark_sent(until: datetime) -> None:
    """The letters that would have left by `until`: sent at their hour, unless their subject moved on before."""
    due = sa.select(Message).where(Message.state == MessageState.PENDING, Message.due_at <= until)
    for message in db.session.scalars(due):
        wanted = all(still(message) for still in outbox.checks)
        message.state = MessageState.SENT if wanted else MessageState.CANCELLED
        message.sent_at = max(message.created_at, min(message.due_at, clock.now())) if wanted else None
        message.attempts = 1 if wanted else 0
