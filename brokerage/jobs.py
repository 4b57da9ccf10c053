"""The only room that knows RQ. It carries no letter: it wakes the outbox up, and the outbox knows what is due.

So nothing is lost with Valkey: a worker finds every letter again in the database, and when Valkey is away the
timetable runs its errands itself. Everything here may run twice, late, or in two places at once.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry as ConnectionRetry
from rq import Queue, Retry, Worker
from rq.cron import CronJob, CronScheduler
from rq.exceptions import DuplicateJobError
from rq.job import Job

from brokerage.errands import ERRANDS, ON_FILES, application, belong_to, deliver_due, settings, work_on_files
from brokerage.mail import outbox
from brokerage.transfer import waiting

if TYPE_CHECKING:
    from flask import Flask

QUEUE = "letters"  # one queue per worker: with several, RQ loses what a dying worker had just taken
FILES = "files"  # imports and exports take minutes; letters must not wait behind them
WEB_PATIENCE = 0.04  # seconds a request may lose to a Valkey that does not answer
JOB_PATIENCE = 5.0  # seconds a worker or the timetable gives Valkey for one command
LONGEST = 1800  # seconds: a spell of delivery and one server that waits to the end of RFC 5321's ten minutes
ENOUGH = 20  # errands waiting; more would only say the same thing again
WAIT_FOR_VALKEY = 60.0  # seconds before a worker gives up, for its supervisor to start it again

log = logging.getLogger(__name__)
_NAMES = frozenset(f"{errand.__module__}.{errand.__name__}" for errand in (deliver_due, work_on_files, *ERRANDS))


def install(app: "Flask") -> None:
    """Once per process: make the bell ring, and let errands find the application."""
    belong_to(app)
    config = settings(app)
    outbox.configure(config.mail_domain, *config.secrets)
    outbox.bell = partial(ring, _client(config.redis_url, WEB_PATIENCE))
    waiting.bell = partial(ring_for_files, _client(config.redis_url, WEB_PATIENCE))


# ---- the queue -----------------------------------------------------------------------------------------------------


class Errand(Job):
    """A job that can only be one of `errands.py`: whoever writes to Valkey cannot make a worker run others."""

    @property
    def func(self) -> Callable[..., Any] | None:
        if self.func_name not in _NAMES:
            raise PermissionError(f"{self.func_name} is no errand of ours")
        return super().func


def ring(client: "redis.Redis") -> None:
    """Ask a worker to look into the outbox. One call may be at work while the next one waits; more add nothing."""
    if not _enqueue(client, deliver_due, "deliver"):
        _enqueue(client, deliver_due, "deliver-next")


def ring_for_files(client: "redis.Redis") -> None:
    """The same for files that came in, or are to be written."""
    if not _enqueue(client, work_on_files, "files"):
        _enqueue(client, work_on_files, "files-next")


def _queue_of(errand: Callable[[], int]) -> str:
    return FILES if errand in ON_FILES else QUEUE


def _enqueue(client: "redis.Redis", errand: Callable[[], int], job_id: str) -> bool:
    """False when a job of that name exists. A failed one is forgotten at once, or its name would stay taken."""
    queue = Queue(_queue_of(errand), connection=client, serializer="json", job_class=Errand)
    try:
        queue.enqueue(
            errand,
            job_id=job_id,
            unique=True,
            retry=Retry(max=2),
            job_timeout=LONGEST,
            result_ttl=0,
            failure_ttl=1,
        )
    except DuplicateJobError:
        return False
    return True


def _client(url: str, patience: float) -> "redis.Redis":
    """Without retries, which redis-py adds by itself and which would hold a web request for 4.6 s (measured)."""
    quick = ConnectionRetry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience, retry=quick)


# ---- the processes -------------------------------------------------------------------------------------------------


class Postman(Worker):
    """A worker that comes back soon after Valkey does, and knows whether it was asked to stop."""

    job_class = Errand
    max_connection_wait_time = 2.0
    asked_to_stop = False

    def request_stop(self, signum: Any, frame: Any) -> None:
        self.asked_to_stop = True
        super().request_stop(signum, frame)

    def leave(self) -> None:
        """What RQ does not do when Valkey is gone: its listener would try for ever, beside the next worker's."""
        if self.pubsub_thread:
            self.pubsub_thread.stop()


