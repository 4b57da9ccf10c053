"""The people at a partner: adding one, changing, removing."""

import uuid

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.errors import Refusal
from brokerage.partners import contacts, fields, policy, vault
from brokerage.partners.fields import Subject
from brokerage.partners.models import Contact, Partner, Permission
from brokerage.web import access, overlap
from brokerage.web.access import me
from brokerage.web.contact_forms import ContactForm, values_of_contact
from brokerage.web.fragments import page
from brokerage.web.own_fields import with_own
from brokerage.web.partner_editing import locked
from brokerage.web.partners import found, pages, reader


@pages.get("/<uuid:id>/contacts/nouveau")
@access.members(*policy.EDITORS)
def new_contact(id: uuid.UUID) -> ResponseReturnValue:
    """An empty form for a person."""
    partner = found(id)
    return _shown(partner, _own_form()(formdata=None).open_to(partner.department))


@pages.post("/<uuid:id>/contacts/nouveau")
@access.members(*policy.EDITORS)
def add_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Add the person; somebody who objected comes in as such, and the page says so."""
    partner = found(id)
    form = _own_form()().open_to(partner.department)
    try:
        if form.validate():
            contact = contacts.add(partner, me(), form.details(), form.coordinates())
            _tell(contact, _("%(name)s est dans la fiche.", name=contact.name))
            return redirect(url_for(".show", id=id), 303)
    except Refusal as no:
        form.refuse(no)
    return _shown(partner, form, status=422)


def _tell(contact: Contact, done: str) -> None:
    if contact.permission is Permission.DO_NOT_CONTACT:
        flash(_("%(name)s a demandé à ne plus être sollicité : la fiche le dit, et aucun e-mail ne partira.", name=contact.name), "warning")
    else:
        flash(done)


def _own_form(contact: Contact | None = None) -> type[ContactForm]:
    return with_own(ContactForm, fields.of(reader(), Subject.CONTACT), contact.extra if contact else None)


def _shown(
    partner: Partner, form: ContactForm, contact: Contact | None = None, status: int = 200, clash: overlap.Clash | None = None
) -> ResponseReturnValue:
    return page("partners/contact.html", status=status, partner=partner, form=form, contact=contact, clash=clash)


@pages.get("/contacts/<uuid:id>")
@access.members(*policy.EDITORS)
def edit_contact(id: uuid.UUID) -> ResponseReturnValue:
    """The form of a person."""
    contact = access.find_or_404(policy.contacts_visible_to(reader()), id)
    return _shown(contact.partner, overlap.opened(_filled(contact), contact.version), contact)


def _filled(contact: Contact) -> ContactForm:
    coordinates = vault.own([contact.id]).get(contact.id, vault.NOTHING)
    form = _own_form(contact)(formdata=None, data=values_of_contact(contact, coordinates))
    return form.open_to(contact.partner.department, contact.permission)


@pages.post("/contacts/<uuid:id>")
@access.members(*policy.EDITORS)
def change_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Save; what a colleague saved since on other fields stays, and what both changed is asked back side by side."""
    contact = locked(policy.contacts_visible_to(me()), id)
    form = _own_form(contact)().open_to(contact.partner.department, contact.permission)
    try:
        if form.validate():
            if clash := overlap.settle(form, _filled(contact), contact):
                return _shown(contact.partner, form, contact, 409, clash)
            contacts.change(contact, me(), form.details(), form.coordinates(), contact.version)
            _tell(contact, _("Modifications enregistrées."))
            return redirect(url_for(".show", id=contact.partner_id), 303)
    except Refusal as no:
        form.refuse(no)
    return _shown(contact.partner, form, contact, 422)


@pages.post("/contacts/<uuid:id>/retrait")
@access.members(*policy.EDITORS)
def remove_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Take the person out of the book."""
    contact = locked(policy.contacts_visible_to(me()), id)
    contacts.remove(contact, me())
    flash(_("%(name)s n'est plus dans votre carnet.", name=contact.name))
    return redirect(url_for(".show", id=contact.partner_id), 303)
