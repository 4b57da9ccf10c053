"""Calls and meetings, noted from a partner's page or from the quick panel of the list: two clicks."""

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock
from brokerage.database import db
from brokerage.errors import BadInput, Refusal
from brokerage.partners import exchanges, policy, record, tasks
from brokerage.partners.care import Doubtful
from brokerage.partners.exchanges import Exchange
from brokerage.partners.models import Partner
from brokerage.web import access, bulk
from brokerage.web.access import me
from brokerage.web.exchange_forms import ExchangeForm
from brokerage.web.partners import NoteForm, found, pages, shown
from brokerage.web.typed import identifier


@pages.post("/<uuid:id>/echanges")
@access.members(*policy.READERS)
def exchange(id: uuid.UUID) -> ResponseReturnValue:
    """Note a call or a meeting, and the task that follows from it if one was written."""
    partner = found(id)
    form = ExchangeForm().open_to(record.people_of(id))
    try:
        if form.validate():
            _note(partner, form)
            flash(_("Rencontre notée.") if _kind() is Exchange.MEETING else _("Appel noté."))
            return redirect(_way_back(id, form.back.data), 303)
    except Refusal as no:
        form.refuse(no)
        form.doubtful = isinstance(no, Doubtful)
        db.session.rollback()
        partner = found(id)
    return shown(partner, NoteForm(formdata=None), 422, exchange_form=form)


def _note(partner: Partner, form: ExchangeForm) -> None:
    contact_id = identifier(form.contact_id.data)
    exchanges.note(partner, me(), _kind(), form.text.data or "", form.on.data or clock.today(), contact_id, sure=form.sure.data)
    if form.next_step.data:
        try:
            tasks.add(me(), form.next_step.data, form.next_on.data, None, partner, contact_id, sure=form.sure.data)
        except BadInput as no:  # said at the field of this form that holds it
            no.field = {"text": "next_step", "due_on": "next_on"}.get(no.field or "", no.field)
            raise


def _kind() -> Exchange:
    return Exchange.MEETING if request.form.get("kind") == Exchange.MEETING else Exchange.CALL


def _way_back(partner_id: uuid.UUID, came: str | None) -> str:
    if came == "liste":
        return url_for(".index", **bulk.list_left(), ouvrir=partner_id)
    return url_for(".show", id=partner_id, _anchor="h-e")
