"""The timeline of one partner, by kind of line and by pages, with its notes: one statement."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.partners import notes
from brokerage.partners.merges import known_as
from brokerage.partners.notes import Note
from brokerage.timeline import Entry

PAGE = 30
ALL = "tout"
SPOKEN: tuple[str, ...] = ("call", "meeting", "reminder_sent", "introduction_ask_consent", "introduction_accept", "introduction_postpone")
SPOKEN += ("introduction_suggest", "introduction_refuse", "introduction_introduce", "introduction_introduce_directly", "objection")
SILENT = ("note_changed", "note_removed", "note_pinned", "note_unpinned")  # they speak through their note
KINDS: dict[str, Any] = {
    ALL: sa.true(),
    "echanges": Entry.what.in_(SPOKEN),
    "demandes": Entry.request_id.is_not(None),
    "modifications": sa.or_(Entry.what.like("partner\\_%"), Entry.what.like("contact\\_%"), Entry.what.like("import%")),
    "notes": Entry.what == "note",
}


@dataclass(frozen=True)
class Past:
    """Lines of a kind, newest first, the mark of the page after them (None at the end), and all the notes."""

    kind: str
    entries: Sequence[Entry]
    after: str | None
    notes: Sequence[Note]


def of(partner_id: uuid.UUID, kind: str = ALL, after: str = "", size: int = PAGE) -> Past:
    """The lines of a partner of the association in scope; a `kind` or mark of somebody's own gives the first page."""
    kind, beyond = kind if kind in KINDS else ALL, _beyond(after)
    found = db.session.execute(_statement(kind, bool(beyond), size), {"partner": partner_id, **beyond}).all()
    entries = [entry for entry, is_shown in found if is_shown]
    last = entries[size - 1] if len(entries) > size else None
    return Past(kind, entries[:size], _mark(last) if last else None, notes.told(e for e, _shown in found if e.what in notes.KINDS))


@lru_cache(maxsize=32)
def _statement(kind: str, marked: bool, size: int) -> Any:
    here = Entry.partner_id.in_(known_as(sa.bindparam("partner", type_=sa.Uuid())))
    mark = sa.tuple_(sa.bindparam("mark_at", type_=sa.DateTime(timezone=True)), sa.bindparam("mark_id", type_=sa.Uuid()))
    shown = [here, KINDS[kind], Entry.what.not_in(SILENT), *([sa.tuple_(Entry.at, Entry.id) < mark] if marked else [])]
    newest = sa.select(Entry.id).where(*shown).order_by(Entry.at.desc(), Entry.id.desc()).limit(size + 1).cte()
    noted = sa.and_(here, Entry.what.in_(notes.KINDS))
    lines = newest.c.id.is_not(None).label("shown")
    both = sa.select(Entry, lines).outerjoin(newest, newest.c.id == Entry.id).where(here, sa.or_(newest.c.id.is_not(None), noted))
    return both.order_by(Entry.at.desc(), Entry.id.desc())


def _beyond(after: str) -> dict[str, Any]:
    at, _, key = after.rpartition("~")
    try:
        return {"mark_at": datetime.fromisoformat(at), "mark_id": uuid.UUID(key)} if after else {}
    except ValueError:
        return {}


def _mark(entry: Entry) -> str:
    return f"{entry.at.isoformat()}~{entry.id}"
