"""Membres: who belongs to the association, what each may do, invitations and departures. For admins."""

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from brokerage.accounts import absence, rescue, second_factor, team
from brokerage.accounts.models import Role, User
from brokerage.accounts.team import Profile
from brokerage.errors import BadInput, Refusal
from brokerage.introductions import departures
from brokerage.reference.places import REGIONS
from brokerage.web import access, confirming, person_fields
from brokerage.web.access import me
from brokerage.web.account import pages
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page

ROLES = {
    Role.DELEGATE: _l("Délégation régionale"),
    Role.MANAGER: _l("Partenariats"),
    Role.ADMIN: _l("Administration"),
    Role.AUDITOR: _l("Consultation"),
}
CHARGES = ("partners", "requests", "tasks", "asked")
DUTIES = {
    Role.DELEGATE: _l("Demande des mises en relation et en suit le résultat."),
    Role.MANAGER: _l("Tient les fiches des partenaires et décide des demandes."),
    Role.ADMIN: _l("Invite les membres, règle l'association, répond aux droits des personnes."),
    Role.AUDITOR: _l("Lit les chiffres, les droits et le journal, sans rien changer."),
}
REGION_CHOICES = [SelectChoice("", _l("Aucune en particulier"))] + [
    SelectChoice(code, region.name) for code, region in REGIONS.items() if region.zone in ("metro", "drom")
]


