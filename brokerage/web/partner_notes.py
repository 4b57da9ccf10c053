"""One's notes on a partner: corrected, withdrawn, pinned above the others."""

import uuid

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.errors import Refusal
from brokerage.partners import notes, policy
from brokerage.partners.notes import Note
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.fragments import page
from brokerage.web.partners import NoteForm, found, pages, reader


def found_note(note_id: uuid.UUID) -> Note:
    """The note of this address in the reader's book; 404 otherwise, and once it was withdrawn."""
    return notes.find(note_id, reader()) or abort(404)


@pages.get("/notes/<uuid:id>")
@access.members(*policy.READERS)
def edit_note(id: uuid.UUID) -> ResponseReturnValue:
    """The form of one's own note; a colleague's reads, without a form."""
    note = found_note(id)
    return _shown(note, NoteForm(formdata=None, data={"text": note.text}))


def _shown(note: Note, form: NoteForm, status: int = 200) -> ResponseReturnValue:
    mine = note.by_id == reader().id
    may_remove = mine or policy.may_edit(reader())
    return page("partners/note.html", status=status, note=note, form=form, partner=found(note.partner_id), mine=mine, may_remove=may_remove)


@pages.post("/notes/<uuid:id>")
@access.members(*policy.READERS)
def change_note(id: uuid.UUID) -> ResponseReturnValue:
    """Write one's own note anew."""
    note, form = found_note(id), NoteForm()
    try:
        notes.change(note, me(), form.text.data or "", sure=form.sure.data)
    except Refusal as no:
        form.refuse(no)
        form.doubtful = isinstance(no, notes.Doubtful)
        return _shown(note, form, no.status)
    flash(_("Note modifiée."))
    return _back(note)


@pages.post("/notes/<uuid:id>/retrait")
@access.members(*policy.READERS)
def remove_note(id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw it from the page."""
    note = found_note(id)
    notes.remove(note, me())
    flash(_("Note retirée."))
    return _back(note)


@pages.post("/notes/<uuid:id>/epingle")
@access.members(*policy.READERS)
def pin_note(id: uuid.UUID) -> ResponseReturnValue:
    """Above the others, or back to its place."""
    note = found_note(id)
    (notes.unpin if note.pinned else notes.pin)(note, me())
    return _back(note)


def _back(note: Note) -> ResponseReturnValue:
    return redirect(url_for(".show", id=note.partner_id, _anchor="notes"), 303)
