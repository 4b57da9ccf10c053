"""kill -9 in the middle of fifty letters: the worker, then Valkey, then PostgreSQL, each started again.

Real processes throughout, and a PostgreSQL and a Valkey of the test's own, as an installation runs them.
"""

import http.cookiejar
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
import pytest

from brokerage import scope
from brokerage.database import db
from brokerage.introductions import requests
from brokerage.local import lodging, postgres, processes, roles, valkey
from brokerage.local.supervisor import Service
from tests import cast as people
from tests.conftest import migrate
from tests.running import Desk, desk, until

# `guise` and `supervisor` fork, which Python 3.12 and later warn of in a process with threads, such as pytest-xdist's.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

LETTERS = 50
PACE = 0.1  # seconds the mail server takes for each
RESTS = "Passerelle se repose un instant"  # what a page says while the database is away


class Hands:
    """What `Cluster.make` asks of a supervisor: to run one command."""

    def run(self, command, env, cwd, *, log=None, dress=None, foreground=False):
        with log.open("ab") as output:
            return subprocess.run(command, env=env, cwd=cwd, stdout=output, stderr=output, preexec_fn=dress, check=False).returncode


@dataclass
class Stores:
    """PostgreSQL and Valkey with the settings of a real installation, to be killed and started again."""

    admin_url: str
    app_url: str
    redis_url: str
    services: dict[str, Service]

    def kill(self, name: str) -> None:
        """kill -9. The backends of PostgreSQL notice by themselves."""
        service = self.services[name]
        processes.send([service.process.pid], signal.SIGKILL)
        service.process.wait()

    def start(self, name: str) -> None:
        """Start it until it answers, as the supervisor does: the first try may find the dead server's memory still in use."""
        service = self.services[name]

        def answers() -> bool:
            if not service.runs():
                service.start()
            return service.ready()

        until(answers, 60)

    def ask(self, statement: str, values=()) -> list[tuple]:
        with psycopg.connect(self.admin_url.replace("/postgres?", "/passerelle?"), autocommit=True) as session:
            done = session.execute(statement, values)
            return done.fetchall() if done.description else []


@pytest.fixture
def stores() -> Iterator[Stores]:
    data = Path(tempfile.mkdtemp(prefix="passerelle-test-"))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    rooms = lodging.settle(data)
    cluster = postgres.cluster(rooms, env)
    cluster.make(Hands(), data / "postgresql.log", careless=True)
    services = {
        "postgresql": cluster.service(data / "postgresql.log", careless=False),
        "valkey": valkey.service(rooms, env, data / "valkey.log", careless=False),
    }
    admin = cluster.url(postgres.SUPERUSER, "postgres")
    found = Stores(admin, cluster.url(roles.APP, "passerelle").replace("://", "+psycopg://"), valkey.url(rooms), services)
    try:
        for name in services:
            found.start(name)
        roles.prepare_roles(admin)
        roles.create_database(admin, "passerelle")
        migrate(cluster.url(roles.OWNER, "passerelle").replace("://", "+psycopg://"))
        yield found
    finally:
        for service in services.values():
            service.send(service.stop_signal)
            if service.process:
                service.process.wait(20)
        lodging.abandon(data)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def house(config, stores):
    """The cast in the test's own database, and an application to act in it."""
    from brokerage.web.factory import create_app

    app = create_app(replace(config, database_url=stores.app_url, redis_url=stores.redis_url))
    with app.app_context():
        with scope.acting(scope.system("the cast")) as session:
            everyone = people.gather()
            everyone.pa.rules = {"undo_seconds": 0}
            session.commit()
        yield everyone
        db.engine.dispose()


