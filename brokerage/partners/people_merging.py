"""The people of two partners that become one: the same person twice becomes one, the others follow.

The same is one e-mail, or one name where the two do not have two different e-mails. Coordinates stay in the vault,
each under its own contact: a merge remembers which of them the winner borrowed, not what they are.
"""

import uuid
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from brokerage import clock, timeline
from brokerage.database import db
from brokerage.mail.models import Suppression
from brokerage.partners import merging, record, vault
from brokerage.partners.merges import Merge
from brokerage.partners.models import Channel, Contact, ContactRole, Partner, Permission
from brokerage.reference.folding import folded

POINTERS = ("contact_id", "to_contact_id", "suggested_contact_id")
STRICTER = (Permission.SHARE_OK, Permission.ASK_FIRST, Permission.NO_SHARE, Permission.DO_NOT_CONTACT)  # the last always wins


def same(ours: Sequence[Contact], theirs: Sequence[Contact]) -> list[tuple[Contact, Contact]]:
    """Who stands at both partners, each at most once: (kept, gone)."""
    keys, left, pairs = _keys([*ours, *theirs]), list(ours), []
    for gone in theirs:
        kept = next((one for one in left if _one(one, gone, keys.get(one.id), keys.get(gone.id))), None)
        if kept:
            left.remove(kept)
            pairs.append((kept, gone))
    return pairs


def _one(first: Contact, second: Contact, key: str | None, other: str | None) -> bool:
    if key and other:
        return key == other
    return bool(first.first_name) and folded(first.name) == folded(second.name)


def _keys(people: Sequence[Contact]) -> dict[uuid.UUID, str | None]:
    wanted = sa.select(Channel.contact_id, Channel.email_key).where(Channel.contact_id.in_([one.id for one in people]))
    return {row.contact_id: row.email_key for row in db.session.execute(wanted)}


def join(winner: Partner, loser: Partner) -> tuple[list[list[Any]], list[dict[str, Any]]]:
    """Merge who stands at both. Returns the rows that were re-pointed, and what each kept person had before."""
    moved, told = [], []
    for kept, gone in same(record.people_of(winner.id), record.people_of(loser.id)):
        changes = merging.changed(kept, _together(kept, gone) | {"changed_at": clock.now()})
        merging.trashed_contact(gone, clock.now())
        db.session.flush()
        moved += merging.repoint(POINTERS, gone.id, kept.id)
        lent = {"borrowed": _borrow(kept, gone), "own": _lend(kept, gone)}
        told.append({"kept": str(kept.id), "gone": str(gone.id), "changes": changes, **lent})
    return moved, told


def _together(kept: Contact, gone: Contact) -> dict[str, Any]:
    """The stricter of two permissions and limits, the later word, and what only one of them says."""
    values: dict[str, Any] = {name: getattr(kept, name) or getattr(gone, name) for name in ("civility", "title")}
    limits = [n for n in (kept.asks_per_quarter, gone.asks_per_quarter) if n is not None]
    return values | {
        "permission": max(kept.permission, gone.permission, key=STRICTER.index),
        "role": gone.role if kept.role is ContactRole.OTHER else kept.role,
        "asks_per_quarter": min(limits, default=None),
        "quiet_months": sorted({*kept.quiet_months, *gone.quiet_months}),
        "always_ask": kept.always_ask or gone.always_ask,
        "welcomes": kept.welcomes or gone.welcomes,
        "last_word_at": max(filter(None, (kept.last_word_at, gone.last_word_at)), default=None),
    }


def _borrow(kept: Contact, gone: Contact) -> list[str]:
    """Fill what the kept person lacks from the vault of the other; returns the names of the fields."""
    known = vault.own([kept.id, gone.id])
    mine, other = known.get(kept.id, vault.NOTHING), known.get(gone.id, vault.NOTHING)
    names = [f.name for f in fields(mine) if getattr(other, f.name) and not getattr(mine, f.name)]
    if names:
        vault.keep(kept.association_id, kept.id, replace(mine, **{name: getattr(other, name) for name in names}))
    return names


def _lend(kept: Contact, gone: Contact) -> list[str]:
    """The values of one's own fields that only the other has; their ids alone are remembered, since they may be personal."""
    keys = sorted(gone.extra.keys() - kept.extra.keys())
    if keys:
        _hold(kept, {**kept.extra, **{key: gone.extra[key] for key in keys}})
    return keys


def _take_back(kept: Contact, gone: Contact, keys: Sequence[str]) -> None:
    back = {key for key in keys if kept.extra.get(key) == gone.extra.get(key)}
    if back:
        _hold(kept, {key: value for key, value in kept.extra.items() if key not in back})


def _hold(contact: Contact, values: dict[str, Any]) -> None:
    """Other values, without a trace on when the contact was last changed: that is told by `changes`."""
    contact.extra = values
    flag_modified(contact, "changed_at")


def part(done: Merge) -> list[str]:
    """Two people of one again. Who was erased or removed since does not come back; an objection covers both."""
    stayed: list[str] = []
    for told in done.changes["people"]:
        kept, gone = (db.session.get(Contact, uuid.UUID(told[side])) for side in ("kept", "gone"))
        if kept is None or gone is None or kept.deleted_at:
            stayed.append("contact")
            continue
        objected = _objected(done, kept, gone)
        _return_borrowed(kept, gone, told["borrowed"])
        _take_back(kept, gone, told.get("own", ()))
        stayed += merging.give_back(kept, told["changes"])
        merging.trashed_contact(gone, None)
        if objected:
            kept.permission = gone.permission = Permission.DO_NOT_CONTACT
    db.session.flush()
    return stayed


def _objected(done: Merge, kept: Contact, gone: Contact) -> bool:
    said = sa.select(timeline.Entry.id).where(timeline.Entry.contact_id.in_([kept.id, gone.id]), timeline.Entry.what == "objection")
    if db.session.scalar(said.where(timeline.Entry.at >= done.created_at).limit(1)):
        return True
    keys = [key for key in _keys([kept, gone]).values() if key]
    listed = sa.select(Suppression.email_key).where(Suppression.email_key.in_(keys), Suppression.created_at >= done.created_at)
    return db.session.scalar(listed.limit(1)) is not None


def _return_borrowed(kept: Contact, gone: Contact, names: list[str]) -> None:
    known = vault.own([kept.id, gone.id])
    mine, other = known.get(kept.id, vault.NOTHING), known.get(gone.id, vault.NOTHING)
    back = {name: "" for name in names if getattr(mine, name) == getattr(other, name)}
    if back:
        vault.keep(kept.association_id, kept.id, replace(mine, **back))
