"""An association's own book, as a list: searched, filtered, sorted and paged in one statement."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.partners import finding, narrowing, paging
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission, Status, Visibility
from brokerage.partners.narrowing import Asked, chosen
from brokerage.partners.windows import Findable, Labelled

PAGE = 50
COUNTED = 1000  # beyond, a page says "plus de 1 000": nobody reads an exact number, and counting it costs
EVERY = 1_000_000  # partners at most in one bulk action or export


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of the list. Codes are those of the reference data.

    A filter holds any of several values, as a tuple; one value may stand alone; None, "" and () mean any.
    """

    words: str = ""
    kind: tuple[PartnerKind, ...] | PartnerKind | None = ()
    region: tuple[str, ...] | str = ()
    academy: tuple[str, ...] | str = ()
    department: tuple[str, ...] | str = ()
    type: tuple[str, ...] | str = ()
    owner: tuple[uuid.UUID, ...] | uuid.UUID | None = ()
    tag: tuple[str, ...] | str = ()
    status: tuple[Status, ...] | Status | None = ()
    visibility: tuple[Visibility, ...] | Visibility | None = ()
    permission: tuple[Permission, ...] | Permission | None = ()  # of one of its contacts at least
    own: tuple[str, ...] = ()  # "id of a field:value", as narrowing.py reads them
    last_contact: tuple[str, ...] | str = ()  # codes of narrowing.SPANS, "jamais", or an ISO day since when
    open_now: bool | None = None
    sort: str = "nom"  # a key of ORDERS: nom, ville, echange (longest without a contact first), ajout; "-" turns it round
    after: str = ""
    before: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self.words.strip()) or any(chosen(self, name) for name in FILTERS)


class PartnerRow(NamedTuple):
    """A line of the list, with nothing of contacts. The fields stand as the statement's columns do."""

    id: uuid.UUID
    name: str
    town: str
    department: str | None
    owner: str
    last_contact_on: date | None
    open_now: bool
    visibility: Visibility
    status: Status
    tags: Sequence[str]
    created_at: datetime
    tally: int  # whatever the reader counts for each partner


WIDTH = len(PartnerRow._fields)
_TOWN = sa.func.fold(Partner.town)
ORDERS = {
    sign + name: paging.Order(key, Partner.id, descending=bool(sign), kind=kind)
    for name, key, kind in (
        ("nom", Partner.sort_name, str), ("ville", _TOWN, str), ("echange", narrowing.LAST, date), ("ajout", Partner.created_at, datetime),
    )
    for sign in ("", "-")
}  # fmt: skip
CONTACTS = (
    sa.select(sa.func.count()).where(Contact.partner_id == Partner.id, Contact.deleted_at.is_(None)).correlate(Partner).scalar_subquery()
)
# Literals, not parameters: SQLAlchemy compares parameters one by one at each execution.
_SPACE, _NOBODY = sa.literal_column("' '", sa.Text()), sa.literal_column("''", sa.Text())
FILTERS: dict[str, Any] = {
    "kind": Partner.kind,
    "region": Partner.region,
    "academy": Partner.academy,
    "department": Partner.department,
    "type": Partner.type,
    "owner": Partner.owner_id,
    "status": Partner.status,
    "visibility": Partner.visibility,
    "open_now": Partner.open_now,
    "tag": Partner.tags,
    "permission": Contact.permission,
    "last_contact": Partner.last_contact_on,
    "own": Partner.extra,
}


def page(association_id: uuid.UUID, wanted: Wanted, count: sa.ScalarSelect[int], size: int = PAGE, **more: Any) -> paging.Page[PartnerRow]:
    """A page of the living partners of this association.

    `count` counts for the outer `Partner.id`: its CONTACTS, or what is made upstairs, with its parameters in `more`,
    since this room does not know introductions. Keep it the same object: statements are remembered by it. Words that
    find nothing are tried again with their slips mended.
    """
    found = _page(association_id, wanted, count, size, more)
    if found.rows or not (better := wanted.words.strip() and finding.corrected(wanted.words, of_allies=False)):
        return found
    again = _page(association_id, replace(wanted, words=better), count, size, more)
    return replace(again, spelt=finding.as_written(better, f"{again.rows[0].name} {again.rows[0].town}")) if again.rows else found


def _page(mine: uuid.UUID, wanted: Wanted, count: sa.ScalarSelect[int], size: int, more: dict[str, Any]) -> paging.Page[PartnerRow]:
    order = ORDERS.get(wanted.sort, ORDERS["nom"])
    mark = _mark(wanted, order)
    statement = _statement(_shape(wanted, mark), count, size)
    found = db.session.execute(statement, _parameters(mine, wanted, mark) | more).all()
    kept, before, after = paging.cut(found, size, mark)
    return paging.Page([PartnerRow._make(r[:WIDTH]) for r in kept], before, after, _total(found, kept, mark))


def _mark(wanted: Wanted, order: paging.Order) -> paging.Mark | None:
    if wanted.before:
        return paging.Mark.read(wanted.before, order, backwards=True)
    return paging.Mark.read(wanted.after, order) if wanted.after else None


@dataclass(frozen=True)
class _Shape:
    """What makes two lists the same statement with other parameters."""

    filters: tuple[Asked, ...]
    words: finding.Words | None
    sort: str
    start: finding.Start


