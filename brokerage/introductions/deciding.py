"""The manager's verbs on a request: ask for details, park, approve, decline, redirect, reopen, take back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotYours, WrongState
from brokerage.introductions import entrusting, fatigue, introductions, letters, policy, routing, rules, sending
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.purposes import DECLINE_REASONS
from brokerage.introductions.states import IntroductionState, Letter, RequestState
from brokerage.introductions.steps import hold, note_privately, take
from brokerage.mail import outbox
from brokerage.mail.models import Message
from brokerage.partners.models import Contact, Partner, Permission


@dataclass(frozen=True)
class Choice:
    """One contact the manager chose, with the letter as edited, or `directly` without asking again.

    `leaves_at`: when the ask leaves, instead of at once. `ask_on`: nobody is asked before that day; on it the manager is
    asked whether the need still stands.
    """

    contact_id: uuid.UUID
    subject: str = ""
    body: str = ""
    directly: bool = False
    over_limit_reason: str = ""
    leaves_at: datetime | None = None
    ask_on: date | None = None


def ask_info(request: IntroductionRequest, by: User, question: str) -> None:
    """Send the request back with a question; the delay stops until the delegate answers."""
    if not question.strip():
        raise BadInput(N_("Écrivez votre question : elle part telle quelle."), "question")
    hold(request, "ask_info")
    request.question = question.strip()
    db.session.flush()
    take("ask_info", request, by, details={"text": question.strip()})


def park(request: IntroductionRequest, by: User, until: date, private_reason: str = "") -> None:
    """Set aside until a date; the delegate reads the date, never the reason."""
    if until <= clock.today():
        raise BadInput(N_("Choisissez une date à venir."), "until")
    hold(request, "park")
    request.parked_until = until
    db.session.flush()
    take("park", request, by, details={"until": until.isoformat()})
    note_privately(request, by, "private_reason", text=private_reason.strip())


def resume(request: IntroductionRequest, by: Person) -> None:
    """Take a parked request up again."""
    hold(request, "resume")
    request.parked_until, request.due_on = None, routing.answer_expected(request)
    db.session.flush()
    take("resume", request, by)


def approve(request: IntroductionRequest, by: User, choices: Sequence[Choice], word: str = "") -> None:
    """Open the door: each chosen contact is asked, or introduced at once where prior agreement and rule allow it.

    Raises BadInput when no contact is chosen, when one may not be approached, or when a limit is passed
    without a reason.
    """
    if not choices:
        raise BadInput(N_("Choisissez au moins un contact."), "contacts")
    hold(request, "approve")
    contacts = _chosen(request, choices)
    _aim(request, contacts[choices[0].contact_id])
    request.decision_word, request.decided_at = word.strip(), clock.now()
    db.session.flush()
    take("approve", request, by, details={"text": word.strip(), "contacts": len(choices), **_later(contacts, choices)})
    for choice in choices:
        _open(request, contacts[choice.contact_id], choice, by)


def ask_another(request: IntroductionRequest, by: User, choices: Sequence[Choice]) -> None:
    """Ask other contacts of a request that is open already: the first said no, is silent, or named a colleague.

    Suggestions that nobody decided on are set aside: this is the decision. Raises BadInput as `approve` does, and for a
    contact this request asked before.
    """
    if not choices:
        raise BadInput(N_("Choisissez au moins un contact."), "contacts")
    hold(request, "ask_another")
    contacts = _chosen(request, choices)
    asked = {one.contact_id: one for one in request.introductions if one.state is not IntroductionState.CANCELLED}
    for contact in contacts.values():
        if contact.id in asked:
            raise BadInput(N_("%(name)s a déjà été sollicité pour cette demande."), "contacts", name=contact.name)
    take("ask_another", request, by, details={"contacts": len(choices)})
    for suggestion in [one for one in request.introductions if one.state is IntroductionState.SUGGESTED]:
        take("set_aside", suggestion, by)
    for choice in choices:
        _open(request, contacts[choice.contact_id], choice, by)


def _aim(request: IntroductionRequest, contact: Contact) -> None:
    """A need without a partner in mind takes the one whose contact was chosen: from now on both sides read its name."""
    if request.partner_id is None:
        partner = db.session.get_one(Partner, contact.partner_id)
        request.partner_id, request.target_name, request.target_town = partner.id, partner.name, partner.town


def _chosen(request: IntroductionRequest, choices: Sequence[Choice]) -> dict[uuid.UUID, Contact]:
    wanted = {choice.contact_id: choice for choice in choices}
    found = {c.id: c for c in db.session.scalars(sa.select(Contact).where(Contact.id.in_(wanted), Contact.deleted_at.is_(None)))}
    if len(found) != len(wanted):
        raise BadInput(N_("Un des contacts choisis n'existe plus. Choisissez à nouveau."), "contacts")
    standings = fatigue.standings(found.values(), rules.of(request.giving_id), request.purpose)
    for contact in found.values():
        _may_approach(contact, standings[contact.id], wanted[contact.id], request)
    return found


def _may_approach(contact: Contact, standing: fatigue.Standing, choice: Choice, request: IntroductionRequest) -> None:
    if standing.never or contact.permission is Permission.NO_SHARE:
        raise BadInput(N_("%(name)s ne peut pas être sollicité."), "contacts", name=contact.name)
    if choice.ask_on and choice.ask_on <= clock.today():
        raise BadInput(N_("Choisissez une date à venir."), "contacts")
    excused = bool(choice.over_limit_reason.strip())
    if standing.unwelcome and not excused:
        raise BadInput(
            N_("Ce sujet n'est pas de ceux que %(name)s accueille : donnez une raison pour passer outre."), "contacts", name=contact.name
        )
    rested = choice.ask_on and standing.free_on and choice.ask_on >= standing.free_on
    if standing.free_on and not rested and not excused:
        raise BadInput(
            N_("%(name)s a déjà été sollicité récemment : donnez une raison pour passer outre."), "contacts", name=contact.name
        )
    if choice.directly and not may_introduce_directly(contact, request.giving_id):
        raise BadInput(N_("%(name)s n'a pas donné d'accord préalable : demandez-le d'abord."), "contacts", name=contact.name)


def may_introduce_directly(contact: Contact, association_id: uuid.UUID) -> bool:
    """Whether a recorded prior agreement and the association's rule let us introduce without asking again (G2)."""
    return contact.permission is Permission.SHARE_OK and rules.of(association_id).introduce_directly


