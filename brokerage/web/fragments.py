"""The only file that says "HX-": fragments instead of pages, and what htmx must be told in headers."""

from collections.abc import Collection
from typing import Any

import htmx_flask.constants
from flask import Flask, Response, make_response, redirect, render_template, request
from htmx_flask import Htmx
from htmx_flask import make_response as htmx_response
from htmx_flask.requests import HtmxAwareRequest
from jinja2_fragments.flask import render_block

from brokerage.web.typed import Typed

# htmx-flask 0.1.0 misses a comma: two of its swaps are glued into one word.
htmx_flask.constants.RESWAPS[:] = [
    "innerHTML", "outerHTML", "beforebegin", "afterbegin", "beforeend", "afterend", "delete", "none",
]  # fmt: skip

_htmx = Htmx()


class Request(HtmxAwareRequest):
    """A request that knows htmx, and whose `args` and `form` hold nothing that PostgreSQL cannot."""

    parameter_storage_class = Typed


def install(app: Flask) -> None:
    """Give every request its `htmx`, and every page that could be a fragment its Vary."""
    _htmx.init_app(app)
    app.request_class = Request  # after init_app, which puts its own in this place


def page(template: str, *, fragments: Collection[str] = (), status: int = 200, **context: Any) -> Response:
    """Render `template`, or only the block htmx is about to replace.

    A fragment is a block whose name is the id of the element; only names listed in `fragments` are served.
    A restored history entry and a boosted link get the whole page.
    """
    wanted = _target() if fragments else None
    body = render_block(template, wanted, **context) if wanted and wanted in fragments else render_template(template, **context)
    response = make_response(body, status)
    if fragments:
        response.vary.update(["HX-Request", "HX-Target"])
    return response


def _target() -> str | None:
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return None
    return htmx.target.replace("-", "_") if htmx.target else None


def wants(fragment: str) -> bool:
    """Whether htmx asks for this block alone: a view may then leave out what only the rest of the page shows."""
    return _target() == fragment


def by_htmx() -> bool:
    """Whether htmx asks, for a piece of a page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def hx_redirect(url: str) -> Response:
    """Send the browser elsewhere: by header for htmx, by 303 otherwise. `url` comes from url_for."""
    if request.htmx:  # type: ignore[attr-defined]
        return htmx_response("", redirect=url)
    return make_response(redirect(url, 303))


def in_place_of(response: Response, element_id: str) -> Response:
    """Put the answer where this element stands, whatever the form that was sent had in mind."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#{element_id}", "outerHTML"
    return response


def with_trigger(response: Response, **events: Any) -> Response:
    """Let the page hear `events` (name: details) once the answer is in place."""
    return htmx_response(response, trigger=events)