def _shape(wanted: Wanted, mark: paging.Mark | None) -> _Shape:
    sort = wanted.sort if wanted.sort in ORDERS else "nom"
    return _Shape(narrowing.asked(wanted, FILTERS), finding.shape_of(wanted.words), sort, finding.start_of(mark, wanted.words))


def _parameters(association_id: uuid.UUID, wanted: Wanted, mark: paging.Mark | None) -> dict[str, Any]:
    filters = narrowing.parameters(wanted, FILTERS)
    return {"mine": association_id, **filters, **finding.parameters(wanted.words), **(mark.parameters if mark else {})}


def ids(association_id: uuid.UUID, wanted: Wanted) -> Sequence[uuid.UUID]:
    """Every partner a list shows, over all its pages and in its order: for bulk actions and exports."""
    whole = replace(wanted, after="", before="")
    found = _ids(association_id, whole)
    if found or not (better := wanted.words.strip() and finding.corrected(wanted.words, of_allies=False)):
        return found
    return _ids(association_id, replace(whole, words=better))


def _ids(association_id: uuid.UUID, whole: Wanted) -> Sequence[uuid.UUID]:
    rows, sorting = _rows(_shape(whole, None), EVERY)
    return db.session.scalars(sa.select(Partner.id).where(*rows).order_by(*sorting), _parameters(association_id, whole, None)).all()


def conditions(wanted: Wanted, most: int) -> list[Any]:
    """What the rows of a list satisfy, the first `most` of them where words are looked for; they ask for `parameters`."""
    return _rows(_shape(wanted, None), most)[0]


def parameters(association_id: uuid.UUID, wanted: Wanted) -> dict[str, Any]:
    """The bind parameters of `conditions`."""
    return _parameters(association_id, wanted, None)


def _living() -> list[Any]:
    return [Partner.association_id == sa.bindparam("mine", type_=sa.Uuid()), Partner.deleted_at.is_(None)]


def _rows(shape: _Shape, most: int) -> tuple[list[Any], list[Any]]:
    """The conditions of a list, and its order; words are looked for until `most` rows are found."""
    order = ORDERS[shape.sort]
    labels = [] if shape.words else [one for one in shape.filters if one.name in narrowing.WINDOW]
    filters = [narrowing.condition(one, FILTERS) for one in shape.filters if one not in labels]
    ground = finding.Ground(Partner, Findable, [*_living(), *filters], _living(), order, also=_in_a_contact(shape.words))
    sorting = ground.sorting(shape.words, shape.start.backwards)
    if shape.words:
        return [*_living(), Partner.id.in_(finding.first_of(shape.words, ground, shape.start, most))], sorting
    if labels:
        return [*_living(), Partner.id.in_(_labelled(labels, ground, shape.start, most))], sorting
    return [*_living(), *filters, *([order.beyond(shape.start.backwards)] if shape.start.marked else [])], sorting


def _labelled(labels: list[Asked], ground: finding.Ground, start: finding.Start, most: int) -> sa.Select[Any]:
    """Partners by tags and own fields: a rare one is gathered through its index, of a common one a walk soon fills a page."""
    gathered = sa.select(Labelled.id).where(*(narrowing.condition(one, narrowing.WINDOW) for one in labels))
    holds = sa.and_(*(narrowing.condition(one, FILTERS) for one in labels))
    return finding.marked(ground, start, most, gathered, holds)


@lru_cache(maxsize=512)
def _statement(shape: _Shape, count: sa.ScalarSelect[int], size: int) -> sa.Select[Any]:
    order, mine = ORDERS[shape.sort], sa.bindparam("mine", type_=sa.Uuid())
    rows, sorting = _rows(shape, size + 1)
    counted = sa.null() if shape.filters or shape.words or shape.start.marked else _counted(_living())
    return (
        sa.select(*_columns(), count.label("tally"), order.key.label("mark_key"), counted.label("counted"))
        .outerjoin(User, sa.and_(User.id == Partner.owner_id, User.association_id == mine))
        .where(*rows)
        .order_by(*sorting)
        .limit(size + 1)
    )


def _columns() -> list[Any]:
    owner = sa.func.coalesce(User.first_name + _SPACE + User.last_name, _NOBODY)
    return [
        Partner.id, Partner.name, Partner.town, Partner.department, owner.label("owner"), Partner.last_contact_on, Partner.open_now,
        Partner.visibility, Partner.status, Partner.tags, Partner.created_at,
    ]  # fmt: skip


def _in_a_contact(words: finding.Words | None) -> sa.ColumnElement[bool] | None:
    """Counted rather than EXISTS, which PostgreSQL would answer by reading every contact there is."""
    if words is None:
        return None
    people = (Contact.partner_id == Partner.id, Contact.deleted_at.is_(None), words.within(Contact.search))
    return sa.select(sa.func.count()).select_from(Contact).where(*people).scalar_subquery() > 0


def _counted(living: list[Any]) -> Any:
    """All partners up to COUNTED + 1, for the first page of the whole list; an index answers."""
    some = sa.select(Partner.id).where(*living).limit(COUNTED + 1).correlate(None).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def _total(found: Any, kept: Any, mark: paging.Mark | None) -> int | None:
    if not mark and len(found) == len(kept):
        return len(kept)
    return found[0].counted if found else None
