"""Before what matters most it must still be the member who sits there: the password, typed within fifteen minutes (C8).

Where it was not, the answer to a form is that one question. What was typed goes along with it, and once the password
came the form goes on as if nothing had been asked.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import request, session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from brokerage import clock
from brokerage.accounts import sign_in
from brokerage.errors import BadInput
from brokerage.web import access
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page

LASTS = timedelta(minutes=15)
_OURS = ("password", "csrf_token")  # of the question itself, not of the form it interrupts

View = Callable[..., ResponseReturnValue]


class ConfirmingForm(BaseForm):
    """The question. It must not be called like a field of a form it interrupts."""

    password = PasswordField(_l("Votre mot de passe"))


def first(view: View) -> View:
    """Ask before this view does anything. Stands under the sign of who may enter."""

    @wraps(view)
    def asked(**arguments: Any) -> ResponseReturnValue:
        question = wanted()
        return view(**arguments) if question is None else question

    return asked


def wanted() -> ResponseReturnValue | None:
    """The question, unless it was answered within fifteen minutes, or is by this very post."""
    form = ConfirmingForm()
    if is_recent():
        return None
    try:
        if "password" in request.form:
            by(form.password.data or "")
            return None
    except BadInput as no:
        form.refuse(no)
        return _asking(form, no.status)
    return _asking(form, 422)


def is_recent() -> bool:
    """Whether this member typed their password within fifteen minutes: to sign in, or since."""
    visitor = access.visiting()
    assert visitor is not None  # access.members() let them through
    typed = max(visitor.since.timestamp(), session.get("confirmed", 0))
    return bool(clock.now().timestamp() - typed <= LASTS.total_seconds())


def by(password: str) -> None:
    """Note that they just did. Raises BadInput for another password, throttle.TooMany."""
    visitor = access.visiting()
    assert visitor is not None
    sign_in.confirm(visitor, password)
    session["confirmed"] = int(clock.now().timestamp())


def _asking(form: ConfirmingForm, status: int) -> ResponseReturnValue:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _OURS]
    return page("account/confirming.html", status=status, form=form, typed=typed)
