"""The date of an event as a file for calendars (RFC 5545), attached to the introduction or fetched: an entry to keep, no invitation."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from icalendar import Calendar, Event

from brokerage import calendar, clock
from brokerage.database import db
from brokerage.introductions.models import IntroductionRequest
from brokerage.mail import outbox
from brokerage.mail.models import Message

_HOUR = r"(\d{1,2})\s*(?:h|:|H)\s*(\d{2})?"
_HOURS = re.compile(rf"^\s*(?:de\s+|from\s+)?{_HOUR}(?:\s*(?:-|–|—|à|a|to|/)\s*{_HOUR})?\s*$")
Span = tuple[time, time | None]


def of(request: IntroductionRequest) -> str:
    """The .ics of a request, for its introduction or to fetch from its page; empty when it has no date.

    Its UID is the request's, so that a second one replaces the first; SEQUENCE counts those that left before. There is
    no METHOD: a calendar must not answer in somebody's name. It names the event and the place, and nobody.
    """
    return _book(_event(request, request.event_on, _sent_before(request))) if request.event_on else ""


def shared(requests: Iterable[IntroductionRequest], name: str) -> str:
    """The .ics of several events under a name, for a calendar to read again and again."""
    events = (_event(one, one.event_on, 0) for one in requests if one.event_on)
    return _book(*events, name=name)


def _book(*events: Event, name: str = "") -> str:
    book = Calendar()
    book.add("prodid", "-//Passerelle//FR")
    book.add("version", "2.0")
    if name:
        book.add("x-wr-calname", name)
    for event in events:
        book.add_component(event)
    book.add_missing_timezones()
    return book.to_ical().decode()


def _event(request: IntroductionRequest, day: date, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{request.id}@{outbox.domain}")
    event.add("dtstamp", clock.now())
    event.add("sequence", sequence)
    event.add("summary", request.event_name or request.target_name or request.place)
    if request.place:
        event.add("location", request.place)
    zone = calendar.time_zone(calendar.Place(department=request.department, academy=request.academy))
    start, end = hours(request.event_hours) or (None, None)
    if start is None:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # nobody is busy all day for an hour that is not known
        return event
    event.add("dtstart", datetime.combine(day, start, zone))
    if end:
        event.add("dtend", datetime.combine(day, end, zone))
    return event


def hours(written: str) -> Span | None:
    """« 13 h 30 – 17 h 30 », « 9h à 12h », « 14:00 » as times; None when it is not that plain, or ends before it begins."""
    found = _HOURS.match(written.replace("\u00a0", " ").replace("\u202f", " "))
    if found is None:
        return None
    try:
        start = time(int(found[1]), int(found[2] or 0))
        end = time(int(found[3]), int(found[4] or 0)) if found[3] else None
    except ValueError:
        return None
    return None if end and end <= start else (start, end)


def _sent_before(request: IntroductionRequest) -> int:
    """How many letters with this date were written before; both copies of one count once."""
    earlier = sa.select(sa.func.count(sa.distinct(Message.message_id))).where(
        Message.request_id == request.id, Message.calendar != ""
    )
    return db.session.scalar(earlier) or 0
