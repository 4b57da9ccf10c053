"""Mon compte: what a member says of themselves, their password, and where they are signed in."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField, SelectChoice
from wtforms.validators import DataRequired

from brokerage.accounts import own_address, passwords, second_factor, sign_in, team
from brokerage.accounts.sign_in import Visitor
from brokerage.errors import BadInput
from brokerage.introductions.notices import KINDS
from brokerage.web import access, confirming, person_fields
from brokerage.web.access import me, visiting
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page

pages = Blueprint("account", __name__)
LANGUAGES = [SelectChoice("fr", "Français"), SelectChoice("en", "English")]


class SelfForm(BaseForm):
    """What members may change of themselves."""

    first_name = person_fields.first_name()
    last_name = person_fields.last_name()
    title = person_fields.title()
    language = RadioField(_l("Langue des pages et des lettres"), choices=LANGUAGES)


class PasswordForm(BaseForm):
    """A new password, and the one it replaces."""

    current = PasswordField(_l("Mot de passe actuel"), [DataRequired(_l("Indiquez votre mot de passe actuel."))])
    password = person_fields.new_password(_l("Nouveau mot de passe"))


class AddressForm(BaseForm):
    """Another address to sign in with."""

    email = person_fields.email(_l("Nouvelle adresse e-mail"))


@pages.get("/moi")
@access.members()
def show() -> ResponseReturnValue:
    """One's own page."""
    return shown()


@pages.post("/moi")
@access.members()
def introduce_oneself() -> ResponseReturnValue:
    """Change name, title or language."""
    form = SelfForm()
    if not form.validate():
        return shown(422, self_form=form)
    team.introduce_oneself(
        me(), form.first_name.data, form.last_name.data, form.title.data or "", form.language.data
    )
    flash(_("C'est enregistré."))
    return redirect(url_for(".show"), 303)


@pages.post("/moi/mot-de-passe")
@access.members()
def change_password() -> ResponseReturnValue:
    """Replace the password; every other browser is signed out."""
    form = PasswordForm()
    try:
        if form.validate():
            device = request.headers.get("User-Agent", "")
            access.let_in(passwords.change(visitor_here().user_id, form.current.data, form.password.data, device))
            flash(_("Votre mot de passe est changé. Vos autres appareils sont déconnectés."))
            return redirect(url_for(".show"), 303)
    except BadInput as no:
        form.refuse(no)
        return shown(no.status, password_form=form)
    return shown(422, password_form=form)


@pages.post("/moi/adresse")
@access.members()
@confirming.first
def change_address() -> ResponseReturnValue:
    """Ask to sign in with another address: it changes once a letter sent there was opened."""
    form = AddressForm()
    try:
        if form.validate():
            own_address.ask(visitor_here().user_id, form.email.data)
            flash(_("Un message part à la nouvelle adresse. Elle prend effet quand vous l'y confirmez."))
            return redirect(url_for(".show"), 303)
    except BadInput as no:
        form.refuse(no)
        return shown(no.status, address_form=form)
    return shown(422, address_form=form)


@pages.post("/moi/sessions/<uuid:id>/fin")
@access.members()
def end_session(id: uuid.UUID) -> ResponseReturnValue:
    """Sign one of one's own browsers out."""
    sign_in.leave_elsewhere(visitor_here().user_id, id)
    flash(_("Cet appareil est déconnecté."))
    return redirect(url_for(".show"), 303)


@pages.post("/moi/deconnexion")
@access.members()
def leave_everywhere() -> ResponseReturnValue:
    """Sign every browser out, this one included."""
    sign_in.leave_everywhere(visitor_here().user_id)
    access.let_out()
    flash(_("Toutes vos sessions sont fermées."))
    return redirect(url_for("sign_in.show"), 303)


def shown(status: int = 200, absence_form: "absences.AbsenceForm | None" = None, **refused: BaseForm) -> ResponseReturnValue:
    """One's own page, with the form that was refused, if any."""
    forms: dict[str, BaseForm] = {
        "self_form": SelfForm(formdata=None, obj=me()),
        "notices_form": notices.blank(me()),
        "password_form": PasswordForm(formdata=None),
        "address_form": AddressForm(formdata=None),
    }
    return page(
        "account/show.html",
        status=status,
        member=me(),
        kinds=KINDS,
        **forms | refused,
        standing=second_factor.standing(visitor_here().user_id),
        sessions=sign_in.sessions_of(visitor_here().user_id),
        this_session=visitor_here().session_id,
        **absences.told_of(me(), absence_form),
    )


def visitor_here() -> Visitor:
    """The member of this request."""
    visitor = visiting()
    assert visitor is not None  # access.members() let them through
    return visitor


from brokerage.web import absences, members, notices, two_steps  # noqa: E402, F401  (their pages hang on the blueprint above)
