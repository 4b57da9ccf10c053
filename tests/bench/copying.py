"""Rows into tables by COPY, as a superuser: tens of thousands a second, whatever columns a migration adds later."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from brokerage.database import Base

Session = psycopg.Connection[tuple[Any, ...]]


class Sheet:
    """The rows of one table. What a row leaves out is the model's own default, asked for once."""

    def __init__(self, model: type[Base]) -> None:
        columns = [column for column in sa.inspect(model).local_table.columns if column.computed is None]
        self.table = sa.inspect(model).local_table.name
        self.names = [column.name for column in columns]
        self._json = {column.name for column in columns if isinstance(column.type, sa.JSON)}
        self._usual = {column.name: _plain(_default(column)) for column in columns}
        self._usual |= {name: json.dumps(self._usual[name]) for name in self._json}

    def copy(self, session: Session, rows: Iterable[dict[str, Any]]) -> None:
        """Lay the rows down."""
        order = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.table), sql.SQL(", ").join(map(sql.Identifier, self.names)))
        with session.cursor() as cursor, cursor.copy(order) as copy:
            for row in rows:
                copy.write_row(self._line(row))

    def _line(self, row: dict[str, Any]) -> list[Any]:
        unknown = row.keys() - self._usual.keys()
        assert not unknown, f"{self.table} has no {', '.join(unknown)}"
        whole = {**self._usual, **row}
        for name in self._json & row.keys():
            whole[name] = json.dumps(whole[name], ensure_ascii=False)
        return [whole[name] for name in self.names]


def _default(column: sa.Column[Any]) -> Any:
    default: Any = column.default
    if default is None or column.primary_key:
        return None
    make: Callable[[None], Any] = default.arg
    return make(None) if default.is_callable else default.arg


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


@contextmanager
def unhindered(session: Session, *models: type[Base]) -> Iterator[None]:
    """Inside, foreign keys are believed and these tables have no index but their keys: both come back at the end.

    An index filled row by row costs five times one that is built at once.
    """
    names = [sa.inspect(model).local_table.name for model in models]
    session.execute("SET session_replication_role = replica")
    session.execute("SET maintenance_work_mem = '256MB'")
    indexes = session.execute(_INDEXES, [names]).fetchall()
    for name, _definition in indexes:
        session.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _name, definition in indexes:
        session.execute(definition)
    session.execute("RESET session_replication_role")


_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY (%s::regclass[])
  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
"""
