"""A link of a letter that is over can send another: to the address on file, saying nothing of whose it was."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from brokerage.accounts import throttle
from brokerage.accounts.models import Link
from brokerage.accounts.throttle import TooMany
from brokerage.privacy import renewal
from brokerage.web import access, whence
from brokerage.web.errors import told
from brokerage.web.fragments import page

pages = Blueprint("spent_links", __name__, url_prefix="/nouveau-lien")


@pages.post("/")
@access.by_old_link
def send(link: Link | None) -> ResponseReturnValue:
    """Send another link; an unknown token, a person who is gone and one who is not answer the same."""
    try:
        throttle.count(throttle.RENEWAL_NEARBY, whence.address())
        throttle.count(throttle.RENEWAL, request.form.get("token", ""))
    except TooMany as no:
        return page("answers/sent_again.html", status=no.status, sentence=told(no))
    renewal.send_another(link)
    return redirect(url_for(".sent"), 303)


@pages.get("/")
@access.outside
def sent() -> ResponseReturnValue:
    """What anybody reads then."""
    return page("answers/sent_again.html", sentence="")
