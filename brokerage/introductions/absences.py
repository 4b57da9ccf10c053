"""When somebody leaves or comes back: what waits for a decision changes hands, by the clock.

The rule, in one sentence: whatever is undecided is with whoever is there, and goes back to the one who returns; what
was decided meanwhile, or handed to somebody by a person, stays where it is.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import calendar, clock
from brokerage.accounts import absence, links
from brokerage.accounts.absence import present_or_stand_in
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.introductions import routing, wording
from brokerage.introductions.cases import good_moment, place_of_member
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import UNDECIDED
from brokerage.introductions.steps import add_line
from brokerage.mail import letter, outbox
from brokerage.timeline import CLOCK

R = IntroductionRequest


@dataclass(frozen=True)
class Passing:
    """Who hands over to whom, of what is meant for the first of the three."""

    meant: User
    giver: User
    taker: User

    @property
    def is_return(self) -> bool:
        """Whether somebody is back."""
        return self.taker is self.meant


def change_hands(giving_id: uuid.UUID | None = None) -> int:
    """Every undecided request to whoever is there today, of one association or of all; returns how many moved.

    Safe to run at any time and twice: a request that somebody holds in their hands is left for the next run.
    """
    moved: dict[Passing, list[R]] = defaultdict(list)
    managers: dict[uuid.UUID, list[User]] = {}
    for request in db.session.scalars(_in_question(giving_id)).all():
        team = managers.setdefault(request.giving_id, routing.managers_of(request.giving_id))
        if passing := _passed_on(request, {one.id: one for one in team if one.id != request.requester_id}):
            moved[passing].append(request)
    db.session.flush()
    for passing, requests in moved.items():
        _tell(passing, requests)
    return sum(map(len, moved.values()))


def note(member: User, by: User, starts: date | None, ends: date | None, stand_in_id: uuid.UUID | None) -> None:
    """Say that a member is away; what begins today begins at once. Raises what absence.note raises."""
    absence.note(member, by, starts, ends, stand_in_id)
    db.session.flush()
    change_hands(member.association_id)


def end(member: User, by: User) -> None:
    """Say that a member is back. Raises what absence.end raises."""
    absence.end(member, by)
    db.session.flush()
    change_hands(member.association_id)


def _in_question(giving_id: uuid.UUID | None) -> sa.Select[R]:
    """Undecided ones that are covered, or with somebody away today or, somewhere east of here, already tomorrow."""
    latest = clock.today() + timedelta(days=1)
    away = sa.select(User.id).where(User.away_from <= latest, sa.or_(User.away_until.is_(None), User.away_until >= clock.today()))
    wanted = sa.select(R).where(R.state.in_(UNDECIDED), sa.or_(R.covers_id.is_not(None), R.handler_id.in_(away)))
    people = so.joinedload(R.handler), so.joinedload(R.covers)
    here = wanted.where(R.giving_id == giving_id) if giving_id else wanted
    return here.options(*people).order_by(R.due_on, R.id).with_for_update(of=R, skip_locked=True)


def _passed_on(request: R, managers: dict[uuid.UUID, User]) -> Passing | None:
    meant, holder = request.covers or request.handler, request.handler
    assert meant is not None
    assert holder is not None
    if meant.id not in managers:
        request.covers = None  # nobody to go back to
        return None
    taker = present_or_stand_in(meant, managers, calendar.local_day(clock.now(), place_of_member(meant)))
    if taker is None or taker is holder:
        return None
    return _passed(request, Passing(meant, holder, taker))


def _passed(request: R, passing: Passing) -> Passing:
    request.handler, request.covers = passing.taker, None if passing.is_return else passing.meant
    until = passing.meant.away_until
    details = {"to": passing.taker.name, "from": passing.meant.name}
    if passing.is_return:
        add_line("handed_back", request, CLOCK, details)
    else:
        add_line("stood_in_for", request, CLOCK, details | {"until": until.isoformat() if until else ""})
    return passing


def _tell(passing: Passing, requests: Iterable[R]) -> None:
    """One letter to each of the two, with the list."""
    held = sorted(requests, key=lambda one: one.number)
    for to, other in ((passing.taker, passing.giver), (passing.giver, passing.taker)):
        if to.is_active:
            outbox.post(_letter(passing, held, to, other))


def _letter(passing: Passing, held: list[R], to: User, other: User) -> letter.Letter:
    told = letter.notice(
        "requests_back" if passing.is_return else "requests_covered",
        f"{to.id}:{other.id}:{held[0].id}:{held[0].version}",
        to,
        first_name=to.first_name,
        other=other.name,
        meant=passing.meant.name,
        takes=to is passing.taker,
        is_meant=to is passing.meant,
        until=wording.day(passing.meant.away_until, to.language),
        page=links.page("/demandes/"),
        requests=[(one.number, one.target_name or one.place, wording.short_day(one.due_on, to.language)) for one in held],
    )
    return replace(told, due_at=good_moment(clock.now(), place_of_member(to)))
