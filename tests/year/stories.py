"""The lines of the timeline put together again: where each request and introduction stood, from when to when, and with whom."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.year.people import Crowd

STANDS_AFTER = {
    "submit": "submitted", "resend": "submitted", "answer": "submitted", "resume": "submitted", "redirect": "submitted",
    "reopen": "submitted", "take_back": "submitted", "ask_info": "info_needed", "park": "parked", "approve": "approved",
    "ask_another": "approved", "decline": "declined", "withdraw": "withdrawn", "expire": "expired", "close": "closed",
    "introduction_ask_consent": "consent_pending", "introduction_resume": "consent_pending", "introduction_accept": "ready",
    "introduction_postpone": "postponed", "introduction_suggest": "suggested", "introduction_refuse": "refused",
    "introduction_object": "blocked", "introduction_lapse": "unanswered", "introduction_introduce": "introduced",
    "introduction_introduce_directly": "introduced", "introduction_record_outcome": "closed",
    "introduction_cancel": "cancelled", "introduction_set_aside": "cancelled",
}  # fmt: skip
SENT_ANEW = {"submit", "resend", "redirect", "reopen"}
LATER_OF_ONE_INSTANT = {"expire", "close", "introduction_introduce"}  # what follows another step at once


@dataclass
class Stay:
    """From one step to the next: how it began and ended, by whom."""

    state: str
    began: Any  # the line
    ended: Any = None

    @property
    def start(self) -> datetime:
        return self.began.at

    def holds_at(self, instant: datetime) -> bool:
        return self.start <= instant and (self.ended is None or instant < self.ended.at)


@dataclass
class Story:
    """A request, or one introduction of it."""

    key: Any
    request_id: Any
    asking: Any
    giving: Any
    contact_id: Any = None
    lines: list[Any] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    def stay_at(self, instant: datetime) -> Stay | None:
        """The last one that had begun; several of one instant follow each other."""
        return next((stay for stay in reversed(self.stays) if stay.start <= instant), None)


def told(entries: list[Any], asking_of: dict[Any, Any], giving_of: dict[Any, Any]) -> dict[Any, Story]:
    """Every story by the id of its request or introduction, from the lines of the giving side."""
    stories: dict[Any, Story] = {}
    mine = (line for line in entries if line.what in STANDS_AFTER and line.association_id == giving_of[line.request_id])
    for line in sorted(mine, key=lambda one: (one.at, one.what in LATER_OF_ONE_INSTANT)):
        key = line.introduction_id or line.request_id
        story = stories.setdefault(key, Story(key, line.request_id, asking_of[line.request_id], giving_of[line.request_id]))
        story.contact_id = line.contact_id or story.contact_id
        if story.stays:
            story.stays[-1].ended = line
        story.lines.append(line)
        story.stays.append(Stay(STANDS_AFTER[line.what], line))
    return stories


class InCharge:
    """Who asks and who decides, at any instant, from the lines and the absences alone."""

    def __init__(self, crowd: Crowd, stories: dict[Any, Story], entries: list[Any], first_asked_by: dict[Any, str]) -> None:
        self.crowd = crowd
        self.changes: dict[tuple[str, Any], list[tuple[datetime, str]]] = defaultdict(list)
        partner = {one.partner_id: one for one in crowd.contact.values()}
        for key, name in first_asked_by.items():
            self.changes["requester", key].append((datetime.min.replace(tzinfo=stories[key].stays[0].start.tzinfo), name))
        for story in stories.values():
            for line in story.lines:
                if line.introduction_id is None and line.what in SENT_ANEW:
                    self.changes["handler", story.key].append((line.at, self._chosen(story, line, partner.get(line.partner_id))))
        for line in entries:
            if line.what == "request_handed_over":
                side = "handler" if line.association_id == stories[line.request_id].giving else "requester"
                self.changes[side, line.request_id].append((line.at, crowd.by_full_name[line.details["to"]]))
            elif line.what in ("stood_in_for", "handed_back") and line.association_id == stories[line.request_id].giving:
                self.changes["handler", line.request_id].append((line.at, crowd.by_full_name[line.details["to"]]))

    def _chosen(self, story: Story, line: Any, contact: Any) -> str:
        if line.what == "redirect":
            return self.crowd.by_full_name[line.details["to"]]
        return self.crowd.in_charge(contact, story.giving, self.crowd.spot("nadia").day(line.at))

    def of(self, side: str, request_id: Any, instant: datetime) -> str:
        return max((at, name) for at, name in self.changes[side, request_id] if at <= instant)[1]

    def written_to(self, side: str, story: Story, instant: datetime) -> str:
        """Whoever a letter of a step goes to: a handler who is away that day has a stand-in."""
        name = self.of(side, story.request_id, instant)
        day = self.crowd.spot(name).day(instant)
        return name if side != "handler" or self.crowd.is_here(name, day) else self.crowd.stand_in(name, day) or name

    def manager(self, story: Story, instant: datetime, day: date) -> str:
        """Who is reminded on a day: the handler, or whoever stands in; the handler all the same when nobody does."""
        handler = self.of("handler", story.request_id, instant)
        if self.crowd.is_here(handler, day):
            return handler
        return self.crowd.stand_in(handler, day) or handler

    def colleagues(self, story: Story, instant: datetime) -> list[str]:
        handler, day = self.of("handler", story.request_id, instant), instant.date()
        return [name for name in self.crowd.managers[story.giving] if name != handler and not self.crowd.is_gone(name, day)]

    def requester(self, story: Story, instant: datetime) -> str | None:
        name = self.of("requester", story.request_id, instant)
        return None if self.crowd.is_gone(name, instant.date()) else name
