"""What waits for a member on a given day, as lines of their weekly digest; the most urgent line comes first."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.introductions import notices, wording
from brokerage.introductions.cases import ANSWERED, Case, batches
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.notices import KINDS, When
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.introductions.timetable import first_question
from brokerage.partners.models import Partner
from brokerage.partners.tasks import Task

WEEK = timedelta(days=6)
# of two lines that are equally late, the one somebody else waits for comes first
ORDER = ("decide", "question", "follow", "colleague", "recall", "task", "outcome", "news")
SOMEDAY = date(9999, 12, 31)


@dataclass(frozen=True)
class Item:
    """One line: what kind of thing, about whom, by when, and the page where it is dealt with."""

    kind: str
    what: str
    path: str
    who: str = ""
    on: date | None = None
    request_id: uuid.UUID | None = None

    def is_late(self, day: date) -> bool:
        """Whether its date has passed on `day`."""
        return self.on is not None and self.on < day

    def rank(self, day: date) -> tuple[bool, int, date, str]:
        """Late first, then by kind, then by date: what a list of them is sorted by."""
        return not self.is_late(day), ORDER.index(self.kind), self.on or SOMEDAY, self.what


def waiting_for(days: Mapping[User, date]) -> dict[uuid.UUID, list[Item]]:
    """What waits for each of these members on their day, in the system's scope; as many queries however many they are."""
    members = {member.id: (member, day) for member, day in days.items()}
    found: dict[uuid.UUID, list[Item]] = {member_id: [] for member_id in members}
    for to, item in _everything(max(days.values()), list(members)):
        if to.id in found and _is_wanted(to, item):
            found[to.id].append(item)
    return found


def _is_wanted(member: User, item: Item) -> bool:
    kind = KINDS.get(item.kind)
    return kind is None or notices.choice(member, kind) is not When.NEVER


def _everything(day: date, members: list[uuid.UUID]) -> Iterator[tuple[User, Item]]:
    for batch in batches():
        for case in batch:
            yield from _of_case(case, day)
    yield from _tasks(day, members)


def _of_case(case: Case, day: date) -> Iterator[tuple[User, Item]]:
    request, introduction, manager = case.request, case.introduction, case.manager(day)
    requester = request.requester
    if introduction is None and request.state is RequestState.SUBMITTED and manager:
        yield manager, _line("decide", request, manager, who=requester.name, on=request.due_on)
    elif introduction is None and request.state is RequestState.INFO_NEEDED:
        yield requester, _line("question", request, requester, who=request.handler.name if request.handler else "")
    elif introduction and introduction.state is IntroductionState.POSTPONED and manager:
        if introduction.postponed_until and introduction.postponed_until <= day + WEEK:
            yield manager, _line("follow", request, manager, on=introduction.postponed_until)
    elif introduction and introduction.state in ANSWERED and manager:
        yield manager, _line("follow", request, manager)
    elif introduction and introduction.state is IntroductionState.INTRODUCED and first_question(case) <= day + WEEK:
        yield requester, _line("outcome", request, requester)


def _line(kind: str, request: IntroductionRequest, to: User, who: str = "", on: date | None = None) -> Item:
    return Item(kind, wording.target(request, to.language), f"/demandes/{request.id}", who, on, request.id)


def _tasks(day: date, members: list[uuid.UUID]) -> Iterator[tuple[User, Item]]:
    """Tasks to do this week; those the clock made are partners nobody spoke to."""
    due = sa.select(Task, User, Partner.name).join(User, User.id == Task.assignee_id)
    due = due.outerjoin(Partner, sa.and_(Partner.id == Task.partner_id, Partner.deleted_at.is_(None)))
    for task, member, partner in db.session.execute(
        due.where(Task.assignee_id.in_(members), Task.done_on.is_(None), Task.due_on <= day + WEEK).order_by(Task.due_on, Task.id)
    ):
        by_clock = not task.text
        if partner or not by_clock:
            yield member, Item("recall" if by_clock else "task", partner or "" if by_clock else task.text, f"/taches/{task.id}",
                               "" if by_clock else partner or "", task.due_on)  # fmt: skip
