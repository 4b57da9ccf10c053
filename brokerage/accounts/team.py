"""The members of an association: invited, changed, gone. Everything here is an admin's to do, in their own scope."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from brokerage import clock, scope, timeline
from brokerage.accounts import links, passwords, sign_in, throttle
from brokerage.accounts.models import Association, Credential, Link, Purpose, Role, User, UserSession
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotFound, NotYours, WrongState
from brokerage.mail import outbox
from brokerage.mail.letter import Letter, written
from brokerage.timeline import Actor, By


@dataclass(frozen=True)
class Profile:
    """What an admin says of a member; an empty `region` means none in particular."""

    first_name: str
    last_name: str
    email: str
    title: str
    roles: frozenset[Role]
    region: str = ""


@dataclass(frozen=True)
class Colleague:
    """A member as the list of members shows them; `last_seen` is None until they signed in."""

    id: uuid.UUID
    name: str
    email: str
    title: str
    roles: tuple[Role, ...]
    region: str | None
    is_active: bool
    has_joined: bool
    last_seen: datetime | None
    away_from: date | None = None
    away_until: date | None = None
    stand_in: str = ""  # by name


def of_association(association_id: uuid.UUID) -> sa.Select[User]:
    """Its members, those who left included."""
    return sa.select(User).where(User.association_id == association_id)


def list_of(association_id: uuid.UUID) -> list[Colleague]:
    """The members of an association by name, those who left last."""
    order = (User.is_active.desc(), sa.func.fold(User.last_name), User.id)
    members = db.session.scalars(of_association(association_id).order_by(*order)).all()
    names: dict[uuid.UUID | None, str] = {member.id: member.name for member in members}
    joined, seen = _known_at_the_door([member.id for member in members])
    return [
        Colleague(
            one.id, one.name, one.email, one.title, tuple(role for role in Role if role in one.roles), one.region,
            one.is_active, one.id in joined, seen.get(one.id), one.away_from, one.away_until, names.get(one.stand_in_id, ""),
        )
        for one in members
    ]  # fmt: skip


def _known_at_the_door(ids: list[uuid.UUID]) -> tuple[set[uuid.UUID], dict[uuid.UUID, datetime]]:
    """Who chose a password, and when each last signed in: read where only the door may read."""
    last = (
        sa.select(UserSession.user_id, sa.func.max(UserSession.created_at))
        .where(UserSession.user_id.in_(ids))
        .group_by(UserSession.user_id)
    )
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        joined = set(session.scalars(sa.select(Credential.user_id).where(Credential.user_id.in_(ids))))
        return joined, dict(session.execute(last).all())


def has_joined(member: User) -> bool:
    """Whether a member ever chose a password."""
    return member.id in _known_at_the_door([member.id])[0]


# ---- coming in ------------------------------------------------------------------------------------------------


def invite(profile: Profile, by: User) -> User:
    """A new member, who receives a link valid for two days.

    Raises NotYours, BadInput for an address already used, throttle.TooMany after twenty letters in a day.
    """
    only_admins(by)
    email = profile.email.strip().casefold()
    _refuse_known(email, by.association_id)
    throttle.count(throttle.INVITATION, str(by.association_id))
    member = User(association_id=by.association_id, email=email)
    _describe(member, profile)
    db.session.add(member)
    db.session.flush()
    _send_invitation(member, by)
    record("member_invited", by, member, roles=member.roles)
    return member


def invite_again(member: User, by: User) -> None:
    """A new link for somebody who did not come yet; the former one closes."""
    only_admins(by)
    if not member.is_active or has_joined(member):
        raise WrongState(N_("%(name)s n'attend plus d'invitation."), name=member.name)
    throttle.count(throttle.INVITATION, str(by.association_id))
    links.revoke(Purpose.INVITATION, member.id)
    _send_invitation(member, by)
    record("member_invited", by, member, again=True)


def _send_invitation(member: User, by: User) -> None:
    link = links.make(Purpose.INVITATION, member.id, member.association_id)
    association = db.session.get_one(Association, member.association_id)
    words = written(
        "invitation",
        member.language,
        first_name=member.first_name,
        by_name=by.name,
        association=association.name,
        link=links.seal(link),
    )
    outbox.post(
        Letter(
            kind="invitation",
            dedupe_key=f"invitation:{link.id}",
            association_id=member.association_id,
            to_user_id=member.id,
            language=member.language,
            from_name=f"{by.name} ({association.name})",
            reply_to=by.email,
            subject=words.subject,
            text=words.text,
            html=words.html,
        )
    )


def accept(link: Link, password: str, device: str) -> str:
    """An invited member chooses a password and is in; returns the token of their session.

    Raises NotFound when the link was used meanwhile, BadInput when `password` is guessable: the link then still works.
    """
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        links.use(link)
        member = passwords.member_of(link)
        passwords.keep(member, password)
        timeline.record("member_joined", as_by(member), member.association_id)
        token = sign_in.open_session(member.id, device)
        session.commit()
        return token


def _refuse_known(email: str, association_id: uuid.UUID) -> None:
    """Of another association's member nothing is said, except that this address cannot be used here."""
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        known = session.scalar(sa.select(User).where(User.email == email))
    if known is None:
        return
    if known.association_id == association_id:
        raise BadInput(N_("%(name)s figure déjà dans la liste avec cette adresse."), "email", name=known.name)
    raise BadInput(N_("Cette adresse ne peut pas être invitée. Choisissez-en une autre."), "email")


