"""The calendar that the two sides of a convention share: a page, a file, and an address that a calendar reads by itself."""

import uuid
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Link, Purpose
from brokerage.conventions.models import Convention
from brokerage.introductions.letters import dates
from brokerage.introductions.models import IntroductionRequest
from brokerage.reports import events, ledger
from brokerage.web import access
from brokerage.web.conventions import asked_period, found, pages, reader
from brokerage.web.fragments import page


def _of(convention: Convention) -> list[IntroductionRequest]:
    return events.from_day(clock.today(), convention.first_id, convention.second_id)


@pages.get("/<uuid:id>/calendrier")
@access.members()
def calendar(id: uuid.UUID) -> ResponseReturnValue:
    """What comes: events of either side, by date; and the address of one's own subscription, once there is one."""
    convention = found(id)
    asked = asked_period(convention)
    blank = ledger.blank(convention, asked.period)
    live = links.live(Purpose.AGENDA, reader().id)
    sides = {direction.asking.id: direction.asking for direction in blank.directions}
    context: dict[str, Any] = {"ledger": blank, "asked": asked, "sides": sides, "events": _of(convention)}
    return page("convention/calendar.html", address=links.address(live.id) if live else "", **context)


@pages.get("/<uuid:id>/calendrier.ics")
@access.members()
def calendar_file(id: uuid.UUID) -> ResponseReturnValue:
    """The same events as a file."""
    convention = found(id)
    response = _ics(_of(convention), convention.title)
    response.headers.set("Content-Disposition", "attachment", filename="evenements-partages.ics")
    return response


@pages.post("/<uuid:id>/calendrier/abonnement")
@access.members()
def subscribe(id: uuid.UUID) -> ResponseReturnValue:
    """Make an address that one's calendar reads without signing in; one made before opens nothing any more."""
    convention, mine = found(id), reader()
    links.revoke(Purpose.AGENDA, mine.id)
    links.make(Purpose.AGENDA, mine.id, mine.association_id)
    return redirect(url_for("convention.calendar", id=convention.id, _anchor="abonnement"), 303)


@pages.get("/agenda/<token>")
@access.by_link(Purpose.AGENDA)
def feed(link: Link) -> ResponseReturnValue:
    """The events of every convention of the association, as a calendar asks for them."""
    return _ics(events.known_to(link.association_id), _("Événements partagés"))


def _ics(shared: list[IntroductionRequest], name: str) -> Response:
    return Response(dates.shared(shared, name), mimetype="text/calendar")
