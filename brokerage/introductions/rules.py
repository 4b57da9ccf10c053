"""The rules an association may set, with their defaults: product.md §3-4 in one place."""

import uuid
from dataclasses import dataclass, fields
from typing import Any

from brokerage.accounts.models import Association
from brokerage.database import db


@dataclass(frozen=True)
class Rules:
    """Days are working days of the recipient unless their name says otherwise."""

    undo_seconds: int = 30  # 0 to 3600: how long "Annuler l'envoi" works
    decide_within: int = 5
    remind_manager_after: tuple[int, ...] = (3, 6)
    escalate_after: int = 8
    expire_after: int = 20
    remind_delegate_after: int = 5
    remind_contact_after: int = 5
    lapse_after: int = 15
    follow_up_after: int = 10
    close_unknown_after: int = 10
    warn_before_event: int = 10
    asks_limit: int = 2
    asks_window_days: int = 90  # calendar days
    asks_gap_days: int = 14  # calendar days between two asks of one contact
    introduce_directly: bool = False  # share_ok contacts are introduced without asking again
    introduce_automatically: bool = True  # after a yes, without a further click of the manager
    notice_days: int = 15  # under it, the form warns that the notice is short


def of(association_id: uuid.UUID) -> Rules:
    """The rules in force for an association: its own choices over the defaults."""
    chosen: dict[str, Any] = db.session.get_one(Association, association_id).rules
    known = {f.name for f in fields(Rules)}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in chosen.items() if name in known}
    return Rules(**values)
