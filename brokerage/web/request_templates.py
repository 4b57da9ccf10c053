"""Templates of requests: kept from a request, chosen by whoever writes the next one, renamed, taken away."""

import uuid
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import request_templates
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.request_templates import RequestTemplate
from brokerage.introductions.states import RequestState
from brokerage.web import access, stories
from brokerage.web.access import me
from brokerage.web.asking import ASKERS
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import text
from brokerage.web.requests import found, pages


class TemplateForm(BaseForm):
    """What a template is called."""

    name = text(_l("Nom du modèle"), request_templates.LONGEST)


@pages.get("/modeles")
@access.members(*ASKERS)
def templates() -> ResponseReturnValue:
    """The templates of the association, and what the reader may do with each."""
    return _listed()


def _listed(status: int = 200, wrong: TemplateForm | None = None, refused: uuid.UUID | None = None) -> ResponseReturnValue:
    query = request_templates.of(me().association_id).join(User, User.id == RequestTemplate.by_id).add_columns(User)
    rows = db.session.execute(query).all()
    shown = [(template, author, request_templates.may_change(template, me())) for template, author in rows]
    context: dict[str, Any] = {"shown": shown, "wrong": wrong, "refused": refused, "in_words": stories.numbers}
    return page("requests/templates.html", status=status, **context)


@pages.get("/modeles/nouveau")
@access.members(*ASKERS)
def new_template() -> ResponseReturnValue:
    """What would be kept of the request ?de=…, and the name to give it; without one, the list."""
    if (of := request.args.get("de", type=uuid.UUID)) is None:
        return redirect(url_for("requests.templates"), 303)
    kept_of = found(of)
    return _naming(kept_of, TemplateForm(formdata=None, name=request_templates.name_for(kept_of)))


def _naming(kept_of: IntroductionRequest, form: TemplateForm, status: int = 200) -> ResponseReturnValue:
    numbers = stories.numbers(kept_of.numbers)
    return page("requests/template.html", status=status, form=form, of=kept_of, numbers=numbers, back=_home_of(kept_of))


def _home_of(kept_of: IntroductionRequest) -> str:
    if kept_of.state is RequestState.DRAFT:
        return url_for("requests.new", brouillon=kept_of.id)
    return url_for("requests.show", id=kept_of.id)


@pages.post("/modeles/nouveau")
@access.members(*ASKERS)
def keep_template() -> ResponseReturnValue:
    """Keep the words of a request under a name, and go back to it."""
    kept_of, form = found(request.form.get("de", type=uuid.UUID) or uuid.UUID(int=0)), TemplateForm()
    try:
        if not form.validate():
            return _naming(kept_of, form, 422)
        template = request_templates.keep(kept_of, me(), form.name.data or "")
    except Refusal as no:
        form.refuse(no)
        return _naming(kept_of, form, no.status)
    flash(_("Modèle « %(name)s » gardé pour toute votre association.", name=template.name))
    return redirect(_home_of(kept_of), 303)


def _found(template_id: uuid.UUID, query: sa.Select[RequestTemplate]) -> RequestTemplate:
    return access.find_or_404(query, template_id)  # type: ignore[no-any-return]


@pages.post("/modeles/<uuid:id>")
@access.members(*ASKERS)
def rename_template(id: uuid.UUID) -> ResponseReturnValue:
    """Another name."""
    template, form = _found(id, request_templates.of(me().association_id)), TemplateForm()
    try:
        if not form.validate():
            return _listed(422, form, id)
        request_templates.rename(template, me(), form.name.data or "")
    except Refusal as no:
        form.refuse(no)
        return _listed(no.status, form, id)
    flash(_("Modèle renommé : « %(name)s ».", name=template.name))
    return redirect(url_for("requests.templates"), 303)


@pages.post("/modeles/<uuid:id>/suppression")
@access.members(*ASKERS)
def remove_template(id: uuid.UUID) -> ResponseReturnValue:
    """Take it away, with a way back."""
    template = _found(id, request_templates.of(me().association_id))
    try:
        request_templates.remove(template, me())
    except Refusal as no:
        flash(told(no), "error")
        return redirect(url_for("requests.templates"), 303)
    words, back = _("Modèle « %(name)s » supprimé.", name=template.name), url_for("requests.restore_template", id=id)
    flash({"text": words, "undo": back, "seconds": 30}, "undo")  # type: ignore[arg-type]
    return redirect(url_for("requests.templates"), 303)


@pages.post("/modeles/<uuid:id>/restauration")
@access.members(*ASKERS)
def restore_template(id: uuid.UUID) -> ResponseReturnValue:
    """Bring a removed template back."""
    try:
        request_templates.restore(_found(id, request_templates.removed_from(me().association_id)), me())
    except Refusal as no:
        flash(told(no), "error")
    return redirect(url_for("requests.templates"), 303)
