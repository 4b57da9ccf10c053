"""Absences: one's own, in « Mon compte », or a colleague's, by who manages or administers."""

import uuid
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField
from wtforms.validators import Optional

from brokerage.accounts import absence, team
from brokerage.accounts.models import Role, User
from brokerage.errors import Refusal
from brokerage.introductions import absences
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.account import pages, shown
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import Day
from brokerage.web.typed import identifier


class AbsenceForm(BaseForm):
    """From when, until when, and who stands in."""

    starts = Day(_l("Premier jour"), [Optional()])
    ends = Day(_l("Dernier jour"), [Optional()])
    stand_in = SelectField(_l("Qui prend le relais ?"), validate_choice=False)


def told_of(member: User, form: AbsenceForm | None = None) -> dict[str, Any]:
    """What the section of a page says of a member's absence: the form, and whether there is one to end."""
    planned = absence.current_of(member)
    first, last = planned or (None, None)
    asked = form or AbsenceForm(formdata=None, starts=first, ends=last, stand_in=str(member.stand_in_id or ""))
    fit = absence.stand_ins_for(member)
    people = [SelectChoice(str(one.id), one.name) for one in fit]
    asked.stand_in.choices = [SelectChoice("", _("Personne pour l'instant")), *people]
    names: dict[uuid.UUID | None, str] = {one.id: one.name for one in fit}
    return {"absence_form": asked, "planned": planned, "decides": bool(fit), "relay": names.get(member.stand_in_id, "")}


@pages.post("/moi/absence")
@access.members()
def note_own_absence() -> ResponseReturnValue:
    """Say that one is away."""
    form = AbsenceForm()
    if _noted(me(), form):
        return redirect(url_for(".show", _anchor="absence"), 303)
    return shown(422, absence_form=form)


@pages.post("/moi/absence/fin")
@access.members()
def end_own_absence() -> ResponseReturnValue:
    """One is back, or does not leave."""
    absences.end(me(), me())
    flash(_("Bienvenue. Ce qui n'est pas décidé vous revient."))
    return redirect(url_for(".show", _anchor="absence"), 303)


@pages.get("/membres/<uuid:id>/absence")
@access.members(Role.MANAGER, Role.ADMIN)
def colleague_absence(id: uuid.UUID) -> ResponseReturnValue:
    """A colleague's absence: they are ill, or left without saying."""
    return _shown(_found(id))


@pages.post("/membres/<uuid:id>/absence")
@access.members(Role.MANAGER, Role.ADMIN)
def note_colleague_absence(id: uuid.UUID) -> ResponseReturnValue:
    """Say it for them."""
    member, form = _found(id), AbsenceForm()
    if _noted(member, form):
        return redirect(url_for(".colleague_absence", id=id), 303)
    return _shown(member, form, 422)


@pages.post("/membres/<uuid:id>/absence/fin")
@access.members(Role.MANAGER, Role.ADMIN)
def end_colleague_absence(id: uuid.UUID) -> ResponseReturnValue:
    """They are back."""
    member = _found(id)
    absences.end(member, me())
    flash(_("%(name)s est de retour. Ce qui n'est pas décidé lui revient.", name=member.name))
    return redirect(url_for(".colleague_absence", id=id), 303)


def _noted(member: User, form: AbsenceForm) -> bool:
    if not form.validate():
        return False
    try:
        absences.note(member, me(), form.starts.data, form.ends.data, identifier(form.stand_in.data))
    except Refusal as no:
        form.refuse(no)
        return False
    flash(_("L'absence est notée. Ce qui attend une décision changera de mains le premier jour."))
    return True


def _found(member_id: uuid.UUID) -> User:
    ours = team.of_association(me().association_id).where(User.is_active)
    return access.find_or_404(ours, member_id)  # type: ignore[no-any-return]


def _shown(member: User, form: AbsenceForm | None = None, status: int = 200) -> ResponseReturnValue:
    return page("account/absence.html", status=status, member=member, **told_of(member, form))
