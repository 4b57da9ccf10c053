"""Remarks set aside by an import from the command line: read one by one, kept as somebody left them or not at all."""

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.errors import Refusal
from brokerage.transfer.staging import held
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.imports import found, keepers, pages, shown


@pages.post("/remarques/<uuid:id>")
@keepers
def release(id: uuid.UUID) -> ResponseReturnValue:
    """Keep these words as a note, or nothing of the remark."""
    row = access.find_or_404(held.visible_to(me()), id)
    kept = request.form.get("geste") == "garder"
    try:
        held.release(row, me(), request.form.get("remarque", "") if kept else "")
    except Refusal as no:
        flash(told(no), "error")
        return shown(found(row.batch_id), no.status)
    flash(_("Remarque gardée en note.") if kept else _("Remarque effacée."))
    return redirect(url_for(".show", id=row.batch_id, _anchor="remarques"), 303)
