"""The manager's pages: approve with the letter reread, ask, park, decline, redirect, reopen, note an answer."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, Refusal, WrongState
from brokerage.introductions import deciding, desk, dossier, fatigue, introductions, letters, policy, rules, sending
from brokerage.introductions.models import Channel, IntroductionRequest, Need
from brokerage.introductions.states import IntroductionState
from brokerage.partners import directory
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.formats import clock_time, date_long
from brokerage.web.fragments import page
from brokerage.web.requests import found, overtaken, pages, shown
from brokerage.web.requests import told as told_of
from brokerage.web.typed import identifier


@dataclass(frozen=True)
class Candidate:
    """A contact that may be asked, with the letter proposed for them."""

    contact: Contact
    standing: fatigue.Standing
    askable: bool
    directly: bool
    subject: str
    body: str
    foot: str


def candidates(the_request: IntroductionRequest, partner_id: uuid.UUID | None) -> list[Candidate]:
    """The contacts of the partner in question, in the order of the address book."""
    if partner_id is None:
        return []
    people = db.session.scalars(
        sa.select(Contact).where(Contact.partner_id == partner_id, Contact.deleted_at.is_(None)).order_by(Contact.created_at)
    ).all()
    standings = fatigue.standings(people, rules.of(the_request.giving_id))
    return [_candidate(the_request, person, standings[person.id]) for person in people]


def _candidate(the_request: IntroductionRequest, contact: Contact, standing: fatigue.Standing) -> Candidate:
    subject, body = letters.ask_model(the_request, contact, me())
    return Candidate(
        contact=contact,
        standing=standing,
        askable=contact.permission not in (Permission.NO_SHARE, Permission.DO_NOT_CONTACT),
        directly=deciding.may_introduce_directly(contact, the_request.giving_id),
        subject=request.form.get(f"subject-{contact.id}", subject),
        body=request.form.get(f"body-{contact.id}", body),
        foot=letters.ask_foot(the_request, contact),
    )


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
    context["word"] = request.form.get("word", "")
    asked = {one.contact_id for one in the_request.introductions if one.state is not IntroductionState.CANCELLED}
    people = [one for one in candidates(the_request, partner.id if partner else None) if one.contact.id not in asked]
    context |= {"leave": request.form.get("leave", "good"), "good_hour": sending_hour(partner) if partner else ""}
    return page("requests/approval.html", status=status, candidates=people, **context, **told_of(dossier.of(the_request, me())))


def sending_hour(partner: Partner) -> str:
    """« lundi 30 novembre 2026 à 8 h 30 » by the partner's clock; empty when a letter may arrive there now."""
    moment = sending.good_hour(partner)
    return in_words(sending.there(partner, moment)) if moment > clock.now() else ""


def in_words(local: datetime) -> str:
    """A day and an hour, as a sentence says them."""
    return _("%(day)s à %(hour)s", day=date_long(local.date()), hour=clock_time(local))


UNCOUNTED = sa.select(sa.literal(0)).scalar_subquery()


def _offered(the_request: IntroductionRequest, words: str) -> list[directory.PartnerRow]:
    """Our partners that might suit a need without a partner: the same region and kind, or what was searched."""
    kind = PartnerKind(the_request.need) if the_request.need in (Need.ACADEMIC, Need.CORPORATE) else None
    wanted = directory.Wanted(words=words, kind=kind, region="" if words else the_request.region or "")
    return list(directory.page(me().association_id, wanted, UNCOUNTED, 20).rows)


def _ticked() -> set[str]:
    return set(request.form.getlist("contact") or request.args.getlist("contact"))


