"""Brings an association into being, with its first admin: the first start, the demonstration and the command line."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage import scope, timeline
from brokerage.accounts import passwords, sign_in
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.reference.folding import folded

BANKS = ("a", "b", "c")  # ink, mirabelle, lagoon: a fourth association shares a colour, its letters tell it apart
_ONE_AT_A_TIME = 7_205_141_947  # any number will do, as long as nothing else locks it


@dataclass(frozen=True)
class Identity:
    """How an association is called: `short` in its mark, `of_name` after "un partenaire"; guessed when empty."""

    name: str
    short: str
    of_name: str = ""
    website: str = ""


@dataclass(frozen=True)
class FirstAdmin:
    """Who opens an association's door to the others."""

    first_name: str
    last_name: str
    email: str
    title: str = ""


def is_empty() -> bool:
    """Whether there is no association yet: a first start without data."""
    return not db.session.scalar(sa.select(sa.exists(sa.select(Association.id))))


def found_association(
    identity: Identity, *, bank: str | None = None, rules: dict[str, Any] | None = None, is_demo: bool = False
) -> Association:
    """A new association, in the system's scope; the caller commits. `bank` None takes the colour least used.

    Raises BadInput when the name, or one that reads the same, is taken.
    """
    slug = folded(identity.name).replace(" ", "-")
    if db.session.scalar(sa.select(Association).where(Association.slug == slug)):
        raise BadInput(N_("Une association porte déjà ce nom."), "name")
    association = Association(
        slug=slug,
        name=identity.name,
        short=identity.short,
        bank=bank or _free_bank(),
        of_name=identity.of_name or guessed_of_name(identity.name),
        website=identity.website,
        rules=rules or {},
        is_demo=is_demo,
    )
    db.session.add(association)
    db.session.flush()
    return association


def add_admin(association: Association, admin: FirstAdmin, password: str) -> User:
    """Somebody who administers and manages from the first minute, in the system's scope; the caller commits.

    Raises BadInput when the address is taken or the password guessable.
    """
    email = admin.email.strip().casefold()
    if db.session.scalar(sa.select(User).where(User.email == email)):
        raise BadInput(N_("Quelqu'un se connecte déjà avec cette adresse."), "email")
    member = User(
        association_id=association.id,
        email=email,
        first_name=admin.first_name,
        last_name=admin.last_name,
        title=admin.title,
        roles=[Role.MANAGER.value, Role.ADMIN.value],
    )
    db.session.add(member)
    db.session.flush()
    passwords.keep(member, password)
    association.default_manager_id = member.id
    timeline.record("association_founded", _as_by(member), association.id)
    return member


def found_with_admin(identity: Identity, admin: FirstAdmin, password: str) -> User:
    """An association and who opens its door, in the system's scope; the caller commits. For the command line.

    Raises BadInput when a name or address is taken, or the password guessable.
    """
    return add_admin(found_association(identity), admin, password)


def found_first(identity: Identity, admin: FirstAdmin, password: str, device: str) -> str:
    """The first association of an empty installation; returns the token of its admin's session.

    Raises WrongState when there is one already: of two people at once, the second reads this.
    """
    with scope.acting(scope.system("nobody is in any association yet")) as session:
        session.execute(scope.through_the_gate(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME))))
        if not is_empty():
            raise WrongState(N_("Passerelle est déjà installée : demandez une invitation à votre association."))
        member = found_with_admin(identity, admin, password)
        token = sign_in.open_session(member.id, device)
        session.commit()
        return token


def guessed_of_name(name: str) -> str:
    """What stands after "un partenaire": "de Passeport Avenir", "des Entretiens", "d'Article 1", "du Réseau"."""
    first, _space, rest = name.partition(" ")
    if rest and first in ("Les", "Le"):
        return f"{'des' if first == 'Les' else 'du'} {rest}"
    return f"d'{name}" if folded(name)[:1] in tuple("aeiou") else f"de {name}"


def _free_bank() -> str:
    used = Counter(db.session.scalars(sa.select(Association.bank)))
    return min(BANKS, key=lambda bank: used[bank])


def _as_by(member: User) -> timeline.By:
    return timeline.By(timeline.Actor.MEMBER, member.id, member.name)
