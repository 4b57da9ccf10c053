"""How much somebody was asked, in the same words and slats wherever it is shown, on both sides."""

import uuid
from collections.abc import Iterable
from datetime import date

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from brokerage.introductions import quota
from brokerage.introductions.quota import PartnerQuota
from brokerage.web.drawing.badges import slats
from brokerage.web.drawing.icons import icon
from brokerage.web.formats import day_month
from brokerage.web.typography import typeset

MOST_SLATS = 8  # a partner with many contacts: the words count, slats show how full


def install(app: Flask) -> None:
    """Templates ask for it by name."""
    app.jinja_env.globals.update(quota=drawn)


def words(asks: int, limit: int, free_on: date | None) -> str:
    """ "2 sollicitations sur 3 ce trimestre, de nouveau le 1er avril"; `free_on` is None when one may ask today."""
    if not limit:
        return _("ne souhaite pas être sollicité")
    if not asks:
        return _("au repos, de nouveau le %(day)s", day=day_month(free_on)) if free_on else _("disponible")
    counted = ngettext(
        "%(num)d sollicitation sur %(limit)s ce trimestre", "%(num)d sollicitations sur %(limit)s ce trimestre", asks, limit=limit
    )
    return _("%(counted)s, de nouveau le %(day)s", counted=counted, day=day_month(free_on)) if free_on else counted


def said(standing: PartnerQuota) -> str:
    """The same, of a partner."""
    return words(standing.asks, standing.allowed, standing.free_on if standing.resting else None)


def drawn_of(partners: Iterable[uuid.UUID]) -> dict[uuid.UUID, Markup]:
    """The gauge of every partner of a list, in one query."""
    return {one: drawn(found) for one, found in quota.of(list(partners)).items()}


def drawn(standing: PartnerQuota | None) -> Markup:
    """Slats and words; nothing for a partner with nobody to ask."""
    if standing is None:
        return Markup("")
    if not standing.allowed:
        return Markup('<span class="lattes">{}<span>{}</span></span>').format(icon("pause"), typeset(said(standing)))
    total = min(standing.allowed, MOST_SLATS)
    filled = min(standing.asks if standing.allowed <= MOST_SLATS else round(standing.asks * total / standing.allowed), total)
    tone = "attente" if standing.resting else "" if standing.asks else "oui"
    return Markup('<span class="quota">{}</span>').format(slats(filled, total, typeset(said(standing)), tone))
