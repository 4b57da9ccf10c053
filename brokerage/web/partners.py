"""Partenaires: an association's own book, as a list and one partner at a time."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound
from wtforms import BooleanField, TextAreaField

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import desk, fatigue, quota, rules
from brokerage.introductions.models import Ask
from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import directory, fields, kinds, merges, notes, partners, past, policy, record, showcase, tallies
from brokerage.partners.fields import FieldKind, Subject
from brokerage.partners.models import Contact, Partner, Visibility
from brokerage.partners.narrowing import chosen
from brokerage.partners.saved_views import Shelf
from brokerage.reference import places
from brokerage.web import access, filter_choices, partner_filters, partner_rows, partner_stories, task_words
from brokerage.web.access import me, visiting
from brokerage.web.errors import told
from brokerage.web.exchange_forms import empty_exchange
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_filters import OWN
from brokerage.web.stories import of_name

pages = Blueprint("partners", __name__, url_prefix="/partenaires")

ASKS = (
    sa.select(sa.func.count())
    .select_from(Ask)
    .join(Contact, Contact.id == Ask.contact_id)
    .where(Contact.partner_id == Partner.id, Ask.asked_at > sa.bindparam("asked_since", type_=sa.DateTime(timezone=True)))
    .correlate(Partner)
    .scalar_subquery()
)
QUARTER = timedelta(days=90)


class NoteForm(BaseForm):
    """A note, and whether its author stands by it after a warning."""

    doubtful = False
    text = TextAreaField(_l("Nouvelle note"), filters=[lambda text: (text or "").strip()])
    sure = BooleanField(_l("Je l'ai relue : elle ne dit rien de personnel sur un ou une élève, ni sur la vie privée de quelqu'un."))


def reader() -> Visitor:
    """Who reads, without asking the database again."""
    visitor = visiting()
    assert visitor is not None, "the door lets members in only"
    return visitor


def found(partner_id: uuid.UUID) -> Partner:
    """The partner of this address in the reader's book; 404 otherwise."""
    return access.find_or_404(policy.visible_to(reader()), partner_id)  # type: ignore[no-any-return]


@pages.get("/")
@access.members(*policy.READERS)
def index() -> ResponseReturnValue:
    """The list, and beside it the partner that was looked at."""
    wanted = directory.Wanted(**partner_filters.asked(OWN, request.args), sort=request.args.get("sort", "nom"))
    listing = directory.page(reader().association_id, wanted, ASKS, asked_since=clock.now() - QUARTER)
    opened = request.args.get("ouvrir", type=uuid.UUID)
    context: dict[str, Any] = {
        "chips": partner_filters.chips(OWN, request.args, _member_names(chosen(wanted, "owner"))),
        "keep": partner_filters.kept(OWN),
        "shown": _told(found(opened)) if opened else None,
        "exchange_form": None,
        "may_edit": policy.may_edit(reader()),
        "lines": partner_rows.lines_of(listing.rows, added=wanted.sort.endswith("ajout")),
    }
    if context["shown"]:
        context |= {"exchange_form": empty_exchange(context["shown"]["record"]), "came_from": bulk.list_left()}
    return page("partners/index.html", fragments=("rows",), listing=listing, wanted=wanted, **context)


def _member_names(member_ids: Sequence[uuid.UUID]) -> dict[str, str]:
    if not member_ids:
        return {}
    return {str(member.id): member.name for member in db.session.scalars(sa.select(User).where(User.id.in_(member_ids)))}


@pages.get("/filtres")
@access.members(*policy.READERS)
def filters() -> ResponseReturnValue:
    """The choices of every filter with their counts: a page without a script, a panel of the list with one."""
    own = fields.of(reader(), Subject.PARTNER)
    wanted = directory.Wanted(**partner_filters.asked(OWN, request.args))
    counts = tallies.of_book(reader().association_id, wanted, [field.key for field in own if field.kind is FieldKind.CHOICE])
    owners = [(str(owner.id), owner.name) for owner in policy.possible_owners(reader().association_id)]
    options = {"referent": owners, "etiquette": filter_choices.tags_in_use(counts)}
    panel = filter_choices.panel_of(OWN, counts, options, own)
    return page("partners/filters.html", fragments=("choix", "comptes"), panel=panel, index=".index")


@pages.get("/<uuid:id>")
@access.members(*policy.READERS)
def show(id: uuid.UUID) -> ResponseReturnValue:
    """A partner in full; the address of one that was merged leads to the one it went into."""
    try:
        partner = found(id)
    except NotFound:
        return redirect(url_for(".show", id=merges.gone_into(id) or abort(404)), 302)
    return shown(partner, NoteForm(formdata=None))


