"""Reads the end of a log and says in one sentence why a program fell."""

import signal
from pathlib import Path

from brokerage.local import sentences
from brokerage.local.sentences import Stop

TAIL = 8192  # bytes of log that are read back
TRACEBACK = "Traceback (most recent call last):\n"


def explain(name: str, log: Path | None, since: int, code: int | None) -> Stop:
    """The sentence for a program that ended with `code`.

    Negative: by that signal. None: it is still alive, but silent. Only what `log` gained after its first
    `since` bytes counts.
    """
    if log and "No space left on device" in last_lines(log, since):
        return sentences.disk_full(log.parent.parent)
    return sentences.could_not_start(name, how_it_ended(log, since, code), log)


def size_of(log: Path | None) -> int:
    """Bytes in the log so far."""
    return log.stat().st_size if log and log.exists() else 0


def last_lines(log: Path | None, since: int) -> str:
    """The end of what the log gained after its first `since` bytes; empty when there is none."""
    try:
        return log.read_bytes()[since:][-TAIL:].decode(errors="replace") if log else ""
    except OSError:
        return ""


def how_it_ended(log: Path | None, since: int, code: int | None) -> str:
    """The signal, else the exception or the last line said since, else the exit code."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    _, traceback, after = last_lines(log, since).rpartition(TRACEBACK)
    lines = [line.rstrip() for line in after.splitlines() if line.strip()]
    exception = [line for line in lines if not line.startswith(" ")][:1] if traceback else []
    return (exception or lines[-1:] or [f"code {code}"])[0][:200]