def _open(request: IntroductionRequest, contact: Contact, choice: Choice, by: User) -> None:
    introduction = Introduction(
        id=uuid.uuid4(),
        request=request,
        asking_id=request.asking_id,
        giving_id=request.giving_id,
        contact_id=contact.id,
        contact_role=contact.role,
        state=IntroductionState.NEW,
        state_since=clock.now(),
    )
    db.session.add(introduction)
    db.session.flush()
    if choice.directly:
        introductions.introduce_directly(introduction, contact, by)
        return
    leaves_at = _moment(contact.partner, choice)
    _keep_words(introduction, contact, choice, by, leaves_at)
    if choice.ask_on:
        introductions.defer(introduction, by, choice.ask_on)
    else:
        introductions.ask_consent(introduction, by, leaves_at)


def _keep_words(introduction: Introduction, contact: Contact, choice: Choice, by: User, leaves_at: datetime) -> None:
    if not choice.subject.strip() or not choice.body.strip():
        raise BadInput(N_("L'e-mail au contact ne peut pas être vide."), "body")
    db.session.add(
        Ask(
            association_id=introduction.giving_id,
            introduction_id=introduction.id,
            contact_id=contact.id,
            by_id=by.id,
            asked_at=leaves_at,
            subject=choice.subject.strip(),
            body=choice.body.strip(),
            over_limit_reason=choice.over_limit_reason.strip(),
        )
    )
    db.session.flush()


def _moment(partner: Partner, choice: Choice) -> datetime:
    """When the contact is asked: now, at the moment chosen, or on a later day."""
    return sending.good_hour(partner, choice.ask_on) if choice.ask_on else choice.leaves_at or clock.now()


