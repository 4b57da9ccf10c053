"""What a line of a list says of a request: who wants what, how long there is to answer, how often the partner was asked."""

import uuid
from functools import lru_cache

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from brokerage.introductions.desk import Row
from brokerage.introductions.states import RequestState
from brokerage.reference.articles import with_article
from brokerage.web.drawing.badges import slats, state_badge
from brokerage.web.formats import day_month
from brokerage.web.stories import purpose_label
from brokerage.web.typography import language, typeset

DAYS = 5  # slats of a delay: working days


def install(app: Flask) -> None:
    """Templates ask for these by name."""
    app.jinja_env.globals.update(delay=delay, named=named, what=what)


def named(name: str) -> str:
    """« le lycée Olympe-de-Gouges »: an organisation within a sentence."""
    return with_article(name) if language() == "fr" else name


def what(row: Row, reader_id: uuid.UUID | None = None) -> str:
    """ "Lucas Ferreira · Atelier « Oser les métiers de l'énergie », 12 mars"; who asked needs not be told their own name."""
    day = f", {day_month(row.event_on)}" if row.event_on else ""
    said = f"{typeset(row.event_name or purpose_label(row.purpose))}{day}"
    return said if row.requester_id == reader_id else f"{row.requester} · {said}"


def delay(row: Row) -> Markup:
    """How long until an answer is due, in slats of working days; once decided, where the request stands."""
    if row.state is not RequestState.SUBMITTED:
        return state_badge(row.badge, bare=True)
    return _delay(row.late_by, language())


def due(row: Row) -> Markup:
    """When an answer is expected, for whoever waits for it; nothing once it came."""
    if row.state is not RequestState.SUBMITTED or row.due_on is None:
        return Markup("")
    return Markup("<span>{}</span>").format(typeset(_("avant le %(day)s", day=day_month(row.due_on))))


@lru_cache(maxsize=512)
def _delay(late_by: int, _spoken: str) -> Markup:
    if late_by > 0:
        return slats(DAYS, DAYS, typeset(ngettext("%(num)d jour de retard", "%(num)d jours de retard", late_by)), "non", "clock-alert")
    if late_by == 0:
        return slats(DAYS, DAYS, typeset(_("à décider aujourd'hui")), "attente")
    return slats(max(DAYS + late_by, 0), DAYS, typeset(ngettext("encore %(num)d jour", "encore %(num)d jours", -late_by)))


def asks(row: Row) -> Markup:
    """How often this partner's contacts were asked this quarter."""
    return _asks(row.asks, language())


@lru_cache(maxsize=128)
def _asks(n: int, _spoken: str) -> Markup:
    if not n:
        return slats(0, 3, typeset(_("pas sollicité")))
    return slats(min(n, 3), 3, typeset(_("%(n)s ce trimestre", n=n)), "attente" if n >= 3 else "")
