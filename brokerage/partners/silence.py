"""Partners nobody has spoken to for six months: a task for whoever follows them, once per silence (product.md §4)."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.partners.models import Partner, Status
from brokerage.partners.tasks import Task

MONTHS = 6
AT_ONCE = 5  # open tasks of the clock that one person may have: a book just imported must not bury its owner

_SINCE = sa.func.coalesce(Partner.last_contact_on, sa.cast(Partner.created_at, sa.Date))
_KEY = sa.func.concat("silence:", Partner.id, ":", _SINCE)


def ask_for_news() -> int:
    """One task for each silent, active partner whose owner is here, the longest silence first. Returns how many.

    A partner without any contact is silent from the day it entered the book. Twice, late or in two places: once.
    """
    return sum(_once(partner_id, association_id, owner_id, key) for partner_id, association_id, owner_id, key in _silent())


def _silent() -> list[tuple[object, ...]]:
    told = sa.select(Task.id).where(Task.association_id == Partner.association_id, Task.key == _KEY).exists()
    waiting = sa.select(sa.func.count(Task.id)).where(
        Task.association_id == Partner.association_id, Task.assignee_id == Partner.owner_id, Task.key.is_not(None), Task.done_on.is_(None)
    )
    place = sa.func.row_number().over(partition_by=Partner.owner_id, order_by=(_SINCE, Partner.id))
    limit = clock.today() - sa.func.make_interval(0, MONTHS)
    found = (
        sa.select(Partner.id, Partner.association_id, Partner.owner_id, _KEY.label("key"))
        .add_columns(place.label("place"), waiting.scalar_subquery().label("waiting"))
        .join(User, sa.and_(User.id == Partner.owner_id, User.is_active))
        .where(Partner.deleted_at.is_(None), Partner.status == Status.ACTIVE, limit > _SINCE, ~told)
        .subquery()
    )
    wanted = sa.select(found.c.id, found.c.association_id, found.c.owner_id, found.c.key).where(found.c.place + found.c.waiting <= AT_ONCE)
    return [tuple(row) for row in db.session.execute(wanted)]


def _once(partner_id: object, association_id: object, owner_id: object, key: object) -> bool:
    """Another worker may be at it: the unique key decides, and the loser goes on."""
    try:
        with db.session.begin_nested():
            db.session.add(
                Task(association_id=association_id, assignee_id=owner_id, partner_id=partner_id, key=key, text="", due_on=clock.today())
            )
    except IntegrityError:
        return False
    return True
