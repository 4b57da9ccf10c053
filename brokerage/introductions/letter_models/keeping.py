"""The versions of a model: each kept with who wrote it and when; the last one is in force, for its language only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.accounts.models import Role, User
from brokerage.database import Base, Identified, Owned, db
from brokerage.errors import N_, NotYours, WrongState
from brokerage.introductions.letter_models import checking
from brokerage.introductions.letter_models.catalogue import EDITABLE
from brokerage.mail import letter as paper

EDITORS = (Role.MANAGER, Role.ADMIN)


@dataclass(frozen=True)
class Words:
    """Subject and body of a model, its places still open."""

    subject: str
    body: str


class LetterModel(Identified, Owned, Base):
    """One version of one letter in one language; only ever added. Without words: back to the standard model."""

    __tablename__ = "letter_model"
    __table_args__ = (sa.UniqueConstraint("association_id", "letter", "language", "number"),)

    letter: Mapped[str]
    language: Mapped[str]
    number: Mapped[int]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    by_name: Mapped[str]  # as it was that day

    @property
    def words(self) -> Words | None:
        """Its words; None when it went back to the standard model."""
        return None if self.body is None else Words(self.subject or "", self.body)


class Overtaken(WrongState):
    """Somebody saved another version meanwhile: `theirs`."""

    def __init__(self, theirs: LetterModel) -> None:
        self.theirs = theirs
        super().__init__(N_("%(who)s a enregistré une autre version entre-temps."), who=theirs.by_name)


def standard(which: str, language: str) -> Words:
    """The model that Passerelle comes with."""
    return Words(*paper.model(which, paper.spoken(language)))


def in_force(which: str, association_id: uuid.UUID, language: str) -> Words:
    """The association's own words in this language, else the standard ones.

    Words that an older Passerelle accepted and this one would not (a place that is gone) give way to the standard.
    """
    last = latest(which, association_id, paper.spoken(language))
    words = last.words if last else None
    if words is None or checking.unknown_places(EDITABLE[which], words.subject, words.body):
        return standard(which, language)
    return words


def latest(which: str, association_id: uuid.UUID, language: str) -> LetterModel | None:
    """The last version; None while nobody touched this letter."""
    return db.session.scalars(_versions(which, association_id, language).limit(1)).first()


def history(which: str, association_id: uuid.UUID, language: str, most: int = 50) -> Sequence[LetterModel]:
    """The versions, newest first."""
    return db.session.scalars(_versions(which, association_id, language).limit(most)).all()


def everywhere(association_id: uuid.UUID) -> dict[tuple[str, str], LetterModel]:
    """The last version of every letter the association touched, by letter and language, in one statement."""
    mine = sa.select(LetterModel).where(LetterModel.association_id == association_id)
    last = mine.ext(distinct_on(LetterModel.letter, LetterModel.language))
    in_order = (LetterModel.letter, LetterModel.language, LetterModel.number.desc())
    return {(one.letter, one.language): one for one in db.session.scalars(last.order_by(*in_order))}


def _versions(which: str, association_id: uuid.UUID, language: str) -> sa.Select[LetterModel]:
    mine = (LetterModel.association_id == association_id, LetterModel.letter == which, LetterModel.language == language)
    return sa.select(LetterModel).where(*mine).order_by(LetterModel.number.desc())


def save(which: str, language: str, by: User, read: int, subject: str, body: str) -> LetterModel | None:
    """Keep another version, on top of version `read` (0: none). None when it says what is in force already.

    Raises BadInput for words that may not be a model, Overtaken when `read` is no longer the last one.
    """
    words = Words(_one_line(subject), _plain(body))
    last = _last_read(which, language, by, read)
    checking.insist(EDITABLE[which], language, words.subject, words.body)
    if words == in_force(which, by.association_id, language):
        return None
    return _add(which, language, by, last, None if words == standard(which, language) else words)


def restore(which: str, language: str, by: User, read: int) -> LetterModel | None:
    """Back to the standard model, from now on and as it changes. Raises Overtaken."""
    last = _last_read(which, language, by, read)
    return None if last is None or last.words is None else _add(which, language, by, last, None)


def _last_read(which: str, language: str, by: User, read: int) -> LetterModel | None:
    if not by.has(*EDITORS):
        raise NotYours(N_("Les modèles de lettres reviennent aux responsables des partenariats."))
    last = latest(which, by.association_id, language)
    if last and last.number != read:
        raise Overtaken(last)
    return last


def _add(which: str, language: str, by: User, last: LetterModel | None, words: Words | None) -> LetterModel:
    version = LetterModel(
        id=uuid.uuid4(),
        association_id=by.association_id,
        letter=which,
        language=language,
        number=last.number + 1 if last else 1,
        subject=words.subject if words else None,
        body=words.body if words else None,
        by_id=by.id,
        by_name=by.name,
    )
    db.session.add(version)
    _flush_or_overtaken(version)
    return version


def _flush_or_overtaken(version: LetterModel) -> None:
    """Two at the same instant: the unique key keeps the first, the second reads whose it is."""
    try:
        with db.session.begin_nested():
            db.session.flush()
    except sa.exc.IntegrityError as raced:
        first = latest(version.letter, version.association_id, version.language)
        if first is None:
            raise
        raise Overtaken(first) from raced


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _plain(words: str) -> str:
    """As the standard models are kept: one kind of line end, no blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in words.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))
