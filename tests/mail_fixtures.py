"""A post office for the tests of the mail room: an association, a misbehaving mail server, and workers that die."""

import base64
import ctypes
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import brokerage.models  # noqa: F401
from brokerage import clock, database, scope
from brokerage.accounts.models import Association
from brokerage.config import Config
from brokerage.database import db
from brokerage.mail import addresses, delivery, outbox, pace, seals
from brokerage.mail.letter import Letter
from brokerage.mail.models import Message
from brokerage.mail.transport import Transport
from tests.conftest import as_role

SECRET = "a-secret-of-the-tests-0123456789-abcdef"
DOMAIN = "passerelle.example"


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def eventually(is_so: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait for another process; the value once it is true. Fails after `seconds`."""
    until = time.monotonic() + seconds
    while not (value := is_so()):
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)
    return value


class Sink:
    """The mail server of `mail_sink.py`, and what it kept."""

    def __init__(self, log: Path, *tls: Path) -> None:
        self.log, self.port = log, free_port()
        command = [sys.executable, str(Path(__file__).with_name("mail_sink.py")), str(self.port), str(log)]
        self.process = subprocess.Popen([*command, *map(str, tls)], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"up\n"

    def behave(self, mode: str) -> None:
        """From the next message on."""
        self.log.with_suffix(".mode").write_text(mode)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """What it took, in order: to, from, message_id and the raw bytes."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        found = [json.loads(line) for line in lines]
        return [{**one, "raw": base64.b64decode(one["raw"])} for one in found]

    @property
    def letters(self) -> list[EmailMessage]:
        """The same, as a mail program reads them."""
        return [message_from_bytes(one["raw"], policy=policy.default) for one in self.kept]  # type: ignore[misc]

    def forget(self) -> None:
        self.log.unlink(missing_ok=True)
        self.behave("ok")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclasses.dataclass
class Office:
    """What a test of the mail room does, in its own words."""

    app: Flask
    sink: Sink
    transport: Transport
    association_id: uuid.UUID
    owner: sa.Engine

    def letter(self, **changes: Any) -> Letter:
        """A letter to somebody at example.org."""
        usual = {
            "kind": "approved",
            "dedupe_key": f"test:{uuid.uuid4()}",
            "association_id": self.association_id,
            "from_name": "Nadia Benhaddou (Passeport Avenir)",
            "subject": "Demande acceptée",
            "text": "Bonjour,\n\nC’est oui.\n",
            "html": "<p>Bonjour,</p><p>C’est oui.</p>",
        }
        recipient = {} if {"to_user_id", "to_contact_id"} & set(changes) else {"to_address": "lucas@example.org"}
        return Letter(**{**usual, **recipient, **changes})

    def post(self, *letters: Letter, commit: bool = True, **changes: Any) -> uuid.UUID:
        """One step that posts letters, committed unless said otherwise; the id of the last one."""
        with scope.acting(scope.member(self.association_id)) as session:
            messages = [outbox.post(letter) for letter in letters or [self.letter(**changes)]]
            if commit:
                session.commit()
            return messages[-1].id

    def deliver(self, **options: Any) -> int:
        """One worker, here and now."""
        return delivery.deliver_due(self.transport, "test", **options)

    def row(self, message_id: uuid.UUID) -> Message:
        """A message as the database holds it."""
        with scope.acting(scope.system("a test looks")) as session:
            message = session.get_one(Message, message_id)
            session.expunge(message)
            return message

    def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        return dict(tuple(row) for row in self.ask("SELECT state, count(*) FROM message GROUP BY 1"))

    def ask(self, statement: str, **values: Any) -> list[Any]:
        """Whatever the owner of the database wants to know or do."""
        with self.owner.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def let_leases_end(self) -> None:
        """As if every worker had been silent for an hour."""
        self.ask("UPDATE message SET lease_until = lease_until - interval '1 hour'")

    def worker(self, act: "Callable[[], Any] | None" = None, before: "Callable[[], Any]" = lambda: None) -> "Worker":
        """Another process that runs `before`, then delivers what is due, or does `act`."""
        return Worker(self, act or self.deliver, before)


class Worker:
    """A forked process. `ends` waits for it, and gives its exit code: 0, 1 for an exception, -9 when it was killed."""

    def __init__(self, office: Office, act: Callable[[], Any], before: Callable[[], Any]) -> None:
        self.code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._live(office, act, before)

    def _live(self, office: Office, act: Callable[[], Any], before: Callable[[], Any]) -> None:
        code = 1
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it does not outlive the tests
        try:
            db.engine.dispose(close=False)
            office.owner.dispose(close=False)
            before()
            act()
            code = 0
        except SystemExit as asked:
            code = int(asked.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    def ends(self, seconds: float = 60.0) -> int:
        _, status = eventually(lambda: self._look(os.WNOHANG), seconds)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def stops(self) -> None:
        """Waits for its SIGSTOP."""
        _, status = eventually(lambda: self._look(os.WNOHANG | os.WUNTRACED))
        assert os.WIFSTOPPED(status)

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def _look(self, how: int) -> tuple[int, int] | None:
        pid, status = os.waitpid(self.pid, how)
        return (pid, status) if pid else None


def die(number: int = signal.SIGKILL) -> None:
    """The power cut, or SIGSTOP for the frozen machine."""
    os.kill(os.getpid(), number)


@pytest.fixture(scope="session")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    server = Sink(tmp_path_factory.mktemp("sink") / "log")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mail_app(config: Config, sink: Sink) -> Iterator[Flask]:
    """The smallest application that has a database."""
    app = Flask("mail_room")
    smtp = f"smtp://127.0.0.1:{sink.port}"
    app.config["PASSERELLE"] = dataclasses.replace(config, smtp_url=smtp, secret_key=SECRET)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    db.init_app(app)
    database.install_guard()
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def office(mail_app: Flask, sink: Sink, admin_url: str, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An empty outbox, one association, a server in a good mood, and seals that know some people."""
    owner = sa.create_engine(as_role(admin_url, "passerelle_owner", database))
    transport = Transport.from_url(f"smtp://127.0.0.1:{sink.port}", DOMAIN)
    with owner.begin() as connection:
        connection.execute(sa.text("TRUNCATE message, entry, suppression, kept_key, association CASCADE"))
    for name, value in {"checks": [], "essential": set(), "bell": lambda: None, "window": lambda _message: None}.items():
        monkeypatch.setattr(outbox, name, value)
    monkeypatch.setattr(seals, "_resolvers", {})
    monkeypatch.setattr(pace, "PER_MINUTE", 1_000_000)  # what is slowed down on purpose has a test of its own
    monkeypatch.setattr(pace, "PER_DOMAIN", 1_000_000)
    outbox.configure(DOMAIN, SECRET)
    for name, value in {"_domain": DOMAIN, "_secret": SECRET, "_received": True}.items():
        monkeypatch.setattr(addresses, name, value)
    sink.forget()
    with mail_app.app_context():
        yield Office(mail_app, sink, transport, _an_association(), owner)
    owner.dispose()


def _an_association() -> uuid.UUID:
    with scope.acting(scope.system("a test begins")) as session:
        one = Association(slug="pa", name="Passeport Avenir", short="PA", bank="a", of_name="de Passeport Avenir")
        other = Association(slug="ee", name="Les Entretiens", short="EE", bank="b", of_name="des Entretiens")
        session.add_all([one, other])
        session.commit()
        assert clock.now()
        return one.id
