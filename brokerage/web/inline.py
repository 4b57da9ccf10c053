"""One field of a partner changed where it is read: a small form in its place, which keeps out of everybody's way."""

import uuid
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.errors import Refusal
from brokerage.partners import fields, partners, policy
from brokerage.partners.fields import Subject
from brokerage.partners.models import Partner
from brokerage.web import access, overlap, own_fields
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import by_htmx
from brokerage.web.own_fields import MARK
from brokerage.web.partner_editing import known_tags, locked, offered, own_form, stored
from brokerage.web.partners import NoteForm, pages, reader, shown

INLINE = ("owner_id", "status", "open_now", "tags")


def beside(partner: Partner) -> dict[str, Any]:
    """What the page of a partner shows of the association's own fields, and the field being changed in place, if any."""
    own = own_fields.told_of(fields.of(reader(), Subject.PARTNER), partner.extra)
    name = request.args.get("modifier", "")
    editing = bool(name) and policy.may_edit(reader()) and _is_inline(name)
    form = overlap.opened(cut(stored(partner), name), partner.version) if editing else None
    return {"own": own, "inline": form, "clash": None, "known_tags": known_tags() if form and name == "tags" else []}


def _is_inline(name: str) -> bool:
    return name in INLINE or name in {MARK + field.key for field in fields.of(reader(), Subject.PARTNER)}


def cut(form: Any, *names: str) -> Any:
    """The same form with these fields alone; 404 for one it does not have."""
    if not all(name in form for name in names):
        abort(404)
    for other in [field.name for field in form]:
        if other not in names and other not in overlap.MACHINERY:
            del form[other]
    form.custom = tuple(field for field in form.custom if MARK + field.key in names)
    form.which = names[0]
    return form


@pages.post("/<uuid:id>/sur-place")
@access.members(*policy.EDITORS)
def change_inline(id: uuid.UUID) -> ResponseReturnValue:
    """Save one field; the others stay as they are in the database, whoever wrote them."""
    partner, name = locked(policy.visible_to(me()), id), request.args.get("modifier", "")
    if not _is_inline(name):
        abort(404)
    form, whole, clash, status = cut(offered(own_form(partner)(), partner), name), stored(partner), None, 422
    try:
        if form.validate():
            clash = overlap.settle(form, whole, partner)
            if clash is None:
                whole[name].data = form[name].data
                partners.change(partner, me(), whole.details(), partner.version)
                return _saved(partner)
            status = 422 if by_htmx() else 409  # htmx puts a 422 in place
    except Refusal as no:
        form[name].errors = [told(no)]
    beside_it = {"own": own_fields.told_of(fields.of(reader(), Subject.PARTNER), partner.extra), "known_tags": known_tags()}
    return shown(partner, NoteForm(formdata=None), status, beside={**beside_it, "inline": form, "clash": clash})


def _saved(partner: Partner) -> ResponseReturnValue:
    if by_htmx():
        return shown(partner, NoteForm(formdata=None), 200, beside=beside_saved(partner))
    flash(_("Modification enregistrée."))
    return redirect(url_for(".show", id=partner.id, _anchor="en-bref"), 303)


def beside_saved(partner: Partner) -> dict[str, Any]:
    """The page once the field is saved: nothing is being changed any more."""
    own = own_fields.told_of(fields.of(reader(), Subject.PARTNER), partner.extra)
    return {"own": own, "inline": None, "clash": None, "known_tags": []}