def work(app: "Flask | None" = None, queue: str = QUEUE) -> None:
    """Run the errands of one queue until SIGTERM. Exits with 1 when Valkey stays away; a busy RQ worker also ends with Valkey."""
    if app is not None:
        install(app)
    served = application()
    _leave_connections_to_the_parent(served)
    while True:
        postman = _with_patience(partial(_postman, settings(served).redis_url, queue))
        try:
            postman.work(logging_level="WARNING")
        except redis.RedisError as failure:
            log.warning("the worker lost Valkey: %s", failure)
        if postman.asked_to_stop:
            return
        postman.leave()


def _postman(url: str, queue: str) -> Postman:
    client = _client(url, JOB_PATIENCE)
    client.ping()
    return Postman(
        [Queue(queue, connection=client, serializer="json", job_class=Errand)],
        connection=client,
        serializer="json",
        maintenance_interval=5,
        job_monitoring_interval=3,
        worker_ttl=20,
    )


def _with_patience(start: Callable[[], Postman]) -> Postman:
    until = time.monotonic() + WAIT_FOR_VALKEY
    while True:
        try:
            return start()
        except redis.RedisError as failure:
            if time.monotonic() > until:
                log.error("Valkey stays away: %s", failure)
                sys.exit(1)
            time.sleep(0.5)


def _leave_connections_to_the_parent(app: "Flask") -> None:
    """A forked work-horse that used its parent's connections would mix its answers with others' (measured)."""
    from brokerage.database import db

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        os.register_at_fork(after_in_child=partial(engine.dispose, close=False))


class Turn(CronJob):
    """An errand of the timetable. RQ's own would go as a pickle, under a new name each time, without a retry."""

    def enqueue(self, connection: "redis.Redis") -> Job:
        if self.func is None or self.interval is None:
            raise ValueError("a turn has an errand and an interval")
        slot = f"{self.func.__name__}-{int(time.time() // self.interval)}"
        if connection.llen(f"rq:queue:{self.queue_name}") < ENOUGH:
            _enqueue(connection, self.func, slot)
        return Errand(slot, connection=connection, serializer="json")


def schedule(app: "Flask | None" = None) -> None:
    """Send each errand when its turn comes, until SIGTERM; run it here while Valkey is away.

    Two of these at once do no harm. Missed turns are not caught up: the next one finds what is due.
    """
    os.environ["TZ"] = "Europe/Paris"  # RQ's timetable thinks in local time
    time.tzset()
    if app is not None:
        install(app)
    url = settings(application()).redis_url
    while True:
        client = _client(url, JOB_PATIENCE)
        try:
            _timetable(client).start()
            return
        except redis.RedisError as failure:
            log.warning("Valkey is away, the timetable runs its errands itself: %s", failure)
        if not _run_here_until_back(client):
            return


def _timetable(client: "redis.Redis") -> CronScheduler:
    timetable = CronScheduler(connection=client, logging_level="WARNING")
    timetable.get_jobs().extend(Turn(_queue_of(errand), errand, interval=seconds) for errand, seconds in ERRANDS.items())
    return timetable


def _run_here_until_back(client: "redis.Redis") -> bool:
    """False when SIGTERM came first. An errand is never interrupted: a letter may be on its way."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    turns = _timetable(client).get_jobs()
    while not stop.wait(1) and not _answers(client):
        for turn in turns:
            if turn.should_run() and not stop.is_set():
                turn.set_enqueue_time(datetime.now(UTC))
                _run_here(turn)
    return not stop.is_set()


def _run_here(turn: CronJob) -> None:
    try:
        if turn.func:
            turn.func()
    except Exception:
        log.exception("an errand failed; its next turn will try again")


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
