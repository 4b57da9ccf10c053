"""Which partners of one association look like the same, and why. Candidates come by key, never as all pairs.

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
from brokerage.partners.merges import Distinct, Merge
from brokerage.partners.models import Channel, Contact, Partner

PAGE = 30
CLOSE = 0.75  # trigram similarity of folded names in one town: "condorcet" and "condorcé", not "condorcet" and "colbert"
SAME_NAME, LIKE_NAME, SAME_EMAIL, SAME_SIREN = 60, 40, 50, 30
A, B = so.aliased(Partner), so.aliased(Partner)


@dataclass(frozen=True)
class Pair:
    """Two partners, how alike (higher is likelier) and what is alike: name, close_name, email, siren."""

    first: Partner
    second: Partner
    score: int
    reasons: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Where the next page begins."""
        return f"{self.score}~{self.first.id}~{self.second.id}"


def page(association_id: uuid.UUID, after: str = "") -> tuple[Sequence[Pair], str | None]:
    """A page of the queue, likeliest first, and the mark of the next one."""
    alike = _scored(association_id)
    order = (alike.c.score.desc(), alike.c.a, alike.c.b)
    wanted = sa.select(alike.c.score, alike.c.why, A, B).join(A, A.id == alike.c.a).join(B, B.id == alike.c.b)
    mark = _mark(after)
    if mark:
        ids = sa.tuple_(alike.c.a, alike.c.b) > sa.tuple_(sa.literal(mark[1], sa.Uuid()), sa.literal(mark[2], sa.Uuid()))
        wanted = wanted.where(sa.or_(alike.c.score < mark[0], sa.and_(alike.c.score == mark[0], ids)))
    rows = db.session.execute(wanted.order_by(*order).limit(PAGE + 1)).all()
    pairs = [Pair(first, second, score, tuple(sorted(set(why)))) for score, why, first, second in rows[:PAGE]]
    return pairs, pairs[-1].mark if len(rows) > PAGE else None


def count(association_id: uuid.UUID) -> int:
    """How many pairs wait."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_scored(association_id))) or 0


def _mark(text: str) -> tuple[int, uuid.UUID, uuid.UUID] | None:
    try:
        score, first, second = text.split("~")
        return min(int(score), 1000), uuid.UUID(first), uuid.UUID(second)
    except ValueError:
        return None


def _scored(mine: uuid.UUID) -> sa.Subquery:
    """One line per pair: the sum of what is alike."""
    found = sa.union_all(_same_name(mine), _close_name(mine), _same_email(mine), _same_siren(mine)).subquery()
    first, second = so.aliased(Partner), so.aliased(Partner)
    said = sa.exists().where(Distinct.association_id == mine, Distinct.first_id == found.c.a, Distinct.second_id == found.c.b)
    pairs = sa.select(found.c.a, found.c.b, sa.func.sum(found.c.points).label("score"), sa.func.array_agg(found.c.why).label("why"))
    pairs = pairs.join(first, first.id == found.c.a).join(second, second.id == found.c.b)
    return pairs.where(_may_be_one(first, second), ~said).group_by(found.c.a, found.c.b).subquery()


def _may_be_one(first: Any, second: Any) -> sa.ColumnElement[bool]:
    """Both living, of one kind, and no identifier that tells them apart. NULL <> anything is not true."""
    apart = [sa.func.coalesce(getattr(first, key) != getattr(second, key), False) for key in ("uai", "siret", "siren")]
    return sa.and_(first.kind == second.kind, first.deleted_at.is_(None), second.deleted_at.is_(None), ~sa.or_(*apart))


def _twos(mine: uuid.UUID, points: int, why: str, *alike: Any) -> Any:
    pair = sa.select(A.id.label("a"), B.id.label("b"), sa.literal(points).label("points"), sa.literal(why).label("why"))
    living = (A.association_id == mine, B.association_id == mine, A.deleted_at.is_(None), B.deleted_at.is_(None))
    return pair.join(B, sa.and_(A.id < B.id, *alike)).where(*living)


def _same_name(mine: uuid.UUID) -> sa.Select[Any]:
    town = sa.or_(sa.func.fold(A.town) == sa.func.fold(B.town), A.town == "", B.town == "")
    return _twos(mine, SAME_NAME, "name", A.sort_name == B.sort_name, town)


def _close_name(mine: uuid.UUID) -> sa.Select[Any]:
    near = sa.func.similarity(A.sort_name, B.sort_name) >= CLOSE
    return _twos(mine, LIKE_NAME, "close_name", A.postcode == B.postcode, A.postcode != "", A.sort_name != B.sort_name, near)


def _same_siren(mine: uuid.UUID) -> sa.Select[Any]:
    return _twos(mine, SAME_SIREN, "siren", A.siren == B.siren)


def _same_email(mine: uuid.UUID) -> Any:
    c, d, k, m = so.aliased(Contact), so.aliased(Contact), so.aliased(Channel), so.aliased(Channel)
    points, why = sa.literal(SAME_EMAIL).label("points"), sa.literal("email").label("why")
    pair = sa.select(c.partner_id.label("a"), d.partner_id.label("b"), points, why)
    pair = pair.join(k, k.contact_id == c.id).join(m, m.email_key == k.email_key).join(d, d.id == m.contact_id)
    here = (c.association_id == mine, d.association_id == mine, k.association_id == mine, m.association_id == mine)
    return pair.where(*here, c.partner_id < d.partner_id, c.deleted_at.is_(None), d.deleted_at.is_(None)).distinct()


def between(first: Partner, second: Partner) -> bool:
    """Whether nothing forbids these two from being one."""
    known = [(getattr(first, key), getattr(second, key)) for key in ("uai", "siret", "siren")]
    apart = any(one and other and one != other for one, other in known)
    return first.kind is second.kind and first.id != second.id and not apart


def likely(association_id: uuid.UUID, name: str, town: str) -> Sequence[Partner]:
    """Partners that a new one may repeat, the trash included; three at most. Nothing for an empty name."""
    if not name.strip():
        return []
    merged = sa.exists().where(Merge.loser_id == Partner.id, Merge.undone_at.is_(None))
    same = sa.select(Partner).where(Partner.association_id == association_id, Partner.sort_name == sa.func.fold(name), ~merged)
    if town.strip():
        same = same.where(sa.or_(sa.func.fold(Partner.town) == sa.func.fold(town), Partner.town == ""))
    return db.session.scalars(same.order_by(Partner.deleted_at.is_not(None), Partner.id).limit(3)).all()


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
