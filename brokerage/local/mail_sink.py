"""The letter box of a local installation: takes every letter the application sends and files it in a Maildir.

What is addressed to the application itself, such as an answer to one of its letters, is filed in a Maildir of its own,
where the application reads it. Started by the launcher as
`python -m brokerage.local.mail_sink <socket number> <folder> [<folder of arrivals> <domain>]`.
"""

import asyncio
import mailbox
import signal
import socket
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Filing:
    """Each accepted letter becomes a file under `folder`/new, with the addresses it really went to on top.

    Those to an address of `domain` go to `arrivals` instead; no domain, no arrivals.
    """

    def __init__(self, folder: Path, arrivals: Path | None = None, domain: str = "") -> None:
        self._box = mailbox.Maildir(folder, create=True)
        self._arrivals = mailbox.Maildir(arrivals or folder, create=True)
        self._domain = domain

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Answers 250 only once the letter is on disk."""
        inward = [one for one in envelope.rcpt_tos if one.rpartition("@")[2].lower() == self._domain]
        outward = [one for one in envelope.rcpt_tos if one not in inward]
        try:
            self._file(self._arrivals, envelope, inward)
            self._file(self._box, envelope, outward)
        except OSError as refusal:
            return f"452 4.3.1 {refusal.strerror}"
        return "250 2.0.0 filed"

    def _file(self, box: mailbox.Maildir, envelope: Envelope, recipients: list[str]) -> None:
        marks = [f"Return-Path: <{envelope.mail_from}>", *(f"Delivered-To: {one}" for one in recipients)]
        content = envelope.original_content or b""
        if recipients:
            box.add("\r\n".join(marks).encode() + b"\r\n" + content)


async def serve(listening: socket.socket, folder: Path, arrivals: Path | None = None, domain: str = "") -> None:
    """Takes letters until told to end."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    filing = Filing(folder, arrivals, domain)
    server = await loop.create_server(
        lambda: SMTP(filing, hostname="localhost", enable_SMTPUTF8=True, loop=loop), sock=listening
    )
    async with server:
        await ended.wait()


if __name__ == "__main__":
    number, letters, *inward = sys.argv[1:]
    arrivals, domain = (Path(inward[0]), inward[1]) if inward else (None, "")
    asyncio.run(serve(socket.socket(fileno=int(number)), Path(letters), arrivals, domain))
