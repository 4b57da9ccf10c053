"""The only place that asks what time it is, so that a test, or a person trying the product, can move it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
# Of a whole process, for trials: `./run` with the clock ahead by so many seconds.
_AHEAD = timedelta(seconds=float(os.environ.get("PASSERELLE_CLOCK_AHEAD", "0")))
_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _moved_to.get() or datetime.now(UTC) + _AHEAD


def today() -> date:
    """The calendar day in Paris."""
    return now().astimezone(PARIS).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Everything inside happens at `instant`, which must be aware."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone is not an instant")
    token = _moved_to.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _moved_to.reset(token)
