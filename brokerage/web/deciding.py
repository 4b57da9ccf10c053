"""The manager's pages: approve with the letter reread, ask, park, decline, redirect, reopen, note an answer."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, Refusal, WrongState
from brokerage.introductions import deciding, desk, dossier, entrusting, policy, rules
from brokerage.introductions.models import IntroductionRequest, Need
from brokerage.introductions.states import IntroductionState
from brokerage.partners import directory
from brokerage.partners.models import Partner, PartnerKind, Visibility
from brokerage.web import access, leaving
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page
from brokerage.web.requests import found, overtaken, pages, shown
from brokerage.web.requests import told as told_of
from brokerage.web.rereading import candidates
from brokerage.web.typed import identifier


@pages.get("/<uuid:id>/approbation")
@access.members(Role.MANAGER)
def approval(id: uuid.UUID) -> ResponseReturnValue:
    """Choose whom to ask, and reread the letter that will leave."""
    return _approval(found(id))


def _approval(the_request: IntroductionRequest, status: int = 200, error: str = "") -> ResponseReturnValue:
    if not {"approve", "ask_another"} & policy.open_steps(me(), the_request):
        return redirect(url_for("requests.show", id=the_request.id), 303)
    wanted = request.values.get("partenaire", type=uuid.UUID) or the_request.partner_id
    partner = next(filter(None, (db.session.get(Partner, one) for one in (wanted, the_request.partner_id) if one)), None)
    offered = _offered(the_request, request.args.get("q", "")) if partner is None or "q" in request.args else []
    context: dict[str, Any] = {"partner": partner, "offered": offered, "error": error, "chosen": _ticked()}
    context["other_holder"] = _other_holder(the_request, partner)
    context["word"] = request.form.get("word", "")
    asked = {one.contact_id for one in the_request.introductions if one.state is not IntroductionState.CANCELLED}
    people = [one for one in candidates(the_request, partner.id if partner else None) if one.contact.id not in asked]
    context |= {"leave": leaving.offered(partner) if partner else None}
    return page("requests/approval.html", status=status, candidates=people, **context, **told_of(dossier.of(the_request, me())))


def _other_holder(the_request: IntroductionRequest, partner: Partner | None) -> str:
    """Who follows a partner that was not asked for, when the request could go to them; empty otherwise."""
    elsewhere = partner is not None and partner.id != the_request.partner_id and partner.visibility is not Visibility.HIDDEN
    if not elsewhere or partner is None or "redirect" not in policy.open_steps(me(), the_request) or partner.owner_id in (None, me().id):
        return ""
    owner = db.session.get(User, partner.owner_id)
    return owner.name if owner and owner.is_active else ""


def _offered(the_request: IntroductionRequest, words: str) -> list[directory.PartnerRow]:
    """Our partners that might suit a need without a partner: the same region and kind, or what was searched."""
    kind = PartnerKind(the_request.need) if the_request.need in (Need.ACADEMIC, Need.CORPORATE) else None
    wanted = directory.Wanted(words=words, kind=kind, region="" if words else the_request.region or "")
    return list(directory.page(me().association_id, wanted, directory.CONTACTS, 20).rows)


def _ticked() -> set[str]:
    return set(request.form.getlist("contact") or request.args.getlist("contact"))


@pages.post("/<uuid:id>/approbation")
@access.members(Role.MANAGER)
def approve(id: uuid.UUID) -> ResponseReturnValue:
    """Approve, and let the letters go after the time to undo; of an open request, ask other contacts."""
    the_request = found(id)
    try:
        choices = _choices()
        if "ask_another" in policy.open_steps(me(), the_request):
            deciding.ask_another(the_request, me(), choices)
            flash(leaving.said(choices) or _("Votre e-mail part. La demande attend sa réponse."))
        else:
            deciding.approve(the_request, me(), choices, request.form.get("word", ""))
            _flash_approved(the_request, choices)
    except BadInput as no:
        return _approval(the_request, no.status, told(no))
    except WrongState as no:
        return overtaken(id, no)
    return redirect(url_for("requests.show", id=id), 303)


def _flash_approved(the_request: IntroductionRequest, choices: list[deciding.Choice]) -> None:
    """Say when the letter leaves: at the hour chosen, or after the time to undo."""
    if later := leaving.said(choices):
        flash(_("Demande approuvée. %(later)s", later=later))
    else:
        _flash_undo(the_request, _("Demande approuvée."))


def _flash_undo(the_request: IntroductionRequest, done: str) -> None:
    """Say what was done, and leave the time to take it back."""
    seconds = rules.of(the_request.giving_id).undo_seconds
    words = _("%(done)s L'e-mail part dans %(n)s secondes.", done=done, n=seconds)
    flash({"text": words, "undo": url_for("requests.take_back", id=the_request.id), "seconds": seconds}, "undo")  # type: ignore[arg-type]


def _choices() -> list[deciding.Choice]:
    ticked = {one: identifier(one) for one in request.form.getlist("contact")}
    return [
        deciding.Choice(
            contact_id=known or uuid.UUID(int=0),  # nobody's: the room says that this contact does not exist
            subject=request.form.get(f"subject-{one}", ""),
            body=request.form.get(f"body-{one}", ""),
            directly=f"directly-{one}" in request.form,
            over_limit_reason=request.form.get(f"reason-{one}", ""),
            leaves_at=leaving.wanted(known),
            ask_on=a_day(f"on-{one}") if request.form.get(f"on-{one}") else None,
        )
        for one, known in ticked.items()
    ]


@pages.post("/<uuid:id>/approbation/modele")
@access.members(Role.MANAGER)
def start_again(id: uuid.UUID) -> ResponseReturnValue:
    """Revenir au modèle for one contact's letter; whatever else was typed stays."""
    return _approval(found(id))


