"""Annuaire commun: what allies show of their partners. No name, no address, nothing hidden: the query leaves them out."""

import uuid
from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts.models import Association
from brokerage.conventions import policy as conventions
from brokerage.introductions import quota
from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import kinds, showcase, tallies
from brokerage.partners.models import ContactRole
from brokerage.partners.saved_views import Shelf
from brokerage.web import access, filter_choices, partner_filters, partner_stories, quotas, saved_views
from brokerage.web.access import visiting
from brokerage.web.drawing.badges import bank_mark
from brokerage.web.fragments import page
from brokerage.web.partner_filters import COMMON
from brokerage.web.partners import place_of
from brokerage.web.stories import of_name, role_label
from brokerage.web.typography import language, typeset

pages = Blueprint("directory", __name__, url_prefix="/annuaire")


def _allies() -> list[Association]:
    reader = visiting()
    assert reader is not None, "the door lets members in only"
    return conventions.allies(reader.association_id)


@pages.get("/")
@access.members()
def index() -> ResponseReturnValue:
    """The partners of our allies, searched and filtered."""
    allies, wanted = _allies(), showcase.Wanted(**partner_filters.asked(COMMON, request.args))
    names = {str(ally.id): ally.name for ally in allies}
    listing = showcase.page(allies, wanted)
    context: dict[str, Any] = {
        "chips": partner_filters.chips(COMMON, request.args, names),
        "keep": partner_filters.kept(COMMON),
        "allies": allies,
        "quotas": quotas.drawn_of(card.id for card in listing.rows if card.open_now),
        "marks": {ally.id: bank_mark(ally) for ally in allies},
        "roles": {roles: _roles_said(roles, language()) for roles in {card.roles for card in listing.rows}},
    }
    return page("directory/index.html", fragments=("rows",), listing=listing, wanted=wanted, **context)


@lru_cache(maxsize=512)
def _roles_said(roles: tuple[str, ...], _spoken: str) -> str:
    """ "chef d'établissement, relations écoles": what a line says of the people of a partner."""
    labels = [typeset(role_label(ContactRole(role))) for role in roles]
    return ", ".join(label[:1].lower() + label[1:] for label in labels) or typeset(_("aucun contact pour l'instant"))


@pages.get("/filtres")
@access.members()
def filters() -> ResponseReturnValue:
    """The choices of every filter with their counts: a page without a script, a panel of the list with one."""
    allies, wanted = _allies(), showcase.Wanted(**partner_filters.asked(COMMON, request.args))
    counts = tallies.of_showcase([ally.id for ally in allies], wanted)
    panel = filter_choices.panel_of(COMMON, counts, {"allie": [(str(ally.id), ally.name) for ally in allies]})
    return page("directory/filters.html", fragments=("choix", "comptes"), panel=panel, index=".index")


@pages.get("/<uuid:id>")
@access.members()
def show(id: uuid.UUID) -> ResponseReturnValue:
    """A card: the organisation, the roles one can ask for, and who else knows it."""
    card = showcase.card(id) or abort(404)
    ally = next(ally for ally in _allies() if ally.id == card.association_id)
    place = place_of(card.town, card.department, card.academy)
    context = {"type": kinds.words_for(card.type), "purposes": PURPOSES, "role_label": role_label, **_also_ours(card, ally)}
    return page("directory/show.html", card=card, ally=ally, place=place, asked=quota.of([id]).get(id), **context)


def _also_ours(card: showcase.Card, ally: Association) -> dict[str, Any]:
    ours, reader = showcase.ours(card), visiting()
    if ours is None or reader is None:
        return {"ours": None, "knowers": ""}
    both = [(of_name(reader.association), ours.contacts), (of_name(ally), card.contacts)]
    return {"ours": ours, "knowers": partner_stories.known_to(both)}


saved_views.open_doors(pages, Shelf.DIRECTORY, COMMON)
