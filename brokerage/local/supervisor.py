"""Starts services in order, watches them, starts the fallen ones again, and ends them all."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from brokerage.local import processes, sentences
from brokerage.local.failures import explain, how_it_ended, size_of
from brokerage.local.sentences import Stop, say

FIRST_PAUSE, LONGEST_PAUSE = (0.5, 30.0)  # seconds before a fallen service is started again, doubling between
STEADY = 30.0  # seconds of life after which a fall counts as a first one
PATIENCE = 1.6  # seconds that those who use the databases get to end, then the databases
GLANCE = 0.02  # seconds between two looks at a service that is getting ready


class ToldToStop(Exception):
    """A signal came, or the launcher died: put everything away now."""


@dataclass
class Service:
    """One process to keep alive. `ready` is asked again and again until it says yes.

    `log` None writes to the terminal. `before` mends what a fall may have left. `is_store` services
    (databases) are ended last, when nobody uses them any more.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    ready: Callable[[], bool]
    log: Path | None = None
    dress: Callable[[], None] | None = None
    before: Callable[[], None] = lambda: None
    pass_fds: Sequence[int] = ()
    stop_signal: int = signal.SIGTERM
    is_store: bool = False
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    pause: float = field(default=0.0, init=False)
    due: float = field(default=0.0, init=False)
    log_read: int = field(default=0, init=False)

    def runs(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts the process; raises `Stop` when it cannot even be run."""
        self.started, self.log_read = time.monotonic(), size_of(self.log)
        self.before()
        self.process = _spawn(
            self.command,
            self.env,
            self.cwd,
            self.log,
            name=self.name,
            dress=self.dress,
            pass_fds=self.pass_fds,
            death_signal=self.stop_signal,
        )

    def send(self, number: int) -> None:
        """Sends a signal to its process, if it lives."""
        if self.process and self.runs():
            self.process.send_signal(number)

    def clear(self) -> None:
        """Ends what the process left in its session, so that two generations never work side by side."""
        if self.process:
            processes.send(processes.sessions({self.process.pid}), signal.SIGKILL)

    def failure(self) -> Stop:
        """Why it could not start."""
        return explain(self.name, self.log, self.log_read, self.process.returncode if self.process else None)

    def fall(self) -> Stop:
        """Why it stopped, once it had started."""
        code = self.process.returncode if self.process else None
        return sentences.fell(self.name, how_it_ended(self.log, self.log_read, code), self.log, self.pause)


def _spawn(
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    log: Path | None,
    *,
    name: str,
    dress: Callable[[], None] | None = None,
    pass_fds: Sequence[int] = (),
    death_signal: int = signal.SIGTERM,
    own_session: bool = True,
) -> "subprocess.Popen[bytes]":
    with contextlib.ExitStack() as opened:
        try:
            output = opened.enter_context(log.open("ab")) if log else None
            return processes.spawn(
                command,
                env=env,
                cwd=cwd,
                output=output,
                dress=dress,
                pass_fds=pass_fds,
                death_signal=death_signal,
                own_session=own_session,
            )
        except (OSError, subprocess.SubprocessError) as refusal:
            raise sentences.could_not_start(name, str(refusal), log) from refusal


class Supervisor:
    """Owns every process of an installation. `leash`: a pipe whose other end the launcher holds."""

    def __init__(self, leash: int) -> None:
        self._leash = leash
        self._told = False
        self._command: subprocess.Popen[bytes] | None = None
        self._has_keyboard = False
        self.services: list[Service] = []
        self._bell, bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._hear)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _hear(self, number: int, _frame: object) -> None:
        # Ctrl-C at the keyboard goes to the command in the foreground, which may want to live on.
        self._told = self._told or number != signal.SIGINT or not self._has_keyboard

    def start(self, service: Service) -> None:
        """Starts a service and keeps it from now on."""
        self.services.append(service)
        service.start()

    def wait_for(self, service: Service, seconds: float) -> None:
        """Returns when the service is ready. Raises `Stop` when it dies or takes longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while not service.ready():
            self.rest(GLANCE)
            if not service.runs() or time.monotonic() > deadline:
                raise service.failure()

    def run(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        *,
        log: Path | None = None,
        dress: Callable[[], None] | None = None,
        foreground: bool = False,
    ) -> int:
        """Runs one command to its end, the services being kept alive meanwhile, and returns its exit code.

        `foreground` gives it the terminal and its keyboard. A death by signal n is code 128 + n, as in a
        shell.
        """
        name = " ".join(Path(word).name for word in command[:5])
        self._has_keyboard = foreground
        process = self._command = _spawn(
            command, env, cwd, log, name=name, dress=dress, own_session=not foreground
        )
        try:
            while process.poll() is None:
                self.rest(1.0)
                self._mend()
        except ToldToStop:
            process.terminate()
            _end([process], PATIENCE / 2)
            raise
        finally:
            self._has_keyboard = False
        code: int = process.returncode
        return code if code >= 0 else 128 - code

    def watch(self) -> None:
        """Keeps the services alive until told to stop, which raises `ToldToStop`."""
        while True:
            self._mend()
            self.rest(self._until_next())

    def _until_next(self) -> float:
        due = [service.due - time.monotonic() for service in self.services if not service.runs()]
        return max(GLANCE, min(due, default=5.0))

    def rest(self, seconds: float) -> None:
        """Sleeps until something happens, at most `seconds`. Raises `ToldToStop`."""
        heard, _, _ = select.select([self._leash, self._bell], [], [], seconds)
        if self._bell in heard:
            with contextlib.suppress(BlockingIOError):
                os.read(self._bell, 1024)
        if self._told or self._leash in heard:
            self._told = True
            raise ToldToStop

    def _mend(self) -> None:
        self._bury_orphans()
        for service in self.services:
            if service.runs():
                continue
            if not service.due:
                self._note_fall(service)
            elif time.monotonic() >= service.due:
                self._start_again(service)

    def _note_fall(self, service: Service) -> None:
        lived = time.monotonic() - service.started
        service.pause = (
            FIRST_PAUSE if lived > STEADY or not service.pause else min(2 * service.pause, LONGEST_PAUSE)
        )
        service.due = time.monotonic() + service.pause
        service.clear()
        why = service.fall()
        say(why.french, why.english)

    def _start_again(self, service: Service) -> None:
        service.due = 0.0
        try:
            service.start()
        except Stop as why:
            say(why.french, why.english)

    def _bury_orphans(self) -> None:
        """Grandchildren whose parent died are ours now; the dead among them must leave the process table."""
        known = {service.process.pid for service in self.services if service.process}
        known |= {self._command.pid} if self._command else set()
        processes.bury(processes.strays(known))

    def stop(self) -> None:
        """Ends everything in less than five seconds: the databases last, after those who use them."""
        for stores in (False, True):
            group = [one for one in self.services if one.is_store == stores and one.process]
            for service in group:
                service.send(service.stop_signal)
            _end([one.process for one in group if one.process], PATIENCE)
            processes.send(
                processes.sessions({one.process.pid for one in group if one.process}), signal.SIGKILL
            )
        processes.sweep(0.2)


def _end(group: "Sequence[subprocess.Popen[bytes]]", patience: float) -> None:
    """Waits `patience` seconds for processes that were asked to end, asks again halfway, then kills."""
    start, insisted = time.monotonic(), False
    while rest := [process.pid for process in group if process.poll() is None]:
        waited = time.monotonic() - start
        if waited > patience:
            processes.send(rest, signal.SIGKILL)
        elif waited > patience / 2 and not insisted:
            insisted = True  # RQ finishes the job at hand on the first, and drops it on the second
            processes.send(rest, signal.SIGTERM)
        time.sleep(GLANCE)
