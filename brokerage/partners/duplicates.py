"""The queue of partners that look like one, as `seeking` found them; and what may be one at all.

Never alike: two different UAIs (a lycée and its section d'enseignement professionnel share name, town and switchboard)
and two different SIRETs (establishments of one company).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.partners.merges import Distinct, LikelyPair
from brokerage.partners.models import Partner
from brokerage.partners.seeking import IDENTIFIERS, never_one

PAGE = 30
A, B = so.aliased(Partner), so.aliased(Partner)


@dataclass(frozen=True)
class Pair:
    """Two partners, how alike (higher is likelier) and what is alike: name, close_name, email, phone, siren."""

    first: Partner
    second: Partner
    score: int
    reasons: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Where the next page begins."""
        return f"{self.score}~{self.first.id}~{self.second.id}"

    @property
    def in_order(self) -> tuple[Partner, Partner]:
        """The one to keep first: that of which more is known, then the older. A person may turn them round."""
        one, other = sorted((self.first, self.second), key=lambda partner: (-_known(partner), partner.created_at))
        return one, other


def _known(partner: Partner) -> int:
    """How many of the fields that tell who a partner is are filled."""
    return sum(bool(getattr(partner, field)) for field in ("uai", "siret", "siren", "type", "address", "postcode", "town"))


def page(association_id: uuid.UUID, after: str = "") -> tuple[Sequence[Pair], str | None]:
    """A page of the queue, likeliest first, and the mark of the next one."""
    order = (LikelyPair.score.desc(), LikelyPair.first_id, LikelyPair.second_id)
    wanted = _waiting(association_id, LikelyPair, A, B)
    if mark := _mark(after):
        ids = sa.tuple_(*order[1:]) > sa.tuple_(sa.literal(mark[1], sa.Uuid()), sa.literal(mark[2], sa.Uuid()))
        wanted = wanted.where(LikelyPair.score <= mark[0], sa.or_(LikelyPair.score < mark[0], ids))
    rows = db.session.execute(wanted.order_by(*order).limit(PAGE + 1)).all()
    pairs = [Pair(first, second, likely.score, tuple(likely.reasons)) for likely, first, second in rows[:PAGE]]
    return pairs, pairs[-1].mark if len(rows) > PAGE else None


def count(association_id: uuid.UUID) -> int:
    """How many pairs wait."""
    return db.session.scalar(_waiting(association_id, sa.func.count())) or 0


def _waiting(mine: uuid.UUID, *columns: Any) -> sa.Select[Any]:
    """The pairs found that still may be one, and that nobody set apart."""
    first, second = LikelyPair.first_id, LikelyPair.second_id
    said = sa.exists().where(Distinct.association_id == mine, Distinct.first_id == first, Distinct.second_id == second)
    pairs = sa.select(*columns).select_from(LikelyPair).join(A, A.id == first).join(B, B.id == second)
    living = (A.deleted_at.is_(None), B.deleted_at.is_(None))
    return pairs.where(LikelyPair.association_id == mine, *living, ~never_one(A, B), ~said)


def _mark(text: str) -> tuple[int, uuid.UUID, uuid.UUID] | None:
    try:
        score, first, second = text.split("~")
        return min(int(score), 1000), uuid.UUID(first), uuid.UUID(second)
    except ValueError:
        return None


def between(first: Partner, second: Partner) -> bool:
    """Whether nothing forbids these two from being one."""
    known = [(getattr(first, key), getattr(second, key)) for key in IDENTIFIERS]
    apart = any(one and other and one != other for one, other in known)
    return first.kind is second.kind and first.id != second.id and not apart


def set_apart(first: Partner, second: Partner, by: User) -> None:
    """Remember that these two are not the same; saying it twice changes nothing."""
    policy.insist(by, *policy.EDITORS)
    if first.id == second.id:
        raise BadInput(N_("Choisissez deux fiches différentes."))
    low, high = sorted((first.id, second.id))
    known = sa.select(Distinct.id).where(Distinct.first_id == low, Distinct.second_id == high)
    if db.session.scalar(known) is None:
        db.session.add(Distinct(association_id=by.association_id, first_id=low, second_id=high, by_name=by.name))
        db.session.flush()


def no_longer_apart(first: Partner, second: Partner, by: User) -> None:
    """Take it back: the two may be proposed again."""
    policy.insist(by, *policy.EDITORS)
    low, high = sorted((first.id, second.id))
    said = sa.delete(Distinct).where(Distinct.association_id == by.association_id, Distinct.first_id == low, Distinct.second_id == high)
    db.session.execute(said.execution_options(synchronize_session=False))
