"""What every page shows around its content: who is here, and what waits for them."""

from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import get_locale

from brokerage.database import db
from brokerage.introductions import policy
from brokerage.partners import agenda
from brokerage.partners import policy as book
from brokerage.web import access


def install(app: Flask) -> None:
    """Put the frame's values into every template."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        visitor = access.visiting()
        return {"visitor": visitor, "waiting": Waiting(visitor), "locale": str(get_locale() or "fr")}


class Waiting:
    """How many requests and tasks wait for this visitor: counted only if a template asks, both in one statement."""

    def __init__(self, visitor: access.Visitor | None) -> None:
        self._visitor = visitor

    def __int__(self) -> int:
        return self._counted[0]

    @property
    def tasks(self) -> int:
        """Those for today, and late ones."""
        return self._counted[1]

    @property
    def may_have_tasks(self) -> bool:
        """Who only reads figures has none."""
        return self._visitor is not None and self._visitor.has(*book.READERS)

    @cached_property
    def _counted(self) -> tuple[int, int]:
        reader = self._visitor
        if reader is None:
            return 0, 0
        requests = policy.waiting(reader) if reader.is_manager else sa.literal(0)
        row = db.session.execute(sa.select(requests.label("requests"), agenda.due(reader).label("tasks"))).one()
        return row.requests, row.tasks
