"""Accueil: one sentence that says what waits for you, then the list, then what happened lately."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock, timeline
from brokerage.accounts.sign_in import Visitor
from brokerage.conventions import commitments
from brokerage.conventions import policy as conventions
from brokerage.database import db
from brokerage.introductions import desk
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.policy import Reader
from brokerage.introductions.replies import reading
from brokerage.introductions.states import IntroductionState
from brokerage.partners import agenda, showcase
from brokerage.partners import policy as book
from brokerage.reports import ledger, periods
from brokerage.web import access, convention_words, stories, task_words
from brokerage.web.access import visiting
from brokerage.web.fragments import page, wants

pages = Blueprint("home", __name__)


@dataclass(frozen=True)
class Doors:
    """How many requests each side opened a door to since the start of the school year."""

    given: int
    received: int


@pages.get("/")
@access.public
def front() -> ResponseReturnValue:
    """The first page: where one goes from here depends on who one is."""
    if visiting() is None:
        return redirect(url_for("sign_in.show"))
    return redirect(url_for(".show"))


@pages.get("/accueil")
@access.members()
def show() -> ResponseReturnValue:
    """The home of a manager, or of a delegate."""
    reader = visiting()
    assert reader is not None
    if wants("annee"):
        return page("home/manager.html", fragments=("annee",), **_year(reader))
    return _manager(reader) if reader.is_manager else _delegate(reader)


def _manager(reader: Visitor) -> ResponseReturnValue:
    waiting = desk.listed(reader, "a-decider", counted=True)
    silent = desk.listed(reader, "en-cours")
    return page(
        "home/manager.html",
        fragments=("annee",),
        **_todo(reader),
        today=clock.today(),
        waiting_rows=waiting.rows[:5],
        total=waiting.counts,
        running=silent.rows[:3],
        lines=_lately(),
        mail_to_place=reading.how_many_wait(reader),
        to_confirm=commitments.waiting_for(reader.association_id),
        **_balance(reader),
    )


def _delegate(reader: Visitor) -> ResponseReturnValue:
    mine = sorted(desk.listed(reader, "ouvertes").rows, key=lambda row: row.badge != "precisions")  # what waits for the reader first
    nearby = showcase.page(reader.allies, showcase.Wanted(open_now=True, region=access.me().region or ""), 5).rows
    context: dict[str, Any] = {"mine": mine[:8], "met": _to_tell(reader), "nearby": nearby, "turn": stories.turn}
    context |= _balance(reader)
    return page("home/delegate.html", today=clock.today(), **_todo(reader), **context)


def _todo(reader: Visitor) -> dict[str, Any]:
    """At most five tasks of one's own, the most urgent first."""
    mine = agenda.first_of(reader) if reader.has(*book.READERS) else []
    return {"todo": mine, "task_words": task_words, "days": task_words.days_ahead()}


def _lately() -> list[stories.Line]:
    """The last things that happened in the association's requests."""
    entry, about = timeline.Entry, IntroductionRequest
    told = sa.select(entry, about.target_name).join(about, about.id == entry.request_id)
    found = db.session.execute(told.order_by(entry.at.desc(), entry.id).limit(7))
    return [stories.line(one, target or _("Un partenaire à trouver")) for one, target in found]


def _balance(reader: Visitor) -> dict[str, Any]:
    """How many doors each side opened for the other since the start of the school year, as the report counts them."""
    given, received = ledger.opened_by(reader.association_id, periods.school_year(clock.today()))
    return {"doors": Doors(given, received), "ally": next(iter(reader.allies), None)}


def _year(reader: Visitor) -> dict[str, Any]:
    """The school year of the latest convention in force, as the report tells it; nothing where there is none."""
    convention = conventions.current(reader.association_id)
    if convention is None:
        return {}
    counted = ledger.of(convention, periods.school_year(clock.today()), reader.association_id)
    return {"convention": convention, "told": convention_words.told(counted)}


def _to_tell(reader: Reader) -> list[Introduction]:
    """Introductions of one's own requests that nobody told the outcome of, from when the letter asks: after the event, or two weeks."""
    about, two_weeks_ago = IntroductionRequest, clock.now() - timedelta(weeks=2)
    is_past = sa.or_(about.event_on < clock.today(), Introduction.introduced_at < two_weeks_ago)
    return list(
        db.session.scalars(
            sa.select(Introduction)
            .join(about, about.id == Introduction.request_id)
            .where(about.requester_id == reader.id, Introduction.state == IntroductionState.INTRODUCED, is_past)
            .order_by(Introduction.introduced_at)
            .limit(3)
        )
    )
