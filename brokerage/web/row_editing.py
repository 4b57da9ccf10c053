"""A line of the list changed where it is read: relation, owner and tags in its place; without a script, on the record."""

import uuid
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from brokerage.errors import Refusal
from brokerage.partners import partners, policy
from brokerage.partners.models import Partner
from brokerage.web import access, bulk, overlap
from brokerage.web.access import me
from brokerage.web.fragments import by_htmx, in_place_of, page
from brokerage.web.inline import cut
from brokerage.web.partner_editing import known_tags, locked, offered, own_form, stored
from brokerage.web.partners import found, pages

ROW = ("status", "owner_id", "tags")


@pages.get("/<uuid:id>/ligne")
@access.members(*policy.EDITORS)
def edit_row(id: uuid.UUID) -> ResponseReturnValue:
    """The small form in the place of a line; its address, opened by itself, leads to the record."""
    partner = found(id)
    if not by_htmx():
        return redirect(url_for(".show", id=id, modifier="owner_id", _anchor="en-bref"), 303)
    return _shown(partner, overlap.opened(cut(stored(partner), *ROW), partner.version))


def _shown(partner: Partner, form: Any, status: int = 200, clash: overlap.Clash | None = None) -> Response:
    there = bulk.list_left()
    context: dict[str, Any] = {"form": form, "clash": clash, "known_tags": known_tags()}
    context |= {"save": url_for(".change_row", id=partner.id, **there), "back": url_for(".index", **there)}
    return page("partners/_row_form.html", status=status, partner=partner, **context)


@pages.post("/<uuid:id>/ligne")
@access.members(*policy.EDITORS)
def change_row(id: uuid.UUID) -> ResponseReturnValue:
    """Save the three fields; the others stay as they are in the database, whoever wrote them. Then the list again."""
    partner = locked(policy.visible_to(me()), id)
    form, whole, clash = cut(offered(own_form(partner)(), partner), *ROW), stored(partner), None
    try:
        if form.validate():
            clash = overlap.settle(form, whole, partner)
            if clash is None:
                for name in ROW:
                    whole[name].data = form[name].data
                partners.change(partner, me(), whole.details(), partner.version)
                return redirect(url_for(".index", **bulk.list_left()), 303)
    except Refusal as no:
        form.refuse(no)
    return in_place_of(_shown(partner, form, 422, clash), f"l-{id}")
