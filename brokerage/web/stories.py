"""Sentences for people: what a line of the timeline says, whose turn it is, what the bridge shows."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from flask import Flask
from flask_babel import gettext as _

from brokerage import clock
from brokerage.errors import N_
from brokerage.introductions.desk import Row
from brokerage.introductions.dossier import Dossier, Passage
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.purposes import DECLINE_REASONS, NUMBERS, PURPOSES
from brokerage.introductions.replies.reading import Heard
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.partners.models import ContactRole
from brokerage.timeline import Actor, Entry
from brokerage.web.formats import day_month
from brokerage.web.typography import language, typeset


@dataclass(frozen=True)
class Line:
    """One line of a timeline: when, a sentence, words quoted under it, and whether a person decided it."""

    at: datetime | date
    sentence: str
    quote: str = ""
    key: bool = False
    future: bool = False
    subject: str = ""  # whose story it is, where several are told together
    request_id: uuid.UUID | None = None
    voice: str = ""  # who reads a comment: "nous", one's own association; "tous", both
    mail: Heard | None = None  # what was received, on the request's own page


VOICES = {"comment": "tous", "private_comment": "nous", "private_reason": "nous"}


def line(entry: Entry, subject: str = "") -> Line:
    """An entry as the reader's association may read it; `subject` names the request among others."""
    sentence = _SENTENCES.get(entry.what, lambda _who, _d: entry.what.replace("_", " "))
    said = sentence(_who(entry), entry.details)
    by_person = entry.by_kind is not Actor.CLOCK
    return Line(entry.at, said, _quote(entry.details), by_person, False, subject, entry.request_id, VOICES.get(entry.what, ""))


def _who(entry: Entry) -> str:
    if entry.by_kind is Actor.CONTACT:
        return _("Le contact")
    return entry.by_name or _("Passerelle")


def _quote(details: dict[str, Any]) -> str:
    return str(details.get("text") or "")


def _until(details: dict[str, Any]) -> str:
    return day_month(date.fromisoformat(details["until"])) if details.get("until") else ""


def _asked(details: dict[str, Any]) -> str:
    if not details.get("leaves_at"):
        return _("L'e-mail qui demande son accord part au contact.")
    return _("L'e-mail qui demande son accord partira au contact le %(day)s.", day=day_month(datetime.fromisoformat(details["leaves_at"])))


def _reason(details: dict[str, Any]) -> str:
    return _(DECLINE_REASONS.get(details.get("reason", ""), "autre motif"))


def _redirected(who: str, details: dict[str, Any]) -> str:
    to, target = details.get("to", ""), details.get("target", "")
    if target:
        return _("%(who)s oriente la demande vers %(target)s, que suit %(to)s.", who=who, target=target, to=to)
    return _("%(who)s a transmis la demande à %(to)s.", who=who, to=to)


def _stood_in(details: dict[str, Any]) -> str:
    absent, to, until = details.get("from", ""), details.get("to", ""), _until(details)
    if until:
        return _("%(absent)s s'absente jusqu'au %(until)s ; %(to)s prend le relais.", absent=absent, until=until, to=to)
    return _("%(absent)s s'absente ; %(to)s prend le relais.", absent=absent, to=to)


