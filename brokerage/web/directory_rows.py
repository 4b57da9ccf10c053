"""The lines of the common directory, ready to be drawn."""

import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from brokerage.partners import showcase
from brokerage.partners.models import ContactRole
from brokerage.web import quotas
from brokerage.web.drawing.icons import icon
from brokerage.web.stories import role_label
from brokerage.web.typography import apostrophes, language, typeset


class Line(NamedTuple):
    """One line. Every field but the association is markup, escaped here once."""

    key: Markup
    name: Markup
    under: Markup
    association_id: uuid.UUID
    roles: Markup
    state: Markup


def lines_of(rows: Sequence[showcase.Line]) -> list[Line]:
    """The lines of a list, with how much each partner was asked, in one query."""
    asked, spoken = quotas.drawn_of(row.id for row in rows if row.open_now), language()
    return [_line(row, asked, spoken) for row in rows]


def _line(row: showcase.Line, asked: Mapping[uuid.UUID, Markup], spoken: str) -> Line:
    place = escape(apostrophes(f"{row.town} ({row.department})" if row.department else row.town))
    under = place + _known(spoken) if row.known else place
    state = asked.get(row.id) or _state(row.open_now, spoken)
    return Line(Markup(row.id), escape(row.name), under, row.association_id, _roles(tuple(row.roles), spoken), state)


@lru_cache(maxsize=8)
def _known(_spoken: str) -> Markup:
    return Markup(' <span class="etiq">{}</span>').format(typeset(_("dans votre carnet aussi")))


@lru_cache(maxsize=8)
def _state(open_now: bool, _spoken: str) -> Markup:
    words, look, picture = (_("ouvert"), " t-oui", "circle-check") if open_now else (_("pas en ce moment"), "", "pause")
    return Markup('<span class="lattes{}">{}<span>{}</span></span>').format(look, icon(picture), typeset(words))


@lru_cache(maxsize=512)
def _roles(roles: tuple[str, ...], _spoken: str) -> Markup:
    """ "chef d'établissement, relations écoles": what a line says of the people of a partner."""
    labels = [typeset(role_label(ContactRole(role))) for role in roles]
    return escape(", ".join(label[:1].lower() + label[1:] for label in labels) or typeset(_("aucun contact pour l'instant")))
