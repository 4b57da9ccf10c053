"""What every process writes for whoever looks after the machine: one line per event, in UTC, with the request it belongs to.

No line holds an address, a telephone or a token, and nobody writes a second line by typing a line break (security.md E9).
"""

import logging
import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextvars import ContextVar

_request: ContextVar[str] = ContextVar("request", default="-")
# Controls, and what terminals and editors take for the end of a line.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ADDRESS = re.compile(r"[^\s<>()\[\]{}\"',;:=/]+@[^\s<>()\[\]{}\"',;:=/]+")
_TELEPHONE = re.compile(r"\+\d{9,15}\b|\b0[1-9](?:[ .]?\d\d){4}\b")
_LONG_WORD = re.compile(r"(?<![\w-])[\w-]{32,}(?![\w-])")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def begin_request() -> str:
    """Give what follows in this thread a number of its own; returns it."""
    number = secrets.token_hex(4)
    _request.set(number)
    return number


def end_request() -> None:
    """What this thread does next belongs to nobody's request."""
    _request.set("-")


def request() -> str:
    """The number of the request at hand, "-" outside any."""
    return _request.get()


def install() -> None:
    """Once per process, before anything else logs. RQ adds no handler of its own where there is one."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line())
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger("brokerage").setLevel(logging.INFO)


class Line(logging.Formatter):
    """« 2026-03-12T08:30:00.123Z WARNING 5f2a9c01 brokerage.web.errors: … », a trace below it along a bar."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        at = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03}Z"
        head = f"{at} {record.levelname} {_request.get()} {record.name}: {one_line(without_people(record.getMessage()))}"
        trace = record.exc_info[1] if record.exc_info else None
        return "\n".join([head, *(f"    | {one_line(line)}" for line in self._trace(trace))] if trace else [head])

    def _trace(self, error: BaseException) -> list[str]:
        said = self.formatException((type(error), error, error.__traceback__))
        for one in _chain(error):
            if (known := _of_the_database(one)) is not None:
                said = said.replace(str(one), known)
        return without_people(said).splitlines()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_the_database(error: BaseException) -> str | None:
    """Its code and what it is about, in place of words that quote the row; None for any other error."""
    origin = getattr(error, "orig", error)
    if (code := getattr(origin, "sqlstate", None)) is None:
        return None
    about = getattr(origin, "diag", None)
    return " ".join(filter(None, (code, getattr(about, "table_name", ""), getattr(about, "constraint_name", ""))))


def one_line(text: str) -> str:
    """Line breaks and other controls as their codes."""
    return _BREAKS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def without_people(text: str) -> str:
    """Addresses, telephones and tokens left out; ids stay."""
    return _LONG_WORD.sub(_unless_id, _TELEPHONE.sub("…", _ADDRESS.sub("…@…", text)))


def _unless_id(found: re.Match[str]) -> str:
    """A token has capitals and small letters; an id, a constant and the name of a function have not."""
    word = found[0]
    return word if _UUID.fullmatch(word) or word == word.lower() or word == word.upper() else "…"
