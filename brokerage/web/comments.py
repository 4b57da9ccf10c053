"""Comments on a request: to one's own association, or to both."""

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.errors import Refusal
from brokerage.introductions import comments
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.requests import found, pages, shown


@pages.post("/<uuid:id>/commentaires")
@access.members()
def comment(id: uuid.UUID) -> ResponseReturnValue:
    """Say something about a request; who reads it is chosen each time, and nothing is chosen beforehand."""
    the_request, readers = found(id), request.form.get("readers")
    if readers not in ("ours", "both"):
        return shown(the_request, 422, comment_error=_("Choisissez qui lira votre commentaire."))
    try:
        comments.say(the_request, me(), request.form.get("text", ""), shared=readers == "both")
    except Refusal as no:
        return shown(the_request, no.status, comment_error=told(no))
    flash(_("C'est noté."))
    return redirect(url_for("requests.show", id=id) + "#fil", 303)
