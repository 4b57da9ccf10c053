"""The form of a request: what a delegate may type, and what each field accepts."""

from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, StopValidation
from wtforms.widgets import TextInput

from brokerage.introductions.models import Need
from brokerage.introductions.purposes import NUMBERS, PURPOSES
from brokerage.partners.models import ContactRole
from brokerage.reference.whereabouts import whereabouts
from brokerage.web.forms import BaseForm
from brokerage.web.stories import role_label

NOT_A_DATE = _l("Indiquez une date, par exemple 04/04/2026.")
NOT_A_NUMBER = _l("Indiquez un nombre, par exemple 28.")
FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]


class Count(IntegerField):
    """A head-count, or nothing. A plain text input: a number input swallows « vingt-huit » without a word."""

    widget = TextInput()

    def pre_validate(self, form: Any) -> None:
        """What could not be read is not judged a second time."""
        if self.process_errors:
            raise StopValidation

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse words with a sentence that says what to type; nothing typed is nothing."""
        typed = [v.replace(" ", "").replace("\u202f", "") for v in valuelist]
        try:
            super().process_formdata([v for v in typed if v])
        except ValueError as no:
            raise ValueError(NOT_A_NUMBER) from no


class Day(DateField):
    """A date, typed or picked."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse anything else with a sentence that says what to type."""
        try:
            super().process_formdata(valuelist)
        except ValueError as no:
            raise ValueError(NOT_A_DATE) from no


def count(label: str) -> Count:
    """A head-count of a form, or nothing."""
    return Count(label, validators=[Optional(), NumberRange(0, 100000, NOT_A_NUMBER)])


class RequestForm(BaseForm):
    """The request as its delegate writes it."""

    draft = HiddenField()
    partner = HiddenField()
    ally = SelectField(_l("À quelle association ?"), coerce=str)
    need = RadioField(
        _l("De quel réseau avez-vous besoin ?"),
        choices=[
            SelectChoice(Need.ACADEMIC, _l("Partenaire académique")),
            SelectChoice(Need.CORPORATE, _l("Partenaire entreprise")),
            SelectChoice(Need.VOLUNTEERS, _l("Bénévoles")),
            SelectChoice(Need.UNKNOWN, _l("Je ne sais pas encore")),
        ],
        default=Need.UNKNOWN,
    )
    role_sought = SelectField(_l("Qui serait la bonne personne ?"), coerce=str, validators=[Optional()])
    purpose = RadioField(
        _l("Pour quoi faire ?"),
        choices=[SelectChoice(p.code, _l(p.label)) for p in PURPOSES.values()],
        validators=[Optional()],
    )
    event_name = StringField(_l("Événement ou programme"), validators=[Length(max=160)])
    event_on = Day(_l("Date prévue"), format=FORMATS, validators=[Optional()])
    fallback_on = Day(_l("Date de repli"), format=FORMATS, validators=[Optional()])
    event_hours = StringField(_l("Horaires"), validators=[Length(max=60)])
    place = StringField(_l("Où ?"), validators=[Length(max=120)])
    audience = StringField(_l("Public"), validators=[Length(max=160)])
    pupils, parents, speakers = count(_l("élèves")), count(_l("parents")), count(_l("intervenants"))
    tutors, rooms = count(_l("tuteurs et tutrices")), count(_l("salles"))
    wanted_by = Day(_l("Réponse souhaitée avant le"), format=FORMATS, validators=[Optional()])
    message = TextAreaField(_l("Votre message"), validators=[Length(max=1000)])

    def open_to(self, allies: list[Any]) -> "RequestForm":
        """Offer the allies there are, and the roles one may seek."""
        self.ally.choices = [SelectChoice(str(a.id), a.name) for a in allies]
        roles = [SelectChoice(r.value, role_label(r)) for r in ContactRole if r is not ContactRole.OTHER]
        self.role_sought.choices = [SelectChoice("", _("Peu importe")), *roles]
        return self

    def fields(self) -> dict[str, Any]:
        """What the verb stores: the place resolved, head-counts together, nothing else bindable."""
        direct = ("event_name", "event_hours", "place", "audience", "message")
        values: dict[str, Any] = {name: (self[name].data or "").strip() for name in direct}
        values |= {name: self[name].data for name in ("event_on", "fallback_on", "wanted_by")}
        values["numbers"] = {name: self[name].data for name in NUMBERS if self[name].data}
        values["purpose"] = self.purpose.data or ""
        values["need"] = Need(self.need.data) if self.need.data in set(Need) else Need.UNKNOWN
        values["role_sought"] = ContactRole(self.role_sought.data) if self.role_sought.data in set(ContactRole) else None
        return values | asdict(whereabouts(values["place"]))
