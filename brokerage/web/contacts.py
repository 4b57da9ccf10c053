"""The people at a partner: adding one, changing, removing."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.partners import contacts, fields, namesakes, policy, vault
from brokerage.partners.fields import Subject
from brokerage.partners.models import Contact, Partner, Permission
from brokerage.partners.namesakes import Namesake
from brokerage.partners.vault import Coordinates
from brokerage.web import access, overlap
from brokerage.web.access import me
from brokerage.web.contact_forms import ContactForm, values_of_contact
from brokerage.web.fragments import page
from brokerage.web.own_fields import with_own
from brokerage.web.partner_editing import locked
from brokerage.web.partners import found, pages, reader
from brokerage.web.typed import identifier

WHY = {"name": _l("même nom, ici"), "email": _l("même adresse"), "phone": _l("même téléphone")}


@pages.get("/<uuid:id>/contacts/nouveau")
@access.members(*policy.EDITORS)
def new_contact(id: uuid.UUID) -> ResponseReturnValue:
    """An empty form for a person."""
    partner = found(id)
    return _shown(partner, _own_form()(formdata=None).open_to(partner.department))


@pages.post("/<uuid:id>/contacts/verification")
@access.members(*policy.EDITORS)
def check_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Who this may be, while one types; by POST, since an address has no place in that of a page. Nothing is written."""
    partner, form = found(id), _own_form()()
    form.open_to(partner.department).validate()
    contact = db.session.scalar(policy.contacts_visible_to(reader()).where(Contact.id == identifier(request.args.get("contact", ""))))
    return _shown(partner, form, contact)


@pages.post("/<uuid:id>/contacts/nouveau")
@access.members(*policy.EDITORS)
def add_contact(id: uuid.UUID) -> ResponseReturnValue:
    """Add the person, after a warning if the book may have them; who objected comes in as such, and the page says so."""
    partner = found(id)
    form = _own_form()().open_to(partner.department)
    try:
        if form.validate():
            if not request.form.get("quand_meme") and _maybe(partner, form):
                return _shown(partner, form, status=422, doubted=True)
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


def _maybe(partner: Partner, form: ContactForm, contact: Contact | None = None) -> list[Namesake]:
    """Who in the book this may be. A field that is wrong says nothing."""
    fine = {name: "" if form[name].errors else form[name].data or "" for name in ("email", "phone", "mobile")}
    name = f"{form.first_name.data or ''} {form.last_name.data or ''}"
    return namesakes.people_like(partner, name if form.last_name.data else "", Coordinates(**fine), contact.id if contact else None)


def _shown(
    partner: Partner, form: ContactForm, contact: Contact | None = None, status: int = 200,
    clash: overlap.Clash | None = None, doubted: bool = False,
) -> ResponseReturnValue:  # fmt: skip
    maybe = _maybe(partner, form, contact) if request.method == "POST" else []
    context: dict[str, Any] = {"form": form, "contact": contact, "clash": clash, "maybe": maybe, "doubted": doubted}
    return page("partners/contact.html", fragments=("peut_etre",), status=status, partner=partner, why=WHY, **context)


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
