"""Ten thousand rows go into the book in at most ten times a raw COPY, and the pages answer meanwhile; kept when asked."""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import pytest

from brokerage import scope
from brokerage.transfer import imports
from tests.bench import importing
from tests.bench.serving import Server, serving, signed_in
from tests.cast import PASSWORD
from tests.conftest import as_role

PATIENCE = 1500  # ms: what a person who opens a page during an import may wait, on two cores


@pytest.mark.bench
@pytest.mark.skipif(os.environ.get("PASSERELLE_BENCH") != "1", reason="measures for a minute: PASSERELLE_BENCH=1 asks for it")
def test_ten_thousand_rows_cost_at_most_ten_copies(cast, nadia, admin_url, database, tmp_path):
    outcome, spent = brought_in(nadia, tmp_path)
    copied = importing.raw_copy(as_role(admin_url, "postgres", database))

    print(f"\nreading, parsing and import {spent:.2f} s, raw COPY {copied.seconds:.2f} s: {spent / copied.seconds:.1f} times. {copied.rows}")
    assert outcome.counts["imported"] == 10_000
    assert spent <= 10 * copied.seconds


@pytest.mark.bench
@pytest.mark.skipif(os.environ.get("PASSERELLE_BENCH") != "1", reason="measures for a minute: PASSERELLE_BENCH=1 asks for it")
def test_the_pages_answer_meanwhile(cast, nadia, config, tmp_path):
    """Reads the list, a search, the inbox and the home in turn, from a server of its own, for as long as the import lasts."""
    environment = {"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, "SMTP_URL": config.smtp_url}
    with serving("app:app", tmp_path, SECRET_KEY=secrets.token_urlsafe(48), **environment) as app:
        headers = {"Cookie": signed_in(app.port, nadia.email, PASSWORD)}
        app.reach_workers("/partenaires/", headers)
        with reading(app, headers) as read:
            _, spent = brought_in(nadia, tmp_path)

    print(f"\n{len(read.took)} pages in {spent:.1f} s of import: median {median(read.took):.0f} ms, slowest {max(read.took):.0f} ms")
    assert read.statuses == {200}
    assert len(read.took) > 20
    assert max(read.took) < PATIENCE


def brought_in(nadia, folder):
    """Ten thousand rows in the book: what came of them, and the seconds it took."""
    file = folder / "grand.csv"
    file.write_bytes(importing.spreadsheet(10_000))
    started = time.perf_counter()
    with scope.acting(scope.member(nadia.association_id)) as session:
        outcome = imports.bring_in(file, source="mesure")
        session.commit()
    return outcome, time.perf_counter() - started


@dataclass
class Read:
    """What a person reading pages had: milliseconds and statuses."""

    took: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)


@contextmanager
def reading(app: Server, headers: dict[str, str]) -> Iterator[Read]:
    """Somebody opens page after page, ten a second at most, until the block ends."""
    read, over = Read(), threading.Event()

    def on_and_on():
        pages = ("/partenaires/", "/recherche/?q=lycee", "/demandes/", "/accueil")
        while not over.wait(0.1):
            answer = app.get(pages[len(read.took) % len(pages)], headers, len(read.took) // len(pages))
            read.took.append(answer.took)
            read.statuses.add(answer.status)

    reader = threading.Thread(target=on_and_on)
    reader.start()
    try:
        yield read
    finally:
        over.set()
        reader.join()
