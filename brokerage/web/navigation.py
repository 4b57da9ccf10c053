"""What every page shows around its content: who is here, and what waits for them."""

from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from brokerage.partners import policy as book
from brokerage.web import access
from brokerage.web.typography import language


def install(app: Flask) -> None:
    """Put the frame's values into every template."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {"visitor": access.visiting(), "locale": language()}

    app.jinja_env.globals.update(navigation=navigation, drawn_once=drawn_once)


def drawn_once(piece: str, **values: str | bool) -> Markup:
    """A piece of a page that depends on these values and the reader's language alone, drawn once for all of them."""
    return _drawn_once(piece, language(), tuple(values.items()))


@lru_cache(maxsize=256)
def _drawn_once(piece: str, spoken: str, values: tuple[tuple[str, str | bool], ...]) -> Markup:
    return Markup(current_app.jinja_env.get_template(piece).render(dict(values), locale=spoken))


def navigation(part: str, visitor: access.Visitor, here: str) -> Markup:
    """The macro `part` of base/_nav.html, drawn once for as long as what it shows stays the same: counters come with the visitor."""
    return _drawn(part, language(), visitor, here)


@lru_cache(maxsize=512)
def _drawn(part: str, _language: str, visitor: access.Visitor, here: str) -> Markup:
    module: Any = current_app.jinja_env.get_template("base/_nav.html").module
    tasks = visitor.tasks_due if visitor.has(*book.READERS) else None  # who only reads figures has none
    return getattr(module, part)(visitor, here, visitor.requests_waiting, tasks)  # type: ignore[no-any-return]
