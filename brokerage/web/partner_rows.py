"""The lines of the partner list, ready to be drawn: fifty of them are half of what the page costs."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from brokerage import clock
from brokerage.partners.directory import PartnerRow
from brokerage.partners.models import Status, Visibility
from brokerage.web.formats import date_short, moment
from brokerage.web.partner_stories import drawn, gauge_of_asks
from brokerage.web.typography import apostrophes, language, typeset

NONE = Markup("")


class Line(NamedTuple):
    """One line. Every field is markup, escaped here once: the template puts it down as it is, up to four times."""

    key: Markup
    name: Markup
    under: Markup
    tags: Markup
    gauge: Markup
    day: Markup
    owner: Markup


def lines_of(rows: Sequence[PartnerRow], added: bool = False) -> list[Line]:
    """The lines of a list; gauges, days, tags and remarks are put in words once for all that look the same.

    `added` says beside the town since when each is in the book: for a list in that order.
    """
    spoken, today = language(), clock.today()
    days = {day: _last_contact(day, today, spoken) for day in {row.last_contact_on for row in rows}}
    since = [typeset(_(" · ajout le %(day)s", day=date_short(row.created_at))) if added else "" for row in rows]
    return [_line(row, days[row.last_contact_on], spoken, words) for row, words in zip(rows, since, strict=True)]


def _line(row: PartnerRow, day: Markup, spoken: str, since: str) -> Line:
    gauge, remarks = _gauge(row.tally, row.open_now, spoken), _remarks(row.visibility, row.status, spoken)
    place = apostrophes(f"{row.town} ({row.department})" if row.department else row.town)
    tags = _tags(tuple(row.tags)) if row.tags else NONE
    return Line(Markup(row.id), escape(row.name), escape(place + remarks + since), tags, gauge, day, escape(row.owner))


@lru_cache(maxsize=2048)
def _tags(tags: tuple[str, ...]) -> Markup:
    shown = Markup("").join(Markup('<span class="etiq">{}</span>').format(apostrophes(tag)) for tag in tags[:3])
    return shown + Markup('<span class="doux note-t">+{}</span>').format(len(tags) - 3) if len(tags) > 3 else shown


@lru_cache(maxsize=512)
def _gauge(asks: int, open_now: bool, _spoken: str) -> Markup:
    return drawn(gauge_of_asks(asks, open_now))


@lru_cache(maxsize=64)
def _remarks(visibility: Visibility, status: Status, _spoken: str) -> str:
    said = [_("hors annuaire")] if visibility is Visibility.HIDDEN else []
    said += {Status.DORMANT: [_("en sommeil")], Status.FORMER: [_("relation terminée")]}.get(status, [])
    return "".join(f" · {typeset(words)}" for words in said)


@lru_cache(maxsize=4096)
def _last_contact(day: date | None, _today: date, _spoken: str) -> Markup:
    return moment(day) if day else escape(typeset(_("aucun")))
