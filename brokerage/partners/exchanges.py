"""Calls and meetings with a partner: one line in its timeline, and a word from their side."""

import enum
import uuid
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.partners import policy, tasks
from brokerage.partners.care import insist_on_care
from brokerage.partners.models import Contact, Partner
from brokerage.partners.partners import as_by

LONGEST = 500
OLDEST = timedelta(days=10 * 366)


class Exchange(enum.StrEnum):
    """How one spoke."""

    CALL = "call"
    MEETING = "meeting"


def note(
    partner: Partner, by: User, kind: Exchange, text: str, on: date, contact_id: uuid.UUID | None = None, sure: bool = False
) -> None:
    """A call or a meeting of `by` with a partner, on a day gone by or today; `contact_id` when one knows with whom.

    It counts as a word from the contact's side (G16: three years run from here), moves the date of the last contact,
    and answers the task that asked for news. Raises BadInput at its field, Doubtful unless `sure`.
    """
    policy.insist(by, *policy.READERS)
    kept = _line(text, sure)
    at = _moment(on)
    contact = _contact(contact_id, partner) if contact_id else None
    timeline.record(
        kind.value, as_by(by), partner.association_id, at=at, partner_id=partner.id, details={"text": kept},
        contact_id=contact.id if contact else None,
    )  # fmt: skip
    _heard(partner, contact, at, on)
    tasks.end_silence(partner, by)


def _line(text: str, sure: bool) -> str:
    kept = " ".join(text.split())
    if not kept:
        raise BadInput(N_("Écrivez en une ligne ce qui s'est dit."), "text")
    if len(kept) > LONGEST:
        raise BadInput(N_("Cette ligne tient en %(most)d signes."), "text", most=LONGEST)
    insist_on_care(kept, sure)
    return kept


def _moment(on: date) -> datetime:
    """Now, or noon of the day: nobody remembers the hour of last week's call."""
    if on > clock.today():
        raise BadInput(N_("Cette date est à venir : notez l'échange quand il a eu lieu, ou ajoutez une tâche."), "on")
    if on < clock.today() - OLDEST:
        raise BadInput(N_("Vérifiez l'année : cette date est trop ancienne."), "on")
    return clock.now() if on == clock.today() else datetime.combine(on, time(12), tzinfo=clock.PARIS).astimezone(UTC)


def _contact(contact_id: uuid.UUID, partner: Partner) -> Contact:
    here = (Contact.id == contact_id, Contact.partner_id == partner.id, Contact.deleted_at.is_(None))
    found = db.session.scalar(sa.select(Contact).where(*here))
    if found is None:
        raise BadInput(N_("Choisissez une personne de ce partenaire."), "contact_id")
    return found


def _heard(partner: Partner, contact: Contact | None, at: datetime, on: date) -> None:
    """Dates only move forward, and without a new version: a colleague who is editing the record loses nothing by it."""
    later = sa.or_(Partner.last_contact_on.is_(None), Partner.last_contact_on < on)
    moved = sa.update(Partner).where(Partner.id == partner.id, later).values(last_contact_on=on, changed_at=Partner.changed_at)
    db.session.execute(moved.execution_options(synchronize_session=False))
    if contact is not None:
        newer = sa.or_(Contact.last_word_at.is_(None), Contact.last_word_at < at)
        said = sa.update(Contact).where(Contact.id == contact.id, newer).values(last_word_at=at, changed_at=Contact.changed_at)
        db.session.execute(said.execution_options(synchronize_session=False))
