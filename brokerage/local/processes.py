"""Processes and their families as the Linux kernel sees them: who descends from whom, how to end them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
_LINUX = sys.platform.startswith("linux")
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Kin:
    """One line of /proc: a process, its parent, its session, and whether it only waits to be buried."""

    pid: int
    parent: int
    session: int
    dead: bool


def adopt_orphans() -> None:
    """From now on a grandchild whose parent dies becomes a child of this process, so that none escapes."""
    if _LINUX:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def rename(title: str) -> None:
    """What `ps` shows for this process, so that people tell launcher and keeper apart; cut to fit."""
    if not _LINUX:
        return
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end, proc(5)
    if 0 < start < end:
        room = end - start
        ctypes.memmove(start, title.encode()[: room - 1].ljust(room, b"\0"), room)


def die_with_parent(parent: int, death_signal: int) -> None:
    """In a new child: receive `death_signal` when `parent` dies. A change of user clears it."""
    if _LINUX:
        _libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[bytes] | None = None,
    dress: Callable[[], None] | None = None,
    own_session: bool = True,
    pass_fds: Sequence[int] = (),
    death_signal: int = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Starts `command`, which will not outlive this process.

    `dress` runs in the child just before, to change user. `output` None inherits the terminal. Without
    `own_session` it stays in the terminal's foreground and keeps its keyboard. Raises OSError when the
    program cannot be run.
    """
    parent = os.getpid()

    def bind() -> None:
        if dress:
            dress()
        die_with_parent(parent, death_signal)

    return subprocess.Popen(
        list(command),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL if own_session else None,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=own_session,
        pass_fds=tuple(pass_fds),
        preexec_fn=bind,  # safe, as the launcher has one thread
    )


def everyone() -> list[Kin]:
    """Every process this one may see; empty where there is no /proc."""
    found = (_kin(int(entry.name)) for entry in Path("/proc").glob("[0-9]*"))
    return [one for one in found if one]


def _kin(pid: int) -> Kin | None:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The program's name stands in brackets and may itself hold spaces and brackets.
    fields = line.rpartition(")")[2].split()
    return Kin(pid, int(fields[1]), int(fields[3]), fields[0] in "ZX")


def descendants(of: int) -> list[int]:
    """Living processes that come from `of`, at any distance."""
    kin = everyone()
    family, grown = {of}, True
    while grown:
        born = {one.pid for one in kin if one.parent in family} - family
        family, grown = family | born, bool(born)
    return [one.pid for one in kin if one.pid in family - {of} and not one.dead]


def sessions(of: set[int]) -> list[int]:
    """Living processes of the sessions that these processes opened, even when they themselves are gone."""
    return [one.pid for one in everyone() if one.session in of and not one.dead]


def strays(known: set[int]) -> list[int]:
    """Children of this process that it did not start itself: orphans it adopted."""
    me = os.getpid()
    return [one.pid for one in everyone() if one.parent == me and one.pid not in known]


def send(pids: Sequence[int], number: int) -> None:
    """Sends a signal to each; those already gone do not matter."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def bury(pids: Sequence[int]) -> None:
    """Takes note of the death of adopted children, so that they leave the process table."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def is_alive(pid: int) -> bool:
    """Whether a process of this number lives, whoever owns it; one that only waits to be buried does not."""
    if _LINUX:
        one = _kin(pid)
        return one is not None and not one.dead
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sweep(patience: float) -> None:
    """Ends everything that descends from this process: asks, waits at most `patience` seconds, then kills.

    Gives up one second later on what not even the kernel can end, such as a process stuck in a dead disk.
    """
    deadline = time.monotonic() + patience
    send(descendants(os.getpid()), signal.SIGTERM)
    while (rest := descendants(os.getpid())) and time.monotonic() < deadline + 1:
        if time.monotonic() > deadline:
            send(rest, signal.SIGKILL)
        bury(strays(set()))
        time.sleep(0.02)
    bury(strays(set()))
