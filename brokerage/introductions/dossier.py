"""Everything a page shows of one request, frozen: what is not in here, no template can print."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import timeline
from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.introductions import deciding, desk, policy
from brokerage.introductions.models import Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.states import IntroductionState
from brokerage.partners.models import Contact
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
    return Dossier(
        row=row,
        request=request,
        asking=houses[request.asking_id],
        giving=houses[request.giving_id],
        passages=_passages(request, reader, gives),
        entries=_entries(request.id),
        may=policy.open_steps(reader, request),
        gives=gives,
        mine=request.requester_id == reader.id,
        can_take_back="take_back" in policy.open_steps(reader, request) and deciding.may_take_back(request),
    )


def _entries(request_id: uuid.UUID) -> Sequence[timeline.Entry]:
    """The newest hundred lines: a request that has more has been talked about enough."""
    lines = sa.select(timeline.Entry).where(timeline.Entry.request_id == request_id)
    return db.session.scalars(lines.order_by(timeline.Entry.at.desc(), timeline.Entry.id).limit(100)).all()


def _passages(request: IntroductionRequest, reader: User, gives: bool) -> list[Passage]:
    wanted = sa.select(Introduction).where(Introduction.request_id == request.id).options(so.selectinload(Introduction.outcomes))
    found = db.session.scalars(wanted.order_by(Introduction.created_at, Introduction.id)).all()
    known, named = (_own(found), _named(found)) if gives else (_granted(found), {})
    return [_passage(one, reader, known.get(one.id, Known()), named.get(one.id)) for one in found]


def _named(found: Sequence[Introduction]) -> dict[uuid.UUID, Contact]:
    """The colleagues that contacts named and nobody decided on yet, by introduction."""
    open_ = [one.id for one in found if one.state is IntroductionState.SUGGESTED]
    if not open_:
        return {}
    named = sa.select(Consent.introduction_id, Contact).join(Contact, Contact.id == Consent.suggested_contact_id)
    return {row[0]: row[1] for row in db.session.execute(named.where(Consent.introduction_id.in_(open_)))}


def _passage(one: Introduction, reader: User, known: Known, suggested: Contact | None) -> Passage:
    met = any(outcome.result == "met" for outcome in one.outcomes)
    return Passage(
        id=one.id,
        role=one.contact_role.value,
        known=known,
        state=one.state.value,
        badge=desk.badge_of(desk.RUNNING[0], [one.state.value], met),
        may=policy.open_steps_of(reader, one),
        asked_at=one.asked_at,
        answered_at=one.answered_at,
        introduced_at=one.introduced_at,
        postponed_until=one.postponed_until,
        outcomes=tuple(_said(outcome) for outcome in one.outcomes),
        suggested=suggested,
    )


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
