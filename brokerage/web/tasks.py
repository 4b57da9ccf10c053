"""Tâches: what is to be done, by date; a line adds one, a click does it, and a click takes that back."""

import uuid
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Optional

from brokerage import clock
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import policy as desk
from brokerage.partners import agenda, policy, tasks
from brokerage.partners.care import Doubtful
from brokerage.partners.models import Partner
from brokerage.partners.tasks import Task
from brokerage.web import access, task_words
from brokerage.web.access import me, visiting
from brokerage.web.contact_forms import FORMATS
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.partner_fields import Day, choice, options
from brokerage.web.partner_fields import text as line
from brokerage.web.typed import identifier

pages = Blueprint("tasks", __name__, url_prefix="/taches")
SURE = _l("Je l'ai relue : elle ne dit rien de personnel sur un ou une élève, ni sur la vie privée de quelqu'un.")


class TaskForm(BaseForm):
    """A task in one line: what, and if one likes by when and for whom."""

    doubtful = False
    text = line(_l("À faire"), tasks.LONGEST)
    due_on = Day(_l("Pour le"), [Optional()], format=FORMATS)
    assignee_id = choice(_l("Pour qui"), [], optional=True)
    partner_id = HiddenField()
    contact_id = HiddenField()
    request_id = HiddenField()
    sure = BooleanField(SURE)

    def open_to(self, reader: Visitor) -> "TaskForm":
        """Offer the colleagues; the reader comes first, since most tasks are one's own."""
        people = [(one.id, one.name) for one in db.session.scalars(tasks.possible_assignees(reader.association_id)) if one.id != reader.id]
        self.assignee_id.choices = options([(str(reader.id), _("moi")), *((str(key), name) for key, name in people)])
        return self


class ChangeForm(TaskForm):
    """Another date, another person; the words stay."""


def reader() -> Visitor:
    """Who reads, without asking the database again."""
    visitor = visiting()
    assert visitor is not None, "the door lets members in only"
    return visitor


def found(task_id: uuid.UUID) -> Task:
    """The task of this address in the reader's association; 404 otherwise."""
    return access.find_or_404(tasks.visible_to(reader()), task_id)  # type: ignore[no-any-return]


@pages.get("/")
@access.members(*policy.READERS)
def index() -> ResponseReturnValue:
    """My tasks, the association's, or those done."""
    return listed(TaskForm(formdata=None).open_to(reader()))


def listed(form: TaskForm, status: int = 200) -> ResponseReturnValue:
    """The list in parts by date, with a line to add one; `form` may be one that was refused."""
    which = request.args.get("liste", agenda.MINE)
    which = which if which in (agenda.MINE, agenda.OURS, agenda.DONE) else agenda.MINE
    listing = agenda.page(reader(), which, request.args.get("after", ""), request.args.get("before", ""))
    parts = [(part, list(rows)) for part, rows in groupby(listing.rows, key=lambda row: "done" if which == agenda.DONE else row.when)]
    context: dict[str, Any] = {"which": which, "listing": listing, "parts": parts, "form": form}
    context |= {"words": task_words, "tab_links": _tabs(which)}
    return page("tasks/index.html", fragments=("taches",), status=status, days=task_words.days_ahead(), **context)


def _tabs(which: str) -> list[dict[str, Any]]:
    names = {agenda.MINE: _("Les vôtres"), agenda.OURS: _("De l'association"), agenda.DONE: _("Faites")}
    links = {name: url_for(".index", liste=None if name == agenda.MINE else name) for name in names}
    return [{"text": words, "href": links[name], "current": name == which} for name, words in names.items()]


@pages.post("/")
@access.members(*policy.READERS)
def add() -> ResponseReturnValue:
    """Add a task, from this page, from a partner's or from a request's; one goes back to where one was."""
    form = TaskForm().open_to(reader())
    partner = _partner(form.partner_id.data)
    try:
        if form.validate():
            _added(form, partner)
            flash(_("Tâche ajoutée."))
            return redirect(_way_back(form, partner), 303)
    except Refusal as no:
        form.refuse(no)
        form.doubtful = isinstance(no, Doubtful)
        return listed(form, no.status)
    return listed(form, 422)


