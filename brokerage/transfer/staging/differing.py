"""Where a row of a file and the record it is about say different things: the record stays unless somebody chooses."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, PartnerKind
from brokerage.reference.folding import folded
from brokerage.transfer.bringing.book import Stored, stored
from brokerage.transfer.bringing.gathering import Gathered, gathered_from
from brokerage.transfer.bringing.merging import CHOSEN, CHOSEN_OF_PERSON, paired
from brokerage.transfer.bringing.people import Newcomer
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.models import ImportBatch, StagedRow
from brokerage.transfer.packing import parsed_of


@dataclass(frozen=True)
class Difference:
    """One field that both fill, otherwise. `key` is what a choice is kept under; `whose` names the person, if any."""

    key: str
    ours: str
    theirs: str
    whose: str = ""

    @property
    def field(self) -> str:
        """The field without the place of its person."""
        return self.key.partition(":")[0]


def differences(rows: Sequence[ParsedRow], known: Mapping[int, uuid.UUID], usual: PartnerKind) -> dict[int, list[Difference]]:
    """By place, what rows say otherwise than the partners they are about (`known`). A few statements for all of them."""
    found = stored(sorted(set(known.values()), key=str))
    told: dict[int, list[Difference]] = {}
    for place, partner_id in known.items():
        if (partner := found.partners.get(partner_id)) and (here := _of_row(gathered_from(rows, [place], usual), partner, found)):
            told[place] = here
    return told


def of_row(kept: StagedRow, batch: ImportBatch) -> list[Difference]:
    """The differences of one waiting row, read anew: the book may have changed since."""
    about = kept.same_as or next((uuid.UUID(one["id"]) for one in kept.likely if one.get("sure")), None)
    if not kept.differs or about is None:
        return []
    return differences([parsed_of(kept.parsed)], {0: about}, PartnerKind(batch.mapping["usual"])).get(0, [])


def _of_row(one: Gathered, partner: Partner, found: Stored) -> list[Difference]:
    told = [Difference(name, _text(partner, name), _text(one.values, name)) for name in CHOSEN]
    for person, contact in paired(one.people, found.contacts[partner.id], found.coordinates):
        if contact:
            told += _of_person(person, contact, found.coordinates.get(contact.id, vault.NOTHING))
    return [one for one in told if one.ours and one.theirs and folded(one.ours) != folded(one.theirs)]


def _of_person(person: Newcomer, contact: Contact, reached: vault.Coordinates) -> list[Difference]:
    ours = {name: getattr(contact if name == "title" else reached, name) for name in CHOSEN_OF_PERSON}
    return [Difference(f"{name}:{person.place}", ours[name], getattr(person, name), contact.name) for name in CHOSEN_OF_PERSON]


def _text(thing: Any, name: str) -> str:
    """A field as people read it; a place is its postcode and town."""
    of = thing if isinstance(thing, dict) else vars_of(thing)
    return f"{of['postcode']} {of['town']}".strip() if name == "place" else of[name]


def vars_of(partner: Partner) -> dict[str, str]:
    """The fields of a partner that a choice is about."""
    return {name: getattr(partner, name) or "" for name in (*CHOSEN, "postcode", "town") if name != "place"}
