"""Who is asking, for which association. A session is bound to one scope for life, and does nothing without one.

Five layers keep associations apart, each failing closed: the vault (partners/vault.py), this guard, PostgreSQL's
row-level policies (migrations), the policies of the rooms, and frozen objects to templates.
"""

import enum
import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import TextualSelect

from brokerage import clock


class Unscoped(RuntimeError):
    """A statement that no scope covers. Always a fault of the code, never of the person."""


class Kind(enum.StrEnum):
    """Who is behind a session."""

    DOOR = "door"  # nobody yet: signing in, opening a link
    MEMBER = "member"
    CONTACT = "contact"  # a partner's contact, by link
    SYSTEM = "system"  # jobs, commands, and what must reach both associations at once


@dataclass(frozen=True)
class Scope:
    """Built once, from the server's own knowledge; never from what a request says."""

    kind: Kind
    association_id: uuid.UUID | None = None
    read_only: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Binding:
    key: int
    scope: Scope


_serial = itertools.count(1)
_bound: ContextVar[_Binding | None] = ContextVar("scope", default=None)


def current() -> Scope:
    """The scope we are in. Raises Unscoped outside any."""
    if (binding := _bound.get()) is None:
        raise Unscoped("no scope: use scope.acting(…)")
    return binding.scope


def current_key() -> int:
    """One session per binding; 0 when there is none, and that session refuses to do anything."""
    binding = _bound.get()
    return binding.key if binding else 0


@contextmanager
def acting(scope: Scope) -> Iterator[so.Session]:
    """A fresh session bound to `scope`; it is rolled back at the end unless somebody committed it."""
    from brokerage.database import db

    token = _bound.set(_Binding(next(_serial), scope))
    try:
        session = db.session()
        session.info["scope"] = scope
        yield session
    finally:
        db.session.remove()
        _bound.reset(token)


def system(reason: str, read_only: bool = False) -> Scope:
    """For jobs, commands and acts on both associations at once; `reason` is for the reader of the code."""
    return Scope(Kind.SYSTEM, None, read_only, reason)


def member(association_id: uuid.UUID, read_only: bool = False) -> Scope:
    """A signed-in member of this association."""
    return Scope(Kind.MEMBER, association_id, read_only)


# ---- the guard, called by database.py for every statement and every flush --------------------------------------

_GATE = object()


def through_the_gate(statement: Any) -> Any:
    """Marks a Core statement of the vault or the outbox as deliberate; the policies of PostgreSQL still hold.

    `test_house.py` keeps the list of the modules that may call this.
    """
    return statement.execution_options(gate=_GATE)


def announce(session: so.Session, _transaction: object, connection: sa.Connection) -> None:
    """Tell PostgreSQL, for this transaction only, whom its row-level policies serve, and whether it may write."""
    scope = _of(session)
    connection.exec_driver_sql(
        "SELECT set_config('app.association', %s, true), set_config('app.scope', %s, true), "
        "set_config('app.today', %s, true), set_config('transaction_read_only', %s, true)",
        (str(scope.association_id or ""), scope.kind.value, str(clock.today()), "on" if scope.read_only else "off"),
    )


def check_statement(state: so.ORMExecuteState, owned: type, shared: type, posted: type, world: type) -> None:
    """Refuse what is not an ORM statement on classified tables, and keep the rest to this association's rows."""
    if state.execution_options.get("gate") is _GATE:
        return
    scope = _of(state.session)
    if not state.is_orm_statement or isinstance(state.statement, TextualSelect | sa.TextClause):
        raise Unscoped("only ORM statements")
    if type(state.statement).__name__ == "FromStatement" or state.is_insert:
        raise Unscoped("rows are added by the unit of work, read by ORM selects")
    if unknown := _tables(state) - _classified(owned, shared, posted, world):
        raise Unscoped(f"tables that nobody classified: {', '.join(sorted(unknown))}")
    if scope.association_id is None:
        if scope.kind is Kind.MEMBER:
            raise Unscoped("a member without an association")
        return
    if not state.is_column_load:
        state.statement = _kept_to(scope.association_id, state.statement, owned, shared, posted)


_kept: WeakKeyDictionary[Any, dict[uuid.UUID, Any]] = WeakKeyDictionary()


def _kept_to(mine: uuid.UUID, statement: Any, owned: type, shared: type, posted: type) -> Any:
    """The statement with the criteria of this association. Lists keep theirs: SQLAlchemy then knows its cache key already."""
    known = _kept.setdefault(statement, {})
    if mine not in known:
        known[mine] = statement.options(*_criteria(mine, owned, shared, posted))
    return known[mine]


@lru_cache(maxsize=256)
def _criteria(mine: uuid.UUID, owned: type, shared: type, posted: type) -> list[Any]:
    return [
        so.with_loader_criteria(owned, lambda c: c.association_id == mine, include_aliases=True),
        so.with_loader_criteria(posted, lambda c: c.association_id == mine, include_aliases=True),
        so.with_loader_criteria(
            shared, lambda c: sa.or_(c.asking_id == mine, c.giving_id == mine), include_aliases=True
        ),
    ]


def check_write(session: so.Session, thing: Any, owned: type, shared: type, posted: type, world: type) -> None:
    """Refuse to write into another association's rows; letters and entries posted to an ally are the exception."""
    mine = _of(session).association_id
    if mine is None or isinstance(thing, posted | world):
        return
    if isinstance(thing, owned) and _sides(thing, "association_id") == {mine}:
        return
    if isinstance(thing, shared) and mine in _sides(thing, "asking_id", "giving_id"):
        return
    raise Unscoped(f"{type(thing).__name__} belongs to another association")


def _sides(thing: Any, *names: str) -> set[uuid.UUID]:
    """The values these columns have and had: moving a row to another association counts as both."""
    history = [sa.inspect(thing).attrs[name].history for name in names]
    return {value for past in history for value in past.sum() if value is not None}


def _of(session: so.Session) -> Scope:
    scope = session.info.get("scope")
    if not isinstance(scope, Scope):
        raise Unscoped("this session has no scope")
    return scope


_known: frozenset[str] = frozenset()


def _classified(*mixins: type) -> frozenset[str]:
    """The tables whose class says whose rows they hold; looked up once the models are all there."""
    global _known
    if not _known:
        from brokerage.database import Base

        mappers = [m for m in Base.registry.mappers if issubclass(m.class_, mixins)]
        _known = frozenset(m.local_table.name for m in mappers)  # type: ignore[attr-defined]
    return _known


_looked_through: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


def _tables(state: so.ORMExecuteState) -> frozenset[str]:
    """The tables a statement names; lists keep their statements, which are then looked through once."""
    statement: Any = state.statement
    if (known := _looked_through.get(statement)) is None:
        named = {m.local_table.name for m in state.all_mappers}  # type: ignore[attr-defined]
        known = frozenset(named | {t.name for t in visitors.iterate(statement) if isinstance(t, sa.Table)})
        _looked_through[statement] = known
    return known
