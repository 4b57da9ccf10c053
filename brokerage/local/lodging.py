"""Where the servers keep files and sockets: in the data folder, or where PostgreSQL's user can reach them."""

import contextlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from brokerage.local import guise, sentences
from brokerage.local.folder import telling_of
from brokerage.local.guise import Guise

# The kernel allows 107 characters for a socket's whole path; the longest name in it is .s.PGSQL.5432.lock.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Lodging:
    """`base` holds the servers' data, `sockets` where they listen; `guise` is PostgreSQL's."""

    guise: Guise
    base: Path
    sockets: Path

    def own(self, place: Path) -> Path:
        """Gives `place` to PostgreSQL's user, with all it holds when it was another's; returns it."""
        uid, gid = guise.owner(self.guise)
        if place.stat().st_uid != uid:
            for folder, _, files in os.walk(place):
                for path in [Path(folder), *(Path(folder) / name for name in files)]:
                    os.chown(path, uid, gid, follow_symlinks=False)
        return place


def settle(data: Path) -> Lodging:
    """The servers' place for this data folder, remembered there when it is elsewhere. Raises `Stop`."""
    chosen = guise.choose()
    with telling_of(data):
        if chosen is Guise.STRANGER:
            data.chmod(data.stat().st_mode & 0o777 | 0o001)  # may pass through, may not look around
        base = remembered(data) or data
        if not guise.reaches(chosen, base):
            base = _move_elsewhere(data, base)
    with telling_of(base):
        lodging = Lodging(chosen, base, _sockets(data, base))
        lodging.own(lodging.sockets)
        lodging.sockets.chmod(0o770 if chosen is Guise.STRANGER else 0o700)
        return lodging


def remembered(data: Path) -> Path | None:
    """Where the servers' files are, when not in the data folder itself. Raises `Stop` when they are gone."""
    note = data / "elsewhere"
    if not note.exists():
        return None
    place = Path(note.read_text().strip())
    if not place.is_dir() or place.is_symlink():
        raise sentences.gone(place, note)
    return place


def _move_elsewhere(data: Path, base: Path) -> Path:
    """A new place a stranger can reach, with the database if there was one. Not in /tmp, which is swept."""
    for parent in (Path("/var/lib"), Path("/var/tmp"), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            place = Path(tempfile.mkdtemp(prefix="passerelle-", dir=parent))
            place.chmod(0o711)
            for name in ("postgres", "valkey"):
                if (base / name).exists():
                    shutil.move(base / name, place / name)
            (data / "elsewhere").write_text(f"{place}\n")
            return place
    raise sentences.not_writable(Path("/var/lib"))


def tidy(data: Path) -> None:
    """Takes away the temporary folder of the sockets, when there was one."""
    note = data / "sockets.txt"
    if note.exists():
        place = Path(note.read_text().strip())
        if place.name.startswith("passerelle-") and place.parent == Path("/tmp") and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        note.unlink()


def abandon(data: Path) -> None:
    """Forgets a data folder nobody will open again, with what it keeps elsewhere. For tests."""
    tidy(data)
    place = remembered(data)
    for folder in (place, data):
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _sockets(data: Path, base: Path) -> Path:
    """A folder whose path is short and plain enough for sockets and the addresses made of them."""
    tidy(data)  # after a launcher that had no time to
    place = base / "sockets"
    if len(str(place)) > LONGEST_SOCKET_FOLDER or not re.fullmatch(r"[\w./-]+", str(place), re.ASCII):
        place = Path(tempfile.mkdtemp(prefix="passerelle-", dir="/tmp"))
        (data / "sockets.txt").write_text(f"{place}\n")
        return place
    shutil.rmtree(place, ignore_errors=True)  # nobody listens: the data folder is locked
    place.mkdir()
    return place
