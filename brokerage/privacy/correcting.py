"""Corrections by the person themselves (art. 16), and telling whoever received the details (art. 19).

A name, a title or a telephone is theirs to say: it changes at once, and the association reads it on the timeline. An
address is different: links to these pages leave to it, so whoever holds a forwarded letter could take them over. It is
proposed, waits in the vault beside the present one, and somebody of the association decides.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.introductions.models import Consent, Introduction
from brokerage.partners import contacts, persons, policy, vault
from brokerage.partners.models import Contact, Permission
from brokerage.partners.partners import as_by
from brokerage.partners.tasks import Task
from brokerage.partners.vault import Coordinates
from brokerage.privacy import register
from brokerage.privacy.register import Right, RightsRequest
from brokerage.timeline import Actor, By

LOOKED_AT_WITHIN = timedelta(days=7)
SAID = ("civility", "first_name", "last_name", "title")


@dataclass(frozen=True)
class Correction:
    """The record as the person says it should be."""

    last_name: str
    first_name: str = ""
    civility: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""


def correct(contact: Contact, said: Correction) -> frozenset[str]:
    """Write what they say, propose another address; returns the names of what changed at once. In the system's scope."""
    if not said.last_name.strip():
        raise BadInput(N_("Indiquez votre nom."), "last_name")
    before = vault.of_person([contact.id]).get(contact.id, vault.NOTHING)
    _propose(contact, said.email, before)
    changed = _fill(contact, said) | _reach(contact, said, before)
    if changed:
        contact.changed_at = contact.last_word_at = clock.now()
        db.session.flush()
        _tell(contact, "contact_corrected", sorted(changed))
        register.by_themselves(Right.RECTIFICATION, contact, "changed")
    return changed


def _fill(contact: Contact, said: Correction) -> frozenset[str]:
    changed = frozenset(name for name in SAID if getattr(contact, name) != getattr(said, name).strip())
    for name in changed:
        setattr(contact, name, getattr(said, name).strip())
    return changed


def _reach(contact: Contact, said: Correction, before: Coordinates) -> frozenset[str]:
    after = Coordinates(before.email, said.phone, said.mobile)
    changed = frozenset(f.name for f in fields(after) if getattr(after, f.name) != getattr(before, f.name))
    if changed:
        vault.keep(contact.association_id, contact.id, after)
    return changed


def _propose(contact: Contact, email: str, before: Coordinates) -> None:
    """A second proposal replaces the first, under the same line of the register."""
    if not email.strip() or email.strip().casefold() == before.email.casefold():
        return
    vault.propose(contact.id, email)
    if contact.correction_at is None:
        one = register.by_themselves(Right.RECTIFICATION, contact, "proposed", done=False)
        _ask_somebody(contact, one)
    contact.correction_at = contact.last_word_at = clock.now()
    db.session.flush()
    persons.tell("correction_proposed", contact, fields=["email"])


def _ask_somebody(contact: Contact, one: RightsRequest) -> None:
    """A task for whoever follows the partner: it names the person, never the address."""
    if somebody := register.whose_task(contact):
        text = f"Vérifier l'adresse que propose {contact.name}"[:200]
        due = min(clock.today() + LOOKED_AT_WITHIN, one.due_on)
        about: dict[str, Any] = {"partner_id": contact.partner_id, "contact_id": contact.id}
        about |= {"association_id": contact.association_id, "made_by": contact.name}
        db.session.add(Task(assignee_id=somebody, text=text, due_on=due, **about))


def decide(contact: Contact, by: User, accepted: bool) -> None:
    """The association takes the proposed address, or keeps its own. Raises WrongState when a colleague was faster."""
    policy.insist(by, *policy.EDITORS)
    proposed = vault.proposed(contact.id)
    if contact.correction_at is None or not proposed:
        raise WrongState(N_("Cette correction a déjà été traitée."))
    if accepted:
        known = vault.own([contact.id]).get(contact.id, vault.NOTHING)
        vault.keep(contact.association_id, contact.id, Coordinates(proposed, known.phone, known.mobile))
        if contacts.objected(proposed):
            contact.permission = Permission.DO_NOT_CONTACT
    vault.propose(contact.id, "")
    contact.correction_at, contact.changed_at = None, clock.now()
    db.session.flush()
    for one in db.session.scalars(_open_lines(contact)):
        register.close(one, by, "accepted" if accepted else "kept")
    persons.tell("correction_accepted" if accepted else "correction_kept", contact, as_by(by), fields=["email"])


def _open_lines(contact: Contact) -> sa.Select[RightsRequest]:
    lines = sa.select(RightsRequest).where(RightsRequest.contact_id == contact.id, RightsRequest.done_on.is_(None))
    return lines.where(RightsRequest.kind == Right.RECTIFICATION)


def _tell(contact: Contact, what: str, changed: list[str]) -> None:
    """The owner's timeline, and that of every association the details were passed on to: it reads the new ones already."""
    persons.tell(what, contact, fields=changed)
    tell_recipients(what, contact, fields=changed)


def tell_recipients(what: str, contact: Contact, **details: Any) -> None:
    """A line on the request of everybody who received the details and may still read them."""
    for introduction in db.session.scalars(passed_on(contact)):
        about: dict[str, Any] = {"request_id": introduction.request_id, "introduction_id": introduction.id}
        timeline.record(what, By(Actor.CONTACT, contact.id), introduction.asking_id, details=details, **about)


def passed_on(contact: Contact) -> sa.Select[Introduction]:
    """The introductions by which somebody received the details and may still read them."""
    given = sa.select(Consent.introduction_id).where(
        Consent.contact_id == contact.id, Consent.answer == "accept", Consent.withdrawn_at.is_(None)
    )
    return sa.select(Introduction).where(Introduction.id.in_(given), Introduction.introduced_at.is_not(None))
