"""Thousands of rows into the database at once, in the member's own scope: row-level policies check every one."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from brokerage import clock, scope
from brokerage.database import Base, db
from brokerage.mail.models import Suppression
from brokerage.partners.models import Channel, Contact, ImportedRow, Partner
from brokerage.timeline import By, Entry

Rows = list[dict[str, Any]]


@dataclass
class Haul:
    """What a file adds, as columns, until it is stored in one go."""

    partners: Rows = field(default_factory=list)
    contacts: Rows = field(default_factory=list)
    channels: Rows = field(default_factory=list)
    entries: Rows = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    objections: set[str] = field(default_factory=set)

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
        line = {"association_id": association_id, "at": clock.now(), "what": what, "partner_id": partner_id}
        self.entries.append({**line, **who, **about, "details": details})

    def store(self) -> None:
        """Everything, in the order that foreign keys ask for. Flushes, never commits."""
        db.session.flush()
        for entity, rows in (
            (Partner, self.partners),
            (Contact, self.contacts),
            (Channel, self.channels),
            (Entry, self.entries),
            (ImportedRow, self.rows),
        ):
            _add(entity, rows)
        now = clock.now()
        listed = [
            {"email_key": key, "reason": "objection", "created_at": now} for key in sorted(self.objections)
        ]
        if listed:
            keep_first = insert(Suppression.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
            db.session.execute(scope.through_the_gate(keep_first), listed)


def _add(entity: type[Base], rows: Rows) -> None:
    if rows:
        db.session.execute(scope.through_the_gate(sa.insert(entity.__table__)), rows)  # type: ignore[arg-type]
