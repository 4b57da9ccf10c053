"""The weekly digest: what waits for a member, and the news they asked to read there. Monday at eight, never empty.

It reads the same cases as the reminders, so the two never contradict each other. Once a week whatever runs twice: each
member is looked at once, at their hour; whoever had nothing then has none later that day for what came since.
"""

import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from brokerage import calendar, clock
from brokerage.accounts import links
from brokerage.accounts.models import User
from brokerage.calendar import Place
from brokerage.database import db
from brokerage.introductions import notices, routing, wording
from brokerage.introductions.agenda import Item, waiting_for
from brokerage.introductions.cases import DAY, EVES, place_of_member
from brokerage.introductions.models import Reminder
from brokerage.introductions.news import Held, held_for
from brokerage.introductions.reminders import Due
from brokerage.mail import letter as paper
from brokerage.mail import outbox
from brokerage.mail.models import Message

KIND = "digest"
HOUR = time(8)
MOST = 7  # lines: what is beyond is only counted
LATEST = DAY  # how late a service that was away still sends it

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Digest:
    """One member's, as it would leave at `leaves_at`, by the clock of their place."""

    member: User
    day: date
    leaves_at: datetime
    items: tuple[Item, ...]
    held: tuple[Message, ...]

    @property
    def key(self) -> str:
        """What makes it the only one of its week."""
        return _key(self.member, self.day)


# ---- when ------------------------------------------------------------------------------------------------------


def day_of_week(day: date, place: Place) -> date:
    """The day of the digest in the week of `day`: its Monday, or the first working day after it."""
    first = day - timedelta(days=day.weekday())
    while not calendar.is_working_day(first, place) or (first.month, first.day) in EVES:
        first += DAY
    return first


def _today_is_the_day(member: User, at: datetime) -> date | None:
    place = place_of_member(member)
    today = calendar.local_day(at, place)
    day = day_of_week(today, place)
    return day if day <= today <= day + LATEST else None


def _leaves_at(member: User, day: date, at: datetime) -> datetime:
    zone = calendar.time_zone(place_of_member(member))
    return max(datetime.combine(day, HOUR, zone), at.astimezone(zone))


def _key(member: User, day: date) -> str:
    week = day.isocalendar()
    return f"{member.id}:{week.year}-{week.week:02}"


# ---- what ------------------------------------------------------------------------------------------------------


def due(at: datetime) -> list[Digest]:
    """The digests of today that did not leave yet, the earliest first; it only reads. Needs the system's scope."""
    return [one for one in _every(at) if one.items]


def _every(at: datetime) -> list[Digest]:
    """The same with those that have nothing to say, in an order that two processes share."""
    days = dict(_readers(at))
    if not days:
        return []
    held = held_for([member.id for member in days])
    waiting = waiting_for(days)
    found = [_digest(member, day, waiting[member.id], held.get(member.id), at) for member, day in days.items()]
    return sorted(found, key=lambda one: (one.leaves_at, one.member.id))


def _readers(at: datetime) -> Iterator[tuple[User, date]]:
    """Members who want it, are here, and were not looked at this week."""
    members = db.session.scalars(sa.select(User).where(User.is_active).order_by(User.id)).all()
    wanting = [one for one in members if notices.wants_digest(one)]
    days = {one: day for one in wanting if (day := _today_is_the_day(one, at)) and routing.is_present(one, day)}
    mine = Reminder.subject_id.in_([one.id for one in days]) & (Reminder.kind == KIND) & Reminder.due_on.in_(set(days.values()))
    done = {tuple(one) for one in db.session.execute(sa.select(Reminder.subject_id, Reminder.due_on).where(mine))} if days else set()
    return ((one, day) for one, day in days.items() if (one.id, day) not in done)


def _digest(member: User, day: date, waiting: list[Item], held: Held | None, at: datetime) -> Digest:
    """What waits comes first, late before early; a request that waits is not told again as news."""
    known: set[uuid.UUID | None] = {item.request_id for item in waiting}
    news = [item for item in held.items if item.kind == "news" or item.request_id not in known] if held else []
    items = sorted([*waiting, *news], key=lambda item: item.rank(day))
    return Digest(member, day, _leaves_at(member, day, at), tuple(items), held.messages if held else ())


def lines(at: datetime) -> list[Due]:
    """The same for the list of what is due: who would receive it, and how much is in it."""
    return [
        Due(
            kind=KIND, subject="", request_id=None, introduction_id=None, recipient_kind="member", recipient=one.member.name,
            due_on=one.day, leaves_at=one.leaves_at, step="", why=_summary(one, "fr"),
        )
        for one in due(at)
    ]  # fmt: skip


def _summary(one: Digest, language: str) -> str:
    return paper.written(KIND, language, **_told(one, language)).text.split("\n\n")[1]


# ---- sending ---------------------------------------------------------------------------------------------------


def send_due() -> int:
    """Post the digests whose hour has come; returns how many. The caller commits; one that fails stops no other."""
    at = clock.now()
    return sum(_sent(one, at) for one in _every(at) if one.leaves_at <= at)


def _sent(one: Digest, at: datetime) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(Reminder(subject_id=one.member.id, kind=KIND, due_on=one.day))
            db.session.flush()
            if one.items:
                outbox.post(paper.notice(KIND, one.key, one.member, **_told(one, one.member.language)))
            for message in one.held:
                message.sent_at = at
        return bool(one.items)
    except IntegrityError:
        return False  # another process was faster
    except Exception:
        log.exception("the digest of %s failed; the next run tries again", one.member.id)
        return False


def _told(one: Digest, language: str) -> dict[str, object]:
    kinds = [item.kind for item in one.items]
    return {
        "first_name": one.member.first_name,
        "count": {kind: kinds.count(kind) for kind in ("decide", "follow", "question", "recall", "task", "outcome", "news", "colleague")},
        "items": [_line(item, one.day, language) for item in one.items[:MOST]],
        "more": max(len(one.items) - MOST, 0),
        "home": links.page("/accueil"),
        "choices": links.page("/moi#lettres"),
    }


def _line(item: Item, day: date, language: str) -> dict[str, object]:
    on = wording.short_day(item.on, language)
    return {"kind": item.kind, "what": item.what, "who": item.who, "on": on, "late": item.is_late(day), "link": links.page(item.path)}
