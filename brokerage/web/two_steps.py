"""Mon compte, vérification en deux étapes: put in place, recovery codes, taken away; an admin takes away a lost one."""

import uuid

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from brokerage.accounts import rescue, second_factor, sign_in, team
from brokerage.accounts.models import Role
from brokerage.errors import BadInput
from brokerage.web import access, confirming, person_fields
from brokerage.web.access import me
from brokerage.web.account import pages, visitor_here
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page


class FirstCodeForm(BaseForm):
    """The proof that the telephone learnt the key."""

    code = StringField(
        _l("Code à six chiffres"),
        [DataRequired(_l("Recopiez le code à six chiffres.")), Length(max=40, message=person_fields.TOO_LONG)],
        filters=[person_fields.tidy],
    )


@pages.post("/moi/deux-etapes")
@access.members()
@confirming.first
def begin_second_factor() -> ResponseReturnValue:
    """A new key, shown on the page that follows."""
    second_factor.begin(visitor_here().user_id)
    return redirect(url_for(".second_factor_key"), 303)


@pages.get("/moi/deux-etapes/cle")
@access.members()
def second_factor_key() -> ResponseReturnValue:
    """The key to scan or to type, until its first code came."""
    return _key_shown(FirstCodeForm(formdata=None))


@pages.post("/moi/deux-etapes/cle")
@access.members()
@confirming.first
def confirm_second_factor() -> ResponseReturnValue:
    """The first code: from now on it is asked at sign-in, and other browsers must show it too."""
    form, visitor = FirstCodeForm(), visitor_here()
    if not form.validate():
        return _key_shown(form, 422)
    try:
        codes = second_factor.confirm(visitor.user_id, form.code.data)
    except BadInput as no:
        form.refuse(no)
        return _key_shown(form, no.status)
    sign_in.end_others(visitor.user_id, visitor.session_id)
    return _codes_shown(codes)


@pages.post("/moi/deux-etapes/codes")
@access.members()
@confirming.first
def renew_recovery_codes() -> ResponseReturnValue:
    """Other recovery codes in place of those of before."""
    return _codes_shown(second_factor.renew_codes(visitor_here().user_id))


@pages.post("/moi/deux-etapes/fin")
@access.members()
@confirming.first
def remove_second_factor() -> ResponseReturnValue:
    """The password alone again."""
    second_factor.remove(visitor_here().user_id, team.as_by(me()))
    flash(_("La vérification en deux étapes est retirée."))
    return redirect(url_for(".show"), 303)


@pages.post("/membres/<uuid:id>/deux-etapes/fin")
@access.members(Role.ADMIN)
@confirming.first
def remove_lost_factor(id: uuid.UUID) -> ResponseReturnValue:
    """A colleague lost their telephone: they sign in by password alone again, and hear who did it."""
    colleague = access.find_or_404(team.of_association(me().association_id), id)
    rescue.remove_lost_factor(colleague, me())
    flash(_("%(name)s entre de nouveau avec son mot de passe seul, et en reçoit un message.", name=colleague.name))
    return redirect(url_for(".member", id=id), 303)


def _key_shown(form: FirstCodeForm, status: int = 200) -> ResponseReturnValue:
    key = second_factor.key_of(visitor_here().user_id, visitor_here().email)
    if key is None:
        return redirect(url_for(".show"), 303)
    return page("account/second_factor_key.html", status=status, form=form, key=key)


def _codes_shown(codes: list[str]) -> ResponseReturnValue:
    """The answer to the post itself: shown once, kept nowhere, so there is no page to come back to."""
    return page("account/recovery_codes.html", codes=codes, address=visitor_here().email)
