"""Reminders: what is due, sending it once, and what the clock does by itself. The table is in `timetable.py`.

Everything here may be run twice, late, or by two processes at once: each letter leaves at most once, after its
subject was looked at again under a lock, and the outbox asks a last time as it leaves (`only_while`).
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from brokerage import calendar, clock, timeline
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import deciding, introductions, notices, reminder_letters, requests, wording
from brokerage.introductions.cases import Case, To, batches, moment_for, place_of, start_of
from brokerage.introductions.models import Reminder, Result
from brokerage.introductions.steps import hold
from brokerage.introductions.timetable import Chosen, Row, chosen, last_day, since
from brokerage.mail import outbox
from brokerage.timeline import CLOCK

# A letter is posted on the eve at the earliest: through the holidays it waits here, where every change is seen.
AHEAD = timedelta(hours=24)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """Something due, as a list may show it: no address, no contact's name."""

    kind: str
    subject: str  # the number of the request; "" for the weekly digest
    request_id: uuid.UUID | None
    introduction_id: uuid.UUID | None
    recipient_kind: str
    recipient: str
    due_on: date
    leaves_at: datetime  # with the offset of the recipient's place
    step: str  # what the clock does to the subject; "" when it only writes
    why: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON: dates and ids as text."""
        return {name: value.isoformat() if isinstance(value, date) else value and str(value) for name, value in asdict(self).items()}


def due(at: datetime) -> list[Due]:
    """What is due at `at`, the earliest first; it only reads. One line for each subject: what would happen next."""
    found = [_line(one, at) for batch in batches() for case in batch if (one := chosen(case, at))]
    return sorted(found, key=lambda line: (line.leaves_at, line.subject, line.kind))


def _line(one: Chosen, at: datetime) -> Due:
    case, to = one.case, one.row.told[0] if one.row.told else one.row.to
    leaves = moment_of_step(one) if one.row.step else moment_for(case, to, at)
    return Due(
        kind=one.row.kind,
        subject=case.request.number,
        request_id=case.request.id,
        introduction_id=case.introduction.id if case.introduction else None,
        recipient_kind=", ".join(one.row.told),
        recipient=", ".join(_label(case, to, at) for to in one.row.told) or "personne",
        due_on=one.day,
        leaves_at=leaves.astimezone(calendar.time_zone(place_of(case, to))),
        step=one.row.step,
        why=one.row.why % _reasons(case, one.row),
    )


def _label(case: Case, to: To, at: datetime) -> str:
    if to is To.CONTACT:
        return f"le contact de {case.partner.name}" if case.partner else "le contact"
    return ", ".join(member.name for member in case.members(to, calendar.local_day(at, place_of(case, to))))


def _reasons(case: Case, row: Row) -> dict[str, str]:
    event, request, introduction = last_day(case.request), case.request, case.introduction
    until = introduction.postponed_until if introduction else request.parked_until
    return {
        "since": wording.day(since(case, row.to), "fr"),
        "until": wording.day(until, "fr"),
        "event": f", événement le {wording.day(event, 'fr')}" if event else "",
    }


# ---- sending ---------------------------------------------------------------------------------------------------


def send_due() -> int:
    """Post what is due now, each in its own transaction; returns how many reminders. Needs the system's scope.

    When several of one subject are overdue only the latest is sent; the older ones are marked as passed over.
    """
    at = clock.now()
    ready = (one for batch in batches() for case in batch if (one := chosen(case, at)) and _leaves_soon(one, at))
    return sum(_in_one_piece(one, partial(_send, one, at)) for one in ready)


def _leaves_soon(one: Chosen, at: datetime) -> bool:
    return not one.row.step and moment_for(one.case, one.row.letters[0][0], at) <= at + AHEAD


def _in_one_piece(one: Chosen, act: Callable[[], bool]) -> bool:
    """All of it or nothing, committed; what goes wrong with one subject stops no other."""
    try:
        with db.session.begin_nested():
            done = act()
        db.session.commit()
        return done
    except (Refusal, StaleDataError):
        return False  # somebody was faster
    except Exception:
        log.exception("%s of request %s failed; the next run tries again", one.row.kind, one.case.request.number)
        return False


def _send(one: Chosen, at: datetime) -> bool:
    if not _still_so(one):
        return False
    for row, day in one.older:
        _claim(one.case, row, day)
    if not _claim(one.case, one.row, one.day):
        return False
    _post(one, at)
    _note(one, at)
    return True


def _still_so(one: Chosen) -> bool:
    """Look at the subject again, under a lock, as late as possible."""
    hold(one.case.subject)
    return one.case.subject.state in one.row.states and one.row.day(one.case) == one.day


def _post(one: Chosen, at: datetime) -> None:
    for letter in reminder_letters.written_for(one, at):
        if one.case.subject.state in letter.only_while:
            outbox.post(letter)


def _claim(case: Case, row: Row, day: date) -> bool:
    """Take a reminder for oneself: of two processes, the unique key lets one through."""
    try:
        with db.session.begin_nested():
            db.session.add(Reminder(subject_id=case.subject.id, kind=row.kind, due_on=day))
    except IntegrityError:
        return False
    return True


def _note(one: Chosen, at: datetime) -> None:
    """Both sides may know that a reminder left, and to whom by role; the contact's id stays with the giving side.

    Nothing is noted of a letter that all its readers turned off, or want in their digest: none leaves.
    """
    request, introduction = one.case.request, one.case.introduction
    told = [to for to, letter in one.row.letters if _reaches(one.case, to, letter, at)]
    if not told:
        return
    details = {"kind": one.row.kind, "to": ", ".join(told)}
    about: dict[str, Any] = {"request_id": request.id}
    if introduction:
        about["introduction_id"] = introduction.id
    timeline.record("reminder_sent", CLOCK, request.asking_id, details=details, **about)
    giving = about | {"partner_id": request.partner_id}
    if introduction:
        giving["contact_id"] = introduction.contact_id
    timeline.record("reminder_sent", CLOCK, request.giving_id, details=details, **giving)


def _reaches(case: Case, to: To, letter: str, at: datetime) -> bool:
    if to is To.CONTACT:
        return True
    members = case.members(to, calendar.local_day(at, place_of(case, to)))
    return any(notices.wish(member, letter) is notices.When.NOW for member in members)


# ---- what the clock does ---------------------------------------------------------------------------------------


def pass_time() -> int:
    """Expire, lapse, take up again what was set aside, close what nobody speaks of; returns how many steps.

    Each happens from the first good moment of its day on, in its own transaction. Needs the system's scope.
    """
    at = clock.now()
    ready = (one for batch in batches() for case in batch if (one := chosen(case, at)) and _is_time(one, at))
    return sum(_in_one_piece(one, partial(_step, one, at)) for one in ready)


def moment_of_step(one: Chosen) -> datetime:
    """When the clock takes its step: as people start to read their mail."""
    place = place_of(one.case, one.row.to)
    return moment_for(one.case, one.row.to, start_of(one.day, place))


def _is_time(one: Chosen, at: datetime) -> bool:
    return bool(one.row.step) and moment_of_step(one) <= at


def _step(one: Chosen, at: datetime) -> bool:
    if not _still_so(one):
        return False
    STEPS[one.row.step](one.case)
    _post(one, at)
    return True


def _resume(case: Case) -> None:
    """What was set aside beyond its own event has nothing left to decide."""
    deciding.resume(case.request, CLOCK)
    event = last_day(case.request)
    if event and event < clock.today():
        requests.expire(case.request)


def _expire(case: Case) -> None:
    requests.expire(case.request)


def _lapse(case: Case) -> None:
    assert case.introduction is not None
    introductions.lapse(case.introduction, CLOCK)


def _close_unknown(case: Case) -> None:
    assert case.introduction is not None
    introductions.record_outcome(case.introduction, CLOCK, Result.UNKNOWN)


STEPS: dict[str, Callable[[Case], None]] = {
    "resume": _resume,
    "expire": _expire,
    "lapse": _lapse,
    "close_unknown": _close_unknown,
}
