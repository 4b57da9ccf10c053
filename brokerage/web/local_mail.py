"""Courrier local: the letters a trial installation would have sent, read from the Maildir of its mail sink.

Only served in local mode, to anybody on this machine: whoever tries Passerelle plays every part, contacts included.
"""

import mailbox
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from brokerage.config import Config
from brokerage.web import access
from brokerage.web.fragments import page
from brokerage.web.headers import CSP

pages = Blueprint("local_mail", __name__, url_prefix="/courrier-local")

NEWEST = 500  # letters read for the list; older ones stay in the folder
A_PAGE = 50
SHOWN_HEADERS = ("From", "To", "Reply-To", "Date", "Subject")
# The letter's own styles and nothing else: no script, no image from outside, no form, and its own origin.
LETTER_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_URL = re.compile(r"https?://[^\s<>\"]+")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Glimpse:
    """A letter as the list shows it. A file that cannot be read has no subject and `broken` set."""

    key: str
    at: datetime
    sender: str = ""
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
    parts: list[str] = field(default_factory=list)


@pages.get("/")
@access.outside
def index() -> ResponseReturnValue:
    """Every letter, newest first, or those of one recipient."""
    letters = [_glimpse(key) for key in _newest_keys()]
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
    response = page("local_mail/letter.html", letter=_opened(_known(key)))
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return response


@pages.get("/<key>/html")
@access.outside
def html(key: str) -> ResponseReturnValue:
    """The HTML part alone, under a policy of its own; links open in a new tab."""
    words = _part(_parsed(_known(key)), "html")
    if not words:
        abort(404)
    opener = '<base target="_blank">'
    framed = _HEAD.sub(lambda head: head[0] + opener, words, count=1) if _HEAD.search(words) else opener + words
    response = Response(framed, mimetype="text/html")
    response.headers["Content-Security-Policy"] = LETTER_CSP
    return response


# ---- the folder -------------------------------------------------------------------------------------------------


def _box() -> mailbox.Maildir | None:
    config: Config = current_app.config["PASSERELLE"]
    folder = config.data / "courrier"
    whole = all((folder / part).is_dir() for part in ("cur", "new", "tmp"))
    return mailbox.Maildir(folder, create=False) if whole else None


def _newest_keys() -> list[str]:
    box = _box()
    times = {key: _moment(_file(box, key)) for key in box.keys()} if box else {}
    return sorted(times, key=lambda key: times[key], reverse=True)[:NEWEST]


def _known(key: str) -> str:
    """The key, if the folder has such a letter: it is looked up, never joined to a path."""
    box = _box()
    return key if box is not None and key in box else abort(404)


def _file(box: mailbox.Maildir, key: str) -> Path:
    return Path(box._path, box._lookup(key))  # type: ignore[attr-defined]


def _moment(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)


def _bytes(key: str) -> bytes:
    box = _box()
    try:
        return _file(box, key).read_bytes() if box else b""
    except (OSError, KeyError):
        return b""


def _parsed(key: str, only_headers: bool = False) -> EmailMessage:
    parser = BytesParser(EmailMessage, policy=policy.default)
    return parser.parsebytes(_bytes(key), headersonly=only_headers)


# ---- a letter -------------------------------------------------------------------------------------------------------


def _careful(read: Callable[[], str]) -> str:
    """What a damaged letter says, or nothing: the standard parser raises almost anything on malformed headers."""
    try:
        return read()
    except Exception:
        return ""


def _glimpse(key: str) -> Glimpse:
    box = _box()
    at = _moment(_file(box, key)) if box else datetime.now(UTC)
    try:
        message = _parsed(key, only_headers=True)
        recipients = tuple(dict.fromkeys(str(one).strip() for one in message.get_all("Delivered-To", [])))
        sender, subject = str(message["From"] or ""), str(message["Subject"] or "")
    except Exception:
        return Glimpse(key, at, broken=True)
    return Glimpse(key, at, sender, recipients, subject, broken=not (sender or subject or recipients))


def _opened(key: str) -> Opened:
    message = _parsed(key)
    glimpse = _glimpse(key)
    shown = [(name, _careful(lambda name=name: str(message[name] or ""))) for name in SHOWN_HEADERS]  # type: ignore[misc]
    others = [(name, value) for name, value in _raw_headers(message) if name not in SHOWN_HEADERS]
    return Opened(glimpse, shown, others, _linked(_part(message, "plain")), _part(message, "html"), _parts(message))


def _raw_headers(message: EmailMessage) -> list[tuple[str, str]]:
    return [(name, " ".join(str(value).split())) for name, value in message.raw_items()]


def _part(message: EmailMessage, kind: str) -> str:
    def read() -> str:
        body = message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""

    return _careful(read)


def _parts(message: EmailMessage) -> list[str]:
    """The names of what is attached."""
    try:
        return [part.get_filename() or _("sans nom") for part in message.iter_attachments()]
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
