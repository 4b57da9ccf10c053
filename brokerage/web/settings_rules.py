"""Réglages, the rules: all on one page, each with its limits, an example that follows what one types, and who set it last."""

import json
import re
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, Field, StringField
from wtforms.validators import ValidationError

from brokerage import clock
from brokerage.accounts.models import Role
from brokerage.introductions import rulebook, rules
from brokerage.introductions.rulebook import GROUPS, RULES, Rule, Value
from brokerage.introductions.rules import Rules
from brokerage.partners import policy
from brokerage.web import access, rule_words
from brokerage.web.access import me
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partners import reader
from brokerage.web.settings import pages

SEVERAL = re.compile(r"\s*(?:[,;/]|\bet\b|\band\b|\s)\s*")


class NumberField(StringField):
    """A whole number, kept as it was typed until it is one."""

    def read(self) -> Value:
        """The number; ValueError when it is none."""
        return int((self.data or "").replace("\u202f", "").replace("\u00a0", "").strip())

    def pre_validate(self, form: Any) -> None:
        try:
            self.read()
        except ValueError:
            raise ValidationError(_("Écrivez un nombre entier, sans lettres.")) from None


class DaysField(NumberField):
    """Several whole numbers: « 3, 6 » or « 3 et 6 »."""

    def read(self) -> Value:
        """The numbers in the order they were typed; ValueError when one is none."""
        return tuple(int(one) for one in SEVERAL.split((self.data or "").strip()) if one)


def _field(rule: Rule) -> Field:
    label = _l(rule.label)  # every label is marked where it is written, in rulebook.py
    if isinstance(rule.default, bool):
        return BooleanField(label)
    return DaysField(label) if isinstance(rule.default, tuple) else NumberField(label)


RulesForm: type[BaseForm] = type("RulesForm", (BaseForm,), {name: _field(rule) for name, rule in RULES.items()})


def _written(value: Value) -> bool | str:
    """A value as its field shows it."""
    if isinstance(value, bool):
        return value
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _typed(form: BaseForm) -> dict[str, Value]:
    """What was typed, rule by rule; those that are no number are left out, and say so in the form."""
    form.validate()
    return _read(form)


def _read(form: BaseForm) -> dict[str, Value]:
    fields = ((name, form[name]) for name in RULES if not form[name].errors)
    return {name: field.read() if isinstance(field, NumberField) else bool(field.data) for name, field in fields}


@pages.get("/regles")
@access.members(*policy.EDITORS)
def all_rules() -> ResponseReturnValue:
    """The rules in force; an admin may change them. What was typed and not saved yet may come in the address."""
    stored = _stored()
    if not (set(request.args) & set(RULES)):
        return _shown(_filled(stored), stored)
    form = RulesForm(formdata=request.args, meta={"csrf": False})
    return _shown(form, _tried(form, stored))


def _stored() -> Rules:
    return rules.of(reader().association_id)


def _filled(stored: Rules) -> BaseForm:
    return RulesForm(formdata=None, data={name: _written(getattr(stored, name)) for name in RULES})


def _tried(form: BaseForm, stored: Rules) -> Rules:
    """The rules as they would be with what was typed; what cannot be kept says why at its field, and counts for nothing."""
    values = Rules(**asdict(stored) | _typed(form))
    faults = rulebook.faults(values)
    for fault in faults:
        form.refuse(fault)
    wrong = [str(fault.field) for fault in faults]
    return Rules(**asdict(values) | {name: getattr(stored, name) for name in wrong})


def _shown(form: BaseForm, tried: Rules, status: int = 200, seen: dict[str, Value] | None = None) -> ResponseReturnValue:
    stored = _stored()
    return page(
        "settings/rules.html",
        status=status,
        form=form,
        groups=GROUPS,
        rules=list(RULES.values()),
        stored=stored,
        seen=json.dumps(seen or _all_of(stored)),
        examples=rule_words.examples(tried, clock.now()),
        changes=rulebook.last_changes(reader().association_id),
        words=rule_words.value_words,
        may_change=reader().has(Role.ADMIN),
    )


def _all_of(stored: Rules) -> dict[str, Value]:
    return {name: getattr(stored, name) for name in RULES}


@pages.post("/regles")
@access.members(Role.ADMIN)
def change_rules() -> ResponseReturnValue:
    """Save; or put one rule back, or only look at the dates, when that button was pressed."""
    if name := request.form.get("usage", ""):
        return _back_to_usual(name)
    form, seen = RulesForm(), _seen()
    if "voir" in request.form:
        return _shown(form, _tried(form, _stored()), seen=seen)
    typed = _typed(form)
    if form.errors:
        return _refused(form, 422, seen)
    try:
        changed = rulebook.change(me(), typed, seen)
    except rulebook.Refused as no:
        for reason in no.reasons:
            form.refuse(reason)
            if isinstance(reason, rulebook.Overtaken):
                seen[str(reason.field)] = reason.theirs
        return _refused(form, max(one.status for one in no.reasons), seen)
    flash(ngettext("%(num)d règle changée.", "%(num)d règles changées.", len(changed)) if changed else _("Rien n'a changé."))
    return redirect(url_for(".all_rules"), 303)


def _refused(form: BaseForm, status: int, seen: dict[str, Value]) -> ResponseReturnValue:
    """Nothing is kept; what was typed stays, and the examples show what would hold without it."""
    stored = _stored()
    values = Rules(**asdict(stored) | _read(form))
    return _shown(form, stored if rulebook.faults(values) else values, status, seen)


def _back_to_usual(name: str) -> ResponseReturnValue:
    """One rule as it is of usage, at once; what else was typed stays in the form, unsaved."""
    form = RulesForm()
    if (rule := RULES.get(name)) is None:
        return redirect(url_for(".all_rules"), 303)
    try:
        rulebook.change(me(), {name: rule.default})
    except rulebook.Refused as no:
        for reason in no.reasons:
            form.refuse(reason)
        return _refused(form, no.status, _seen())
    flash(_("C'est de nouveau le réglage d'usage."))
    return redirect(url_for(".all_rules", _anchor=f"regle-{name}", **_unsaved(name)), 303)


def _unsaved(name: str) -> dict[str, Any]:
    """What else was typed, for the address; nothing when it is what is stored. A tick that is off is left out, as forms do."""
    stored = _filled(_stored()).data
    typed = {other: _as_typed(other) for other in RULES if other != name}
    if all(value == stored[other] for other, value in typed.items()):
        return {}
    values = typed | {name: stored[name]}
    return {other: value if isinstance(value, str) else "y" for other, value in values.items() if value is not False}


def _as_typed(name: str) -> bool | str:
    return name in request.form if isinstance(RULES[name].default, bool) else request.form.get(name, "")


def _seen() -> dict[str, Value]:
    """What the form was opened on; what is missing or forged counts as never seen, and the rule as set by hand."""
    try:
        found = json.loads(request.form.get("seen", ""))
    except ValueError:
        found = {}
    known = found if isinstance(found, dict) else {}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in known.items() if name in RULES}
