"""Fills a migrated database: by default 100,000 partners with their contacts, and 20,000 requests in every state.

Three fifths of the partners are Passeport Avenir's, the rest the Entretiens'; one in ten is known to both, under the
same UAI. One in 250 is a Société Générale of some kind. Everything comes from numbered seeds: two runs are the same,
but for dates, which follow the calendar.
"""

import hashlib
import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import psycopg

from brokerage import clock
from brokerage.demo.words import COMPANY_NOTES, SCHOOL_NOTES
from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.purposes import PURPOSES
from brokerage.local.roles import plain
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.timeline import Actor, Entry
from tests.bench import dossiers, houses
from tests.bench.copying import Session, Sheet, unhindered
from tests.bench.houses import ENTRETIENS, HOUSES, PASSEPORT, SMALL, SMALL_ALLY, House, known
from tests.bench.vocabulary import ONE_IN, Organisation, organisation, person

PARTNERS, MOST, REQUESTS, FEW = 100_000, 1_000_000, 20_000, 5
FILLED = (Partner, Contact, Channel, Entry, IntroductionRequest, Introduction, Ask, Consent, Outcome)
CROWDS = (1, 2, 3, 4, 5, 8, 25), (22, 26, 24, 14, 8, 5, 1)  # contacts of one partner, and how often
CHUNK = 10_000  # partners in memory at once
Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A partner in the book, as the requests need it."""

    house: House
    organisation: Organisation
    row: Row
    contacts: Sequence[Row]


def fill(url: str, partners: int = PARTNERS, requests: int = REQUESTS) -> None:
    """Lay everything down, as a superuser (COPY does not bend to row-level policies), and leave it analysed."""
    assert FEW < partners <= MOST, f"from {FEW + 1} to {MOST:,} partners"
    with psycopg.connect(plain(url), autocommit=True) as session:
        houses.lay(session)
        with unhindered(session, *FILLED):
            targets = _lay_books(session, partners, requests)
            dossiers.lay(session, targets, requests, FEW)
        session.execute("VACUUM ANALYZE")


def _lay_books(session: Session, partners: int, requests: int) -> dict[str, list[Kept]]:
    """The books; what comes back is who may be asked for, a sample of each."""
    wide, targets = partners * 3 // 5, {}
    of_all = {PASSEPORT: range(wide), ENTRETIENS: range(wide - partners // 10, wide - partners // 10 + partners - wide)}
    few = range(0, FEW * ONE_IN, ONE_IN)  # all of them a Société Générale, so that a search has five rows too
    for house, numbers in {**of_all, SMALL: few, SMALL_ALLY: few}.items():
        step = max(1, len(numbers) // requests)
        targets[house.slug] = _lay_book(session, house, numbers, step)
    return targets


def _lay_book(session: Session, house: House, numbers: range, step: int) -> list[Kept]:
    targets = []
    for some in _in_chunks(numbers, CHUNK):
        book = [_kept(house, number) for number in some]
        Sheet(Partner).copy(session, (kept.row for kept in book))
        Sheet(Contact).copy(session, (contact for kept in book for contact in kept.contacts))
        Sheet(Channel).copy(session, (_channel(contact, kept) for kept in book for contact in kept.contacts))
        Sheet(Entry).copy(session, (entry for kept in book for entry in _past(kept)))
        targets += [kept for kept in book[::step] if kept.row["visibility"] == "listed"]
    return targets


def _in_chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(things)
    while chunk := list(islice(waiting, size)):
        yield chunk
