"""Looking for partners of one book that may be the same: a job finds pairs and keeps them, the queue only reads.

Candidates come by key, never as all pairs. The first search looks at the whole book; the next ones at what changed
since, each changed partner against the others by an index. Never alike: what `never_one` says.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects.postgresql import ARRAY

from brokerage import clock
from brokerage.database import db
from brokerage.partners import vault
from brokerage.partners.merges import LikelyPair, PairSearch
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.timeline import Entry

MARGIN = timedelta(minutes=15)  # an import tells of a partner some time before it is committed
CLOSE = 0.75  # trigram similarity of folded names in one town: "condorcet" and "condorcé", not "condorcet" and "colbert"
POINTS = {"name": 60, "close_name": 40, "email": 50, "phone": 30, "siren": 30}
IDENTIFIERS = ("uai", "siret", "siren")
SECTION = r"\m(sep|section d enseignement professionnel|section professionnelle)\M"  # in a folded name
TOUCHING = ("partner%", "contact%", "import%", "merge%")  # what the timeline says when a record may look otherwise
A, B = so.aliased(Partner), so.aliased(Partner)
_BOTH = (sa.func.least(A.id, B.id, type_=sa.Uuid()), sa.func.greatest(A.id, B.id, type_=sa.Uuid()))  # the smaller first
Ids = Sequence[uuid.UUID] | None
Found = dict[tuple[uuid.UUID, uuid.UUID], set[str]]


def seek(mine: uuid.UUID) -> int:
    """Bring the pairs of an association up to date; how many partners were looked at, -1 for the whole book.

    Twice changes nothing. Runs in the association's own scope.
    """
    begun, last = clock.now(), db.session.get(PairSearch, mine, with_for_update={"skip_locked": True})
    ids = None if last is None else _touched(mine, last.sought_at - MARGIN)
    if ids is None or ids:
        _forget(mine, ids)
        db.session.add_all(_kept(mine, found(mine, ids)))
    if last is None:
        db.session.add(PairSearch(association_id=mine, sought_at=begun))
    else:
        last.sought_at = begun
    db.session.flush()
    return -1 if ids is None else len(ids)


def _touched(mine: uuid.UUID, since: Any) -> list[uuid.UUID]:
    told = sa.or_(*(Entry.what.like(what) for what in TOUCHING))
    lines = sa.select(Entry.partner_id).where(Entry.association_id == mine, Entry.at >= since, Entry.partner_id.is_not(None), told)
    return [one for one in db.session.scalars(lines.distinct()) if one]


def _forget(mine: uuid.UUID, ids: Ids) -> None:
    old = sa.delete(LikelyPair).where(LikelyPair.association_id == mine)
    if ids is not None:
        old = old.where(sa.or_(LikelyPair.first_id == _any(ids), LikelyPair.second_id == _any(ids)))
    db.session.execute(old.execution_options(synchronize_session=False))


def _kept(mine: uuid.UUID, pairs: Found) -> Iterable[LikelyPair]:
    for (first, second), reasons in pairs.items():
        score = sum(POINTS[why] for why in reasons)
        yield LikelyPair(association_id=mine, first_id=first, second_id=second, score=score, reasons=sorted(reasons))


def found(mine: uuid.UUID, ids: Ids = None) -> Found:
    """The pairs of a book, or those of a few partners, each with what is alike."""
    pairs: Found = defaultdict(set)
    for way in (same_name, close_name, same_email, same_siren):
        for first, second in db.session.execute(way(mine, ids)):
            pairs[first, second].add(POINTS_OF[way])
    for first, second in _same_phone(mine, ids):
        pairs[first, second].add("phone")
    return pairs


def _any(ids: Ids) -> Any:
    return sa.any_(sa.literal(list(ids or ()), ARRAY(sa.Uuid())))


def _pairs(mine: uuid.UUID, ids: Ids, *alike: Any) -> sa.Select[Any]:
    """Of the whole book each pair is met once; of a few partners, against all others."""
    once = A.id < B.id if ids is None else sa.and_(A.id == _any(ids), A.id != B.id)
    return _checked(mine, sa.select(*_BOTH).join(B, sa.and_(once, *alike)))


def _among(mine: uuid.UUID, these: Any) -> sa.Select[Any]:
    """The pairs that `these` (one, other) name."""
    return _checked(mine, sa.select(*_BOTH).select_from(these).join(A, A.id == these.c.one).join(B, B.id == these.c.other))


def _checked(mine: uuid.UUID, pairs: Any) -> sa.Select[Any]:
    living = (A.association_id == mine, B.association_id == mine, A.deleted_at.is_(None), B.deleted_at.is_(None))
    return pairs.where(*living, ~never_one(A, B), same_place(A, B)).distinct()


def never_one(first: Any, second: Any) -> sa.ColumnElement[bool]:
    """Two kinds, two identifiers, or a lycée and its section d'enseignement professionnel. NULL <> anything is not true."""
    apart = [sa.func.coalesce(getattr(first, key) != getattr(second, key), False) for key in IDENTIFIERS]
    return sa.or_(first.kind != second.kind, *apart, _is_section(first) != _is_section(second))


