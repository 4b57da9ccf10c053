"""What a letter must not carry while it waits: addresses, telephones and links, filled in only as it leaves.

So a copy of the outbox gives away nobody's address and no link that works, and an objection or a withdrawn
consent still counts for letters that were already written.
"""

import re
import uuid
from collections.abc import Callable

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LINK = rf"\[\[link:{_ID}\]\]"
PATTERN = re.compile(rf"\[\[(email|phone|link|member):({_ID})\]\]")
_LOOKS_LIKE_ONE = re.compile(r"\[(?=\[\w+:)")
Resolver = Callable[[uuid.UUID], str]
Opener = Callable[[str, uuid.UUID], str]


class Closed(Exception):
    """The letter must not leave any more. `reason` is its last state: "suppressed", "cancelled" or "held"."""

    def __init__(self, reason: str) -> None:
        if reason not in ("suppressed", "cancelled", "held"):
            raise ValueError(f"a seal is closed by an objection, a cancelled subject or its reader's choice, not by {reason!r}")
        self.reason = reason
        super().__init__(reason)


class Seal(str):
    """Text whose every [[…]] was put there by us. Anything else that looks like a seal is broken by `defused`."""

    __slots__ = ()


_resolvers: dict[str, Resolver] = {}


def register(name: str, resolver: Resolver) -> None:
    """Say who knows the values behind seals called `name`: email, phone, link, or member (a user's address).

    `resolver` raises `Closed` when the value may not be used for a letter any more.
    """
    _resolvers[name] = resolver


def email(contact_id: uuid.UUID) -> Seal:
    """The address of a contact, unknown until the letter leaves."""
    return Seal(f"[[email:{contact_id}]]")


def phone(contact_id: uuid.UUID) -> Seal:
    """The telephone of a contact."""
    return Seal(f"[[phone:{contact_id}]]")


def link(link_id: uuid.UUID) -> Seal:
    """The full address of a link, with its token."""
    return Seal(f"[[link:{link_id}]]")


def member(user_id: uuid.UUID) -> Seal:
    """The address of a member."""
    return Seal(f"[[member:{user_id}]]")


def opened(name: str, subject_id: uuid.UUID) -> str:
    """The value behind one seal. Raises `Closed`; LookupError when nobody registered for `name`."""
    return _resolvers[name](subject_id)


def broken(text: str, escape: Callable[[str], str] = str, opener: Opener = opened) -> str:
    """`text` with the values in place of its seals, each passed through `escape`. Raises `Closed`."""
    return PATTERN.sub(lambda seal: escape(opener(seal[1], uuid.UUID(seal[2]))), text)


def defused(text: str) -> str:
    """What a person wrote, unable to pass for a seal: nobody obtains an address by typing [[email:…]]."""
    return _LOOKS_LIKE_ONE.sub("[ ", text)
