"""Everything the page of one partner shows of the book, frozen: what is not in here, no template can print."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.partners import agenda, past, vault
from brokerage.partners.agenda import TaskRow
from brokerage.partners.models import Contact, Partner
from brokerage.partners.past import Past
from brokerage.partners.vault import Coordinates


@dataclass(frozen=True)
class Record:
    """A partner of our own with its people and its past. `contacts` hold no address: `coordinates` do, by contact."""

    partner: Partner
    owner: str
    contacts: Sequence[Contact]
    coordinates: dict[uuid.UUID, Coordinates]
    past: Past
    tasks: Sequence[TaskRow]


def of(partner: Partner, kind: str = past.ALL, after: str = "") -> Record:
    """The record of a visible partner of the association in scope; `kind` and `after` say which lines of its past."""
    contacts = people_of(partner.id)
    return Record(
        partner=partner,
        owner=_owner(partner),
        contacts=contacts,
        coordinates=vault.own([contact.id for contact in contacts]),
        past=past.of(partner.id, kind, after),
        tasks=agenda.of_partner(partner.id, partner.association_id),
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
