"""One box for everything: what a reader may see, ranked, in one statement."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from brokerage.accounts.models import Role
from brokerage.database import db
from brokerage.introductions import policy
from brokerage.introductions.policy import Reader
from brokerage.partners import vault
from brokerage.partners.policy import READERS
from brokerage.search import kinds
from brokerage.search.kinds import Kind
from brokerage.search.typed import Typed


@dataclass(frozen=True)
class Hit:
    """One thing found. `id` is what its page is called by: for a contact, its partner's.

    `mark` is what its picture depends on: a partner's kind, a contact's role, a card's association, a request's state.
    """

    kind: Kind
    id: uuid.UUID
    title: str
    detail: str
    aside: str
    mark: str
    rank: int


@dataclass(frozen=True)
class Group:
    """The best of a kind, and whether there are more."""

    hits: Sequence[Hit] = ()
    more: bool = False


@dataclass(frozen=True)
class Found:
    """What a search gives, by kind; kinds without a hit are left out."""

    groups: dict[Kind, Group] = field(default_factory=dict)

    def of(self, kind: Kind) -> Group:
        """The hits of a kind, perhaps none."""
        return self.groups.get(kind, Group())


def find(reader: Reader, typed: Typed, most: int) -> Found:
    """The `most` best of each kind for this reader. Empty when nothing was typed."""
    if not typed.asks:
        return Found()
    shape = _Shape(typed.shape, bool(typed.identifier), bool(typed.email), reader.has(*READERS), reader.has(*policy.READERS))
    grouped: dict[Kind, list[Hit]] = {}
    for row in db.session.execute(_statement(shape, most + 1), _parameters(reader, typed)):
        hit = Hit(Kind(row.kind), row.id, row.title, row.detail or "", row.aside or "", row.mark, row.rank)
        grouped.setdefault(hit.kind, []).append(hit)
    return Found({kind: Group(tuple(grouped[kind][:most]), len(grouped[kind]) > most) for kind in Kind if kind in grouped})


def _parameters(reader: Reader, typed: Typed) -> dict[str, Any]:
    key = {"email_key": vault.key_of(typed.email)} if typed.email else {}
    return {"mine": reader.association_id, "me": reader.id, **typed.parameters, **key}


@dataclass(frozen=True)
class _Shape:
    """What makes two searches the same statement."""

    words: tuple[bool, ...]
    identifier: bool
    email: bool
    reads_book: bool  # an auditor reads figures and the log, not people
    reads_requests: bool  # of others too

    @property
    def typed(self) -> Typed:
        """Something typed of this shape: words of three letters are long, of one short."""
        words = tuple("www" if long else "w" for long in self.words)
        return Typed(words, email="@" if self.email else "", identifier="1" if self.identifier else "")


@dataclass(frozen=True)
class _Somebody:
    """A reader to be named when the statement runs, so that it is built once for all of them."""

    reads_requests: bool
    id: Any = field(default_factory=lambda: sa.bindparam("me", type_=sa.Uuid()))
    association_id: Any = field(default_factory=lambda: sa.bindparam("mine", type_=sa.Uuid()))

    def has(self, *roles: Role) -> bool:
        return self.reads_requests and roles == policy.READERS


@lru_cache(maxsize=256)
def _statement(shape: _Shape, limit: int) -> sa.Select[Any]:
    typed, parts = shape.typed, []
    if shape.reads_book:
        parts += [kinds.contacts(typed, limit)] if shape.email else [kinds.partners(typed, limit), kinds.contacts(typed, limit)]
    if not shape.email:
        parts += [kinds.cards(typed, limit), kinds.requests(typed, limit, _Somebody(shape.reads_requests))]
    whole = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(whole).order_by(whole.c.rank, whole.c.close.desc(), whole.c.title, whole.c.id)
