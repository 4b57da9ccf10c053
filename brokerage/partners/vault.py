"""The one door to e-mail addresses and telephones of contacts: it checks, logs, and only then reveals.

The application's database role cannot read the table `channel`; for the length of one statement this module
takes the role `passerelle_vault`, and row-level policies still hold: own contacts, or a consent in force.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage import scope, tokens
from brokerage.config import Config
from brokerage.database import db
from brokerage.errors import N_, NotFound
from brokerage.mail.seals import Closed
from brokerage.partners.models import Channel
from brokerage.partners.windows import GrantedContact
from brokerage.timeline import By, record

_secret = ""


def configure(config: Config) -> None:
    """Tell the vault the secret that keys the fingerprints of addresses."""
    global _secret
    _secret = config.secret_key


@dataclass(frozen=True)
class Coordinates:
    """How to reach a contact; an empty string where nothing is known or nothing may be seen."""

    email: str = ""
    phone: str = ""
    mobile: str = ""


NOTHING = Coordinates()


def keep(association_id: uuid.UUID, contact_id: uuid.UUID, coordinates: Coordinates) -> None:
    """Lay a contact's coordinates in the vault, over what was there."""
    values = {
        "email": coordinates.email.strip(),
        "phone": coordinates.phone,
        "mobile": coordinates.mobile,
        "email_key": key_of(coordinates.email) if coordinates.email.strip() else None,
    }
    changed = db.session.execute(
        sa.update(Channel).where(Channel.contact_id == contact_id).values(**values).execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        db.session.add(Channel(association_id=association_id, contact_id=contact_id, **values))
        db.session.flush()


def key_of(email: str) -> str:
    """The keyed fingerprint of an address: the same for the same person, useless to anybody else."""
    return tokens.address_key(_secret, email)


def own(contact_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Coordinates]:
    """Coordinates of contacts of the association in scope, for its own pages and letters."""
    wanted = list(contact_ids)
    return _read(Channel.association_id == scope.current().association_id, wanted) if wanted else {}


def reveal(introduction_id: uuid.UUID, by: By) -> Coordinates:
    """What a foreign contact agreed to pass on for this introduction; the look itself is recorded.

    Raises NotFound when there is no consent in force for the association in scope.
    """
    reader = scope.current().association_id
    grant = db.session.scalar(sa.select(GrantedContact).where(GrantedContact.introduction_id == introduction_id))
    if grant is None or reader is None:
        raise NotFound(N_("Ces coordonnées ne sont pas, ou plus, transmises."))
    record("details_seen", by, reader, introduction_id=introduction_id, contact_id=grant.contact_id)
    found = _read(sa.true(), [grant.contact_id]).get(grant.contact_id, NOTHING)
    return Coordinates(
        email=found.email if "email" in grant.fields else "",
        phone=found.phone if "phone" in grant.fields else "",
        mobile=found.mobile if "phone" in grant.fields else "",
    )


def of_person(contact_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Coordinates]:
    """What somebody may read of themselves, in whichever book: the caller knows that it is they who ask.

    Raises Unscoped outside the system's scope: no member's page may come here.
    """
    if scope.current().kind is not scope.Kind.SYSTEM:
        raise scope.Unscoped("the record of a person is read in the system's scope")
    return _read(sa.true(), list(contact_ids))


def propose(contact_id: uuid.UUID, email: str) -> None:
    """Lay another address beside a contact's own until somebody looked at it; "" takes it away."""
    change = sa.update(Channel).where(Channel.contact_id == contact_id).values(proposed_email=email.strip())
    db.session.execute(change.execution_options(synchronize_session=False))


def proposed(contact_id: uuid.UUID) -> str:
    """The address a contact of the association in scope says is theirs, unchecked; empty when there is none."""
    table = Channel.__table__
    found = _as_keeper(sa.select(table.c.proposed_email).where(table.c.contact_id == contact_id))
    return found[0][0] if found else ""


def email_for_delivery(contact_id: uuid.UUID) -> str:
    """The address a letter leaves to, asked by the outbox in the system's scope as the letter leaves."""
    email = _read(sa.true(), [contact_id]).get(contact_id, NOTHING).email
    if not email:
        raise Closed("cancelled")
    return email


def phone_for_delivery(contact_id: uuid.UUID) -> str:
    """The telephone a letter shows; only letters after an explicit consent ask for it."""
    found = _read(sa.true(), [contact_id]).get(contact_id, NOTHING)
    return found.mobile or found.phone


_TAKE = sa.text("SET LOCAL ROLE passerelle_vault")
_GIVE_BACK = sa.text("RESET ROLE")


def _read(which: sa.ColumnElement[bool], contact_ids: list[uuid.UUID]) -> dict[uuid.UUID, Coordinates]:
    table = Channel.__table__
    wanted = sa.select(table.c.contact_id, table.c.email, table.c.phone, table.c.mobile).where(
        which, table.c.contact_id.in_(contact_ids)
    )
    return {row.contact_id: Coordinates(row.email, row.phone, row.mobile) for row in _as_keeper(wanted)}


def _as_keeper(wanted: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    db.session.flush()
    db.session.execute(scope.through_the_gate(_TAKE))
    rows = db.session.execute(scope.through_the_gate(wanted)).all()
    db.session.execute(scope.through_the_gate(_GIVE_BACK))  # a failure above ends the transaction, and the role with it
    return rows
