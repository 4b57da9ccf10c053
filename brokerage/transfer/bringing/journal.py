"""What an import finds in records that were there before it, so that it can be taken back to the letter."""

import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from brokerage.partners.models import Contact, Partner
from brokerage.partners.vault import Coordinates
from brokerage.transfer.bringing.book import Stored
from brokerage.transfer.bringing.storing import Haul
from brokerage.transfer.models import ImportBatch

Values = dict[str, Any]
COLUMNS = {
    entity: tuple(column.name for column in sa.inspect(entity).local_table.columns if column.computed is None)  # type: ignore[attr-defined]
    for entity in (Partner, Contact)
}


@dataclass
class Journal:
    """Opened before anything is merged, closed after the last flush: whatever differs then was changed by the import."""

    mine: uuid.UUID
    batch: ImportBatch
    found: Stored
    lines: list[Values] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._nth = int((self.batch.counts or {}).get("changes", 0))
        contacts = [contact for people in self.found.contacts.values() for contact in people]
        things: list[Any] = [*self.found.partners.values(), *contacts]
        self._before = [(thing, _values_of(thing)) for thing in things]

    def note_coordinates(self, contact_id: uuid.UUID, before: Coordinates, after: Coordinates) -> None:
        """A contact is reached otherwise from now on."""
        self._add("channel", contact_id, asdict(before), asdict(after))

    def close(self, haul: Haul) -> None:
        """Write down what differs."""
        for thing, before in self._before:
            after = _values_of(thing)
            changed = [name for name, value in after.items() if value != before[name]]
            if changed:
                what = "partner" if isinstance(thing, Partner) else "contact"
                self._add(what, thing.id, {name: before[name] for name in changed}, {name: after[name] for name in changed})
        haul.changes.extend(self.lines)

    def _add(self, what: str, record_id: uuid.UUID, before: Values, after: Values) -> None:
        about = {"id": uuid.uuid4(), "association_id": self.mine, "batch_id": self.batch.id, "what": what, "record_id": record_id}
        self.lines.append({**about, "nth": self._nth + len(self.lines), "before": before, "after": after})


def _values_of(thing: Partner | Contact) -> Values:
    """A record as columns; lists are copied, for they are changed in their place."""
    values = {name: getattr(thing, name) for name in COLUMNS[type(thing)]}
    return {name: list(value) if isinstance(value, list) else value for name, value in values.items()}
