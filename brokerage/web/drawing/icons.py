"""Lucide icons, inlined in the page: one SVG file per name in static/icons, read once."""

import re
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup

ICONS = Path(__file__).resolve().parents[3] / "static" / "icons"
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_OPENING = (
    '<svg class="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>'
)


def icon(name: str, cls: str = "", label: str | None = None) -> Markup:
    """The icon `name` (a file of static/icons, no suffix), 20 px; `cls="ic-16"` or `"ic-24"` to change that.

    Without `label` it is decoration beside a word; with one, it stands alone and is read aloud.
    Raises LookupError for a name that has no file, so that a slip shows at the first visit of the page.
    """
    return _drawn(name, cls, None if label is None else str(label))


@lru_cache(maxsize=2048)
def _drawn(name: str, cls: str, label: str | None) -> Markup:
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(_OPENING).format(f"ic {cls}".rstrip(), voice, _strokes(name))


@cache
def _strokes(name: str) -> Markup:
    file = ICONS / f"{name}.svg"
    found = _INSIDE.search(file.read_text()) if file.is_file() else None
    if found is None:
        raise LookupError(f"no icon named {name!r} in static/icons")
    return Markup(" ".join(found[1].split()))
