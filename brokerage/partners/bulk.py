"""One act on many partners: set-based, in one transaction, and taken back while nobody has edited them since.

Rows travel as one array of ids; each statement is the same for ten partners and for ten thousand.
"""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.database import Base, Identified, Owned, db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners import policy, tags
from brokerage.partners.models import Partner, Status, Visibility
from brokerage.partners.partners import insist_on_owner
from brokerage.timeline import Actor, Entry

MOST = 100_000
KEPT = timedelta(days=1)  # how long a past action is remembered at all
UNDOABLE = timedelta(minutes=10)  # the toast offers it for 30 s; a slow reader may be a little late


class What(enum.StrEnum):
    """What can be done to many partners at once."""

    TAG = "tag"
    UNTAG = "untag"
    OWNER = "owner"
    STATUS = "status"
    VISIBILITY = "visibility"
    TRASH = "trash"


class BulkAction(Identified, Owned, Base):
    """An act on many partners, remembered while it may be taken back."""

    __tablename__ = "bulk_action"
    __table_args__ = (sa.UniqueConstraint("association_id", "id"),)

    what: Mapped[What]
    by_id: Mapped[uuid.UUID]
    undone_at: Mapped[datetime | None]


class BulkLine(Owned, Base):
    """What one partner was before, and the version the act gave it: another one means that somebody edited it since."""

    __tablename__ = "bulk_line"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["association_id", "bulk_id"], ["bulk_action.association_id", "bulk_action.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["association_id", "partner_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"
        ),
        sa.Index("ix_bulk_line_partner", "partner_id"),
    )

    bulk_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    tags: Mapped[list[str]]
    owner_id: Mapped[uuid.UUID | None]
    status: Mapped[Status]
    visibility: Mapped[Visibility]


@dataclass(frozen=True)
class Act:
    """What to do: `value` is a tag, a member's id, a status or a visibility; nothing for the trash."""

    what: What
    value: Any = None


@dataclass(frozen=True)
class Preview:
    """What an act would do: how many change, and which few of those it leaves alone already are as asked."""

    chosen: int
    changing: int
    already: Sequence[str]  # names, a few
    missing: int  # chosen, and meanwhile in the trash or gone
    value: Any  # as it will be kept: a tag in the spelling the association already uses


@dataclass(frozen=True)
class Done:
    """What an act did."""

    id: uuid.UUID
    changed: int


def preview(ids: Sequence[uuid.UUID], by: User, act: Act) -> Preview:
    """Who would change, before anybody does. Raises BadInput when the value makes no sense."""
    act = _sensible(by, act)
    counted = sa.select(sa.func.count(), sa.func.count().filter(_differs(act))).where(*_chosen(ids, by))
    living, changing = db.session.execute(counted).one()
    left = sa.select(Partner.name).where(*_chosen(ids, by), ~_differs(act)).order_by(Partner.sort_name).limit(5)
    names = db.session.scalars(left).all() if changing < living else []
    return Preview(len(ids), changing, names, len(ids) - living, act.value)


def perform(ids: Sequence[uuid.UUID], by: User, act: Act) -> Done:
    """Do it to those of `ids` that differ from what is asked, each with a line in its timeline.

    Rows are taken in the order of their ids, so that two acts at once wait for each other instead of locking up.
    """
    act = _sensible(by, act)
    _forget_old()
    action = BulkAction(id=uuid.uuid4(), association_id=by.association_id, what=act.what, by_id=by.id)
    db.session.add(action)
    db.session.flush()
    _remember(action, sa.select(*_before(action)).where(*_chosen(ids, by), _differs(act)).order_by(Partner.id).with_for_update())
    mine = sa.and_(Partner.id == BulkLine.partner_id, BulkLine.bulk_id == action.id, Partner.association_id == by.association_id)
    changes = {**_changes(act), "version": Partner.version + 1, "changed_at": clock.now()}
    changed = _run(sa.update(Partner).where(mine).values(changes))
    _tell(action, by, _STORIES[act.what](act), Partner.version == BulkLine.version)
    db.session.expire_all()
    return Done(action.id, changed)


def undo(action: BulkAction, by: User) -> tuple[int, int]:
    """Give the partners of an act back what they were, but for those edited since; how many were, and were not.

    A partner whose UAI or SIRET the book has again stays in the trash. Raises WrongState when it is too late, or
    was done already.
    """
    policy.insist(by, *policy.EDITORS)
    if action.undone_at or clock.now() - action.created_at > UNDOABLE:
        raise WrongState(N_("Cette action ne peut plus être annulée d'ici. Chaque fiche garde son historique."))
    total = db.session.scalar(sa.select(sa.func.count()).where(BulkLine.bulk_id == action.id)) or 0
    untouched = [Partner.id == BulkLine.partner_id, BulkLine.bulk_id == action.id, Partner.version == BulkLine.version]
    if action.what is What.TRASH:
        untouched.append(~_doubled())
    back = {**_RETURNS[action.what], "version": Partner.version + 1, "changed_at": (at := clock.now())}
    restored = _run(sa.update(Partner).where(*untouched, Partner.association_id == by.association_id).values(back))
    action.undone_at = at
    db.session.flush()
    _tell(action, by, ("partner_bulk_undone", {"fields": [_FIELDS[action.what]]}), Partner.changed_at == at)
    db.session.expire_all()
    return restored, total - restored


def undoable_by(reader: policy.Reader) -> sa.Select[BulkAction]:
    """The acts the reader did: each takes back their own."""
    return sa.select(BulkAction).where(BulkAction.association_id == reader.association_id, BulkAction.by_id == reader.id)


