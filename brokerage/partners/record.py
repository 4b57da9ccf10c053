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
    association: Association
    owner: str
    contacts: Sequence[Contact]
    coordinates: dict[uuid.UUID, Coordinates]
    past: Past
    tasks: Sequence[TaskRow]


def of(partner: Partner, kind: str = past.ALL, after: str = "") -> Record:
    """The record of a visible partner of the association in scope; `kind` and `after` say which lines of its past."""
    contacts, (association, owner) = people_of(partner.id), _follower(partner)
    return Record(
        partner=partner,
        association=association,  # held, for its rules are asked next: nobody else keeps it in the session
        owner=owner.name if owner else "",
        contacts=contacts,
        coordinates=vault.own([contact.id for contact in contacts]),
        past=past.of(partner.id, kind, after),
        tasks=agenda.of_partner(partner.id, partner.association_id),
    )


_PEOPLE = (
    sa.select(Contact)
    .where(Contact.partner_id == sa.bindparam("partner", type_=sa.Uuid()), Contact.deleted_at.is_(None))
    .order_by(Contact.created_at, Contact.id)
)
_FOLLOWER = (
    sa.select(Association, User)
    .outerjoin(User, User.id == sa.bindparam("owner", type_=sa.Uuid()))
    .where(Association.id == sa.bindparam("house", type_=sa.Uuid()))
)


def people_of(partner_id: uuid.UUID) -> Sequence[Contact]:
    """The living contacts of a partner, in the order they were met."""
    return db.session.scalars(_PEOPLE, {"partner": partner_id}).all()


def _follower(partner: Partner) -> tuple[Association, User | None]:
    """The association of a partner and whoever follows it there."""
    found = db.session.execute(_FOLLOWER, {"owner": partner.owner_id, "house": partner.association_id}).one()
    return found[0], found[1]
