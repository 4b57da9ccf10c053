"""Which associations may see something of each other, and until when."""

import uuid
from datetime import date

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Association
from brokerage.conventions.models import Convention
from brokerage.database import db


def between(one: uuid.UUID, other: uuid.UUID) -> sa.Select[Convention]:
    """Every convention these two ever signed, the latest start first."""
    sides = (
        sa.and_(Convention.first_id == one, Convention.second_id == other),
        sa.and_(Convention.first_id == other, Convention.second_id == one),
    )
    return sa.select(Convention).where(sa.or_(*sides)).order_by(Convention.starts_on.desc(), Convention.id)


def in_force(one: uuid.UUID, other: uuid.UUID, on: date | None = None) -> Convention | None:
    """The convention that binds two associations on a day (first and last day included), today when None.

    None when there is none; with several, the one that started last.
    """
    day = on or clock.today()
    dated = between(one, other).where(Convention.starts_on <= day, Convention.ends_on >= day)
    return db.session.scalars(dated.limit(1)).one_or_none()


_MINE, _TODAY = sa.bindparam("mine", type_=sa.Uuid()), sa.bindparam("today", type_=sa.Date())
_BOUND = sa.select(sa.case((Convention.first_id == _MINE, Convention.second_id), else_=Convention.first_id)).where(
    sa.or_(Convention.first_id == _MINE, Convention.second_id == _MINE),
    Convention.starts_on <= _TODAY,
    Convention.ends_on >= _TODAY,
)
_ALLIES = sa.select(Association).where(Association.id.in_(_BOUND)).order_by(Association.name)


def allies(association_id: uuid.UUID) -> list[Association]:
    """The associations bound to this one by a convention in force today, by name."""
    return list(db.session.scalars(_ALLIES, {"mine": association_id, "today": clock.today()}))


def current(association_id: uuid.UUID) -> Convention | None:
    """The convention that binds an association today, the one that ends last where there are several; None without one."""
    day = clock.today()
    today = signed_by(association_id).where(Convention.starts_on <= day, Convention.ends_on >= day)
    return db.session.scalars(today.limit(1)).one_or_none()


def signed_by(association_id: uuid.UUID) -> sa.Select[Convention]:
    """The conventions an association is or was bound by, those in force and the latest first."""
    mine = sa.or_(Convention.first_id == association_id, Convention.second_id == association_id)
    return sa.select(Convention).where(mine).order_by(Convention.ends_on.desc(), Convention.starts_on.desc(), Convention.id)
