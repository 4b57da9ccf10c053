"""The whole desk as processes: web server, worker, timetable and a mail server that files every letter."""

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from brokerage.config import Config
from brokerage.local.processes import send, sessions

HOUSE = Path(__file__).parents[1]
# The mail server of a local installation, but slow: time enough to kill somebody while a letter is on its way.
UNHURRIED = """
import asyncio, socket, sys
from pathlib import Path
from brokerage.local.mail_sink import Filing, serve

pace, listening, folder = float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
file_at_once = Filing.handle_DATA

async def file_later(self, *letter):
    await asyncio.sleep(pace)
    return await file_at_once(self, *letter)

Filing.handle_DATA = file_later
asyncio.run(serve(socket.socket(fileno=listening), folder))
"""


def until(what: Callable[[], object], patience: float = 30.0) -> object:
    """Wait for something of the world outside, not for time itself."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {patience} s in vain for {getattr(what, '__name__', what)}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Desk:
    """Processes that can be killed one by one, and the letters that arrived."""

    environment: dict[str, str]
    box: Path
    port: int
    pace: float = 0.0  # seconds the mail server takes for each letter
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """Start, or start again, one of the processes."""
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        commands = {
            "web": [sys.executable, "-m", "granian", "--interface", "wsgi", "app:app", "--host", "127.0.0.1", "--port", str(self.port)],
            "worker": [*flask, "worker"],
            "files": [*flask, "worker", "--queue", "files"],
            "scheduler": [*flask, "scheduler"],
        }
        log = open(self.box.parent / f"{name}.log", "ab")  # noqa: SIM115
        self.processes[name] = subprocess.Popen(commands[name], cwd=HOUSE, env=self.environment, start_new_session=True, stdout=log, stderr=log)

    def start_mail(self) -> int:
        """The mail server of a local installation, on a socket of its own; returns its port."""
        listening = socket.create_server(("127.0.0.1", 0))
        program = ["-c", UNHURRIED, str(self.pace)] if self.pace else ["-m", "brokerage.local.mail_sink"]
        self.processes["mail"] = subprocess.Popen(
            [sys.executable, *program, str(listening.fileno()), str(self.box)],
            cwd=HOUSE, pass_fds=[listening.fileno()], start_new_session=True,
        )  # fmt: skip
        return listening.getsockname()[1]

    def kill(self, name: str) -> None:
        """kill -9, with everything it started: RQ puts what does the work into a group of its own."""
        process = self.processes.pop(name)
        send(sessions({process.pid}), signal.SIGKILL)
        process.wait()

    def run(self, *command: str, ahead: float = 0.0) -> str:
        """A command of `./run flask …`, `ahead` seconds into the future."""
        moved = self.environment | {"PASSERELLE_CLOCK_AHEAD": str(ahead)}
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "app", *command], cwd=HOUSE, env=moved, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def letters(self, to: str = "") -> list[EmailMessage]:
        """Every letter that arrived, oldest first, or those delivered to one address."""
        files = sorted((self.box / "new").glob("*"), key=lambda f: f.stat().st_mtime_ns) if self.box.exists() else []
        found = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]
        return [m for m in found if not to or to in [str(v).strip() for v in m.get_all("Delivered-To", [])]]

    def letter(self, to: str, subject: str) -> EmailMessage:
        """Wait for a letter to somebody whose subject holds `subject`."""
        return until(lambda: next((m for m in self.letters(to) if subject in m["Subject"].replace("\u00a0", " ")), None))

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)


def links(message: EmailMessage) -> list[str]:
    """Every address in the text of a letter."""
    return re.findall(r"https?://[^\s>\]]+", message.get_body(("plain",)).get_content())


@contextmanager
def desk(config: Config, folder: Path, pace: float = 0.0, **more: str) -> Iterator[Desk]:
    """Everything started and answering; killed at the end."""
    port = free_port()
    running = Desk({}, folder / "courrier", port, pace)
    environment = {
        "PASSERELLE_LOCAL": "1", "SECRET_KEY": config.secret_key, "DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url,
        "PUBLIC_BASE_URL": running.url, "PORT": str(port), "PASSERELLE_DATA": str(folder), "PYTHONPATH": str(HOUSE),
    }  # fmt: skip
    try:
        mail = running.start_mail()
        running.environment = {**os.environ, **environment, "SMTP_URL": f"smtp://127.0.0.1:{mail}", **more}
        for name in ("web", "worker", "scheduler"):
            running.start(name)
        until(lambda: answers(running.url), 60)
        yield running
    finally:
        running.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/connexion", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
