"""What failed at a door leaves a line in the journal: one per account, kind and place in an hour, so that nobody floods it."""

import uuid

import sqlalchemy as sa

from brokerage import clock, scope, timeline
from brokerage.accounts.models import User
from brokerage.timeline import Actor, By, Entry

REFUSED = "entry_refused"  # a signed-in member where their roles do not lead
WRONG_PASSWORD = "sign_in_failed"  # noqa: S105  (a line of the journal, not a secret)
WRONG_CODE = "second_step_failed"
HELD_BACK = "sign_in_held_back"  # too many tries: even the right password waits
NOT_CONFIRMED = "confirmation_failed"  # in a browser that somebody left open?
_LINES = uuid.UUID("6f1d2c0e-6a35-4b0e-9a0c-2f4f3a2b7d11")  # any will do: a namespace of our own for the ids of these lines


def refused(user_id: uuid.UUID, name: str, place: str) -> None:
    """A member read 403 at `place`, the address of a kind of page: no id, nothing that was typed."""
    _note(REFUSED, By(Actor.MEMBER, user_id, name), user_id, {"place": place})


def failed(what: str, user_id: uuid.UUID | None) -> None:
    """Somebody, nobody knows who, failed to prove that they are this member. Of an unknown account (None) nothing is kept.

    Either way the same is asked of the database, so that the time says nothing (C3).
    """
    _note(what, timeline.CLOCK, user_id, {})


def _note(what: str, by: By, user_id: uuid.UUID | None, details: dict[str, str]) -> None:
    """In a transaction of its own: what failed is rolled back, and a page that is only read may not write.

    The id of the line follows from who, what, where and the hour, so of two at the same instant the database keeps one.
    """
    told = f"{what} {user_id} {details.get('place', '')} {clock.now():%Y-%m-%d %H}"
    line = uuid.uuid5(_LINES, told)
    with scope.acting(scope.system("a line about somebody who did not get in")) as session:
        member, known = session.get(User, user_id or uuid.uuid4()), session.get(Entry, line)
        if member is None or known is not None:
            return
        about = {"member_id": str(member.id), "member_name": member.name, **details}
        timeline.record(what, by, member.association_id, details=about, id=line)
        try:
            session.commit()
        except sa.exc.IntegrityError:
            return
