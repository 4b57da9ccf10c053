"""Several requests decided alike: later, to a colleague, or no for the same reason. Never a yes: each deserves a reading."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, Refusal
from brokerage.introductions import deciding, desk, entrusting, policy
from brokerage.introductions.models import IntroductionRequest
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.deciding import a_day
from brokerage.web.errors import told
from brokerage.web.requests import pages
from brokerage.web.typed import identifier

Act = Callable[[IntroductionRequest], None]


@pages.post("/lot")
@access.members(Role.MANAGER)
def decide_alike() -> ResponseReturnValue:
    """Do the same with every ticked request; those that cannot are named, with the reason, and stay as they were."""
    tab = request.form.get("retour", "")
    back = url_for("requests.inbox", etat=tab if tab in desk.TABS else None, choix=1)
    try:
        act = _act(request.form.get("action", ""))
        ticked = _ticked()
    except BadInput as no:
        flash(told(no), "error")
        return redirect(back, 303)
    refusals = [why for one in ticked if (why := _tried(act, one))]
    done = len(ticked) - len(refusals)
    if done:
        flash(ngettext("%(num)d demande traitée.", "%(num)d demandes traitées.", done))
    for why in refusals[:5]:
        flash(why, "warning")
    return redirect(back, 303)


def _act(name: str) -> Act:
    """What to do, with what the form says of it checked once. Raises BadInput."""
    if name == "later":
        until, why = a_day("until"), request.form.get("private_reason", "")
        return lambda one: deciding.park(one, me(), until, why)
    if name == "hand_over":
        wanted = identifier(request.form.get("to", ""))
        to = db.session.get(User, wanted) if wanted else None
        if to is None:
            raise BadInput(N_("Choisissez une personne."), "to")
        return lambda one: entrusting.redirect(one, me(), to=to)
    if name == "decline":
        reason, word = request.form.get("reason", ""), request.form.get("word", "")
        return lambda one: deciding.decline(one, me(), reason, word)
    raise BadInput(N_("Choisissez ce qu'il faut faire de ces demandes."))


def _ticked() -> list[IntroductionRequest]:
    wanted: list[uuid.UUID] = [one for text in request.form.getlist("demande") if (one := identifier(text))]
    found = db.session.scalars(policy.visible_to(me()).where(IntroductionRequest.id.in_(wanted))).all() if wanted else []
    if not found:
        raise BadInput(N_("Cochez au moins une demande."))
    return list(found)


def _tried(act: Act, one: IntroductionRequest) -> str:
    """ "" when it was done; else which request could not, and why."""
    name = one.target_name or one.number
    try:
        with db.session.begin_nested():
            act(one)
    except Refusal as no:
        return _("%(name)s : %(why)s", name=name, why=told(no))
    return ""
