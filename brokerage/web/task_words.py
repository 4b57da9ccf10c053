"""Sentences about tasks: what they ask, when, and the days one may put them off to."""

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from brokerage import clock
from brokerage.partners import agenda
from brokerage.partners.agenda import TaskRow
from brokerage.web.formats import date_short, day_month, day_named

PARTS = {
    agenda.LATE: _l("En retard"), agenda.TODAY: _l("Aujourd'hui"), agenda.WEEK: _l("Cette semaine"), agenda.LATER: _l("Plus tard"),
    agenda.UNDATED: _l("Sans date"), "done": _l("Faites"),
}  # fmt: skip


def title(text: str, key: str | None) -> str:
    """What is to be done; the clock's own tasks are told in the reader's language."""
    if text or not key:
        return text
    since = date.fromisoformat(key.rpartition(":")[2])
    return _("Prendre des nouvelles : aucun échange depuis le %(day)s", day=date_short(since))


def title_of(row: TaskRow) -> str:
    """The same, of a line of a list."""
    return title(row.text, row.key)


def when(row: TaskRow) -> str:
    """By when, or since when it is late; empty for no date."""
    if row.due_on is None:
        return ""
    if row.when == agenda.LATE:
        return _("en retard, prévu le %(day)s", day=day_month(row.due_on))
    if row.when == agenda.TODAY:
        return _("aujourd'hui")
    return _("avant le %(day)s", day=day_month(row.due_on))


def days_ahead() -> list[tuple[str, str, date]]:
    """Where a click puts a task off to: a key for the form, words, and the day."""
    today = clock.today()
    monday = today + timedelta(days=7 - today.weekday())
    month = today + timedelta(days=30)
    tomorrow = today + timedelta(days=1)
    return [
        ("demain", _("Demain, %(day)s", day=day_named(tomorrow)), tomorrow),
        ("lundi", _("Lundi prochain, %(day)s", day=day_month(monday)), monday),
        ("mois", _("Dans un mois, le %(day)s", day=day_month(month)), month),
    ]