def _sensible(by: User, act: Act) -> Act:
    policy.insist(by, *policy.EDITORS)
    if act.what in (What.TAG, What.UNTAG):
        return Act(act.what, tags.as_known(by.association_id, act.value or ""))
    if act.what is What.OWNER and act.value:
        insist_on_owner(act.value, by.association_id)
    if act.what in (What.STATUS, What.VISIBILITY) and act.value is None:
        raise BadInput(N_("Choisissez dans la liste."), "value")
    return act


def _chosen(ids: Sequence[uuid.UUID], by: User) -> list[sa.ColumnElement[bool]]:
    """`= ANY`, which the primary key answers row by row; PostgreSQL does not know how long an unnested parameter is."""
    these = sa.bindparam("chosen", list(ids), type_=ARRAY(sa.Uuid()), unique=True)
    return [Partner.id == sa.any_(these), Partner.association_id == by.association_id, Partner.deleted_at.is_(None)]


def _differs(act: Act) -> sa.ColumnElement[bool]:
    """Whether a partner is not yet as asked. Twelve tags are the most a partner has."""
    held = Partner.tags.contains([act.value])
    return {
        What.TAG: lambda: ~held & (sa.func.cardinality(Partner.tags) < tags.MOST),
        What.UNTAG: lambda: held,
        What.OWNER: lambda: Partner.owner_id.is_distinct_from(act.value),
        What.STATUS: lambda: Partner.status != act.value,
        What.VISIBILITY: lambda: Partner.visibility != act.value,
        What.TRASH: lambda: Partner.deleted_at.is_(None),
    }[act.what]()


def _changes(act: Act) -> dict[str, Any]:
    return {
        What.TAG: lambda: {"tags": sa.func.array_append(Partner.tags, act.value)},
        What.UNTAG: lambda: {"tags": sa.func.array_remove(Partner.tags, act.value)},
        What.OWNER: lambda: {"owner_id": act.value},
        What.STATUS: lambda: {"status": act.value},
        What.VISIBILITY: lambda: {"visibility": act.value},
        What.TRASH: lambda: {"deleted_at": clock.now()},
    }[act.what]()


_RETURNS: dict[What, dict[str, Any]] = {
    What.TAG: {"tags": BulkLine.tags},
    What.UNTAG: {"tags": BulkLine.tags},
    What.OWNER: {"owner_id": BulkLine.owner_id},
    What.STATUS: {"status": BulkLine.status},
    What.VISIBILITY: {"visibility": BulkLine.visibility},
    What.TRASH: {"deleted_at": None},
}
_FIELDS = {
    What.TAG: "tags", What.UNTAG: "tags", What.OWNER: "owner_id", What.STATUS: "status", What.VISIBILITY: "visibility", What.TRASH: "trash",
}  # fmt: skip
_STORIES: dict[What, Any] = {
    What.TAG: lambda act: ("partner_changed", {"fields": ["tags"], "tag": act.value}),
    What.UNTAG: lambda act: ("partner_changed", {"fields": ["tags"], "tag": act.value}),
    What.OWNER: lambda act: ("partner_changed", {"fields": ["owner_id"]}),
    What.STATUS: lambda act: ("partner_changed", {"fields": ["status"]}),
    What.VISIBILITY: lambda act: ("partner_listed" if act.value is Visibility.LISTED else "partner_hidden", {}),
    What.TRASH: lambda act: ("partner_trashed", {}),
}


def _before(action: BulkAction) -> list[Any]:
    mine, here = sa.literal(action.association_id, sa.Uuid()), sa.literal(action.id, sa.Uuid())
    return [mine, here, Partner.id, Partner.version + 1, Partner.tags, Partner.owner_id, Partner.status, Partner.visibility]


_LINE = ["association_id", "bulk_id", "partner_id", "version", "tags", "owner_id", "status", "visibility"]


def _remember(action: BulkAction, before: sa.Select[Any]) -> None:
    db.session.execute(scope.through_the_gate(sa.insert(BulkLine).from_select(_LINE, before, include_defaults=False)))


def _run(statement: Any) -> int:
    done: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)


def _tell(action: BulkAction, by: User, story: tuple[str, dict[str, Any]], touched: sa.ColumnElement[bool]) -> None:
    """One line per partner of an act that was `touched`, in one statement."""
    what, details = story
    given = {
        "id": sa.func.gen_random_uuid(), "created_at": clock.now(), "association_id": BulkLine.association_id, "at": clock.now(),
        "what": what, "by_kind": Actor.MEMBER, "by_id": by.id, "by_name": by.name, "partner_id": BulkLine.partner_id,
        "details": {**details, "bulk": True},
    }  # fmt: skip
    values = [_column(name, value) for name, value in given.items()]
    both = sa.join(BulkLine, Partner, Partner.id == BulkLine.partner_id)
    lines = sa.select(*values).select_from(both).where(BulkLine.bulk_id == action.id, touched)
    db.session.execute(scope.through_the_gate(sa.insert(Entry).from_select(list(given), lines, include_defaults=False)))


def _column(name: str, value: Any) -> Any:
    plain = not isinstance(value, sa.ColumnElement | InstrumentedAttribute)
    return sa.literal(value, Entry.__table__.c[name].type) if plain else value


def _doubled() -> sa.ColumnElement[bool]:
    """Whether the book has another living partner with the same UAI or SIRET."""
    other = aliased(Partner)
    same = sa.or_(other.uai == Partner.uai, other.siret == Partner.siret)
    living = sa.select(other.id).where(other.association_id == Partner.association_id, other.deleted_at.is_(None), other.id != Partner.id)
    return living.where(same).correlate(Partner).exists()


def _forget_old() -> None:
    _run(sa.delete(BulkAction).where(BulkAction.created_at < clock.now() - KEPT))
