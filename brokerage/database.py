"""The database as every room knows it: typed models on one Base, and what kind of row each table holds.

Every table says whose it is, by one of four mixins; `scope.py` and the row-level policies of the migrations
enforce it. A table without one cannot be read at all.
"""

import enum
import uuid
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa
import sqlalchemy.orm as so
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock, scope

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def words(kind: type[enum.Enum]) -> list[str]:
    """What an enum stores: its values, which migrations and SQL can read."""
    return [str(member.value) for member in kind]


class Base(so.DeclarativeBase):
    """Instants are aware and in UTC, lists are arrays, everything else that is open is JSONB."""

    metadata = sa.MetaData(naming_convention=NAMING)
    registry = so.registry(
        metadata=metadata,
        type_annotation_map={
            datetime: sa.DateTime(timezone=True),
            str: sa.Text(),
            enum.Enum: sa.Enum(enum.Enum, native_enum=False, length=32, values_callable=words),
            list[str]: ARRAY(sa.Text()),
            list[int]: ARRAY(sa.SmallInteger()),
            dict[str, Any]: JSONB(),
        },
    )


class Identified:
    """A random public id (never sequential: a number would tell how many others there are) and a birth date."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Owned:
    """A row of one association, which nobody else reads."""

    association_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))


class Shared:
    """A row of exactly two associations: the one that asks and the one that gives."""

    asking_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))
    giving_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))


class Posted:
    """A row put into one association's box by itself or by an ally: read by the first, written by both."""

    association_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))


class World:
    """A table any scope may name. `why_open` says why that harms nobody, or who guards it instead."""

    why_open: ClassVar[str]


class Versioned:
    """Two people at once: the second write fails (StaleDataError) instead of hiding the first."""

    version: Mapped[int] = mapped_column(default=1)

    @so.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version, "eager_defaults": False}


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"scopefunc": scope.current_key, "autoflush": True, "expire_on_commit": False},
)


@cache
def outside_transactions(engine: sa.Engine) -> sa.Engine:
    """The same engine for one statement that commits by itself: a function of the database that asks no scope."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _check(state: so.ORMExecuteState) -> None:
    scope.check_statement(state, Owned, Shared, Posted, World)


def install_guard() -> None:
    """Put the guard on every session. Called once, by whoever builds the application."""
    session_class = db.session.session_factory.class_
    if not sa.event.contains(session_class, "do_orm_execute", _check):
        sa.event.listen(session_class, "do_orm_execute", _check)
        sa.event.listen(session_class, "before_flush", _check_writes)
        sa.event.listen(session_class, "after_begin", scope.announce)


def _check_writes(session: so.Session, _context: object, _instances: object) -> None:
    for thing in [*session.new, *session.dirty, *session.deleted]:
        scope.check_write(session, thing, Owned, Shared, Posted, World)
