"""How a member comes in, stays in and goes out. Everything here runs in the scope of the door."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from brokerage import clock, scope, timeline, tokens
from brokerage.accounts import devices, hashing, second_factor, throttle, watch
from brokerage.accounts.models import Credential, Role, User, UserSession
from brokerage.database import db, outside_transactions
from brokerage.errors import N_, BadInput, NotFound

ABSOLUTE = timedelta(hours=20)  # OWASP ASVS 5.0 7.3: how long one session may last at all
IDLE = timedelta(minutes=60)
IDLE_ADMIN = timedelta(minutes=30)


class Bank(NamedTuple):
    """An association as a page shows it: name, mark and colour."""

    id: uuid.UUID
    name: str
    short: str
    bank: str
    of_name: str


@dataclass(frozen=True)
class Visitor:
    """The signed-in member of a request, frozen: what pages and Flask-Login need, read in one round trip."""

    token: str
    session_id: uuid.UUID
    since: datetime
    user_id: uuid.UUID
    email: str
    first_name: str
    last_name: str
    title: str
    language: str
    roles: frozenset[str]
    association: Bank
    allies: tuple[Bank, ...] = ()  # bound to it by a convention in force today, by name
    requests_waiting: int = 0  # for a manager: those of the association to decide on, as the request began
    tasks_due: int = 0  # one's own, for today or late

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the signed cookie: the session's token, not the member's id."""
        return self.token

    @property
    def id(self) -> uuid.UUID:
        """The member's id: a visitor can stand wherever a reader is asked for."""
        return self.user_id

    @property
    def association_id(self) -> uuid.UUID:
        """Whose book is read."""
        return self.association.id

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return f"{self.first_name[:1]}{self.last_name[:1]}".upper()

    def has(self, *roles: Role) -> bool:
        """Whether the member holds one of `roles`."""
        return bool(self.roles & set(roles))

    @property
    def is_manager(self) -> bool:
        """Decides on requests."""
        return self.has(Role.MANAGER)

    @property
    def is_delegate(self) -> bool:
        """Makes requests."""
        return self.has(Role.DELEGATE)

    @property
    def may_ask(self) -> bool:
        """Makes requests, or helps those who do."""
        return self.has(Role.DELEGATE, Role.MANAGER)

    @property
    def is_auditor(self) -> bool:
        """For templates: reads figures, rights and the log."""
        return self.has(Role.AUDITOR)

    @property
    def is_admin(self) -> bool:
        """Manages members and rules."""
        return self.has(Role.ADMIN)

    @property
    def idle_limit(self) -> timedelta:
        """How long this session survives without a request."""
        return IDLE_ADMIN if self.is_admin else IDLE


_VISITOR = sa.text("SELECT * FROM visitor(:token, :today)")


def visitor(token: str) -> Visitor | None:
    """Whose session this is; None when it ended, is too old, or the member was deactivated.

    One statement outside any transaction: the database function reads what no scope may.
    """
    with outside_transactions(db.engine).connect() as connection:
        row = connection.execute(_VISITOR, {"token": tokens.fingerprint(token), "today": clock.today()}).one_or_none()
    if row is None or clock.now() - row.created_at > ABSOLUTE:
        return None
    bank = Bank(row.association_id, row.name, row.short, row.bank, row.of_name)
    return Visitor(
        token, row.session_id, row.created_at, row.user_id, row.email, row.first_name, row.last_name, row.title,
        row.language, frozenset(row.roles), bank, tuple(map(_ally, row.allies)), row.requests, row.tasks,
    )  # fmt: skip


def _ally(told: list[str]) -> Bank:
    return Bank(uuid.UUID(told[0]), *told[1:])


@dataclass(frozen=True)
class Recognised:
    """Whose password was right. `password_of` is when it was chosen: another one since then, and this is worth nothing."""

    user_id: uuid.UUID
    password_of: datetime


def recognise(email: str, password: str, address: str) -> Recognised:
    """Check a password; what opens a session is `come_in`.

    Unknown account and wrong password read and last the same. Raises BadInput, throttle.TooMany after ten
    failures in five minutes for the account or the network address.
    """
    try:
        tried = throttle.count(throttle.SIGN_IN, f"account {email}", address and f"address {address}")
    except throttle.TooMany:
        watch.failed(watch.HELD_BACK, _account_of(_credential_of(email)))
        raise
    found = _credential_of(email)
    if not hashing.matches(found.password_hash if found else hashing.nobodys(), password) or found is None:
        watch.failed(watch.WRONG_PASSWORD, _account_of(found))
        raise BadInput(N_("Adresse ou mot de passe inconnu. Vérifiez les deux et réessayez."))
    _forgive(tried)
    return Recognised(found.user_id, found.changed_at)


