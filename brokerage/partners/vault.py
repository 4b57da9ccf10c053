"""The one door to e-mail addresses and telephones of contacts: it checks, logs, and only then reveals.

The application's database role cannot read the table `channel`; for the length of one statement this module
takes the role `passerelle_vault`, and row-level policies still hold: own contacts, or a consent in force.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from brokerage import scope
from brokerage.database import db
from brokerage.errors import N_, NotFound
from brokerage.mail import fingerprints
from brokerage.mail.seals import Closed
from brokerage.partners.models import Channel
from brokerage.partners.windows import GrantedContact
from brokerage.timeline import By, record


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
    return fingerprints.of(email)


def own(contact_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Coordinates]:
    """Coordinates of contacts of the association in scope, for its own pages and letters."""
    wanted = list(contact_ids)
    mine = scope.current().association_id
    return _read(wanted, mine) if wanted and mine else {}


def reveal(introduction_id: uuid.UUID, by: By) -> Coordinates:
    """What a foreign contact agreed to pass on for this introduction; the look itself is recorded.

    Raises NotFound when there is no consent in force for the association in scope.
    """
    reader = scope.current().association_id
    grant = db.session.scalar(sa.select(GrantedContact).where(GrantedContact.introduction_id == introduction_id))
    if grant is None or reader is None:
        raise NotFound(N_("Ces coordonnées ne sont pas, ou plus, transmises."))
    record("details_seen", by, reader, introduction_id=introduction_id, contact_id=grant.contact_id)
    found = _read([grant.contact_id]).get(grant.contact_id, NOTHING)
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
    return _read(list(contact_ids))


def propose(contact_id: uuid.UUID, email: str) -> None:
    """Lay another address beside a contact's own until somebody looked at it; "" takes it away."""
    change = sa.update(Channel).where(Channel.contact_id == contact_id).values(proposed_email=email.strip())
    db.session.execute(change.execution_options(synchronize_session=False))


def proposed(contact_id: uuid.UUID) -> str:
    """The address a contact of the association in scope says is theirs, unchecked; empty when there is none."""
    found = _as_keeper(_PROPOSED, {"contact": contact_id})
    return found[0][0] if found else ""


def email_for_delivery(contact_id: uuid.UUID) -> str:
    """The address a letter leaves to, asked by the outbox in the system's scope as the letter leaves."""
    email = _read([contact_id]).get(contact_id, NOTHING).email
    if not email:
        raise Closed("cancelled")
    return email


def phone_for_delivery(contact_id: uuid.UUID) -> str:
    """The telephone a letter shows; only letters after an explicit consent ask for it."""
    found = _read([contact_id]).get(contact_id, NOTHING)
    return found.mobile or found.phone


def holders_of(*numbers: str) -> list[uuid.UUID]:
    """The contacts of the association in scope that have one of these telephones (E.164), the removed ones included."""
    wanted, table = [number for number in numbers if number], Channel.__table__
    held = sa.select(table.c.contact_id).where(_own(), sa.or_(table.c.phone.in_(wanted), table.c.mobile.in_(wanted)))
    return [row.contact_id for row in _as_keeper(scope.through_the_gate(held), {})] if wanted else []


def sharing_a_number(contact_ids: Iterable[uuid.UUID] | None = None, most: int = 4) -> list[list[uuid.UUID]]:
    """Contacts of the association in scope that have a telephone in common, group by group; the number stays inside.

    With `contact_ids`, the groups of these alone. A number that more than `most` have is a switchboard and says nothing.
    """
    table = Channel.__table__
    every = [sa.select(table.c.contact_id, line.label("number")).where(_own(), line != "") for line in (table.c.phone, table.c.mobile)]
    lines = sa.union(*every).subquery()
    shared = sa.select(sa.func.array_agg(lines.c.contact_id, type_=ARRAY(sa.Uuid())).label("who")).group_by(lines.c.number)
    if contact_ids is not None:
        asked = sa.any_(sa.literal(list(contact_ids), ARRAY(sa.Uuid())))
        theirs = sa.union(*(one.with_only_columns(one.selected_columns.number).where(table.c.contact_id == asked) for one in every))
        shared = shared.where(lines.c.number.in_(theirs))
    return [row.who for row in _as_keeper(scope.through_the_gate(shared.having(sa.func.count().between(2, most))), {})]


def _own() -> sa.ColumnElement[bool]:
    return Channel.__table__.c.association_id == scope.current().association_id


_TAKE = scope.through_the_gate(sa.text("SET LOCAL ROLE passerelle_vault"))
_GIVE_BACK = scope.through_the_gate(sa.text("RESET ROLE"))
_TABLE = Channel.__table__.c
_WANTED = sa.select(_TABLE.contact_id, _TABLE.email, _TABLE.phone, _TABLE.mobile).where(
    _TABLE.contact_id == sa.func.any(sa.bindparam("contacts", type_=sa.ARRAY(sa.Uuid())))
)
_ANYBODY = scope.through_the_gate(_WANTED)
_PROPOSED = scope.through_the_gate(
    sa.select(_TABLE.proposed_email).where(_TABLE.contact_id == sa.bindparam("contact", type_=sa.Uuid()))
)
_OWN = scope.through_the_gate(_WANTED.where(_TABLE.association_id == sa.bindparam("mine", type_=sa.Uuid())))


def _read(contact_ids: list[uuid.UUID], mine: uuid.UUID | None = None) -> dict[uuid.UUID, Coordinates]:
    """What the policies let this scope see of these contacts; with `mine`, of those of one association."""
    wanted = {"contacts": contact_ids} | ({"mine": mine} if mine else {})
    rows = _as_keeper(_OWN if mine else _ANYBODY, wanted)
    return {row.contact_id: Coordinates(row.email, row.phone, row.mobile) for row in rows}


def _as_keeper(statement: sa.Select[Any], values: dict[str, Any]) -> Sequence[sa.Row[Any]]:
    db.session.flush()
    db.session.execute(_TAKE)
    rows = db.session.execute(statement, values).all()
    db.session.execute(_GIVE_BACK)  # a failure above ends the transaction, and the role with it
    return rows
