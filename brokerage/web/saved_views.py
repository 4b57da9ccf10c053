"""Saved views of the two lists of partners: kept, opened, renamed, followed, taken away; the same doors for both lists."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField

from brokerage.accounts.models import Role, User
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.partners import saved_views
from brokerage.partners.saved_views import SavedView, Shelf
from brokerage.web import access, filter_words, partner_filters
from brokerage.web.access import me, visiting
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page, wants
from brokerage.web.partner_fields import text
from brokerage.web.partner_filters import Chip, Filter
from brokerage.web.typed import Typed, identifier


class ViewForm(BaseForm):
    """A name, and who reads the view."""

    name = text(_l("Nom de la vue"), saved_views.LONGEST)
    shared = BooleanField(_l("Partager avec toute votre association"))
    query = HiddenField()


class Shown(NamedTuple):
    """A view as a page shows it; `gone` are values of its filters that mean nothing any more."""

    view: SavedView
    author: str
    may_change: bool
    chips: Sequence[Chip] = ()
    gone: Sequence[Chip] = ()
    words: str = ""  # what is searched besides


@dataclass(frozen=True)
class Doors:
    """The routes of one list's views."""

    shelf: Shelf
    list_name: str  # of the list's blueprint
    filters: dict[str, Filter]

    def listed(self) -> ResponseReturnValue:
        """The views above the list, and on a page of their own with what one may do to them."""
        current = identifier(request.args.get("vue", ""))
        return self._page(current)

    def _page(self, current: uuid.UUID | None, status: int = 200, wrong: ViewForm | None = None) -> ResponseReturnValue:
        found = db.session.scalars(saved_views.visible_to(_reader(), self.shelf)).all()
        names = _names([view.by_id for view in found])
        shown = [self._shown(view, names, view.id == current or not wants("vues")) for view in found]
        context: dict[str, Any] = {"shown": shown, "current": current, "wrong": wrong, "status": status}
        return self._drawn("partners/views.html", fragments=("vues",), **context)

    def _shown(self, view: SavedView, names: dict[uuid.UUID, str], in_full: bool) -> Shown:
        given = _given(view.query if in_full else "")
        known = filter_words.known(self.filters, given, _reader())
        chips = partner_filters.chips(self.filters, given, known.names)
        author = "" if view.by_id == _reader().id else names.get(view.by_id, "")
        return Shown(view, author, saved_views.may_change(view, _reader()), chips, known.gone, given.get("q", ""))

    def new(self) -> ResponseReturnValue:
        """A form for the filters of an address: the changes of the view they came from, or a view of their own."""
        return self._asking(ViewForm(formdata=None, query=partner_filters.query_of(self.filters, request.args)))

    def _asking(self, form: ViewForm, status: int = 200) -> ResponseReturnValue:
        given, opened = _given(form.query.data or ""), identifier(request.values.get("vue", ""))
        changed = next((view for view in self._mine_to_change() if view.id == opened and view.query != form.query.data), None)
        names = filter_words.known(self.filters, given, _reader()).names
        chips = partner_filters.chips(self.filters, given, names)
        context: dict[str, Any] = {"form": form, "changed": changed, "chips": chips, "words": given.get("q", "")}
        return self._drawn("partners/view.html", fragments=("choix",), status=status, **context)

    def _mine_to_change(self) -> list[SavedView]:
        every = db.session.scalars(saved_views.visible_to(_reader(), self.shelf))
        return [view for view in every if saved_views.may_change(view, _reader())]

    def keep(self) -> ResponseReturnValue:
        """Keep the filters under a name."""
        form = ViewForm()
        query = partner_filters.query_of(self.filters, _given(form.query.data or ""))
        try:
            view = saved_views.keep(me(), self.shelf, form.name.data or "", query, form.shared.data)
        except Refusal as no:
            form.refuse(no)
            return self._asking(form, no.status)
        flash(_("Vue « %(name)s » enregistrée.", name=view.name))
        return redirect(self._address(view), 303)

    def open(self, id: uuid.UUID) -> ResponseReturnValue:
        """The list as the view keeps it: an address to send to a colleague."""
        return redirect(self._address(self._found(id)), 303)

    def _address(self, view: SavedView) -> str:
        # the query holds names of filters of its own: it is put together as text
        return "?".join((url_for(f"{self.list_name}.index"), "&".join(filter(None, (view.query, f"vue={view.id}")))))

    def change(self, id: uuid.UUID) -> ResponseReturnValue:
        """Another name, private or shared."""
        view, form = self._found(id), ViewForm()
        try:
            saved_views.describe(view, me(), form.name.data or "", form.shared.data)
        except Refusal as no:
            form.refuse(no)
            return self._page(view.id, no.status, form)
        flash(_("Vue « %(name)s » enregistrée.", name=view.name))
        return redirect(self._at("views"), 303)

    def follow(self, id: uuid.UUID) -> ResponseReturnValue:
        """Make the view's filters those of the address it was changed to."""
        view = self._found(id)
        try:
            before = saved_views.follow(view, me(), partner_filters.query_of(self.filters, _given(request.values.get("query", ""))))
        except Refusal as no:
            return self._refused(no)
        if request.values.get("undoing"):
            flash(_("La vue « %(name)s » a repris ses filtres.", name=view.name))
        else:
            words = _("Changements enregistrés dans « %(name)s ».", name=view.name)
            flash({"text": words, "undo": self._at("follow_view", id=id, query=before, undoing=1), "seconds": 30}, "undo")  # type: ignore[arg-type]
        return redirect(self._address(view), 303)

    def remove(self, id: uuid.UUID) -> ResponseReturnValue:
        """Take the view away, with a way back."""
        view = self._found(id)
        try:
            saved_views.remove(view, me())
        except Refusal as no:
            return self._refused(no)
        words = _("Vue « %(name)s » supprimée.", name=view.name)
        flash({"text": words, "undo": self._at("restore_view", id=id), "seconds": 30}, "undo")  # type: ignore[arg-type]
        return redirect(self._at("views"), 303)

    def restore(self, id: uuid.UUID) -> ResponseReturnValue:
        """Bring a removed view back."""
        view = access.find_or_404(saved_views.removed_for(_reader(), self.shelf), id)
        try:
            saved_views.restore(view, me())
        except Refusal as no:
            return self._refused(no)
        return redirect(self._at("views", vue=id), 303)

    def _refused(self, no: Refusal) -> ResponseReturnValue:
        flash(told(no), "error")
        return redirect(self._at("views"), 303)

    def _found(self, id: uuid.UUID) -> SavedView:
        return access.find_or_404(saved_views.visible_to(_reader(), self.shelf), id)  # type: ignore[no-any-return]

    def _at(self, endpoint: str, **values: Any) -> str:
        return url_for(f"{self.list_name}.{endpoint}", **values)

    def _drawn(self, template: str, **context: Any) -> ResponseReturnValue:
        return page(template, book=self.list_name, **context)