@dataclass
class Reader(threading.Thread):
    """Somebody signed in who reloads a page without a pause, and remembers what it said."""

    url: str
    email: str
    read: list[tuple[float, int, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        super().__init__(daemon=True)
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def __hash__(self):
        return id(self)

    def enters(self):
        form = self.browser.open(f"{self.url}/connexion", timeout=30).read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
        typed = {"email": self.email, "password": people.PASSWORD, "csrf_token": token}
        home = self.browser.open(f"{self.url}/connexion", urllib.parse.urlencode(typed).encode(), timeout=30)
        assert home.url.endswith("/accueil")
        self.start()
        return self

    def run(self):
        while not self.stopped.wait(0.05):
            self.read.append(self.glance())

    def glance(self) -> tuple[float, int, str]:
        try:
            with self.browser.open(f"{self.url}/accueil", timeout=15) as answer:
                return time.monotonic(), answer.status, answer.read().decode()
        except urllib.error.HTTPError as said:
            return time.monotonic(), said.code, said.read().decode()
        except OSError as silence:
            return time.monotonic(), 0, str(silence)

    def reads(self, status: int) -> None:
        """Wait for an answer of this status to a page asked for from now on."""
        since = time.monotonic() + 0.2
        until(lambda: [seen for seen in self.read if seen[0] > since and seen[1] == status], 30)


def fifty_requests(everyone) -> None:
    """Fifty requests in one step: each tells Nadia in a letter of its own, and all are due at once."""
    with scope.acting(scope.member(everyone.lucas.association_id)) as session:
        lucas = session.get_one(type(everyone.lucas), everyone.lucas.id)
        for _ in range(LETTERS):
            requests.submit(people.a_request(lucas, everyone.pa), lucas)
        session.commit()


def six_minutes_pass(stores: Stores) -> None:
    """The leases of workers that are dead come to their end; those of the living go on."""
    held = stores.ask("SELECT id, worker FROM message WHERE state IN ('sending', 'transmitting')")
    lost = [key for key, worker in held if not processes.is_alive(int(worker.partition("/")[0].rpartition("-")[2]))]
    stores.ask("UPDATE message SET lease_until = now() - interval '1 second' WHERE id = ANY(%s)", [lost])


def supervise(running: Desk, stores: Stores) -> None:
    """What happens by itself in an installation: who fell is started again, and time passes."""
    for name, process in list(running.processes.items()):
        if process.poll() is not None:
            running.kill(name)
            running.start(name)
    six_minutes_pass(stores)


def some_leave(running: Desk, stores: Stores) -> None:
    """Letters are under way: one of them is being handed over right now."""
    enough = len(running.letters()) + 4
    assert enough < LETTERS - 4, "the letters are faster than their murderer"
    until(lambda: supervise(running, stores) or len(running.letters()) >= enough, 60)


def arrived(running: Desk) -> Counter:
    return Counter(str(letter["Message-ID"]) for letter in running.letters())


ROWS = "SELECT message_id, state FROM message WHERE dedupe_key NOT LIKE '%%:again'"


def test_fifty_letters_survive_the_death_of_worker_valkey_and_postgresql(stores, house, config, tmp_path):
    own = replace(config, database_url=stores.app_url, redis_url=stores.redis_url)
    with desk(own, tmp_path, pace=PACE) as running:
        reader = Reader(running.url, house.nadia.email).enters()
        reader.reads(200)

        fifty_requests(house)
        assert len(stores.ask(ROWS)) == LETTERS
        some_leave(running, stores)
        running.kill("worker")
        running.start("worker")

        some_leave(running, stores)
        stores.kill("valkey")
        some_leave(running, stores)
        reader.reads(200)
        stores.start("valkey")
        reader.reads(200)

        some_leave(running, stores)
        stores.kill("postgresql")
        reader.reads(503)
        stores.start("postgresql")
        reader.reads(200)

        def settled() -> bool:
            supervise(running, stores)
            return not [state for _, state in stores.ask(ROWS) if state not in ("sent", "uncertain")]

        until(settled, 60)
        rows, boxes = dict(stores.ask(ROWS)), arrived(running)
        doubtful = [one for one, state in rows.items() if state == "uncertain"]
        print(f"\n{LETTERS} letters: {len(doubtful)} uncertain, of which {sum(boxes[one] for one in doubtful)} had arrived")
        assert len(rows) == LETTERS
        assert {one: boxes[one] for one, state in rows.items() if state == "sent" and boxes[one] != 1} == {}
        assert max(boxes[one] for one in doubtful or [""]) <= 1
        assert len(doubtful) <= 3  # one for each that died with a letter in its hands

        stores.ask("UPDATE message SET due_at = now() WHERE dedupe_key LIKE '%%:again'")  # fifteen minutes later
        until(lambda: all(arrived(running)[one] for one in rows))
        reader.stopped.set()
        reader.join()
        said = Counter(status for _, status, _ in reader.read)
        print(f"pages: {dict(said)}")
        assert set(said) == {200, 503}
        assert [words for _, status, words in reader.read if status == 503 and RESTS not in words] == []
        assert [words for _, _, words in reader.read if "Traceback" in words] == []
