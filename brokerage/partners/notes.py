"""Notes on a partner, read by its association only.

The timeline is only ever added to: a correction, a withdrawal and a pin are entries of their own, which name the note
they speak of. What is shown is the last word of each. Words that were withdrawn or corrected do not stay behind: one
function of the database takes them out (migration 0023) and leaves a keyed mark, by which an import knows them.
"""

import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from brokerage import scope, timeline
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotYours
from brokerage.partners import policy, vault
from brokerage.partners.care import Doubtful, insist_on_care
from brokerage.partners.models import Partner
from brokerage.partners.partners import as_by
from brokerage.reference.sensitive import doubts_in

__all__ = ["Doubtful", "Note", "change", "doubts_in", "mark_of", "pin", "remove", "unpin", "write"]

LONGEST = 2000
KINDS = ("note", "note_changed", "note_removed", "note_pinned", "note_unpinned")


@dataclass(frozen=True)
class Note:
    """A note as it reads today; `changed_at` is None when it never changed. `id` is that of its first entry."""

    id: uuid.UUID
    partner_id: uuid.UUID
    text: str
    by_id: uuid.UUID | None
    by_name: str
    at: datetime
    changed_at: datetime | None = None
    pinned: bool = False


def write(partner: Partner, by: User, text: str, sure: bool = False) -> None:
    """Add a note to the partner's timeline. Raises Doubtful unless `sure`, BadInput for nothing or too much."""
    policy.insist(by, Role.DELEGATE, *policy.EDITORS)
    timeline.record("note", as_by(by), partner.association_id, partner_id=partner.id, details={"text": _kept(text, sure)})


def change(note: Note, by: User, text: str, sure: bool = False) -> None:
    """Write one's own note anew; the former words are forgotten. Raises what `write` raises, NotYours."""
    if note.by_id != by.id:
        raise NotYours(N_("Seule la personne qui a écrit une note peut la modifier."))
    if (kept := _kept(text, sure)) != note.text:
        _forget(note)
        _record("note_changed", note, by, text=kept)


def remove(note: Note, by: User) -> None:
    """Withdraw a note: its author, or who manages the book, since a colleague's mistake must not stay. Its words go."""
    if note.by_id != by.id and not policy.may_edit(by):
        raise NotYours(N_("Seule la personne qui a écrit une note peut la retirer."))
    _forget(note)
    _record("note_removed", note, by)


def _forget(note: Note) -> None:
    """Its words, and those it had before, leave the database; that a note was written, when and by whom stays."""
    db.session.execute(scope.through_the_gate(sa.select(sa.func.forget_words_of_note(note.id, mark_of(note.text)))))


def mark_of(text: str) -> str:
    """A keyed fingerprint of a note: the same words have the same mark, and nobody reads them from it."""
    return vault.key_of(f"note {text}")


def pin(note: Note, by: User) -> None:
    """Put a note above the others: one at a time, the one before goes back to its place."""
    policy.insist(by, *policy.READERS)
    _record("note_pinned", note, by)


def unpin(note: Note, by: User) -> None:
    """Back to its place."""
    policy.insist(by, *policy.READERS)
    _record("note_unpinned", note, by)


def find(note_id: uuid.UUID, reader: policy.Reader) -> Note | None:
    """The note of this id on a living partner of the reader's book, unless it was withdrawn."""
    living = policy.visible_to(reader).with_only_columns(Partner.id)
    about = sa.select(timeline.Entry.partner_id).where(
        timeline.Entry.id == note_id, timeline.Entry.what == "note", timeline.Entry.partner_id.in_(living)
    )
    partner_id = db.session.scalar(about)
    entries = sa.select(timeline.Entry).where(timeline.Entry.partner_id == partner_id, timeline.Entry.what.in_(KINDS))
    return next((note for note in told(db.session.scalars(entries)) if note.id == note_id), None) if partner_id else None


def told(entries: Iterable[timeline.Entry]) -> list[Note]:
    """The notes that these entries tell of, the pinned one first, then the newest."""
    notes: dict[str, Note] = {}
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.what != "note")):
        _tell(notes, entry)
    return sorted(notes.values(), key=lambda note: (note.pinned, note.at), reverse=True)


def _tell(notes: dict[str, Note], entry: timeline.Entry) -> None:
    if entry.what == "note" and entry.partner_id:
        text = str(entry.details.get("text", ""))
        notes[str(entry.id)] = Note(entry.id, entry.partner_id, text, entry.by_id, entry.by_name, entry.at)
        return
    of = str(entry.details.get("of", ""))
    if (note := notes.get(of)) is None:
        return
    if entry.what == "note_removed":
        del notes[of]
    elif entry.what == "note_changed":
        notes[of] = replace(note, text=str(entry.details.get("text", "")), changed_at=entry.at)
    else:
        notes.update({key: replace(one, pinned=False) for key, one in notes.items() if one.pinned})
        notes[of] = replace(notes[of], pinned=entry.what == "note_pinned")


def _kept(text: str, sure: bool) -> str:
    kept = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not kept:
        raise BadInput(N_("Écrivez votre note."), "text")
    if len(kept) > LONGEST:
        raise BadInput(N_("Une note tient en %(most)d signes."), "text", most=LONGEST)
    insist_on_care(kept, sure)
    return kept


def _record(what: str, note: Note, by: User, **details: Any) -> None:
    timeline.record(what, as_by(by), by.association_id, partner_id=note.partner_id, details={"of": str(note.id), **details})