def _reader() -> Visitor:
    visitor = visiting()
    assert visitor is not None, "the door lets members in only"
    return visitor


def _given(query: str) -> "MultiDict[str, str]":
    return Typed(parse_qsl(query))


def _names(member_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not (others := {one for one in member_ids if one != _reader().id}):
        return {}
    return {member.id: member.name for member in db.session.scalars(sa.select(User).where(User.id.in_(others)))}


def open_doors(pages: Blueprint, shelf: Shelf, filters: dict[str, Filter], *roles: Role) -> None:
    """Give a list its views."""
    doors, enter = Doors(shelf, pages.name, filters), access.members(*roles)
    for rule, endpoint, view, method in (
        ("", "views", doors.listed, "GET"),
        ("", "keep_view", doors.keep, "POST"),
        ("/nouvelle", "new_view", doors.new, "GET"),
        ("/<uuid:id>", "open_view", doors.open, "GET"),
        ("/<uuid:id>", "change_view", doors.change, "POST"),
        ("/<uuid:id>/filtres", "follow_view", doors.follow, "POST"),
        ("/<uuid:id>/suppression", "remove_view", doors.remove, "POST"),
        ("/<uuid:id>/restauration", "restore_view", doors.restore, "POST"),
    ):
        pages.add_url_rule(f"/vues{rule}", endpoint, enter(view), methods=[method])
