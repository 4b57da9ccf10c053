"""Demandes: the manager's inbox and the delegate's list, by tab, and beside it the request that is open."""

import uuid
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from brokerage import clock
from brokerage.accounts.models import Role
from brokerage.accounts.sign_in import Visitor
from brokerage.introductions import desk, dossier, routing
from brokerage.introductions.desk import Row
from brokerage.introductions.purposes import DECLINE_REASONS
from brokerage.introductions.states import RequestState
from brokerage.web import access
from brokerage.web.access import me, visiting
from brokerage.web.drawing.badges import bank_mark
from brokerage.web.formats import moment
from brokerage.web.fragments import page, wants
from brokerage.web.request_lines import asks, delay, due, what
from brokerage.web.requests import found, pages, told
from brokerage.web.turns import turn_badge
from brokerage.web.typography import language

MANAGED = (*desk.TABS, "envoyees")
ASKED = ("ouvertes", "finies")
DECIDABLE = ("a-decider", "en-attente")


class Line(NamedTuple):
    """A row as the list draws it, in the order in which the template takes it apart: deciding is slow there, and so is asking."""

    key: str
    target: str
    when: Markup
    bank: Markup
    what: str
    gauges: Markup


@pages.get("/")
@access.members()
def inbox() -> ResponseReturnValue:
    """The list; the request it opens on comes by itself (htmx), the one named in the address comes at once."""
    reader = visiting()
    assert reader is not None
    tab, opened = chosen_tab(reader.is_manager), request.args.get("demande", type=uuid.UUID)
    shown = told(dossier.of(found(opened), me()) if opened else None)
    if opened and wants("volet"):
        return page("requests/inbox.html", fragments=("volet",), tab=tab, **shown)
    listing = desk.listed(reader, tab, after=request.args.get("apres"), counted=reader.is_manager)
    context: dict[str, Any] = {"tab": tab, "listing": listing, "tab_links": _tabs(tab, listing.counts)}
    context |= {"rows": lines_of(listing.rows, tab, reader), "newest_first": tab in desk.NEWEST_FIRST}
    context |= {"chosen": opened is not None, "empty": {} if listing.rows else _empty(tab, reader)}
    context |= {"bulk": _bulk(reader) if "choix" in request.args and reader.is_manager and tab in DECIDABLE else None}
    return page("requests/inbox.html", fragments=("boite",), **context, **shown)


def _bulk(reader: Visitor) -> dict[str, Any]:
    """What the form for several requests offers."""
    colleagues = [one for one in routing.managers_of(reader.association_id) if one.id != reader.id]
    return {"colleagues": colleagues, "reasons": DECLINE_REASONS, "today": clock.today().isoformat()}


def lines_of(rows: list[Row], tab: str, reader: Visitor) -> list[Line]:
    """The rows of a tab; managers also read how often a partner was asked, while there is something to decide."""
    counts_asks = reader.is_manager and tab in DECIDABLE
    sees = _Sees(reader.id, reader.association_id, reader.is_manager)
    return [_line(row, sees, counts_asks, clock.today(), language()) for row in rows]


class _Sees(NamedTuple):
    """What a line depends on in its reader."""

    id: uuid.UUID
    association_id: uuid.UUID
    manages: bool

    def has(self, *roles: Role) -> bool:
        """Whether one of these is theirs; a line asks for managers only."""
        return self.manages and Role.MANAGER in roles


@lru_cache(maxsize=4096)
def _line(row: Row, reader: _Sees, counts_asks: bool, _today: date, _spoken: str) -> Line:
    """Who decides reads how long there is; who asked reads with whom it is, and when an answer is due.

    It hardly changes from one look to the next, and making it costs as much as fetching it: it is kept for the reader and the day.
    """
    badge = turn_badge(row, reader, bare=True)
    if counts_asks:
        gauges = (delay(row) if row.handler_id == reader.id and row.state is RequestState.SUBMITTED else badge) + asks(row)
    else:
        gauges = badge + due(row)
    return Line(str(row.id), row.target, moment(row.submitted_at or row.state_since), bank_mark(row), what(row, reader.id), gauges)


def _tabs(tab: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The tabs of a reader, with counts where something waits."""
    labels = {
        "a-decider": _("À décider"), "en-attente": _("En attente"), "en-cours": _("En cours"), "closes": _("Closes"),
        "envoyees": _("Envoyées"), "ouvertes": _("En cours"), "finies": _("Closes"),
    }  # fmt: skip
    home = url_for(".inbox")
    return [
        {"text": labels[n], "href": f"{home}?etat={n}", "current": n == tab, "count": counts.get(n), "lively": n == "a-decider"}
        for n in (MANAGED if tab in MANAGED else ASKED)
    ]


def _empty(tab: str, reader: Visitor) -> dict[str, str]:
    """What an empty list says: a fact, and one thing to do for those who may."""
    if reader.is_manager and tab == "a-decider":
        text = _("Aucune demande n'attend votre décision.")
        running = url_for(".inbox", etat="en-cours")
        return {"title": _("Tout le monde a sa réponse"), "text": text, "link": running, "words": _("Voir celles en cours")}
    title = _("Aucune demande pour l'instant")
    if not (reader.is_delegate or reader.is_manager):
        return {"title": title, "text": "", "link": "", "words": ""}
    text = _("Une ville à ouvrir, une entreprise à rencontrer ?")
    return {"title": title, "text": text, "link": url_for("requests.new"), "words": _("Faire une demande")}


def chosen_tab(manages: bool) -> str:
    """The tab of the address, if it is one of the reader's."""
    tabs, asked = (MANAGED if manages else ASKED), request.args.get("etat", "")
    return asked if asked in tabs else tabs[0]
