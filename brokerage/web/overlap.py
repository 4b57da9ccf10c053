"""Two people at one form: what each changed is put together, and only what both changed is asked back.

A form carries, signed, what it was opened on (`opened`). Saved over a newer version, its fields are compared three
ways: those that only I touched are mine, those that only they touched are theirs, those that both touched differently
are shown side by side. Nothing else needs to be stored, and a form opened last week still knows what it started from.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, flash, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup
from wtforms import BooleanField, Field, HiddenField, SelectField

from brokerage.partners import partners
from brokerage.web.formats import date_short, moment
from brokerage.web.forms import BaseForm

MACHINERY = frozenset({"version", "opened", "csrf_token"})


class SharedForm(BaseForm):
    """A form on something that a colleague may be changing too: it knows the version and the values it was opened on."""

    version = HiddenField()
    opened = HiddenField()


@dataclass(frozen=True)
class Apart:
    """A field that both changed, in words; `name` is the field's, for the answer."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Clash:
    """What both changed, who saved first, and when (in words)."""

    fields: list[Apart]
    who: str
    when: Markup | str


def opened(form: Any, version: int) -> Any:
    """The same form, which now remembers what it shows, for when it comes back."""
    form.opened.data = _seal().dumps({field.name: _plain(field.data) for field in _said(form)})
    form.version.data = str(version)
    return form


def settle(form: Any, stored: Any, thing: Any) -> Clash | None:
    """Bring a valid form up to the stored version of `thing`; None when it may be saved.

    `stored` is the same form, filled from the database. A clash leaves `form` ready to be shown again: merged, opened
    on the stored version, my words in the fields both changed.
    """
    base = _base(form)
    if form.version.data == str(thing.version):
        _take(form, stored, _given_up(form))
        return None
    apart = _merge(form, stored, base)
    who, at = partners.last_hand(thing)
    if not apart:
        flash(_("%(who)s a modifié cette fiche entre-temps : vos changements s'ajoutent aux siens.", who=who or _("Quelqu'un")), "info")
        return None
    opened(form, thing.version)
    form.opened.data = _seal().dumps({field.name: _plain(field.data) for field in _said(stored)})
    return Clash(apart, who or _("Quelqu'un"), moment(at) if at else "")


def _merge(form: Any, stored: Any, base: dict[str, Any] | None) -> list[Apart]:
    apart, given_up = [], _given_up(form)
    for field in _said(form):
        mine, theirs = _plain(field.data), _plain(stored[field.name].data)
        untouched = base is not None and (mine == base.get(field.name) or field.name in given_up)
        if mine == theirs or untouched:
            field.data = stored[field.name].data
        elif base is None or theirs != base.get(field.name):
            apart.append(Apart(field.name, str(field.label.text), in_words(field), in_words(stored[field.name])))
    return apart


def _take(form: Any, stored: Any, names: Collection[str]) -> None:
    for name in names:
        form[name].data = stored[name].data


def _given_up(form: Any) -> set[str]:
    """The fields where the person chose what the other wrote."""
    return {field.name for field in _said(form) if request.form.get(f"choix-{field.name}") == "theirs"}


def _base(form: Any) -> dict[str, Any] | None:
    try:
        found: Any = _seal().loads(form.opened.data or "")
    except BadData:  # a form without it, or a signature that is not ours: nothing is taken for granted
        return None
    return found if isinstance(found, dict) else None


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["PASSERELLE"].signing_keys, salt="what a form was opened on")


def _said(form: Any) -> Iterator[Field]:
    return (field for field in form if field.name not in MACHINERY)


def _plain(value: Any) -> Any:
    """A value as it survives the signature: nothing typed and nothing stored are the same."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return sorted(str(one) for one in value)
    return value if isinstance(value, bool | int) else str(value or "").replace("\r\n", "\n")


def in_words(field: Field) -> str:
    """What a field holds, as its reader says it."""
    if isinstance(field, BooleanField):
        return _("oui") if field.data else _("non")
    if isinstance(field.data, date):
        return date_short(field.data)
    chosen = field.data if isinstance(field.data, list) else [field.data]
    if isinstance(field, SelectField):
        words = {str(choice.value): str(choice.label) for choice in field.iter_choices()}
        return ", ".join(words.get(str(one), str(one)) for one in chosen if one not in (None, ""))
    return ", ".join(str(one) for one in chosen if one not in (None, ""))
