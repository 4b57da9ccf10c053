"""Coming in and going out: sign-in, an invitation accepted, a forgotten password replaced."""

import re

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired

from brokerage.accounts import founding, passwords, sign_in, team
from brokerage.accounts.models import Link, Purpose
from brokerage.accounts.second_factor import CodeWanted
from brokerage.errors import BadInput
from brokerage.web import access, person_fields, whence
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page

pages = Blueprint("sign_in", __name__)

# Our own pages only: browsers take //host, /\host and controls for other sites (security: D6, 27 payloads).
_INSIDE = re.compile(r"/(?![/\\])[A-Za-z0-9_\-./~%?=&+,:]*")


@pages.context_processor
def _letter_box() -> dict[str, str | None]:
    """Where letters are read while somebody tries Passerelle alone; None once they really leave."""
    local = current_app.config["PASSERELLE"].local
    return {"letter_box": url_for("local_mail.index") if local else None}


class SignInForm(BaseForm):
    """Address and password; whether they belong together is the room's to say."""

    email = EmailField(_l("Adresse e-mail"), [DataRequired(_l("Indiquez votre adresse e-mail."))])
    password = PasswordField(_l("Mot de passe"), [DataRequired(_l("Indiquez votre mot de passe."))])


class ForgottenForm(BaseForm):
    """Where the link should go."""

    email = person_fields.email()


class NewPasswordForm(BaseForm):
    """A password to keep."""

    password = person_fields.new_password()


@pages.get("/connexion")
@access.public
def show() -> ResponseReturnValue:
    """The sign-in page; an installation without any association starts elsewhere."""
    if access.visiting():
        return redirect(wanted())
    if founding.is_empty():
        return redirect(url_for("setup.show"))
    return page("sign_in/show.html", form=SignInForm())


@pages.post("/connexion")
@access.public
def enter() -> ResponseReturnValue:
    """Sign in, and go where one was going."""
    form = SignInForm()
    try:
        if form.validate():
            return _past_the_password(sign_in.recognise(form.email.data, form.password.data, whence.address()))
    except BadInput as no:
        form.refuse(no)
        return page("sign_in/show.html", status=no.status, form=form)
    return page("sign_in/show.html", status=422, form=form)


def _past_the_password(recognised: sign_in.Recognised) -> ResponseReturnValue:
    """In, or one step further for who chose to have two."""
    try:
        access.let_in(sign_in.come_in(recognised, device()))
    except CodeWanted:
        second_step.wait_for(recognised)
        return redirect(url_for(".second_step", next=request.args.get("next")), 303)
    return redirect(wanted(), 303)


@pages.post("/deconnexion")
@access.members()
def leave() -> ResponseReturnValue:
    """End this session, here and on the server."""
    visitor = access.visiting()
    assert visitor is not None
    sign_in.leave(visitor.session_id)
    access.let_out()
    flash(_("Votre session est fermée. À bientôt."))
    return redirect(url_for(".show"), 303)


@pages.get("/mot-de-passe-oublie")
@access.public
def forgotten() -> ResponseReturnValue:
    """Ask for a link."""
    return page("sign_in/forgotten.html", form=ForgottenForm())


@pages.post("/mot-de-passe-oublie")
@access.public
def send_link() -> ResponseReturnValue:
    """Send it, or not: the answer is the same."""
    form = ForgottenForm()
    try:
        if form.validate():
            passwords.forgotten(form.email.data, whence.address())
            return redirect(url_for(".link_sent"), 303)
    except BadInput as no:
        form.refuse(no)
        return page("sign_in/forgotten.html", status=no.status, form=form)
    return page("sign_in/forgotten.html", status=422, form=form)


@pages.get("/mot-de-passe-oublie/envoye")
@access.public
def link_sent() -> ResponseReturnValue:
    """What happens next, for an address we know and for one we do not."""
    return page("sign_in/link_sent.html")


@pages.get("/mot-de-passe/<token>")
@access.by_link(Purpose.PASSWORD)
def renewal(link: Link) -> ResponseReturnValue:
    """Choose a new password."""
    return page("sign_in/renewal.html", form=NewPasswordForm(), member=passwords.member_of(link))


@pages.post("/mot-de-passe/<token>")
@access.by_link(Purpose.PASSWORD)
def renew(link: Link) -> ResponseReturnValue:
    """Keep it, and end every session the account had."""
    form = NewPasswordForm()
    try:
        if form.validate():
            passwords.renew(link, form.password.data)
            flash(_("Votre mot de passe est changé. Connectez-vous avec le nouveau."))
            return redirect(url_for(".show"), 303)
    except BadInput as no:
        form.refuse(no)
    return page("sign_in/renewal.html", status=422, form=form, member=passwords.member_of(link))


@pages.get("/invitation/<token>")
@access.by_link(Purpose.INVITATION)
def invitation(link: Link) -> ResponseReturnValue:
    """Who is invited, to what, and the password they choose."""
    return page("sign_in/invitation.html", form=NewPasswordForm(), member=passwords.member_of(link))


@pages.post("/invitation/<token>")
@access.by_link(Purpose.INVITATION)
def accept(link: Link) -> ResponseReturnValue:
    """Come in for the first time."""
    form = NewPasswordForm()
    try:
        if form.validate():
            access.let_in(team.accept(link, form.password.data, device()))
            return redirect(url_for("home.show"), 303)
    except BadInput as no:
        form.refuse(no)
    return page("sign_in/invitation.html", status=422, form=form, member=passwords.member_of(link))


def wanted() -> str:
    """Where this visitor was going, if it is a page of ours; the home page otherwise."""
    asked = request.args.get("next", "")
    return asked if _INSIDE.fullmatch(asked) else url_for("home.show")


def device() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


from brokerage.web import new_address, second_step  # noqa: E402, F401  (their pages hang on the blueprint above)
