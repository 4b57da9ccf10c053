"""A mail server that misbehaves on demand, in a process of its own: `python mail_sink.py PORT LOG [certificate key]`.

It reads how to behave for each message from the file LOG.mode:
ok · 451 · 550 · rcpt550 · rcpt554policy · mail530 · 421 · greylist · drop_after_dot (keep, then close before 250) ·
drop_before_data · close_after:N (messages on one connection) · slow_accept:N (keep, then wait N seconds before 250).
Every message it kept is a line of JSON in LOG.
"""

import asyncio
import base64
import json
import os
import ssl
import sys
import time
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

LOG = Path(sys.argv[2]) if __name__ == "__main__" else Path("unused")


def mode() -> str:
    """How to behave for the message at hand."""
    try:
        return LOG.with_suffix(".mode").read_text().strip() or "ok"
    except FileNotFoundError:
        return "ok"


class Sink:
    """The hooks aiosmtpd calls."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        session.kept = getattr(session, "kept", 0)
        limit = mode().partition(":")
        if limit[0] == "close_after" and session.kept >= int(limit[2]):
            return "421 4.7.0 enough for one connection"
        refusal = {"mail530": "530 5.7.0 sign in first", "421": "421 4.3.2 shutting down"}.get(mode())
        if refusal:
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        refusal = {
            "rcpt550": f"550 5.1.1 <{address}> no such user",
            "rcpt554policy": f"554 5.7.1 <{address}> relay access denied",
        }.get(mode())
        if mode() == "greylist" and address not in self.seen:
            self.seen.add(address)
            refusal = "450 4.7.1 greylisted"
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        if mode() == "drop_before_data":
            server.transport.abort()
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        refusal = {"451": "451 4.3.0 try later", "550": "550 5.7.1 rejected"}.get(mode())
        if refusal:
            return refusal
        keep(envelope)
        session.kept += 1
        if mode() == "drop_after_dot":
            server.transport.abort()
        if mode().startswith("slow_accept:"):
            await asyncio.sleep(float(mode().partition(":")[2]))
        return "250 2.0.0 queued"


def keep(envelope: Envelope) -> None:
    """One line in the log, on disk before the answer."""
    raw = envelope.original_content or b""
    head = message_from_bytes(raw)
    line = {
        "at": time.time(),
        "to": envelope.rcpt_tos,
        "from": envelope.mail_from,
        "message_id": head["Message-ID"],
        "raw": base64.b64encode(raw).decode(),
    }
    with LOG.open("a") as log:
        log.write(json.dumps(line) + "\n")
        log.flush()
        os.fsync(log.fileno())


def trusted(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    """One user, one password."""
    good = getattr(data, "login", b"") == b"passerelle" and getattr(data, "password", b"") == b"p@ss:word"
    return AuthResult(success=good, handled=False)


def main() -> None:
    """Serve until killed."""
    options: dict[str, object] = {"data_size_limit": 33554432}
    if len(sys.argv) > 4:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(sys.argv[3], sys.argv[4])
        options |= {"tls_context": tls, "require_starttls": True, "authenticator": trusted, "auth_required": True}
    Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]), **options).start()
    print("up", flush=True)
    while os.getppid() != 1:
        time.sleep(1)


if __name__ == "__main__":
    main()
