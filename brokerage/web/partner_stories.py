"""Sentences about our own partners: what happened to a record, how often a contact was asked, who else knows it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from brokerage import clock
from brokerage.introductions.desk import Row
from brokerage.introductions.fatigue import Standing
from brokerage.partners.models import Contact, Permission
from brokerage.partners.past import Past
from brokerage.partners.record import Record
from brokerage.timeline import Entry
from brokerage.web import held_words, quotas, stories, task_words
from brokerage.web.drawing.badges import slats
from brokerage.web.drawing.icons import icon
from brokerage.web.formats import date_short
from brokerage.web.stories import Line
from brokerage.web.typography import typeset

FIELD_NAMES = {
    "kind": _l("réseau"), "name": _l("nom"), "type": _l("type"), "uai": _l("UAI"), "siren": _l("SIREN"), "siret": _l("SIRET"),
    "address": _l("adresse"), "postcode": _l("code postal"), "town": _l("ville"), "website": _l("site"),
    "owner_id": _l("personne qui suit"), "status": _l("relation"), "visibility": _l("visibilité"),
    "open_now": _l("ouverture aux demandes"), "accepts": _l("ce qu'il accueille"), "tags": _l("étiquettes"),
    "extra": _l("vos champs"), "trash": _l("corbeille"),
    "civility": _l("civilité"), "first_name": _l("prénom"), "last_name": _l("nom"), "role": _l("rôle"), "title": _l("fonction"),
    "language": _l("langue"), "permission": _l("accord"), "asks_per_quarter": _l("demandes par trimestre"),
    "quiet_months": _l("mois calmes"), "welcomes": _l("sujets"), "always_ask": _l("toujours demander"),
    "source": _l("origine"), "source_date": _l("date de l'origine"), "email": _l("e-mail"),
    "phone": _l("téléphone"), "mobile": _l("portable"),
}  # fmt: skip
DERIVED = {"insee", "department", "academy", "region"}


def line(entry: Entry, names: Mapping[uuid.UUID, str]) -> Line:
    """An entry of a partner's timeline; `names` are those of its living contacts, by id."""
    told = _SENTENCES.get(entry.what)
    if told is None:
        return stories.line(entry)
    sentence = told(entry.by_name or _("Passerelle"), names.get(entry.contact_id) if entry.contact_id else None, entry.details)
    return Line(entry.at, sentence, str(entry.details.get("text") or ""), entry.what != "partner_changed")


def lines(past: Past, names: Mapping[uuid.UUID, str]) -> list[Line]:
    """The lines of a page of the timeline; a note reads as it does today, and says nothing more once withdrawn."""
    today = {note.id: note.text for note in past.notes}
    return [_noted(entry, today.get(entry.id)) if entry.what == "note" else line(entry, names) for entry in past.entries]


def _noted(entry: Entry, text: str | None) -> Line:
    if text is None:
        return Line(entry.at, _("%(who)s avait écrit une note, retirée depuis.", who=entry.by_name), key=True)
    return Line(entry.at, _("%(who)s écrit une note.", who=entry.by_name), text, True)


def planned(record: Record, requests: Sequence[Row]) -> list[Line]:
    """What is to come, the furthest first: tasks with a date, answers that are expected. Nothing surprises anyone."""
    today = clock.today()
    ahead = [
        Line(task.due_on, _("À faire : %(task)s", task=task_words.title_of(task)), future=True)
        for task in record.tasks
        if task.due_on and task.due_on >= today
    ]
    ahead += [
        Line(row.due_on, _("Réponse attendue à la demande de %(who)s.", who=row.requester), future=True, request_id=row.id)
        for row in requests
        if row.due_on and row.due_on >= today and row.badge == "a_decider"
    ]
    return sorted(ahead, key=lambda one: (str(one.at), one.sentence), reverse=True)


def _fields(details: dict[str, Any]) -> str:
    changed = [name for name in details.get("fields", []) if name not in DERIVED]
    return ", ".join(str(FIELD_NAMES.get(name, name)) for name in changed)


