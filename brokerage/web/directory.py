"""Annuaire commun: what allies show of their partners. No name, no address, nothing hidden: the query leaves them out."""

import uuid
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from brokerage.accounts.sign_in import Bank
from brokerage.introductions import quota
from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import kinds, showcase, tallies
from brokerage.partners.saved_views import Shelf
from brokerage.web import access, filter_choices, partner_filters, partner_stories, saved_views
from brokerage.web.directory_rows import lines_of
from brokerage.web.drawing.badges import bank_mark
from brokerage.web.fragments import page
from brokerage.web.partner_filters import COMMON
from brokerage.web.partners import place_of, reader
from brokerage.web.stories import of_name, role_label

pages = Blueprint("directory", __name__, url_prefix="/annuaire")


def _allies() -> tuple[Bank, ...]:
    return reader().allies


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
        "marks": {ally.id: bank_mark(ally) for ally in allies},
        "lines": lines_of(listing.rows),
    }
    return page("directory/index.html", fragments=("rows",), listing=listing, wanted=wanted, **context)


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


def _also_ours(card: showcase.Card, ally: Bank) -> dict[str, Any]:
    ours = showcase.ours(card)
    if ours is None:
        return {"ours": None, "knowers": ""}
    both = [(of_name(reader().association), ours.contacts), (of_name(ally), card.contacts)]
    return {"ours": ours, "knowers": partner_stories.known_to(both)}


saved_views.open_doors(pages, Shelf.DIRECTORY, COMMON)
