"""What every page shows around its content: who is here, and what waits for them."""

from typing import Any

from flask import Flask
from flask_babel import get_locale

from brokerage.introductions import policy
from brokerage.web import access


def install(app: Flask) -> None:
    """Put the frame's values into every template."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        visitor = access.visiting()
        return {"visitor": visitor, "waiting": Waiting(visitor), "locale": str(get_locale() or "fr")}


class Waiting:
    """How many requests wait for this visitor, counted only if a template asks."""

    def __init__(self, visitor: access.Visitor | None) -> None:
        self._visitor = visitor

    def __int__(self) -> int:
        return policy.waiting_for(self._visitor) if self._visitor and self._visitor.is_manager else 0
