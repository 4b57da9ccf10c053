"""Filters as conditions: several values of one filter mean any of them, several filters mean all of them.

A filter is asked by bind parameters, so that lists that differ only in values are one statement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from brokerage import clock
from brokerage.partners.models import Contact, Partner
from brokerage.partners.windows import Labelled

NEVER = date(1, 1, 1)  # stands for "no contact yet" when sorting
FAR = date(9999, 12, 31)
LAST = sa.func.coalesce(Partner.last_contact_on, sa.literal_column("'0001-01-01'::date"))
SPANS: dict[str, tuple[int | None, int | None]] = {
    # days ago, from and to: None is as far as there is
    "moins-1-mois": (30, None),
    "moins-6-mois": (182, None),
    "plus-6-mois": (None, 183),
    "plus-1-an": (None, 366),
}
WITHOUT = "jamais"
WINDOW: dict[str, Any] = {"tag": Labelled.tags, "own": Labelled.extra}  # filters that an index answers, through its window
SIDES = {">=": "from", "<=": "to"}


class Group(NamedTuple):
    """What is asked of one field of an association's own: any of `many` values, or what lies on one side of a value."""

    many: int
    side: str = ""


@dataclass(frozen=True)
class Asked:
    """A filter in force, as far as it shapes a statement: its name, and whether it has one value or several."""

    name: str
    several: int  # 1, or how many; only `last_contact` tells 2 from 3
    groups: tuple[Group, ...] = ()  # for the fields of an association's own


def chosen(wanted: Any, name: str) -> tuple[Any, ...]:
    """The values of a filter; one that stands alone is a tuple of one, None and "" are none."""
    value = getattr(wanted, name)
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def asked(wanted: Any, names: Mapping[str, Any]) -> tuple[Asked, ...]:
    """The filters of `names` that are in force."""
    counted = {name: len(chosen(wanted, name)) for name in names}
    plain = [Asked(name, n if name == "last_contact" else min(n, 2)) for name, n in counted.items() if n and name != "own"]
    own = _by_field(chosen(wanted, "own")) if counted.get("own") else {}
    groups = tuple(Group(len(said), key[36:]) for key, said in own.items())
    return (*plain, *([Asked("own", 1, groups)] if own else []))


def parameters(wanted: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    """The bind parameters that `condition` asks for."""
    found: dict[str, Any] = {}
    for one in asked(wanted, names):
        values = chosen(wanted, one.name)
        if one.name == "own":
            found |= _own_values(values)
        elif one.name == "last_contact":
            found |= {key: day for n, value in enumerate(values) for key, day in _span(n, value).items()}
        else:
            column = names[one.name]
            found[one.name] = list(values) if one.several > 1 or _is_list(column) else values[0]
    return found


def condition(one: Asked, names: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Rows that a filter keeps."""
    column = names[one.name]
    if one.name == "last_contact":
        return sa.or_(*(_within(n) for n in range(one.several)))
    if one.name == "permission":
        return _with_a_contact(column, one)
    if one.name == "own":
        return sa.and_(*(_holds(column, n, group) for n, group in enumerate(one.groups)))
    return _is_any(column, one)


def _is_any(column: Any, one: Asked) -> sa.ColumnElement[bool]:
    if _is_list(column):
        return column.overlap(sa.bindparam(one.name, type_=column.type))  # type: ignore[no-any-return]
    if one.several > 1:
        return column.in_(sa.bindparam(one.name, expanding=True, type_=column.type))  # type: ignore[no-any-return]
    return column == sa.bindparam(one.name, type_=column.type)  # type: ignore[no-any-return]


def _is_list(column: Any) -> bool:
    return isinstance(column.type, ARRAY | sa.ARRAY)


def _with_a_contact(column: Any, one: Asked) -> sa.ColumnElement[bool]:
    """Counted rather than EXISTS, which PostgreSQL would answer by reading every contact there is."""
    people = (Contact.partner_id == Partner.id, Contact.deleted_at.is_(None), _is_any(column, one))
    return sa.select(sa.func.count()).select_from(Contact).where(*people).scalar_subquery() > 0


def _by_field(values: tuple[str, ...]) -> dict[str, list[str]]:
    """Values of own fields by the id of the field: "id:value" each, or "id>=:value" and "id<=:value" for its sides."""
    found: dict[str, list[str]] = {}
    for value in values:
        key, _, said = value.partition(":")
        found.setdefault(key, []).append(said)
    return found


def _holds(extra: Any, n: int, group: Group) -> sa.ColumnElement[bool]:
    """Records that hold any of these values of one field, or one that lies on that side of a value of its kind."""
    if not group.side:
        names = [f"own{n}_{place}{kind}" for place in range(group.many) for kind in ("", "n")]
        return sa.or_(*(extra.contains(sa.bindparam(name, type_=JSONB())) for name in names))
    key, end = sa.bindparam(f"own{n}_key", type_=sa.Text()), sa.bindparam(f"own{n}_end", type_=JSONB())
    here = extra.op("->", return_type=JSONB())(key)
    same_kind = sa.func.jsonb_typeof(here) == sa.func.jsonb_typeof(end)
    return sa.and_(extra.has_key(key), same_kind, here.op(group.side, is_comparison=True)(end))


def _own_values(values: tuple[str, ...]) -> dict[str, Any]:
    """Each value as a text and, where it is one, as the number a record would hold."""
    found: dict[str, Any] = {}
    for n, (key, said) in enumerate(_by_field(values).items()):
        if key[36:]:
            found |= {f"own{n}_key": key[:36], f"own{n}_end": end_of(said[0])}
            continue
        for place, value in enumerate(said):
            found |= {f"own{n}_{place}": {key: value}, f"own{n}_{place}n": {key: _number(value)}}
    return found


def end_of(text: str) -> float | int | str | None:
    """Where a range ends: a number, or a day as records hold it; None for what is neither."""
    if isinstance(found := _number(text.strip()), str):
        for order in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(found, order).date().isoformat()  # noqa: DTZ007 - a day, not an instant
            except ValueError:
                continue
        return None
    return found


def _number(text: str) -> float | int | str:
    bare = text.replace(",", ".").replace(" ", "")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", bare):
        return text
    return float(bare) if "." in bare else int(bare)


def _within(n: int) -> sa.ColumnElement[bool]:
    return LAST.between(sa.bindparam(f"last{n}_from", type_=sa.Date()), sa.bindparam(f"last{n}_to", type_=sa.Date()))


def _span(n: int, value: str) -> dict[str, date]:
    """The days of a span: a code of SPANS, `jamais`, or a day since when."""
    first, last = days_of(value)
    return {f"last{n}_from": first, f"last{n}_to": last}


def days_of(value: str) -> tuple[date, date]:
    """First and last day of a value of the filter. Raises ValueError for what is none."""
    if value == WITHOUT:
        return NEVER, NEVER
    if value in SPANS:
        start, end = SPANS[value]
        today = clock.today()
        return (
            today - timedelta(days=start) if start is not None else NEVER + timedelta(days=1),
            today - timedelta(days=end) if end is not None else FAR,
        )
    return max(date.fromisoformat(value), NEVER + timedelta(days=1)), FAR
