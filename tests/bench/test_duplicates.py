"""The queue of duplicates of a book of 100,000 partners, when asked: PASSERELLE_BENCH=1 ./run test tests/bench -n0 -s."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from brokerage import scope
from brokerage.local.roles import plain
from brokerage.partners import duplicates, seeking
from brokerage.partners.models import Partner
from tests.bench import houses, loading

PAIRS = 400
TWINS = """
INSERT INTO partner (id, created_at, association_id, version, kind, name, type, headcount, address, postcode, town, department,
  website, status, visibility, accepts, open_now, tags, extra, since, source, changed_at)
SELECT gen_random_uuid(), created_at, association_id, 1, kind, upper(name), type, headcount, '', postcode, town, department,
  website, status, visibility, accepts, open_now, tags, extra, since, source, changed_at
FROM partner WHERE association_id = %s AND deleted_at IS NULL ORDER BY id LIMIT %s
"""


@pytest.fixture
def full(app, admin_url, database, monkeypatch):
    """A book of 100,000 partners, with PAIRS of them typed twice."""
    few = range(0, loading.FEW * loading.ONE_IN, loading.ONE_IN)
    wanted = int(os.environ.get("PASSERELLE_BENCH_PARTNERS", loading.PARTNERS))
    shares = {houses.PASSEPORT: range(wanted), houses.ENTRETIENS: range(1000), houses.SMALL: few, houses.SMALL_ALLY: few}
    monkeypatch.setattr(loading, "_shares", lambda _partners: shares)
    url = sa.make_url(admin_url).set(database=database).render_as_string(hide_password=False)
    loading.fill(url, wanted, 1000)
    with psycopg.connect(plain(url), autocommit=True) as session:
        session.execute(TWINS, [houses.PASSEPORT.id, PAIRS])
        session.execute("ANALYZE")
    return uuid.UUID(houses.PASSEPORT.id)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long the block took."""
    begun = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - begun:.3f} s")


@pytest.mark.bench
@pytest.mark.skipif(os.environ.get("PASSERELLE_BENCH") != "1", reason="measures for minutes: PASSERELLE_BENCH=1 asks for it")
def test_a_hundred_thousand_partners_are_searched_once_then_by_what_changed(full):
    with scope.acting(scope.member(full)) as session, timed("first search, whole book"):
        assert seeking.seek(full) == -1
        session.commit()
    with scope.acting(scope.member(full)) as session:
        with timed("100 partners looked at anew"):
            some = list(session.scalars(sa.select(Partner.id).where(Partner.deleted_at.is_(None)).limit(100)))
            seeking._forget(full, some)
            session.add_all(seeking._kept(full, seeking.found(full, some)))
        session.commit()
    for _round in range(3):
        with scope.acting(scope.member(full)), timed("page of the queue"):
            pairs, following = duplicates.page(full)
    with scope.acting(scope.member(full)), timed("counted"):
        many = duplicates.count(full)
    print("pairs:", many)

    assert many >= PAIRS
    assert len(pairs) == duplicates.PAGE
    assert following
