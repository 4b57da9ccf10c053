"""What is held of a person, in words: for the page, and for the file they take away, which reads like the page."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from brokerage import clock
from brokerage.partners.models import Permission
from brokerage.privacy.held import Answer, Book, PassedOn, Words
from brokerage.web.formats import date_short, phone
from brokerage.web.stories import purpose_label, role_label
from brokerage.web.typography import typeset, within_quotes

MONTHS = (
    _l("janvier"), _l("février"), _l("mars"), _l("avril"), _l("mai"), _l("juin"),
    _l("juillet"), _l("août"), _l("septembre"), _l("octobre"), _l("novembre"), _l("décembre"),
)  # fmt: skip
ANSWERS = {
    "accept": _l("oui"), "postpone": _l("plus tard"), "suggest": _l("une autre personne proposée"), "refuse": _l("non merci"),
    "object": _l("ne plus être sollicité"),
}  # fmt: skip
CHANNELS = {
    "link": _l("par le lien du message"), "phone": _l("par téléphone"), "reply": _l("par e-mail"), "prior": _l("accord donné d'avance"),
}  # fmt: skip
FIELDS = {"name": _l("nom"), "title": _l("fonction"), "email": _l("e-mail"), "phone": _l("téléphone")}
PERMISSIONS = {
    Permission.ASK_FIRST: _l("votre accord est demandé à chaque mise en relation"),
    Permission.SHARE_OK: _l("vous avez donné votre accord d'avance"),
    Permission.NO_SHARE: _l("vos coordonnées ne sont transmises à personne"),
    Permission.DO_NOT_CONTACT: _l("plus aucune demande ne vous est adressée"),
}
NOTED = {"note": _l("note"), "note_changed": _l("note corrigée"), "call": _l("appel"), "meeting": _l("rencontre")}


def facts(book: Book) -> list[tuple[str, str]]:
    """The record itself: a label and a value, what is empty left out by whoever draws it."""
    one, reach = book.contact, book.coordinates
    language = _("anglais") if one.language == "en" else _("français")
    return [
        (_("Nom"), " ".join(filter(None, (one.civility, one.name)))), (_("Fonction"), one.title),
        (_("Rôle"), typeset(role_label(one.role))),
        (_("Organisation"), book.partner), (_("E-mail"), reach.email),
        (_("Téléphone"), phone(reach.phone)), (_("Portable"), phone(reach.mobile)),
        (_("Langue"), language), (_("Vos coordonnées"), str(PERMISSIONS[one.permission])), *book.extra.items(),
        (_("D'où elles viennent"), _origin(book)), (_("Dans ce carnet depuis"), date_short(one.created_at)),
        (_("Vos préférences"), wishes(book)),
    ]  # fmt: skip


def _origin(book: Book) -> str:
    one = book.contact
    source = one.source or _("origine non renseignée")
    return f"{source}, {date_short(one.source_date)}" if one.source_date else source


def wishes(book: Book) -> str:
    """Limit, quiet months, subjects, as one line; empty when nothing was chosen."""
    return " · ".join(said_wishes(book.contact))


def said_wishes(one: Any) -> list[str]:
    """The preferences of a contact, each in a few words."""
    parts = []
    if one.asks_per_quarter is not None:
        parts.append(_limit(one.asks_per_quarter))
    if one.quiet_months:
        parts.append(_("pas en %(months)s", months=months(one.quiet_months)))
    if one.welcomes:
        parts.append(_("sujets : %(subjects)s", subjects=", ".join(purpose_label(code) for code in one.welcomes)))
    if one.always_ask:
        parts.append(_("toujours demander d'abord"))
    return parts


def _limit(asks: int) -> str:
    if not asks:
        return _("aucune demande pour l'instant")
    return ngettext("%(num)d demande par trimestre au plus", "%(num)d demandes par trimestre au plus", asks)


def months(numbers: Iterable[int]) -> str:
    """« juin, juillet et août »."""
    names = [str(MONTHS[n - 1]) for n in sorted(numbers)]
    return _(" et ").join(filter(None, (", ".join(names[:-1]), names[-1])))


def received(one: PassedOn) -> str:
    """Who received what."""
    what = ", ".join(str(FIELDS.get(name, name)) for name in one.fields) or _("coordonnées effacées")
    about = within_quotes(one.about)
    return _("%(who)s (%(house)s), pour « %(about)s » : %(what)s", who=one.requester, house=one.association, about=about, what=what)


def answered(one: Answer) -> str:
    """What was answered, and how."""
    how = str(CHANNELS.get(one.channel, one.channel))
    return _("%(answer)s, à %(house)s, %(how)s", answer=str(ANSWERS.get(one.answer, one.answer)), house=one.to, how=how)


# ---- the file ----------------------------------------------------------------------------------------------------


def document(books: Sequence[Book]) -> dict[str, Any]:
    """Everything, under words a person reads; instants in ISO 8601."""
    return {_("établi le"): clock.now().isoformat(timespec="seconds"), _("carnets"): [_one(book) for book in books]}


def _one(book: Book) -> dict[str, Any]:
    return {
        _("association"): book.association.name,
        _("fiche"): {label: value for label, value in facts(book) if value},
        _("transmis à"): [
            {_("le"): _at(one.at), _("à"): received(one), _("accord retiré le"): _at(one.withdrawn_at)} for one in book.passed_on
        ],
        _("questions reçues"): _words(book.asks),
        _("réponses"): [
            {_("le"): _at(one.at), _("réponse"): answered(one), _("mot"): one.word, _("raison"): one.reason, _("formule"): one.wording}
            for one in book.answers
        ],
        _("suites données"): _words(book.outcomes),
        _("messages envoyés"): _words(book.letters),
        _("messages reçus de vous"): _words(book.mails),
        _("notes qui vous nomment"): _words(book.notes),
        _("journal"): [{_("le"): _at(one.at), _("quoi"): one.what, _("par"): one.by} for one in book.happenings],
    }


def _words(several: Iterable[Words]) -> list[dict[str, Any]]:
    return [{_("le"): _at(one.at), _("objet"): str(NOTED.get(one.subject, one.subject)), _("texte"): one.text} for one in several]


def _at(when: datetime | date | None) -> str | None:
    return when.isoformat(**({"timespec": "seconds"} if isinstance(when, datetime) else {})) if when else None


def as_json(said: dict[str, Any]) -> str:
    """For a machine, and readable all the same."""
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def as_text(said: Any, depth: int = 0) -> str:
    """For a person: one line per thing, what belongs to it indented."""
    lines = []
    for label, value in said.items() if isinstance(said, dict) else (("–", one) for one in said):
        if isinstance(value, dict | list):
            lines += [f"{'  ' * depth}{label}", as_text(value, depth + 1)] if value else []
        elif value:
            text = str(value).replace("\n", "\n" + "  " * (depth + 1))
            lines.append(f"{'  ' * depth}{label} : {text}")
    return "\n".join(line for line in lines if line.strip()) + ("" if depth else "\n")
