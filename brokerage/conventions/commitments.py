"""What was done under a commitment outside any request: noted by one side, confirmed or contested by the other.

Head-counts only: nobody who took part is named, whether volunteer, student or pupil.
"""

import enum
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock, timeline
from brokerage.accounts.models import Role, User
from brokerage.conventions.models import Convention
from brokerage.database import Base, Identified, Shared, Versioned, db
from brokerage.errors import N_, BadInput, NotYours, WrongState

EDITORS = (Role.MANAGER, Role.ADMIN)
LONGEST = 600


class ActionState(enum.StrEnum):
    """Where an action stands between the two sides."""

    NOTED = "noted"  # waits for the other side's word
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ActionKind:
    """One choice of the form: its label, the commitment it serves, and what may be counted."""

    code: str
    label: str
    commitment: int
    counts: tuple[str, ...]


_ALL = [
    ActionKind("exchange", N_("Rencontre entre nos équipes, ou pratique partagée"), 1, ("people",)),
    ActionKind("volunteers", N_("Bénévoles prêtés"), 2, ("volunteers", "pupils")),
    ActionKind("women_tutors", N_("Tutrices dans des métiers où les femmes sont rares"), 2, ("women", "pupils")),
    ActionKind("classes", N_("Classes invitées"), 3, ("classes", "pupils", "teachers")),
    ActionKind("students", N_("Étudiantes et étudiants mobilisés"), 4, ("students", "pupils")),
    ActionKind("network", N_("Partenaires présentés de vive voix"), 5, ("people",)),
    ActionKind("guide", N_("Guide commun"), 6, ("people", "copies")),
    ActionKind("communication", N_("Communication sur l'autre association"), 7, ("people",)),
]
KINDS: dict[str, ActionKind] = {kind.code: kind for kind in _ALL}
COUNTS: dict[str, str] = {
    "volunteers": N_("bénévoles"),
    "women": N_("tutrices"),
    "classes": N_("classes"),
    "teachers": N_("enseignants"),
    "students": N_("étudiants"),
    "pupils": N_("élèves"),
    "copies": N_("exemplaires"),
    "people": N_("autres personnes"),
}


class Action(Identified, Shared, Versioned, Base):
    """Something done under a commitment: `asking_id` noted it and asks for the word of `giving_id`."""

    __tablename__ = "action"
    __table_args__ = (
        sa.Index("ix_action_convention", "convention_id", "done_on"),
        sa.Index("ix_action_giving", "giving_id", "state"),
        sa.Index("ix_action_asking", "asking_id", "state"),
    )

    convention_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("convention.id"))
    kind: Mapped[str]
    commitment: Mapped[int] = mapped_column(sa.SmallInteger())
    title: Mapped[str]
    done_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("association.id"))  # None: together
    done_on: Mapped[date]
    place: Mapped[str] = mapped_column(default="")
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ActionState] = mapped_column(default=ActionState.NOTED)
    state_since: Mapped[datetime]
    noted_by: Mapped[str]  # names as the pages of both sides show them
    answered_by: Mapped[str] = mapped_column(default="")
    word: Mapped[str] = mapped_column(default="")  # why it is contested


@dataclass(frozen=True)
class Details:
    """What somebody noted, of whatever kind."""

    kind: str
    title: str
    done_on: date | None
    done_by_id: uuid.UUID | None = None
    place: str = ""
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Tally:
    """Actions of a commitment: confirmed ones, with their head-counts, and those that wait or are contested."""

    confirmed: int = 0
    open: int = 0
    numbers: dict[str, int] = field(default_factory=dict)


def note(convention: Convention, by: User, details: Details) -> Action:
    """Note an action; the other side is asked to confirm it. Raises BadInput, with the field to correct."""
    _insist(by, by.association_id in (convention.first_id, convention.second_id))
    action = Action(
        id=uuid.uuid4(), convention_id=convention.id, asking_id=by.association_id,
        giving_id=convention.other_side(by.association_id), state=ActionState.NOTED,
    )  # fmt: skip
    _write(action, convention, by, details)
    db.session.add(action)
    db.session.flush()
    _record("action_noted", action, by)
    return action


def change(action: Action, by: User, details: Details) -> None:
    """Correct an action one's own side noted; whatever was answered, it is to be confirmed again."""
    _insist(by, by.association_id == action.asking_id)
    _still(action, set(ActionState) - {ActionState.WITHDRAWN})
    _write(action, db.session.get_one(Convention, action.convention_id), by, details)
    action.state, action.answered_by, action.word = ActionState.NOTED, "", ""
    _record("action_changed", action, by)


def confirm(action: Action, by: User) -> None:
    """The other side agrees that this was done."""
    _answer(action, by, ActionState.CONFIRMED)


