"""Mes données: what is held of a contact, by whom and who received it; correct, download, erase, take an agreement back.

Opened by a link that leaves to the mailbox each time it is asked for. GET shows, a button acts.
"""

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.validators import DataRequired, InputRequired

from brokerage.accounts.models import Link, Purpose
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.partners import persons, vault
from brokerage.partners.models import Contact, Partner
from brokerage.privacy import correcting, erasure, held, register, withdrawing
from brokerage.privacy.register import Right
from brokerage.reference import identifiers
from brokerage.web import access, held_words
from brokerage.web.formats import phone
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import choice, read, text

pages = Blueprint("own_data", __name__, url_prefix="/mes-donnees")


class CorrectionForm(BaseForm):
    """One's own record, as it should read."""

    civility = choice(_l("Civilité"), [("", _l("Sans")), ("Mme", "Mme"), ("M.", "M.")], optional=True)
    first_name = text(_l("Prénom"), 80)
    last_name = text(_l("Nom"), 80, DataRequired(_l("Indiquez votre nom.")))
    title = text(_l("Fonction"), 120)
    email = text(_l("E-mail professionnel"), 254)
    phone = text(_l("Téléphone"), 40)
    mobile = text(_l("Portable"), 40)
    department: str | None = None

    def validate_email(self, field: Field) -> None:
        """By form only; a likely slip is proposed, never corrected by itself."""
        field.data = read(identifiers.email(field.data or ""), "email_invalid")

    def validate_phone(self, field: Field) -> None:
        """International form, with the country its own digits call for."""
        field.data = read(identifiers.phone_checked(field.data or "", self.department), "phone_invalid")

    validate_mobile = validate_phone

    def correction(self) -> correcting.Correction:
        """What the verb is given."""
        return correcting.Correction(**{name: getattr(self, name).data or "" for name in correcting.Correction.__dataclass_fields__})


class ErasureForm(BaseForm):
    """The second step: nothing is ticked beforehand."""

    sure = BooleanField(_l("Oui, effacez définitivement mes données"), [InputRequired(_l("Cochez la case pour confirmer."))])


def _contact(link: Link) -> Contact:
    return db.session.get_one(Contact, link.subject_id)


def _token() -> str:
    return (request.view_args or {}).get("token", "")


@pages.get("/<token>")
@access.by_link(Purpose.DATA)
def show(link: Link) -> ResponseReturnValue:
    """Everything, book by book."""
    done = request.args.get("fait", "")
    return page("own_data/show.html", books=held.books_of(_contact(link)), words=held_words, token=_token(), done=done)


@pages.post("/<token>/telechargement")
@access.by_link(Purpose.DATA)
def download(link: Link) -> ResponseReturnValue:
    """The same as a file: JSON for a machine, or text for reading. Each book notes that it was asked."""
    plain = request.form.get("format") == "texte"
    books = held.books_of(_contact(link))
    for book in books:
        register.by_themselves(Right.ACCESS, book.contact, "downloaded")
        persons.tell("data_downloaded", book.contact)
    said = held_words.document(books)
    body = held_words.as_text(said) if plain else held_words.as_json(said)
    kind, ending = ("text/plain", "txt") if plain else ("application/json", "json")
    named = {"Content-Disposition": f"attachment; filename=mes-donnees.{ending}"}
    return Response(body, content_type=f"{kind}; charset=utf-8", headers=named)


@pages.get("/<token>/correction")
@access.by_link(Purpose.DATA)
def correction(link: Link) -> ResponseReturnValue:
    """One's record in a form."""
    contact = _contact(link)
    reach = vault.of_person([contact.id]).get(contact.id, vault.NOTHING)
    values = {name: getattr(contact, name) for name in correcting.SAID}
    form = CorrectionForm(formdata=None, email=reach.email, phone=phone(reach.phone), mobile=phone(reach.mobile), **values)
    return page("own_data/correction.html", form=form, contact=contact, token=_token())


@pages.post("/<token>/correction")
@access.by_link(Purpose.DATA)
def correct(link: Link) -> ResponseReturnValue:
    """Write it, in every book; another address is proposed to the associations."""
    contact, form = _contact(link), CorrectionForm()
    form.department = db.session.get_one(Partner, contact.partner_id).department
    if not form.validate():
        return page("own_data/correction.html", status=422, form=form, contact=contact, token=_token())
    try:
        for one in persons.same_person(contact):
            correcting.correct(one, form.correction())
    except Refusal as no:
        form.refuse(no)
        return page("own_data/correction.html", status=no.status, form=form, contact=contact, token=_token())
    return redirect(url_for(".show", token=_token(), fait="correction"), 303)


@pages.get("/<token>/effacement")
@access.by_link(Purpose.DATA)
def erasing(link: Link) -> ResponseReturnValue:
    """What goes, what stays, and a box to tick."""
    return page("own_data/erasure.html", form=ErasureForm(formdata=None), contact=_contact(link), token=_token())


@pages.post("/<token>/effacement")
@access.by_link(Purpose.DATA)
def erase(link: Link) -> ResponseReturnValue:
    """Erase, everywhere; this link dies with the rest."""
    contact, form = _contact(link), ErasureForm()
    if not form.validate():
        return page("own_data/erasure.html", status=422, form=form, contact=contact, token=_token())
    erasure.erase(contact)
    return redirect(url_for(".erased"), 303)


@pages.get("/effacees")
@access.outside
def erased() -> ResponseReturnValue:
    """The last page."""
    return page("own_data/erased.html")


@pages.post("/<token>/accords/<uuid:id>/retrait")
@access.by_link(Purpose.DATA)
def withdraw(link: Link, id: uuid.UUID) -> ResponseReturnValue:
    """Take back the agreement of one introduction: the other association loses sight of the details at once."""
    withdrawing.withdraw(_contact(link), id)
    return redirect(url_for(".show", token=_token(), fait="retrait"), 303)
