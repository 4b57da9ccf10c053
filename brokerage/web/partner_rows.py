"""The lines of the partner list, ready to be drawn: fifty of them are half of what the page costs."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from brokerage.partners.directory import PartnerRow
from brokerage.partners.models import Status, Visibility
from brokerage.web.formats import moment
from brokerage.web.partner_stories import drawn, gauge_of_asks
from brokerage.web.typography import typeset


class Line(NamedTuple):
    """One line. What stands in it several times is escaped once."""

    key: Markup
    name: Markup
    under: str
    tags: tuple[str, ...]
    more_tags: int
    gauge: Markup
    day: Markup
    owner: str


def lines_of(rows: Sequence[PartnerRow]) -> list[Line]:
    """The lines of a list; gauges, days and remarks are put in words once for those that look the same."""
    gauges = {look: drawn(gauge_of_asks(*look)) for look in {(row.asks, row.open_now) for row in rows}}
    days = {day: _last_contact(day) for day in {row.last_contact_on for row in rows}}
    remarks = {look: _remarks(*look) for look in {(row.visibility, row.status) for row in rows}}
    return [_line(row, gauges[row.asks, row.open_now], days[row.last_contact_on], remarks[row.visibility, row.status]) for row in rows]


def _line(row: PartnerRow, gauge: Markup, day: Markup, remarks: str) -> Line:
    place = f"{row.town} ({row.department})" if row.department else row.town
    more = max(len(row.tags) - 3, 0)
    return Line(Markup(row.id), escape(row.name), place + remarks, row.tags[:3], more, gauge, day, row.owner)


def _remarks(visibility: Visibility, status: Status) -> str:
    said = [_("hors annuaire")] if visibility is Visibility.HIDDEN else []
    said += {Status.DORMANT: [_("en sommeil")], Status.FORMER: [_("relation terminée")]}.get(status, [])
    return "".join(f" · {typeset(words)}" for words in said)


def _last_contact(day: date | None) -> Markup:
    return moment(day) if day else Markup(typeset(_("aucun")))
