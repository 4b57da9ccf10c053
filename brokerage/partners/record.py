"""Everything the page of one partner shows of the book, frozen: what is not in here, no template can print."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from brokerage import timeline
from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.partners import vault
from brokerage.partners.merges import known_as
from brokerage.partners.models import Contact, Partner
from brokerage.partners.vault import Coordinates

NEWEST = 60  # lines of the timeline on the page
NOTES = 20


@dataclass(frozen=True)
class Record:
    """A partner of our own with its people and its past. `contacts` hold no address: `coordinates` do, by contact."""

    partner: Partner
    owner: str
    contacts: Sequence[Contact]
    coordinates: dict[uuid.UUID, Coordinates]
    entries: Sequence[timeline.Entry]
    notes: Sequence[timeline.Entry]


def of(partner: Partner) -> Record:
    """The record of a visible partner of the association in scope."""
    contacts = people_of(partner.id)
    lines = _lines(partner.id)
    return Record(
        partner=partner,
        owner=_owner(partner),
        contacts=contacts,
        coordinates=vault.own([contact.id for contact in contacts]),
        entries=lines[:NEWEST],
        notes=[line for line in lines if line.what == "note"][:NOTES],
    )


def people_of(partner_id: uuid.UUID) -> Sequence[Contact]:
    """The living contacts of a partner, in the order they were met."""
    living = sa.select(Contact).where(Contact.partner_id == partner_id, Contact.deleted_at.is_(None))
    return db.session.scalars(living.order_by(Contact.created_at, Contact.id)).all()


def _owner(partner: Partner) -> str:
    """Whoever follows the partner; its association comes along, since its rules are asked next."""
    both = sa.select(Association, User).outerjoin(User, User.id == partner.owner_id)
    owner = db.session.execute(both.where(Association.id == partner.association_id)).one()[1]
    return owner.name if owner else ""


def _lines(partner_id: uuid.UUID) -> Sequence[timeline.Entry]:
    """The newest lines, and the newest notes even when much happened since."""
    here = timeline.Entry.partner_id.in_(known_as(partner_id))
    latest = (timeline.Entry.at.desc(), timeline.Entry.id)
    newest = sa.select(timeline.Entry.id).where(here).order_by(*latest).limit(NEWEST)
    notes = sa.select(timeline.Entry.id).where(here, timeline.Entry.what == "note").order_by(*latest).limit(NOTES)
    wanted = sa.or_(timeline.Entry.id.in_(newest), timeline.Entry.id.in_(notes))
    return db.session.scalars(sa.select(timeline.Entry).where(here, wanted).order_by(*latest)).all()
