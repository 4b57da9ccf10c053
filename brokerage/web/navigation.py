"""What every page shows around its content: who is here, and what waits for them."""

from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from markupsafe import Markup

from brokerage import clock
from brokerage.database import db
from brokerage.introductions import policy
from brokerage.partners import agenda
from brokerage.partners import policy as book
from brokerage.web import access
from brokerage.web.typography import language

_COUNTED = sa.select(policy.WAITING.label("requests"), agenda.DUE.label("tasks"))


def install(app: Flask) -> None:
    """Put the frame's values into every template."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        visitor = access.visiting()
        return {"visitor": visitor, "waiting": Waiting(visitor), "locale": language()}

    app.jinja_env.globals["navigation"] = navigation


class Waiting:
    """How many requests and tasks wait for this visitor: counted only if a template asks, both in one statement."""

    def __init__(self, visitor: access.Visitor | None) -> None:
        self._visitor = visitor

    def __int__(self) -> int:
        return self._counted[0] if self._visitor and self._visitor.is_manager else 0

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
        row = db.session.execute(_COUNTED, {"mine": reader.association_id, "me": reader.id, "today": clock.today()}).one()
        return row.requests, row.tasks


def navigation(part: str, visitor: access.Visitor, here: str, waiting: int, tasks: int | None) -> Markup:
    """The macro `part` of base/_nav.html, drawn once for as long as what it shows stays the same."""
    return _drawn(part, language(), visitor, here, waiting, tasks)


@lru_cache(maxsize=512)
def _drawn(part: str, _language: str, visitor: access.Visitor, here: str, waiting: int, tasks: int | None) -> Markup:
    module: Any = current_app.jinja_env.get_template("base/_nav.html").module
    return getattr(module, part)(visitor, here, waiting, tasks)  # type: ignore[no-any-return]
