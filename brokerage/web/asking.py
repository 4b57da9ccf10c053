"""Nouvelle demande: three short steps on one page, a draft kept as it is written, advice before it is sent."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock
from brokerage.accounts import throttle
from brokerage.accounts.models import Role
from brokerage.conventions import policy as conventions
from brokerage.database import db
from brokerage.errors import N_, BadInput, Refusal
from brokerage.introductions import before_sending, request_templates, requests, rules
from brokerage.introductions.models import IntroductionRequest, Need
from brokerage.introductions.purposes import NUMBERS
from brokerage.introductions.request_templates import RequestTemplate
from brokerage.introductions.states import RequestState
from brokerage.partners import showcase
from brokerage.reference.sensitive import doubts_in
from brokerage.web import access, advising
from brokerage.web.access import me
from brokerage.web.asking_form import RequestForm
from brokerage.web.formats import hour
from brokerage.web.fragments import page, wants
from brokerage.web.requests import found, pages
from brokerage.web.typed import identifier

ASKERS = (Role.DELEGATE, Role.MANAGER)
OF_THE_DAY = ("event_on", "fallback_on", "wanted_by")  # what a copy of an old request does not keep


def _aimed(partner: str) -> dict[str, Any]:
    """The target of a request, from the directory as it is now; empty for a need without a partner."""
    wanted = identifier(partner)
    card = showcase.card(wanted) if wanted else None
    if partner and card is None:
        raise BadInput(N_("Ce partenaire n'est plus dans l'annuaire. Choisissez-en un autre, ou décrivez votre besoin."))
    return {"partner_id": card.id, "target_name": card.name, "target_town": card.town, "need": Need(card.kind)} if card else {}


def _kept(form: RequestForm) -> IntroductionRequest:
    """The draft behind the form, made or brought up to date."""
    by, values = me(), form.fields()
    if kept := identifier(form.draft.data):
        draft: IntroductionRequest = found(kept)
        if draft.state is not RequestState.DRAFT:
            raise BadInput(N_("Cette demande est déjà partie."))
        requests.edit(draft, **values | _aimed(form.partner.data or ""))
        return draft
    aim = _aimed(form.partner.data or "")
    giving = showcase.card(aim["partner_id"]).association_id if aim else _ally(form)  # type: ignore[union-attr]
    return requests.draft(by, giving, **values | aim)


def _ally(form: RequestForm) -> uuid.UUID:
    allies = {str(ally.id): ally.id for ally in conventions.allies(me().association_id)}
    chosen = allies.get(form.ally.data or "") or next(iter(allies.values()), None)
    if chosen is None:
        raise BadInput(N_("Votre association n'a pas encore de convention en vigueur."))
    return chosen


@pages.get("/nouvelle")
@access.members(*ASKERS)
def new() -> ResponseReturnValue:
    """An empty form, a draft taken up again, an old request said once more with its dates left out, or a template's words."""
    if kept := request.args.get("brouillon", type=uuid.UUID):
        draft = found(kept)
        return _page(RequestForm(formdata=None, obj=draft, draft=str(draft.id), **_besides(draft)))
    if old := request.args.get("comme", type=uuid.UUID):
        return _page(_like(found(old)))
    mine = db.session.scalars(request_templates.of(me().association_id)).all()
    chosen = next((one for one in mine if one.id == identifier(request.args.get("modele"))), None)
    return _page(_from(chosen), templates=mine, begun_from=chosen)


def _from(template: RequestTemplate | None) -> RequestForm:
    """A form with a template's words, or none; aimed at the partner of the address."""
    words = {name: getattr(template, name) for name in request_templates.WORDS} if template else {}
    return RequestForm(formdata=None, data=words | words.get("numbers", {}), partner=request.args.get("partenaire", ""))


def _besides(draft: IntroductionRequest) -> dict[str, Any]:
    """What the form knows of a draft under other names than the draft itself."""
    return {**draft.numbers, "partner": str(draft.partner_id or ""), "ally": str(draft.giving_id)}


def _like(old: IntroductionRequest) -> RequestForm:
    """A form filled from an old request of our own side; a partner that left the directory is left out too."""
    if old.asking_id != me().association_id:
        raise BadInput(N_("Cette demande n'est pas de votre association."))
    form = RequestForm(formdata=None, obj=old, **_besides(old))
    for name in OF_THE_DAY:
        form[name].data = None
    if old.partner_id and showcase.card(old.partner_id) is None:
        form.partner.data = ""
    return form