def shown(
    partner: Partner, note_form: NoteForm, status: int = 200, *, beside: dict[str, Any] | None = None, exchange_form: Any = None
) -> ResponseReturnValue:
    """The page of a partner, with a note or an exchange that was refused, if any; `beside`: a field changed in its place."""
    requests = desk.listed(reader(), "of_partner", partner_id=partner.id)
    told_of = _told(partner, request.args.get("fil", past.ALL), request.args.get("after", ""))
    context: dict[str, Any] = {"note_form": note_form, "requests": requests, "may_edit": policy.may_edit(reader())}
    context |= {"stories": partner_stories, "filters": partner_filters, "purposes": PURPOSES, "task_words": task_words}
    context |= {"days": task_words.days_ahead(), "planned": partner_stories.planned(told_of["record"], requests.rows)}
    context |= {"exchange_form": exchange_form or empty_exchange(told_of["record"])}
    context |= inline.beside(partner) if beside is None else beside
    return page("partners/show.html", fragments=("en_bref", "fil"), status=status, shown=told_of, **context)


def _told(partner: Partner, kind: str = past.ALL, after: str = "") -> dict[str, Any]:
    """A record and the words about it: what panel and page share."""
    kept = record.of(partner, kind, after)
    standings = fatigue.standings(kept.contacts, rules.of(partner.association_id))
    names = {contact.id: contact.name for contact in kept.contacts}
    allied = showcase.elsewhere(partner.uai, partner.siren)
    return {
        "record": kept,
        "partner": partner,
        "gauges": {contact_id: partner_stories.gauge_of(standing) for contact_id, standing in standings.items()},
        "quota": quota.summed(partner.id, kept.contacts, standings),
        "lines": partner_stories.lines(kept.past, names),
        "elsewhere": allied,
        "knowers": _knowers(len(kept.contacts), allied) if allied else "",
        "place": place_of(partner.town, partner.department, partner.academy),
        "type": kinds.words_for(partner.type),
    }


def _knowers(ours: int, allied: list[showcase.Known]) -> str:
    names = {ally.id: of_name(ally) for ally in reader().allies}
    known = [(names[one.association_id], one.contacts) for one in allied if one.association_id in names]
    return partner_stories.known_to([(of_name(reader().association), ours), *known])


def place_of(town: str, department: str | None, academy: str | None = None) -> str:
    """ "Sarcelles, Val-d'Oise. Académie de Versailles", or as much of it as is known."""
    lies_in = places.DEPARTMENTS.get(department or "")
    schooled = places.ACADEMIES.get(academy or "")
    spot = ", ".join(filter(None, (town, lies_in.name if lies_in else "")))
    return ". ".join(filter(None, (spot, _("Académie de %(name)s", name=schooled.name) if schooled else "")))


@pages.post("/<uuid:id>/notes")
@access.members(*policy.READERS)
def note(id: uuid.UUID) -> ResponseReturnValue:
    """Write a note, after a warning if its words call for one."""
    partner, form = found(id), NoteForm()
    try:
        notes.write(partner, me(), form.text.data, sure=form.sure.data)
    except Refusal as no:
        form.refuse(no)
        form.doubtful = isinstance(no, notes.Doubtful)
        return shown(partner, form, no.status)
    flash(_("Note gardée. Elle est lue par votre association seulement."))
    return redirect(url_for(".show", id=id, _anchor="notes"), 303)


@pages.post("/<uuid:id>/visibilite")
@access.members(*policy.EDITORS)
def visibility(id: uuid.UUID) -> ResponseReturnValue:
    """Show the partner to allies, or take it out of the common directory."""
    listed = request.form.get("visibility") == Visibility.LISTED
    partners.show_to_allies(found(id), me(), Visibility.LISTED if listed else Visibility.HIDDEN)
    flash(_("Cette fiche est dans l'annuaire commun.") if listed else _("Cette fiche n'est plus visible que par votre association."))
    return redirect(url_for(".show", id=id), 303)


@pages.post("/<uuid:id>/corbeille")
@access.members(*policy.EDITORS)
def trash(id: uuid.UUID) -> ResponseReturnValue:
    """Put the partner in the trash, with a way back."""
    partner = found(id)
    partners.trash(partner, me())
    undo: Any = {"text": _("« %(name)s » est à la corbeille.", name=partner.name), "undo": url_for(".restore", id=id), "seconds": 30}
    flash(undo, "undo")
    return redirect(url_for(".index"), 303)


@pages.post("/<uuid:id>/restauration")
@access.members(*policy.EDITORS)
def restore(id: uuid.UUID) -> ResponseReturnValue:
    """Take the partner out of the trash, unless the book has it again."""
    try:
        partners.restore(access.find_or_404(policy.trashed_for(me()), id), me())
    except partners.Taken as no:
        flash(told(no), "error")
        return redirect(url_for(".show", id=no.existing_id), 303)
    return redirect(url_for(".show", id=id), 303)


from brokerage.web import (  # noqa: E402 - the rest of the family signs itself in here
    bulk,
    contacts,  # noqa: F401
    duplicates,  # noqa: F401
    exchanges,  # noqa: F401
    inline,
    partner_editing,  # noqa: F401
    partner_notes,  # noqa: F401
    partner_trash,  # noqa: F401
    row_editing,  # noqa: F401
    saved_views,
)

saved_views.open_doors(pages, Shelf.PARTNERS, OWN, *policy.READERS)
