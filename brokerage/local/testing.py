"""`./run test`: the checks, then pytest, on a database of their own that is gone afterwards."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from brokerage.local import browser, lodging
from brokerage.local.folder import Folder
from brokerage.local.given import Given
from brokerage.local.sentences import say
from brokerage.local.stores import open_stores
from brokerage.local.supervisor import Supervisor

WORKERS = "2"  # pytest processes, unless the options say otherwise
CHECKS = {
    "ruff": ["-m", "ruff", "check", "."],
    "mypy": ["-m", "mypy", "brokerage"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "djlint": ["-m", "djlint", "templates", "--lint", "--profile=jinja", "--quiet"],
}


def run(given: Given, supervisor: Supervisor, options: list[str]) -> int:
    """Runs every check, then pytest with `options`: pytest's exit code, or 1 when only a check failed.

    pytest comes last, so that its closing line ends the output: what the checks found is summed up before it.
    """
    with _own_folder() as data:
        alone = replace(given, data=data, database_url=None, owner_url=None, redis_url=None, smtp_url=None)
        folder = Folder(data)
        folder.open()
        folder.lock()
        env = _environment(alone)
        browser_found = browser.find(supervisor, env, given.home)
        stores = open_stores(alone, folder, supervisor, secret_key="", careless=True)
        assert stores.admin_url
        env |= {
            "REDIS_URL": stores.redis_url,
            "TEST_ADMIN_URL": "postgresql" + stores.admin_url[len("postgresql") :],
        }
        env["PASSERELLE_TEST_CHROMIUM"] = str(browser_found or "")
        failed = [name for name, words in CHECKS.items() if _fails(name, words, supervisor, env, given.home)]
        failed += ["chromium"] if browser.is_due(env) and not browser_found else []
        _sum_up(failed)
        code = _pytest(supervisor, env, given.home, options)
        supervisor.stop()
        return code or (1 if failed else 0)


@contextmanager
def _own_folder() -> Iterator[Path]:
    data = Path(tempfile.mkdtemp(prefix="passerelle-test-"))
    try:
        yield data
    finally:
        lodging.abandon(data)


def _environment(given: Given) -> dict[str, str]:
    """Nothing of the caller's services or settings reaches a test."""
    env = given.environment()
    for name in ("PASSERELLE_DATA", "PUBLIC_BASE_URL", "PORT", "PASSERELLE_LOCAL"):
        env.pop(name, None)
    return env


def _fails(name: str, words: list[str], supervisor: Supervisor, env: Mapping[str, str], home: Path) -> bool:
    say(f"── {name}")
    return supervisor.run([sys.executable, *words], env, home) != 0


def _sum_up(failed: list[str]) -> None:
    if failed:
        names = ", ".join(failed)
        say(f"── CONTRÔLES EN ÉCHEC : {names}", f"── FAILED CHECKS: {names}")
    else:
        say("── Tous les contrôles passent / all checks pass")


def _pytest(supervisor: Supervisor, env: Mapping[str, str], home: Path, options: list[str]) -> int:
    chosen = any(option.startswith(("-n", "--numprocesses", "--pdb", "no:xdist")) for option in options)
    parallel = [] if chosen else ["-n", WORKERS]
    command = [sys.executable, "-m", "pytest", *parallel, *options]
    return supervisor.run(command, env, home, foreground=True)
