"""The logo: a deck, three balusters, someone crossing. Under 24 px the bolder form, without balusters."""

from functools import cache

from markupsafe import Markup

_SMALL = (
    '<path d="M4 24C8.5 13 23.5 13 28 24" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/>'
    '<circle cx="16" cy="8.6" r="4.2" fill="#f4b831"/>'
)
_LARGE = (
    '<g fill="none" stroke="#fff" stroke-linecap="round">'
    '<path d="M4 24.5C8.5 13.6 23.5 13.6 28 24.5" stroke-width="3.4"/>'
    '<path d="M10.6 19.4V24.5M16 16.6V24.5M21.4 19.4V24.5" stroke-width="1.8" opacity=".9"/></g>'
    '<circle cx="16" cy="9.4" r="3.3" fill="#f4b831"/>'
)


@cache
def logo(size: int = 30) -> Markup:
    """The logo, `size` CSS pixels wide; decoration, the name stands beside it."""
    return Markup(
        '<svg width="{0}" height="{0}" viewBox="0 0 32 32" aria-hidden="true">'
        '<rect width="32" height="32" rx="6" fill="#1c4398"/>{1}</svg>'
    ).format(size, Markup(_SMALL if size < 24 else _LARGE))
