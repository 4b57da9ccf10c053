"""The pages beside the floor: `python -m tests.bench.table --partners 100000`, or pytest with PASSERELLE_BENCH=1.

Needs the superuser of a PostgreSQL on this machine, in TEST_ADMIN_URL or --server. Makes a database and drops it,
unless --database names one to keep: filled the first time, taken as it is afterwards.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from brokerage.config import Config
from brokerage.local.roles import APP, OWNER, create_database, plain, prepare_roles
from tests.bench import addresses, counting, houses, loading, measuring
from tests.bench.addresses import Page
from tests.bench.measuring import Measured, Side
from tests.bench.serving import Server, serving, signed_in
from tests.cast import PASSWORD
from tests.conftest import as_role, migrate

MOST_FLOORS = 6.0
ROUNDS, BATCH = 15, 20
FLOOR = "tests.bench.floor:app"


@dataclass(frozen=True)
class Book:
    """A filled database: where its superuser, its owner and the application reach it."""

    admin: str
    owner: str
    app: str


@dataclass(frozen=True)
class Results:
    """Every page beside its floor, and its statements for many rows and for five."""

    measured: Sequence[Measured]
    many: Mapping[str, int]
    five: Mapping[str, int]

    def too_dear(self) -> list[str]:
        """Pages that promise it, above MOST_FLOORS."""
        dear = [one for one in self.measured if one.page.promised and one.ratio > MOST_FLOORS]
        return [f"{one.page.name}: {one.ratio:.1f}" for one in dear]

    def uneven(self) -> list[str]:
        """Pages whose statements depend on their rows."""
        return [f"{name}: {many} for many, {self.five[name]} for five" for name, many in self.many.items() if many != self.five[name]]


def measure(book: Book, rounds: int, batch: int) -> Results:
    """Start both servers on the book, and compare them."""
    secret = secrets.token_urlsafe(48)
    environment = {"DATABASE_URL": book.app, "REDIS_URL": "unix:///nonexistent", "SMTP_URL": "smtp://127.0.0.1:1", "SECRET_KEY": secret}
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(plain(book.admin), autocommit=True) as session:
        with serving("app:app", Path(folder), **environment) as app, serving(FLOOR, Path(folder), FLOOR_DATABASE_URL=book.owner) as floor:
            pages = addresses.pages_of(session, houses.PASSEPORT)
            cookie = signed_in(app.port, houses.PASSEPORT.manager_email, PASSWORD)
            sides = _sides(pages, floor, app, cookie)
            found = measuring.measured(pages, *sides, session, rounds, batch)
            few = signed_in(app.port, houses.SMALL.manager_email, PASSWORD)
        config = _config(book, secret, Path(folder))
        five = counting.statements(config, addresses.pages_of(session, houses.SMALL), few)
        return Results(found, counting.statements(config, pages, cookie), five)


def _sides(pages: Sequence[Page], floor: Server, app: Server, cookie: str) -> tuple[Side, Side]:
    """Both sides, warm, and seen to show the same rows."""
    bare = Side(floor, {}, OWNER, lambda page: page.floor)
    ours = Side(app, {"Cookie": cookie}, APP, lambda page: page.path)
    for side in (bare, ours):
        side.server.reach_workers(side.path(pages[0]), side.headers)
        side.warm(pages)
    for page in pages:
        check(page, bare.get(page, 0).body, ours.get(page, 0).body)
    return bare, ours


def check(page: Page, bare: str, ours: str) -> None:
    """Raises AssertionError unless both answers hold as many rows, and the right one."""
    assert page.says in ours, f"{page.name}: {page.says} is not there"
    if page.marks:
        rows = ours.count(f" {page.marks}")
        assert rows == bare.count("<tr>"), f"{page.name}: {rows} rows, {bare.count('<tr>')} on the floor"


def _config(book: Book, secret: str, data: Path) -> Config:
    addresses_ = {"database_url": book.app, "redis_url": "unix:///nonexistent", "smtp_url": "smtp://127.0.0.1:1"}
    return Config(**addresses_, public_base_url="http://127.0.0.1:8000", secret_key=secret, port=8000, data=data, local=True)


HEAD = ("page", "app ms", "floor ms", "ratio", "pg app", "pg floor", "wall med", "p95", "floor med", "p95", "SQL", "SQL of 5")


def printed(results: Results) -> str:
    """The table, in Markdown. Server and PostgreSQL columns are CPU milliseconds a request, medians over rounds."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(_line(one, results) for one in results.measured)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines)


def _line(one: Measured, results: Results) -> tuple[str, ...]:
    cpu = [f"{median(one.app.server):.2f}", f"{median(one.floor.server):.2f}", f"{one.ratio:.2f}"]
    postgres = [f"{median(one.app.postgres):.2f}", f"{median(one.floor.postgres):.2f}"]
    wall = [f"{value:.1f}" for spent in (one.app, one.floor) for value in (median(spent.wall), spent.p95)]
    return (one.page.name, *cpu, *postgres, *wall, str(results.many[one.page.name]), str(results.five[one.page.name]))


@contextmanager
def filled(server: str, partners: int, name: str = "") -> Iterator[Book]:
    """A migrated and filled database; one that is named is kept, and not filled twice."""
    prepare_roles(server)
    keeps, name = bool(name), name or f"bench_{os.getpid()}"
    book = Book(as_role(server, "postgres", name), as_role(server, OWNER, name), as_role(server, APP, name))
    try:
        if create_database(server, name):
            _fill(book, partners)
        yield book
    finally:
        if not keeps:
            _drop(server, name)


def _fill(book: Book, partners: int) -> None:
    migrate(book.owner)
    started = time.monotonic()
    loading.fill(book.admin, partners)
    print(f"{partners:,} partners laid down in {time.monotonic() - started:.0f} s")


def _drop(server: str, name: str) -> None:
    with psycopg.connect(plain(server), autocommit=True) as session:
        session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a page is too dear, or asks more for more rows."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.table", description=__doc__)
    asked.add_argument("--partners", type=int, default=loading.PARTNERS)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--batch", type=int, default=BATCH)
    asked.add_argument("--server", default=os.environ.get("TEST_ADMIN_URL", ""), help="the superuser's address of a PostgreSQL")
    asked.add_argument("--database", default="", help="keep this database, or take it if it is there")
    given = asked.parse_args(words)
    if not given.server:
        asked.error("give --server, or TEST_ADMIN_URL")
    with filled(given.server, given.partners, given.database) as book:
        results = measure(book, given.rounds, given.batch)
    print(printed(results))
    wrong = [f"above {MOST_FLOORS:g} floors: {one}" for one in results.too_dear()] + [f"statements: {one}" for one in results.uneven()]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