class MemberForm(BaseForm):
    """What an admin says of a member."""

    first_name = person_fields.first_name()
    last_name = person_fields.last_name()
    title = person_fields.title()
    roles = SelectMultipleField(
        _l("Ce que cette personne fait ici"),
        [DataRequired(_l("Choisissez au moins un rôle."))],
        choices=[SelectChoice(role.value, name) for role, name in ROLES.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    region = SelectField(_l("Région"), choices=REGION_CHOICES)


class InvitationForm(MemberForm):
    """A member to be, and where the invitation goes."""

    email = person_fields.email()


class DepartureForm(BaseForm):
    """Who takes over each kind of charge."""

    partners = SelectField(validate_choice=False)
    requests = SelectField(validate_choice=False)
    tasks = SelectField(validate_choice=False)
    asked = SelectField(validate_choice=False)


@pages.get("/membres")
@access.members(Role.ADMIN)
def members() -> ResponseReturnValue:
    """The members, and below them a form to invite one more."""
    return _listed(InvitationForm(formdata=None, roles=[Role.DELEGATE.value], region=""))


@pages.post("/membres")
@access.members(Role.ADMIN)
@confirming.first
def invite() -> ResponseReturnValue:
    """Invite somebody."""
    form = InvitationForm()
    try:
        if form.validate():
            member = team.invite(_profile(form, form.email.data), me())
            flash(_("L'invitation de %(name)s part dans un instant.", name=member.name))
            return redirect(url_for(".members"), 303)
    except Refusal as no:
        form.refuse(no)
        return _listed(form, no.status)
    return _listed(form, 422)


@pages.get("/membres/<uuid:id>")
@access.members(Role.ADMIN)
def member(id: uuid.UUID) -> ResponseReturnValue:
    """A member: what they do here, and their access."""
    shown = _found(id)
    return _shown(shown, MemberForm(formdata=None, obj=shown, region=shown.region or ""))


@pages.post("/membres/<uuid:id>")
@access.members(Role.ADMIN)
def change(id: uuid.UUID) -> ResponseReturnValue:
    """Change name, title, roles or region."""
    shown, form = _found(id), MemberForm()
    try:
        if form.validate():
            if set(form.roles.data) != set(shown.roles) and (question := confirming.wanted()) is not None:
                return question
            team.change(shown, _profile(form, shown.email), me())
            flash(_("C'est enregistré."))
            return redirect(url_for(".member", id=id), 303)
    except Refusal as no:
        form.refuse(no)
    return _shown(shown, form, 422)


@pages.post("/membres/<uuid:id>/invitation")
@access.members(Role.ADMIN)
def invite_again(id: uuid.UUID) -> ResponseReturnValue:
    """Send a new link to somebody who did not come yet."""
    shown = _found(id)
    team.invite_again(shown, me())
    flash(_("Une nouvelle invitation part pour %(name)s. L'ancienne ne vaut plus.", name=shown.name))
    return redirect(url_for(".members"), 303)


@pages.get("/membres/<uuid:id>/depart")
@access.members(Role.ADMIN)
def departure(id: uuid.UUID) -> ResponseReturnValue:
    """What a member has in charge, and who could take it over."""
    return _leaving(_found(id), DepartureForm(formdata=None))


@pages.post("/membres/<uuid:id>/depart")
@access.members(Role.ADMIN)
def deactivate(id: uuid.UUID) -> ResponseReturnValue:
    """Hand over and close the access."""
    leaving, form = _found(id), DepartureForm()
    if missing := _nobody_chosen(leaving, form):
        for kind in missing:  # all at once: a form that complains of one thing after another is never done
            form.refuse(BadInput(departures.NEEDED[kind], kind))
        return _leaving(leaving, form, BadInput.status)
    try:
        departures.depart(leaving, me(), _successors(leaving, form))
    except Refusal as no:
        form.refuse(no)
        return _leaving(leaving, form, no.status)
    flash(_("L'accès de %(name)s est fermé.", name=leaving.name))
    return redirect(url_for(".members"), 303)


@pages.post("/membres/<uuid:id>/retour")
@access.members(Role.ADMIN)
@confirming.first
def welcome_back(id: uuid.UUID) -> ResponseReturnValue:
    """Open a closed access again."""
    shown = _found(id)
    team.welcome_back(shown, me())
    flash(_("%(name)s peut de nouveau se connecter.", name=shown.name))
    return redirect(url_for(".member", id=id), 303)


@pages.post("/membres/<uuid:id>/deconnexion")
@access.members(Role.ADMIN)
def sign_out(id: uuid.UUID) -> ResponseReturnValue:
    """Close a member's sessions on every device, not their access."""
    shown = _found(id)
    rescue.sign_out(shown, me())
    flash(_("Toutes les sessions de %(name)s sont fermées.", name=shown.name))
    return redirect(url_for(".member", id=id), 303)


def _found(member_id: uuid.UUID) -> User:
    return access.find_or_404(team.of_association(me().association_id), member_id)  # type: ignore[no-any-return]


def _successors(leaving: User, form: DepartureForm) -> departures.Successors:
    """The chosen ones, among those who are fit; `successor` names one person for everything."""
    everything = request.form.get("successor")
    return departures.Successors(**{kind: _among(departures.fit_for(kind, leaving), form[kind].data or everything) for kind in CHARGES})


def _nobody_chosen(leaving: User, form: DepartureForm) -> list[str]:
    """The kinds of charge for which the form names nobody."""
    everything = request.form.get("successor")
    return [kind for kind in _charges(departures.charge_of(leaving)) if not (form[kind].data or everything)]


def _among(people: list[User], chosen: str | None) -> User | None:
    return next((one for one in people if str(one.id) == chosen), None)


def _profile(form: MemberForm, email: str) -> Profile:
    roles = frozenset(Role(role) for role in form.roles.data)
    return Profile(
        form.first_name.data, form.last_name.data, email, form.title.data or "", roles, form.region.data
    )


def _listed(form: InvitationForm, status: int = 200) -> ResponseReturnValue:
    colleagues = team.list_of(me().association_id)
    return page("account/members.html", status=status, form=form, colleagues=colleagues, roles=ROLES, duties=DUTIES)


def _shown(shown: User, form: MemberForm, status: int = 200) -> ResponseReturnValue:
    return page(
        "account/member.html",
        status=status,
        member=shown,
        form=form,
        duties=DUTIES,
        has_joined=team.has_joined(shown),
        is_me=shown.id == me().id,
        standing=second_factor.standing(shown.id),
        planned=absence.current_of(shown),
        relay=_relay(shown),
    )


def _relay(shown: User) -> str:
    """Who stands in for a member, by name."""
    return next((one.name for one in absence.stand_ins_for(shown) if one.id == shown.stand_in_id), "")


def _leaving(leaving: User, form: DepartureForm, status: int = 200) -> ResponseReturnValue:
    charge = departures.charge_of(leaving)
    for kind, label in _charges(charge).items():
        fit = departures.fit_for(kind, leaving)
        form[kind].label.text = label
        form[kind].choices = [SelectChoice("", _("Choisissez")), *(SelectChoice(str(one.id), _who(one)) for one in fit)]
    nobody = any(len(form[kind].choices) < 2 for kind in _charges(charge))
    return page("account/departure.html", status=status, member=leaving, form=form, charge=charge, charges=_charges(charge), nobody=nobody)


def _who(one: User) -> str:
    return f"{one.name}, {one.title}" if one.title else one.name


def _charges(charge: departures.Charge) -> dict[str, str]:
    """The kinds that are not empty, with their counts, as labels."""
    words = {
        "partners": ngettext("Qui suit son partenaire ?", "Qui suit ses %(num)d partenaires ?", charge.partners),
        "requests": ngettext("Qui décide de la demande en cours ?", "Qui décide des %(num)d demandes en cours ?", charge.requests),
        "asked": ngettext("Qui reprend la demande faite ?", "Qui reprend les %(num)d demandes faites ?", charge.asked),
        "tasks": ngettext("Qui reprend sa tâche ?", "Qui reprend ses %(num)d tâches ?", charge.tasks),
    }
    return {kind: label for kind, label in words.items() if getattr(charge, kind)}
