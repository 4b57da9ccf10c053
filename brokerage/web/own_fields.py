"""The fields of an association's own in the forms and on the pages: drawn by their kind, read by `partners/fields.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_decimal
from wtforms import Field, StringField, ValidationError
from wtforms.validators import Optional

from brokerage.errors import BadInput
from brokerage.partners import fields
from brokerage.partners.fields import CustomField, FieldKind
from brokerage.web.errors import told
from brokerage.web.formats import date_short
from brokerage.web.partner_fields import choice
from brokerage.web.person_fields import tidy

MARK = fields.MARK  # before the id, in the names of form fields


class OwnFields:
    """What a form on a partner or a contact adds: the association's own fields, in their order."""

    custom: Sequence[CustomField] = ()
    before: Mapping[str, Any] = {}

    def own(self) -> list[tuple[Any, CustomField]]:
        """The form's fields beside what defines them; a form that was cut down to one keeps that one."""
        form: Any = self
        return [(form[MARK + field.key], field) for field in self.custom if MARK + field.key in form]

    def extra(self) -> dict[str, Any]:
        """The values by id, once the form is valid; None for what was emptied."""
        return {field.key: fields.read(field, said.data or "", self.before.get(field.key)) for said, field in self.own()}


def with_own(form: type[Any], custom: Sequence[CustomField], kept: Mapping[str, Any] | None = None) -> type[Any]:
    """`form` with a field for each of `custom`; a record that holds an old choice (`kept`) may keep it."""
    before = dict(kept or {})
    drawn = {MARK + field.key: _drawn(field, before.get(field.key)) for field in custom}
    return type(form.__name__, (form,), {**drawn, "custom": tuple(custom), "before": before})


def _drawn(field: CustomField, before: Any) -> Any:
    if field.kind is not FieldKind.CHOICE:
        return StringField(field.name, [Optional(), _Read(field, before)], filters=[tidy])
    old = [before] if before and before not in field.options else []
    return choice(field.name, [("", "—"), *((option, option) for option in [*old, *field.options])], optional=True)


class _Read:
    """Says at the field what `fields.read` says."""

    def __init__(self, field: CustomField, before: Any) -> None:
        self._field, self._before = field, before

    def __call__(self, _form: Any, said: Field) -> None:
        try:
            fields.read(self._field, said.data or "", self._before)
        except BadInput as no:
            raise ValidationError(told(no)) from no


def typed_of(kept: Mapping[str, Any] | None) -> dict[str, str]:
    """The values of a record as a form shows them."""
    return {MARK + key: _typed(value) for key, value in (kept or {}).items()}


def _typed(value: Any) -> str:
    return str(value).replace(".", ",") if isinstance(value, int | float) else str(value)


@dataclass(frozen=True)
class Said:
    """A field and its value in words, for a page; "" when the record says nothing."""

    name: str
    label: str
    words: str


def told_of(custom: Sequence[CustomField], kept: Mapping[str, Any] | None) -> list[Said]:
    """Every field in use with what a record says of it."""
    return [Said(MARK + field.key, field.name, _words(field, kept or {})) for field in custom]


def _words(field: CustomField, kept: Mapping[str, Any]) -> str:
    value = fields.shown(field, kept)
    if value is None:
        return ""
    if isinstance(value, date):
        return date_short(value)
    return format_decimal(value) if field.kind is FieldKind.NUMBER else str(value)
