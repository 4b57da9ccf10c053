"""The trash: partners and people taken out of the book, by whom, when; kept thirty days, then gone for good."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, WrongState
from brokerage.partners import partners, policy
from brokerage.partners.models import Contact, Partner
from brokerage.partners.partners import Taken, as_by

KEPT = timedelta(days=30)
MOST = 200  # lines of each kind on the page


@dataclass(frozen=True)
class Thrown:
    """A line of the trash. `partner` is where a person belonged; empty for a partner."""

    id: uuid.UUID
    name: str
    where: str
    at: datetime
    by: str
    contacts: int = 0

    @property
    def gone_on(self) -> date:
        """The day it is deleted for good."""
        return (self.at + KEPT).astimezone(clock.PARIS).date()


def partners_in(association_id: uuid.UUID) -> Sequence[Thrown]:
    """The partners of an association's trash, last thrown first, at most MOST."""
    people = sa.select(sa.func.count(Contact.id)).where(Contact.partner_id == Partner.id, Contact.deleted_at.is_(None)).scalar_subquery()
    found = (
        sa.select(Partner.id, Partner.name, Partner.town, Partner.deleted_at, _by("partner_trashed", Partner.id), people)
        .where(Partner.association_id == association_id, Partner.deleted_at.is_not(None))
        .order_by(Partner.deleted_at.desc(), Partner.id)
        .limit(MOST)
    )
    return [Thrown(row[0], row[1], row[2], row[3], row[4] or "", row[5]) for row in db.session.execute(found)]


def contacts_in(association_id: uuid.UUID) -> Sequence[Thrown]:
    """The people removed from partners that are still in the book, last removed first, at most MOST."""
    name = sa.func.trim(Contact.first_name + " " + Contact.last_name)
    by = _by("contact_removed", Contact.partner_id, timeline.Entry.contact_id == Contact.id)
    found = (
        sa.select(Contact.id, name, Partner.name, Contact.deleted_at, by)
        .join(Partner, Partner.id == Contact.partner_id)
        .where(Contact.association_id == association_id, Contact.deleted_at.is_not(None), Partner.deleted_at.is_(None))
        .order_by(Contact.deleted_at.desc(), Contact.id)
        .limit(MOST)
    )
    return [Thrown(row[0], row[1], row[2], row[3], row[4] or "") for row in db.session.execute(found)]


def _by(what: str, partner_id: Any, *more: Any) -> Any:
    """Who did it last; the index of a partner's timeline answers."""
    entry = timeline.Entry
    lines = sa.select(entry.by_name).where(entry.partner_id == partner_id, entry.what == what, *more)
    return lines.order_by(entry.at.desc()).limit(1).scalar_subquery()


def restore(ids: Iterable[uuid.UUID], by: User) -> tuple[list[Partner], list[tuple[Partner, Taken]]]:
    """Take several partners out. Returns those that are back, and those whose identifier another has since."""
    wanted = policy.trashed_for(by).where(Partner.id.in_(list(ids)[:MOST])).order_by(Partner.deleted_at)
    back: list[Partner] = []
    kept: list[tuple[Partner, Taken]] = []
    for partner in db.session.scalars(wanted).all():
        try:
            partners.restore(partner, by)
            back.append(partner)
        except Taken as no:
            kept.append((partner, no))
    return back, kept


def removed_for(reader: policy.Reader) -> sa.Select[Contact]:
    """The people the reader may put back: removed from a partner that is in the book."""
    living = policy.visible_to(reader).with_only_columns(Partner.id)
    removed = sa.select(Contact).where(Contact.partner_id.in_(living), Contact.deleted_at.is_not(None))
    return removed if policy.may_edit(reader) else removed.where(sa.false())


def put_back(contact: Contact, by: User) -> None:
    """Put a person back at their partner; what they answered still holds."""
    policy.insist(by, *policy.EDITORS)
    if contact.deleted_at is None:
        raise WrongState(N_("Cette personne est déjà dans la fiche."))
    contact.deleted_at = None
    db.session.flush()
    timeline.record("contact_restored", as_by(by), contact.association_id, partner_id=contact.partner_id, contact_id=contact.id)


def empty() -> int:
    """Delete what has been in the trash for KEPT, people, addresses and tasks included. Returns how many went.

    Requests, introductions and the timeline keep their lines: figures do not change. Twice does nothing more.
    """
    limit = clock.now() - KEPT
    old = sa.select(Partner.id).where(Partner.deleted_at < limit)
    _delete(Contact, sa.or_(Contact.deleted_at < limit, Contact.partner_id.in_(old)))
    return _delete(Partner, Partner.deleted_at < limit)


def _delete(entity: Any, which: Any) -> int:
    gone = db.session.execute(sa.delete(entity).where(which).execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]
