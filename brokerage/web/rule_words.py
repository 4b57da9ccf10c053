"""The rules of an association in sentences: values with their unit, and what each would do today, by the calendar."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from brokerage import clock
from brokerage.errors import N_
from brokerage.introductions import rule_dates
from brokerage.introductions.rulebook import CALENDAR, SECONDS, TIMES, WORKING, Rule, Value
from brokerage.introductions.rules import Rules
from brokerage.web.formats import clock_time, date_short, day_named

THIS_YEAR = timedelta(days=300)  # beyond, a day of the week no longer tells which year


def value_words(rule: Rule, value: Value) -> str:
    """« 3 et 6 jours ouvrés », « 30 secondes », « oui »."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    numbers = value if isinstance(value, tuple) else (value,)
    last = numbers[-1] if numbers else 0
    units = {
        WORKING: ngettext("jour ouvré", "jours ouvrés", last),
        CALENDAR: ngettext("jour", "jours", last),
        SECONDS: ngettext("seconde", "secondes", last),
        TIMES: ngettext("fois", "fois", last),
    }
    return f"{listed([str(one) for one in numbers])} {units.get(rule.unit, '')}".strip()


def listed(words: Sequence[str]) -> str:
    """« a, b et c »."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s et %(last)s", first=", ".join(words[:-1]), last=words[-1])


def _day(when: date) -> str:
    return day_named(when) if when - clock.today() < THIS_YEAR else date_short(when)


def examples(rules: Rules, at: datetime) -> dict[str, str]:
    """For each rule, what would happen to something that begins now."""
    days = rule_dates.of(rules, at)
    said = {name: _dated(sentence, days[name]) for name, sentence in _DATED.items()} | {
        "warn_before_event": _before_event(days["warn_before_event"]),
        "asks_limit": _asks_limit(rules, days["asks_window_days"][0]),
        "introduce_directly": _directly(rules.introduce_directly),
        "introduce_automatically": _automatically(rules.introduce_automatically),
        "undo_seconds": _undo(rules.undo_seconds, at),
    }
    return {name: sentence.replace("..", ".") for name, sentence in said.items()}  # « déc. » ends a sentence by itself


_DATED: dict[str, str] = {
    "decide_within": N_("Pour une demande arrivée aujourd'hui %(today)s, une réponse est attendue le %(day)s."),
    "notice_days": N_("Aujourd'hui %(today)s, le formulaire dit trop proche un événement d'avant le %(day)s."),
    "expire_after": N_("Une demande arrivée aujourd'hui %(today)s s'arrêterait le %(day)s."),
    "remind_manager_after": N_("Une demande arrivée aujourd'hui %(today)s serait rappelée %(days)s."),
    "escalate_after": N_("Pour une demande arrivée aujourd'hui %(today)s, ce serait le %(day)s."),
    "remind_delegate_after": N_("Une question posée aujourd'hui %(today)s serait rappelée le %(day)s."),
    "asks_window_days": N_("Une sollicitation faite aujourd'hui %(today)s compte jusqu'au %(day)s."),
    "asks_gap_days": N_("Un contact sollicité aujourd'hui %(today)s ne l'est plus avant le %(day)s."),
    "remind_contact_after": N_("Un contact sollicité aujourd'hui %(today)s serait relancé le %(day)s."),
    "lapse_after": N_("Sollicité aujourd'hui %(today)s, sans réponse, son silence serait noté le %(day)s."),
    "follow_up_after": N_("Mise en relation aujourd'hui %(today)s : la question partirait le %(day)s, puis au contact le %(then)s."),
    "close_unknown_after": N_("Elle serait reposée le %(day)s, et la mise en relation close le %(then)s."),
}


def _dated(sentence: str, days: Sequence[date]) -> str:
    said = [_day(one) for one in days]
    listing = listed([_("le %(day)s", day=one) for one in said])
    return _(sentence, today=_day(clock.today()), day=said[0], then=said[-1], days=listing)


def _before_event(days: Sequence[date]) -> str:
    if len(days) < 2:
        return _("Un événement le %(event)s serait déjà trop proche pour une alerte.", event=_day(days[0]))
    return _("Pour un événement le %(event)s, l'alerte partirait le %(day)s.", event=_day(days[0]), day=_day(days[1]))


def _asks_limit(rules: Rules, free: date) -> str:
    said = ngettext(
        "Un contact sollicité aujourd'hui ne l'est plus avant le %(day)s, sauf raison écrite.",
        "Un contact sollicité %(num)d fois aujourd'hui ne l'est plus avant le %(day)s, sauf raison écrite.",
        rules.asks_limit,
        day=_day(free),
    )
    return str(said)


def _directly(yes: bool) -> str:
    if yes:
        return _("Votre approbation suffit : l'e-mail de mise en relation part aussitôt à lui et à la personne qui demandait.")
    return _("Même lui reçoit d'abord la question, et répond par oui ou par non.")


def _automatically(yes: bool) -> str:
    if yes:
        return _("Les deux personnes reçoivent le même e-mail dans la minute qui suit son oui.")
    return _("Son oui vous attend dans « En cours » : vous envoyez la mise en relation vous-même.")


def _undo(seconds: int, at: datetime) -> str:
    if not seconds:
        return _("Ce que vous approuvez part à l'instant : rien ne peut plus être annulé.")
    if seconds < 60:
        return _("Ce que vous approuvez part %(num)d secondes plus tard.", num=seconds)
    now, then = at.astimezone(clock.PARIS), (at + timedelta(seconds=seconds)).astimezone(clock.PARIS)
    return _("Ce que vous approuvez maintenant, à %(now)s, part à %(then)s.", now=clock_time(now), then=clock_time(then))
