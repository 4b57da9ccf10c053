"""Mon compte, the letters: at once, in the weekly digest or never, kind by kind."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectChoice

from brokerage.accounts.models import User
from brokerage.errors import Refusal
from brokerage.introductions import notices
from brokerage.introductions.notices import KINDS, Kind, When
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.account import pages, shown
from brokerage.web.forms import BaseForm

WORDS = {When.NOW: _l("Tout de suite"), When.DIGEST: _l("Dans le récapitulatif"), When.NEVER: _l("Jamais")}


def _field(kind: Kind) -> RadioField:
    choices = [SelectChoice(when.value, WORDS[when]) for when in kind.offered]
    return RadioField(_l(kind.name), choices=choices, validate_choice=False)  # what is not offered, the verb refuses


class NoticesForm(type("KindsForm", (BaseForm,), {code: _field(kind) for code, kind in KINDS.items()})):  # type: ignore[misc]
    """A row of answers for each kind, and whether the digest comes at all."""

    weekly = BooleanField(_l("Recevoir le récapitulatif de la semaine"))


def blank(member: User) -> NoticesForm:
    """The form as it stands, with the kinds this member may receive and no other."""
    chosen = {kind.code: notices.choice(member, kind).value for kind in notices.open_to(member)}
    return _kept_to(member, NoticesForm(formdata=None, data=chosen | {"weekly": notices.wants_digest(member)}))


def _kept_to(member: User, form: NoticesForm) -> NoticesForm:
    for code in KINDS.keys() - {kind.code for kind in notices.open_to(member)}:
        del form[code]
    return form


@pages.post("/moi/lettres")
@access.members()
def choose_notices() -> ResponseReturnValue:
    """Say what to receive, and how."""
    form = _kept_to(me(), NoticesForm())
    try:
        if form.validate():
            wanted = {kind.code: form[kind.code].data for kind in notices.open_to(me()) if form[kind.code].data}
            notices.choose(me(), wanted, bool(form.weekly.data))
            flash(_("C'est enregistré."))
            return redirect(url_for(".show", _anchor="lettres"), 303)
    except Refusal as no:
        form.refuse(no)
    return shown(422, notices_form=form)