@pages.get("/demande/<uuid:id>")
@access.members(*policy.READERS)
def of_request(id: uuid.UUID) -> ResponseReturnValue:
    """The tasks of a request: a page, and a piece that the page of the request asks for once it is there."""
    the_request = access.find_or_404(desk.visible_to(me()), id)
    context: dict[str, Any] = {"rows": agenda.of_request(reader(), id), "words": task_words, "days": task_words.days_ahead()}
    return page("tasks/of_request.html", fragments=("de_demande",), the_request=the_request, **context)


def _added(form: TaskForm, partner: Partner | None) -> Task:
    wanted = identifier(form.request_id.data)
    about = access.find_or_404(desk.visible_to(me()), wanted) if wanted else None
    return tasks.add(
        me(), form.text.data or "", form.due_on.data, identifier(form.assignee_id.data), partner,
        identifier(form.contact_id.data), about.id if about else None, sure=form.sure.data,
    )  # fmt: skip


def _partner(typed: str | None) -> Partner | None:
    wanted = identifier(typed)
    return access.find_or_404(policy.visible_to(reader()), wanted) if wanted else None


def _way_back(form: TaskForm, partner: Partner | None) -> str:
    if wanted := identifier(form.request_id.data):
        return url_for("requests.show", id=wanted, _anchor="taches")
    return url_for("partners.show", id=partner.id, _anchor="taches") if partner else url_for(".index")


@pages.get("/<uuid:id>")
@access.members(*policy.READERS)
def show(id: uuid.UUID) -> ResponseReturnValue:
    """Another date, another person."""
    task = found(id)
    return _shown(task, ChangeForm(formdata=None, data={"due_on": task.due_on, "assignee_id": str(task.assignee_id)}).open_to(reader()))


def _shown(task: Task, form: ChangeForm, status: int = 200) -> ResponseReturnValue:
    partner = db.session.get(Partner, task.partner_id) if task.partner_id else None
    context: dict[str, Any] = {"title": task_words.title(task.text, task.key), "days": task_words.days_ahead()}
    return page("tasks/show.html", status=status, task=task, form=form, partner=partner, **context)


@pages.post("/<uuid:id>")
@access.members(*policy.READERS)
def change(id: uuid.UUID) -> ResponseReturnValue:
    """Put off, or hand to somebody."""
    task, form = found(id), ChangeForm().open_to(reader())
    try:
        if form.validate():
            tasks.put_off(task, me(), form.due_on.data)
            if (chosen := identifier(form.assignee_id.data)) and chosen != task.assignee_id:
                tasks.hand_to(task, me(), chosen)
            flash(_("C'est noté."))
            return redirect(url_for(".index"), 303)
    except Refusal as no:
        form.refuse(no)
        db.session.rollback()
        return _shown(found(id), form, no.status)
    return _shown(task, form, 422)


@pages.post("/<uuid:id>/report")
@access.members(*policy.READERS)
def put_off(id: uuid.UUID) -> ResponseReturnValue:
    """Put off by one click: to tomorrow, next Monday or in a month."""
    task, days = found(id), task_words.days_ahead()
    chosen = next((day for key, _words, day in days if key == request.form.get("a")), clock.today() + timedelta(days=1))
    tasks.put_off(task, me(), chosen)
    flash(_("Reportée au %(day)s.", day=task_words.day_named(chosen)))
    return redirect(_back_to(task), 303)


@pages.post("/<uuid:id>/fait")
@access.members(*policy.READERS)
def finish(id: uuid.UUID) -> ResponseReturnValue:
    """Done, with a way back."""
    task = found(id)
    tasks.finish(task, me())
    undo: Any = {"text": _("Tâche faite."), "undo": url_for(".take_up_again", id=id), "seconds": 30}
    flash(undo, "undo")
    return redirect(_back_to(task), 303)


@pages.post("/<uuid:id>/reprise")
@access.members(*policy.READERS)
def take_up_again(id: uuid.UUID) -> ResponseReturnValue:
    """Not done after all."""
    task = found(id)
    tasks.take_up_again(task, me())
    flash(_("La tâche est de nouveau à faire."))
    return redirect(_back_to(task), 303)


def _back_to(task: Task) -> str:
    """Where the button was: a word of the form says it, never an address."""
    came = request.form.get("de", "")
    if came == "fiche" and task.partner_id:
        return url_for("partners.show", id=task.partner_id, _anchor="taches")
    if came == "demande" and task.request_id:
        return url_for("requests.show", id=task.request_id, _anchor="taches")
    return url_for("home.show") if came == "accueil" else url_for(".index")
