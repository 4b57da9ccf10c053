"""Work on files that waits in the database: spreadsheets to bring in, exports to write.

A room that has such work is a `Desk`. Its rows say what is to be done and how far it is; whoever adds one calls
`ring_after_commit`. A worker of the queue "files" then asks every desk; a sweep finds what nobody rang for.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage.database import db

MOST_STUMBLES = 3  # failures of one piece before its person reads a sentence instead of a bar that stands still

log = logging.getLogger(__name__)


def _silence() -> None:
    """Nobody listens: the next sweep will find the work."""


bell: Callable[[], None] = _silence  # rung after a commit that left work on files


@dataclass(frozen=True)
class Piece:
    """One file's work, in the scope of the association it belongs to; `everywhere` in the system's."""

    association_id: uuid.UUID
    id: uuid.UUID
    everywhere: bool = False


class Desk(Protocol):
    """A module with these three functions. Each runs in a transaction that the worker commits."""

    def waiting(self) -> Sequence[Piece]:
        """What is to be done, oldest first, of every association: asked in the system's scope, read only."""

    def advance(self, piece_id: uuid.UUID) -> bool:
        """One step of a piece, in its association's scope; a few seconds at most when it can be cut.

        Takes the row FOR UPDATE SKIP LOCKED, and writes down in the same transaction how far it is, so that a worker
        killed half-way loses one step and doubles none. False when the piece is done, gone, or in other hands.
        """

    def stumble(self, piece_id: uuid.UUID) -> None:
        """A step raised: count it; from MOST_STUMBLES on give the piece up with a sentence for its person."""


def ring_after_commit() -> None:
    """Wake a worker once the surrounding transaction is committed."""
    db.session().info["files wait"] = True


@sa.event.listens_for(db.session, "after_commit")
def _ring(session: so.Session) -> None:
    """A broken bell costs some seconds, never the file."""
    if session.in_nested_transaction() or not session.info.pop("files wait", False):
        return
    try:
        bell()
    except Exception:
        log.warning("the bell is broken: the next sweep will find the file", exc_info=True)
