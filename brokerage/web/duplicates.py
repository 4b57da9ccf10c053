"""Doublons: the queue, two partners side by side, the merge and its undoing."""

import uuid
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.partners import duplicates, fields, merging, people_merging, policy, record
from brokerage.partners.fields import Subject
from brokerage.partners.merges import Merge
from brokerage.partners.models import Partner
from brokerage.web import access, merge_words
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page, wants
from brokerage.web.partner_stories import FIELD_NAMES
from brokerage.web.partners import found, pages, reader

REASONS = {
    "name": _l("même nom, même ville"), "close_name": _l("noms proches, même code postal"),
    "email": _l("une personne en commun"), "phone": _l("un téléphone en commun"), "siren": _l("même SIREN"),
}  # fmt: skip


@pages.get("/doublons")
@access.members(*policy.EDITORS)
def doubles() -> ResponseReturnValue:
    """The pairs that look alike, likeliest first."""
    mine = reader().association_id
    pairs, following = ((), None) if wants("n_doublons") else duplicates.page(mine, request.args.get("apres", ""))
    context: dict[str, Any] = {"count": duplicates.count(mine), "following": following, "reasons": REASONS}
    return page("partners/doubles.html", fragments=("n_doublons",), pairs=pairs, **context)


@pages.get("/doublons/<uuid:id>")
@access.members(*policy.EDITORS)
def compare(id: uuid.UUID) -> ResponseReturnValue:
    """Two partners side by side, and what would become of them with the choices made so far."""
    return _compared(found(id), _other(request.args))


def _other(given: Any) -> Partner:
    return found(given.get("avec", type=uuid.UUID) or abort(404))


def _compared(winner: Partner, loser: Partner, given: Any = None, refused: str = "", status: int = 200) -> ResponseReturnValue:
    theirs = _theirs(request.args if given is None else given)
    owners = {one.id: one.name for one in db.session.scalars(sa.select(User).where(User.association_id == reader().association_id))}
    words = merge_words.Words(owners, fields.of(reader(), Subject.PARTNER))
    people = record.people_of(winner.id), record.people_of(loser.id)
    context: dict[str, Any] = {
        "rows": words.rows(winner, loser, merging.differing(winner, loser), theirs), "refused": refused,
        "facts": words.facts(merging.result(winner, loser, theirs)), "people": people, "same": people_merging.same(*people),
        "mergeable": duplicates.between(winner, loser),
    }  # fmt: skip
    return page("partners/double.html", fragments=("apercu",), status=status, winner=winner, loser=loser, **context)


def _theirs(given: Any) -> frozenset[str]:
    """The fields for which the other's value was chosen; names that mean nothing are nobody's."""
    return frozenset(name for name in given if given.get(name) == "theirs")


@pages.post("/doublons/<uuid:id>/fusion")
@access.members(*policy.EDITORS)
def merge(id: uuid.UUID) -> ResponseReturnValue:
    """Merge, with the way back at hand."""
    winner, loser = found(id), _other(request.form)
    try:
        done = merging.merge(winner.id, loser.id, me(), _theirs(request.form))
    except Refusal as no:
        return _compared(winner, loser, request.form, told(no), no.status)
    undo: Any = {"text": _("« %(name)s » est fusionnée.", name=loser.name), "undo": url_for(".unmerge", id=done.id), "seconds": 30}
    flash(undo, "undo")
    return redirect(url_for(".show", id=winner.id), 303)


@pages.post("/doublons/<uuid:id>/distinction")
@access.members(*policy.EDITORS)
def set_apart(id: uuid.UUID) -> ResponseReturnValue:
    """Remember that these two are not the same."""
    one, other = found(id), _other(request.form)
    duplicates.set_apart(one, other, me())
    text = _("Noté : ces deux fiches ne seront plus proposées ensemble.")
    flash({"text": text, "undo": url_for(".bring_together", id=one.id, avec=other.id), "seconds": 30}, "undo")  # type: ignore[arg-type]
    return redirect(url_for(".doubles", apres=request.form.get("apres") or None), 303)


@pages.post("/doublons/<uuid:id>/rapprochement")
@access.members(*policy.EDITORS)
def bring_together(id: uuid.UUID) -> ResponseReturnValue:
    """They may be the same after all."""
    duplicates.no_longer_apart(found(id), _other(request.args), me())
    flash(_("Les deux fiches sont de nouveau proposées ensemble."))
    return redirect(url_for(".doubles"), 303)


@pages.get("/fusions")
@access.members(*policy.EDITORS)
def merges() -> ResponseReturnValue:
    """Past merges, newest first, each with its way back."""
    winner, loser = sa.orm.aliased(Partner), sa.orm.aliased(Partner)
    past = sa.select(Merge, winner.name, loser.name).join(winner, winner.id == Merge.winner_id).join(loser, loser.id == Merge.loser_id)
    rows = db.session.execute(past.order_by(Merge.created_at.desc(), Merge.id).limit(100)).all()
    return page("partners/merges.html", rows=rows)


@pages.post("/fusions/<uuid:id>/annulation")
@access.members(*policy.EDITORS)
def unmerge(id: uuid.UUID) -> ResponseReturnValue:
    """Make two of one again, and say what could not be given back."""
    done = access.find_or_404(sa.select(Merge).where(Merge.association_id == reader().association_id), id)
    try:
        kept = merging.undo(done, me())
    except Refusal as no:
        db.session.rollback()
        flash(told(no), "error")
        return redirect(url_for(".merges"), 303)
    flash(_("La fusion est défaite : les deux fiches sont revenues."))
    if kept:
        names = ", ".join(str(FIELD_NAMES.get(name, _("une personne retirée depuis"))) for name in dict.fromkeys(kept))
        flash(_("Gardé comme modifié depuis : %(names)s.", names=names), "warning")
    return redirect(url_for(".show", id=done.loser_id), 303)
