"""Absences: dates a member, or a colleague for them, says; and for who decides, who stands in meanwhile."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from brokerage import clock, timeline
from brokerage.accounts import team
from brokerage.accounts.models import Role, User
from brokerage.errors import N_, BadInput, NotFound, NotYours
from brokerage.timeline import Actor, By

DAY = timedelta(days=1)
FAR_AHEAD = timedelta(days=366)


def is_present(user: User, day: date) -> bool:
    """Whether a member is active and not away on `day`."""
    return user.is_active and not user.is_away_on(day)


def present_or_stand_in(user: User, managers: Mapping[uuid.UUID, User], day: date) -> User | None:
    """The member if present, else the first present one along the chain of stand-ins, else None."""
    seen: set[uuid.UUID] = set()
    current: User | None = user
    while current and current.id not in seen:
        if is_present(current, day):
            return current
        seen.add(current.id)
        current = managers.get(current.stand_in_id) if current.stand_in_id else None
    return None


def current_of(member: User) -> tuple[date, date | None] | None:
    """The absence that is going on or to come; None when there is none, or it is over."""
    if member.away_from is None or (member.away_until and member.away_until < clock.today()):
        return None
    return member.away_from, member.away_until


def stand_ins_for(member: User) -> list[User]:
    """Who may stand in: another manager, for a manager; nobody for the others, who have nothing to decide."""
    return team.successors_of(member) if member.has(Role.MANAGER) else []


def note(member: User, by: User, starts: date | None, ends: date | None, stand_in_id: uuid.UUID | None = None) -> None:
    """Say that a member is away, first and last day included; replaces what was said before.

    Without `ends` it lasts until somebody says otherwise. Raises NotYours, NotFound, and BadInput with the field to
    correct: dates that are inverted, past or too far, and a stand-in who would leave a day without anybody.
    """
    may_note(member, by)
    first = _checked(starts, ends)
    stand_in = _chosen(member, stand_in_id)
    before = (member.away_from, member.away_until, member.stand_in_id)
    member.away_from, member.away_until, member.stand_in_id = first, ends, stand_in.id if stand_in else None
    try:
        _leave_no_day_alone(member, stand_in)
    except BadInput:
        member.away_from, member.away_until, member.stand_in_id = before
        raise
    _record("absence_noted", by, member, starts=first, ends=ends, stand_in=stand_in.name if stand_in else "")


def end(member: User, by: User) -> None:
    """A member is back, or does not leave after all; their stand-in stays the one proposed next time."""
    may_note(member, by)
    if member.away_from is None:
        return
    member.away_from = member.away_until = None
    _record("absence_ended", by, member)


def may_note(member: User, by: User) -> None:
    """Oneself, or a colleague who manages or administers. Raises NotYours; NotFound for another association's member."""
    if member.association_id != by.association_id or not member.is_active:
        raise NotFound(N_("Cette personne ne fait pas partie de votre association."))
    if member.id != by.id and not by.has(Role.MANAGER, Role.ADMIN):
        raise NotYours(N_("Vous pouvez noter vos propres absences seulement."))


def _checked(starts: date | None, ends: date | None) -> date:
    if starts is None:
        raise BadInput(N_("Indiquez le premier jour."), "starts")
    if ends and ends < starts:
        raise BadInput(N_("Le dernier jour vient avant le premier : inversez les deux dates."), "ends")
    if ends and ends < clock.today():
        raise BadInput(N_("Cette absence est déjà finie."), "ends")
    if max(starts, ends or starts) > clock.today() + 2 * FAR_AHEAD:
        raise BadInput(N_("Cette date est trop lointaine."), "starts")
    return starts


def _chosen(member: User, stand_in_id: uuid.UUID | None) -> User | None:
    if stand_in_id is None:
        return None
    found = next((one for one in stand_ins_for(member) if one.id == stand_in_id), None)
    if found is None:
        raise BadInput(N_("Choisissez une ou un responsable des partenariats de votre association."), "stand_in")
    return found


def _leave_no_day_alone(member: User, stand_in: User | None) -> None:
    """Each day of an absence somebody answers for it, along the chain; the same for whom this member stands in."""
    managers = {one.id: one for one in [member, *team.successors_of(member)]}
    if stand_in and (day := _alone(member, managers)):
        raise BadInput(N_("%(name)s s'absente aussi, le %(day)s : choisissez une autre personne, ou d'autres dates."), "stand_in",
                       name=stand_in.name, day=f"{day:%d/%m/%Y}")  # fmt: skip
    for colleague in managers.values():
        if colleague.stand_in_id == member.id and colleague.away_from and (day := _alone(colleague, managers)):
            raise BadInput(N_("%(name)s compte sur cette personne le %(day)s : choisissez qui prend le relais des deux."), "stand_in",
                           name=colleague.name, day=f"{day:%d/%m/%Y}")  # fmt: skip


def _alone(member: User, managers: Mapping[uuid.UUID, User]) -> date | None:
    """The first day of an absence to come on which nobody along the chain is there."""
    return next((day for day in _days(member) if present_or_stand_in(member, managers, day) is None), None)


def _days(member: User) -> Iterator[date]:
    """From today on; of an absence without an end, a year."""
    assert member.away_from is not None
    day = max(member.away_from, clock.today())
    last = member.away_until or day + FAR_AHEAD
    while day <= last:
        yield day
        day += DAY


def _record(what: str, by: User, member: User, **details: date | str | None) -> None:
    said = {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in details.items()}
    about = {"member_id": str(member.id), "member_name": member.name, **said}
    timeline.record(what, By(Actor.MEMBER, by.id, by.name), member.association_id, details=about)
