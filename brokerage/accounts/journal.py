"""The journal of an association: who came in or failed to, what was looked at, taken out, decided and changed (A12, G19)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from brokerage.accounts import watch
from brokerage.accounts.models import Role
from brokerage.database import db
from brokerage.timeline import JOURNAL, Entry

READERS = (Role.ADMIN, Role.AUDITOR)
PAGE = 50
GROUPS = {
    "connexions": (
        "signed_in", watch.WRONG_PASSWORD, watch.WRONG_CODE, watch.HELD_BACK, watch.NOT_CONFIRMED, "password_changed",
        "email_changed", "second_factor_on", "second_factor_removed", "recovery_codes_renewed", "member_signed_out",
    ),
    "refus": (watch.REFUSED, watch.WRONG_PASSWORD, watch.WRONG_CODE, watch.HELD_BACK, watch.NOT_CONFIRMED),
    "membres": (
        "association_founded", "member_invited", "member_joined", "roles_changed", "member_deactivated", "member_returned",
        "member_closing", "member_closed", "charge_given", "charge_removed", "rule_changed",
    ),
    "donnees": (
        "details_seen", "introduction_introduce", "introduction_introduce_directly", "consent_withdrawn", "objection",
        "export_asked", "exported", "export_fetched", "export_cancelled", "imported", "import_undone", "rights_noted", "rights_settled",
    ),
    "decisions": ("approve", "decline", "take_back", "introduction_accept", "introduction_refuse"),
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """A page of it, newest first; `after` is the mark of the next one, None on the last."""

    lines: Sequence[Entry]
    after: str | None


def read(association_id: uuid.UUID, group: str = "", after: str = "") -> Lines:
    """The lines of one group, or of all; a mark somebody wrote themselves begins at the newest."""
    query = sa.select(Entry).where(Entry.association_id == association_id, _among(JOURNAL))
    if group in GROUPS:
        query = query.where(_among(GROUPS[group]))
    if mark := _mark(after):
        query = query.where(sa.tuple_(Entry.at, Entry.id) < sa.tuple_(*map(sa.literal, mark)))
    found = db.session.scalars(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(PAGE + 1)).all()
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Lines(found[:PAGE], f"{last.at.isoformat()}_{last.id}" if last else None)


def _among(kinds: Sequence[str]) -> sa.ColumnElement[bool]:
    """Written out in the statement: so PostgreSQL sees that the index of the journal answers it."""
    return Entry.what.in_(sa.bindparam(None, list(kinds), expanding=True, literal_execute=True))


def _mark(after: str) -> tuple[Any, ...]:
    when, _, key = after.partition("_")
    try:
        return datetime.fromisoformat(when), uuid.UUID(key)
    except ValueError:
        return ()
