"""Droits des personnes: the register of an association, what is due, and the corrections that wait for a decision."""

import uuid
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired, InputRequired

from brokerage import clock
from brokerage.accounts.models import Role
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.partners import policy as book
from brokerage.partners import vault
from brokerage.partners.models import Contact
from brokerage.privacy import correcting, register
from brokerage.privacy.register import Right, RightsRequest
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import Day, choice, text

pages = Blueprint("rights", __name__, url_prefix="/droits")

KINDS = {
    Right.ACCESS: _l("Accès à ses données"), Right.RECTIFICATION: _l("Rectification"), Right.ERASURE: _l("Effacement"),
    Right.OBJECTION: _l("Opposition"), Right.RESTRICTION: _l("Limitation"),
    Right.WITHDRAWAL: _l("Accord retiré"), Right.OTHER: _l("Autre demande"),
}  # fmt: skip
CHANNELS = {
    register.PAGE: _l("depuis sa page"), register.MAIL: _l("par e-mail"), register.PHONE: _l("par téléphone"),
    register.POST: _l("par courrier"), register.IN_PERSON: _l("de vive voix"),
}  # fmt: skip
OUTCOMES = {
    "downloaded": _l("téléchargées"), "changed": _l("corrigée par la personne elle-même"), "proposed": _l("une autre adresse à vérifier"),
    "accepted": _l("nouvelle adresse acceptée"), "kept": _l("adresse d'origine gardée"), "erased": _l("effacée de tous les carnets"),
    "withdrawn": _l("coordonnées masquées aussitôt"), "": _l("prise en compte aussitôt"),
}  # fmt: skip


class NotedForm(BaseForm):
    """A request that came by letter, telephone or mail."""

    kind = choice(_l("Que demande la personne ?"), KINDS.items())
    who = text(_l("Qui demande ?"), 160, DataRequired(_l("Indiquez qui demande.")))
    channel = choice(_l("Comment ?"), [(code, words) for code, words in CHANNELS.items() if code != register.PAGE])
    received_on = Day(_l("Reçue le"), [InputRequired(_l("Indiquez une date, par exemple 04/04/2026."))], format=["%Y-%m-%d", "%d/%m/%Y"])
    outcome = text(_l("Précision"), 300)


def _words() -> dict[str, Any]:
    return {"kinds": KINDS, "channels": CHANNELS, "outcomes": OUTCOMES}


@pages.get("/")
@access.members(*register.KEEPERS)
def index() -> ResponseReturnValue:
    """What is due, what was done."""
    return _index(NotedForm(formdata=None, received_on=clock.today()))


def _index(form: NotedForm, status: int = 200) -> ResponseReturnValue:
    waiting, done = register.waiting(me()), register.done(me())
    return page("rights/index.html", status=status, waiting=waiting, done=done, form=form, **_words())


@pages.post("/")
@access.members(Role.ADMIN)
def note() -> ResponseReturnValue:
    """Note a request by hand."""
    form = NotedForm()
    try:
        if form.validate():
            said = (form.who.data, form.received_on.data, form.channel.data, form.outcome.data or "")
            one = register.note(me(), Right(form.kind.data), *said)
            flash(_("C'est au registre. Une tâche vous le rappellera."))
            return redirect(url_for(".show", id=one.id), 303)
    except Refusal as no:
        form.refuse(no)
    return _index(form, 422)


@pages.get("/<uuid:id>")
@access.members(*register.KEEPERS, Role.MANAGER)
def show(id: uuid.UUID) -> ResponseReturnValue:
    """One request, and what is left to do."""
    return _shown(_found(id))


def _found(id: uuid.UUID) -> RightsRequest:
    return access.find_or_404(register.visible_to(me()), id)  # type: ignore[no-any-return]


def _shown(one: RightsRequest, status: int = 200, error: str = "") -> ResponseReturnValue:
    contact = db.session.get(Contact, one.contact_id) if one.contact_id else None
    compared = _compared(contact) if contact and one.done_on is None and one.kind is Right.RECTIFICATION else None
    return page("rights/show.html", status=status, one=one, contact=contact, compared=compared, error=error, **_words())


def _compared(contact: Contact) -> tuple[str, str] | None:
    """The present address and the one proposed, for whoever may decide between them."""
    if contact.correction_at is None or not book.may_edit(me()):
        return None
    return vault.own([contact.id]).get(contact.id, vault.NOTHING).email, vault.proposed(contact.id)


@pages.post("/<uuid:id>/reponse")
@access.members(Role.ADMIN)
def settle(id: uuid.UUID) -> ResponseReturnValue:
    """Done, and how."""
    one = _found(id)
    try:
        register.settle(one, me(), request.form.get("outcome", "")[:300])
    except Refusal as no:
        return _shown(one, no.status, told(no))
    flash(_("C'est noté : la demande est traitée."))
    return redirect(url_for(".index"), 303)


@pages.post("/<uuid:id>/correction")
@access.members(*book.EDITORS)
def decide(id: uuid.UUID) -> ResponseReturnValue:
    """Take the proposed address, or keep one's own."""
    one = _found(id)
    contact = db.session.scalar(sa.select(Contact).where(Contact.id == one.contact_id)) if one.contact_id else None
    if contact is None:
        return _shown(one, 409, _("Cette personne n'est plus dans le carnet."))
    try:
        correcting.decide(contact, me(), accepted=request.form.get("decision") == "accepter")
    except Refusal as no:
        return _shown(one, no.status, told(no))
    flash(_("C'est noté, la fiche est à jour."))
    return redirect(url_for("partners.show", id=contact.partner_id), 303)


@pages.get("/contacts/<uuid:id>")
@access.members(*book.EDITORS)
def of_contact(id: uuid.UUID) -> ResponseReturnValue:
    """From the record of a contact to the correction that waits for a decision."""
    contact = access.find_or_404(book.contacts_visible_to(me()), id)
    open_ = register.visible_to(me()).where(RightsRequest.contact_id == contact.id, RightsRequest.done_on.is_(None))
    one = db.session.scalars(open_.order_by(RightsRequest.due_on).limit(1)).first()
    return redirect(url_for(".show", id=one.id) if one else url_for("partners.show", id=contact.partner_id), 303)
