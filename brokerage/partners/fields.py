"""Fields of an association's own, on partners and on contacts: defined here, their values kept in the record by id.

A field is archived, never deleted: its values stay in the records and come back with it. Allies see none of it: the
showcase does not hold the column.
"""

import enum
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import Base, Identified, Owned, db
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.reference.folding import folded

MARK = "x-"  # before the id, where a field of one's own stands among others by name
MOST = 30  # fields in use per subject: beyond, nobody fills them
MOST_OPTIONS = 60
LONGEST = 500
Value = str | int | float


class Subject(enum.StrEnum):
    """What a field describes."""

    PARTNER = "partner"
    CONTACT = "contact"


class FieldKind(enum.StrEnum):
    """What a field may hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


class CustomField(Identified, Owned, Base):
    """One field of an association, among those of its subject."""

    __tablename__ = "custom_field"
    __table_args__ = (sa.UniqueConstraint("association_id", "subject", "folded"),)

    subject: Mapped[Subject]
    kind: Mapped[FieldKind]
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(sa.Computed("fold(name)", persisted=True), deferred=True)
    help: Mapped[str] = mapped_column(default="")
    options: Mapped[list[str]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """Where records keep the value."""
        return str(self.id)


_EVERY = (
    sa.select(CustomField)
    .where(CustomField.association_id == sa.bindparam("house", type_=sa.Uuid()))
    .order_by(CustomField.archived_at.is_not(None), CustomField.position, CustomField.created_at)
)


def every(reader: policy.Reader) -> Sequence[CustomField]:
    """The fields of the reader's association, archived ones last, each subject in its order."""
    return db.session.scalars(_EVERY, {"house": reader.association_id}).all()


def of(reader: policy.Reader, subject: Subject) -> list[CustomField]:
    """The fields in use for partners, or for contacts, in the order of the forms."""
    return [field for field in every(reader) if field.subject is subject and field.archived_at is None]


def visible_to(reader: policy.Reader) -> sa.Select[CustomField]:
    """The fields the reader's association defined, archived or not."""
    return sa.select(CustomField).where(CustomField.association_id == reader.association_id)


def define(by: User, subject: Subject, kind: FieldKind, name: str, help: str = "", options: Sequence[str] = ()) -> CustomField:
    """A new field, last of its subject. Raises BadInput for a name already taken, or a choice without choices."""
    policy.insist(by, *policy.EDITORS)
    others = of(by, subject)
    if len(others) >= MOST:
        raise BadInput(N_("Vous avez déjà %(most)s champs : archivez-en un d'abord."), most=MOST)
    after = max((other.position for other in others), default=0) + 1
    field = CustomField(id=uuid.uuid4(), association_id=by.association_id, subject=subject, kind=kind, position=after, options=[])
    _describe(field, by, name, help, options)
    db.session.add(field)
    db.session.flush()
    return field


def describe(field: CustomField, by: User, name: str, help: str = "", options: Sequence[str] = ()) -> None:
    """Another name, help or list of choices; the kind stays, since values of it are kept. Raises as `define`."""
    policy.insist(by, *policy.EDITORS)
    _describe(field, by, name, help, options)
    db.session.flush()


def _describe(field: CustomField, by: User, name: str, help: str, options: Sequence[str]) -> None:
    cut = list(dict.fromkeys(" ".join(option.split())[:80] for option in options if option.strip()))
    if not folded(name):
        raise BadInput(N_("Donnez un nom à ce champ."), "name")
    if any(folded(name) == folded(other.name) for other in every(by) if other.subject is field.subject and other.id != field.id):
        raise BadInput(N_("Un champ porte déjà ce nom, peut-être parmi les champs archivés."), "name")
    if field.kind is FieldKind.CHOICE and not 2 <= len(cut) <= MOST_OPTIONS:
        raise BadInput(N_("Écrivez de deux à %(most)s choix, un par ligne."), "options", most=MOST_OPTIONS)
    field.name, field.help, field.options = name.strip(), help.strip(), cut if field.kind is FieldKind.CHOICE else []


def archive(field: CustomField, by: User, archived: bool) -> None:
    """Take a field out of the forms and pages, or put it back; the values it had stay in the records."""
    policy.insist(by, *policy.EDITORS)
    field.archived_at = clock.now() if archived else None
    db.session.flush()


def move(field: CustomField, by: User, earlier: bool) -> None:
    """One place up or down among the fields in use of its subject; at an end, nothing moves."""
    policy.insist(by, *policy.EDITORS)
    row = of(by, field.subject)
    at = next((n for n, other in enumerate(row) if other.id == field.id), None)
    if at is None or not 0 <= (to := at - 1 if earlier else at + 1) < len(row):
        return
    row[at], row[to] = row[to], row[at]
    for place, other in enumerate(row, start=1):
        other.position = place
    db.session.flush()


def read(field: CustomField, typed: str, before: Value | None = None) -> Value | None:
    """What is kept of what was typed: None for nothing. Raises BadInput with a sentence that says what to type.

    A choice that was taken off the list since stays acceptable where the record has it (`before`).
    """
    text = typed.strip()
    if not text:
        return None
    if field.kind is FieldKind.NUMBER:
        return _number(text)
    if field.kind is FieldKind.DATE:
        return _date(text)
    if field.kind is FieldKind.CHOICE and text not in field.options and text != before:
        raise BadInput(N_("Choisissez dans la liste."))
    if len(text) > LONGEST:
        raise BadInput(N_("C'est trop long : %(most)s signes au plus."), most=LONGEST)
    return text


def _number(text: str) -> Value:
    bare = "".join(text.split()).replace(",", ".")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12 or len(bare) > 20:
        raise BadInput(N_("Indiquez un nombre, par exemple 28 ou 12,5."))
    return int(number) if number == number.to_integral_value() else float(number)


def _date(text: str) -> str:
    for order in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, order).date().isoformat()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise BadInput(N_("Indiquez une date, par exemple 04/04/2026."))


def shown(field: CustomField, kept: Mapping[str, Any]) -> date | Value | None:
    """The value a record holds, as something to print: a date for a date, None for nothing."""
    value = kept.get(field.key)
    return date.fromisoformat(value) if value and field.kind is FieldKind.DATE else value


def merged(kept: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record once a form said some; those of archived fields stay, None takes a value out."""
    return {key: value for key, value in {**kept, **said}.items() if value is not None}
