"""A request in full, and what a delegate does with their own. The list of them: inbox.py."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import DataRequired, Length

from brokerage import clock
from brokerage.accounts import throttle
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import deciding, dossier, entrusting, introductions, policy, requests, routing
from brokerage.introductions.letters import dates
from brokerage.introductions.models import IntroductionRequest, Result
from brokerage.introductions.purposes import DECLINE_REASONS, NUMBERS
from brokerage.introductions.steps import as_by
from brokerage.partners import vault
from brokerage.web import access, leaving, mail_lines, planned_words, stories
from brokerage.web.access import me
from brokerage.web.asking_form import NOT_A_NUMBER, count
from brokerage.web.errors import told as refused
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import hx_redirect, page
from brokerage.web.typed import identifier

pages = Blueprint("requests", __name__, url_prefix="/demandes")


class AnswerForm(BaseForm):
    """The delegate's answer to a question."""

    reply = TextAreaField(validators=[Length(max=2000)])


class OutcomeForm(BaseForm):
    """What came of an introduction, in head-counts too: « 8 tuteurs engagés »."""

    result = RadioField(choices=[SelectChoice(r.value) for r in Result if r is not Result.UNKNOWN], validators=[DataRequired()])
    pupils, parents, speakers = count(_l("élèves")), count(_l("parents")), count(_l("intervenants"))
    tutors, rooms = count(_l("tuteurs et tutrices")), count(_l("salles"))
    word = TextAreaField(validators=[Length(max=600)])

    def numbers(self) -> dict[str, int]:
        """What was obtained, without what was left blank."""
        return {name: self[name].data for name in NUMBERS if self[name].data}


def found(request_id: uuid.UUID) -> IntroductionRequest:
    """The request of this address, if the reader may see it; 404 otherwise."""
    return access.find_or_404(policy.visible_to(me()), request_id)  # type: ignore[no-any-return]


def told(shown: dossier.Dossier | None) -> dict[str, Any]:
    """What the templates say of a dossier: sentences, planks, head-counts."""
    if shown is None:
        return {"shown": None}
    request_ = shown.request
    return {
        "shown": shown,
        "lines": mail_lines.lines(shown.entries),
        "steps": stories.bridge_steps(shown),
        "numbers": stories.numbers(request_.numbers),
        "countable": NUMBERS,
        "reasons": DECLINE_REASONS,
        "colleagues": _colleagues(shown) if shown.decides or "turn_to" in shown.may else [],
        "today": clock.today(),
        "leaves": leaving.waits,
    }


def _colleagues(shown: dossier.Dossier) -> list[User]:
    """The managers who could decide in one's place; for the requester, those who are there and do not have it yet."""
    request_, managers = shown.request, routing.managers_of(shown.request.giving_id)
    if shown.mine:
        return [one for one in managers if one.id not in (request_.handler_id, me().id) and not one.is_away_on(clock.today())]
    return [one for one in managers if one.id not in (me().id, request_.requester_id)]


@pages.get("/<uuid:id>")
@access.members()
def show(id: uuid.UUID) -> ResponseReturnValue:
    """A request in full."""
    return shown(found(id))


def shown(the_request: IntroductionRequest, status: int = 200, **forms: Any) -> ResponseReturnValue:
    """The page of a request, with the forms that were refused, if any."""
    blank = {"answer_form": AnswerForm(formdata=None), "outcome_form": OutcomeForm(formdata=None)}
    forms = blank | {"decision_error": "", "comment_error": "", **forms}
    context = told(dossier.of(the_request, me()))
    context["lines"] = [*planned_words.lines(the_request, me()), *context["lines"]]
    return page("requests/show.html", status=status, **forms, **context)


def overtaken(id: uuid.UUID, no: Refusal) -> ResponseReturnValue:
    """Somebody was faster: who it was, above the request as they left it."""
    db.session.rollback()
    db.session.expire_all()
    return shown(found(id), no.status, decision_error=refused(no))


