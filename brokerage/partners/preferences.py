"""What a contact chooses for themselves: how often, when, about what and in which language they are asked."""

from dataclasses import dataclass, fields
from typing import Any

from brokerage import clock
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.partners import persons
from brokerage.partners.models import Contact, Permission

MOST_MONTHS = 11  # twelve quiet months are an objection, which has a button of its own
OWN = ("asks_per_quarter", "quiet_months")  # what no form of the association overrules once they chose it


@dataclass(frozen=True)
class Wishes:
    """The preferences of one person. `asks_per_quarter` None: as the association's rule; no `welcomes`: any subject."""

    asks_per_quarter: int | None = None
    quiet_months: tuple[int, ...] = ()
    welcomes: tuple[str, ...] = ()
    always_ask: bool = False
    language: str = "fr"


def of(contact: Contact) -> Wishes:
    """What a contact chose, or what their association noted of them until they did."""
    months, subjects = tuple(contact.quiet_months), tuple(contact.welcomes)
    return Wishes(contact.asks_per_quarter, months, subjects, contact.always_ask, contact.language)


def choose(contact: Contact, wishes: Wishes) -> None:
    """The contact's own word, from now on: dated, on the timeline, and above what any form says.

    « Demandez-moi toujours » also ends a prior agreement. Saving the same again moves the date only.
    """
    if len(set(wishes.quiet_months)) > MOST_MONTHS:
        raise BadInput(N_("Laissez-nous au moins un mois, ou demandez à ne plus être sollicité."), "quiet_months")
    before, values = of(contact), _values(wishes)
    if wishes.always_ask and contact.permission is Permission.SHARE_OK:
        values["permission"] = Permission.ASK_FIRST
    for name, value in values.items():
        setattr(contact, name, value)
    contact.preferred_at = contact.last_word_at = clock.now()
    db.session.flush()
    changed = sorted(f.name for f in fields(Wishes) if getattr(before, f.name) != getattr(of(contact), f.name))
    persons.tell("preferences_chosen", contact, fields=changed)


def _values(wishes: Wishes) -> dict[str, Any]:
    lists = {"quiet_months": sorted(set(wishes.quiet_months)), "welcomes": sorted(set(wishes.welcomes))}
    return {f.name: getattr(wishes, f.name) for f in fields(wishes)} | lists


def insist_on_own_word(contact: Contact, values: dict[str, Any]) -> None:
    """Refuse a form of the association that would overrule what the contact chose. Raises BadInput at the field."""
    if contact.preferred_at is not None:
        for name in OWN:
            if values[name] != getattr(contact, name):
                raise BadInput(N_("Le contact l'a choisi lui-même : lui seul peut le changer, depuis sa page."), name)
    if contact.always_ask and values["permission"] is Permission.SHARE_OK:
        raise BadInput(N_("Le contact demande qu'on lui pose toujours la question."), "permission")
