"""What falls due when, to whom and why: the table of reminders (product.md §4). It reads no database and no clock.

A row with a `step` is something the clock does to its subject; the others only write. Working days are those of the
person written to; a day that falls on one when nobody should be written to stays the due day, and the letter waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from brokerage import calendar
from brokerage.calendar import Place
from brokerage.errors import N_
from brokerage.introductions.cases import ANSWERED, DAY, Case, To, moment_for, place_of, recipients, start_of
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.rules import Rules
from brokerage.introductions.states import UNDECIDED, IntroductionState, RequestState

State = RequestState | IntroductionState


# ---- on what day -----------------------------------------------------------------------------------------------


def since(case: Case, to: To) -> date:
    """The day its subject came to where it stands, as the recipient's calendar has it."""
    return since_there(case, place_of(case, to))


def since_there(case: Case, place: Place) -> date:
    """The same as somebody at `place` counts it: an ask waits once it has left, what was put off from its date on."""
    came, one = case.subject.state_since, case.introduction
    if one and one.state is IntroductionState.POSTPONED and one.postponed_until:
        return one.postponed_until
    if one and one.state is IntroductionState.CONSENT_PENDING and one.asked_at:
        came = max(came, one.asked_at)
    return calendar.local_day(came, place)


def _after(days: Callable[[Rules], int | None], to: To, case: Case) -> date | None:
    n = days(case.rules)
    return None if n is None else calendar.add_working_days(since(case, to), n, place_of(case, to))


def _nth_reminder(n: int, rules: Rules) -> int | None:
    return rules.remind_manager_after[n] if n < len(rules.remind_manager_after) else None


def last_day(request: IntroductionRequest) -> date | None:
    """The last day the event may take place, the fallback date included; None without a date."""
    return max(filter(None, (request.event_on, request.fallback_on)), default=None)


def _expires(case: Case) -> date | None:
    """After 20 working days, or the day after the event; one submitted or reopened after its event waits its full time."""
    event, place, submitted = last_day(case.request), place_of(case, To.MANAGER), case.request.submitted_at
    waited = calendar.add_working_days(since(case, To.MANAGER), case.rules.expire_after, place)
    ahead = event and submitted and event >= calendar.local_day(submitted, place)
    return min(waited, event + DAY) if event and ahead else waited


def _event_near(case: Case) -> date | None:
    """So many working days before the event; never when the request itself came later than that."""
    event, submitted = case.request.event_on, case.request.submitted_at
    if event is None or submitted is None:
        return None
    place = place_of(case, To.MANAGER)
    day = calendar.add_working_days(event, -case.rules.warn_before_event, place)
    return day if day > calendar.local_day(submitted, place) else None


def lapses_on(case: Case) -> date:
    """After 15 working days; a reminder that waited for the end of holidays leaves as much time to answer as any."""
    place, rules = place_of(case, To.CONTACT), case.rules
    start = since(case, To.CONTACT)
    reminded = calendar.add_working_days(start, rules.remind_contact_after, place)
    left = calendar.local_day(moment_for(case, To.CONTACT, start_of(reminded, place)), place)
    answer_time = max(rules.lapse_after - rules.remind_contact_after, 0)
    return max(
        calendar.add_working_days(start, rules.lapse_after, place), calendar.add_working_days(left, answer_time, place)
    )


def first_question(case: Case) -> date:
    """Ten working days after the introduction, or the day after the event when that comes first."""
    event, start = case.request.event_on, since(case, To.DELEGATE)
    waited = calendar.add_working_days(start, case.rules.follow_up_after, place_of(case, To.DELEGATE))
    return min(waited, event + DAY) if event and event >= start else waited


def _question_to_contact(case: Case) -> date:
    return calendar.add_working_days(
        first_question(case), case.rules.remind_contact_after, place_of(case, To.CONTACT)
    )


