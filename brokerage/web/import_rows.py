"""One row of a file: look at it, correct its cells, take it as it is, say which partner it is about."""

import uuid
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.transfer.models import ImportBatch, StagedRow
from brokerage.transfer.packing import row_of
from brokerage.transfer.staging import correcting, differing, listing
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page
from brokerage.web.import_words import named, trouble
from brokerage.web.imports import keepers, pages


def _found(row_id: uuid.UUID) -> tuple[StagedRow, ImportBatch]:
    kept = access.find_or_404(listing.rows_visible_to(me()), row_id)
    return kept, db.session.get_one(ImportBatch, kept.batch_id)


@pages.get("/lignes/<uuid:id>")
@keepers
def row(id: uuid.UUID) -> ResponseReturnValue:
    """A row with every cell of it, to correct."""
    return _shown(*_found(id))


def _shown(kept: StagedRow, batch: ImportBatch, status: int = 200, refusal: str = "", editing: bool = True) -> ResponseReturnValue:
    columns = batch.mapping["tables"][kept.part]["columns"]
    texts = row_of(kept.cells | {"number": kept.line}).texts
    cells = [(column, texts[at] if at < len(texts) else "") for at, column in enumerate(columns)]
    cells += [({"header": "", "field": "ignore"}, text) for text in texts[len(columns) :]]
    context: dict[str, Any] = {"batch": batch, "line": listing.line_of(kept), "cells": cells, "refusal": refusal, "editing": editing}
    context |= {"differences": differing.of_row(kept, batch), "named": named, "trouble": trouble}
    return page("imports/row.html", fragments=("ligne",), status=status, **context)


@pages.post("/lignes/<uuid:id>")
@keepers
def correct(id: uuid.UUID) -> ResponseReturnValue:
    """Put other words into its cells: the row is read again at once."""
    kept, batch = _found(id)
    try:
        correcting.still_open(batch)
        correcting.correct(batch, kept, request.form.getlist("cellule"))
    except Refusal as no:
        return _shown(kept, batch, no.status, told(no))
    return _shown(kept, batch) if request.htmx else _back(kept, batch)  # type: ignore[attr-defined]


@pages.post("/lignes/<uuid:id>/decision")
@keepers
def decide(id: uuid.UUID) -> ResponseReturnValue:
    """Accept it, set it aside, recognise a partner in it, keep or drop its remark."""
    kept, batch = _found(id)
    try:
        correcting.still_open(batch)
        _decide(kept, batch, request.form.get("geste", ""))
    except Refusal as no:
        return _shown(kept, batch, no.status, told(no))
    return _back(kept, batch)


def _decide(kept: StagedRow, batch: ImportBatch, gesture: str) -> None:
    if gesture == "accepter":
        correcting.accept(batch, kept)
    elif gesture == "ecarter":
        correcting.set_aside(batch, kept)
    elif gesture == "remarque":
        correcting.keep_remark(batch, kept, request.form.get("remarque", ""))
    elif gesture == "taire":
        correcting.keep_remark(batch, kept, "")
    elif gesture == "valeurs":
        correcting.take_theirs(batch, kept, [key for key in kept.differs if request.form.get(f"v-{key}") == "fichier"])
    elif gesture in ("meme", "autre"):
        correcting.recognise(batch, kept, request.form.get("partenaire", type=uuid.UUID) if gesture == "meme" else None)


def _back(kept: StagedRow, batch: ImportBatch) -> ResponseReturnValue:
    """The list the row came from: there, the next one waits."""
    came = request.form.get("_liste") or kept.lane.value
    return redirect(url_for(".show", id=batch.id, liste=came, _anchor="lignes"), 303)
