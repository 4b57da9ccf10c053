"""The promise of the pages' cost, kept when asked: PASSERELLE_BENCH=1 ./run test tests/bench -n0 -s."""

import os

import pytest

from tests.bench import loading, table


@pytest.mark.bench
@pytest.mark.skipif(os.environ.get("PASSERELLE_BENCH") != "1", reason="measures for minutes: PASSERELLE_BENCH=1 asks for it")
def test_a_page_costs_at_most_six_floors_and_asks_as_much_for_five_rows_as_for_fifty(admin_url):
    partners = int(os.environ.get("PASSERELLE_BENCH_PARTNERS", loading.PARTNERS))

    with table.filled(admin_url, partners) as book:
        results = table.measure(book, table.ROUNDS, table.BATCH)
    print("\n" + table.printed(results))

    assert results.too_dear() == []
    assert results.uneven() == []
