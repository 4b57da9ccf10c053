"""Finds Chromium for the browser tests, or has Debian install it."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from brokerage.local.sentences import say
from brokerage.local.supervisor import Supervisor

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A page without a single font draws nothing, and Debian's chromium only recommends fonts.
PACKAGES = ("chromium", "fonts-dejavu-core")


def is_due(env: Mapping[str, str]) -> bool:
    """On the continuous integration machine a missing browser is a failure, elsewhere a loud skip."""
    return env.get("CI", "").casefold() in ("true", "1")


def find(supervisor: Supervisor, env: Mapping[str, str], home: Path) -> Path | None:
    """The browser's program, installed first when this is Debian and we are root. None: tests will skip."""
    given = env.get("PASSERELLE_TEST_CHROMIUM")
    if given:
        return Path(given)
    if not _on_path() and _can_install():
        _install(supervisor, env, home)
    if not _on_path():
        _explain()
    return _on_path()


def _on_path() -> Path | None:
    found = [program for program in map(shutil.which, NAMES) if program]
    return Path(found[0]) if found else None


def _can_install() -> bool:
    try:
        system = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False
    # Not Ubuntu, whose chromium package is an empty shell around another store.
    return os.geteuid() == 0 and "ID=debian" in system and shutil.which("apt-get") is not None


def _install(supervisor: Supervisor, env: Mapping[str, str], home: Path) -> None:
    say(
        "Chromium manque : installation du paquet de Debian…",
        "Chromium is missing: installing Debian's package…",
    )
    quiet = {**env, "DEBIAN_FRONTEND": "noninteractive"}
    supervisor.run(["apt-get", "-qq", "update"], quiet, home)
    supervisor.run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", *PACKAGES], quiet, home)


def _explain() -> None:
    say(
        "Chromium est introuvable : les tests dans le navigateur seront sautés. Installez-le (Debian :"
        " sudo apt install chromium), ou donnez son chemin par PASSERELLE_TEST_CHROMIUM.",
        "Chromium was not found: the browser tests will be skipped. Install it (Debian:"
        " sudo apt install chromium), or give its path as PASSERELLE_TEST_CHROMIUM.",
    )