def _is_section(partner: Any) -> sa.ColumnElement[bool]:
    return sa.or_(partner.type == "SEP", partner.sort_name.op("~")(SECTION))


def same_place(first: Any, second: Any) -> sa.ColumnElement[bool]:
    """One town, or one of them unknown; « Sarcelles CEDEX » is Sarcelles. Elsewhere is another establishment."""
    one, other = sa.func.fold(first.town), sa.func.fold(second.town)
    return sa.or_(one == other, first.town == "", second.town == "", sa.func.starts_with(one, other), sa.func.starts_with(other, one))


def same_name(mine: uuid.UUID, ids: Ids) -> sa.Select[Any]:
    """One name, whatever its accents and capitals."""
    return _pairs(mine, ids, A.sort_name == B.sort_name)


def close_name(mine: uuid.UUID, ids: Ids) -> sa.Select[Any]:
    """A slip or two apart, under one postcode; lengths first, since they cost nothing to compare."""
    long, other = sa.func.length(A.sort_name), sa.func.length(B.sort_name)
    alike = sa.and_(long * 3 >= other * 2, other * 3 >= long * 2, sa.func.similarity(A.sort_name, B.sort_name) >= CLOSE)
    return _pairs(mine, ids, A.postcode == B.postcode, A.postcode != "", B.postcode != "", A.sort_name != B.sort_name, alike)


def same_siren(mine: uuid.UUID, ids: Ids) -> sa.Select[Any]:
    """One company, in one place."""
    return _pairs(mine, ids, A.siren == B.siren)


def same_email(mine: uuid.UUID, ids: Ids) -> sa.Select[Any]:
    """Somebody at both."""
    c, d, k, m = so.aliased(Contact), so.aliased(Contact), so.aliased(Channel), so.aliased(Channel)
    few = [] if ids is None else [c.partner_id == _any(ids)]
    both = sa.select(c.partner_id.label("one"), d.partner_id.label("other")).join(k, k.contact_id == c.id)
    both = both.join(m, m.email_key == k.email_key).join(d, d.id == m.contact_id)
    here = (c.association_id == mine, d.association_id == mine, k.association_id == mine, m.association_id == mine)
    living = (c.partner_id != d.partner_id, c.deleted_at.is_(None), d.deleted_at.is_(None))
    return _among(mine, both.where(*here, *few, *living).distinct().subquery())


POINTS_OF: dict[Any, str] = {same_name: "name", close_name: "close_name", same_email: "email", same_siren: "siren"}


def _same_phone(mine: uuid.UUID, ids: Ids) -> Iterable[tuple[uuid.UUID, uuid.UUID]]:
    """A telephone at both; which one, the vault keeps to itself."""
    groups = vault.sharing_a_number(None if ids is None else _people_of(ids))
    where = _partners_of([one for group in groups for one in group])
    several = {tuple(sorted({where[one] for one in group if one in where})) for group in groups}
    wanted = {pair for group in several for pair in combinations(group, 2)}
    if not wanted:
        return []
    one, other = zip(*wanted, strict=True)
    ids_of = (sa.literal(list(side), ARRAY(sa.Uuid())) for side in (one, other))
    these = sa.func.unnest(*ids_of).table_valued(sa.column("one", sa.Uuid()), sa.column("other", sa.Uuid())).render_derived()
    return [(first, second) for first, second in db.session.execute(_among(mine, these))]


def _people_of(ids: Ids) -> list[uuid.UUID]:
    return list(db.session.scalars(sa.select(Contact.id).where(Contact.partner_id == _any(ids), Contact.deleted_at.is_(None))))


def _partners_of(contact_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    living = sa.select(Contact.id, Contact.partner_id).where(Contact.id == _any(contact_ids), Contact.deleted_at.is_(None))
    return {row.id: row.partner_id for row in db.session.execute(living)} if contact_ids else {}
