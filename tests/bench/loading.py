"""Fills a migrated database: by default 100,000 partners with their contacts, and 20,000 requests in every state.

Three fifths of the partners are Passeport Avenir's, the rest the Entretiens'; one in ten is known to both, under the
same UAI. One in 250 is a Société Générale of some kind. Everything comes from numbered seeds: two runs are the same,
but for dates, which follow the calendar.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import psycopg

from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest, Outcome
from brokerage.local.roles import plain
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.timeline import Entry
from tests.bench import books, dossiers, houses
from tests.bench.books import Kept
from tests.bench.copying import Session, Sheet, unhindered
from tests.bench.houses import ENTRETIENS, PASSEPORT, SMALL, SMALL_ALLY, House
from tests.bench.vocabulary import ONE_IN

PARTNERS, MOST, REQUESTS, FEW = 100_000, 1_000_000, 20_000, 5
FILLED = (Partner, Contact, Channel, Entry, IntroductionRequest, Introduction, Ask, Consent, Outcome)
CHUNK = 10_000  # partners in memory at once
T = TypeVar("T")


def fill(url: str, partners: int = PARTNERS, requests: int = REQUESTS) -> None:
    """Lay everything down, as a superuser (COPY does not bend to row-level policies), and leave it analysed."""
    assert 100 <= partners <= MOST, f"from 100 to {MOST:,} partners"
    with psycopg.connect(plain(url), autocommit=True) as session:
        houses.lay(session)
        with unhindered(session, *FILLED):
            targets = {house: _lay_book(session, house, numbers, requests) for house, numbers in _shares(partners).items()}
            dossiers.lay(session, targets, requests, few=FEW)
        session.execute("VACUUM ANALYZE")


def _shares(partners: int) -> dict[House, range]:
    """Which organisations each house knows, by number."""
    wide, both = partners * 3 // 5, partners // 10
    few = range(0, FEW * ONE_IN, ONE_IN)  # a Société Générale each, so that a search has five rows too
    return {PASSEPORT: range(wide), ENTRETIENS: range(wide - both, partners - both), SMALL: few, SMALL_ALLY: few}


def _lay_book(session: Session, house: House, numbers: range, requests: int) -> list[Kept]:
    """A book; what comes back is a sample of whom the others may ask for."""
    step, targets = max(1, len(numbers) // requests), []
    for some in _in_chunks(numbers, CHUNK):
        book = [books.kept(house, number, of_five=len(numbers) == FEW) for number in some]
        Sheet(Partner).copy(session, (one.partner for one in book))
        Sheet(Contact).copy(session, (contact for one in book for contact in one.contacts))
        Sheet(Channel).copy(session, (channel for one in book for channel in books.channels(one)))
        Sheet(Entry).copy(session, (entry for one in book for entry in books.past(one)))
        targets += [one for one in book[::step] if one.partner["visibility"] == "listed" and one.partner["deleted_at"] is None]
    return targets


def _in_chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(things)
    while chunk := list(islice(waiting, size)):
        yield chunk
