"""Filters of a list kept under a name, for oneself or for one's whole association."""

import enum
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import Base, Identified, Owned, db
from brokerage.errors import N_, BadInput, NotYours
from brokerage.partners import policy
from brokerage.partners.models import LIVING
from brokerage.reference.folding import folded

MOST = 40  # views of one member on one list: beyond, nobody finds the right one
LONGEST, LONGEST_QUERY = 60, 4000
KEPT = timedelta(days=1)  # how long a removed view can be brought back


class Shelf(enum.StrEnum):
    """The list a view is of."""

    PARTNERS = "partners"
    DIRECTORY = "directory"


class SavedView(Identified, Owned, Base):
    """A list with its filters: `query` is the address's, as the page of the list wrote it.

    It outlives its author's stay when it is shared: members are never erased, they are no longer active.
    """

    __tablename__ = "saved_view"
    __table_args__ = (sa.Index("uq_saved_view_living", "association_id", "shelf", "by_id", "folded", unique=True, postgresql_where=LIVING),)

    shelf: Mapped[Shelf]
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(sa.Computed("fold(name)", persisted=True), deferred=True)
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    deleted_at: Mapped[datetime | None]


def visible_to(reader: policy.Reader, shelf: Shelf) -> sa.Select[SavedView]:
    """The reader's own views of a list and those their colleagues share, by name."""
    mine = (SavedView.association_id == reader.association_id, SavedView.shelf == shelf)
    theirs = sa.or_(SavedView.by_id == reader.id, SavedView.shared)
    return sa.select(SavedView).where(*mine, theirs, SavedView.deleted_at.is_(None)).order_by(SavedView.folded, SavedView.id)


def removed_for(reader: policy.Reader, shelf: Shelf) -> sa.Select[SavedView]:
    """The views the reader may bring back."""
    mine = (SavedView.association_id == reader.association_id, SavedView.shelf == shelf, SavedView.deleted_at.is_not(None))
    theirs = SavedView.shared if policy.may_edit(reader) else sa.false()
    return sa.select(SavedView).where(*mine, sa.or_(SavedView.by_id == reader.id, theirs))


def may_change(view: SavedView, reader: policy.Reader) -> bool:
    """One's own views; those of the association are everybody's to read, and the managers' to keep in order."""
    return view.by_id == reader.id or (view.shared and policy.may_edit(reader))


def keep(by: User, shelf: Shelf, name: str, query: str, shared: bool) -> SavedView:
    """A new view. Raises BadInput for a name that is missing or taken, or one view too many."""
    others = _others(by, shelf)
    if len(others) >= MOST:
        raise BadInput(N_("Vous avez déjà %(most)s vues : supprimez-en une d'abord."), "name", most=MOST)
    _check(name, others)
    view = SavedView(id=uuid.uuid4(), association_id=by.association_id, shelf=shelf, by_id=by.id, query=query[:LONGEST_QUERY])
    view.name, view.shared = _tidy(name), shared
    db.session.add(view)
    db.session.flush()
    return view


def describe(view: SavedView, by: User, name: str, shared: bool) -> None:
    """Another name; its author alone says whether it is shared. Raises as `keep`, and NotYours."""
    _insist(view, by)
    _check(name, [other for other in _others(by, view.shelf, view.by_id) if other.id != view.id])
    view.name = _tidy(name)
    if view.by_id == by.id:
        view.shared = shared
    db.session.flush()


def follow(view: SavedView, by: User, query: str) -> str:
    """Make the filters of a view those of an address; returns what they were."""
    _insist(view, by)
    before, view.query = view.query, query[:LONGEST_QUERY]
    db.session.flush()
    return before


def remove(view: SavedView, by: User) -> None:
    """Take a view away; it can be brought back for a day, and what was removed before that is forgotten."""
    _insist(view, by)
    old = sa.delete(SavedView).where(SavedView.association_id == by.association_id, SavedView.deleted_at < clock.now() - KEPT)
    db.session.execute(old.execution_options(synchronize_session=False))
    view.deleted_at = clock.now()
    db.session.flush()


def restore(view: SavedView, by: User) -> None:
    """Bring a removed view back. Raises BadInput when its author has another one of this name meanwhile."""
    _insist(view, by)
    _check(view.name, _others(by, view.shelf, view.by_id))
    view.deleted_at = None
    db.session.flush()


def _insist(view: SavedView, by: User) -> None:
    if not may_change(view, by):
        raise NotYours(N_("Cette vue est partagée : son auteur et les responsables la modifient. Enregistrez la vôtre sous un autre nom."))


def _others(by: User, shelf: Shelf, author: uuid.UUID | None = None) -> list[SavedView]:
    return [view for view in db.session.scalars(visible_to(by, shelf)) if view.by_id == (author or by.id)]


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _check(name: str, others: list[SavedView]) -> None:
    if not folded(name):
        raise BadInput(N_("Donnez un nom à cette vue."), "name")
    if len(_tidy(name)) > LONGEST:
        raise BadInput(N_("Un nom de vue tient en %(most)s signes."), "name", most=LONGEST)
    if any(folded(name) == folded(other.name) for other in others):
        raise BadInput(N_("Une vue porte déjà ce nom."), "name")
