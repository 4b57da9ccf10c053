"""The two servers side by side, started as the launcher starts the pages, and what each of their processes has used."""

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from brokerage.local import processes, services
from brokerage.local.folder import Folder
from brokerage.local.given import given

HOST, PATIENCE = services.HOST, 30.0
HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took on the wall, in milliseconds."""

    status: int
    body: str
    cookie: str
    took: float


def cpu_of(pid: int) -> float:
    """Seconds of processor all threads of a process have had: its CPU clock, finer than the ticks of /proc (Linux)."""
    return time.clock_gettime((~pid << 3) | 2)


@dataclass
class Server:
    """One granian with its workers, and a connection to each of them: a measure must know whom it wakes."""

    port: int
    process: "subprocess.Popen[bytes]"
    workers: list[int] = field(default_factory=list)
    lines: dict[int, http.client.HTTPConnection] = field(default_factory=dict)

    def cpu(self) -> float:
        """Seconds of processor of all workers."""
        return sum(cpu_of(pid) for pid in self.workers)

    def reach_workers(self, path: str, headers: Mapping[str, str]) -> None:
        """Connect until each worker answers one connection."""
        self.workers = processes.descendants(self.process.pid)
        deadline = time.monotonic() + PATIENCE
        while len(self.lines) < len(self.workers):
            assert time.monotonic() < deadline, "a worker never answers"
            line = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
            before = {pid: cpu_of(pid) for pid in self.workers}
            for _ in range(4):
                _ask(line, "GET", path, headers)
            self.lines.setdefault(max(self.workers, key=lambda pid: cpu_of(pid) - before[pid]), line)

    def get(self, path: str, headers: Mapping[str, str], worker: int = 0) -> Answer:
        """A page, from the worker of this place."""
        pids = list(self.lines)
        pid = pids[worker % len(pids)]
        try:
            return _ask(self.lines[pid], "GET", path, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError):  # it was left alone for too long
            del self.lines[pid]
            self.reach_workers(path, headers)
            return _ask(self.lines[pid], "GET", path, headers)


def _ask(line: http.client.HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
    started = time.perf_counter()
    line.request(method, path, body=body, headers={"Accept-Encoding": "gzip", **headers})  # as browsers do
    response = line.getresponse()
    text = response.read()
    took = (time.perf_counter() - started) * 1000
    if response.getheader("Content-Encoding") == "gzip":
        text = gzip.decompress(text)
    return Answer(response.status, text.decode(), (response.getheader("Set-Cookie") or "").partition(";")[0], took)


@contextmanager
def serving(target: str, folder: Path, **environment: str) -> Iterator[Server]:
    """The pages of `target` ("app:app"), by the launcher's own command; ended at the end."""
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    env = kept | environment | {"PASSERELLE_LOCAL": "1", "PORT": str(port), "PASSERELLE_DATA": str(folder)}
    (folder / "journaux").mkdir(exist_ok=True)
    command = list(services.web(given(env), Folder(folder), env).command)
    command[command.index("app:app")] = target
    with (folder / "journaux" / f"{target.replace(':', '-')}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=HOUSE, env=env, stdout=log, stderr=log)
        try:
            _wait(port, process)
            yield Server(port, process)
        finally:
            family = [process.pid, *processes.descendants(process.pid)]
            process.terminate()
            process.wait(10)
            processes.send([pid for pid in family if processes.is_alive(pid)], signal.SIGKILL)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while not services.answers(port):
        assert process.poll() is None, "the server did not start"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


def signed_in(port: int, email: str, password: str) -> str:
    """The session cookie of a member who came in by the door, form, token and all."""
    line = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    door = _ask(line, "GET", "/connexion", {})
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', door.body)
    assert token, "the door has no form"
    form = urlencode({"csrf_token": token[1], "email": email, "password": password})
    headers = {"Cookie": door.cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{HOST}:{port}"}
    entered = _ask(line, "POST", "/connexion", headers, form)
    assert entered.status == 303, f"the door says {entered.status}"
    return entered.cookie
