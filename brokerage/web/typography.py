"""French micro-typography, put into our own words as they are shown; what people typed is left alone.

Sources are written with plain spaces and straight apostrophes. `install` teaches the templates to set every
translated message before its values are filled in; the filter `typo` does the same for labels and flashes.
"""

import re
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.globals import app_ctx
from flask_babel import Domain, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

NBSP, THIN, JOINER = "\u00a0", "\u202f", "\u2060"
_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|janv\.|févr\.|avr\.|juil\.|sept\.|oct\.|nov\.|déc\."
)
_NUMBER = r"(?:(?<=\d)|(?<=\)[ds]))"  # a digit, or the end of a place such as %(count)d
_TAG = re.compile(r"(</?[a-zA-Z][^<>]*>)")
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"'|&#39;", "’"),
        (r"« ", f"«{NBSP}"),
        (r" »", f"{NBSP}»"),
        (r"\b([Ee])-(?=mails?\b)", rf"\1-{JOINER}"),
        (r" ([?!;])", rf"{THIN}\1"),
        (r" :(?=\s|$)", f"{NBSP}:"),
        (r"(?<!\d)(\d{1,3}) (?=\d{3}(?!\d))", rf"\1{THIN}"),
        (_NUMBER + r" (?=(?:h|min|j|km|kB|ko|Mo)\b(?!’)|€|%(?!\())", NBSP),
        (r"(?<=\u00a0h) (?=\d\d\b|%\()", NBSP),
        (r"\bn° ", f"n°{NBSP}"),
        (r"\b(M\.|MM\.|Mme|Mmes) (?=[A-ZÀ-Þ%])", rf"\1{NBSP}"),
        (rf"(?:(?<=\d)|(?<=\b1er)) (?=(?:{_MONTHS})(?!\w))", NBSP),
    )
]

_QUOTED = re.compile(r"«\s*(.*?)\s*»")
_COUNTS = re.compile(r"%\(n(?:um)?\)")


def typo(text: str) -> str:
    """French text as printed: ’ « » and U+00A0, U+202F before ; ! ? and in thousands, « e-mail » in one piece; tags left alone.

    Twice gives the same as once.
    """
    pieces = _TAG.split(text)
    pieces[::2] = [_set(piece) for piece in pieces[::2]]
    return "".join(pieces)


def _set(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def typo_mail(text: str) -> str:
    """French text for a letter: as `typo`, with U+00A0 alone, since some mail readers show the others as boxes."""
    return typo(text).replace(THIN, NBSP).replace(JOINER, "")


def within_quotes(text: str) -> str:
    """What somebody typed, to stand between « »: quotation marks of its own become “ ”."""
    return _QUOTED.sub(r"“\1”", text)


def typo_english(text: str) -> str:
    """English text as it is printed: the apostrophe only."""
    pieces = _TAG.split(text)
    pieces[::2] = [piece.replace("'", "’").replace("&#39;", "’") for piece in pieces[::2]]
    return "".join(pieces)


def language() -> str:
    """The reader's language, "fr" or "en". Asked hundreds of times a page, so what Flask-Babel found is read where it keeps it."""
    try:
        page: Any = app_ctx
        return page._get_current_object().g._flask_babel.babel_locale.language  # type: ignore[no-any-return]
    except (RuntimeError, AttributeError):  # no page is being made, or nobody asked yet
        locale = get_locale()
        return locale.language if locale else "fr"


@lru_cache(maxsize=4096)
def _message(spoken: str, text: str) -> str:
    return typo(text) if spoken == "fr" else typo_english(text)


@lru_cache(maxsize=8192)
def _translated(spoken: str, how: str, *message: Any) -> str:
    """A message of ours in the language of this request: asking Flask-Babel sixty times a page costs two milliseconds."""
    return _message(spoken, _plain(spoken, how, *message))


class Messages(Domain):
    """The catalogue as Python code asks it, through Flask-Babel: each message is looked up once in each language."""

    def gettext(self, string: str, **variables: Any) -> str:
        """A message in the language of this request, its values filled in."""
        said = _plain(language(), "ugettext", string)
        return said % variables if variables else said

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """A counted message; `num` is among its values."""
        said = _plain(language(), "ungettext", singular, plural, num)
        return said % (variables | {"num": variables.get("num", num)})


@lru_cache(maxsize=8192)
def _plain(spoken: str, how: str, *message: Any) -> str:
    """What the catalogue says. Under two is one in French, « 0 demande », unless the singular spells its « une » out."""
    if spoken == "fr" and how in ("ungettext", "unpgettext") and abs(message[-1]) < 2 and _COUNTS.search(message[-3]):
        message = (*message[:-1], 1)
    return str(getattr(get_translations(), how)(*message))


def apostrophes(text: str) -> str:
    """The one thing to set in a name or a word of somebody's, in any language: fifty lines of a list must not cost more."""
    return text.replace("'", "’")


def typeset(text: object) -> str:
    """Any text of ours in the reader's language: labels, errors and flashes too. Only Markup stays markup."""
    printed = _message(language(), str(text))
    return Markup(printed) if isinstance(text, Markup) else printed


@pass_eval_context
def _said(place: EvalContext, message: str, **values: Any) -> str:
    """`_` in a template, as Jinja's own "newstyle" has it: markup where text is escaped, and so the values are."""
    said = _escaped(language(), message) if place.autoescape else _translated(language(), "ugettext", message)
    return said % values if values or "%" in said else said


@lru_cache(maxsize=8192)
def _escaped(spoken: str, message: str) -> Markup:
    return Markup(_translated(spoken, "ugettext", message))


def install(app: Flask) -> None:
    """After Flask-Babel: templates get every message typeset, before its values are escaped and filled in."""
    # Flask-Babel installs its own callables in the same way; only the last installed count.
    i18n: Any = app.jinja_env
    i18n.install_gettext_callables(
        gettext=lambda s: _translated(language(), "ugettext", s),
        ngettext=lambda s, p, n: _translated(language(), "ungettext", s, p, n),
        pgettext=lambda c, s: _translated(language(), "upgettext", c, s),
        npgettext=lambda c, s, p, n: _translated(language(), "unpgettext", c, s, p, n),
        newstyle=True,
    )
    # Jinja's `_` calls `gettext` through the context, which calls ours through it again: a fifth of a page went there.
    app.jinja_env.globals["_"] = _said
    app.jinja_env.filters["typo"] = typeset
