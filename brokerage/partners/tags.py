"""Tags: free words on a partner, kept one spelling each within an association ("Cordées" and "cordees" are one)."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.partners.models import Partner
from brokerage.partners.windows import Labelled
from brokerage.reference.folding import folded
from brokerage.timeline import Actor, By

MOST = 12  # on one partner
LONGEST = 40


@dataclass(frozen=True)
class Tag:
    """A tag of an association, and how many living partners carry it."""

    name: str
    count: int


def every(association_id: uuid.UUID) -> Sequence[Tag]:
    """The tags in use, in the order of the alphabet; of two spellings that fold alike both are there."""
    one = sa.func.unnest(Partner.tags).label("tag")
    living = (Partner.association_id == association_id, Partner.deleted_at.is_(None), Partner.tags != [])
    each = sa.select(one).where(*living).subquery()
    counted = sa.select(each.c.tag, sa.func.count()).group_by(each.c.tag)
    return sorted((Tag(name, count) for name, count in db.session.execute(counted)), key=lambda tag: (folded(tag.name), tag.name))


def carried(names: Iterable[str]) -> set[str]:
    """Those of `names` that a living partner carries, as the reader's association spells them; an index answers."""
    each = [sa.select(sa.literal(name), Labelled.id).where(Labelled.tags.contains([name])).limit(1).subquery() for name in set(names)]
    if not each:
        return set()
    return set(db.session.scalars(sa.union_all(*(sa.select(one) for one in each))))


def in_known_words(association_id: uuid.UUID, typed: Iterable[str], kept: Iterable[str] = ()) -> list[str]:
    """`typed` in the spelling the association already uses, each once; what a record has already (`kept`) stays as it is."""
    wanted = list(typed)
    if set(wanted) <= set(kept):
        return list(dict.fromkeys(wanted))
    known = _spellings(every(association_id)) | {folded(tag): tag for tag in kept}
    by_fold: dict[str, str] = {}
    for tag in wanted:
        by_fold.setdefault(folded(tag) or tag, known.get(folded(tag), tag))
    return list(by_fold.values())


def _spellings(tags: Sequence[Tag]) -> dict[str, str]:
    """Of several spellings, the one most partners carry."""
    return {folded(tag.name): tag.name for tag in sorted(tags, key=lambda tag: tag.count)}


def alike(known: Sequence[Tag]) -> list[list[str]]:
    """The tags that fold to the same words, together: most probably one tag that was typed in two ways."""
    groups: dict[str, list[str]] = {}
    for tag in known:
        groups.setdefault(folded(tag.name), []).append(tag.name)
    return [names for names in groups.values() if len(names) > 1]


def as_known(association_id: uuid.UUID, typed: str) -> str:
    """One tag, in the spelling already used. Raises BadInput for nothing, or for a tag that would be two."""
    tag = " ".join(typed.split())
    if not folded(tag):
        raise BadInput(N_("Écrivez une étiquette."), "value")
    if len(tag) > LONGEST or "," in tag or ";" in tag:
        raise BadInput(N_("Une étiquette tient en %(most)s signes, sans virgule."), "value", most=LONGEST)
    return in_known_words(association_id, [tag])[0]


def rename(by: User, name: str, to: str) -> int:
    """Give a tag another spelling or name, everywhere; a name already in use merges both. How many partners changed.

    The trash is renamed too: what comes back from it comes back with the words of today.
    """
    policy.insist(by, *policy.EDITORS)
    wanted = " ".join(to.split())
    others = [tag for tag in every(by.association_id) if tag.name != name]
    known = _spellings(others).get(folded(wanted))
    as_known(by.association_id, wanted)
    final = known or wanted
    if final == name:
        return 0
    swapped = sa.func.array_replace(sa.func.array_remove(Partner.tags, final), name, final)
    done = _rewrite(by, name, swapped)
    _tell("tag_renamed", by, done, tag=name, to=final)
    return done


def remove(by: User, name: str) -> int:
    """Take a tag off every partner; how many had it."""
    policy.insist(by, *policy.EDITORS)
    done = _rewrite(by, name, sa.func.array_remove(Partner.tags, name))
    _tell("tag_removed", by, done, tag=name)
    return done


def told(association_id: uuid.UUID) -> Sequence[timeline.Entry]:
    """The last tags that were renamed or taken off everywhere, newest first."""
    about_tags = sa.text("what IN ('tag_renamed', 'tag_removed')")  # as the index has it
    mine = sa.select(timeline.Entry).where(timeline.Entry.association_id == association_id, about_tags)
    return db.session.scalars(mine.order_by(timeline.Entry.at.desc()).limit(10)).all()


def _tell(what: str, by: User, partners: int, **details: str) -> None:
    """One line for the whole association: a tag is no partner's own, and thousands may carry it."""
    if partners:
        timeline.record(what, By(Actor.MEMBER, by.id, by.name), by.association_id, details={**details, "partners": partners})


def _rewrite(by: User, name: str, tags: Any) -> int:
    carrying = (Partner.association_id == by.association_id, Partner.tags.contains([name]))
    values = {"tags": tags, "version": Partner.version + 1, "changed_at": clock.now()}
    done: Any = db.session.execute(sa.update(Partner).where(*carrying).values(values).execution_options(synchronize_session=False))
    db.session.expire_all()
    return int(done.rowcount)