def _page(form: RequestForm, status: int = 200, fragments: tuple[str, ...] = (), **more: Any) -> ResponseReturnValue:
    allies = conventions.allies(me().association_id)
    form.open_to(allies)
    wanted = identifier(form.partner.data)
    card = showcase.card(wanted) if wanted else None
    aim = card.association_id if card else identifier(form.ally.data)
    giving = next((ally for ally in allies if ally.id == aim), allies[0] if allies else None)
    advice = before_sending.advice(_plan(form, giving.id, card)) if giving and not wants("garde") else None
    context: dict[str, Any] = {"templates": (), "begun_from": None, **more, "form": form, "card": card, "allies": allies}
    context |= {"by": me(), "numbers": NUMBERS, "kept_at": hour(clock.now())}
    context |= {"advice": advice, "remarks": [*_careless(form), *advising.remarks(advice, giving, card)] if advice else []}
    days = rules.of(giving.id).decide_within if giving else 5
    return page("requests/new.html", status=status, fragments=fragments, days=days, **context)


def _careless(form: RequestForm) -> list[advising.Remark]:
    """Requests hold head-counts; a name of a pupil is asked to be taken out before anybody else reads it."""
    written = (form[name].data or "" for name in ("event_name", "audience", "message"))  # apart: two fields make no sentence
    about_pupils = any(doubt.about == "pupil" for text in written for doubt in doubts_in(text))
    sentence = _("Votre texte semble contenir un nom d'élève ou une date de naissance. Merci de le retirer.")
    return [advising.Remark("attente", "eye-off", sentence)] if about_pupils else []


def _plan(form: RequestForm, giving_id: uuid.UUID, card: showcase.Card | None) -> before_sending.Plan:
    purpose, place = form.purpose.data or "", form.place.data or ""
    kept = identifier(form.draft.data)
    return before_sending.Plan(me(), giving_id, card, purpose, place, form.event_on.data, form.fallback_on.data, kept)


@pages.post("/avant-envoi")
@access.members(*ASKERS)
def advise() -> ResponseReturnValue:
    """What is worth knowing about a request as it is being written; keeps nothing, and judges no field yet."""
    form = RequestForm().open_to(conventions.allies(me().association_id))
    return _page(form, fragments=("avant",))


@pages.post("/autre-partenaire")
@access.members(*ASKERS)
def aim_elsewhere() -> ResponseReturnValue:
    """Turn a request to the partner offered instead, with everything that was typed."""
    form = RequestForm().open_to(conventions.allies(me().association_id))
    form.partner.data = request.form.get("autre", "")
    if not form.validate():
        return _page(form, 422)
    try:
        draft = _kept(form)
    except Refusal as no:
        form.refuse(no)
        return _page(form, 422)
    return redirect(url_for("requests.new", brouillon=draft.id), 303)


@pages.post("/nouvelle")
@access.members(*ASKERS)
def send() -> ResponseReturnValue:
    """Keep the draft, keep its words as a template, or send the request."""
    form = RequestForm().open_to(conventions.allies(me().association_id))
    if not form.validate():
        return _page(form, 422)
    try:
        draft = _kept(form)
        if request.form.get("action") == "garder":
            flash(_("Brouillon gardé."))
            return redirect(url_for("requests.inbox"), 303)
        if request.form.get("action") == "modele":
            return redirect(url_for("requests.new_template", de=draft.id), 303)
        requests.submit(draft, me())
        throttle.count(throttle.ASKED, f"member {me().id}")
    except Refusal as no:
        form.refuse(no)
        return _page(form, no.status if isinstance(no, throttle.TooMany) else 422)
    flash(_("Demande envoyée à %(who)s.", who=draft.handler.name if draft.handler else ""))
    return redirect(url_for("requests.show", id=draft.id), 303)


@pages.post("/brouillon")
@access.members(*ASKERS)
def keep() -> ResponseReturnValue:
    """Keep what is written so far, while it is being written; fields that make no sense yet are left for later."""
    form = RequestForm().open_to(conventions.allies(me().association_id))
    form.validate()
    draft = _kept(form)
    form.draft.data = str(draft.id)
    return _page(form, fragments=("garde",))