def contest(action: Action, by: User, word: str) -> None:
    """The other side does not agree, and says why in a word."""
    _insist(by, by.association_id == action.giving_id)
    if not word.strip():
        raise BadInput(N_("Dites en un mot ce qui ne va pas : l'autre association le lira."), "word")
    if len(word.strip()) > LONGEST:
        raise BadInput(N_("Un mot tient en %(most)d signes."), "word", most=LONGEST)
    _answer(action, by, ActionState.CONTESTED, word.strip())


def withdraw(action: Action, by: User) -> None:
    """The side that noted it takes it back; it counts nowhere any more."""
    _insist(by, by.association_id == action.asking_id)
    _still(action, set(ActionState) - {ActionState.WITHDRAWN})
    action.state, action.state_since = ActionState.WITHDRAWN, clock.now()
    _record("action_withdrawn", action, by)


def _answer(action: Action, by: User, state: ActionState, word: str = "") -> None:
    _insist(by, by.association_id == action.giving_id)
    _still(action, {ActionState.NOTED, ActionState.CONTESTED, ActionState.CONFIRMED} - {state})
    action.state, action.state_since, action.answered_by, action.word = state, clock.now(), by.name, word
    _record(f"action_{state.value}", action, by)


def _insist(by: User, theirs: bool) -> None:
    if not theirs or not by.has(*EDITORS):
        raise NotYours(N_("Cette décision ne vous revient pas."))


def _still(action: Action, states: set[ActionState]) -> None:
    if action.state not in states:
        raise WrongState(N_("Cette action a changé entre-temps. La page montre où elle en est."))


def _write(action: Action, convention: Convention, by: User, details: Details) -> None:
    _check(convention, details)
    kind = KINDS[details.kind]
    action.kind, action.commitment, action.title = kind.code, kind.commitment, details.title.strip()
    action.done_on, action.done_by_id, action.place = details.done_on or clock.today(), details.done_by_id, details.place.strip()
    action.numbers = {name: details.numbers[name] for name in kind.counts if details.numbers.get(name)}
    action.noted_by, action.state_since = by.name, clock.now()


def _check(convention: Convention, details: Details) -> None:
    if details.kind not in KINDS:
        raise BadInput(N_("Choisissez ce qui a été fait."), "kind")
    if not details.title.strip():
        raise BadInput(N_("Dites en une ligne ce qui a été fait."), "title")
    if details.done_on is None:
        raise BadInput(N_("Indiquez une date, par exemple 04/04/2026."), "done_on")
    if details.done_on > clock.today():
        raise BadInput(N_("Cette date est à venir : notez l'action une fois faite."), "done_on")
    if not convention.starts_on <= details.done_on <= convention.ends_on:
        raise BadInput(N_("La convention n'était pas en vigueur à cette date."), "done_on")
    if details.done_by_id not in (None, convention.first_id, convention.second_id):
        raise BadInput(N_("Choisissez l'une des deux associations, ou les deux."), "done_by")


def _record(what: str, action: Action, by: User) -> None:
    db.session.flush()
    who = timeline.By(timeline.Actor.MEMBER, by.id, by.name)
    details = {"action": str(action.id), "title": action.title, "text": action.word}
    timeline.record(what, who, action.asking_id, action.giving_id, details=details)


# ---- what pages ask ------------------------------------------------------------------------------------------------


def between(convention_id: uuid.UUID, first: date, last: date) -> sa.Select[Action]:
    """Actions of a convention done in these days, latest first; withdrawn ones left out."""
    living = sa.select(Action).where(Action.convention_id == convention_id, Action.state != ActionState.WITHDRAWN)
    return living.where(Action.done_on.between(first, last)).order_by(Action.done_on.desc(), Action.created_at.desc(), Action.id)


def known_to(association_id: uuid.UUID) -> sa.Select[Action]:
    """Actions of this association's conventions, whoever noted them; withdrawn ones left out."""
    living = sa.select(Action).where(Action.state != ActionState.WITHDRAWN)
    return living.where(sa.or_(Action.asking_id == association_id, Action.giving_id == association_id))


def waiting_for(association_id: uuid.UUID) -> int:
    """How many actions wait for this association's word."""
    waiting = sa.select(sa.func.count()).where(Action.giving_id == association_id, Action.state == ActionState.NOTED)
    return db.session.scalar(waiting) or 0


def tallies(convention_id: uuid.UUID, first: date, last: date) -> dict[int, Tally]:
    """The actions of each commitment in these days, counted by the database."""
    done = Action.state == ActionState.CONFIRMED
    waiting = Action.state.in_([ActionState.NOTED, ActionState.CONTESTED])
    sums = [sa.func.sum(sa.cast(Action.numbers[name].astext, sa.BigInteger)).filter(done) for name in COUNTS]
    query = (
        sa.select(Action.commitment, sa.func.count().filter(done), sa.func.count().filter(waiting), *sums)
        .where(Action.convention_id == convention_id, Action.done_on.between(first, last))
        .group_by(Action.commitment)
    )
    return {
        number: Tally(confirmed, waits, {name: int(n) for name, n in zip(COUNTS, counted, strict=True) if n})
        for number, confirmed, waits, *counted in db.session.execute(query)
    }