@pages.post("/<uuid:id>/precisions")
@access.members(Role.MANAGER)
def ask_info(id: uuid.UUID) -> ResponseReturnValue:
    """Ask the delegate for details."""
    return _decided(id, lambda one: deciding.ask_info(one, me(), request.form.get("question", "")), _("Votre question est partie."))


@pages.post("/<uuid:id>/report")
@access.members(Role.MANAGER)
def park(id: uuid.UUID) -> ResponseReturnValue:
    """Set the request aside until a date."""

    def act(one: IntroductionRequest) -> None:
        deciding.park(one, me(), a_day("until"), request.form.get("private_reason", ""))

    return _decided(id, act, _("Demande mise de côté."))


def a_day(field: str) -> date:
    """A date of the form; BadInput when it is none."""
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError as no:
        raise BadInput(N_("Indiquez une date, par exemple 04/04/2026."), field) from no


@pages.post("/<uuid:id>/refus")
@access.members(Role.MANAGER)
def decline(id: uuid.UUID) -> ResponseReturnValue:
    """Say no, with a reason."""
    said = [request.form.get(name, "") for name in ("reason", "word", "private_note")]
    return _decided(id, lambda one: deciding.decline(one, me(), *said), _("Demande déclinée."), undo=True)


@pages.post("/<uuid:id>/transmission")
@access.members(Role.MANAGER)
def hand_over(id: uuid.UUID) -> ResponseReturnValue:
    """Hand the request to a colleague, who decides in one's place."""

    def act(one: IntroductionRequest) -> None:
        colleague = identifier(request.form.get("to", ""))
        to = db.session.get(User, colleague) if colleague else None
        entrusting.redirect(one, me(), to=to, word=request.form.get("word", ""))

    return _decided(id, act, _("Demande transmise."))


@pages.post("/<uuid:id>/orientation")
@access.members(Role.MANAGER)
def redirect_to(id: uuid.UUID) -> ResponseReturnValue:
    """Point the request at another of our partners: it goes to whoever follows that one."""

    def act(one: IntroductionRequest) -> None:
        chosen = identifier(request.form.get("partenaire", ""))
        partner = db.session.get(Partner, chosen) if chosen else None
        entrusting.redirect(one, me(), partner=partner, word=request.form.get("word", ""))

    return _decided(id, act, _("Demande transmise."))


@pages.post("/<uuid:id>/reprise")
@access.members(Role.MANAGER)
def resume(id: uuid.UUID) -> ResponseReturnValue:
    """Take a parked request up again."""
    return _decided(id, lambda one: deciding.resume(one, me()), _("La demande est reprise."))


@pages.post("/<uuid:id>/reouverture")
@access.members(Role.MANAGER)
def reopen(id: uuid.UUID) -> ResponseReturnValue:
    """Reopen what was declined, expired or withdrawn."""
    return _decided(id, lambda one: deciding.reopen(one, me()), _("La demande est rouverte."))


def _decided(id: uuid.UUID, act: Callable[[IntroductionRequest], None], done: str, undo: bool = False) -> ResponseReturnValue:
    the_request = found(id)
    return settled(the_request, lambda: act(the_request), done, undo)


def settled(the_request: IntroductionRequest, act: Callable[[], None], done: str, undo: bool = False) -> ResponseReturnValue:
    """Act on a request or one of its contacts; a refusal stands above it, and whoever was overtaken reads who did what."""
    try:
        act()
    except WrongState as no:
        return overtaken(the_request.id, no)
    except Refusal as no:
        return shown(the_request, no.status, decision_error=told(no))
    _flash_undo(the_request, done) if undo else flash(done)
    return redirect(_onwards(the_request), 303)


def _onwards(the_request: IntroductionRequest) -> str:
    """Where a decision leads: back to the list it was taken from, on the request that comes next; else to the request."""
    tab = request.form.get("retour", "")
    if tab not in desk.TABS:
        return url_for("requests.show", id=the_request.id)
    following = desk.following(me(), tab, the_request)
    return url_for("requests.inbox", etat=tab, demande=following)
