"""Many partners at once, from the list: choose, see how many and what, do it, take it back.

The list sends what is ticked, or that everything it shows is meant; a page then asks for the value and says what
would happen; a button there does it. The filters of the list travel in the address all the way, and back to it.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from brokerage.errors import Refusal
from brokerage.partners import bulk, directory, policy, tags
from brokerage.partners.bulk import Act, What
from brokerage.partners.models import Status, Visibility
from brokerage.web import access, partner_filters
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page
from brokerage.web.partner_filters import OWN, STATUS_NAMES, VISIBILITY_NAMES
from brokerage.web.partners import pages, reader
from brokerage.web.typed import identifier

OURS = frozenset({"chosen", "tous", "what", "value", "expected", "after", "before", "ouvrir", "cocher", "id"})  # not the list's own


@dataclass(frozen=True)
class Way:
    """One action of the bar: its words, what it asks for, and how that is read."""

    label: Any
    question: Any
    outcome: Any = ""
    read: Callable[[str], Any] = lambda text: text or None


def _one_of(kind: Any) -> Callable[[str], Any]:
    known = {member.value: member for member in kind}
    return known.get


WAYS = {
    What.TAG: Way(_l("Étiqueter"), _l("Quelle étiquette ajouter ?"), _l("étiquette ajoutée")),
    What.UNTAG: Way(_l("Retirer une étiquette"), _l("Quelle étiquette retirer ?"), _l("étiquette retirée")),
    What.OWNER: Way(_l("Confier"), _l("Qui les suivra ?"), _l("suivi par"), identifier),
    What.STATUS: Way(_l("Relation"), _l("Où en est la relation ?"), _l("relation"), _one_of(Status)),
    What.VISIBILITY: Way(_l("Annuaire commun"), _l("Qui sait que vous les connaissez ?"), _l("visibilité"), _one_of(Visibility)),
    What.TRASH: Way(_l("Corbeille"), ""),
}


def kept() -> dict[str, Any]:
    """The list one came from; no name that `url_for` would take for its own."""
    return {n: values for n, values in request.args.to_dict(flat=False).items() if n not in OURS and not n.startswith("_")}


def list_left() -> dict[str, Any]:
    """The same, and the page of it."""
    return {**kept(), **{name: request.args[name] for name in ("after", "before") if name in request.args}}


def _chosen() -> Sequence[uuid.UUID]:
    """Who is meant: everything the list shows, or what was ticked."""
    if request.values.get("tous"):
        wanted = directory.Wanted(**partner_filters.asked(OWN, request.args), sort=request.args.get("sort", "nom"))
        return directory.ids(reader().association_id, wanted)
    ticked = (identifier(text) for text in request.values.getlist("chosen"))
    return list(dict.fromkeys(one for one in ticked if one))


def _what() -> What:
    try:
        return What(request.values.get("what", ""))
    except ValueError:
        abort(404)


@pages.get("/lot")
@access.members(*policy.EDITORS)
def bulk_preview() -> ResponseReturnValue:
    """What would happen: first the value is asked for, then the count is said. Without an action: the list again."""
    if not request.args.get("what"):
        return redirect(url_for(".index", **kept()), 303)
    return _previewed(_what(), _chosen(), request.args.get("value", ""), "value" in request.args)


def _previewed(what: What, ids: Sequence[uuid.UUID], value: str, asked: bool, status: int = 200, error: str = "") -> ResponseReturnValue:
    shown = None
    if ids and not error and (asked or what is What.TRASH):
        try:
            shown = bulk.preview(ids, me(), Act(what, WAYS[what].read(value)))
        except Refusal as no:
            status, error = no.status, told(no)
    context: dict[str, Any] = {"what": what, "way": WAYS[what], "ids": ids, "value": value, "shown": shown, "error": error}
    context |= {"options": _options(what), "known": _known(what), "kept": kept(), "reason": _reason(what)}
    return page("partners/bulk.html", status=status, everything=bool(request.values.get("tous")), said=_said(what, value, shown), **context)


def _options(what: What) -> list[tuple[str, str]]:
    if what is What.OWNER:
        owners = policy.possible_owners(reader().association_id)
        return [("", _("Personne pour l'instant")), *((str(owner.id), owner.name) for owner in owners)]
    if what is What.STATUS:
        return [(status.value, str(words)) for status, words in STATUS_NAMES.items()]
    if what is What.VISIBILITY:
        return [(seen.value, str(words)) for seen, words in VISIBILITY_NAMES.items()]
    return []


def _known(what: What) -> list[str]:
    return [tag.name for tag in tags.every(reader().association_id)] if what in (What.TAG, What.UNTAG) else []


def _said(what: What, value: str, shown: bulk.Preview | None) -> str:
    """The value in words."""
    if shown and what in (What.TAG, What.UNTAG):
        return str(shown.value)
    return dict(_options(what)).get(value, value)


def _reason(what: What) -> str:
    """Why some of those chosen stay as they are."""
    return {
        What.TAG: _("la portent déjà, ou ont déjà douze étiquettes"), What.UNTAG: _("ne la portent pas"),
        What.OWNER: _("sont déjà suivis ainsi"), What.STATUS: _("en sont déjà là"), What.VISIBILITY: _("le sont déjà"), What.TRASH: "",
    }[what]  # fmt: skip


@pages.post("/lot")
@access.members(*policy.EDITORS)
def bulk_perform() -> ResponseReturnValue:
    """Do it, unless the list has changed since it was counted; the toast takes it back."""
    what, ids, value = _what(), _chosen(), request.form.get("value", "")
    if request.form.get("tous") and request.form.get("expected") != str(len(ids)):
        error = _("La liste a changé entre-temps : elle compte maintenant %(n)s partenaires. Relisez, puis recommencez.", n=len(ids))
        return _previewed(what, ids, value, asked=True, status=409, error=error)
    try:
        done = bulk.perform(ids, me(), Act(what, WAYS[what].read(value)))
    except Refusal as no:
        return _previewed(what, ids, value, asked=True, status=no.status, error=told(no))
    text = ngettext("%(num)d partenaire modifié.", "%(num)d partenaires modifiés.", done.changed)
    if what is What.TRASH:
        text = ngettext("%(num)d partenaire à la corbeille.", "%(num)d partenaires à la corbeille.", done.changed)
    undo: Any = {"text": text, "undo": url_for(".bulk_undo", id=done.id, **kept()), "seconds": 30}
    flash(undo, "undo") if done.changed else flash(_("Rien n'a changé : tous étaient déjà ainsi."))
    return redirect(url_for(".index", **kept()), 303)


@pages.post("/lot/<uuid:id>/annulation")
@access.members(*policy.EDITORS)
def bulk_undo(id: uuid.UUID) -> ResponseReturnValue:
    """Take back one's own act, but on partners that somebody edited since."""
    action = access.find_or_404(bulk.undoable_by(reader()).with_for_update(), id)
    try:
        restored, left = bulk.undo(action, me())
    except Refusal as no:
        flash(told(no), "error")
        return redirect(url_for(".index", **kept()), 303)
    flash(ngettext("%(num)d partenaire est comme avant.", "%(num)d partenaires sont comme avant.", restored))
    if left:
        words = ngettext(
            "%(num)d partenaire a été modifié depuis : il reste tel quel.",
            "%(num)d partenaires ont été modifiés depuis : ils restent tels quels.",
            left,
        )
        flash(words, "warning")
    return redirect(url_for(".index", **kept()), 303)
