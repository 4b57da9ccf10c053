"""What values of filters mean that only the database knows: members, tags, allies; and those that mean nothing any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from brokerage.accounts.models import User
from brokerage.accounts.sign_in import Visitor
from brokerage.conventions import policy as conventions
from brokerage.database import db
from brokerage.partners import tags
from brokerage.partners.fields import CustomField
from brokerage.web.partner_filters import Chip, Filter, field_in, with_own
from brokerage.web.typed import identifier


@dataclass(frozen=True)
class Known:
    """The words of values, and the values that are gone: a member who left, a tag nobody carries, an old code."""

    names: dict[str, str]
    gone: Sequence[Chip]


def known(filters: dict[str, Filter], given: "MultiDict[str, str]", reader: Visitor) -> Known:
    """What the values of an address mean today, for this reader."""
    members = _members([key for value in given.getlist("referent") if (key := identifier(value))]) if "referent" in filters else {}
    names = {str(key): member.name for key, member in members.items()}
    alive = {"referent": {str(key) for key, member in members.items() if member.is_active}}
    if wanted := given.getlist("etiquette"):
        alive["etiquette"] = tags.carried(wanted)
    own = {name: meant[0] for name in given if (meant := field_in(name))}
    if own:
        in_use = sa.select(CustomField.id).where(CustomField.id.in_(own.values()), CustomField.archived_at.is_(None))
        there = set(db.session.scalars(in_use))
        alive |= {name: set() for name, key in own.items() if key not in there}
    if "allie" in filters and given.get("allie"):
        allies = {str(ally.id): ally.name for ally in conventions.allies(reader.association_id)}
        names, alive["allie"] = names | allies, set(allies)
    return Known(names, _gone(filters, given, names, alive))


def _members(wanted: Iterable[object]) -> dict[object, User]:
    wanted = list(wanted)
    return {member.id: member for member in db.session.scalars(sa.select(User).where(User.id.in_(wanted)))} if wanted else {}


def _gone(filters: dict[str, Filter], given: "MultiDict[str, str]", names: dict[str, str], alive: dict[str, set[str]]) -> list[Chip]:
    found = []
    for name, filter in with_own(filters, given).items():
        for value in dict.fromkeys(given.getlist(name)):
            if value and (filter.read(value) is None or value not in alive.get(name, {value})):
                found.append(Chip(name, str(filter.label), names.get(value, value), []))
    return found
