"""Thousands of rows into the database at once, in the member's own scope: row-level policies check every one."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from brokerage import clock, scope
from brokerage.database import Base, db
from brokerage.mail.models import Suppression
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.timeline import By, Entry
from brokerage.transfer.models import ImportChange, ImportedRow

Rows = list[dict[str, Any]]
AT_ONCE = 5000  # rows of one statement


@dataclass
class Haul:
    """What a file adds, as columns, until it is stored in one go."""

    partners: Rows = field(default_factory=list)
    contacts: Rows = field(default_factory=list)
    channels: Rows = field(default_factory=list)
    entries: Rows = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    changes: Rows = field(default_factory=list)
    objections: set[str] = field(default_factory=set)
    at: datetime = field(default_factory=clock.now)
    batch_id: uuid.UUID | None = None

    def tell(
        self,
        what: str,
        by: By,
        association_id: uuid.UUID,
        details: dict[str, Any],
        partner_id: uuid.UUID | None = None,
    ) -> None:
        """Add a line to the timeline."""
        about = dict.fromkeys(("contact_id", "request_id", "introduction_id"))
        who = {"by_kind": by.kind, "by_id": by.id, "by_name": by.name}
        line = {
            "id": uuid.uuid4(),
            "association_id": association_id,
            "at": self.at,
            "what": what,
            "partner_id": partner_id,
        }
        self.entries.append({**line, **who, **about, "details": details})

    def store(self) -> None:
        """Everything, in the order that foreign keys ask for. Flushes, never commits."""
        db.session.flush()
        add_rows(Partner, self.partners)
        add_rows(Contact, self.contacts)
        add_rows(Channel, self.channels)
        add_rows(Entry, self.entries)
        add_rows(ImportedRow, self.rows)
        add_rows(ImportChange, self.changes)
        self._list_objections()

    def _list_objections(self) -> None:
        said = {"reason": "objection", "created_at": clock.now(), "import_id": self.batch_id}
        listed = [{"email_key": key, **said} for key in sorted(self.objections)]
        if listed:
            keep_first = insert(Suppression.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
            db.session.execute(scope.through_the_gate(keep_first), listed)


def add_rows(entity: type[Base], rows: Rows) -> None:
    """Add rows, as columns; what a row leaves out is the model's own.

    One statement for thousands of rows, which travel as JSON: several times faster than a statement each.
    """
    table = cast(sa.Table, entity.__table__)
    names = [column.name for column in table.columns if column.computed is None]
    standing = _defaults(table)
    sent = sa.cast(sa.bindparam("rows", type_=sa.Text()), JSONB())
    found = sa.func.jsonb_populate_recordset(sa.literal_column(f"NULL::{table.name}"), sent)
    read = sa.select(found.table_valued(*names))
    statement = scope.through_the_gate(sa.insert(table).from_select(names, read, include_defaults=False))
    for at in range(0, len(rows), AT_ONCE):
        whole = [standing | row for row in rows[at : at + AT_ONCE]]
        db.session.execute(statement, {"rows": json.dumps(whole, default=str)})


def _defaults(table: sa.Table) -> dict[str, Any]:
    """What the model gives a row that does not say: one moment for all of them. Keys are each row's own."""
    given: dict[str, Any] = {column.name: column.default for column in table.columns if not column.primary_key}
    return {name: one.arg(None) if one.is_callable else one.arg for name, one in given.items() if one is not None}
