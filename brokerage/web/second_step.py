"""The second step of signing in: the code a telephone shows, or a recovery code. Nothing is open before it."""

import uuid
from datetime import datetime, timedelta

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from brokerage import clock
from brokerage.accounts import second_factor, sign_in
from brokerage.accounts.sign_in import Recognised
from brokerage.errors import BadInput, NotFound
from brokerage.web import access, person_fields
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.sign_in import device, pages, wanted

PATIENCE = timedelta(minutes=10)  # between the password and the code


class CodeForm(BaseForm):
    """One field for both: nobody should have to say first which kind they have at hand."""

    code = StringField(
        _l("Code"),
        [DataRequired(_l("Recopiez le code à six chiffres.")), Length(max=40, message=person_fields.TOO_LONG)],
        filters=[person_fields.tidy],
    )


def wait_for(recognised: Recognised) -> None:
    """Remember in the signed cookie whose password was right; it opens nothing, and for ten minutes at most."""
    session.clear()
    now = int(clock.now().timestamp())
    session["first_step"] = [str(recognised.user_id), recognised.password_of.isoformat(), now]


def _recognised() -> Recognised | None:
    user_id, password_of, at = session.get("first_step") or (None, "", 0)
    if user_id is None or clock.now().timestamp() - at > PATIENCE.total_seconds():
        return None
    return Recognised(uuid.UUID(user_id), datetime.fromisoformat(password_of))


@pages.get("/connexion/code")
@access.public
def second_step() -> ResponseReturnValue:
    """Where the code is typed; without a password before it, the way leads back."""
    if _recognised() is None:
        return _back()
    return page("sign_in/second_step.html", form=CodeForm(formdata=None))


@pages.post("/connexion/code")
@access.public
def give_code() -> ResponseReturnValue:
    """In, for the right code, once."""
    form, recognised = CodeForm(), _recognised()
    if recognised is None:
        return _back()
    if not form.validate():
        return page("sign_in/second_step.html", status=422, form=form)
    try:
        access.let_in(sign_in.come_in(recognised, device(), form.code.data))
    except NotFound:
        return _back()
    except BadInput as no:
        form.refuse(no)
        return page("sign_in/second_step.html", status=no.status, form=form)
    _tell_of_recovery(recognised.user_id, form.code.data)
    return redirect(wanted(), 303)


def _tell_of_recovery(user_id: uuid.UUID, code: str) -> None:
    """A recovery code is gone for good: say how many are left."""
    if not second_factor.reads_like_recovery(code):
        return
    left = second_factor.standing(user_id).codes_left
    told = ngettext("Il vous reste un code de secours.", "Il vous reste %(num)d codes de secours.", left)
    flash(told if left else _("C'était votre dernier code de secours : préparez-en d'autres dans « Mon compte »."), "warning")


def _back() -> ResponseReturnValue:
    session.pop("first_step", None)
    return redirect(url_for("sign_in.show", next=request.args.get("next")), 303)
