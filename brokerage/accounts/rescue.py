"""What an admin does for a colleague whose telephone or computer is lost."""

from brokerage.accounts import second_factor, sign_in
from brokerage.accounts.models import User
from brokerage.accounts.team import as_by, only_admins, only_ours, record
from brokerage.errors import N_, WrongState


def sign_out(member: User, by: User) -> None:
    """End every session of a member, for a lost or stolen device; they may sign in again (ASVS 7.4.5)."""
    only_admins(by)
    only_ours(member, by)
    sign_in.leave_everywhere(member.id)
    record("member_signed_out", by, member)


def remove_lost_factor(member: User, by: User) -> None:
    """Somebody lost what shows their codes: the password alone opens again, and a letter tells them who did it.

    Raises NotYours, NotFound, WrongState for oneself (one's own page does that) and where no code is asked.
    """
    only_admins(by)
    only_ours(member, by)
    if member.id == by.id:
        raise WrongState(N_("Retirez votre propre vérification depuis « Mon compte »."))
    second_factor.remove(member.id, as_by(by))
