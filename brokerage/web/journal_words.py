"""The lines of the journal in sentences: what a member did, or somebody in their name failed to do."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from brokerage.accounts.models import Role
from brokerage.introductions.rulebook import RULES
from brokerage.privacy.register import Right
from brokerage.timeline import Actor, Entry
from brokerage.web import stories
from brokerage.web.members import ROLES
from brokerage.web.rights import KINDS

Details = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """When, a sentence, a reason under it, whether somebody was kept out, and the request it is about."""

    at: datetime
    sentence: str
    quote: str
    refused: bool
    request_id: uuid.UUID | None


def line(entry: Entry) -> Line:
    """A line as its association reads it. Words written on a request are read there, not here."""
    said = SENTENCES.get(entry.what)
    sentence = said(_who(entry), entry.details) if said else stories.line(entry).sentence
    return Line(entry.at, sentence, str(entry.details.get("reason") or "") if said else "", entry.what in REFUSALS, entry.request_id)


REFUSALS = frozenset({"entry_refused", "sign_in_failed", "second_step_failed", "sign_in_held_back", "confirmation_failed"})


def _who(entry: Entry) -> str:
    if entry.by_kind is Actor.CONTACT:
        return _("Un contact")
    return entry.by_name or _("Passerelle")


def _member(details: Details) -> str:
    return str(details.get("member_name", ""))


def _entered(who: str, details: Details) -> str:
    said = {
        "code": _("Connexion avec un code : %(who)s.", who=who),
        "recovery": _("Connexion avec un code de secours : %(who)s.", who=who),
    }
    return said.get(details.get("with", ""), _("Connexion : %(who)s.", who=who))


def _factor_removed(who: str, details: Details) -> str:
    if who == _member(details):
        return _("%(who)s retire sa vérification en deux étapes.", who=who)
    return _("%(who)s retire la vérification en deux étapes de %(member)s.", who=who, member=_member(details))


def _roles(details: Details, when: str) -> str:
    held = details.get(when) or []
    return ", ".join(str(words) for role, words in ROLES.items() if role.value in held) or "–"


def _roles_changed(who: str, details: Details) -> str:
    return _("%(who)s change les rôles de %(member)s : %(before)s → %(after)s.", who=who, member=_member(details),
             before=_roles(details, "before"), after=_roles(details, "after"))  # fmt: skip


def _invited(who: str, details: Details) -> str:
    if details.get("again"):
        return _("%(who)s invite de nouveau %(member)s.", who=who, member=_member(details))
    roles = ", ".join(str(ROLES[Role(role)]) for role in details.get("roles") or [])
    return _("%(who)s invite %(member)s (%(roles)s).", who=who, member=_member(details), roles=roles)


def _rule(details: Details) -> str:
    rule = RULES.get(details.get("rule", ""))
    return _(rule.label) if rule else str(details.get("rule", ""))


def _right(details: Details) -> str:
    known = {one.value for one in Right}
    return str(KINDS[Right(details["right"])]) if details.get("right") in known else ""


def _partners(details: Details) -> str:
    count = int(details.get("partners") or 0)
    return ngettext("%(num)d partenaire", "%(num)d partenaires", count)


SENTENCES: dict[str, Callable[[str, Details], str]] = {
    "signed_in": _entered,
    "sign_in_failed": lambda who, d: _("Mot de passe refusé pour le compte de %(member)s.", member=_member(d)),
    "second_step_failed": lambda who, d: _("Bon mot de passe, mais code refusé : compte de %(member)s.", member=_member(d)),
    "sign_in_held_back": lambda who, d: _("Trop d'essais pour le compte de %(member)s : la connexion attend.", member=_member(d)),
    "confirmation_failed": lambda who, d: _("Mot de passe refusé dans une session ouverte de %(member)s.", member=_member(d)),
    "entry_refused": lambda who, d: _("Accès refusé à %(who)s : %(place)s", who=who, place=d.get("place", "")),
    "password_changed": lambda who, d: _("%(who)s change son mot de passe.", who=who),
    "email_changed": lambda who, d: _("%(who)s change son adresse de connexion.", who=who),
    "second_factor_on": lambda who, d: _("%(who)s met en place la vérification en deux étapes.", who=who),
    "second_factor_removed": _factor_removed,
    "recovery_codes_renewed": lambda who, d: _("%(who)s prépare d'autres codes de secours.", who=who),
    "member_signed_out": lambda who, d: _("%(who)s ferme toutes les sessions de %(member)s.", who=who, member=_member(d)),
    "association_founded": lambda who, d: _("%(who)s ouvre Passerelle à l'association.", who=who),
    "member_invited": _invited,
    "member_joined": lambda who, d: _("%(who)s accepte son invitation.", who=who),
    "roles_changed": _roles_changed,
    "member_deactivated": lambda who, d: _("%(who)s ferme l'accès de %(member)s.", who=who, member=_member(d)),
    "member_returned": lambda who, d: _("%(who)s rouvre l'accès de %(member)s.", who=who, member=_member(d)),
    "member_closing": lambda who, d: _("Le compte de %(member)s ne sert plus : un message prévient qu'il va fermer.", member=_member(d)),
    "member_closed": lambda who, d: _("Le compte de %(member)s ferme : un an sans connexion.", member=_member(d)),
    "charge_given": lambda who, d: _("%(who)s change qui décide : %(to)s.", who=who, to=d.get("to", "")),
    "charge_removed": lambda who, d: _("%(who)s retire une ligne de « Qui décide ».", who=who),
    "rule_changed": lambda who, d: _("%(who)s change une règle : « %(rule)s ».", who=who, rule=_rule(d)),
    "export_asked": lambda who, d: _("%(who)s demande un export : %(partners)s.", who=who, partners=_partners(d)),
    "exported": lambda who, d: _("Export prêt pour %(who)s : %(partners)s.", who=who, partners=_partners(d)),
    "export_fetched": lambda who, d: _("%(who)s télécharge un export : %(partners)s.", who=who, partners=_partners(d)),
    "export_cancelled": lambda who, d: _("Un export est annulé."),
    "imported": lambda who, d: _("%(who)s importe un fichier.", who=who),
    "import_undone": lambda who, d: _("%(who)s annule un import.", who=who),
    "objection": lambda who, d: _("%(who)s ne veut plus être sollicité.", who=who),
    "rights_noted": lambda who, d: _("%(who)s note au registre une demande : %(right)s.", who=who, right=_right(d)),
    "rights_settled": lambda who, d: _("%(who)s répond à une demande du registre : %(right)s.", who=who, right=_right(d)),
}
