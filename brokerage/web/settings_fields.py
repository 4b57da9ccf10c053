"""Réglages, the fields of an association's own: defined, ordered, renamed, archived."""

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Optional

from brokerage.errors import Refusal
from brokerage.partners import fields, policy
from brokerage.partners.fields import CustomField, FieldKind, Subject
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import radio, text
from brokerage.web.partners import reader
from brokerage.web.settings import pages

SUBJECTS = {Subject.PARTNER: _l("Les partenaires"), Subject.CONTACT: _l("Les contacts")}
KINDS = {
    FieldKind.TEXT: _l("Texte"), FieldKind.NUMBER: _l("Nombre"), FieldKind.DATE: _l("Date"), FieldKind.CHOICE: _l("Choix dans une liste"),
}  # fmt: skip


class DescriptionForm(BaseForm):
    """What may change of a field once values of it are kept."""

    name = text(_l("Nom du champ"), 60, DataRequired(_l("Donnez un nom à ce champ.")))
    help = text(_l("Aide"), 200)
    options = TextAreaField(_l("Choix, un par ligne"), [Optional()])

    def choices_of(self) -> list[str]:
        """The lines of the list."""
        return (self.options.data or "").splitlines()


class FieldForm(DescriptionForm):
    """A new field."""

    subject = radio(_l("Ce champ décrit"), SUBJECTS.items(), default=Subject.PARTNER.value)
    kind = radio(_l("Ce qu'on y écrit"), KINDS.items(), default=FieldKind.TEXT.value)


@pages.get("/champs")
@access.members(*policy.EDITORS)
def own_fields() -> ResponseReturnValue:
    """The fields of the association, and a form for one more."""
    return _listed(FieldForm(formdata=None))


def _listed(form: FieldForm, status: int = 200) -> ResponseReturnValue:
    return page("settings/fields.html", status=status, form=form, known=fields.every(reader()), subjects=SUBJECTS, kinds=KINDS)


@pages.post("/champs")
@access.members(*policy.EDITORS)
def define_field() -> ResponseReturnValue:
    """Add a field: it is in the forms at once."""
    form = FieldForm()
    try:
        if form.validate():
            what = Subject(form.subject.data), FieldKind(form.kind.data)
            fields.define(me(), *what, form.name.data, form.help.data or "", form.choices_of())
            flash(_("« %(name)s » est dans vos fiches.", name=form.name.data))
            return redirect(url_for(".own_fields"), 303)
    except Refusal as no:
        form.refuse(no)
    return _listed(form, 422)


def _found(id: uuid.UUID) -> CustomField:
    return access.find_or_404(fields.visible_to(reader()), id)  # type: ignore[no-any-return]


@pages.get("/champs/<uuid:id>")
@access.members(*policy.EDITORS)
def own_field(id: uuid.UUID) -> ResponseReturnValue:
    """One field: its name, its help, its choices."""
    field = _found(id)
    form = DescriptionForm(formdata=None, name=field.name, help=field.help, options="\n".join(field.options))
    return page("settings/field.html", form=form, known=field, kinds=KINDS)


@pages.post("/champs/<uuid:id>")
@access.members(*policy.EDITORS)
def describe_field(id: uuid.UUID) -> ResponseReturnValue:
    """Rename it, explain it, or change its list of choices."""
    field, form = _found(id), DescriptionForm()
    try:
        if form.validate():
            fields.describe(field, me(), form.name.data, form.help.data or "", form.choices_of())
            flash(_("Modifications enregistrées."))
            return redirect(url_for(".own_fields"), 303)
    except Refusal as no:
        form.refuse(no)
    return page("settings/field.html", status=422, form=form, known=field, kinds=KINDS)


@pages.post("/champs/<uuid:id>/archive")
@access.members(*policy.EDITORS)
def archive_field(id: uuid.UUID) -> ResponseReturnValue:
    """Out of the forms, with its values kept; or back."""
    field, out = _found(id), request.form.get("archived") != "non"
    fields.archive(field, me(), out)
    words = _("« %(name)s » est archivé : ses valeurs sont gardées.", name=field.name)
    if not out:
        words = _("« %(name)s » est de retour.", name=field.name)
    flash(words)
    return redirect(url_for(".own_fields"), 303)


@pages.post("/champs/<uuid:id>/rang")
@access.members(*policy.EDITORS)
def move_field(id: uuid.UUID) -> ResponseReturnValue:
    """One place up or down."""
    fields.move(_found(id), me(), earlier=request.form.get("vers") == "haut")
    return redirect(url_for(".own_fields"), 303)
