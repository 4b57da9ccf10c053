"""Annuaire commun: what allies show of their listed partners. Organisations, places and roles; never a person.

Everything is read from the view `showcase`, which leaves out hidden partners and people by itself.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.partners import finding, narrowing, paging
from brokerage.partners.models import Contact, Partner, PartnerKind
from brokerage.partners.narrowing import Asked, chosen
from brokerage.partners.windows import ShowcaseEntry as Entry

PAGE = 50


class Ally(Protocol):
    """What this room needs to know of an association whose showcase is read."""

    @property
    def id(self) -> uuid.UUID: ...


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of the common directory; several values of a filter mean any of them, none means all."""

    words: str = ""
    kind: tuple[PartnerKind, ...] | PartnerKind | None = ()
    region: tuple[str, ...] | str = ()
    academy: tuple[str, ...] | str = ()
    department: tuple[str, ...] | str = ()
    role: tuple[str, ...] | str = ()
    type: tuple[str, ...] | str = ()
    open_now: bool | None = None
    ally: tuple[uuid.UUID, ...] | uuid.UUID | None = ()
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Card:
    """A partner of an ally, as everybody under the convention may read it."""

    id: uuid.UUID
    association_id: uuid.UUID
    kind: PartnerKind
    name: str
    type: str
    naf: str | None
    uai: str | None
    siren: str | None
    headcount: str
    town: str
    department: str | None
    academy: str | None
    region: str | None
    accepts: tuple[str, ...]
    open_now: bool
    roles: tuple[str, ...]
    contacts: int
    owner: str  # the ally's member in charge of it, "" when nobody is
    known: bool  # whether the reader's own book has the same UAI


class Line(NamedTuple):
    """A card as a list shows it. The fields stand as the statement's columns do."""

    id: uuid.UUID
    association_id: uuid.UUID
    name: str
    town: str
    department: str | None
    open_now: bool
    roles: Sequence[str]
    known: bool


@dataclass(frozen=True)
class Known:
    """The same organisation as another association knows it: who, which record, how many contacts."""

    id: uuid.UUID
    association_id: uuid.UUID
    contacts: int


WIDTH = len(Line._fields)
ORDER = paging.Order(Entry.sort_name, Entry.id)
FILTERS: dict[str, Any] = {
    "kind": Entry.kind,
    "region": Entry.region,
    "academy": Entry.academy,
    "department": Entry.department,
    "type": Entry.type,
    "open_now": Entry.open_now,
    "role": Entry.roles,
}


def page(allies: Sequence[Ally], wanted: Wanted, size: int = PAGE) -> paging.Page[Line]:
    """A page of what these allies show, in the order of names. Allies the view does not know show nothing."""
    only = chosen(wanted, "ally")
    shown = tuple(ally.id for ally in allies if not only or ally.id in only)
    if not shown:
        return paging.Page([], None, None, 0)
    found = _page(shown, wanted, size)
    if found.rows or not (better := wanted.words.strip() and finding.corrected(wanted.words, of_allies=True)):
        return found
    again = _page(shown, replace(wanted, words=better), size)
    return replace(again, spelt=finding.as_written(better, f"{again.rows[0].name} {again.rows[0].town}")) if again.rows else found


def _page(shown: tuple[uuid.UUID, ...], wanted: Wanted, size: int) -> paging.Page[Line]:
    mark = _mark(wanted)
    found = db.session.execute(_statement(_shape(wanted, mark), len(shown), size), _parameters(shown, wanted, mark)).all()
    kept, before, after = paging.cut(found, size, mark)
    total = len(kept) if not mark and len(found) == len(kept) else None
    return paging.Page([Line._make(r[:WIDTH]) for r in kept], before, after, total)


def _mark(wanted: Wanted) -> paging.Mark | None:
    if wanted.before:
        return paging.Mark.read(wanted.before, ORDER, backwards=True)
    return paging.Mark.read(wanted.after, ORDER) if wanted.after else None


@dataclass(frozen=True)
class _Shape:
    filters: tuple[Asked, ...]
    words: finding.Words | None
    start: finding.Start


def _shape(wanted: Wanted, mark: paging.Mark | None) -> _Shape:
    return _Shape(narrowing.asked(wanted, FILTERS), finding.shape_of(wanted.words), finding.start_of(mark, wanted.words))


def _parameters(allies: Sequence[uuid.UUID], wanted: Wanted, mark: paging.Mark | None) -> dict[str, Any]:
    whose = {f"ally{place}": ally for place, ally in enumerate(allies)}
    return {**whose, **narrowing.parameters(wanted, FILTERS), **finding.parameters(wanted.words), **(mark.parameters if mark else {})}


@lru_cache(maxsize=256)
def _statement(shape: _Shape, allies: int, size: int) -> sa.Select[Any]:
    """Each ally's first rows by its own index, then merged: one list over several would be sorted whole."""
    grounds = [_ground(shape, place) for place in range(allies)]
    firsts = [sa.select(finding.first_of(shape.words, ground, shape.start, size + 1).subquery().c.id) for ground in grounds]
    chosen = firsts[0] if allies == 1 else sa.select(sa.union_all(*firsts).subquery().c.id)
    listed = sa.select(*_line_columns(), Entry.sort_name.label("mark_key")).where(Entry.id.in_(chosen))
    return listed.order_by(*grounds[0].sorting(shape.words, shape.start.backwards)).limit(size + 1)