@pages.post("/<uuid:id>/reponse")
@access.members()
def answer(id: uuid.UUID) -> ResponseReturnValue:
    """Answer the manager's question."""
    the_request, form = found(id), AnswerForm()
    try:
        requests.answer(the_request, me(), form.reply.data or "")
    except Refusal as no:
        form.refuse(no)
        return shown(the_request, no.status, answer_form=form)
    flash(_("Votre réponse est partie."))
    return redirect(url_for(".show", id=id), 303)


@pages.post("/<uuid:id>/retrait")
@access.members()
def withdraw(id: uuid.UUID) -> ResponseReturnValue:
    """Take a request back."""
    requests.withdraw(found(id), me(), request.form.get("why", ""))
    flash(_("La demande est retirée."))
    return redirect(url_for(".show", id=id), 303)


@pages.post("/<uuid:id>/renvoi")
@access.members()
def resend(id: uuid.UUID) -> ResponseReturnValue:
    """Send a withdrawn request again."""
    requests.submit(found(id), me())
    throttle.count(throttle.ASKED, f"member {me().id}")
    return redirect(url_for(".show", id=id), 303)


@pages.post("/<uuid:id>/suppression")
@access.members()
def discard(id: uuid.UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    requests.discard(found(id), me())
    flash(_("Le brouillon est jeté."))
    return redirect(url_for(".inbox"), 303)


@pages.post("/<uuid:id>/relais")
@access.members()
def turn_to(id: uuid.UUID) -> ResponseReturnValue:
    """The requester hands a request that waits too long to somebody else of the giving side."""
    the_request, chosen = found(id), identifier(request.form.get("to", ""))
    try:
        entrusting.turn_to(the_request, me(), db.session.get(User, chosen) if chosen else None, request.form.get("word", ""))
    except Refusal as no:
        return shown(the_request, no.status, decision_error=refused(no))
    flash(_("La demande est confiée à %(name)s, qui reçoit un e-mail.", name=the_request.handler.name if the_request.handler else ""))
    return redirect(url_for(".show", id=id), 303)


@pages.post("/<uuid:id>/annulation")
@access.members()
def take_back(id: uuid.UUID) -> ResponseReturnValue:
    """Annuler l'envoi."""
    deciding.take_back(found(id), me())
    flash(_("Envoi annulé. La demande est de nouveau à décider."))
    return hx_redirect(url_for(".show", id=id))


@pages.get("/<uuid:id>/date.ics")
@access.members()
def event(id: uuid.UUID) -> ResponseReturnValue:
    """The date of the event, for one's own calendar."""
    the_request = found(id)
    response = Response(dates.of(the_request) or abort(404), mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename=f"demande-{the_request.number}.ics")
    return response


@pages.post("/introductions/<uuid:id>/resultat")
@access.members()
def record_outcome(id: uuid.UUID) -> ResponseReturnValue:
    """Say what came of an introduction, by the delegate or a manager."""
    introduction, form = access.find_or_404(policy.introductions_visible_to(me()), id), OutcomeForm()
    if not form.validate():
        return shown(introduction.request, 422, outcome_form=form, decision_error=_outcome_refused(form))
    introductions.record_outcome(introduction, me(), Result(form.result.data), numbers=form.numbers(), word=form.word.data or "")
    flash(_("Merci, c'est noté."))
    return redirect(url_for(".show", id=introduction.request_id), 303)


def _outcome_refused(form: OutcomeForm) -> str:
    if form.result.errors:
        return _("Choisissez une réponse.")
    return _("C'est trop long : %(max)d caractères au plus.", max=600) if form.word.errors else str(NOT_A_NUMBER)


@pages.post("/introductions/<uuid:id>/coordonnees")
@access.members()
def reveal(id: uuid.UUID) -> ResponseReturnValue:
    """Look at the details a contact agreed to pass on; the look is recorded."""
    introduction = access.find_or_404(policy.introductions_visible_to(me()), id)
    details = vault.reveal(introduction.id, as_by(me()))
    return page("requests/details.html", introduction=introduction, details=details)
