"""Filters as conditions: several values of one filter mean any of them, several filters mean all of them.

A filter is asked by bind parameters, so that lists that differ only in values are one statement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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


@dataclass(frozen=True)
class Asked:
    """A filter in force, as far as it shapes a statement: its name, and whether it has one value or several."""

    name: str
    several: int  # 1, or how many; only `last_contact` tells 2 from 3
    groups: tuple[int, ...] = ()  # for the fields of an association's own: how many values of each


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
    return (*plain, *([Asked("own", 1, tuple(map(len, own.values())))] if own else []))


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
        return sa.and_(*(_holds(group, many) for group, many in enumerate(one.groups)))
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
    """Values of own fields, "id:value" each, by the id of the field."""
    found: dict[str, list[str]] = {}
    for value in values:
        key, _, said = value.partition(":")
        found.setdefault(key, []).append(said)
    return found


def _holds(group: int, many: int) -> sa.ColumnElement[bool]:
    """Partners whose record holds any of these values of one field: the window lets the index answer."""
    names = [f"own{group}_{place}{kind}" for place in range(many) for kind in ("", "n")]
    either = sa.or_(*(Labelled.extra.contains(sa.bindparam(name, type_=JSONB())) for name in names))
    return Partner.id.in_(sa.select(Labelled.id).where(either))


def _own_values(values: tuple[str, ...]) -> dict[str, Any]:
    """Each value as a text and, where it is one, as the number a record would hold."""
    found: dict[str, Any] = {}
    for group, (key, said) in enumerate(_by_field(values).items()):
        for place, value in enumerate(said):
            found |= {f"own{group}_{place}": {key: value}, f"own{group}_{place}n": {key: _number(value)}}
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
