"""Nouvelle demande: three short steps on one page, a draft kept as it is written."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, StopValidation
from wtforms.widgets import TextInput

from brokerage import calendar, clock
from brokerage.accounts.models import Role
from brokerage.conventions import policy as conventions
from brokerage.errors import N_, BadInput, Refusal
from brokerage.introductions import requests, rules
from brokerage.introductions.models import IntroductionRequest, Need
from brokerage.introductions.purposes import NUMBERS, PURPOSES
from brokerage.introductions.states import RequestState
from brokerage.partners import showcase
from brokerage.partners.models import ContactRole
from brokerage.reference import places
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.formats import hour
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.requests import found, pages
from brokerage.web.stories import role_label
from brokerage.web.typed import identifier

ASKERS = (Role.DELEGATE, Role.MANAGER)
NOT_A_DATE = _l("Indiquez une date, par exemple 04/04/2026.")
NOT_A_NUMBER = _l("Indiquez un nombre, par exemple 28.")
FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
# As calendar.school_holiday_name says them.
HOLIDAYS = (
    N_("vacances d'été"), N_("vacances de la Toussaint"), N_("vacances de Noël"), N_("vacances d'hiver"),
    N_("vacances de printemps"), N_("pont de l'Ascension"),
)  # fmt: skip


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


def _count(label: str) -> Count:
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
    pupils, parents, speakers = _count(_l("élèves")), _count(_l("parents")), _count(_l("intervenants"))
    tutors, rooms = _count(_l("tuteurs et tutrices")), _count(_l("salles"))
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
        return values | located(values["place"])


def located(place: str) -> dict[str, str | None]:
    """Département, académie and région of a place as typed; None where the place is not one commune."""
    commune = places.commune_named(place) if place else None
    department = commune.department_code if commune else None
    academy = places.academy_of_department(department) if department else None
    region = places.region_of_department(department) if department else None
    return {"department": department, "academy": academy.code if academy else None, "region": region.code if region else None}


def _aimed(partner: str) -> dict[str, Any]:
    """The target of a request, from the directory as it is now; empty for a need without a partner."""
    wanted = identifier(partner)
    card = showcase.card(wanted) if wanted else None
    if partner and card is None:
        raise BadInput(N_("Ce partenaire n'est plus dans l'annuaire. Choisissez-en un autre, ou décrivez votre besoin."))
    return {"partner_id": card.id, "target_name": card.name, "target_town": card.town, "need": Need(card.kind)} if card else {}


def _kept(form: RequestForm) -> IntroductionRequest:
    """The draft behind the form, made or brought up to date."""
    by, values = me(), form.fields()
    if kept := identifier(form.draft.data):
        draft: IntroductionRequest = found(kept)
        if draft.state is not RequestState.DRAFT:
            raise BadInput(N_("Cette demande est déjà partie."))
        requests.edit(draft, **values | _aimed(form.partner.data or ""))
        return draft
    aim = _aimed(form.partner.data or "")
    giving = showcase.card(aim["partner_id"]).association_id if aim else _ally(form)  # type: ignore[union-attr]
    return requests.draft(by, giving, **values | aim)


def _ally(form: RequestForm) -> uuid.UUID:
    allies = {str(ally.id): ally.id for ally in conventions.allies(me().association_id)}
    chosen = allies.get(form.ally.data or "") or next(iter(allies.values()), None)
    if chosen is None:
        raise BadInput(N_("Votre association n'a pas encore de convention en vigueur."))
    return chosen


@pages.get("/nouvelle")
@access.members(*ASKERS)
def new() -> ResponseReturnValue:
    """An empty form, or a draft taken up again."""
    wanted = request.args.get("brouillon", type=uuid.UUID)
    draft = found(wanted) if wanted else None
    besides = _besides(draft) if draft else {"partner": request.args.get("partenaire", "")}
    return _page(RequestForm(formdata=None, obj=draft, **besides))


def _besides(draft: IntroductionRequest) -> dict[str, Any]:
    """What the form knows of a draft under other names than the draft itself."""
    return {**draft.numbers, "draft": str(draft.id), "partner": str(draft.partner_id or ""), "ally": str(draft.giving_id)}


def _page(form: RequestForm, status: int = 200, fragments: tuple[str, ...] = ()) -> ResponseReturnValue:
    allies = conventions.allies(me().association_id)
    form.open_to(allies)
    wanted = identifier(form.partner.data)
    card = showcase.card(wanted) if wanted else None
    giving = card.association_id if card else (allies[0].id if allies else None)
    context: dict[str, Any] = {"form": form, "card": card, "allies": allies, "by": me(), "numbers": NUMBERS, "kept_at": hour(clock.now())}
    days = rules.of(giving).decide_within if giving else 5
    return page("requests/new.html", status=status, fragments=fragments, warnings=warnings(form, days), days=days, **context)


def warnings(form: RequestForm, days: int) -> list[str]:
    """What the delegate should know before sending: holidays on the date, or a notice too short."""
    said = []
    day = form.event_on.data
    spot = located(form.place.data or "")
    for when in filter(None, (day, form.fallback_on.data)):
        holidays = calendar.school_holiday_name(when, calendar.Place(spot["department"], spot["academy"], True))
        if holidays:
            named = ", ".join(_(part) for part in holidays.split(", "))  # "vacances d'hiver, zone B"
            said.append(_("Le %(day)s tombe pendant les %(holidays)s.", day=when.strftime("%d/%m/%Y"), holidays=named))
    left = calendar.working_days_between(clock.today(), day, calendar.HEAD_OFFICE) if day and day > clock.today() else None
    if left is not None and left < 15:
        said.append(_("Le délai est court : %(n)s jours ouvrés. Comptez au moins trois semaines.", n=left))
    return said


@pages.post("/nouvelle")
@access.members(*ASKERS)
def send() -> ResponseReturnValue:
    """Keep the draft, or send the request."""
    form = RequestForm().open_to(conventions.allies(me().association_id))
    if not form.validate():
        return _page(form, 422)
    try:
        draft = _kept(form)
        if request.form.get("action") == "garder":
            flash(_("Brouillon gardé."))
            return redirect(url_for("requests.inbox"), 303)
        requests.submit(draft, me())
    except Refusal as no:
        form.refuse(no)
        return _page(form, 422)
    flash(_("Demande envoyée à %(who)s.", who=draft.handler.name if draft.handler else ""))
    return redirect(url_for("requests.show", id=draft.id), 303)


@pages.post("/brouillon")
@access.members(*ASKERS)
def keep() -> ResponseReturnValue:
    """Keep what is written so far, while it is being written; fields that make no sense yet are left for later."""
    form = RequestForm().open_to(conventions.allies(me().association_id))
    form.validate()
    draft = _kept(form)
    form.draft.data = str(draft.id)
    return _page(form, fragments=("garde",))
