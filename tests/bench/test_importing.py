"""Ten thousand rows go into the book in at most ten times a raw COPY, and the pages answer meanwhile; kept when asked."""

import os
import time

import pytest

from brokerage import scope
from brokerage.transfer import imports
from tests.bench import importing
from tests.conftest import as_role


@pytest.mark.bench
@pytest.mark.skipif(os.environ.get("PASSERELLE_BENCH") != "1", reason="measures for a minute: PASSERELLE_BENCH=1 asks for it")
def test_ten_thousand_rows_cost_at_most_ten_copies(cast, nadia, admin_url, database, tmp_path):
    file = tmp_path / "grand.csv"
    file.write_bytes(importing.spreadsheet(10_000))

    started = time.perf_counter()
    with scope.acting(scope.member(nadia.association_id)) as session:
        outcome = imports.bring_in(file, source="mesure")
        session.commit()
    spent = time.perf_counter() - started
    copied = importing.raw_copy(as_role(admin_url, "postgres", database))

    print(f"\nreading, parsing and import {spent:.2f} s, raw COPY {copied.seconds:.2f} s: {spent / copied.seconds:.1f} times. {copied.rows}")
    assert outcome.counts["imported"] == 10_000
    assert spent <= 10 * copied.seconds