def _later(contacts: Mapping[uuid.UUID, Contact], choices: Sequence[Choice]) -> dict[str, str]:
    """The moment before which nobody is written to: the requester reads its day. Empty when somebody is at once."""
    first = min(clock.now() if one.directly else _moment(contacts[one.contact_id].partner, one) for one in choices)
    return {"leaves_at": first.isoformat()} if first > clock.now() else {}


def decline(request: IntroductionRequest, by: User, reason: str, word: str = "", private_note: str = "") -> None:
    """Say no, with a reason from the list and a word that the delegate reads."""
    if reason not in DECLINE_REASONS:
        raise BadInput(N_("Choisissez un motif : la personne qui demande le lira."), "reason")
    hold(request, "decline")
    request.decline_reason, request.decision_word, request.decided_at = reason, word.strip(), clock.now()
    db.session.flush()
    take("decline", request, by, details={"reason": reason, "text": word.strip()})
    note_privately(request, by, "private_reason", text=private_note.strip())


def reopen(request: IntroductionRequest, by: User) -> None:
    """Take up again what was declined, expired or withdrawn."""
    hold(request, "reopen")
    request.decline_reason, request.decided_at, request.submitted_at = "", None, clock.now()
    if routing.entrust(request) is None:
        entrusting.give(request, by)
    request.due_on = routing.answer_expected(request)
    db.session.flush()
    take("reopen", request, by)


_OPENED = (IntroductionState.CONSENT_PENDING, IntroductionState.INTRODUCED)


def take_back(request: IntroductionRequest, by: User) -> None:
    """Undo a decision while no ask of it, or no refusal, has left. Raises WrongState once one has.

    When the ask waited for its hour, the requester has read by now that their request was accepted: they hear that it is open.
    """
    hold(request, "take_back")
    since, was_told = request.decided_at or clock.now(), not _undoing(request)
    if any(ask.has_left for ask in sending.asks(request)):
        raise WrongState(N_("Trop tard pour annuler : l'e-mail est parti."))
    if not outbox.cancel(Message.request_id == request.id, Message.created_at >= since):
        raise WrongState(N_("Trop tard pour annuler : l'e-mail est parti."))
    for introduction in request.introductions:
        if introduction.state in _OPENED or (introduction.state is IntroductionState.POSTPONED and introduction.asked_at is None):
            introductions.forget(introduction, by)
    request.decline_reason, request.decided_at, request.decision_word = "", None, ""
    db.session.flush()
    take("take_back", request, by)
    if was_told:
        letters.write(Letter.REOPENED, request, by)


def _undoing(request: IntroductionRequest) -> bool:
    """Whether the time to undo still runs, in which not even the requester was written to."""
    decided_at = request.decided_at or clock.now()
    return (clock.now() - decided_at).total_seconds() < rules.of(request.giving_id).undo_seconds


def may_take_back(request: IntroductionRequest, asks: Sequence[sending.Waiting]) -> bool:
    """Whether "Annuler l'envoi" would still work, by the clock alone or because all its `asks` wait for their hour.

    The outbox has the last word.
    """
    if request.decided_at is None or request.state not in (RequestState.APPROVED, RequestState.DECLINED):
        return False
    if any(ask.has_left for ask in asks):
        return False
    return _undoing(request) or (request.state is RequestState.APPROVED and sending.first_of(asks) is not None)


def call_off(introduction: Introduction, by: User) -> None:
    """Annuler l'envoi of one ask that waits, among others that left: nobody was asked, the others go on.

    Raises NotYours for who may not decide on the request, WrongState once the ask has left.
    """
    request = introduction.request
    if "take_back" not in policy.open_steps(by, request):
        raise NotYours(N_("Cette décision ne vous revient pas."))
    hold(introduction)
    if not outbox.cancel(Message.introduction_id == introduction.id, Message.kind == sending.ASKS):
        raise WrongState(N_("Trop tard pour annuler : l'e-mail est parti."))
    introductions.forget(introduction, by)
    introductions.close_if_over(request)
