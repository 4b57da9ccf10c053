"""What a row says in free words: what may be kept as a note, and what a person must read first.

Remarks that seem to be about a pupil or somebody's health wait in `imported_row.held_remark` and stand nowhere
else (G21, G22); the same goes for any other free text of such a row that reads the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from brokerage.reference.sensitive import delicate_in
from brokerage.transfer.bringing.cleaning import clean, clean_text
from brokerage.transfer.bringing.standing import says_more
from brokerage.transfer.mapping.parsed import ParsedRow


@dataclass(frozen=True)
class Told:
    """What rows say in free words. `notes` may be stored; `held` must be read by a person first."""

    notes: tuple[str, ...] = ()
    held: str = ""
    careful: bool = False

    @staticmethod
    def together(several: Sequence["Told"]) -> "Told":
        """The notes of several rows, each once; what is held stays with its row."""
        notes = dict.fromkeys(note for one in several for note in one.notes)
        return Told(tuple(notes), "", any(one.careful for one in several))

    def kept(self, text: str) -> str:
        """A free text of the row, or nothing when it must be held with the remarks."""
        return "" if self.careful and delicate_in(text) else text


def told_by(row: ParsedRow) -> Told:
    """What the free words of one row say, sorted."""
    texts = [text for text in (clean_text(row.remarks), clean_text(_facts(row))) if text]
    if not row.remarks_need_reading:
        return Told(("\n".join(texts),) if texts else ())
    remark = clean_text(row.remarks)
    if row.read is not None:
        safe = [text for text in (clean_text(row.read), clean_text(_facts(row))) if text and (text == row.read or not delicate_in(text))]
        return Told(("\n".join(safe),) if safe else (), careful=True)
    held = dict.fromkeys([remark, *(text for text in _free(row) if delicate_in(text))])
    safe = [text for text in texts if text != remark and not delicate_in(text)]
    return Told(tuple(safe), "\n".join(filter(None, held)), careful=True)


def _free(row: ParsedRow) -> list[str]:
    """Every other text of a row where somebody may have told too much."""
    of = row.organisation
    people = [text for person in row.contacts for text in (person.role, person.last_name, person.first_name)]
    told = (row.status, row.owner, *row.tags, *(text for _header, text in row.others), of.address, *people)
    return [clean_text(text) for text in told if text]


def _facts(row: ParsedRow) -> str:
    """What the book has no column for, in one line."""
    facts = [(clean(header), clean(text)) for header, text in row.others]
    if row.amount:
        facts.append(("Montant", f"{row.amount:,.2f}".replace(",", " ").replace(".00", "").replace(".", ",") + " €"))
    if row.agreement_date.iso and row.first_contact.iso:
        facts.append(("Convention signée", row.agreement_date.iso))
    if says_more(row.status):
        facts.append(("Statut dans le fichier", clean(row.status)))
    return " · ".join(f"{name} : {value}" for name, value in facts if value)
