"""What every page shows around its content: who is here, and what waits for them."""

from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from brokerage.introductions import policy
from brokerage.web import access
from brokerage.web.typography import language


def install(app: Flask) -> None:
    """Put the frame's values into every template."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        visitor = access.visiting()
        return {"visitor": visitor, "waiting": Waiting(visitor), "locale": language()}

    app.jinja_env.globals["navigation"] = navigation


class Waiting:
    """How many requests wait for this visitor, counted only if a template asks."""

    def __init__(self, visitor: access.Visitor | None) -> None:
        self._visitor = visitor

    def __int__(self) -> int:
        return policy.waiting_for(self._visitor) if self._visitor and self._visitor.is_manager else 0


def navigation(part: str, visitor: access.Visitor, here: str, waiting: int) -> Markup:
    """The macro `part` of base/_nav.html, drawn once for as long as what it shows stays the same."""
    return _drawn(part, language(), visitor, here, waiting)


@lru_cache(maxsize=512)
def _drawn(part: str, _language: str, visitor: access.Visitor, here: str, waiting: int) -> Markup:
    module: Any = current_app.jinja_env.get_template("base/_nav.html").module
    return getattr(module, part)(visitor, here, waiting)  # type: ignore[no-any-return]
