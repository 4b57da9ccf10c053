"""A request that waits too long: when its requester may hand it to somebody else (product.md §4, eight working days)."""

from datetime import date

from brokerage import calendar, clock
from brokerage.introductions import rules
from brokerage.introductions.cases import place_of_member
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState


def comes_on(request: IntroductionRequest) -> date | None:
    """The day colleagues are told; None when nobody is to decide. Counted as the letter to them is (timetable.py)."""
    if request.state is not RequestState.SUBMITTED:
        return None
    place = place_of_member(request.handler)
    since = calendar.local_day(request.state_since, place)
    return calendar.add_working_days(since, rules.of(request.giving_id).escalate_after, place)


def has_come(request: IntroductionRequest) -> bool:
    """Whether it waits since that day or longer."""
    day = comes_on(request)
    return day is not None and day <= clock.today()