def _ground(shape: _Shape, place: int) -> finding.Ground:
    whose = [Entry.association_id == sa.bindparam(f"ally{place}", type_=sa.Uuid())]
    filters = [narrowing.condition(one, FILTERS) for one in shape.filters]
    return finding.Ground(Entry, Entry, [*whose, *filters], whose, ORDER)


def conditions(allies: Sequence[uuid.UUID], wanted: Wanted, most: int) -> list[Any]:
    """What the first `most` rows of each ally that is wanted satisfy; they ask for `parameters` of all of `allies`."""
    shape, only = _shape(wanted, None), chosen(wanted, "ally")
    grounds = [_ground(shape, place) for place, ally in enumerate(allies) if not only or ally in only]
    firsts = [sa.select(finding.first_of(shape.words, ground, shape.start, most).subquery().c.id) for ground in grounds]
    return [Entry.id.in_(sa.select(sa.union_all(*firsts).subquery().c.id))] if firsts else [sa.false()]


def parameters(allies: Sequence[uuid.UUID], wanted: Wanted) -> dict[str, Any]:
    """The bind parameters of `conditions`."""
    return _parameters(allies, wanted, None)


def _cards() -> sa.Select[Any]:
    return sa.select(*_columns()).outerjoin(User, User.id == Entry.owner_id)


def _line_columns() -> list[Any]:
    return [Entry.id, Entry.association_id, Entry.name, Entry.town, Entry.department, Entry.open_now, Entry.roles, _known().label("known")]


def _known() -> sa.ColumnElement[bool]:
    same = sa.select(sa.func.count()).where(Partner.uai == Entry.uai, Partner.deleted_at.is_(None)).scalar_subquery()
    return same > sa.literal_column("0")


def _columns() -> list[Any]:
    return [
        Entry.id, Entry.association_id, Entry.kind, Entry.name, Entry.type, Entry.naf, Entry.uai, Entry.siren, Entry.headcount, Entry.town,
        Entry.department, Entry.academy, Entry.region, Entry.accepts, Entry.open_now, Entry.roles,
        Entry.contact_count.label("contacts"), _known().label("known"),
        (User.first_name + " " + User.last_name).label("owner"),
    ]  # fmt: skip


def _card(found: Any) -> Card:
    values = {name: getattr(found, name) for name in Card.__dataclass_fields__}
    return Card(**values | {"accepts": tuple(found.accepts), "roles": tuple(found.roles), "owner": found.owner or ""})


_BY_ID = _cards().where(Entry.id == sa.bindparam("wanted", type_=sa.Uuid()))


def card(partner_id: uuid.UUID) -> Card | None:
    """One card; None for what is hidden, unknown, or of an association without a convention in force: all the same."""
    found = db.session.execute(_BY_ID, {"wanted": partner_id}).one_or_none()
    return _card(found) if found else None


def cards(wanted: Sequence[uuid.UUID]) -> list[Card]:
    """Several cards in the order of their ids; those that may not be shown are left out."""
    if not wanted:
        return []
    found = {row.id: _card(row) for row in db.session.execute(_cards().where(Entry.id.in_(wanted)))}
    return [found[one] for one in wanted if one in found]


def ours(shown: Card) -> Known | None:
    """The reader's own living record of the organisation on a card, by UAI or SIREN (US13)."""
    same = _same(Partner, shown.uai or None, shown.siren or None)
    people = sa.select(sa.func.count()).where(Contact.partner_id == Partner.id, Contact.deleted_at.is_(None)).scalar_subquery()
    query = sa.select(Partner.id, Partner.association_id, people.label("contacts")).where(same, Partner.deleted_at.is_(None))
    found = db.session.execute(query.order_by(Partner.created_at).limit(1)).one_or_none()
    return Known(found.id, found.association_id, found.contacts) if found else None


def elsewhere(uai: str | None, siren: str | None) -> list[Known]:
    """What allies list of an organisation of ours, by UAI or SIREN; nothing of what they hide."""
    if not uai and not siren:
        return []
    statement = _elsewhere(bool(uai), bool(siren))
    return [Known(*row) for row in db.session.execute(statement, {"uai": uai, "siren": siren})]


@lru_cache(maxsize=4)
def _elsewhere(has_uai: bool, has_siren: bool) -> Any:
    uai, siren = (sa.bindparam(name, type_=sa.Text()) if has else None for name, has in (("uai", has_uai), ("siren", has_siren)))
    query = sa.select(Entry.id, Entry.association_id, Entry.contact_count).where(_same(Entry, uai, siren))
    return query.order_by(Entry.association_id, Entry.id)


def _same(entity: Any, uai: Any, siren: Any) -> sa.ColumnElement[bool]:
    """Two schools of one owner may share a SIREN: where both have a UAI, only the UAI counts. None for what is not known."""
    if uai is not None:
        return entity.uai == uai  # type: ignore[no-any-return]
    return sa.and_(entity.siren == siren, entity.uai.is_(None)) if siren is not None else sa.false()
