"""Whose turn it is, as the reader of a request sees it: the badge of every list and page of requests."""

from datetime import date
from functools import lru_cache

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup

from brokerage import calendar, clock
from brokerage.accounts.models import Role
from brokerage.introductions.desk import Row
from brokerage.introductions.policy import Reader
from brokerage.introductions.states import RequestState
from brokerage.web.drawing.badges import STATES, badge, state_badge
from brokerage.web.typography import language, typeset

# Where a request waits for the giving side, and where for the requester.
THEIRS = {"a_decider", "redirigee", "accord"}


def install(app: Flask) -> None:
    """Templates ask for it by name."""
    app.jinja_env.globals.update(turn_badge=turn_badge)


def turn_badge(row: Row, reader: Reader, bare: bool = False) -> Markup:
    """« À vous de répondre », « En attente de Nadia (2 j) », « En retard, chez Nadia », else where the request stands."""
    if row.badge in THEIRS and row.handler_id:
        return _decision(row, reader, bare)
    if row.badge == "precisions":
        mine = row.requester_id == reader.id
        return _yours(bare, language()) if mine else _waits(row.requester_first, _since(row), "precisions", bare, language())
    return state_badge(row.badge, bare)


def _decision(row: Row, reader: Reader, bare: bool) -> Markup:
    """A manager of the giving side may decide for a colleague; the badge then says in whose place."""
    late = row.state is RequestState.SUBMITTED and row.late_by > 0
    if row.handler_id == reader.id and reader.has(Role.MANAGER):
        return _late(None, bare, language()) if late else _yours(bare, language())
    if late:
        return _late(row.handler_first, bare, language())
    return _waits(row.handler_first, _since(row), row.badge, bare, language())


@lru_cache(maxsize=256)
def _late(who: str | None, bare: bool, _spoken: str) -> Markup:
    words = _("En retard, chez %(who)s", who=who) if who else _("En retard")
    return badge("non", "clock-alert", typeset(words), bare)


@lru_cache(maxsize=8)
def _yours(bare: bool, _spoken: str) -> Markup:
    return badge("encre", "inbox", typeset(_("À vous de répondre")), bare)


@lru_cache(maxsize=1024)
def _waits(who: str, days: int, key: str, bare: bool, _spoken: str) -> Markup:
    words = _("En attente de %(who)s (%(n)s j)", who=who, n=days) if days else _("En attente de %(who)s", who=who)
    return badge("attente", STATES[key].icon, typeset(words), bare)


def _since(row: Row) -> int:
    """Working days since it came to where it stands."""
    return _days(row.state_since.astimezone(clock.PARIS).date(), clock.today())


@lru_cache(maxsize=1024)
def _days(since: date, today: date) -> int:
    return calendar.working_days_between(since, today, calendar.HEAD_OFFICE)
