"""What happens, in order, between the launcher's command and its last word."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brokerage.local import lodging, sentences, services
from brokerage.local.failures import explain, size_of
from brokerage.local.folder import Folder
from brokerage.local.given import Given
from brokerage.local.sentences import Stop, say
from brokerage.local.stores import Stores, open_stores
from brokerage.local.supervisor import Service, Supervisor

FIRST_PAGE = 120  # seconds the web server may take to answer
DEMO_PASSWORD = "passerelle-demo-2026"
DEMO_MEMBERS = ("nadia.benhaddou@passeport-avenir.example", "lucas.ferreira@entretiens.example")


@dataclass
class Keeper:
    """One installation, from an empty folder to pages that answer, and back."""

    given: Given
    supervisor: Supervisor
    folder: Folder = field(init=False)

    def __post_init__(self) -> None:
        self.folder = Folder(self.given.data)

    def serve(self, empty: bool) -> None:
        """`./run`: everything, until told to stop. `empty`: a new database gets no demonstration data."""
        self.folder.open()
        if not self.folder.lock():
            noted = self.folder.read_note() or {}
            raise sentences.already_running(self.folder.runner(), noted.get("address"))
        services.refuse_busy_port(self.given.port)
        env, stores = self._open()
        self._bring_up_to_date(env, stores)
        self._fill(env, empty)
        web = services.web(self.given, self.folder, env)
        self.supervisor.start(web)
        self._wait_for_pages(web)
        self.folder.note(self._what_runs(env, stores))
        self._announce()
        for service in services.background(self.given, self.folder, env):
            self.supervisor.start(service)
        self.supervisor.watch()

    def flask(self, words: list[str]) -> int:
        """`./run flask …`: one command of the application, on the services that run already or on its own."""
        self.folder.open()
        env, owner_url = self._host_or_guest(migrating=words[:1] != ["db"])
        seen = env | ({"DATABASE_OWNER_URL": owner_url} if words[:1] == ["db"] else {})
        code = self.supervisor.run(services.flask(*words), seen, self.given.home, foreground=True)
        if words[:2] == ["demo", "load"] and not code:
            self._demo_is_there()
        while self.folder.is_ours and not self.folder.is_empty():
            self.supervisor.rest(0.1)  # another command borrowed what runs here
        return code

    def _host_or_guest(self, migrating: bool) -> tuple[dict[str, str], str]:
        """A command's environment, and the owner's address: of our own services, or of those that run.

        A launcher that is just starting, or just ending, is waited for.
        """
        deadline = time.monotonic() + FIRST_PAGE
        while time.monotonic() < deadline:
            if self.folder.lock():
                env, stores = self._open()
                if migrating:
                    self._bring_up_to_date(env, stores)
                self.folder.note(self._what_runs(env, stores))
                return env, stores.owner_url
            noted = self.folder.read_note()
            if noted and noted["launcher"] == self.folder.runner() and self.folder.visit():
                return self.given.environment(**noted["provided"]), noted["owner_url"]
            self.supervisor.rest(0.1)
        raise sentences.already_running(self.folder.runner(), None)

    def _open(self) -> tuple[dict[str, str], Stores]:
        """Starts the stores and the letter box; returns the application's environment."""
        smtp_url = self.given.smtp_url
        if not smtp_url:
            box, smtp_url = services.letter_box(self.given, self.folder)
            self.supervisor.start(box)
        secret_key = self.given.secret_key or self.folder.secret()
        stores = open_stores(self.given, self.folder, self.supervisor, secret_key)
        env = self.given.environment(
            DATABASE_URL=stores.app_url, REDIS_URL=stores.redis_url, SMTP_URL=smtp_url, SECRET_KEY=secret_key
        )
        return env, stores

    def _what_runs(self, env: dict[str, str], stores: Stores) -> dict[str, Any]:
        names = ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "SECRET_KEY", "PUBLIC_BASE_URL", "PORT")
        provided = {name: env[name] for name in names}
        return {
            "launcher": self.folder.runner(),
            "address": self.given.public_base_url,
            "provided": provided,
            "owner_url": stores.owner_url,
        }

    def _bring_up_to_date(self, env: dict[str, str], stores: Stores) -> None:
        """Migrates if the newest migration is missing. Notes that a new database wants demonstration data."""
        from brokerage.local import schema

        goal = schema.newest(self.given.home / "migrations" / "versions")
        stands_at = schema.current(stores.owner_url)
        if stands_at is None and self.given.local and not self._demo_loaded.exists():
            self._demo_wanted.touch()
        if goal and goal != stands_at:
            say("Mise à jour de la base de données…", "Bringing the database up to date…")
            self._once(
                "migration", services.flask("db", "upgrade"), env | {"DATABASE_OWNER_URL": stores.owner_url}
            )

    def _fill(self, env: dict[str, str], empty: bool) -> None:
        """Loads the demonstration data into a new database; an interrupted start is made good by the next."""
        if empty:
            self._demo_wanted.unlink(missing_ok=True)
        if self._demo_wanted.exists():
            say("Chargement des données de démonstration…", "Loading the demonstration data…")
            self._once("demo", services.flask("demo", "load"), env)
            self._demo_is_there()

    def _demo_is_there(self) -> None:
        self._demo_loaded.touch()
        self._demo_wanted.unlink(missing_ok=True)

    @property
    def _demo_wanted(self) -> Path:
        return self.folder.path / "demo-wanted"

    @property
    def _demo_loaded(self) -> Path:
        return self.folder.path / "demo-loaded"

    def _once(self, name: str, command: list[str], env: dict[str, str]) -> None:
        log = self.folder.log(name)
        said_before = size_of(log)
        code = self.supervisor.run(command, env, self.given.home, log=log)
        if code:
            raise explain(name, log, said_before, code)

    def _wait_for_pages(self, web: Service) -> None:
        try:
            self.supervisor.wait_for(web, FIRST_PAGE)
        except Stop:
            services.refuse_busy_port(self.given.port)  # somebody may have taken it meanwhile
            raise

    def _announce(self) -> None:
        address, sent = self.given.public_base_url, services.letters(self.given)
        say(f"Passerelle est prête : {address}", f"Passerelle is ready: {address}")
        if self._demo_loaded.exists():
            who = " / ".join(DEMO_MEMBERS)
            say(
                f"  Démonstration / demonstration: {who}",
                f"  mot de passe / password: {DEMO_PASSWORD} (README)",
            )
        elsewhere = lodging.remembered(self.folder.path)
        if elsewhere:
            say(f"  La base de données est dans / the database is in: {elsewhere}")
        if not self.given.smtp_url:
            say(f"  Sans SMTP_URL, les lettres sont rangées dans / letters are filed in: {sent}")
        say("  Ctrl-C pour tout arrêter / to stop everything.")


@contextlib.contextmanager
def keeping(given: Given, supervisor: Supervisor) -> Iterator[Keeper]:
    """An installation that is put away at the end, however the end comes."""
    keeper = Keeper(given, supervisor)
    try:
        yield keeper
    finally:
        supervisor.stop()
        if keeper.folder.is_ours:
            with contextlib.suppress(OSError):
                keeper.folder.note(None)
                lodging.tidy(keeper.folder.path)