_SENTENCES: dict[str, Any] = {
    "submit": lambda who, d: _("%(who)s a envoyé la demande.", who=who),
    "resend": lambda who, d: _("%(who)s a renvoyé la demande.", who=who),
    "ask_info": lambda who, d: _("%(who)s demande des précisions.", who=who),
    "answer": lambda who, d: _("%(who)s a répondu.", who=who),
    "park": lambda who, d: _("%(who)s met la demande de côté jusqu'au %(until)s.", who=who, until=_until(d)),
    "resume": lambda who, d: _("La demande est reprise."),
    "approve": lambda who, d: _("%(who)s a approuvé la demande.", who=who),
    "ask_another": lambda who, d: _("%(who)s sollicite une autre personne.", who=who),
    "comment": lambda who, d: _("%(who)s écrit aux deux associations :", who=who),
    "private_comment": lambda who, d: _("%(who)s écrit à son association seulement :", who=who),
    "decline": lambda who, d: _("%(who)s a décliné : %(reason)s.", who=who, reason=_reason(d)),
    "redirect": lambda who, d: _redirected(who, d),
    "turn_to": lambda who, d: _("%(who)s confie la demande à %(to)s, faute de réponse.", who=who, to=d.get("to", "")),
    "stood_in_for": lambda who, d: _stood_in(d),
    "handed_back": lambda who, d: _("%(to)s est de retour et reprend la demande.", to=d.get("to", "")),
    "reopen": lambda who, d: _("%(who)s a rouvert la demande.", who=who),
    "withdraw": lambda who, d: _("%(who)s a retiré la demande.", who=who),
    "expire": lambda who, d: _("Sans décision, la demande est arrivée à son terme."),
    "close": lambda who, d: _("La demande est close."),
    "take_back": lambda who, d: _("%(who)s a annulé l'envoi à temps.", who=who),
    "request_handed_over": lambda who, d: _("%(who)s confie la demande à %(to)s.", who=who, to=d.get("to", "")),
    "private_reason": lambda who, d: _("%(who)s note, pour votre association seulement :", who=who),
    "introduction_ask_consent": lambda who, d: _asked(d),
    "introduction_accept": lambda who, d: _("%(who)s accepte la mise en relation.", who=who),
    "introduction_postpone": lambda who, d: _("%(who)s préfère plus tard : %(until)s.", who=who, until=_until(d)),
    "introduction_suggest": lambda who, d: _("%(who)s propose une autre personne.", who=who),
    "introduction_refuse": lambda who, d: _("Le partenaire n'a pas donné suite."),
    "introduction_object": lambda who, d: _("Contact indisponible."),
    "introduction_resume": lambda who, d: _("La question est posée à nouveau au contact."),
    "introduction_lapse": lambda who, d: _("Sans réponse du contact."),
    "introduction_introduce": lambda who, d: _("Mise en relation faite : les deux personnes ont reçu le même e-mail."),
    "introduction_introduce_directly": lambda who, d: _("Mise en relation faite, avec l'accord donné auparavant."),
    "introduction_record_outcome": lambda who, d: outcome_sentence(who, d.get("result", "unknown")),
    "introduction_outcome_added": lambda who, d: outcome_sentence(who, d.get("result", "unknown")),
    "introduction_reconsider": lambda who, d: _("%(who)s change sa réponse.", who=who),
    "go_on": lambda who, d: _("La demande reprend."),
    "consent_withdrawn": lambda who, d: _("%(who)s retire son accord : ses coordonnées ne se lisent plus.", who=who),
    "contact_corrected": lambda who, d: _("%(who)s a corrigé ses coordonnées : celles de cette page sont à jour.", who=who),
    "contact_erased": lambda who, d: _("%(who)s a fait effacer ses données : effacez aussi ce que vous en avez copié.", who=who),
    "introduction_cancel": lambda who, d: _("La mise en relation est annulée."),
    "introduction_defer": lambda who, d: _("Un contact est à solliciter plus tard, à partir du %(until)s.", until=_until(d)),
    "introduction_put_off": lambda who, d: _("%(who)s reporte la question au %(until)s.", who=who, until=_until(d)),
    "introduction_drop": lambda who, d: _("%(who)s en reste là avec ce contact.", who=who),
    "introduction_set_aside": lambda who, d: _("%(who)s ne suit pas cette proposition.", who=who),
    "details_seen": lambda who, d: _("%(who)s a consulté les coordonnées transmises.", who=who),
    "reminder_sent": lambda who, d: _("Relance envoyée %(to)s.", to=_told(d["to"])) if d.get("to") else _("Relance envoyée."),
    "letter_failed": lambda who, d: _("Un e-mail n'a pas pu être remis."),
    "letter_uncertain": lambda who, d: _("Un e-mail est peut-être parti : la messagerie n'a pas confirmé."),
    "mail_received": lambda who, d: _("Un e-mail est arrivé."),
    "mail_attached": lambda who, d: _("%(who)s rattache un e-mail à la demande.", who=who),
    "mail_settled": lambda who, d: _("%(who)s classe un e-mail reçu.", who=who),
    "mail_returned": lambda who, d: _(_RETURNED.get(d.get("fate", ""), _UNREADABLE)),
    "note": lambda who, d: _("Note de %(who)s, lue par votre association seulement", who=who),
}


_UNREADABLE: str = N_("Un e-mail est revenu, sans qu'on puisse lire pourquoi.")
_RETURNED: dict[str, str] = {
    "hard": N_("Un e-mail est revenu : cette adresse n'existe pas ou plus. Rien n'y sera plus envoyé."),
    "soft": N_("Un e-mail attend : la messagerie du destinataire ne le prend pas pour l'instant."),
    "refused": N_("Un e-mail est revenu : la messagerie du destinataire l'a refusé."),
}
_RECIPIENTS = {
    "manager": N_("à la personne responsable"),
    "colleagues": N_("à ses collègues"),
    "delegate": N_("à la personne qui demandait"),
    "contact": N_("au contact"),
}


def _told(codes: str) -> str:
    """To whom a reminder went; the timeline keeps codes, "manager, delegate"."""
    return ", ".join(_(_RECIPIENTS[code]) if code in _RECIPIENTS else code for code in codes.split(", "))


def install(app: Flask) -> None:
    """The words of the desk, for every template."""
    spoken: dict[str, Callable[..., str]] = {
        "purpose": purpose_label, "role": role_label, "outcome": said_by, "head_counts": numbers,
    }  # fmt: skip
    app.jinja_env.globals.update({name: _printed(words) for name, words in spoken.items()}, of_name=of_name)  # a name stays as typed


def _printed(words: Callable[..., str]) -> Callable[..., str]:
    return lambda *about: typeset(words(*about))


class House(Protocol):
    """What `of_name` needs to know of an association."""

    @property
    def name(self) -> str: ...
    @property
    def of_name(self) -> str: ...


