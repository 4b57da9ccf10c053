"""Exports: what leaves the book, why, and for how long the file is there. For managers; admins and auditors read the log."""

import uuid
from dataclasses import replace
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, PasswordField, TextAreaField
from wtforms.validators import DataRequired, Length

from brokerage import clock
from brokerage.accounts import throttle
from brokerage.errors import Refusal
from brokerage.partners import policy
from brokerage.transfer.exports import asking
from brokerage.transfer.exports.models import ExportFile, ExportState, Format
from brokerage.transfer.exports.writing import TYPES
from brokerage.web import access, confirming, partner_filters
from brokerage.web.access import me
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import radio
from brokerage.web.partner_filters import OWN
from brokerage.web.partners import found, reader
from brokerage.web.person_fields import TOO_LONG
from brokerage.web.typed import identifier

pages = Blueprint("exports", __name__, url_prefix="/partenaires/exports")

FORMATS = {Format.XLSX: _l("Classeur Excel"), Format.CSV: _l("Texte (CSV)"), Format.VCARD: _l("Cartes de visite (vCard)")}
HINTS = {
    "xlsx": _l("S'ouvre dans Excel et LibreOffice. Les numéros gardent leurs zéros."),
    "csv": _l("Pour un autre logiciel : UTF-8, point-virgule. Passerelle relit ce fichier sans rien perdre."),
    "vcf": _l("Pour un téléphone ou une messagerie : les contacts seulement."),
}
STATES = {
    ExportState.WAITING: _l("En attente"),
    ExportState.WRITING: _l("En cours"),
    ExportState.READY: _l("Prêt"),
    ExportState.CANCELLED: _l("Annulé"),
    ExportState.FAILED: _l("N'a pas abouti"),
    ExportState.EXPIRED: _l("Effacé"),
}
SELECTED = 500  # partners ticked by hand


class ExportForm(BaseForm):
    """In which form, why, and who sits there."""

    format = radio(_l("Sous quelle forme ?"), [(one.value, words) for one, words in FORMATS.items()], default=Format.XLSX.value)
    reason = TextAreaField(
        _l("Pourquoi ces données quittent-elles Passerelle ?"),
        [DataRequired(_l("Dites pourquoi : le journal de votre association le garde.")), Length(max=500, message=TOO_LONG)],
        filters=[lambda text: (text or "").strip()],
    )
    notes = BooleanField(_l("Emporter aussi les notes"))
    password = PasswordField(_l("Votre mot de passe"))


@pages.get("/")
@access.members(*asking.READERS)
def index() -> ResponseReturnValue:
    """One's own exports of the day, and the log of all of them."""
    own = asking.mine(reader()) if reader().has(*asking.ASKERS) else ()
    busy = any(one.state in (ExportState.WAITING, ExportState.WRITING) for one in own)
    context: dict[str, Any] = {"mine": own, "busy": busy, "states": STATES, "formats": FORMATS, "now": clock.now()}
    return page("exports/index.html", fragments=("exports",), history=asking.history(reader()), **context)


@pages.get("/nouveau")
@access.members(*asking.ASKERS)
def new() -> ResponseReturnValue:
    """What would leave, before it does."""
    return _shown(ExportForm(formdata=None))


@pages.post("/")
@access.members(*asking.ASKERS)
def create() -> ResponseReturnValue:
    """Put it in the queue, once the reason is there and the member has shown who they are."""
    form, chosen = ExportForm(), _chosen()
    if not form.validate():
        return _shown(form, 422)
    try:
        if _must_confirm(chosen):
            confirming.by(form.password.data or "")
        asking.ask(me(), replace(chosen, notes=form.notes.data), Format(form.format.data), form.reason.data)
        throttle.count(throttle.EXPORT, f"member {reader().id}")
    except Refusal as no:
        form.refuse(no)
        return _shown(form, no.status)
    flash(_("Votre export se prépare. Un message vous dira quand il est prêt."))
    return redirect(url_for(".index"), 303)


@pages.post("/<uuid:id>/fichier")
@access.members(*asking.ASKERS)
def fetch(id: uuid.UUID) -> ResponseReturnValue:
    """The file, for the one who asked. By POST: it is written in the log, and no link opens it by itself."""
    export, content = asking.fetched(id, me())
    response = make_response(content)
    response.content_type = TYPES[export.format]
    response.headers.set("Content-Disposition", "attachment", filename=name_of(export))
    return response


def name_of(export: ExportFile) -> str:
    """A name of our own making: nothing of what people typed (security.md E7)."""
    return f"passerelle-partenaires-{export.created_at:%Y-%m-%d}-{export.id.hex[:6]}.{export.format.value}"


def _shown(form: ExportForm, status: int = 200) -> ResponseReturnValue:
    chosen = _chosen()
    partners, contacts = asking.measured(reader().association_id, chosen.wanted)
    context: dict[str, Any] = {"partners": partners, "contacts": contacts, "told": chosen.told, "hints": HINTS, "most": asking.MOST}
    context |= {"action": f"{url_for('.create')}{_filters()}", "confirming": _must_confirm(chosen), "ids": chosen.ids}
    return page("exports/new.html", status=status, form=form, **context)


def _filters() -> str:
    """The list's address, which the form carries on in its own."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name in {*OWN, "q", "sort"}]
    return f"?{urlencode(kept)}" if kept else ""


def _chosen() -> asking.Chosen:
    """These partners when some are named, by the address or by ticks; else the list with its filters."""
    given = request.args
    ids = tuple(filter(None, map(identifier, request.values.getlist("partenaire")[:SELECTED])))
    if len(ids) == 1:
        return asking.Chosen(ids=ids, told=_("une fiche : %(name)s", name=found(ids[0]).name))
    if "partenaire" in request.values:
        return asking.Chosen(ids=ids, told=_("une sélection"))
    asked = {name: _plain(value) for name, value in partner_filters.asked(OWN, given).items() if name not in ("after", "before")}
    asked |= {"sort": given.get("sort", "nom")}
    return asking.Chosen(filters=asked, told=_in_words(asked["words"], given))


def _plain(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else str(value) if isinstance(value, uuid.UUID) else value


def _in_words(words: str, given: "MultiDict[str, str]") -> str:
    """The filters as the log keeps them; an address that was searched for is not written there (G19)."""
    owners = policy.possible_owners(reader().association_id) if given.get("referent") else ()
    named = partner_filters.chips(OWN, given, {str(owner.id): owner.name for owner in owners})
    chips = [f"{chip.label} : {chip.words}" for chip in named]
    searched = [_("mots cherchés : %(words)s", words="…" if "@" in words else words)] if words.strip() else []
    return " · ".join([*chips, *searched]) or _("tout le carnet")


def _must_confirm(chosen: asking.Chosen) -> bool:
    """More than one partner: not from a browser somebody left open (C8)."""
    return len(chosen.ids) != 1 and not confirming.is_recent()
