"""Adding a partner, with the school directory at hand, and changing one without losing what a colleague wrote."""

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.partners import fields, namesakes, partners, policy, tags
from brokerage.partners.fields import Subject
from brokerage.partners.models import Partner, PartnerKind
from brokerage.reference import schools
from brokerage.reference.schools import School
from brokerage.web import access, overlap
from brokerage.web.access import me
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.own_fields import with_own
from brokerage.web.partner_forms import PartnerForm, values_of
from brokerage.web.partners import found, pages, reader


def own_form(partner: Partner | None = None) -> type[PartnerForm]:
    """The form of a partner with the fields of the association's own."""
    return with_own(PartnerForm, fields.of(reader(), Subject.PARTNER), partner.extra if partner else None)


def stored(partner: Partner) -> PartnerForm:
    """The form as the database would fill it."""
    return offered(own_form(partner)(formdata=None, data=values_of(partner)), partner)


def offered(form: PartnerForm, partner: Partner | None = None) -> PartnerForm:
    """The form with its choices; an owner who left stays among them until somebody chooses another."""
    owners = {str(owner.id): owner.name for owner in policy.possible_owners(reader().association_id)}
    if partner and partner.owner_id and str(partner.owner_id) not in owners:
        owners[str(partner.owner_id)] = _("La personne qui le suivait")
    return form.open_to(list(owners.items()), partner)


@pages.get("/nouveau")
@access.members(*policy.EDITORS)
def new() -> ResponseReturnValue:
    """An empty form, or one filled from the school directory."""
    school = schools.school(request.args.get("uai", ""))
    typed = {"name": request.args.get("name", request.args.get("nom", "")), "town": request.args.get("town", "")}
    values = _of_school(school) if school else typed
    form = offered(own_form()(formdata=None, data={"owner_id": _mine(), **values}))
    return _new(form, school)


def _mine() -> str:
    """A manager who adds a partner follows it, unless they say otherwise."""
    return str(reader().id) if reader().is_manager else ""


def _of_school(school: School) -> dict[str, Any]:
    names = {"name": school.name, "uai": school.uai, "type": school.type, "postcode": school.postcode, "town": school.town}
    return {"kind": PartnerKind.ACADEMIC.value, **names}


def _new(form: PartnerForm, school: School | None = None, status: int = 200, doubted: bool = False) -> ResponseReturnValue:
    words = request.args.get("ecole", "")[:80]
    near = schools.schools_named(words) if words.strip() else []
    context: dict[str, Any] = {"maybe": _maybe(form), "doubted": doubted, "words": words}
    context |= {"near": near, "ours": _already_ours(near), "school": school}
    context |= {"known_tags": known_tags()}
    return page("partners/new.html", fragments=("ecoles", "peut_etre"), status=status, form=form, **context)


def _maybe(form: PartnerForm) -> Sequence[Partner]:
    known = {"uai": form.uai.data or None, "siret": form.siret.data or None}
    return namesakes.partners_like(reader().association_id, str(form.name.data or ""), str(form.town.data or ""), known)


def _is_doubtful(form: PartnerForm) -> bool:
    """Whether the book may have it already and nobody said "quand même"; a living double by its UAI is refused anyway."""
    taken = {form.uai.data, form.siret.data} - {None, ""}
    doubts = [one for one in _maybe(form) if one.deleted_at or not taken & {one.uai, one.siret}]
    return bool(doubts) and not request.form.get("quand_meme")


def _already_ours(near: list[School]) -> dict[str, uuid.UUID]:
    if not near:
        return {}
    same = policy.visible_to(reader()).where(Partner.uai.in_([school.uai for school in near]))
    return {uai: partner_id for uai, partner_id in db.session.execute(same.with_only_columns(Partner.uai, Partner.id)) if uai}


@pages.post("/nouveau")
@access.members(*policy.EDITORS)
def create() -> ResponseReturnValue:
    """Add the partner, after a warning if the book may have it; then come its contacts."""
    form = offered(own_form()())
    try:
        if form.validate():
            if _is_doubtful(form):
                return _new(form, status=422, doubted=True)
            partner = partners.create(me(), form.details())
            flash(_("« %(name)s » est dans votre carnet. Ajoutez-y une personne.", name=partner.name))
            return redirect(url_for(".show", id=partner.id), 303)
    except Refusal as no:
        refuse(form, no)
    return _new(form, status=422)


def refuse(form: BaseForm, no: Refusal) -> None:
    """Show a refusal in the form; a double comes with the way to the one there is."""
    if not isinstance(no, partners.Taken):
        form.refuse(no)
        return
    link = Markup('<a href="{}">{}</a>').format(url_for("partners.show", id=no.existing_id), no.details["name"])
    form[no.field or "name"].errors = [Markup(_("Cette fiche est déjà dans votre carnet : %(link)s.")) % {"link": link}]


@pages.get("/<uuid:id>/modification")
@access.members(*policy.EDITORS)
def edit(id: uuid.UUID) -> ResponseReturnValue:
    """The form of a partner."""
    partner = found(id)
    return _edit(partner, overlap.opened(stored(partner), partner.version))


def _edit(partner: Partner, form: PartnerForm, status: int = 200, clash: overlap.Clash | None = None) -> ResponseReturnValue:
    return page("partners/edit.html", status=status, partner=partner, form=form, clash=clash, known_tags=known_tags())


def known_tags() -> list[str]:
    """The association's tags, as suggestions while one types."""
    return [tag.name for tag in tags.every(reader().association_id)]


@pages.post("/<uuid:id>/modification")
@access.members(*policy.EDITORS)
def change(id: uuid.UUID) -> ResponseReturnValue:
    """Save; what a colleague saved since on other fields stays, and what both changed is asked back side by side."""
    partner = locked(policy.visible_to(me()), id)
    form = offered(own_form(partner)(), partner)
    try:
        if form.validate():
            if clash := overlap.settle(form, stored(partner), partner):
                return _edit(partner, form, 409, clash)
            partners.change(partner, me(), form.details(), partner.version)
            flash(_("Modifications enregistrées."))
            return redirect(url_for(".show", id=id), 303)
    except Refusal as no:
        refuse(form, no)
    return _edit(partner, form, 422)


def locked(query: sa.Select[Any], wanted: uuid.UUID) -> Any:
    """The row to change, held until the transaction ends: two at once wait for each other."""
    return access.find_or_404(query.with_for_update(), wanted)
