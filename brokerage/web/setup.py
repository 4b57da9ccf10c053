"""The first start without data: one association and its first admin, in one form."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from brokerage.accounts import founding
from brokerage.errors import Refusal
from brokerage.web import access, person_fields
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page

pages = Blueprint("setup", __name__, url_prefix="/bienvenue")


class FoundingForm(BaseForm):
    """What an association is called, and who opens its door."""

    name = StringField(
        _l("Nom de l'association"),
        [DataRequired(_l("Indiquez le nom de l'association.")), Length(max=120)],
        filters=[person_fields.tidy],
    )
    short = StringField(
        _l("Sigle"),
        [
            DataRequired(_l("Indiquez un sigle, par exemple PA.")),
            Regexp(r"^\w{1,4}$", message=_l("Un sigle compte une à quatre lettres, sans point ni espace.")),
        ],
        filters=[person_fields.tidy],
    )
    of_name = StringField(
        _l("Après « un partenaire »"),
        [Optional(), Length(max=130), Regexp(r"(?:de |du |des |d['’])", message=_l("Commencez par de, du, des ou d'."))],
        filters=[person_fields.tidy],
    )
    first_name = person_fields.first_name()
    last_name = person_fields.last_name()
    email = person_fields.email()
    password = person_fields.new_password()


@pages.get("/")
@access.public
def show() -> ResponseReturnValue:
    """The form, as long as there is no association."""
    if not founding.is_empty():
        return redirect(url_for("sign_in.show"))
    return page("setup/show.html", form=FoundingForm())


@pages.post("/")
@access.public
def found() -> ResponseReturnValue:
    """Create both and come in; of two people at once, one does."""
    form = FoundingForm()
    try:
        if form.validate():
            access.let_in(_founded(form))
            return redirect(url_for("home.show"), 303)
    except Refusal as no:
        form.refuse(no)
        return page("setup/show.html", status=no.status, form=form)
    return page("setup/show.html", status=422, form=form)


def _founded(form: FoundingForm) -> str:
    identity = founding.Identity(form.name.data, form.short.data, form.of_name.data or "")
    admin = founding.FirstAdmin(form.first_name.data, form.last_name.data, form.email.data)
    return founding.found_first(identity, admin, form.password.data, request.headers.get("User-Agent", ""))
