"""The people at a partner: adding one, changing, removing."""

import uuid

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.errors import Refusal
from brokerage.partners import contacts, policy, vault
from brokerage.partners.models import Contact, Partner, Permission
from brokerage.partners.partners import Overtaken
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.contact_forms import ContactForm, values_of_contact
from brokerage.web.fragments import page
from brokerage.web.partner_editing import locked, version_of
from brokerage.web.partner_forms import differences
from brokerage.web.partners import found, pages, reader


@pages.get("/<uuid:id>/contacts/nouveau")
@access.members(*policy.EDITORS)
def new_contact(id: uuid.UUID) -> ResponseReturnValue:
    """An empty form for a person."""
    partner = found(id)
    return _shown(partner, ContactForm(formdata=None).open_to(partner.department))


@pages.post("/<uuid:id>/contacts/nouveau")
@access.members(*policy.EDITORS)
def add_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Add the person; somebody who objected comes in as such, and the page says so."""
    partner = found(id)
    form = ContactForm().open_to(partner.department)
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


def _shown(
    partner: Partner, form: ContactForm, contact: Contact | None = None, status: int = 200, apart: list[tuple[str, str, str]] | None = None
) -> ResponseReturnValue:
    return page("partners/contact.html", status=status, partner=partner, form=form, contact=contact, apart=apart or [])


@pages.get("/contacts/<uuid:id>")
@access.members(*policy.EDITORS)
def edit_contact(id: uuid.UUID) -> ResponseReturnValue:
    """The form of a person."""
    contact = access.find_or_404(policy.contacts_visible_to(reader()), id)
    return _shown(contact.partner, _filled(contact), contact)


def _filled(contact: Contact) -> ContactForm:
    coordinates = vault.own([contact.id]).get(contact.id, vault.NOTHING)
    form = ContactForm(formdata=None, data=values_of_contact(contact, coordinates))
    return form.open_to(contact.partner.department, contact.permission)


@pages.post("/contacts/<uuid:id>")
@access.members(*policy.EDITORS)
def change_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Save, unless a colleague did since the form was opened: then both versions are shown."""
    contact = locked(policy.contacts_visible_to(me()), id)
    form = ContactForm().open_to(contact.partner.department, contact.permission)
    try:
        if form.validate():
            contacts.change(contact, me(), form.details(), form.coordinates(), version_of(form))
            _tell(contact, _("Modifications enregistrées."))
            return redirect(url_for(".show", id=contact.partner_id), 303)
    except Overtaken as no:
        form.refuse(no)
        apart, form.version.data = differences(form, _filled(contact)), str(contact.version)
        return _shown(contact.partner, form, contact, no.status, apart)
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
