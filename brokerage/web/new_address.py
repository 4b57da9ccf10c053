"""The link that a new sign-in address receives, and what opening it does."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts import own_address, passwords
from brokerage.accounts.models import Link, Purpose
from brokerage.web import access
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.sign_in import pages


@pages.get("/nouvelle-adresse/<token>")
@access.by_link(Purpose.ADDRESS)
def new_address(link: Link) -> ResponseReturnValue:
    """Whose account, and which address; a scanner that opens the link changes nothing."""
    return page("sign_in/new_address.html", form=BaseForm(formdata=None), email=own_address.awaited(link), member=passwords.member_of(link))


@pages.post("/nouvelle-adresse/<token>")
@access.by_link(Purpose.ADDRESS)
def take_address(link: Link) -> ResponseReturnValue:
    """Put it in place."""
    own_address.take(link)
    access.let_out()
    flash(_("Votre adresse est changée. Connectez-vous avec la nouvelle."))
    return redirect(url_for(".show"), 303)
