"""Engagements: commitment by commitment what was promised and done; actions noted by a side, confirmed by the other."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from brokerage.conventions import commitments
from brokerage.conventions.commitments import COUNTS, KINDS, Action, Details
from brokerage.conventions.models import Convention
from brokerage.database import db
from brokerage.errors import N_, BadInput, Refusal
from brokerage.partners.notes import doubts_in
from brokerage.reports import ledger, periods
from brokerage.web import access, convention_words
from brokerage.web.access import me
from brokerage.web.asking_form import FORMATS, Day, count
from brokerage.web.conventions import Asked, asked_period, found, pages, reader
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.typed import identifier

TOGETHER = "ensemble"


class ActionForm(BaseForm):
    """What was done, when, where, by whom, and how many took part."""

    doubtful = False
    version = HiddenField()
    kind = RadioField(
        _l("Qu'avez-vous fait ?"), choices=[SelectChoice(k.code, _l(k.label)) for k in KINDS.values()], validators=[Optional()]
    )
    title = StringField(_l("En une ligne"), validators=[Length(max=160)])
    done_by = SelectField(_l("Qui l'a fait ?"), coerce=str, validators=[Optional()])
    done_on = Day(_l("Quand ?"), format=FORMATS)
    place = StringField(_l("Où ?"), validators=[Length(max=120), Optional()])
    volunteers, women, classes = count(_l("bénévoles")), count(_l("tutrices")), count(_l("classes"))
    teachers, students, pupils = count(_l("enseignants")), count(_l("étudiants")), count(_l("élèves"))
    copies, people = count(_l("exemplaires")), count(_l("autres personnes"))
    sure = BooleanField(_l("Je l'ai relue : elle ne nomme aucun ni aucune élève."))

    def open_to(self, convention: Convention) -> "ActionForm":
        """Offer the two associations, or both together."""
        one, other = ledger.sides(convention)
        self.done_by.choices = [
            SelectChoice(TOGETHER, _("Les deux associations ensemble")),
            SelectChoice(str(one.id), one.name),
            SelectChoice(str(other.id), other.name),
        ]
        return self

    def details(self) -> Details:
        """What the verb stores. Raises BadInput while the line may name a pupil and nobody insists."""
        title, place = (self.title.data or "").strip(), (self.place.data or "").strip()
        if doubts_in(f"{title} {place}") and not self.sure.data:
            self.doubtful = True
            raise BadInput(N_("Relisez cette ligne : elle semble nommer quelqu'un. Des nombres suffisent."), "title")
        counted = {name: self[name].data for name in COUNTS if self[name].data}
        by = None if self.done_by.data in (None, "", TOGETHER) else identifier(self.done_by.data)
        return Details(self.kind.data or "", title, self.done_on.data, by, place, counted)


class ContestForm(BaseForm):
    """Why the other side does not agree."""

    word = TextAreaField(_l("Qu'est-ce qui ne va pas ?"), validators=[Length(max=commitments.LONGEST)])


@pages.get("/<uuid:id>/engagements")
@access.members()
def commitments_of(id: uuid.UUID) -> ResponseReturnValue:
    """The seven commitments of a convention in a period."""
    convention = found(id)
    return shown(convention, asked_period(convention))


def shown(
    convention: Convention, asked: Asked, contested: uuid.UUID | None = None, form: ContestForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page, with a contestation that was refused, if any."""
    counted = ledger.of(convention, asked.period, reader().association_id)
    done = db.session.scalars(commitments.between(convention.id, asked.period.first, asked.period.last)).all()
    context: dict[str, Any] = {
        "ledger": counted, "asked": asked, "years": periods.years_of(convention),
        "sides": {d.asking.id: d.asking for d in counted.directions},
        "actions": {p.number: [a for a in done if a.commitment == p.number] for p in counted.promises},
        "kinds": KINDS, "counts": COUNTS, "in_number": convention_words.in_number,
        "period": convention_words.period(asked.period), "may_note": reader().has(*commitments.EDITORS),
        "contested": contested, "contest_form": form or ContestForm(formdata=None),
    }  # fmt: skip
    return page("convention/commitments.html", status=status, **context)


