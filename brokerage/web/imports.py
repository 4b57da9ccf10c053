"""Importer: drop a file, say what its columns are, look at its rows, bring them in, take them back."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, StringField
from wtforms.validators import Length, Optional

from brokerage.errors import Refusal
from brokerage.partners import policy
from brokerage.transfer.models import ImportBatch, Lane, too_old
from brokerage.transfer.staging import arriving, bringing, correcting, held, lanes, listing, undoing
from brokerage.transfer.staging.arriving import Origin
from brokerage.transfer.vocabulary import LABELS
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import by_htmx, hx_redirect, page
from brokerage.web.import_words import LANES, STATES, named, reason, trouble

pages = Blueprint("imports", __name__, url_prefix="/partenaires/imports")
keepers = access.members(*policy.EDITORS)
SHOWN = (Lane.REFUSED, Lane.CHECK, Lane.READY, Lane.ASIDE, Lane.IMPORTED)


class FileForm(BaseForm):
    """A file, and where its addresses come from."""

    file = FileField(_l("Votre fichier"))
    source = StringField(_l("D'où viennent ces coordonnées ?"), [Length(max=200)])
    source_date = DateField(_l("De quand datent-elles ?"), [Optional()])
    informed = BooleanField(_l("Ces personnes savent que nous avons leurs coordonnées, et peuvent s'y opposer."))


def found(batch_id: uuid.UUID) -> ImportBatch:
    """The import of this address in the reader's association; 404 otherwise."""
    return access.find_or_404(listing.visible_to(me()), batch_id)  # type: ignore[no-any-return]


@pages.get("/")
@keepers
def index() -> ResponseReturnValue:
    """Every file brought in, newest first."""
    before = request.args.get("avant", type=datetime.fromisoformat)
    batches = listing.history(me(), before)
    unread = held.counts([batch.id for batch, _who in batches])
    return page("imports/index.html", batches=batches, held=unread, at_once=listing.AT_ONCE, states=STATES)


@pages.get("/nouveau")
@keepers
def new() -> ResponseReturnValue:
    """Drop a file. What was said of the last one is proposed."""
    usual = arriving.usual_origin(me())
    return page("imports/new.html", form=FileForm(formdata=None, data=vars(usual)))


@pages.post("/nouveau")
@keepers
def receive() -> ResponseReturnValue:
    """Keep the file for a worker."""
    form = FileForm()
    if not form.validate():
        return page("imports/new.html", status=422, form=form)
    given, origin = form.file.data, Origin(form.source.data or "", form.source_date.data, form.informed.data)
    try:
        batch = arriving.receive(me(), getattr(given, "filename", "") or "", given.read() if given else b"", origin)
    except Refusal as no:
        if getattr(no, "field", None) is None:
            no.field = "file"  # type: ignore[attr-defined]
        form.refuse(no)
        return page("imports/new.html", status=no.status, form=form)
    return redirect(url_for(".show", id=batch.id), 303)


@pages.get("/<uuid:id>")
@keepers
def show(id: uuid.UUID) -> ResponseReturnValue:
    """Where a file stands: its columns, its rows in three lists, its progress, what came of it."""
    batch = found(id)
    if by_htmx() and not batch.under_way:
        return hx_redirect(url_for(".show", id=id))  # the bar asked, and the worker is done
    return shown(batch)