_SENTENCES: dict[str, Any] = {
    "partner_created": lambda who, name, d: _("%(who)s ajoute cette fiche.", who=who),
    "partner_changed": lambda who, name, d: _("%(who)s modifie la fiche : %(fields)s.", who=who, fields=_fields(d)),
    "partner_bulk_undone": lambda who, name, d: _("%(who)s annule une action groupée : %(fields)s.", who=who, fields=_fields(d)),
    "partner_listed": lambda who, name, d: _("%(who)s montre cette fiche dans l'annuaire commun.", who=who),
    "partner_hidden": lambda who, name, d: _("%(who)s retire cette fiche de l'annuaire commun.", who=who),
    "partner_trashed": lambda who, name, d: _("%(who)s met cette fiche à la corbeille.", who=who),
    "partner_restored": lambda who, name, d: _("%(who)s sort cette fiche de la corbeille.", who=who),
    "partners_merged": lambda who, name, d: _("%(who)s réunit deux fiches en celle-ci.", who=who),
    "merge_undone": lambda who, name, d: _("%(who)s défait une fusion : il y a de nouveau deux fiches.", who=who),
    "contact_added": lambda who, name, d: _("%(who)s ajoute %(name)s.", who=who, name=name or _("un contact")),
    "contact_changed": lambda who, name, d: _(
        "%(who)s modifie %(name)s : %(fields)s.", who=who, name=name or _("un contact"), fields=_fields(d)
    ),
    "call": lambda who, name, d: _("%(who)s a appelé %(name)s.", who=who, name=name or _("le partenaire")),
    "meeting": lambda who, name, d: _("%(who)s a rencontré %(name)s.", who=who, name=name or _("le partenaire")),
    "task_added": lambda who, name, d: _("%(who)s ajoute une tâche.", who=who),
    "task_done": lambda who, name, d: _("%(who)s a fait une tâche.", who=who),
    "task_reopened": lambda who, name, d: _("%(who)s remet une tâche à faire.", who=who),
    "partner_handed_over": lambda who, name, d: _("%(who)s confie cette fiche à %(to)s.", who=who, to=d.get("to", "")),
    "contact_restored": lambda who, name, d: _("%(who)s remet %(name)s dans la fiche.", who=who, name=name or _("un contact")),
    "contact_removed": lambda who, name, d: _("%(who)s retire un contact.", who=who),
    "preferences_chosen": lambda who, name, d: _("%(name)s choisit ses préférences.", name=name or _("Un contact")),
    "contact_corrected": lambda who, name, d: _("%(name)s corrige sa fiche : %(fields)s.", name=name or _("Un contact"), fields=_fields(d)),
    "correction_proposed": lambda who, name, d: _("%(name)s propose une autre adresse.", name=name or _("Un contact")),
    "correction_accepted": lambda who, name, d: _(
        "%(who)s accepte l'adresse proposée par %(name)s.", who=who, name=name or _("un contact")
    ),
    "correction_kept": lambda who, name, d: _("%(who)s garde l'adresse connue de %(name)s.", who=who, name=name or _("un contact")),
    "contact_erased": lambda who, name, d: _("Un contact a fait effacer ses données."),
    "data_downloaded": lambda who, name, d: _("%(name)s a téléchargé ses données.", name=name or _("Un contact")),
    "link_sent": lambda who, name, d: _("Un nouveau lien est parti à %(name)s, à sa demande.", name=name or _("un contact")),
    "rights_settled": lambda who, name, d: _("%(who)s a répondu à une demande de droits.", who=who),
    "objection": lambda who, name, d: _("%(name)s demande qu'on ne lui écrive plus.", name=name or _("Un contact")),
}


@dataclass(frozen=True)
class Gauge:
    """A count as slats and words: see the piece `slats`."""

    n: int
    total: int
    words: str
    tone: str = ""
    icon: str | None = None


def gauge_of(standing: Standing) -> Gauge:
    """How much one contact was asked, and whether they may be asked now."""
    total = max(standing.limit, 1)
    if standing.never:
        return Gauge(0, 0, _("ne plus solliciter"), "non", "ban")
    if standing.free_on:
        return Gauge(standing.asks, total, quotas.words(standing.asks, standing.limit, standing.free_on), "attente")
    return Gauge(standing.asks, total, quotas.words(standing.asks, total, None), "" if standing.asks else "oui")


def gauge_of_asks(asks: int, open_now: bool) -> Gauge:
    """How much the contacts of a partner were asked this quarter, in a list."""
    if not open_now:
        return Gauge(0, 0, _("pas en ce moment"), "", "pause")
    if not asks:
        return Gauge(0, 3, _("disponible"), "oui")
    return Gauge(min(asks, 3), 3, ngettext("%(num)d demande", "%(num)d demandes", asks), "attente" if asks > 1 else "")


def drawn(gauge: Gauge) -> Markup:
    """The slats of a gauge and its words; an icon stands for them where there is nothing to count."""
    if gauge.total:
        return slats(gauge.n, gauge.total, typeset(gauge.words), gauge.tone, gauge.icon)
    look = f"lattes t-{gauge.tone}" if gauge.tone else "lattes"
    return Markup('<span class="{}">{}<span>{}</span></span>').format(look, icon(gauge.icon or "pause"), typeset(gauge.words))


PERMISSIONS = {
    Permission.ASK_FIRST: (_l("À demander d'abord"), "neutre", "message-circle-question-mark"),
    Permission.SHARE_OK: (_l("Accord donné d'avance"), "oui", "mail-check"),
    Permission.NO_SHARE: (_l("Ne pas transmettre"), "attente", "lock-keyhole"),
    Permission.DO_NOT_CONTACT: (_l("Ne plus solliciter"), "non", "ban"),
}


def origin_of(contact: Contact) -> str:
    """Where a contact's details come from, and since when."""
    if not contact.source:
        return _("Origine non renseignée")
    if contact.source_date is None:
        return _("Origine : %(source)s", source=contact.source)
    return _("Origine : %(source)s, %(day)s", source=contact.source, day=date_short(contact.source_date))


def preferences_of(contact: Contact) -> str:
    """What a contact chose: « 1 demande par trimestre, pas en juin – indiqué par le contact lui-même le 12 mars »."""
    chosen = ", ".join(held_words.said_wishes(contact)) or _("aucune préférence particulière")
    return _("%(chosen)s · indiqué par le contact lui-même le %(day)s", chosen=chosen, day=date_short(contact.preferred_at))


def known_to(knowers: Sequence[tuple[str, int]]) -> str:
    """ "connu de Passeport Avenir (2 contacts) et des Entretiens de l'Excellence (1 contact)" (US13)."""
    counted = [f"{of_name} ({ngettext('%(num)d contact', '%(num)d contacts', n)})" for of_name, n in knowers]
    return _("Connu %(associations)s", associations=_(" et ").join(counted))
