"""The embedded PostgreSQL: made on first use, reached by a socket in a closed folder, never by network."""

import contextlib
import locale
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from brokerage.local import guise, processes
from brokerage.local.binaries import PostgresPrograms, postgres
from brokerage.local.failures import explain, size_of
from brokerage.local.folder import telling_of
from brokerage.local.lodging import Lodging
from brokerage.local.supervisor import Service, Supervisor

SUPERUSER = "postgres"
BUILTIN_LOCALES_SINCE = 17
# For a cluster nobody will miss: what a power cut would break does not matter.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """One data folder of PostgreSQL, and the programs that fit it."""

    lodging: Lodging
    programs: PostgresPrograms
    env: dict[str, str]

    @property
    def data(self) -> Path:
        """What initdb made."""
        return self.lodging.base / "postgres"

    def url(self, role: str, database: str) -> str:
        """Where `role` finds `database`, as both libpq and SQLAlchemy read it."""
        return f"postgresql://{role}@/{database}?host={self.lodging.sockets}"

    def make(self, supervisor: Supervisor, log: Path, careless: bool) -> None:
        """Makes the cluster unless it exists. All or nothing: what an interrupted start left is made anew."""
        if self.data.exists():
            self.lodging.own(self.data)
            self._end_survivor()
            return
        draft = self.lodging.base / "postgres.new"
        with telling_of(draft):
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            self.lodging.own(draft)
        said_before = size_of(log)
        command = [*self._initdb(draft), *(["--no-sync"] if careless else [])]
        code = supervisor.run(command, self.env, Path("/"), log=log, dress=guise.dress(self.lodging.guise))
        if code:
            raise explain("initdb", log, said_before, code)
        draft.rename(self.data)

    def _initdb(self, data: Path) -> list[str]:
        start = [str(self.programs.folder / "initdb"), "-D", str(data), "-U", SUPERUSER, "--auth=trust"]
        start += ["--encoding=UTF8", "--no-instructions"]
        if self.programs.major >= BUILTIN_LOCALES_SINCE:
            # The same order and the same upper and lower case whatever the system's C library.
            return [*start, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [*start, f"--locale={'C.UTF-8' if _knows_c_utf8() else 'C'}"]

    def service(self, log: Path, careless: bool) -> Service:
        """The server as the supervisor keeps it."""
        settings = ["listen_addresses=", f"unix_socket_directories={self.lodging.sockets}"]
        # The folder is closed to others, so the socket itself need not be.
        settings += ["unix_socket_permissions=0777", "timezone=UTC", "lc_messages=C", "max_connections=100"]
        settings += ["log_error_verbosity=terse"]  # without DETAIL, which quotes the row: its log holds nobody's address
        settings += CARELESS if careless else ()
        command = [str(self.programs.folder / "postgres"), "-D", str(self.data)]
        for setting in settings:
            command += ["-c", setting]
        return Service(
            name="postgresql",
            command=command,
            env=self.env,
            cwd=Path("/"),
            ready=self.is_ready,
            log=log,
            dress=guise.dress(self.lodging.guise),
            before=self._end_survivor,
            stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, everything else is kept
            is_store=True,
        )

    def is_ready(self) -> bool:
        """What pg_ctl asks too: the eighth line of the server's own note."""
        return self._note()[7:8] == ["ready"]

    def _note(self) -> list[str]:
        with contextlib.suppress(OSError):
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        return []

    def _end_survivor(self) -> None:
        """Ends a server left over from a launcher that was killed, or forgets the note of a dead one.

        After a restart of the machine or of a container its number may belong to anybody: PostgreSQL would
        then refuse to start. The data folder is locked, so no living server is ours unless its command line
        says so.
        """
        note = self._note()
        pid = int(note[0]) if note and note[0].isdigit() else 0
        deadline = time.monotonic() + 5
        while pid and self._is_our_server(pid):
            processes.send([pid], signal.SIGINT if time.monotonic() < deadline - 2 else signal.SIGQUIT)
            if time.monotonic() > deadline:
                processes.send([pid], signal.SIGKILL)
            time.sleep(0.1)
        if note:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False


def cluster(lodging: Lodging, env: dict[str, str]) -> Cluster:
    """The cluster that lives in `lodging`, with programs of its version. Raises `Stop` without any."""
    made_by = None
    version_note = lodging.base / "postgres" / "PG_VERSION"
    with telling_of(version_note), contextlib.suppress(FileNotFoundError):
        made_by = version_note.read_text().strip()
    return Cluster(lodging, postgres(lodging, made_by), env)


def _knows_c_utf8() -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True
