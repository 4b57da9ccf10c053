"""Accounts that nobody uses close after a year, told a month before; whoever still holds something is handed over first (G26).

Run every night, in the system's scope; twice changes nothing. Nobody's account closes that is their association's last
admin's: an empty house could not be opened again.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts import links, sign_in, team
from brokerage.accounts.models import Association, Credential, Role, User, UserSession
from brokerage.database import db
from brokerage.introductions import departures, wording
from brokerage.mail import outbox
from brokerage.mail.letter import notice

UNUSED_FOR = timedelta(days=365)
TOLD_BEFORE = timedelta(days=30)
CLOSING, HOLDS = "account_closing", "account_to_hand_over"


def close_unused() -> int:
    """Warn whom nobody saw for eleven months, close what nobody used for a year. Returns how many accounts closed."""
    closed = 0
    for member, used_at in _long_unseen():
        if team.is_last_admin(member):
            member.closing_on = None
        elif member.closing_on is None or not _still_holds_since(member, used_at):
            _announce(member, used_at)
        elif member.closing_on <= clock.today():
            closed += _close_or_ask(member)
        db.session.flush()
    return closed


def _long_unseen() -> list[tuple[User, datetime]]:
    """Open accounts without any sign of their member for eleven months, the longest unseen first."""
    seen = sa.select(sa.func.max(UserSession.created_at)).where(UserSession.user_id == User.id).correlate(User).scalar_subquery()
    chosen = sa.select(Credential.changed_at).where(Credential.user_id == User.id).correlate(User).scalar_subquery()
    used_at = sa.func.greatest(User.created_at, User.returned_at, seen, chosen)  # greatest leaves out what is NULL
    quiet = sa.select(User, used_at).where(User.is_active, used_at <= clock.now() - UNUSED_FOR + TOLD_BEFORE)
    return [(member, last) for member, last in db.session.execute(quiet.order_by(used_at, User.id).with_for_update(of=User))]


def _still_holds_since(member: User, used_at: datetime) -> bool:
    """Whether the day that was announced follows from this silence, and not from one that a sign-in ended since."""
    return member.closing_on is not None and member.closing_on >= (used_at + UNUSED_FOR).astimezone(clock.PARIS).date()


def _announce(member: User, used_at: datetime) -> None:
    """A month is left, also to whom nobody could tell in time."""
    year_over = (used_at + UNUSED_FOR).astimezone(clock.PARIS).date()
    member.closing_on = max(year_over, clock.today() + TOLD_BEFORE)
    about = f"{member.id}:{member.closing_on}"
    joined = db.session.get(Credential, member.id) is not None
    association = db.session.get_one(Association, member.association_id)
    day = wording.day(member.closing_on, member.language)
    outbox.post(notice(CLOSING, about, member, first_name=member.first_name, day=day, joined=joined,
                       association=association.name, page=links.page("/connexion")))  # fmt: skip
    _record("member_closing", member)


def _close_or_ask(member: User) -> bool:
    """Close; or ask the admins, once, who takes over what the member still holds."""
    if departures.charge_of(member):
        for admin in _admins_beside(member):
            _ask(admin, member)
        return False
    team.close(member)
    sign_in.end_all(member.id)
    _record("member_closed", member)
    return True


def _admins_beside(member: User) -> list[User]:
    others = team.of_association(member.association_id).where(User.is_active, User.id != member.id)
    return [one for one in db.session.scalars(others) if one.has(Role.ADMIN)]


def _ask(admin: User, member: User) -> None:
    about = f"{member.id}:{member.closing_on}:{admin.id}"
    way = links.page(f"/membres/{member.id}/depart")
    outbox.post(notice(HOLDS, about, admin, first_name=admin.first_name, member=member.name, page=way))


def _record(what: str, member: User) -> None:
    about = {"member_id": str(member.id), "member_name": member.name}
    timeline.record(what, timeline.CLOCK, member.association_id, details=about)
