"""The address a member signs in with: changed once they show that they read the new one; the old one is told."""

import uuid

import sqlalchemy as sa

from brokerage import clock, scope, timeline
from brokerage.accounts import links, passwords, sign_in, throttle
from brokerage.accounts.models import AddressChange, Link, Purpose, User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.mail import outbox
from brokerage.mail.letter import Letter, written


def ask(user_id: uuid.UUID, email: str) -> None:
    """Send a link to the new address; nothing changes until it is opened. A newer ask closes the link of the former.

    Of an address that somebody signs in with nothing is said: no letter leaves, the answer is the same (C3).
    Raises BadInput for one's own address, throttle.TooMany after five in a day.
    """
    wanted = email.strip().casefold()
    throttle.count(throttle.ADDRESS, str(user_id))
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        member = session.get_one(User, user_id)
        if wanted == member.email:
            raise BadInput(N_("C'est déjà votre adresse."), "email")
        links.revoke(Purpose.ADDRESS, user_id)
        if not _is_taken(wanted):
            session.merge(AddressChange(user_id=user_id, email=wanted, asked_at=clock.now()))
            _send_link(member, wanted)
        session.commit()


def _is_taken(email: str) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists(sa.select(User.id).where(User.email == email)))))


def _send_link(member: User, email: str) -> None:
    link = links.make(Purpose.ADDRESS, member.id, member.association_id)
    outbox.post(_letter("new_address", str(link.id), member, email, first_name=member.first_name, link=links.seal(link)))


def _letter(kind: str, about: str, member: User, to: str, **context: str) -> Letter:
    """To an address that is not, or no longer, the member's own: their row cannot tell it."""
    said = written(kind, member.language, **context)
    return Letter(
        kind=kind, dedupe_key=f"{kind}:{about}", association_id=member.association_id, to_address=to, language=member.language,
        from_name="Passerelle", subject=said.subject, text=said.text, html=said.html, headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip


def awaited(link: Link) -> str:
    """The address that a link would put in place. Raises NotFound when it waits no more."""
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        asked = session.get(AddressChange, link.subject_id)
    if asked is None:
        raise links.spent(Purpose.ADDRESS)
    return asked.email


def take(link: Link) -> None:
    """Put the new address in place: every session ends, links for a password sent to the old one close, the old one is told.

    Raises NotFound when the link was used meanwhile, or somebody signs in with this address by now.
    """
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        links.use(link)
        member, asked = passwords.member_of(link), session.get(AddressChange, link.subject_id)
        if asked is None or _is_taken(asked.email):
            raise links.spent(Purpose.ADDRESS)
        before = member.email
        _move(member, asked)
        links.revoke(Purpose.PASSWORD, member.id)
        timeline.record("email_changed", timeline.By(timeline.Actor.MEMBER, member.id, member.name), member.association_id)
        outbox.post(_letter("email_changed", str(link.id), member, before, first_name=member.first_name))
        sign_in.end_all(member.id)
        session.commit()


def _move(member: User, asked: AddressChange) -> None:
    """Two people may confirm the same address at the same instant: the unique key lets one."""
    member.email = asked.email
    db.session.delete(asked)
    try:
        db.session.flush()
    except sa.exc.IntegrityError as taken:
        raise links.spent(Purpose.ADDRESS) from taken
