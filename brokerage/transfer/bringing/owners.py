"""Who « suivi par » means: a manager of the association, by full name, by first name or by initials."""

import uuid
from collections import Counter

import sqlalchemy as sa

from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.reference.folding import folded


class Owners:
    """The managers of the association, who alone may own partners, by the ways their names are written."""

    def __init__(self, association_id: uuid.UUID) -> None:
        members = db.session.scalars(sa.select(User).where(User.association_id == association_id, User.is_active))
        known = [(way, member.id) for member in members if member.has(Role.MANAGER) for way in _ways(member)]
        several = Counter(way for way, _ in set(known))
        self._by_way = {way: member_id for way, member_id in known if several[way] == 1}

    def named(self, text: str) -> uuid.UUID | None:
        """The one manager that `text` names; None for nobody, several, or somebody else."""
        words = folded(text)
        return self._by_way.get(words) or self._by_way.get(words.replace(" ", "")) if words else None


def _ways(member: User) -> set[str]:
    first, last = folded(member.first_name), folded(member.last_name)
    initials = "".join(word[0] for word in first.split()), "".join(word[0] for word in last.split())
    return {
        f"{first} {last}",
        f"{last} {first}",
        f"{first[:1]} {last}",
        f"{first} {last[:1]}",
        first,
        last,
        initials[0] + initials[1],
        initials[0][:1] + initials[1][:1],
    } - {""}
