"""The events both sides of a convention know of: those a request was approved for (commitment 7, making each other known).

Every member of both sides reads what an event is called, when and where it is, and whose; never which partner is asked.
"""

import uuid
from datetime import date

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects.postgresql import distinct_on

from brokerage import clock
from brokerage.database import db
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.reports.figures import R

MOST = 200  # a page and a calendar hold no more
AGREED = (RequestState.APPROVED, RequestState.CLOSED)


def from_day(first: date, *sides: uuid.UUID) -> list[IntroductionRequest]:
    """The events from a day on, the next one first, between these two sides: the request approved first stands for each."""
    both = R.asking_id.in_(sides) & R.giving_id.in_(sides)
    return _each_once(both & (R.event_on >= first))


def known_to(association_id: uuid.UUID) -> list[IntroductionRequest]:
    """The same, over every convention of an association, this month's past ones too: what its members' calendars read."""
    theirs = sa.or_(R.asking_id == association_id, R.giving_id == association_id)
    return _each_once(theirs & (R.event_on >= clock.today().replace(day=1)))


def _each_once(which: sa.ColumnElement[bool]) -> list[IntroductionRequest]:
    name = sa.func.fold(R.event_name)
    agreed = sa.select(R).where(which, R.state.in_(AGREED), R.event_name != "")
    of_each = agreed.ext(distinct_on(R.event_on, R.asking_id, name)).order_by(R.event_on, R.asking_id, name, R.decided_at, R.id)
    one = so.aliased(R, of_each.subquery())
    return list(db.session.scalars(sa.select(one).order_by(one.event_on, one.event_name, one.id).limit(MOST)))
