"""Who is away and who stands in, in one sentence that is the same everywhere."""

from datetime import date
from typing import Protocol

from flask import Flask
from flask_babel import gettext as _

from brokerage import clock
from brokerage.introductions.desk import Row
from brokerage.introductions.states import UNDECIDED
from brokerage.web.formats import day_month


class Away(Protocol):
    """What the sentence needs of a member."""

    @property
    def name(self) -> str: ...
    @property
    def away_from(self) -> date | None: ...
    @property
    def away_until(self) -> date | None: ...


def install(app: Flask) -> None:
    """Templates ask for it by name."""
    app.jinja_env.globals.update(absence=absence, absence_of=of_request)


def absence(member: Away, stand_in: str = "") -> str:
    """« Nadia Benhaddou s'absente jusqu'au 4 janvier ; Karim Lahlou prend le relais. »; empty for who is not away, nor soon."""
    first, last = member.away_from, member.away_until
    if first is None or (last and last < clock.today()):
        return ""
    when = _when(first, last)
    if stand_in:
        return _("%(who)s s'absente %(when)s ; %(stand_in)s prend le relais.", who=member.name, when=when, stand_in=stand_in)
    return _("%(who)s s'absente %(when)s.", who=member.name, when=when)


def of_request(row: Row) -> str:
    """Why a request is not with whoever it was meant for, or waits for somebody who is away; empty when neither is so."""
    if row.absent and row.state in UNDECIDED:
        return _relay(row.absent, row.absent_until, row.handler)
    away = row.away_from is not None and row.away_from <= clock.today() and (row.away_until is None or row.away_until >= clock.today())
    return _("%(who)s s'absente %(when)s.", who=row.handler, when=_until(row.away_until)) if away else ""


def _relay(absent: str, until: date | None, stand_in: str) -> str:
    return _("%(who)s s'absente %(when)s ; %(stand_in)s prend le relais.", who=absent, when=_until(until), stand_in=stand_in)


def _until(last: date | None) -> str:
    return _("jusqu'au %(day)s", day=day_month(last)) if last else _("pour une durée inconnue")


def _when(first: date, last: date | None) -> str:
    if first > clock.today():
        if last is None:
            return _("à partir du %(day)s", day=day_month(first))
        return _("du %(first)s au %(last)s", first=day_month(first), last=day_month(last))
    return _until(last)