def _last_question(case: Case) -> date:
    """Ten more; after the event when that is later, for then there is something to tell."""
    more, event = case.rules.close_unknown_after, last_day(case.request)
    waited = calendar.add_working_days(first_question(case), more, place_of(case, To.DELEGATE))
    return max(waited, event + DAY) if event else waited


def closes_on(case: Case) -> date:
    """When an introduction nobody speaks of is closed as "not known": some days after the last question."""
    more = case.rules.remind_delegate_after
    return calendar.add_working_days(_last_question(case), more, place_of(case, To.DELEGATE))


def _postponed_until(case: Case) -> date | None:
    return case.introduction.postponed_until if case.introduction else None


# ---- the table -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line: in which states, on which day, which letters to whom, and what the clock does."""

    kind: str
    states: frozenset[State]
    to: To  # whose calendar counts
    day: Callable[[Case], date | None]
    why: str
    letters: tuple[tuple[To, str], ...] = ()
    step: str = ""
    leads_to: State | None = None  # where the step puts its subject; its own letters are wanted only there
    until: Callable[[Case], date | None] = lambda _case: None  # the last day on which it makes sense; None: any

    @property
    def wanted_while(self) -> frozenset[State]:
        """The states in which its letters still make sense."""
        return frozenset({self.leads_to}) if self.leads_to else self.states

    @property
    def told(self) -> list[To]:
        """Who hears of it, by its own letters or by those of its step."""
        by_step = {"expire": [To.DELEGATE, To.MANAGER], "lapse": [To.DELEGATE, To.MANAGER]}
        return by_step.get(self.step) or [to for to, _letter in self.letters]


def _row(kind: str, states: set[State], to: To, day: Callable[[Case], date | None], why: str, letter: str = "") -> Row:
    """A row with one letter, called like its kind when `letter` is not given."""
    return Row(kind, frozenset(states), to, day, why, ((to, letter or kind),))


R, I = RequestState, IntroductionState
WAITS = N_("La demande est à décider depuis le %(since)s.")
ANSWER_WAITS = N_("La réponse du contact attend une suite depuis le %(since)s.")
MANAGERS_TURN: set[State] = {*ANSWERED, I.POSTPONED}  # once its date has come

