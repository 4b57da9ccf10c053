"""The data folder: one launcher at a time, a key of its own, logs, and a note of what runs here."""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brokerage.local import sentences
from brokerage.local.processes import is_alive

ROOM_FOR_A_NEW_DATABASE = 150 * 2**20  # bytes: an empty cluster with its write-ahead log takes about 60 MB
ROOM_FOR_AN_OLD_ONE = 20 * 2**20
LONGEST_LOG = 10 * 2**20  # bytes; past it, the next start puts the old one aside


@dataclass
class Folder:
    """`PASSERELLE_DATA`, made on the first use."""

    path: Path
    is_ours: bool = field(default=False, init=False)
    _lock: int | None = field(default=None, init=False)
    _guests: int | None = field(default=None, init=False)

    def open(self) -> None:
        """Makes the folder and its places. Raises `Stop` when it cannot be written to or the disk is full."""
        with telling_of(self.path):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.path / "journaux").mkdir(exist_ok=True, mode=0o700)
            self._check_room()
            os.close(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600))

    def _check_room(self) -> None:
        known = (self.path / "postgres").exists() or (self.path / "elsewhere").exists()
        if shutil.disk_usage(self.path).free < (ROOM_FOR_AN_OLD_ONE if known else ROOM_FOR_A_NEW_DATABASE):
            raise sentences.disk_full(self.path)

    def lock(self) -> bool:
        """Takes the folder for this launcher until it and its keeper are gone; False when another has it.

        A launcher that was killed leaves a keeper which needs a few seconds to put things away: waited for.
        """
        self._lock = self._lock if self._lock is not None else os.open(self.path / "lock", os.O_RDWR)
        deadline = time.monotonic() + 6
        while not self._locks_now():
            if self.runner() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        self.is_ours = True
        self.note(None)
        return True

    def _locks_now(self) -> bool:
        assert self._lock is not None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.truncate(self._lock, 0)
        os.pwrite(
            self._lock, str(os.getppid()).encode(), 0
        )  # the keeper locks, its parent is the one to stop
        return True

    def visit(self) -> bool:
        """Makes a command a guest of the launcher that runs here; False when that one is leaving."""
        return self._flock_guests(fcntl.LOCK_SH)

    def is_empty(self) -> bool:
        """Whether the last guest has left; from then on no other gets in."""
        return self._flock_guests(fcntl.LOCK_EX)

    def _flock_guests(self, kind: int) -> bool:
        if self._guests is None:
            self._guests = os.open(self.path / "guests", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._guests, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def runner(self) -> int | None:
        """The launcher that holds the folder, as far as it lives."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.path / "lock").read_text())
            return pid if is_alive(pid) else None
        return None

    def secret(self) -> str:
        """The key of a local installation, made once and readable by its owner only."""
        place = self.path / "secret"
        if not place.exists():
            with telling_of(place):
                self._write_private(place, secrets.token_urlsafe(48))
        return place.read_text().strip()

    def note(self, what_runs: dict[str, Any] | None) -> None:
        """Leaves word, for `./run flask`, of what runs here; None takes it away."""
        place = self.path / "run.json"
        if what_runs is None:
            place.unlink(missing_ok=True)
        else:
            self._write_private(place, json.dumps(what_runs))

    def read_note(self) -> dict[str, Any] | None:
        """What runs here, once it is ready; None before."""
        with contextlib.suppress(OSError, ValueError):
            noted: dict[str, Any] = json.loads((self.path / "run.json").read_text())
            return noted
        return None

    def log(self, name: str) -> Path:
        """Where `name` writes; a log grown too long is put aside once."""
        place = self.path / "journaux" / f"{name}.log"
        with contextlib.suppress(OSError):
            if place.stat().st_size > LONGEST_LOG:
                place.replace(place.with_suffix(".log.1"))
        return place

    @staticmethod
    def _write_private(place: Path, text: str) -> None:
        """All or nothing, and never readable by others, not even for an instant."""
        draft = place.with_name(place.name + ".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        draft.replace(place)


@contextlib.contextmanager
def telling_of(place: Path) -> Iterator[None]:
    """Turns what the disk refuses about `place` into a sentence."""
    try:
        yield
    except OSError as refusal:
        if refusal.errno in (errno.ENOSPC, errno.EDQUOT):
            raise sentences.disk_full(place) from refusal
        raise sentences.not_writable(place) from refusal
