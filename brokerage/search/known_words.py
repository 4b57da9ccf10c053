"""The words of every book, against which typing errors are corrected. Triggers learn them; the night counts them."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import scope
from brokerage.database import Base, Owned, db


class KnownWord(Owned, Base):
    """A word of a book: letters only, four or more. `shown` ones stand in partners that allies may see."""

    __tablename__ = "known_word"
    __table_args__ = (
        sa.Index("ix_known_word", "association_id", "shown", "word"),
        sa.Index("ix_known_word_end", "association_id", "shown", sa.text("reverse(word)")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=sa.text("gen_random_uuid()"))
    shown: Mapped[bool]
    word: Mapped[str] = mapped_column(sa.Text(collation="C"))
    uses: Mapped[int] = mapped_column(server_default="1")  # rows that had it when last counted


def recount() -> int:
    """Count every word anew, and forget those that no living row has: for the night. Returns how many there are.

    The system's scope only; about 5 seconds for a million contacts, during which nobody learns a word.
    """
    return db.session.scalar(scope.through_the_gate(sa.select(sa.func.recount_words()))) or 0