def of_name(house: House) -> str:
    """« des Entretiens de l'Excellence », as the association writes it; in English its name after "of"."""
    return house.of_name if language() == "fr" else _("de %(name)s", name=house.name)


def numbers(counted: dict[str, Any]) -> str:
    """« 250 élèves, 15 salles »: head-counts, never names, in the order of the form (the database keeps none)."""
    return ", ".join(f"{counted[what]} {_(label)}" for what, label in NUMBERS.items() if counted.get(what))


def purpose_label(code: str) -> str:
    """What a request is for, as the form says it."""
    found = PURPOSES.get(code)
    return _(found.label) if found else ""


def said_by(voice: str, result: str) -> str:
    """An outcome with who said it."""
    voices = {"delegate": _("La personne qui demandait"), "contact": _("Le contact"), "manager": _("La personne responsable")}
    return outcome_sentence(voices.get(voice, ""), result)


def outcome_sentence(who: str, result: str) -> str:
    """What one side says came of an introduction."""
    said = {
        "met": _("%(who)s confirme la rencontre.", who=who),
        "date_set": _("%(who)s indique qu'un rendez-vous est pris.", who=who),
        "no_answer": _("%(who)s n'a pas eu de réponse.", who=who),
        "not_relevant": _("%(who)s indique que ce n'est plus d'actualité.", who=who),
    }
    return said.get(result, _("Personne n'a dit ce qu'il en est advenu."))


def role_label(role: ContactRole | str | None) -> str:
    """A contact's role, the only thing an ally reads of them before consent."""
    labels = {
        ContactRole.HEAD: _("Chef d'établissement"),
        ContactRole.REFERENT: _("Personne référente"),
        ContactRole.SOCIAL_OPENING: _("Ouverture sociale"),
        ContactRole.DIVERSITY_CSR: _("Responsable diversité, RSE ou mécénat"),
        ContactRole.SCHOOL_RELATIONS: _("Relations écoles"),
        ContactRole.OTHER: _("Autre fonction"),
    }
    return labels.get(ContactRole(role), "") if role else _("Un contact")


Step = tuple[str, str, str]
DONE, HERE, AHEAD = "done", "here", ""


STOPPED = {"declinee", "sans_reponse", "retiree", "plus_tard", "redirigee"}


def bridge_steps(shown: Dossier) -> list[Step]:
    """The five planks of the bridge: label, a word under it, and whether it is done, here, ahead, or stopped there."""
    request, furthest = shown.request, _furthest(shown)
    reached = _reached(request, furthest)
    decision = _("Votre décision") if shown.decides else _("Décision")
    labels = [_("Demande"), decision, _("Accord"), _("Mise en relation"), _("Rencontre")]
    answered, introduced = (furthest.answered_at, furthest.introduced_at) if furthest else (None, None)
    dates = [request.submitted_at, request.decided_at, answered, introduced, None]
    return [(label, _under(i, reached, dates[i], request), _place(i, reached, shown.row.badge)) for i, label in enumerate(labels)]


def _furthest(shown: Dossier) -> Passage | None:
    """The introduction that went furthest speaks for the request."""
    return max(shown.passages, key=lambda one: _AFTER.get(one.state, 2), default=None)


_AFTER = {IntroductionState.READY.value: 3, IntroductionState.INTRODUCED.value: 4, IntroductionState.CLOSED.value: 4}


def _reached(request: IntroductionRequest, furthest: Passage | None) -> int:
    """How many planks are behind us."""
    if request.state is RequestState.DRAFT:
        return 0
    if furthest is None:
        return 1
    met = any(result == "met" for _who, result, *_more in furthest.outcomes)
    return 5 if met else _AFTER.get(furthest.state, 2)


def _place(index: int, reached: int, badge: str) -> str:
    if index == reached:
        return badge if badge in STOPPED else HERE
    return DONE if index < reached else AHEAD


def _under(index: int, reached: int, at: datetime | None, request: IntroductionRequest) -> str:
    if index < reached and at:
        return day_month(at.astimezone(clock.PARIS).date())
    if index == 1 and reached == 1 and request.due_on and request.state is RequestState.SUBMITTED:
        return _("avant le %(day)s", day=day_month(request.due_on))
    if index == 4 and request.event_on:
        return day_month(request.event_on)
    return ""


def turn(row: Row, mine: bool) -> str:
    """Whose turn it is: a sentence that names who does what next, to who asked or to another reader of their association."""
    if row.badge == "a_decider":
        return _("%(who)s décide avant le %(day)s.", who=row.handler, day=day_month(row.due_on)) if row.due_on else ""
    said = {
        "brouillon": _("Pas encore envoyée."),
        "precisions": _("%(who)s vous pose une question.", who=row.handler) if mine else _("%(who)s pose une question.", who=row.handler),
        "chez_partenaire": _("Le partenaire n'a pas encore répondu."),
        "plus_tard": _("Reportée."),
        "accord": _("%(who)s écrit l'e-mail de présentation.", who=row.handler),
        "introduite": _("À vous de jouer : écrivez-lui.") if mine else "",
        "redirigee": _("%(who)s choisit la suite.", who=row.handler),
    }
    return said.get(row.badge, "")
