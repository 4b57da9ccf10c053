"""What will happen to a request if nobody does anything: the timetable that sends, read ahead, as each side may know it.

It is computed in the system's scope, because what was sent is nobody's to read and a contact's holidays are the giving
side's alone. What leaves this module is days, kinds and the names of members.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from brokerage import calendar, clock, scope
from brokerage.accounts.models import User
from brokerage.introductions import notices
from brokerage.introductions.cases import Case, To, moment_for, of_request, place_of, start_of
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.notices import When
from brokerage.introductions.reminders import moment_of_step
from brokerage.introductions.states import UNDECIDED, RequestState
from brokerage.introductions.timetable import Chosen, Row, ahead, chosen

WAITS = {*UNDECIDED, RequestState.APPROVED}


@dataclass(frozen=True)
class Planned:
    """One thing to come: the day it leaves, its kind, and who is told, by their part in it."""

    day: date
    kind: str
    who: dict[To, str]  # the names of members; a contact has none here


def of(request: IntroductionRequest, reader: User) -> list[Planned]:
    """What is planned for a request, the nearest first; up to what the clock itself would do to it."""
    if request.state not in WAITS:
        return []
    at, gives = clock.now(), reader.association_id == request.giving_id
    with scope.acting(scope.system("the timetable of one request, told by days and roles", read_only=True)):
        found = [one for case in of_request(request.id, request.giving_id) for one in _of_case(case, at, gives)]
    return _each_once(found)


def _each_once(found: Iterable[Planned]) -> list[Planned]:
    """Two contacts asked on one day are reminded on one day: the line is the same."""
    kept: dict[tuple[date, str], Planned] = {}
    for one in found:
        kept.setdefault((one.day, one.kind), one)
    return sorted(kept.values(), key=lambda one: one.day)


def _of_case(case: Case, at: datetime, gives: bool) -> Iterator[Planned]:
    """Of several letters that would leave together only the latest does; a step of the clock ends the story."""
    steps: dict[datetime, Row] = {}
    for row, day in sorted(_rows(case, at), key=lambda one: one[1]):  # stable, as in timetable.chosen
        moment = moment_of(case, row, day, at)
        if moment not in steps or not steps[moment].step:
            steps[moment] = row
    for moment in sorted(steps):
        row = steps[moment]
        place = place_of(case, row.told[0] if row.told else row.to)
        if line := _line(case, row, calendar.local_day(moment, place), gives):
            yield line
        if row.step:
            return


def _rows(case: Case, at: datetime) -> list[tuple[Row, date]]:
    now = chosen(case, at)
    return [*([(now.row, now.day)] if now else []), *ahead(case, at)]


def moment_of(case: Case, row: Row, day: date, at: datetime) -> datetime:
    """When a row's letter leaves, or its step is taken, seen from `at`."""
    if row.step:
        return max(moment_of_step(Chosen(case, row, day)), at)
    to = row.letters[0][0]
    return moment_for(case, to, max(start_of(day, place_of(case, to)), at))


def _line(case: Case, row: Row, day: date, gives: bool) -> Planned | None:
    """None when it makes no sense any more by then, or nobody wants to hear of it."""
    over = row.until(case)
    if over and day > over:
        return None
    who = {to: _name(case, to, day, gives) for to in row.told or [row.to]}
    heard = row.step or any(_is_heard(case, to, which, day) for to, which in row.letters)
    return Planned(day, row.kind, who) if heard else None


def _is_heard(case: Case, to: To, letter: str, day: date) -> bool:
    if to is To.CONTACT:
        return case.reachable_contact() is not None
    return any(notices.wish(member, letter) is not When.NEVER for member in case.members(to, day))


def _name(case: Case, to: To, day: date, gives: bool) -> str:
    """Who stands in for whom inside an association is not told to the other one: it knows who has the request."""
    if to is To.CONTACT:
        return ""
    if to is To.DELEGATE:
        return case.request.requester.name
    manager = case.manager(day) if gives else case.request.handler
    return manager.name if manager else ""
