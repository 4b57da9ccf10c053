"""Open requests and introductions as the timetable sees them: with their people, their places and their rules."""

import enum
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import calendar
from brokerage.accounts.absence import present_or_stand_in
from brokerage.accounts.models import Association, Role, User
from brokerage.calendar import HEAD_OFFICE, Place
from brokerage.database import db
from brokerage.introductions import rules
from brokerage.introductions.models import Introduction, IntroductionRequest, Reminder
from brokerage.introductions.rules import Rules
from brokerage.introductions.states import UNDECIDED, IntroductionState
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission
from brokerage.reference.places import DEPARTMENTS

BATCH = 500
DAY = timedelta(days=1)
EVES = {(12, 24), (12, 31)}  # working days by law, yet nobody should be asked anything
ANSWERED = (IntroductionState.SUGGESTED, IntroductionState.READY)  # the manager has the next step
FOLLOWED = (IntroductionState.CONSENT_PENDING, IntroductionState.POSTPONED, IntroductionState.INTRODUCED, *ANSWERED)


class To(enum.StrEnum):
    """Who is written to."""

    MANAGER = "manager"  # the handler, or whoever stands in for them that day
    COLLEAGUES = "colleagues"  # the other managers of the giving association
    DELEGATE = "delegate"
    CONTACT = "contact"


@dataclass(frozen=True, eq=False)
class Case:
    """One open request or introduction with everything the table asks about it."""

    request: IntroductionRequest
    introduction: Introduction | None
    rules: Rules
    managers: dict[uuid.UUID, User]  # active ones of the giving association, without the requester
    contact: Contact | None = None
    partner: Partner | None = None
    sent: tuple[tuple[str, datetime], ...] = ()  # kinds of reminders, and when each was sent or passed over

    @property
    def subject(self) -> IntroductionRequest | Introduction:
        """What the row is about."""
        return self.introduction or self.request

    def manager(self, day: date) -> User | None:
        """Who decides on `day`: the handler, a stand-in when they are away or gone, else any manager."""
        handler = self.request.handler
        present = present_or_stand_in(handler, self.managers, day) if handler else None
        if present and present.id in self.managers:
            return present
        kept = self.managers.get(handler.id) if handler else None
        return kept or next(iter(self.managers.values()), None)

    def members(self, to: To, day: date) -> list[User]:
        """The members a row writes to on `day`; nobody who is gone."""
        manager, requester = self.manager(day), self.request.requester
        if to is To.DELEGATE:
            return [requester] if requester.is_active else []
        if to is To.MANAGER:
            return [manager] if manager else []
        return [one for one in self.managers.values() if one.id != self.request.handler_id]

    def reachable_contact(self) -> Contact | None:
        """The contact, unless erased or having asked to be left alone."""
        contact = self.contact
        if contact is None or contact.deleted_at or contact.permission is Permission.DO_NOT_CONTACT:
            return None
        return contact


# ---- where and at what hour ------------------------------------------------------------------------------------


@cache
def _only_department_of(region: str | None) -> str | None:
    codes = [one.code for one in DEPARTMENTS.values() if one.region_code == region]
    return codes[0] if len(codes) == 1 else None


def place_of_member(member: User | None) -> Place:
    """Where a member counts days: their region when it is one département overseas, else the head office."""
    department = _only_department_of(member.region) if member else None
    return Place(department) if department else HEAD_OFFICE


def place_of(case: Case, to: To) -> Place:
    """Where the days of a row are counted."""
    if to is To.DELEGATE:
        return place_of_member(case.request.requester)
    if to is To.CONTACT and case.partner:
        school = case.partner.kind is PartnerKind.ACADEMIC
        return Place(case.partner.department, case.partner.academy, is_school=school)
    return place_of_member(case.request.handler) if to is To.MANAGER else HEAD_OFFICE


def start_of(day: date, place: Place) -> datetime:
    """Midnight there."""
    return datetime.combine(day, time(0), calendar.time_zone(place))


def good_moment(instant: datetime, place: Place, quiet_months: tuple[int, ...] = ()) -> datetime:
    """The first moment from `instant` on when an automatic letter may arrive.

    Office hours of a working day, outside the school's holidays, the two eves of December and the months in which
    a contact asked to be left in peace.
    """
    months = set(quiet_months) if len(set(quiet_months)) < 12 else set()
    moment = calendar.next_good_moment(instant, place, school_quiet=True)
    while _is_quiet(day := calendar.local_day(moment, place), months):
        moment = calendar.next_good_moment(start_of(day + DAY, place), place, school_quiet=True)
    return moment


def _is_quiet(day: date, months: set[int]) -> bool:
    return (day.month, day.day) in EVES or day.month in months