# ---- changing -------------------------------------------------------------------------------------------------


def change(member: User, profile: Profile, by: User) -> None:
    """What an admin changes of a member; the e-mail address stays. New roles end the member's sessions (ASVS 7.2.4).

    Raises NotYours, NotFound for another association's member, BadInput when nobody would administer any more.
    """
    only_admins(by)
    only_ours(member, by)
    if Role.ADMIN not in profile.roles:
        _keep_an_admin(member, "roles")
    before = set(member.roles)
    _describe(member, profile)
    if before != set(member.roles):
        record("roles_changed", by, member, before=sorted(before), after=member.roles)
        if member.id != by.id:
            sign_in.leave_everywhere(member.id)


def introduce_oneself(member: User, first_name: str, last_name: str, title: str, language: str) -> None:
    """What members say of themselves."""
    member.first_name, member.last_name, member.title = first_name, last_name, title
    member.language = language


def _describe(member: User, profile: Profile) -> None:
    member.first_name, member.last_name = profile.first_name.strip(), profile.last_name.strip()
    member.title, member.region = profile.title.strip(), profile.region or None
    member.roles = [role.value for role in Role if role in profile.roles]


# ---- leaving --------------------------------------------------------------------------------------------------


def successors_of(member: User) -> list[User]:
    """Who may take over from a member: the other managers of the association, by name."""
    order = (sa.func.fold(User.last_name), User.id)
    others = of_association(member.association_id).where(User.is_active, User.id != member.id).order_by(*order)
    return [other for other in db.session.scalars(others) if other.has(Role.MANAGER)]


def deactivate(member: User, by: User, successor: User | None = None) -> None:
    """Close a member's access, at once and everywhere; `successor` stands in for them from now on.

    What the member had in charge moves first: introductions/departures.py does both. Raises NotYours, NotFound,
    WrongState for oneself, for somebody already gone and for the last admin.
    """
    only_admins(by)
    only_ours(member, by)
    if member.id == by.id:
        raise WrongState(N_("Demandez à une autre personne qui administre l'association de fermer votre accès."))
    if not member.is_active:
        raise WrongState(N_("L'accès de %(name)s est déjà fermé."), name=member.name)
    _keep_an_admin(member, None)
    close(member, successor)
    sign_in.leave_everywhere(member.id)
    record("member_deactivated", by, member, successor=successor.name if successor else "")


def close(member: User, successor: User | None = None) -> None:
    """What closing an access changes, whoever decides it; the caller ends the sessions and says so in the journal."""
    member.is_active, member.closing_on = False, None
    member.stand_in_id = successor.id if successor else None
    _replace_everywhere(member, successor)
    for purpose in (Purpose.INVITATION, Purpose.PASSWORD, Purpose.AGENDA):
        links.revoke(purpose, member.id)


def welcome_back(member: User, by: User) -> None:
    """Open a closed access again, with the password it had; nothing that moved comes back by itself."""
    only_admins(by)
    only_ours(member, by)
    if member.is_active:
        raise WrongState(N_("L'accès de %(name)s est déjà ouvert."), name=member.name)
    member.is_active, member.stand_in_id, member.returned_at = True, None, clock.now()
    record("member_returned", by, member)


def _replace_everywhere(member: User, successor: User | None) -> None:
    """As somebody's stand-in, and as the one who gets what is nobody's."""
    wanted = successor.id if successor else None
    covered = of_association(member.association_id).where(User.stand_in_id == member.id)
    for colleague in db.session.scalars(covered):
        colleague.stand_in_id = wanted if wanted != colleague.id else None
    association = db.session.get_one(Association, member.association_id)
    if association.default_manager_id == member.id:
        association.default_manager_id = wanted


# ---- who may --------------------------------------------------------------------------------------------------


def only_admins(by: User) -> None:
    """Raises NotYours."""
    if not by.has(Role.ADMIN):
        raise NotYours(N_("Seule une personne qui administre l'association peut le faire."))


def only_ours(member: User, by: User) -> None:
    """Allies are readable by name; they are not ours to change."""
    if member.association_id != by.association_id:
        raise NotFound(N_("Cette personne ne fait pas partie de votre association."))


def is_last_admin(member: User) -> bool:
    """Whether nobody else who is still there administers the association."""
    others = of_association(member.association_id).where(User.is_active, User.id != member.id)
    return member.has(Role.ADMIN) and not any(other.has(Role.ADMIN) for other in db.session.scalars(others))


def _keep_an_admin(member: User, field: str | None) -> None:
    if is_last_admin(member):
        raise BadInput(N_("Il ne resterait personne pour administrer l'association. Nommez d'abord quelqu'un."), field)


def as_by(member: User) -> By:
    """A member, as the timeline keeps who did something."""
    return By(Actor.MEMBER, member.id, member.name)


def record(what: str, by: User, member: User, **details: str | bool | Collection[str]) -> None:
    """A line of the journal about a member."""
    about = {"member_id": str(member.id), "member_name": member.name, **details}
    timeline.record(what, as_by(by), member.association_id, details=about)
