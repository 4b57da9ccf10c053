"""Addresses that depend on the page being drawn, or on what a static file holds."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from flask import current_app, request, url_for

_PLACES_IN_A_LIST = ("after", "before")


def here(**changes: str | int | list[str] | None) -> str:
    """This page's address with `changes` to its query; None takes a key out, a list repeats it.

    The place reached in a list (`after`, `before`) is forgotten unless it is itself the change.
    """
    query = {key: values for key, values in request.args.lists() if key not in _PLACES_IN_A_LIST}
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = value if isinstance(value, list) else [str(value)]
    return request.path + ("?" + urlencode(query, doseq=True) if query else "")


@lru_cache(maxsize=256)
def asset(name: str) -> str:
    """The address of a file of static/, with a sign of its content, so that browsers may keep it for ever.

    Read once, as templates are: a change shows at the next start. Not for fonts: stylesheets name them without the
    sign, and a preload must name them the same way.
    """
    content = Path(current_app.static_folder or "", name).read_bytes()
    return url_for("static", filename=name, v=sha256(content).hexdigest()[:10])
