"""Courrier: mail that nobody could place, for a manager to attach or set aside, and the files that came with any mail."""

import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts.models import Role
from brokerage.errors import BadInput
from brokerage.introductions.replies import reading, settling
from brokerage.mail.inbox import InboundMail
from brokerage.web import access, mail_lines
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page

pages = Blueprint("mail", __name__, url_prefix="/courrier")


@pages.get("/")
@access.members(Role.MANAGER, Role.ADMIN)
def waiting() -> ResponseReturnValue:
    """Mail that waits for somebody to look at it."""
    return _waiting()


def _waiting(status: int = 200, refused: uuid.UUID | None = None, error: str = "") -> ResponseReturnValue:
    mails, after = reading.waiting(me(), request.args.get("apres", ""))
    said = {mail.id: (mail_lines.who_wrote(mail), mail_lines.doubt_in_words(mail)) for mail in mails}
    context: dict[str, Any] = {"mails_waiting": mails, "after": after, "said": said}
    context |= {"refused": refused, "error": error, "typed": request.form.get("number", "")}
    return page("mail_room/waiting.html", status=status, **context)


def _found(id: uuid.UUID) -> InboundMail:
    return access.find_or_404(reading.visible_to(me()), id)  # type: ignore[no-any-return]


@pages.post("/<uuid:id>/rattachement")
@access.members(Role.MANAGER, Role.ADMIN)
def attach(id: uuid.UUID) -> ResponseReturnValue:
    """Put a mail on a request."""
    mail = _found(id)
    try:
        the_request = settling.attach(mail, me(), request.form.get("number", ""))
    except BadInput as no:
        return _waiting(no.status, id, told(no))
    flash(_("L'e-mail est rattaché à la demande n° %(number)s.", number=the_request.number))
    return redirect(url_for("requests.show", id=the_request.id), 303)


@pages.post("/<uuid:id>/classement")
@access.members(Role.MANAGER, Role.ADMIN)
def set_aside(id: uuid.UUID) -> ResponseReturnValue:
    """Somebody looked at a mail: it waits no more."""
    mail = _found(id)
    settling.set_aside(mail, me())
    flash(_("C'est classé. L'e-mail reste lisible sur sa demande.") if mail.request_id else _("C'est classé."))
    return redirect(url_for(".waiting"), 303)


@pages.get("/pieces/<uuid:id>")
@access.members()
def download(id: uuid.UUID) -> ResponseReturnValue:
    """A file that came with a mail: always a download of no declared kind, so that no browser opens it by itself."""
    file = access.find_or_404(reading.files_visible_to(me()), id)
    response = Response(file.content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
