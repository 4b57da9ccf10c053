"""The HTML part of a letter: the same text in a quiet frame, nothing more. No image, no pixel, no tracked link.

`templates/mail/_frame.html` draws the parts; here plain text becomes parts, every character of it escaped. Styles are
inline because mail programs drop style sheets.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from brokerage.mail.seals import LINK

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"
_URL = rf"https?://[^\s<>\"]+|{LINK}"
_ARROW = re.compile(rf"→ (?P<label>.+?)[ \u00a0]?: (?P<url>{_URL})")
_FACT = re.compile(r"(?P<label>Pourquoi|Quoi|Quand|Où|Why|What|When|Where)[ \u00a0]?: (?P<value>.+)")
_BARE = re.compile(_URL)
_ENGLISH = {"ou copiez ce lien :": "or copy this link:"}

_LINK = Markup('<a class="li" href="{0}" style="color:#1c4398;word-break:break-word;overflow-wrap:anywhere;">{1}</a>')
_QUOTE = Markup('<span class="t2 ln" style="display:block;padding:2px 0 2px 16px;border-left:3px solid #dddad1;color:#434a59;">{}</span>')
_ITEM = Markup('<span style="display:block;padding-left:18px;text-indent:-14px;">• {}</span>')

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)
Part = Markup | dict[str, Any]


def framed(subject: str, text: str, language: str) -> str:
    """`text` as a whole HTML page; seals pass through for the day it leaves."""
    body, _, foot = text.partition("\n--\n")
    return _environment.get_template("_frame.html").render(
        subject=subject,
        locale=language,
        paragraphs=list(parts(body)),
        foot=[_lines(one.splitlines()) for one in foot.strip().split("\n\n") if one],
        _=lambda words: _ENGLISH.get(words, words) if language == "en" else words,
    )


def parts(body: str) -> Iterator[Part]:
    """What the frame draws, in order. One arrow line is the button; several are choices of equal dignity: links."""
    lines = body.splitlines()
    alone = sum(bool(_ARROW.fullmatch(line)) for line in lines) == 1
    for kind, group in groupby(lines, key=_kind):
        if kind == "arrow":
            yield from (_arrow(line, alone) for line in group)
        elif kind != "gap":
            yield _DRAWN[kind](list(group))


def _kind(line: str) -> str:
    if not line.strip():
        return "gap"
    if line.startswith(">"):
        return "quote"
    if line.startswith(("- ", "• ")):
        return "list"
    if _FACT.fullmatch(line):
        return "facts"
    return "arrow" if _ARROW.fullmatch(line) else "words"


def _arrow(line: str, alone: bool) -> Part:
    _, label, url = _split(_ARROW, line)
    return {"button": url, "label": label} if alone else _LINK.format(url, label)


def _facts(lines: list[str]) -> Part:
    found = [_split(_FACT, line) for line in lines]
    return {"facts": [(label, _line(value)) for _, label, value in found]}


def _quote(lines: list[str]) -> Part:
    return _QUOTE.format(_lines([line.removeprefix(">").strip() for line in lines]))


def _list(lines: list[str]) -> Part:
    return Markup("").join(_ITEM.format(_line(line[2:])) for line in lines)


def _lines(lines: list[str]) -> Markup:
    return Markup("<br>\n").join(_line(line) for line in lines)


_DRAWN = {"quote": _quote, "list": _list, "facts": _facts, "words": _lines}


def _line(line: str) -> Markup:
    """Escaped, its bare addresses of pages made links."""
    made, end = Markup(""), 0
    for found in _BARE.finditer(line):
        url = found[0].rstrip(".,;:!?)»\u00a0") if found[0].startswith("http") else found[0]
        made += escape(line[end : found.start()]) + _LINK.format(url, url)
        end = found.start() + len(url)
    return made + escape(line[end:])


def _split(pattern: re.Pattern[str], line: str) -> tuple[str, str, str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise ValueError(line)
    whole, first, second = found[0], found[1], found[2]
    return whole, first, second
