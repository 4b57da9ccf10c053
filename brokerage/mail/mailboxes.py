"""Where mail for us arrives: a mailbox at a provider (IMAP), or the folder of the local letter box.

Each mail is handed over as bytes, and marked as read only once whoever took it says so: read twice is better than lost.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE = 30.0  # seconds for a server that does not answer
AT_ONCE = 50  # mails of one look; the next look finds the others
LARGEST = 40 * 1024 * 1024  # bytes of a mail that is read whole
A_BEGINNING = 1024 * 1024  # bytes read of one that is larger: its words come first
ARRIVALS = "courrier-recu"  # the folder of the local letter box, beside the one of letters that left
SEEN = ":2,S"  # how a Maildir writes that a letter was read

Taken = Callable[[], None]


class Unreachable(Exception):
    """The mailbox cannot be opened now. The words hold no password."""


def filed(folder: Path) -> Iterator[tuple[bytes, Taken]]:
    """Letters of a Maildir that nobody took yet, oldest first."""
    new = folder / "new"
    found = sorted(new.iterdir(), key=lambda file: file.stat().st_mtime) if new.is_dir() else []
    for file in found[:AT_ONCE]:
        with file.open("rb") as opened:
            content = opened.read(LARGEST)
        yield content, lambda file=file: _into_cur(file, folder)  # type: ignore[misc]


def _into_cur(file: Path, folder: Path) -> None:
    (folder / "cur").mkdir(exist_ok=True)
    file.rename(folder / "cur" / f"{file.name.partition(':')[0]}{SEEN}")


def at_provider(url: str) -> Iterator[tuple[bytes, Taken]]:
    """Unread mail of IMAP_URL, `imaps://user:password@server:port/folder?ca=file`. Raises `Unreachable`."""
    try:
        with closing(_Box(url)) as box:
            for uid in box.unread()[:AT_ONCE]:
                if content := box.content(uid):
                    yield content, lambda uid=uid: box.mark(uid)  # type: ignore[misc]
    except (imaplib.IMAP4.error, OSError) as failure:
        raise Unreachable(f"{type(failure).__name__}: {_without_secrets(str(failure), url)}") from None


def _without_secrets(words: str, url: str) -> str:
    secret = unquote(urlsplit(url).password or "")
    return words.replace(secret, "…")[:200] if secret else words[:200]


class _Box:
    """One open mailbox."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        authority = parse_qs(parts.query).get("ca", [None])[-1]
        trust = ssl.create_default_context(cafile=authority)
        self._imap = imaplib.IMAP4_SSL(parts.hostname or "", parts.port or 993, ssl_context=trust, timeout=PATIENCE)
        self._imap.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        self._checked(self._imap.select(f'"{folder}"'))

    def unread(self) -> list[str]:
        """UIDs of what was not taken yet, oldest first."""
        [found] = self._checked(self._imap.uid("SEARCH", "UNSEEN")) or [b""]
        return (found or b"").decode().split()

    def content(self, uid: str) -> bytes:
        """The mail, unread as before; the beginning only of a huge one; nothing when it vanished meanwhile."""
        size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(_flat(self._checked(self._imap.uid("FETCH", uid, "(RFC822.SIZE)")))))
        part = f"<0.{A_BEGINNING}>" if size and int(size[1]) > LARGEST else ""
        answer = self._checked(self._imap.uid("FETCH", uid, f"(BODY.PEEK[]{part})"))
        return next((one[1] for one in answer if isinstance(one, tuple)), b"")

    def mark(self, uid: str) -> None:
        """Taken: the next look passes it over."""
        self._checked(self._imap.uid("STORE", uid, "+FLAGS", "(\\Seen)"))

    def close(self) -> None:
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, OSError):
            self._imap.shutdown()

    @staticmethod
    def _checked(answer: tuple[str, Any]) -> list[Any]:
        kind, found = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{kind} {found}")
        return found


def _flat(answer: list[Any]) -> list[bytes]:
    return [one[0] if isinstance(one, tuple) else one for one in answer if isinstance(one, bytes | tuple)]
