"""The letter box of a local installation: takes every letter the application sends and files it in a Maildir.

Started by the launcher as `python -m brokerage.local.mail_sink <socket number> <folder>`.
"""

import asyncio
import mailbox
import signal
import socket
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Filing:
    """Each accepted letter becomes a file under `folder`/new, with the addresses it really went to on top."""

    def __init__(self, folder: Path) -> None:
        self._box = mailbox.Maildir(folder, create=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Answers 250 only once the letter is on disk."""
        marks = [
            f"Return-Path: <{envelope.mail_from}>",
            *(f"Delivered-To: {one}" for one in envelope.rcpt_tos),
        ]
        content = envelope.original_content or b""
        try:
            self._box.add("\r\n".join(marks).encode() + b"\r\n" + content)
        except OSError as refusal:
            return f"452 4.3.1 {refusal.strerror}"
        return "250 2.0.0 filed"


async def serve(listening: socket.socket, folder: Path) -> None:
    """Takes letters until told to end."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    filing = Filing(folder)
    server = await loop.create_server(
        lambda: SMTP(filing, hostname="localhost", enable_SMTPUTF8=True, loop=loop), sock=listening
    )
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])))
