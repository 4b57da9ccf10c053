"""Fields of the forms about partners and people: their shape, and the sentence that says what to type instead."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from brokerage.reference import identifiers
from brokerage.web.person_fields import TOO_LONG, tidy

SPOILT = _l("Ce numéro a été abîmé par un tableur : recopiez-le en entier.")
UNREAD = {
    "uai_invalid": _l("Ce code UAI n'est pas valable : sept chiffres et une lettre, par exemple 0951099D."),
    "siret_invalid": _l("Ce numéro n'est pas valable : 14 chiffres pour un SIRET, 9 pour un SIREN."),
    "siret_scientific": SPOILT,
    "siren_scientific": SPOILT,
    "phone_invalid": _l("Ce numéro n'est pas complet. Écrivez-le par exemple 01 99 00 52 40."),
    "email_invalid": _l("Écrivez l'adresse en entier, par exemple prenom.nom@exemple.fr."),
    "email_suspect_tld": _l("Cette adresse semble mal terminée."),
}
CHOOSE = _l("Choisissez dans la liste.")


def text(label: Any, most: int, *more: Any, id: str | None = None) -> StringField:
    """One line of at most `most` signs; optional unless `more` says otherwise. `id` where another form of the page has its name."""
    return StringField(label, [*(more or (Optional(),)), Length(max=most, message=TOO_LONG)], filters=[tidy], id=id)


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Values and their words, as fields of choice want them."""
    return [SelectChoice(value, words) for value, words in pairs]


def ticks(label: Any, pairs: Iterable[tuple[Any, Any]], coerce: Any = str) -> SelectMultipleField:
    """Several of a few."""
    boxes: dict[str, Any] = {"option_widget": CheckboxInput(), "widget": ListWidget(prefix_label=False)}
    return SelectMultipleField(label, [Optional()], choices=options(pairs), coerce=coerce, invalid_choice_message=CHOOSE, **boxes)


def choice(label: Any, pairs: Iterable[tuple[Any, Any]], optional: bool = False, **more: Any) -> SelectField:
    """One of a list."""
    rules = [Optional()] if optional else []
    return SelectField(label, rules, choices=options(pairs), invalid_choice_message=CHOOSE, **more)


def radio(label: Any, pairs: Iterable[tuple[Any, Any]], **more: Any) -> RadioField:
    """One of a few, all in sight."""
    return RadioField(label, choices=options(pairs), invalid_choice_message=CHOOSE, **more)


def read(checked: identifiers.Checked, otherwise: str) -> str:
    """The value to keep, or a sentence at the field: what is wrong, and what was probably meant."""
    if checked.status is identifiers.Status.MISSING:
        return ""
    if checked.issue == "uai_letter_computed":
        raise ValidationError(_("Il manque la lettre. Est-ce %(meant)s ?", meant=checked.value))
    if checked.value is None:
        sentence = str(UNREAD.get(checked.issue or "", UNREAD[otherwise]))
        meant = _("Vouliez-vous dire %(meant)s ?", meant=checked.suggestion) if checked.suggestion else ""
        raise ValidationError(f"{sentence} {meant}".strip())
    return checked.value


class Day(DateField):
    """A date, typed or picked."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse anything else with a sentence that says what to type."""
        try:
            super().process_formdata(valuelist)
        except ValueError as no:
            raise ValueError(_("Indiquez une date, par exemple 04/04/2026.")) from no


class Number(IntegerField):
    """A small number, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse words with a sentence that says what to type."""
        try:
            super().process_formdata(valuelist)
        except ValueError as no:
            raise ValueError(_("Indiquez un nombre, par exemple 2.")) from no