@pages.post("/<uuid:id>/approbation")
@access.members(Role.MANAGER)
def approve(id: uuid.UUID) -> ResponseReturnValue:
    """Approve, and let the letters go after the time to undo; of an open request, ask other contacts."""
    the_request = found(id)
    try:
        if "ask_another" in policy.open_steps(me(), the_request):
            deciding.ask_another(the_request, me(), _choices())
            flash(_("Votre e-mail part. La demande attend sa réponse."))
        else:
            deciding.approve(the_request, me(), _choices(), request.form.get("word", ""))
            _flash_approved(the_request)
    except BadInput as no:
        return _approval(the_request, no.status, told(no))
    except WrongState as no:
        return overtaken(id, no)
    return redirect(url_for("requests.show", id=id), 303)


def _flash_approved(the_request: IntroductionRequest) -> None:
    """Say when the letter leaves: at the partner's next good hour, or after the time to undo."""
    waits = sending.waits_until(the_request)
    if waits and request.form.get("leave") == "good" and waits > clock.now() + timedelta(hours=1):
        when = in_words(sending.there(db.session.get_one(Partner, the_request.partner_id), waits))
        flash(_("Demande approuvée. L'e-mail part le %(when)s, heure du partenaire.", when=when))
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
            at_good_hour=request.form.get("leave") == "good",
        )
        for one, known in ticked.items()
    ]


@pages.post("/<uuid:id>/apercu")
@access.members(Role.MANAGER)
def preview(id: uuid.UUID) -> ResponseReturnValue:
    """The letter as the contact will read it, with what nobody may edit; nothing is kept."""
    the_request = found(id)
    people = candidates(the_request, request.values.get("partenaire", type=uuid.UUID) or the_request.partner_id)
    chosen = next((one for one in people if str(one.contact.id) == request.form.get("preview")), None)
    one = chosen or next(iter(people), None) or abort(404)
    return page("requests/preview.html", the_request=the_request, one=one, by=me())


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
        deciding.redirect(one, me(), to=to, word=request.form.get("word", ""))

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


def _decided(id: uuid.UUID, act: Any, done: str, undo: bool = False) -> ResponseReturnValue:
    the_request = found(id)
    try:
        act(the_request)
    except BadInput as no:
        return shown(the_request, no.status, decision_error=told(no))
    except WrongState as no:
        return overtaken(id, no)
    _flash_undo(the_request, done) if undo else flash(done)
    return redirect(_onwards(the_request), 303)


def _onwards(the_request: IntroductionRequest) -> str:
    """Where a decision leads: back to the list it was taken from, on the request that comes next; else to the request."""
    tab = request.form.get("retour", "")
    if tab not in desk.TABS:
        return url_for("requests.show", id=the_request.id)
    following = desk.following(me(), tab, the_request)
    return url_for("requests.inbox", etat=tab, demande=following)


@pages.post("/introductions/<uuid:id>/sans-suite")
@access.members(Role.MANAGER)
def set_aside(id: uuid.UUID) -> ResponseReturnValue:
    """Do not follow a contact who named a colleague."""
    introduction = access.find_or_404(policy.introductions_visible_to(me()), id)
    introductions.set_aside(introduction, me())
    flash(_("C'est noté. Vous pouvez solliciter une autre personne."))
    return redirect(url_for("requests.show", id=introduction.request_id), 303)


@pages.post("/introductions/<uuid:id>/reponse")
@access.members(Role.MANAGER)
def note_answer(id: uuid.UUID) -> ResponseReturnValue:
    """Note what a contact answered by telephone or by reply."""
    introduction = access.find_or_404(policy.introductions_visible_to(me()), id)
    channel = Channel.PHONE if request.form.get("channel") == "phone" else Channel.REPLY
    try:
        match request.form.get("answer"):
            case "accept":
                introductions.accept(introduction, me(), channel=channel, wording=_("réponse notée par %(who)s", who=me().name))
            case "postpone":
                introductions.postpone(introduction, me(), a_day("until"), channel=channel)
            case _no:
                introductions.refuse(introduction, me(), channel=channel)
    except Refusal as no:
        return shown(introduction.request, no.status, decision_error=told(no))
    flash(_("C'est noté."))
    return redirect(url_for("requests.show", id=introduction.request_id), 303)