@pages.get("/<uuid:id>/engagements/nouvelle")
@access.members(*commitments.EDITORS)
def new_action(id: uuid.UUID) -> ResponseReturnValue:
    """An empty form; ?nature=… chooses what was done."""
    kind = request.args.get("nature")
    data = {"kind": kind if kind in KINDS else None, "done_by": str(reader().association_id)}
    return _form(found(id), ActionForm(formdata=None, data=data))


def _form(convention: Convention, form: ActionForm, action: Action | None = None, status: int = 200) -> ResponseReturnValue:
    form.open_to(convention)
    return page("convention/action.html", status=status, convention=convention, form=form, action=action, counts=COUNTS)


@pages.post("/<uuid:id>/engagements/nouvelle")
@access.members(*commitments.EDITORS)
def note_action(id: uuid.UUID) -> ResponseReturnValue:
    """Note an action; the other side is asked to confirm it."""
    convention = found(id)
    form = ActionForm().open_to(convention)
    try:
        if form.validate():
            action = commitments.note(convention, me(), form.details())
            flash(_("Action notée. L'autre association peut la confirmer."))
            return redirect(_home(action), 303)
    except Refusal as no:
        form.refuse(no)
    return _form(convention, form, status=422)


def _home(action: Action) -> str:
    year = periods.school_year(action.done_on).name
    return url_for("convention.commitments_of", id=action.convention_id, annee=year, _anchor=f"engagement-{action.commitment}")


def _action(action_id: uuid.UUID, held: bool = False) -> Action:
    query = commitments.known_to(reader().association_id)
    return access.find_or_404(query.with_for_update() if held else query, action_id)  # type: ignore[no-any-return]


@pages.get("/actions/<uuid:id>/modification")
@access.members(*commitments.EDITORS)
def edit_action(id: uuid.UUID) -> ResponseReturnValue:
    """The form of an action one's own side noted."""
    action = _action(id)
    kept = {name: getattr(action, name) for name in ("kind", "title", "done_on", "place", "version")}
    data = {**kept, **action.numbers, "done_by": str(action.done_by_id or TOGETHER)}
    return _form(found(action.convention_id), ActionForm(formdata=None, data=data), action)


@pages.post("/actions/<uuid:id>/modification")
@access.members(*commitments.EDITORS)
def change_action(id: uuid.UUID) -> ResponseReturnValue:
    """Correct it; it is to be confirmed again. Whoever changed it meanwhile is not overwritten."""
    action = _action(id, held=True)
    convention = found(action.convention_id)
    form = ActionForm().open_to(convention)
    try:
        if form.validate():
            if str(action.version) != (form.version.data or ""):
                raise BadInput(N_("Quelqu'un d'autre vient de modifier cette action. Relisez-la, puis recommencez."))
            commitments.change(action, me(), form.details())
            flash(_("Action modifiée. Elle est de nouveau à confirmer."))
            return redirect(_home(action), 303)
    except Refusal as no:
        form.refuse(no)
    return _form(convention, form, action, 422)


@pages.post("/actions/<uuid:id>/confirmation")
@access.members(*commitments.EDITORS)
def confirm_action(id: uuid.UUID) -> ResponseReturnValue:
    """The other side's yes."""
    action = _action(id, held=True)
    commitments.confirm(action, me())
    flash(_("Action confirmée : elle compte désormais pour les deux associations."))
    return redirect(_home(action), 303)


@pages.post("/actions/<uuid:id>/contestation")
@access.members(*commitments.EDITORS)
def contest_action(id: uuid.UUID) -> ResponseReturnValue:
    """The other side's no, with a word."""
    action, form = _action(id, held=True), ContestForm()
    try:
        if form.validate():
            commitments.contest(action, me(), form.word.data or "")
            flash(_("Votre mot est joint à l'action."))
            return redirect(_home(action), 303)
    except BadInput as no:
        form.word.errors = [told(no)]
    year = periods.school_year(action.done_on)
    return shown(found(action.convention_id), Asked(year, {"annee": year.name}), action.id, form, 422)


@pages.post("/actions/<uuid:id>/retrait")
@access.members(*commitments.EDITORS)
def withdraw_action(id: uuid.UUID) -> ResponseReturnValue:
    """Take back what one's own side noted."""
    action = _action(id, held=True)
    commitments.withdraw(action, me())
    flash(_("Action retirée."))
    return redirect(_home(action), 303)