def come_in(recognised: Recognised, device: str, code: str | None = None) -> str:
    """Open a session; returns its token, which exists nowhere else.

    Raises second_factor.CodeWanted where the member has a second factor and `code` is None, BadInput and
    throttle.TooMany for a wrong one, NotFound when the password changed or the access was closed meanwhile.
    """
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        member, kept = session.get_one(User, recognised.user_id), session.get(Credential, recognised.user_id)
        if not member.is_active or kept is None or kept.changed_at != recognised.password_of:
            raise NotFound(N_("Recommencez depuis la page de connexion."))
        passed = _passed(member.id, code)
        by = timeline.By(timeline.Actor.MEMBER, member.id, member.name)
        timeline.record("signed_in", by, member.association_id, details={"with": passed} if passed else None)
        token = open_session(member.id, device)
        session.commit()
        return token


def _passed(user_id: uuid.UUID, code: str | None) -> str:
    """What the second factor says; a wrong code leaves a line, as too many of them do."""
    try:
        return second_factor.check(user_id, code)
    except throttle.TooMany:
        watch.failed(watch.HELD_BACK, user_id)
        raise
    except BadInput:
        watch.failed(watch.WRONG_CODE, user_id)
        raise


def confirm(visitor: Visitor, password: str) -> None:
    """Check that it is still the member who sits there, before what matters most (ASVS 7.5.1).

    Raises BadInput for another password, throttle.TooMany after ten tries in five minutes.
    """
    tried = throttle.count(throttle.SIGN_IN, f"account {visitor.email}")
    found = _credential_of(visitor.email)
    if found is None or not hashing.matches(found.password_hash, password):
        watch.failed(watch.NOT_CONFIRMED, visitor.user_id)
        raise BadInput(N_("Ce n'est pas votre mot de passe."), "password")
    _forgive(tried)


def _account_of(found: Credential | None) -> uuid.UUID | None:
    return found.user_id if found else None


def _forgive(tried: list[uuid.UUID]) -> None:
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        throttle.forgive(tried)
        session.commit()


def _credential_of(email: str) -> Credential | None:
    """Read and let go: no connection is held while the hash is computed."""
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        return session.scalar(
            sa.select(Credential)
            .join(User, User.id == Credential.user_id)
            .where(User.email == email.strip().casefold(), User.is_active)
        )


def open_session(user_id: uuid.UUID, device: str) -> str:
    """A new session for this member, in the door's scope; `device` is what the browser calls itself. Its token."""
    token = tokens.session_token()
    db.session.add(UserSession(user_id=user_id, token_hash=tokens.fingerprint(token), device=devices.named(device)))
    db.session.flush()
    return token


@dataclass(frozen=True)
class OpenSession:
    """One browser a member is signed in with; `device` is empty when it did not say."""

    id: uuid.UUID
    device: str
    since: datetime


def sessions_of(user_id: uuid.UUID) -> list[OpenSession]:
    """Where a member is signed in, newest first. One closed without a word stays until its twenty hours are over."""
    query = (
        sa.select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .where(UserSession.created_at > clock.now() - ABSOLUTE)
        .order_by(UserSession.created_at.desc(), UserSession.id)
    )
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        return [OpenSession(one.id, one.device, one.created_at) for one in session.scalars(query)]


def leave(session_id: uuid.UUID) -> None:
    """End one session."""
    _end(UserSession.id == session_id)


def leave_elsewhere(user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """End one of a member's own sessions; another member's is left alone without a word."""
    _end(sa.and_(UserSession.id == session_id, UserSession.user_id == user_id))


def leave_everywhere(user_id: uuid.UUID) -> None:
    """End every session of a member, at once: on demand, on deactivation."""
    _end(UserSession.user_id == user_id)


def end_all(user_id: uuid.UUID) -> None:
    """The same, as part of the current transaction, in the door's scope: with a new password."""
    db.session.execute(_ending(UserSession.user_id == user_id))


def end_others(user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """End every session of a member but this one: the others were opened by less than is asked from now on."""
    _end(sa.and_(UserSession.user_id == user_id, UserSession.id != session_id))


def _end(which: sa.ColumnElement[bool]) -> None:
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        session.execute(_ending(which))
        session.commit()


def _ending(which: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(UserSession).where(which, UserSession.ended_at.is_(None)).values(ended_at=clock.now())
