"""When an ask leaves: what the form offers, what was chosen, and how a page says it. Hours are the partner's own."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import request
from flask_babel import gettext as _

from brokerage import clock
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions import sending
from brokerage.introductions.deciding import Choice
from brokerage.partners.models import Contact, Partner
from brokerage.web.formats import clock_time, date_long, day_named

SOON = timedelta(hours=1)  # a letter that leaves within it is said to leave now


@dataclass(frozen=True)
class Leaving:
    """The choices of the form, with what was typed: the first of them is proposed."""

    chosen: str
    good: str  # « mar. 1er déc. à 8 h 30 »; empty when a letter may arrive there now
    day: str
    hour: str
    first_day: str
    last_day: str


def offered(partner: Partner) -> Leaving:
    """The next good hour first, when it is not now; then now; then a moment of one's choice."""
    moment = sending.good_hour(partner)
    good = short(sending.there(partner, moment)) if moment > clock.now() else ""
    today = sending.there(partner, clock.now()).date()
    typed = request.form.get("leave_day", ""), request.form.get("leave_hour", "")
    chosen = request.form.get("leave") or ("good" if good else "now")
    return Leaving(chosen, good, *typed, today.isoformat(), (today + sending.FARTHEST).isoformat())


def wanted(contact_id: uuid.UUID | None) -> datetime | None:
    """When the ask of this contact leaves, as the form says; None for now. Raises BadInput."""
    contact = db.session.get(Contact, contact_id) if contact_id else None
    match request.form.get("leave") if contact else None:
        case "good":
            return sending.good_hour(contact.partner)  # type: ignore[union-attr]
        case "chosen":
            return sending.chosen_hour(contact.partner, *_typed())  # type: ignore[union-attr]
        case _:
            return None


def _typed() -> tuple[date, time]:
    try:
        return date.fromisoformat(request.form.get("leave_day", "")), time.fromisoformat(request.form.get("leave_hour", ""))
    except ValueError as no:
        raise BadInput(N_("Indiquez le jour et l'heure de l'envoi, par exemple 01/12/2026 à 9:00."), "leave") from no


def said(choices: Sequence[Choice]) -> str:
    """« L'e-mail part le … », for an ask that waits; empty when it leaves now."""
    waiting = [one for one in choices if one.leaves_at and one.leaves_at > clock.now() + SOON]
    if not waiting:
        return ""
    first = min(waiting, key=lambda one: one.leaves_at or clock.now())
    contact = db.session.get_one(Contact, first.contact_id)
    return waits(sending.there(contact.partner, first.leaves_at or clock.now()))


def waits(local: datetime) -> str:
    """The sentence of a letter that waits, by the partner's clock."""
    return _("L'e-mail part le %(when)s, heure du partenaire.", when=in_words(local))


def in_words(local: datetime) -> str:
    """A day and an hour, as a sentence says them."""
    return _("%(day)s à %(hour)s", day=date_long(local.date()), hour=clock_time(local))


def short(local: datetime) -> str:
    """The same, beside a button."""
    return _("%(day)s à %(hour)s", day=day_named(local.date()), hour=clock_time(local))
