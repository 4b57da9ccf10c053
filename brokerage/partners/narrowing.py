"""Filters as conditions: several values of one filter mean any of them, several filters mean all of them.

A filter is asked by bind parameters, so that lists that differ only in values are one statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from brokerage import clock
from brokerage.partners.models import Contact, Partner

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


def chosen(wanted: Any, name: str) -> tuple[Any, ...]:
    """The values of a filter; one that stands alone is a tuple of one, None and "" are none."""
    value = getattr(wanted, name)
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def asked(wanted: Any, names: Mapping[str, Any]) -> tuple[Asked, ...]:
    """The filters of `names` that are in force."""
    counted = {name: len(chosen(wanted, name)) for name in names}
    return tuple(Asked(name, n if name == "last_contact" else min(n, 2)) for name, n in counted.items() if n)


def parameters(wanted: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    """The bind parameters that `condition` asks for."""
    found: dict[str, Any] = {}
    for one in asked(wanted, names):
        values = chosen(wanted, one.name)
        if one.name == "last_contact":
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
