"""Corbeille: what was taken out of the book, by whom, and the way back for thirty days."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from brokerage.partners import policy, trash
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page
from brokerage.web.partners import pages, reader
from brokerage.web.typed import identifier


@pages.get("/corbeille")
@access.members(*policy.EDITORS)
def trashed() -> ResponseReturnValue:
    """Partners and people, last thrown first."""
    return _shown()


def _shown(taken: Any = (), status: int = 200) -> ResponseReturnValue:
    ours = reader().association_id
    lists: dict[str, Any] = {"thrown": trash.partners_in(ours), "people": trash.contacts_in(ours)}
    return page("partners/trash.html", status=status, taken=taken, told=told, **lists)


@pages.post("/corbeille")
@access.members(*policy.EDITORS)
def restore_many() -> ResponseReturnValue:
    """Take out those that were ticked; the living one is offered where an identifier was taken since."""
    chosen = [one for one in map(identifier, request.form.getlist("id")) if one]
    back, kept = trash.restore(chosen, me())
    if back:
        flash(ngettext("%(num)d fiche est de nouveau dans votre carnet.", "%(num)d fiches sont de nouveau dans votre carnet.", len(back)))
    if kept:
        return _shown(kept, 200 if back else 422)
    if not chosen:
        flash(_("Cochez au moins une fiche."), "warning")
    return redirect(url_for(".trashed"), 303)


@pages.post("/contacts/<uuid:id>/restauration")
@access.members(*policy.EDITORS)
def restore_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Put a person back at their partner."""
    contact = access.find_or_404(trash.removed_for(reader()), id)
    trash.put_back(contact, me())
    flash(_("%(name)s est de nouveau dans la fiche.", name=contact.name))
    return redirect(url_for(".show", id=contact.partner_id), 303)
