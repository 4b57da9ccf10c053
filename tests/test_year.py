"""A year of both associations, three hundred requests, every run of the jobs: what left when, counted again by hand.

Set PASSERELLE_TABLE to read the table of what left when: `PASSERELLE_TABLE=1 ./run test tests/test_year.py -n 0 -s`.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.conventions.models import Convention
from brokerage.introductions import reminders
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.mail import delivery
from brokerage.mail.models import Message, MessageState
from brokerage.mail.transport import Transport
from brokerage.reports import ledger, periods
from brokerage.timeline import Entry
from tests.mail_fixtures import DOMAIN, Sink, sink  # noqa: F401
from tests.recount import differences, recounted
from tests.year.almanac import DAY, PARIS
from tests.year.checked import CHECKED
from tests.year.people import FIRST, LAST, Crowd
from tests.year.play import Play
from tests.year.promised import PROMISED, promised
from tests.year.recount import Recount, Run, Sent
from tests.year.stories import InCharge, Story, told

REQUESTS, SEED = 300, 2026
HOURS = [(5, 50), (6, 40), (8, 45), (9, 0), (11, 30), (13, 40), (14, 50), (17, 10), (19, 30), (23, 15)]  # of Paris
CRASH = {datetime(2026, 1, 30).date() + DAY * n for n in range(4)}  # from a Friday to a Monday nothing ran
MAIL_DOWN = {datetime(2025, 12, 5).date(), datetime(2026, 2, 13).date(), datetime(2026, 5, 13).date()}  # on eves of days without letters


def calendar_of_runs(dice: random.Random) -> list[Run]:
    """One to three runs a day at various hours, some twice in a row, some days none, some without a mail server."""
    runs = []
    for n in range((LAST - FIRST).days):
        day = FIRST + DAY * n
        if day in CRASH or dice.random() < 0.04:
            continue
        for hour, minute in sorted(dice.sample(HOURS, dice.choice([1, 1, 2, 2, 3]))):
            when = datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)
            runs += [Run(when, day not in MAIL_DOWN)] * (2 if dice.random() < 0.1 else 1)
    return runs


@dataclass
class Year:
    """What was played, and all that is left of it."""

    crowd: Crowd
    runs: list[Run]
    played: Play
    entries: list[Entry]
    messages: list[Message]
    stories: dict[Any, Story]
    charge: InCharge
    requests: dict[Any, IntroductionRequest]
    ended: dict[Any, str]  # the last state of each request and introduction

    @cached_property
    def letters(self) -> dict[Any, list[Message]]:
        """Letters by what they are about."""
        found: dict[Any, list[Message]] = {}
        for one in self.messages:
            found.setdefault(one.introduction_id or one.request_id, []).append(one)
        return found


def run_jobs(run: Run, transport: Transport) -> None:
    """What the scheduler does every five minutes, at this moment."""
    with clock.at(run.at):
        with scope.acting(scope.system("the clock")):
            reminders.pass_time()
        with scope.acting(scope.system("the clock")):
            reminders.send_due()
        if run.delivers:
            delivery.deliver_due(transport, "postman")


def look_back(crowd: Crowd, runs: list[Run], played: Play) -> Year:
    with scope.acting(scope.system("a year is over")) as session:
        entries = session.scalars(sa.select(Entry).order_by(Entry.at)).all()
        messages = session.scalars(sa.select(Message).order_by(Message.sent_at, Message.id)).all()
        requests = {one.id: one for one in session.scalars(sa.select(IntroductionRequest))}
        ended = {one.id: str(one.state) for one in session.scalars(sa.select(Introduction))} | {key: str(one.state) for key, one in requests.items()}
        session.expunge_all()
    stories = told([one for one in entries if one.request_id], {k: r.asking_id for k, r in requests.items()}, {k: r.giving_id for k, r in requests.items()})
    first = {line.request_id: crowd.names[line.by_id] for line in reversed(entries) if line.what == "submit"}
    return Year(crowd, runs, played, list(entries), list(messages), stories, InCharge(crowd, stories, entries, first), requests, ended)


@pytest.fixture
def year(cast, app, sink: Sink) -> Year:  # noqa: F811
    sink.forget()
    crowd = Crowd(cast)
    runs, played = calendar_of_runs(random.Random(SEED)), Play(crowd, SEED, REQUESTS)
    transport = Transport.from_url(f"smtp://127.0.0.1:{sink.port}", DOMAIN)
    for run in runs:
        played.until(run.at)
        run_jobs(run, transport)
    return look_back(crowd, runs, played)


@pytest.mark.slow
@pytest.mark.longest
def test_a_year_of_three_hundred_requests(year: Year, sink: Sink) -> None:  # noqa: F811
    if os.environ.get("PASSERELLE_TABLE"):
        print_table(year)

    the_ten_checked_by_hand_are_as_they_were_checked(year)
    every_reminder_left_on_its_day_and_hour(year)
    none_left_at_a_bad_moment_or_twice(year)
    every_promised_letter_was_written_once_and_left_once(year, sink)
    every_figure_equals_the_recount(year)
    the_year_had_all_of_it(year)


def readable(year: Year, sent: Sent) -> str:
    story = year.stories[sent.subject]
    to = year.crowd.contact[sent.to].town if sent.to in year.crowd.contact else sent.to
    return f"{year.requests[story.request_id].number} {sent.kind} to {to}: posted {paris(sent.posted)}, left {paris(sent.left)}"


def paris(instant: datetime | None) -> str:
    return instant.astimezone(PARIS).strftime("%a %d/%m/%Y %H:%M") if instant else "never"


def actual(year: Year) -> Counter[Sent]:
    found: Counter[Sent] = Counter()
    for one in year.messages:
        if one.kind.startswith("reminder"):
            to = year.crowd.names[one.to_user_id] if one.to_user_id else one.to_contact_id
            found[Sent(one.introduction_id or one.request_id, one.kind, to, one.created_at, one.sent_at)] += 1
    return found


def every_reminder_left_on_its_day_and_hour(year: Year) -> None:
    recount = Recount(year.crowd, year.stories, year.charge, year.requests, sorted(set(year.runs), key=lambda run: run.at))
    expected, found = Counter(recount.reminders()), actual(year)

    assert recount.wrong == []
    missing, too_many = [readable(year, one) for one in expected - found], [readable(year, one) for one in found - expected]
    assert (missing, too_many) == ([], [])


def none_left_at_a_bad_moment_or_twice(year: Year) -> None:
    by_the_clock = {line.at for line in year.entries if line.what in ("expire", "introduction_lapse") and line.by_kind == "clock"}
    for one in year.messages:
        automatic = one.kind.startswith("reminder") or (one.kind in ("expired", "lapsed", "no_follow_up") and one.created_at in by_the_clock)
        if automatic and one.sent_at:
            spot = year.crowd.contact[one.to_contact_id].spot if one.to_contact_id else year.crowd.spot(year.crowd.names[one.to_user_id])
            assert spot.good(one.sent_at) == one.sent_at, (one.kind, spot, paris(one.sent_at))
    again = Counter((one.kind, one.introduction_id or one.request_id, one.to_user_id or one.to_contact_id, stay_of(year, one)) for one in year.messages if one.kind.startswith("reminder"))
    assert {one: n for one, n in again.items() if n > 1 and one[0] not in ("reminder_decision", "reminder_answered")} == {}
    assert max(again.values()) <= 2  # a request waits: after three days, and after six


def stay_of(year: Year, message: Message) -> datetime:
    stay = year.stories[message.introduction_id or message.request_id].stay_at(message.created_at)
    assert stay
    return stay.start


def every_promised_letter_was_written_once_and_left_once(year: Year, sink: Sink) -> None:  # noqa: F811
    kinds = {letter.partition(" to ")[0] for letters in PROMISED.values() for letter in letters}
    found = Counter((m.created_at, m.kind, m.introduction_id or m.request_id, m.to_user_id or m.to_contact_id) for m in year.messages if m.kind in kinds)
    expected = promised(year.stories, year.charge)
    assert (list(expected - found), list(found - expected)) == ([], [])

    left = [one for one in year.messages if one.state is MessageState.SENT]
    arrived = Counter((one["message_id"], tuple(one["to"])) for one in sink.kept)
    assert set(arrived.values()) == {1}
    assert sum(arrived.values()) == len(left)
    assert {one.state for one in year.messages} <= {MessageState.SENT, MessageState.CANCELLED, MessageState.PENDING}
    assert [one.kind for one in year.messages if one.state is MessageState.PENDING and one.due_at < year.runs[-1].at - timedelta(days=4)] == []


def every_figure_equals_the_recount(year: Year) -> None:
    period = periods.named("2025-2026")
    for reader in (year.crowd.pa, year.crowd.ede):
        with scope.acting(scope.member(reader, read_only=True)) as session:
            counted = ledger.of(session.scalars(sa.select(Convention)).one(), period, reader)
            assert differences(counted, recounted(session, reader, period)) == []
        assert counted.total.asked > 0.9 * REQUESTS


def the_year_had_all_of_it(year: Year) -> None:
    """A year in which nothing happened would prove nothing."""
    kinds = Counter(one.kind for one in year.messages if one.state is MessageState.SENT)
    lines = Counter(line.what for line in year.entries)
    assert min(kinds[kind] for kind in (
        "reminder_decision", "reminder_escalated", "reminder_escalated_delegate", "reminder_question", "reminder_event", "reminder_parked",
        "reminder_consent", "reminder_postponed", "reminder_answered", "reminder_forgotten", "reminder_outcome", "reminder_outcome_contact", "reminder_outcome_again", "expired", "lapsed",
    )) >= 3  # fmt: skip
    assert min(lines[what] for what in PROMISED if what != "introduction_introduce_directly") >= 2
    contacts = [one for one in year.messages if one.kind == "reminder_consent" and one.sent_at]
    assert {year.crowd.contact[one.to_contact_id].spot.department for one in contacts} >= {"974", "972", "69", "59", "31"}
    assert year.played.refused < year.played.done / 2


def print_table(year: Year) -> None:
    for place in sorted(year.played.asked):
        print(f"\n{place}", *told_of(year, place), sep="\n")


def told_of(year: Year, place: int) -> list[str]:
    """What happened to a request and its introductions, and what left when, a line each; of one moment, in the order of the alphabet."""
    request_id = year.played.asked[place]
    mine = [(key, story) for key, story in year.stories.items() if story.request_id == request_id]
    return [line for key, story in sorted(mine, key=lambda one: one[1].stays[0].start) for line in _one_story(year, key, story)]


def _one_story(year: Year, key: Any, story: Story) -> list[str]:
    where = year.crowd.contact.get(story.contact_id)
    steps = [(line.at, f"{paris(line.at)} {line.what} by {line.by_name or line.by_kind} {line.details.get('until', '')}".strip()) for line in story.lines]
    letters = [
        (m.sent_at or m.created_at, f"{paris(m.sent_at)} {m.kind} → {year.crowd.names.get(m.to_user_id, 'contact')} ({m.state})")
        for m in year.letters.get(key, ())
    ]
    event = year.requests[story.request_id].event_on
    aim = f"at {where.town}" if where else f"the request, for {event:%a %d/%m/%Y}" if event else "the request, for no day"
    return [f"{aim}: {year.ended[key]}", *(line for _at, line in sorted(steps + letters))]


def the_ten_checked_by_hand_are_as_they_were_checked(year: Year) -> None:
    for place, checked in CHECKED.items():
        assert told_of(year, place) == [line.partition("  # ")[0].strip() for line in checked.strip().splitlines()], place