def shown(batch: ImportBatch, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The page of an import, with a row being corrected, if any."""
    counts = listing.counts(batch)
    usual = next((lane for lane in SHOWN if counts[lane]), Lane.READY)
    lane = next((one for one in SHOWN if one.value == request.args.get("liste")), usual)
    code = request.args.get("motif", "")
    rows, following = listing.page(batch, lane, code, request.args.get("apres", -1, type=int))
    context: dict[str, Any] = {"batch": batch, "counts": counts, "lane": lane, "code": code, "rows": rows, "following": following}
    context |= {"reasons": listing.reasons(batch, lane), "reason": reason, "trouble": trouble, "named": named}
    context |= {"before": None if batch.imported_at else listing.brought_before(batch)}
    context |= {"held": held.waiting(batch) if batch.imported_at and not batch.undone_at else ()}
    context |= {"fields": LABELS, "lanes": LANES, "shown": SHOWN, "states": STATES}
    context |= {"may_undo": bool(batch.imported_at and not batch.undone_at and not too_old(batch)), "delicate": lanes.DELICATE}
    return page("imports/show.html", fragments=("avancement",), status=status, **context, **more)


@pages.post("/<uuid:id>/colonnes")
@keepers
def columns(id: uuid.UUID) -> ResponseReturnValue:
    """Say what the columns of a table are."""
    batch, part = found(id), request.form.get("table", 0, type=int)
    if not 0 <= part < len(batch.mapping.get("tables", ())):
        return redirect(url_for(".show", id=id), 303)
    given = [(int(name[1:]), value) for name, value in request.form.items() if name[:1] == "c" and name[1:].isdigit()]
    header = request.form.get("entete", type=int)
    place, remember = header - 1 if header is not None else None, "retenir" in request.form
    return _done(batch, lambda: correcting.choose_columns(batch, part, given, place, remember))


@pages.post("/<uuid:id>/lot")
@keepers
def take_all(id: uuid.UUID) -> ResponseReturnValue:
    """Accept, or set aside, every row with one trouble; or take the file's word wherever the book says otherwise."""
    batch, aside = found(id), request.form.get("geste") == "ecarter"
    if request.form.get("geste") == "fichier":
        return _done(batch, lambda: _take_theirs(batch))

    def act() -> None:
        correcting.still_open(batch)
        count = correcting.take_all(batch, request.form.get("motif", ""), aside)
        flash(_("%(count)d lignes écartées.", count=count) if aside else _("%(count)d lignes acceptées.", count=count))

    return _done(batch, act)


def _take_theirs(batch: ImportBatch) -> None:
    correcting.still_open(batch)
    count = correcting.take_all_theirs(batch)
    flash(ngettext("%(num)d ligne remplacera ce que dit la fiche.", "%(num)d lignes remplaceront ce que disent les fiches.", count))


@pages.post("/<uuid:id>/importation")
@keepers
def start(id: uuid.UUID) -> ResponseReturnValue:
    """Bring in what is ready."""
    batch = found(id)
    return _done(batch, lambda: bringing.start(batch))


@pages.post("/<uuid:id>/annulation")
@keepers
def undo(id: uuid.UUID) -> ResponseReturnValue:
    """Take the whole import back."""
    batch = found(id)
    return _done(batch, lambda: undoing.start(batch))


@pages.post("/<uuid:id>/abandon")
@keepers
def leave(id: uuid.UUID) -> ResponseReturnValue:
    """Give a file up: its rows are forgotten, what is in the book already stays."""
    batch = found(id)
    try:
        correcting.give_up(batch)
    except Refusal as no:
        flash(told(no), "error")
        return redirect(url_for(".show", id=id), 303)
    flash(_("Fichier abandonné. Rien d'autre n'en est enregistré."))
    return redirect(url_for(".index"), 303)


@pages.get("/<uuid:id>/lignes-refusees.csv")
@keepers
def refused(id: uuid.UUID) -> ResponseReturnValue:
    """The rows that were refused or set aside, to correct elsewhere and bring in again."""
    said = {"Content-Disposition": "attachment; filename=lignes-refusees.csv", "Cache-Control": "no-store"}
    return Response(listing.refused_as_csv(found(id)), mimetype="text/csv", headers=said)


def _done(batch: ImportBatch, act: Any) -> ResponseReturnValue:
    """A verb, then the page again; a refusal is said above it."""
    try:
        act()
    except Refusal as no:
        flash(told(no), "error")
        return shown(batch, no.status)
    kept: Any = {name: value for name in ("liste", "motif") if (value := request.form.get(f"_{name}"))}
    return redirect(url_for(".show", id=batch.id, **kept, _anchor="lignes"), 303)


from brokerage.web import import_remarks, import_rows  # noqa: E402, F401 - the rest of the family signs itself in here
