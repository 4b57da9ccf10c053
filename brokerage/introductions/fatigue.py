"""How often a contact has been asked, so that nobody is asked too often."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from brokerage import clock
from brokerage.database import db
from brokerage.introductions.models import Ask
from brokerage.introductions.rules import Rules
from brokerage.partners.models import Contact, Permission


@dataclass(frozen=True)
class Standing:
    """Where a contact stands: asks counted in the window, the limit, and when they may be asked again."""

    asks: int
    limit: int
    last: datetime | None
    free_on: date | None  # None: may be asked today
    never: bool  # objected: may not be asked by anyone, whatever the reason
    unwelcome: bool = False  # the subject is none of those they said they welcome

    @property
    def is_over(self) -> bool:
        """Whether asking now needs a reason."""
        return self.free_on is not None or self.unwelcome


_ASKED = (
    sa.select(Ask.contact_id, Ask.asked_at)
    .where(
        Ask.contact_id == sa.func.any(sa.bindparam("contacts", type_=sa.ARRAY(sa.Uuid()))),
        Ask.asked_at >= sa.bindparam("since", type_=sa.DateTime(timezone=True)),
    )
    .order_by(Ask.asked_at)
)


def standings(contacts: Collection[Contact], rules: Rules, purpose: str = "") -> dict[uuid.UUID, Standing]:
    """The standing of several contacts of our own, to be asked for `purpose`, in one query.

    Days are whole days in Paris, as in the view `partner_quota`.
    """
    first = clock.today() - timedelta(days=rules.asks_window_days - 1)
    since = datetime.combine(first, time.min, clock.PARIS)
    times: dict[uuid.UUID, list[datetime]] = {contact.id: [] for contact in contacts}
    for contact_id, at in db.session.execute(_ASKED, {"contacts": list(times), "since": since}) if times else ():
        times[contact_id].append(at)
    return {contact.id: _standing(contact, times[contact.id], rules, purpose) for contact in contacts}


def _standing(contact: Contact, asked: list[datetime], rules: Rules, purpose: str) -> Standing:
    limit = contact.asks_per_quarter if contact.asks_per_quarter is not None else rules.asks_limit
    return Standing(
        asks=len(asked),
        limit=limit,
        last=asked[-1] if asked else None,
        free_on=_free_on(asked, limit, rules, clock.today(), contact.quiet_months),
        never=contact.permission is Permission.DO_NOT_CONTACT,
        unwelcome=bool(purpose and contact.welcomes and purpose not in contact.welcomes),
    )


def _free_on(asked: list[datetime], limit: int, rules: Rules, today: date, quiet: list[int]) -> date | None:
    """The first day a new ask would respect limit, gap and quiet months; None when that is today."""
    days = [at.astimezone(clock.PARIS).date() for at in asked]
    candidates = [today]
    if days:
        candidates.append(days[-1] + timedelta(days=rules.asks_gap_days))
    if limit and len(days) >= limit:
        candidates.append(days[-limit] + timedelta(days=rules.asks_window_days))
    free = max(candidates)
    while free.month in quiet and len(set(quiet)) < 12:
        free = (free.replace(day=1) + timedelta(days=32)).replace(day=1)
    return free if free > today or limit == 0 else None
