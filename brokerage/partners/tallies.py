"""How many rows each choice of each filter would keep, all at once: what the panel of filters says beside them.

A choice is counted under all the other filters, not under its own: of several regions any will do, and ticking one
must not empty the others. LOOKED rows are looked at, no more: beyond, a number is « plus de ».
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.partners import directory, narrowing, showcase
from brokerage.partners.models import Contact
from brokerage.partners.narrowing import LAST

LOOKED = 10_000
ALL_TAGS = "every tag"  # counted under no filter: what the panel offers must not depend on what is ticked

Counter = Callable[[str, sa.CTE], list[sa.Select[Any]]]


@dataclass(frozen=True)
class Tallies:
    """Counts by filter and choice, as they stand in an address; `all_seen` when they are exact."""

    counts: Mapping[str, Mapping[str, int]]
    total: int
    all_seen: bool

    def of(self, field: str, value: str) -> int:
        """How many rows a choice would keep."""
        return self.counts.get(field, {}).get(value, 0)


def of_book(association_id: uuid.UUID, wanted: directory.Wanted, own: Sequence[str] = ()) -> Tallies:
    """The counts for the filters of an association's own book; `own` are the keys of its fields that are choices."""
    columns = [directory.Partner.id, *(directory.FILTERS[name] for name in _COLUMNS), directory.Partner.tags, directory.Partner.extra]

    def rows(left_out: str) -> sa.CTE:
        conditions = directory.conditions(directory.Wanted() if left_out == ALL_TAGS else _without(wanted, left_out), LOOKED)
        return sa.select(*columns, LAST.label("last")).where(*conditions).limit(LOOKED).cte()

    counters = {**{name: _by(directory.FILTERS[name].key) for name in _COLUMNS}, "tag": _each("tags"), ALL_TAGS: _each("tags"), **_MORE}
    counters |= {f"own:{key}": _field(key) for key in own}
    active = {one.name for one in narrowing.asked(wanted, directory.FILTERS)} | {ALL_TAGS}
    return _counted(counters, rows, active, directory.parameters(association_id, wanted))


def of_showcase(allies: Sequence[uuid.UUID], wanted: showcase.Wanted) -> Tallies:
    """The counts for the filters of the common directory."""
    shown = showcase.Entry
    columns = [shown.id, shown.association_id, *(showcase.FILTERS[name] for name in (*_SHOWN, "role"))]

    def rows(left_out: str) -> sa.CTE:
        chosen = showcase.conditions(allies, _without(wanted, left_out), LOOKED)
        return sa.select(*columns).where(*chosen).limit(LOOKED).cte()

    counters = {**{name: _by(name) for name in _SHOWN}, "ally": _by("association_id"), "role": _each("roles")}
    active = {one.name for one in narrowing.asked(wanted, showcase.FILTERS)} | {"ally"}
    return _counted(counters, rows, active, showcase.parameters(allies, wanted)) if allies else Tallies({}, 0, True)


def _without(wanted: Any, field: str) -> Any:
    if not field:
        return replace(wanted, after="", before="")
    if field.startswith("own:"):
        return replace(_without(wanted, ""), own=tuple(value for value in wanted.own if not value.startswith(field[4:])))
    return replace(_without(wanted, ""), **{field: None if field == "open_now" else ()})


def _counted(counters: Mapping[str, Counter], rows: Callable[[str], sa.CTE], active: set[str], parameters: dict[str, Any]) -> Tallies:
    whole = rows("")
    parts = [sa.select(sa.literal("").label("field"), sa.literal("").label("value"), sa.func.count().label("many")).select_from(whole)]
    for name, counter in counters.items():
        parts += counter(name, rows(name) if name.partition(":")[0] in active else whole)
    counts: dict[str, dict[str, int]] = {}
    statement = sa.select(sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery())
    for field, value, many in db.session.execute(statement, parameters):
        counts.setdefault(field, {})[value or ""] = many
    total = counts.pop("", {}).get("", 0)
    return Tallies(counts, total, total < LOOKED)


def _labelled(name: str, value: Any, many: Any) -> sa.Select[Any]:
    return sa.select(sa.literal(name).label("field"), sa.cast(value, sa.Text).label("value"), many.label("many"))


def _by(column: str) -> Counter:
    return lambda name, base: [_labelled(name, base.c[column], sa.func.count()).group_by(base.c[column])]


def _each(column: str) -> Counter:
    def counted(name: str, base: sa.CTE) -> list[sa.Select[Any]]:
        one = sa.select(sa.func.unnest(base.c[column]).label("one")).subquery()
        return [_labelled(name, one.c.one, sa.func.count()).group_by(one.c.one)]

    return counted


def _field(key: str) -> Counter:
    def counted(name: str, base: sa.CTE) -> list[sa.Select[Any]]:
        one = sa.select(base.c.extra.op("->>")(key).label("one")).where(base.c.extra.has_key(key)).subquery()
        return [_labelled(name, one.c.one, sa.func.count()).group_by(one.c.one)]

    return counted


def _spans(name: str, base: sa.CTE) -> list[sa.Select[Any]]:
    codes = (*narrowing.SPANS, narrowing.WITHOUT)
    return [_labelled(name, sa.literal(code), sa.func.count()).where(base.c.last.between(*narrowing.days_of(code))) for code in codes]


def _people(name: str, base: sa.CTE) -> list[sa.Select[Any]]:
    many = sa.func.count(sa.distinct(Contact.partner_id))
    query = _labelled(name, Contact.permission, many).join(base, base.c.id == Contact.partner_id)
    return [query.where(Contact.deleted_at.is_(None)).group_by(Contact.permission)]


_COLUMNS = ("kind", "type", "region", "academy", "department", "owner", "status", "visibility", "open_now")
_SHOWN = ("kind", "type", "region", "academy", "department", "open_now")
_MORE: dict[str, Counter] = {"last_contact": _spans, "permission": _people}
