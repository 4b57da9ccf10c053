"""What should have left when, counted again from the timeline and product.md §4, run by run; nothing of the product's timetable is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.year.almanac import DAY, OFFICE, Spot
from tests.year.people import Crowd
from tests.year.stories import SENT_ANEW, InCharge, Stay, Story

EVE = timedelta(hours=24)  # a letter is posted a day ahead at most


@dataclass(frozen=True)
class Run:
    """The jobs ran at this moment; the mail server was there or not."""

    at: datetime
    delivers: bool = True


@dataclass(frozen=True)
class Sent:
    """A reminder: to whom, posted by which run, gone at which; None: no longer wanted when its hour came."""

    subject: Any
    kind: str
    to: Any
    posted: datetime
    left: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Something due in a stay: its kind, its day, who is told and the last day it makes sense."""

    kind: str
    spot: Spot
    day: date
    to: tuple[tuple[str, str], ...]  # (who, letter)
    last: date | None = None


class Recount:
    """Walks every stay through every run."""

    def __init__(self, crowd: Crowd, stories: dict[Any, Story], charge: InCharge, requests: dict[Any, Any], runs: list[Run]) -> None:
        self.crowd, self.stories, self.charge, self.requests, self.runs = crowd, stories, charge, requests, runs
        self.wrong: list[str] = []

    def reminders(self) -> Iterator[Sent]:
        """Every reminder that should have been posted. What the clock did at a wrong moment, or left undone, is kept in `wrong`."""
        for story in self.stories.values():
            done_for_event = False
            for stay in story.stays:
                done_for_event = done_for_event and stay.began.what not in SENT_ANEW
                for sent in self._through(story, stay, {"reminder_event"} if done_for_event else set()):
                    done_for_event = done_for_event or sent.kind == "reminder_event"
                    yield sent

    # ---- one stay, run by run ----------------------------------------------------------------------------------

    def _through(self, story: Story, stay: Stay, done: set[str]) -> Iterator[Sent]:
        ended = stay.ended.at if stay.ended else datetime.max.replace(tzinfo=stay.start.tzinfo)
        by_clock = stay.ended is not None and stay.ended.by_kind == "clock" and stay.ended.what not in ("close", "introduction_cancel")
        known: dict[str | None, tuple[Any, list[Wanted]]] = {}
        for run in self.runs:
            if run.at < stay.start or (run.at >= ended and not (by_clock and run.at == ended)):
                continue
            requester = self.charge.requester(story, run.at)
            if requester not in known:
                known[requester] = self._table(story, stay, requester)
            step, letters = known[requester]
            if run.at > stay.start and self._steps(story, stay, step, run, by_clock and run.at == ended):
                yield from self._told_of_step(story, stay, step, run)
                return
            if run.at < ended and not (step and step.spot.day(run.at) >= step.day):
                yield from self._written(story, stay, [one for one in letters if one.kind not in done], run, done)

    def _steps(self, story: Story, stay: Stay, step: Wanted | None, run: Run, took: bool) -> bool:
        """Whether the clock took its step in this run; noted when that was not its moment, or when it was and nothing happened."""
        its_time = step is not None and step.day <= step.spot.day(run.at) and step.spot.good(step.spot.dawn(step.day)) <= run.at
        if its_time != took:
            self.wrong.append(f"{story.key} {stay.state} since {stay.start}: at {run.at} the clock {'stepped' if took else 'did nothing'}; due {step}")
        return took or its_time

    def _told_of_step(self, story: Story, stay: Stay, step: Wanted | None, run: Run) -> Iterator[Sent]:
        if stay.state == "parked" and step:
            after, (_event, last) = story.stay_at(run.at), self._event(story)
            over = last is not None and last < OFFICE.day(run.at)
            if after is None or after.state != ("expired" if over else "submitted"):
                self.wrong.append(f"{story.key} was taken up at {run.at}, event {last}, and became {after}")
            elif not over:
                yield self._sent(story, after, "reminder_parked", self._people(story, "manager", run)[0], run)

    def _written(self, story: Story, stay: Stay, letters: list[Wanted], run: Run, done: set[str]) -> Iterator[Sent]:
        due = [one for one in letters if one.day <= one.spot.day(run.at) and not (one.last and one.spot.day(run.at) > one.last)]
        due = [one for one in due if any(self._people(story, who, run) for who, _ in one.to)]
        if not due:
            return
        latest = max(due, key=lambda one: (one.day, letters.index(one)))
        if self._spot_of(story, latest.to[0][0], run).good(run.at) > run.at + EVE:
            return
        done |= {one.kind for one in due}
        for who, letter in latest.to:
            for somebody in self._people(story, who, run):
                yield self._sent(story, stay, letter, somebody, run)

    def _sent(self, story: Story, stay: Stay, letter: str, to: Any, run: Run) -> Sent:
        """It leaves with the first delivery at a good hour of its reader, if its subject still stands where it stood."""
        spot = self.crowd.contact[to].spot if to in self.crowd.contact else self.crowd.spot(to)
        for later in self.runs:
            if later.at >= run.at and later.delivers and spot.good(later.at) == later.at:
                here = self._same_wait(story, stay, letter, run, later)
                gone = to not in self.crowd.contact and self.crowd.is_gone(to, later.at.date())
                return Sent(story.key, letter, to, run.at, later.at if here and not gone else None)
        return Sent(story.key, letter, to, run.at, None)

    def _same_wait(self, story: Story, stay: Stay, letter: str, run: Run, later: Run) -> bool:
        """The subject still stands where it stood; for an event, it is undecided and was not sent anew."""
        now = story.stay_at(later.at)
        if letter != "reminder_event":
            return now is stay
        anew = any(line.what in SENT_ANEW and run.at < line.at <= later.at for line in story.lines)
        return now is not None and now.state in ("submitted", "info_needed", "parked") and not anew

    def _people(self, story: Story, who: str, run: Run) -> list[Any]:
        if who == "contact":
            return [story.contact_id]
        if who == "colleagues":
            return self.charge.colleagues(story, run.at)
        if who == "delegate":
            return [name for name in [self.charge.requester(story, run.at)] if name]
        return [self.charge.manager(story, run.at, OFFICE.day(run.at))]

    def _spot_of(self, story: Story, who: str, run: Run) -> Spot:
        if who == "contact":
            return self.crowd.contact[story.contact_id].spot
        return self.crowd.spot(self.charge.of("requester", story.request_id, run.at)) if who == "delegate" else OFFICE

    # ---- product.md §4, line by line ---------------------------------------------------------------------------

    def _table(self, story: Story, stay: Stay, requester: str | None) -> tuple[Wanted | None, list[Wanted]]:
        rows: dict[str, Callable[..., tuple[Wanted | None, list[Wanted]]]] = {
            "submitted": self._undecided, "info_needed": self._undecided, "parked": self._parked,
            "consent_pending": self._asked, "postponed": self._postponed, "ready": self._answered,
            "suggested": self._answered, "introduced": self._introduced,
        }  # fmt: skip
        asker = self.crowd.spot(requester or self.charge.of("requester", story.request_id, stay.start))
        return rows[stay.state](story, stay, asker) if stay.state in rows else (None, [])

    def _event(self, story: Story) -> tuple[date | None, date | None]:
        request = self.requests[story.request_id]
        return request.event_on, max(filter(None, (request.event_on, request.fallback_on)), default=None)

    def _event_near(self, story: Story, stay: Stay) -> list[Wanted]:
        event, _last = self._event(story)
        sent = OFFICE.day(max(line.at for line in story.lines if line.what in SENT_ANEW and line.at <= stay.start))
        day = OFFICE.after(event, -10) if event else None
        return [Wanted("reminder_event", OFFICE, day, (("manager", "reminder_event"),), event)] if day and day > sent else []

    def _undecided(self, story: Story, stay: Stay, asker: Spot) -> tuple[Wanted, list[Wanted]]:
        since = OFFICE.day(stay.start)
        _event, last = self._event(story)
        sent = OFFICE.day(max(line.at for line in story.lines if line.what in SENT_ANEW and line.at <= stay.start))
        expires = min(OFFICE.after(since, 20), last + DAY) if last and last >= sent else OFFICE.after(since, 20)
        if stay.state == "info_needed":
            waits = [Wanted("reminder_question", asker, asker.after(asker.day(stay.start), 5), (("delegate", "reminder_question"),))]
        else:
            told = (("colleagues", "reminder_escalated"), ("delegate", "reminder_escalated_delegate"))
            first, second = (Wanted(f"decision_{n}", OFFICE, OFFICE.after(since, n), (("manager", "reminder_decision"),)) for n in (3, 6))
            waits = [first, second, Wanted("reminder_escalated", OFFICE, OFFICE.after(since, 8), told)]
        return Wanted("expire", OFFICE, expires, ()), [*waits, *self._event_near(story, stay)]

    def _parked(self, story: Story, stay: Stay, _asker: Spot) -> tuple[Wanted, list[Wanted]]:
        until = date.fromisoformat(stay.began.details["until"])
        return Wanted("resume", OFFICE, until, ()), self._event_near(story, stay)

    def _asked(self, story: Story, stay: Stay, _asker: Spot) -> tuple[Wanted, list[Wanted]]:
        """Counted from the day the ask left; a school that heard of it late has as long to answer as any."""
        spot = self.crowd.contact[story.contact_id].spot
        left = datetime.fromisoformat(stay.began.details.get("leaves_at", stay.start.isoformat()))
        since = spot.day(left)
        reminded = spot.after(since, 5)
        heard = spot.day(spot.good(spot.dawn(reminded)))
        lapses = max(spot.after(since, 15), spot.after(heard, 10))
        return Wanted("lapse", spot, lapses, ()), [Wanted("reminder_consent", spot, reminded, (("contact", "reminder_consent"),))]

    def _postponed(self, _story: Story, stay: Stay, _asker: Spot) -> tuple[None, list[Wanted]]:
        until = date.fromisoformat(stay.began.details["until"])
        return None, [Wanted("reminder_postponed", OFFICE, until, (("manager", "reminder_postponed"),)), *self._forgotten(until)]

    def _answered(self, _story: Story, stay: Stay, _asker: Spot) -> tuple[None, list[Wanted]]:
        return None, self._forgotten(OFFICE.day(stay.start))

    def _forgotten(self, since: date) -> list[Wanted]:
        """What the contact said waits for a manager: told on the days of a request that waits."""
        again = [Wanted(f"answered_{n}", OFFICE, OFFICE.after(since, n), (("manager", "reminder_answered"),)) for n in (3, 6)]
        return [*again, Wanted("reminder_forgotten", OFFICE, OFFICE.after(since, 8), (("colleagues", "reminder_forgotten"),))]

    def _introduced(self, story: Story, stay: Stay, asker: Spot) -> tuple[Wanted, list[Wanted]]:
        event, last = self._event(story)
        since, contact = asker.day(stay.start), self.crowd.contact[story.contact_id].spot
        first = asker.after(since, 10)
        if event and event >= since:
            first = min(first, event + DAY)
        again = max(asker.after(first, 10), last + DAY) if last else asker.after(first, 10)
        return Wanted("close_unknown", asker, asker.after(again, 5), ()), [
            Wanted("reminder_outcome", asker, first, (("delegate", "reminder_outcome"),)),
            Wanted("reminder_outcome_contact", contact, contact.after(first, 5), (("contact", "reminder_outcome_contact"),)),
            Wanted("reminder_outcome_again", asker, again, (("delegate", "reminder_outcome_again"),)),
        ]
