"""Merging two partners of a book into one, and giving each back what it had.

The loser goes to the trash as it stands: its row is the snapshot of itself. Only what changed on the winner and which
rows were re-pointed is written down. Rows of every table with a `partner_id` or `contact_id` follow, whichever room
they belong to; the timeline may not be rewritten, so its readers follow `merges.known_as` instead.
"""

import enum
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import Base, db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.partners import duplicates, people_merging, policy
from brokerage.partners.fields import MARK
from brokerage.partners.merges import Merge
from brokerage.partners.models import Contact, Partner, Visibility
from brokerage.partners.partners import Taken, as_by

CHOSEN = ("name", "type", "uai", "siren", "siret", "naf", "headcount", "address", "website", "owner_id", "status", "open_now", "since")
PLACE = ("postcode", "town", "insee", "department", "academy", "region")
LEFT_ALONE = {"entry", "merge", "distinct_pair", "channel", "bulk_line"}  # what an act on many remembers is undone by record


def result(winner: Partner, loser: Partner, theirs: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What the winner becomes: its own values, the loser's where it has none or where a person chose `theirs`.

    The place is one choice, named `town`; a field of the association's own is named by its id behind a mark. Lists
    join; the stricter visibility and the later exchange always win.
    """
    values = {name: _pick(winner, loser, name, name in theirs) for name in CHOSEN}
    place = loser if "town" in theirs or not (winner.town or winner.postcode) else winner
    values |= {name: getattr(place, name) for name in PLACE}
    values |= {name: list(dict.fromkeys([*getattr(winner, name), *getattr(loser, name)])) for name in ("tags", "accepts")}
    chosen = {key: value for key, value in loser.extra.items() if MARK + key in theirs}
    values["extra"] = {**loser.extra, **winner.extra, **chosen}
    values["visibility"] = Visibility.HIDDEN if Visibility.HIDDEN in (winner.visibility, loser.visibility) else Visibility.LISTED
    values["last_contact_on"] = max(filter(None, (winner.last_contact_on, loser.last_contact_on)), default=None)
    return values


def _pick(winner: Partner, loser: Partner, name: str, theirs: bool) -> Any:
    mine, other = getattr(winner, name), getattr(loser, name)
    return other if theirs or mine in (None, "") else mine


def differing(winner: Partner, loser: Partner) -> list[str]:
    """The fields a person may choose between: filled on both sides, and not the same."""
    names = [*CHOSEN, "town"]
    told = [name for name in names if _told(winner, name) and _told(loser, name) and getattr(winner, name) != getattr(loser, name)]
    both = winner.extra.keys() & loser.extra.keys()
    return told + sorted(MARK + key for key in both if winner.extra[key] != loser.extra[key])


def _told(partner: Partner, name: str) -> bool:
    return getattr(partner, name) not in (None, "")


def merge(winner_id: uuid.UUID, loser_id: uuid.UUID, by: User, theirs: frozenset[str] = frozenset()) -> Merge:
    """Let `loser` go into `winner`. Raises WrongState when somebody was faster, BadInput for what is never one."""
    policy.insist(by, *policy.EDITORS)
    winner, loser = _held(winner_id, loser_id)
    if winner is None or loser is None or winner.deleted_at or loser.deleted_at:
        raise WrongState(N_("Ces fiches ont déjà été fusionnées, ou l'une n'est plus dans le carnet."))
    if not duplicates.between(winner, loser):
        raise BadInput(N_("Leurs identifiants diffèrent : ce sont deux établissements, ils restent deux fiches."))
    values = result(winner, loser, theirs)
    loser.deleted_at = clock.now()
    flag_modified(loser, "changed_at")
    db.session.flush()  # its UAI is free before the winner takes it
    done = Merge(id=uuid.uuid4(), association_id=by.association_id, winner_id=winner.id, loser_id=loser.id, by_name=by.name)
    moved, people = people_merging.join(winner, loser)
    moved += repoint(("partner_id",), loser.id, winner.id)
    done.changes = {"partner": changed(winner, values | {"changed_at": clock.now()}), "people": people}
    done.moved = {"rows": moved, "trashed_at": loser.deleted_at.isoformat()}
    db.session.add(done)
    db.session.flush()
    timeline.record("partners_merged", as_by(by), by.association_id, partner_id=winner.id, details={"merge": str(done.id)})
    return done


def _held(*ids: uuid.UUID) -> list[Partner | None]:
    """Both rows, locked in one order: two people at the same pair wait for each other and do not cross."""
    rows = sa.select(Partner).where(Partner.id.in_(ids)).order_by(Partner.id).with_for_update()
    found = {row.id: row for row in db.session.scalars(rows.execution_options(populate_existing=True))}
    return [found.get(one) for one in ids]


def changed(thing: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write `values` over a row and tell what each was and is, as JSON."""
    told = {name: [_said(getattr(thing, name)), _said(value)] for name, value in values.items() if getattr(thing, name) != value}
    for name in told:
        setattr(thing, name, values[name])
    return told


def _said(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, uuid.UUID) else value


def give_back(thing: Any, changes: Mapping[str, Any]) -> list[str]:
    """Put back what each field was, unless somebody changed it since; returns the names of those that stay."""
    kept = [name for name, (_before, after) in changes.items() if _said(getattr(thing, name)) != after]
    if kept and "changed_at" not in kept:
        kept.append("changed_at")
    for name in set(changes) - set(kept):
        setattr(thing, name, _read(type(thing), name, changes[name][0]))
    if "extra" in kept:  # several fields in one column: each goes back by itself
        thing.extra = _parted(thing.extra, *changes["extra"])
    return [name for name in kept if name != "changed_at"]


def _parted(now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one's own fields as they were, but for those changed since."""
    untouched = {key for key in {*before, *after} if now.get(key) == after.get(key)}
    return {key: value for key, value in now.items() if key not in untouched} | {k: before[k] for k in before if k in untouched}


def _read(entity: type, name: str, said: Any) -> Any:
    kind: Any = sa.inspect(entity).columns[name].type
    if said is None or isinstance(said, list | dict | bool | int):
        return said
    if isinstance(kind, sa.Enum):
        return kind.python_type(said)
    readers: list[tuple[type, Any]] = [(sa.DateTime, datetime.fromisoformat), (sa.Date, date.fromisoformat), (sa.Uuid, uuid.UUID)]
    return next((read(said) for type_, read in readers if isinstance(kind, type_)), said)


def repoint(names: tuple[str, ...], old: uuid.UUID, new: uuid.UUID) -> list[list[Any]]:
    """Point every row of every table from `old` to `new`; returns [table, column, old, new, ids] for the way back."""
    moved = []
    for entity, name in _pointing(names):
        ids = list(db.session.scalars(sa.select(entity.id).where(getattr(entity, name) == old)))
        if ids:
            _point(entity, name, ids, old, new)
            moved.append([entity.__tablename__, name, str(old), str(new), [str(one) for one in ids]])
    return moved


def _pointing(names: tuple[str, ...]) -> list[tuple[Any, str]]:
    """The tables that point to partners or contacts, looked up in the models: a new room is followed by itself."""
    tables = [(m.class_, name) for m in Base.registry.mappers for name in names if name in m.columns]
    kept = [(c, n) for c, n in tables if c.__tablename__ not in LEFT_ALONE and not c.__table__.info.get("is_view")]
    return sorted(kept, key=lambda pair: (pair[0].__tablename__, pair[1]))


def _point(entity: Any, name: str, ids: list[Any], old: uuid.UUID, new: uuid.UUID) -> None:
    values = {name: new} | ({"changed_at": entity.changed_at} if hasattr(entity, "changed_at") else {})
    rows = sa.update(entity).where(entity.id.in_(ids), getattr(entity, name) == old).values(values)
    db.session.execute(rows.execution_options(synchronize_session="fetch"))


def undo(done: Merge, by: User) -> list[str]:
    """Make two of one again. Returns the names of fields that stay, because somebody changed them since.

    Raises WrongState when it was undone already or the winner is gone, Taken when another partner has its identifier.
    """
    policy.insist(by, *policy.EDITORS)
    db.session.refresh(done, with_for_update=True)
    winner, loser = _held(done.winner_id, done.loser_id)
    if done.undone_at or winner is None or loser is None or winner.deleted_at:
        raise WrongState(N_("Cette fusion ne peut plus être défaite : elle l'est déjà, ou la fiche gardée n'est plus dans le carnet."))
    kept = give_back(winner, done.changes["partner"])
    db.session.flush()
    _insist_on_free(loser)
    loser.deleted_at = None
    flag_modified(loser, "changed_at")
    _move_back(done.moved["rows"])
    kept += people_merging.part(done)
    done.undone_at = clock.now()
    db.session.flush()
    timeline.record("merge_undone", as_by(by), by.association_id, partner_id=winner.id, details={"merge": str(done.id), "kept": kept})
    return kept


def _insist_on_free(loser: Partner) -> None:
    for field in ("uai", "siret"):
        value, living = getattr(loser, field), sa.select(Partner).where(Partner.deleted_at.is_(None), Partner.id != loser.id)
        other = db.session.scalars(living.where(getattr(Partner, field) == value).limit(1)).one_or_none() if value else None
        if other:
            raise Taken(field, other.id, other.name)


def _move_back(rows: list[list[Any]]) -> None:
    entities = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers}
    for table, name, old, new, ids in reversed(rows):
        _point(entities[table], name, [uuid.UUID(one) for one in ids], uuid.UUID(new), uuid.UUID(old))


def trashed_contact(contact: Contact, when: datetime | None) -> None:
    """Put a contact aside, or back, without a trace on when it was last changed."""
    contact.deleted_at = when
    flag_modified(contact, "changed_at")
