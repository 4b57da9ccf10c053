"""Everything a page shows of one request, frozen: what is not in here, no template can print."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import timeline
from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.introductions import deciding, desk, escalation, policy, sending
from brokerage.introductions.models import Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.states import INTRODUCTION_STEPS, IntroductionState
from brokerage.partners.models import Contact, Partner
from brokerage.partners.windows import GrantedContact


@dataclass(frozen=True)
class Known:
    """Who the contact is, as far as the reader may know; an ally knows a role until there is consent."""

    name: str = ""
    title: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """One introduction of the request, as the reader may see it."""

    id: uuid.UUID
    role: str
    known: Known
    state: str
    badge: str
    may: frozenset[str]
    asked_at: datetime | None
    answered_at: datetime | None
    introduced_at: datetime | None
    postponed_until: date | None
    outcomes: tuple[tuple[str, str, str, dict[str, Any]], ...]  # who said it, what, their word, head-counts
    may_add_outcome: bool = False  # somebody told what came of it; this reader's side did not yet
    leaves_at: datetime | None = None  # while its ask waits in the outbox; read by the giving side only
    suggested: Contact | None = None  # the colleague a contact named; read by the giving side only

    @property
    def contradict(self) -> bool:
        """Whether the two sides tell different things of the same introduction."""
        return len({result for _who, result, *_more in self.outcomes}) > 1


@dataclass(frozen=True)
class Dossier:
    """A request in full."""

    row: desk.Row
    request: IntroductionRequest
    asking: Association
    giving: Association
    passages: list[Passage]
    entries: Sequence[timeline.Entry]
    may: frozenset[str]
    gives: bool  # the reader's association is the one that is asked
    mine: bool  # the reader is the requester
    can_take_back: bool
    leaves_at: datetime | None  # by the partner's clock, while every ask of the approval waits for its hour

    @property
    def requester_title(self) -> str:
        """What the requester is: « déléguée Île-de-France »."""
        return self.request.requester.title

    @property
    def decides(self) -> bool:
        """Whether a decision is awaited from this reader's side and they may take it."""
        return "approve" in self.may


def of(request: IntroductionRequest, reader: User) -> Dossier:
    """The dossier of a visible request for this reader."""
    row = desk.one(reader, request.id)
    assert row is not None, "the caller found it through policy.visible_to"
    gives = reader.association_id == request.giving_id
    sides = db.session.scalars(sa.select(Association).where(Association.id.in_([request.asking_id, request.giving_id])))
    houses = {house.id: house for house in sides}
    waiting = sending.asks(request) if gives else []
    leaving, may = _leaving(request, waiting), _may(request, reader)
    return Dossier(
        row=row,
        request=request,
        asking=houses[request.asking_id],
        giving=houses[request.giving_id],
        passages=_passages(request, reader, gives, leaving),
        entries=_entries(request.id),
        may=may,
        gives=gives,
        mine=request.requester_id == reader.id,
        can_take_back="take_back" in may and deciding.may_take_back(request, waiting),
        leaves_at=min(leaving.values(), default=None) if sending.first_of(waiting) else None,
    )


def _may(request: IntroductionRequest, reader: User) -> frozenset[str]:
    """The steps open to this reader; turning to somebody else only once the request has waited too long."""
    steps = policy.open_steps(reader, request)
    return steps if escalation.has_come(request) else steps - {"turn_to"}


def _leaving(request: IntroductionRequest, waiting: Sequence[sending.Waiting]) -> dict[uuid.UUID | None, datetime]:
    """When each ask that waits leaves, by the partner's clock."""
    waits = [one for one in waiting if one.waits]
    partner = db.session.get(Partner, request.partner_id) if waits and request.partner_id else None
    return {one.introduction_id: sending.there(partner, one.due_at) for one in waits} if partner else {}


def _entries(request_id: uuid.UUID) -> Sequence[timeline.Entry]:
    """The newest hundred lines: a request that has more has been talked about enough."""
    lines = sa.select(timeline.Entry).where(timeline.Entry.request_id == request_id)
    return db.session.scalars(lines.order_by(timeline.Entry.at.desc(), timeline.Entry.id).limit(100)).all()


def _passages(request: IntroductionRequest, reader: User, gives: bool, leaving: Mapping[uuid.UUID | None, datetime]) -> list[Passage]:
    wanted = sa.select(Introduction).where(Introduction.request_id == request.id).options(so.selectinload(Introduction.outcomes))
    found = db.session.scalars(wanted.order_by(Introduction.created_at, Introduction.id)).all()
    known, named = (_own(found), _named(found)) if gives else (_granted(found), {})
    return [_passage(one, reader, known.get(one.id, Known()), named.get(one.id), leaving.get(one.id)) for one in found]


def _named(found: Sequence[Introduction]) -> dict[uuid.UUID, Contact]:
    """The colleagues that contacts named and nobody decided on yet, by introduction."""
    open_ = [one.id for one in found if one.state is IntroductionState.SUGGESTED]
    if not open_:
        return {}
    named = sa.select(Consent.introduction_id, Contact).join(Contact, Contact.id == Consent.suggested_contact_id)
    return {row[0]: row[1] for row in db.session.execute(named.where(Consent.introduction_id.in_(open_)))}


def _passage(one: Introduction, reader: User, known: Known, suggested: Contact | None, leaves_at: datetime | None) -> Passage:
    came_to = [one.state.value, *(outcome.result.value for outcome in one.outcomes)]
    return Passage(
        id=one.id,
        role=one.contact_role.value,
        known=known,
        state=one.state.value,
        badge=desk.badge_of(desk.RUNNING[0], came_to),
        may=policy.open_steps_of(reader, one),
        asked_at=one.asked_at,
        answered_at=one.answered_at,
        introduced_at=one.introduced_at,
        postponed_until=one.postponed_until,
        outcomes=tuple(_said(outcome) for outcome in one.outcomes),
        may_add_outcome=_may_add(one, reader),
        leaves_at=leaves_at,
        suggested=suggested,
    )


def _may_add(one: Introduction, reader: User) -> bool:
    """Whether this reader may tell an outcome beside the one that closed it: each voice once."""
    voice = "delegate" if reader.id == one.request.requester_id else "manager"
    told = {outcome.said_by for outcome in one.outcomes}
    may = policy.may(reader, INTRODUCTION_STEPS["record_outcome"], one.request)
    return one.state is IntroductionState.CLOSED and may and voice not in told


def _said(outcome: Outcome) -> tuple[str, str, str, dict[str, Any]]:
    return outcome.said_by, outcome.result.value, outcome.word, outcome.numbers


def _own(found: Sequence[Introduction]) -> dict[uuid.UUID, Known]:
    """Our own contacts, by introduction."""
    ids = {one.contact_id for one in found}
    people = {c.id: c for c in db.session.scalars(sa.select(Contact).where(Contact.id.in_(ids)))} if ids else {}
    return {one.id: Known(people[one.contact_id].name, people[one.contact_id].title) for one in found if one.contact_id in people}


def _granted(found: Sequence[Introduction]) -> dict[uuid.UUID, Known]:
    """An ally's contacts whose consent is in force, by introduction."""
    ids = [one.id for one in found]
    rows = db.session.scalars(sa.select(GrantedContact).where(GrantedContact.introduction_id.in_(ids))).all()
    return {row.introduction_id: Known(row.name, row.title, tuple(row.fields)) for row in rows}
