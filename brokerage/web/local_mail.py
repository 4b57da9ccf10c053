"""Courrier local: the letters a trial installation would have sent, read from the Maildir of its mail sink.

Only served in local mode, to anybody on this machine: whoever tries Passerelle plays every part, contacts included.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from brokerage.config import Config
from brokerage.web import access, letter_frames
from brokerage.web.fragments import page

pages = Blueprint("local_mail", __name__, url_prefix="/courrier-local")

NEWEST = 500  # letters read for the list; older ones stay in the folder
A_PAGE = 50
SHOWN_HEADERS = ("From", "To", "Reply-To")
_URL = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Glimpse:
    """A letter as the list shows it. A file that cannot be read has no subject and `broken` set."""

    key: str
    at: datetime
    recipients: tuple[str, ...] = ()
    subject: str = ""
    broken: bool = False


@dataclass(frozen=True)
class Opened:
    """A letter in full: `text` with its links made clickable, `parts` what else it carries."""

    glimpse: Glimpse
    shown: list[tuple[str, str]]
    others: list[tuple[str, str]]
    text: Markup
    html: str
    parts: list[str]


@pages.get("/")
@access.outside
def index() -> ResponseReturnValue:
    """Every letter, newest first, or those of one recipient."""
    letters = [_glimpse(key, file) for key, file in list(_files().items())[:NEWEST]]
    people = Counter(one for letter in letters for one in letter.recipients)
    wanted = request.args.get("a", "")
    kept = [letter for letter in letters if not wanted or wanted in letter.recipients]
    start = max(0, request.args.get("depuis", 0, type=int))
    following = start + A_PAGE if len(kept) > start + A_PAGE else None
    return page(
        "local_mail/index.html",
        letters=kept[start : start + A_PAGE],
        total=len(kept),
        start=start,
        following=following,
        people=sorted(people.items()),
        wanted=wanted,
        step=A_PAGE,
    )


@pages.get("/<key>")
@access.outside
def letter(key: str) -> ResponseReturnValue:
    """One letter: its headers, its words, and its HTML part in a frame that may do nothing."""
    return shown(key)


def shown(key: str, status: int = 200, error: str = "") -> Response:
    """The page of a letter; with what an answer was refused for, and what was typed."""
    context: dict[str, Any] = {"letter": _opened(key, known(key)), "error": error, "words": request.form.get("words", "")}
    return letter_frames.may_hold_frames(page("local_mail/letter.html", status=status, **context))


@pages.get("/<key>/html")
@access.outside
def html(key: str) -> ResponseReturnValue:
    """The HTML part alone, under a policy of its own; links open in a new tab."""
    words = part(parsed(known(key)), "html")
    if not words:
        abort(404)
    return letter_frames.alone(words)


# ---- the folder -------------------------------------------------------------------------------------------------


def _files() -> dict[str, Path]:
    """Every letter of the Maildir by its key, newest first; none while nothing was ever sent.

    A Maildir is one file per letter in two folders; read directly, one that vanishes meanwhile troubles nobody.
    """
    config: Config = current_app.config["PASSERELLE"]
    folders = [folder for name in ("new", "cur") if (folder := config.data / "courrier" / name).is_dir()]
    found = [file for folder in folders for file in folder.iterdir() if file.name.isascii()]
    return {file.name.partition(":")[0]: file for file in sorted(found, key=_moment, reverse=True)}


def known(key: str) -> Path:
    """The file of a letter: its key is looked up, never joined to a path."""
    return _files().get(key) or abort(404)


def _moment(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)


def parsed(file: Path, only_headers: bool = False) -> EmailMessage:
    """A letter's file, opened; one that vanished meanwhile reads as empty."""
    try:
        words = file.read_bytes()
    except OSError:
        words = b""
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(words, headersonly=only_headers)


# ---- a letter -------------------------------------------------------------------------------------------------------


def _careful(read: Callable[[], object]) -> str:
    """What a damaged letter says, or nothing: the standard parser raises almost anything on malformed headers."""
    try:
        return _printable(read())
    except Exception:
        return ""


def _printable(text: object) -> str:
    """Bytes that were in no alphabet come out of the parser as half characters, which no page can hold."""
    return str(text).encode("utf-8", "replace").decode()


def _glimpse(key: str, file: Path) -> Glimpse:
    at = _moment(file)
    try:
        message = parsed(file, only_headers=True)
        recipients = tuple(dict.fromkeys(_printable(one).strip() for one in message.get_all("Delivered-To", [])))
        subject = _printable(message["Subject"] or "")
    except Exception:
        return Glimpse(key, at, broken=True)
    return Glimpse(key, at, recipients, subject, broken=not (subject or recipients))


def _opened(key: str, file: Path) -> Opened:
    message = parsed(file)
    raw = [(_printable(name), " ".join(_printable(value).split())) for name, value in message.raw_items()]
    return Opened(
        glimpse=_glimpse(key, file),
        shown=[(name, _careful(lambda name=name: message[name] or "")) for name in SHOWN_HEADERS],  # type: ignore[misc]
        others=[(name, value) for name, value in raw if name not in (*SHOWN_HEADERS, "Delivered-To")],
        text=_linked(part(message, "plain")),
        html=part(message, "html"),
        parts=_parts(message),
    )


def part(message: EmailMessage, kind: str) -> str:
    """The text of a letter, "plain" or "html"; empty when it has none, or is damaged."""

    def read() -> str:
        body = message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""

    return _careful(read)


def _parts(message: EmailMessage) -> list[str]:
    """The names of what is attached."""
    try:
        return [_printable(part.get_filename() or _("sans nom")) for part in message.iter_attachments()]
    except Exception:
        return []


def _linked(text: str) -> Markup:
    """The text, escaped, with its addresses as links."""
    made, end = Markup(""), 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(".,;:!?)»\u00a0")
        made += escape(text[end : found.start()]) + Markup('<a href="{0}">{0}</a>').format(url)
        end = found.start() + len(url)
    return made + escape(text[end:])
