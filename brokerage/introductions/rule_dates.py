"""What a set of rules would do to something that begins now: dates from the timetable that sends, not from a copy of it."""

from datetime import date, datetime, timedelta

from brokerage import calendar
from brokerage.calendar import HEAD_OFFICE
from brokerage.introductions.cases import Case
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.planned import moment_of
from brokerage.introductions.rules import Rules
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.introductions.timetable import INTRODUCTION_ROWS, REQUEST_ROWS

EVENT_IN = timedelta(days=120)  # further than any alert before it
ROWS = {row.kind: row for row in (*REQUEST_ROWS, *INTRODUCTION_ROWS)}


def of(rules: Rules, at: datetime) -> dict[str, tuple[date, ...]]:
    """The example dates of each rule that has some, by its name, for somebody in Paris and a partner who is no school."""
    today = calendar.local_day(at, HEAD_OFFICE)
    request, eventful = _request(rules, at), _request(rules, at, today + EVENT_IN)
    asked, introduced = (_introduction(rules, at, state) for state in (IntroductionState.CONSENT_PENDING, IntroductionState.INTRODUCED))
    reminders = [f"reminder_decision_{n + 1}" for n in range(len(rules.remind_manager_after))]
    return {
        "decide_within": (calendar.add_working_days(today, rules.decide_within, HEAD_OFFICE),),
        "notice_days": (calendar.add_working_days(today, rules.notice_days, HEAD_OFFICE),),
        "expire_after": _days(request, at, "expire"),
        "remind_manager_after": _days(request, at, *reminders),
        "escalate_after": _days(request, at, "reminder_escalated"),
        "warn_before_event": (today + EVENT_IN, *_days(eventful, at, "reminder_event")),
        "remind_delegate_after": _days(request, at, "reminder_question"),
        "asks_window_days": (today + timedelta(days=rules.asks_window_days),),
        "asks_gap_days": (today + timedelta(days=rules.asks_gap_days),),
        "remind_contact_after": _days(asked, at, "reminder_consent"),
        "lapse_after": _days(asked, at, "lapse"),
        "follow_up_after": _days(introduced, at, "reminder_outcome", "reminder_outcome_contact"),
        "close_unknown_after": _days(introduced, at, "reminder_outcome_again", "close_unknown"),
    }


def _request(rules: Rules, at: datetime, event_on: date | None = None) -> Case:
    """A request that nobody keeps: it is in no session."""
    begun = {"state_since": at, "submitted_at": at, "event_on": event_on}
    return Case(IntroductionRequest(state=RequestState.SUBMITTED, **begun), None, rules, {})


def _introduction(rules: Rules, at: datetime, state: IntroductionState) -> Case:
    request = IntroductionRequest(state=RequestState.APPROVED, state_since=at, submitted_at=at)
    return Case(request, Introduction(state=state, state_since=at), rules, {})


def _days(case: Case, at: datetime, *kinds: str) -> tuple[date, ...]:
    days = ((ROWS[kind], day) for kind in kinds if (day := ROWS[kind].day(case)))
    return tuple(calendar.local_day(moment_of(case, row, day, at), HEAD_OFFICE) for row, day in days)