REQUEST_ROWS = (
    Row("resume", frozenset({R.PARKED}), To.MANAGER, lambda case: case.request.parked_until,
        N_("La demande était mise de côté jusqu'au %(until)s."), ((To.MANAGER, "reminder_parked"),), step="resume", leads_to=R.SUBMITTED),
    Row("expire", frozenset({R.SUBMITTED, R.INFO_NEEDED}), To.MANAGER, _expires,
        N_("Personne n'a décidé à temps : la demande attend depuis le %(since)s%(event)s."), step="expire"),
    *(_row(f"reminder_decision_{n + 1}", {R.SUBMITTED}, To.MANAGER, partial(_after, partial(_nth_reminder, n), To.MANAGER),
           WAITS, "reminder_decision") for n in range(5)),
    Row("reminder_escalated", frozenset({R.SUBMITTED}), To.MANAGER, partial(_after, lambda rules: rules.escalate_after, To.MANAGER),
        WAITS, ((To.COLLEAGUES, "reminder_escalated"), (To.DELEGATE, "reminder_escalated_delegate"))),
    _row("reminder_question", {R.INFO_NEEDED}, To.DELEGATE, partial(_after, lambda rules: rules.remind_delegate_after, To.DELEGATE),
         N_("Une précision est demandée depuis le %(since)s.")),
    Row("reminder_event", frozenset(UNDECIDED), To.MANAGER, _event_near, N_("La demande n'est pas décidée%(event)s."),
        ((To.MANAGER, "reminder_event"),), until=lambda case: case.request.event_on),
)  # fmt: skip
INTRODUCTION_ROWS = (
    Row("lapse", frozenset({I.CONSENT_PENDING}), To.CONTACT, lapses_on,
        N_("Le contact n'a pas répondu depuis le %(since)s."), step="lapse"),
    Row("close_unknown", frozenset({I.INTRODUCED}), To.DELEGATE, closes_on,
        N_("Personne n'a dit ce que la mise en relation du %(since)s a donné."), step="close_unknown"),
    _row("reminder_consent", {I.CONSENT_PENDING}, To.CONTACT, partial(_after, lambda rules: rules.remind_contact_after, To.CONTACT),
         N_("Le contact n'a pas répondu depuis le %(since)s.")),
    _row("reminder_postponed", {I.POSTPONED}, To.MANAGER, _postponed_until,
         N_("Le contact préférait attendre jusqu'au %(until)s.")),
    # product.md §4 has no row for a contact who answered and whom nobody follows: a request's own days serve
    *(_row(f"reminder_answered_{n + 1}", MANAGERS_TURN, To.MANAGER, partial(_after, partial(_nth_reminder, n), To.MANAGER),
           ANSWER_WAITS, "reminder_answered") for n in range(5)),
    Row("reminder_forgotten", frozenset(MANAGERS_TURN), To.MANAGER, partial(_after, lambda rules: rules.escalate_after, To.MANAGER),
        ANSWER_WAITS, ((To.COLLEAGUES, "reminder_forgotten"),)),
    _row("reminder_outcome", {I.INTRODUCED}, To.DELEGATE, first_question,
         N_("Mise en relation faite le %(since)s%(event)s : se sont-ils parlé ?")),
    _row("reminder_outcome_contact", {I.INTRODUCED}, To.CONTACT, _question_to_contact,
         N_("Mise en relation faite le %(since)s, sans nouvelle : la question va au contact, une seule fois.")),
    _row("reminder_outcome_again", {I.INTRODUCED}, To.DELEGATE, _last_question,
         N_("Mise en relation faite le %(since)s, toujours sans nouvelle.")),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What happens next to one case: its row and day, and the older rows it makes pointless."""

    case: Case
    row: Row
    day: date
    older: tuple[tuple[Row, date], ...] = ()


def chosen(case: Case, at: datetime) -> Chosen | None:
    """What is due of a case at `at`: the clock's step if there is one, else the latest letter, never several."""
    rows = REQUEST_ROWS if case.introduction is None else INTRODUCTION_ROWS
    due = [(row, day) for row in rows if (day := _due_day(case, row, at))]
    if steps := [one for one in due if one[0].step]:
        return Chosen(case, *steps[0])
    due.sort(key=lambda one: one[1])  # stable: of one day, the later row of the table
    return Chosen(case, *due[-1], older=tuple(due[:-1])) if due else None


def ahead(case: Case, at: datetime) -> list[tuple[Row, date]]:
    """The rows of a case that nothing was sent for, and whose day comes after `at`, in the order of the table."""
    rows = REQUEST_ROWS if case.introduction is None else INTRODUCTION_ROWS
    open_rows = [row for row in rows if case.subject.state in row.states and not _is_sent(case, row)]
    days = [(row, row.day(case)) for row in open_rows]
    return [(row, day) for row, day in days if day and day > calendar.local_day(at, place_of(case, row.to))]


def _due_day(case: Case, row: Row, at: datetime) -> date | None:
    """The due day of a row when it has come, is not over and nothing was sent for it yet."""
    if case.subject.state not in row.states:
        return None
    day, over = row.day(case), row.until(case)
    today = calendar.local_day(at, place_of(case, row.to))
    if day is None or day > today or (over and today > over) or _is_sent(case, row):
        return None
    return day if row.step or any(recipients(case, to, today) for to, _letter in row.letters) else None


def _is_sent(case: Case, row: Row) -> bool:
    """Whether it was sent since its subject came to where it stands; the event's row counts from the submission."""
    start = case.request.submitted_at if row.kind == "reminder_event" else case.subject.state_since
    return any(kind == row.kind and start and at >= start for kind, at in case.sent)