def quiet_months(case: Case, to: To) -> tuple[int, ...]:
    """The months in which this recipient is not written to."""
    return tuple(case.contact.quiet_months) if to is To.CONTACT and case.contact else ()


def moment_for(case: Case, to: To, instant: datetime) -> datetime:
    """The first good moment for a recipient from `instant` on."""
    return good_moment(instant, place_of(case, to), quiet_months(case, to))


def recipients(case: Case, to: To, day: date) -> list[User] | list[Contact]:
    """The people a row writes to on `day`."""
    if to is not To.CONTACT:
        return case.members(to, day)
    contact = case.reachable_contact()
    return [contact] if contact else []


# ---- from the database, a batch at a time ----------------------------------------------------------------------


@dataclass(frozen=True)
class _House:
    """A giving association: its rules and its active managers."""

    rules: Rules
    managers: tuple[User, ...]


def batches() -> Iterator[list[Case]]:
    """Everything that is open, in the system's scope: some eight queries for each `BATCH` of it."""
    houses = _houses()
    undecided = sa.select(IntroductionRequest.id).where(IntroductionRequest.giving_id.in_(houses), IntroductionRequest.state.in_(UNDECIDED))
    for ids in _chunks(db.session.scalars(undecided).all()):
        yield _request_cases(ids, houses)
    for ids in _chunks(db.session.scalars(sa.select(Introduction.id).where(Introduction.state.in_(FOLLOWED))).all()):
        yield _introduction_cases(ids, houses)


def of_request(request_id: uuid.UUID, giving_id: uuid.UUID) -> list[Case]:
    """One request and its introductions, as `batches` gives them: those that are open."""
    houses = _houses(Association.id == giving_id)
    mine = sa.select(Introduction.id).where(Introduction.request_id == request_id, Introduction.state.in_(FOLLOWED))
    if introductions := db.session.scalars(mine).all():
        return _introduction_cases(introductions, houses)
    return [case for case in _request_cases([request_id], houses) if case.request.state in UNDECIDED]


def _chunks(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _houses(*which: sa.ColumnElement[bool]) -> dict[uuid.UUID, _House]:
    found = db.session.scalars(sa.select(Association).where(*which)).all()
    members = sa.select(User).where(User.is_active, User.roles.contains([Role.MANAGER.value]))
    if which:
        members = members.where(User.association_id.in_([one.id for one in found]))
    managers = db.session.scalars(members.order_by(User.created_at, User.id)).all()
    return {one.id: _House(rules.of(one.id), tuple(m for m in managers if m.association_id == one.id)) for one in found}


def _case(request: IntroductionRequest, houses: dict[uuid.UUID, _House], sent: "_Sent", **more: Any) -> Case:
    house = houses[request.giving_id]
    managers = {member.id: member for member in house.managers if member.id != request.requester_id}
    introduction = more.pop("introduction", None)
    subject_id = introduction.id if introduction else request.id
    return Case(request, introduction, house.rules, managers, sent=tuple(sent.get(subject_id, ())), **more)


def _request_cases(ids: Sequence[uuid.UUID], houses: dict[uuid.UUID, _House]) -> list[Case]:
    people = (so.joinedload(IntroductionRequest.requester), so.joinedload(IntroductionRequest.handler))
    found = db.session.scalars(sa.select(IntroductionRequest).where(IntroductionRequest.id.in_(ids)).options(*people))
    sent = _sent(ids)
    return [_case(request, houses, sent) for request in found]


def _introduction_cases(ids: Sequence[uuid.UUID], houses: dict[uuid.UUID, _House]) -> list[Case]:
    request = so.joinedload(Introduction.request)
    people = (request.joinedload(IntroductionRequest.requester), request.joinedload(IntroductionRequest.handler))
    found = db.session.scalars(sa.select(Introduction).where(Introduction.id.in_(ids)).options(*people)).all()
    sent, contacts = _sent(ids), _contacts({one.contact_id for one in found})
    return [
        _case(one.request, houses, sent, introduction=one, contact=contact, partner=contact and contact.partner)
        for one in found
        for contact in [contacts.get(one.contact_id)]
    ]


def _contacts(ids: set[uuid.UUID]) -> dict[uuid.UUID, Contact]:
    wanted = sa.select(Contact).where(Contact.id.in_(ids)).options(so.joinedload(Contact.partner))
    return {contact.id: contact for contact in db.session.scalars(wanted)}


_Sent = dict[uuid.UUID, list[tuple[str, datetime]]]


def _sent(subjects: Sequence[uuid.UUID]) -> _Sent:
    found: _Sent = {}
    for reminder in db.session.scalars(sa.select(Reminder).where(Reminder.subject_id.in_(subjects))):
        found.setdefault(reminder.subject_id, []).append((reminder.kind, reminder.created_at))
    return found
