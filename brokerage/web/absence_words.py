"""Who is away and who stands in, in one sentence that is the same everywhere."""

from datetime import date
from typing import Protocol

from flask import Flask
from flask_babel import gettext as _

from brokerage import clock
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
    app.jinja_env.globals.update(absence=absence)


def absence(member: Away, stand_in: str = "") -> str:
    """« Nadia Benhaddou s'absente jusqu'au 4 janvier ; Karim Lahlou prend le relais. »; empty for who is not away, nor soon."""
    first, last = member.away_from, member.away_until
    if first is None or (last and last < clock.today()):
        return ""
    when = _when(first, last)
    if stand_in:
        return _("%(who)s s'absente %(when)s ; %(stand_in)s prend le relais.", who=member.name, when=when, stand_in=stand_in)
    return _("%(who)s s'absente %(when)s.", who=member.name, when=when)


def _when(first: date, last: date | None) -> str:
    if first > clock.today():
        if last is None:
            return _("à partir du %(day)s", day=day_month(first))
        return _("du %(first)s au %(last)s", first=day_month(first), last=day_month(last))
    return _("jusqu'au %(day)s", day=day_month(last)) if last else _("pour une durée inconnue")
