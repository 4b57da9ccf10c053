"""Who and what a new record may repeat: told while one types, and once more before it is added."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.database import db
from brokerage.partners import vault
from brokerage.partners.merges import Merge
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.partners.seeking import CLOSE, IDENTIFIERS
from brokerage.partners.vault import Coordinates

MOST = 3  # proposed at once: beyond, the name is a common one and the queue will tell
SHARED = 4  # people on one telephone; beyond, it is a switchboard


@dataclass(frozen=True)
class Namesake:
    """A person who may be the one being added, and why: name (at this partner), email, phone."""

    contact: Contact
    partner: Partner
    reasons: tuple[str, ...]

    @property
    def removed(self) -> bool:
        """Whether they can be put back where they were."""
        return self.contact.deleted_at is not None


def partners_like(mine: uuid.UUID, name: str, town: str = "", known: dict[str, str | None] | None = None) -> Sequence[Partner]:
    """Partners that a new one may repeat, the living first, then the trash; nothing for an empty name.

    `known` has the identifiers typed, if any: a partner with another UAI or SIRET is another one.
    """
    if not name.strip():
        return []
    told = {key: value for key, value in (known or {}).items() if value}
    merged = sa.exists().where(Merge.loser_id == Partner.id, Merge.undone_at.is_(None))
    ours = sa.select(Partner).where(Partner.association_id == mine, _alike(name, town, told), ~merged)
    ours = ours.order_by(Partner.sort_name, Partner.id).limit(MOST * 2)
    parts = (ours.where(Partner.deleted_at.is_(None)), ours.where(Partner.deleted_at.is_not(None)))  # each by its own index
    return [one for part in parts for one in db.session.scalars(part) if not _apart(one, told)][:MOST]


def _alike(name: str, town: str, told: dict[str, str]) -> sa.ColumnElement[bool]:
    """The same name in the same town, or nearly; without a town, the same name anywhere; the same identifier."""
    wanted, here = sa.func.fold(name), sa.func.fold(Partner.town) == sa.func.fold(town)
    same = Partner.sort_name == wanted
    if town.strip():
        near = sa.and_(here, sa.func.similarity(Partner.sort_name, wanted) >= CLOSE)
        same = sa.or_(sa.and_(same, sa.or_(here, Partner.town == "")), near)
    return sa.or_(same, *(getattr(Partner, key) == value for key, value in told.items()))


def _apart(partner: Partner, told: dict[str, str]) -> bool:
    return any(getattr(partner, key) not in (None, told[key]) for key in IDENTIFIERS if key in told)


def people_like(partner: Partner, name: str, reach: Coordinates, but: uuid.UUID | None = None) -> list[Namesake]:
    """People of one's own book who may be the one being added at `partner`: by name there, by e-mail or telephone anywhere.

    Colleagues share a telephone: one at the same partner says nothing, nor does a switchboard. `but` is the record
    being edited. The removed are told too, as long as their partner is in the book.
    """
    by_email, by_phone = _by_email(partner.association_id, reach.email), _by_phone(reach)
    named = sa.and_(Contact.partner_id == partner.id, Contact.search == sa.func.nullif(sa.func.fold(name), ""))
    found = sa.select(Contact, Partner, named).join(Partner, Partner.id == Contact.partner_id)
    wanted = found.where(sa.or_(named, Contact.id.in_(by_email | by_phone)), Partner.deleted_at.is_(None))
    told = []
    for contact, at, is_named in db.session.execute(wanted.order_by(Contact.deleted_at.is_not(None), Contact.created_at).limit(MOST * 2)):
        elsewhere = contact.id in by_phone and at.id != partner.id
        why = [("name", is_named), ("email", contact.id in by_email), ("phone", elsewhere)]
        if contact.id != but and (reasons := tuple(word for word, true in why if true)):
            told.append(Namesake(contact, at, reasons))
    return told[:MOST]


def _by_email(mine: uuid.UUID, email: str) -> set[uuid.UUID]:
    same: Any = sa.select(Channel.contact_id).where(Channel.association_id == mine, Channel.email_key == vault.key_of(email))
    return set(db.session.scalars(same)) if email.strip() else set()


def _by_phone(reach: Coordinates) -> set[uuid.UUID]:
    holders = vault.holders_of(reach.phone, reach.mobile)
    return set(holders) if len(holders) <= SHARED else set()
