"""What a delegate should know before sending: product.md §3. It advises; only the rules of `requests.submit` forbid."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.introductions import quota, rules, wishes
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.policy import READERS
from brokerage.introductions.quota import PartnerQuota
from brokerage.introductions.states import RequestState
from brokerage.introductions.wishes import PartnerWishes
from brokerage.partners import showcase
from brokerage.partners.models import Partner
from brokerage.partners.showcase import Card
from brokerage.partners.windows import ShowcaseEntry
from brokerage.reference.folding import folded
from brokerage.reference.whereabouts import whereabouts

R = IntroductionRequest
OPEN = [RequestState.SUBMITTED, RequestState.INFO_NEEDED, RequestState.PARKED, RequestState.APPROVED]
MOST_ALTERNATIVES, LOOKED_AT = 3, 12
USUAL_OF, FEWEST = 20, 3  # the usual delay is a median of the last twenty decisions; of fewer than three it says nothing


@dataclass(frozen=True)
class Plan:
    """A request as far as it is written."""

    by: User
    giving_id: uuid.UUID
    card: Card | None = None
    purpose: str = ""
    place: str = ""
    event_on: date | None = None
    fallback_on: date | None = None
    draft_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Last:
    """The last introduction of our association to the partner: when, and whose request it was."""

    at: datetime
    requester: str
    mine: bool


@dataclass(frozen=True)
class Similar:
    """An open request like this one. Of another association only that there is one, and since when."""

    since: datetime
    same_partner: bool
    asking_id: uuid.UUID
    mine: bool
    requester: str  # "" when it is not a request of our association
    request_id: uuid.UUID | None  # None when the reader may not open it


@dataclass(frozen=True)
class Colleague:
    """Who follows the same organisation in our own book; the name is "" when nobody does."""

    partner_id: uuid.UUID
    name: str
    mine: bool


@dataclass(frozen=True)
class Day:
    """What is special about a planned date; None and False where nothing is."""

    on: date
    is_fallback: bool
    school_holiday: str | None
    public_holiday: str | None
    is_sunday: bool


@dataclass(frozen=True)
class Advice:
    """Everything the form may say. Delays are working days; None where nothing can be said."""

    quota: PartnerQuota | None
    wishes: PartnerWishes | None  # what its contacts chose for themselves, without a name
    other_subjects: list[str]  # what they welcome, when the plan is about nothing of it
    closed: bool  # the partner takes no request at the moment
    alternatives: list[Card]
    last: Last | None
    similar: list[Similar]
    colleague: Colleague | None
    usual_delay: int | None
    days: list[Day]
    notice: int | None
    notice_is_short: bool


def advice(plan: Plan) -> Advice:
    """What is worth knowing about this plan, today."""
    card, known = plan.card, showcase.ours(plan.card) if plan.card else None
    standing = quota.of([card.id]).get(card.id) if card else None
    closed = card is not None and not card.open_now
    avoid = card if card and (closed or (standing and standing.resting)) else None
    notice, wished = _notice(plan), wishes.of(card.id) if card else None
    return Advice(
        quota=standing,
        wishes=wished,
        other_subjects=wished.subjects if wished and plan.purpose and plan.purpose not in wished.subjects else [],
        closed=closed,
        alternatives=_alternatives(avoid, plan.purpose) if avoid else [],
        last=_last(plan),
        similar=_similar(plan, known.id if known else None),
        colleague=_colleague(known.id, plan.by) if known else None,
        usual_delay=_usual_delay(plan),
        days=list(_days(plan)),
        notice=notice,
        notice_is_short=notice is not None and notice < rules.of(plan.giving_id).notice_days,
    )


def _alternatives(card: Card, purpose: str) -> list[Card]:
    """Other listed partners of the same kind in the same département that may be asked: those alike first."""
    entry = ShowcaseEntry
    alike = sa.select(entry.id).where(
        entry.association_id == card.association_id, entry.kind == card.kind, entry.department == card.department,
        entry.open_now, entry.contact_count > 0, entry.id != card.id,
    )  # fmt: skip
    fitting = (entry.accepts.contains([purpose]).desc(), (entry.type == card.type).desc(), entry.sort_name, entry.id)
    ids = db.session.scalars(alike.order_by(*fitting).limit(LOOKED_AT)).all()
    quotas = quota.of(ids)
    chosen = [one for one in ids if one in quotas and not quotas[one].resting][:MOST_ALTERNATIVES]
    return showcase.cards(chosen)


def _last(plan: Plan) -> Last | None:
    if plan.card is None:
        return None
    query = (
        sa.select(Introduction.introduced_at, User.first_name + " " + User.last_name, User.id == plan.by.id)
        .join(R, R.id == Introduction.request_id)
        .join(User, User.id == R.requester_id)
        .where(R.asking_id == plan.by.association_id, R.partner_id == plan.card.id, Introduction.introduced_at.is_not(None))
    )
    found = db.session.execute(query.order_by(Introduction.introduced_at.desc()).limit(1)).one_or_none()
    return Last(found[0], found[1], found[2]) if found and found[0] else None


def _similar(plan: Plan, known: uuid.UUID | None) -> list[Similar]:
    """Open requests about the same organisation, or for the same town and purpose: ours, and those that reach us."""
    ours = R.asking_id == plan.by.association_id
    targets = [one for one in (plan.card.id if plan.card else None, known) if one]
    same_partner = R.partner_id.in_(targets) if targets else sa.false()
    town = folded(plan.place)
    same_need = sa.and_(sa.func.fold(R.place) == town, R.purpose == plan.purpose) if town and plan.purpose else sa.false()
    query = (
        sa.select(R.submitted_at, same_partner, R.asking_id, R.requester_id, R.id)
        .where(R.state.in_(OPEN), R.id != plan.draft_id if plan.draft_id else sa.true(), sa.or_(same_partner, same_need))
        .order_by(ours.desc(), R.submitted_at.desc())
    )
    found = db.session.execute(query.limit(3)).all()
    names = _names({row.requester_id for row in found if row.asking_id == plan.by.association_id})
    return [_seen_by(plan.by, row, names) for row in found]


def _names(members: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not members:
        return {}
    return {one.id: one.name for one in db.session.scalars(sa.select(User).where(User.id.in_(members)))}


def _seen_by(by: User, row: Any, names: dict[uuid.UUID, str]) -> Similar:
    since, same_partner, asking_id, requester_id, request_id = row
    mine = requester_id == by.id
    readable = mine or by.has(*READERS)
    return Similar(since, same_partner, asking_id, mine, names.get(requester_id, ""), request_id if readable else None)


def _colleague(partner_id: uuid.UUID, by: User) -> Colleague:
    owner = db.session.scalar(sa.select(User).join(Partner, Partner.owner_id == User.id).where(Partner.id == partner_id))
    return Colleague(partner_id, owner.name if owner else "", owner is not None and owner.id == by.id)


def _usual_delay(plan: Plan) -> int | None:
    query = (
        sa.select(R.submitted_at, R.decided_at)
        .where(R.asking_id == plan.by.association_id, R.giving_id == plan.giving_id, R.decided_at.is_not(None), R.submitted_at.is_not(None))
        .order_by(R.decided_at.desc())
        .limit(USUAL_OF)
    )
    spans = [[at.astimezone(clock.PARIS).date() for at in pair] for pair in db.session.execute(query)]
    waits = [calendar.working_days_between(asked, decided, calendar.HEAD_OFFICE) for asked, decided in spans]
    return round(median(waits)) if len(waits) >= FEWEST else None


def _place(plan: Plan) -> calendar.Place:
    """Where the event is held; the partner's own place while the form does not say."""
    spot = whereabouts(plan.place)
    if not (spot.department or spot.academy) and plan.card:
        return calendar.Place(plan.card.department, plan.card.academy)
    return calendar.Place(spot.department, spot.academy)


def _days(plan: Plan) -> Iterator[Day]:
    place = _place(plan)
    for on, is_fallback in ((plan.event_on, False), (plan.fallback_on, True)):
        if on:
            school, public = calendar.school_holiday_name(on, place), calendar.public_holiday_name(on, place)
            if school or public or on.weekday() == calendar.SUNDAY:
                yield Day(on, is_fallback, school, public, on.weekday() == calendar.SUNDAY)


def _notice(plan: Plan) -> int | None:
    if plan.event_on is None or plan.event_on <= clock.today():
        return None
    return calendar.working_days_between(clock.today(), plan.event_on, calendar.HEAD_OFFICE)
