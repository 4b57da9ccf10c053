"""What the form of a request says before it is sent: the advice of the room in sentences, with a way out beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from brokerage import clock
from brokerage.accounts.models import Association
from brokerage.errors import N_
from brokerage.introductions.before_sending import Advice, Colleague, Day, Last, Similar
from brokerage.introductions.wishes import PartnerWishes
from brokerage.partners.showcase import Card
from brokerage.web import held_words
from brokerage.web.formats import date_long, date_short, day_month
from brokerage.web.stories import of_name, purpose_label

# As calendar.school_holiday_name and calendar.public_holiday_name say them.
HOLIDAYS = (
    N_("vacances d'été"), N_("vacances de la Toussaint"), N_("vacances de Noël"), N_("vacances d'hiver"),
    N_("vacances de printemps"), N_("pont de l'Ascension"),
)  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """One line of advice: its tone (attente for a warning, encre, oui), its picture, its words, and a link."""

    tone: str
    picture: str
    words: str
    href: str = ""
    link: str = ""


def remarks(advice: Advice, giving: Association | None, card: Card | None) -> list[Remark]:
    """Every line, warnings first."""
    said = [*_dates(advice), *_partner(advice, card), *_past(advice, giving)]
    return sorted(said, key=lambda one: one.tone != "attente")


def _dates(advice: Advice) -> Iterator[Remark]:
    for day in advice.days:
        yield from _day(day)
    if advice.notice is None:
        return
    if advice.notice_is_short:
        short = ngettext("Le délai est court : %(num)d jour ouvré.", "Le délai est court : %(num)d jours ouvrés.", advice.notice)
        yield Remark("attente", "clock-alert", f"{short} {_('Comptez au moins trois semaines, davantage pendant les vacances scolaires.')}")
    else:
        fine = ngettext("Dans %(num)d jour ouvré, c'est confortable.", "Dans %(num)d jours ouvrés, c'est confortable.", advice.notice)
        yield Remark("oui", "check", fine)


def _day(day: Day) -> Iterator[Remark]:
    which = _("La date de repli, le %(day)s,", day=date_long(day.on)) if day.is_fallback else _("Le %(day)s", day=date_long(day.on))
    if day.school_holiday:
        named = ", ".join(_(part) for part in day.school_holiday.split(", "))  # "vacances d'hiver, zone B"
        yield Remark("attente", "calendar-clock", _("%(which)s tombe pendant les %(holidays)s.", which=which, holidays=named))
    if day.public_holiday:
        yield Remark("attente", "calendar-clock", _("%(which)s est un jour férié : %(name)s.", which=which, name=day.public_holiday))
    elif day.is_sunday:
        yield Remark("encre", "calendar", _("%(which)s est un dimanche.", which=which))


def _partner(advice: Advice, card: Card | None) -> Iterator[Remark]:
    if card and advice.closed:
        yield Remark("attente", "pause", _("%(name)s ne prend pas de demande en ce moment.", name=card.name))
    elif card and advice.quota and advice.quota.resting:
        yield Remark("attente", "hourglass", _resting(card, advice.quota.free_on))
    if advice.wishes and advice.wishes.quiet_months:
        yield _quiet(advice.wishes)
    if advice.other_subjects:
        subjects = ", ".join(purpose_label(code) for code in advice.other_subjects)
        words = _("Ce sujet n'est pas de ceux qu'on accueille ici. On y préfère : %(subjects)s.", subjects=subjects)
        yield Remark("attente", "message-circle-question-mark", words)
    for one in advice.similar:
        yield _similar(one)
    if advice.colleague:
        yield _colleague(advice.colleague)


def _quiet(chosen: PartnerWishes) -> Remark:
    """By the contacts' own word; a name is nobody's to read here."""
    said = held_words.months(chosen.quiet_months)
    now = clock.today().month in chosen.quiet_months
    if chosen.people == 1:
        words = _("Ce contact préfère ne pas être sollicité en %(months)s.", months=said)
    else:
        words = _("Ces contacts préfèrent ne pas être sollicités en %(months)s.", months=said)
    return Remark("attente" if now else "encre", "calendar", words)


def _resting(card: Card, free_on: date | None) -> str:
    if free_on is None:
        return _("%(name)s ne souhaite pas être sollicité pour l'instant.", name=card.name)
    until = _("%(name)s est au repos jusqu'au %(day)s.", name=card.name, day=day_month(free_on))
    return f"{until} " + _("Attendez cette date, ou dites pourquoi c'est la bonne adresse.")


def _similar(one: Similar) -> Remark:
    since = day_month(one.since)
    about = _("pour ce partenaire") if one.same_partner else _("pour la même ville et le même but")
    if one.mine:
        words = _("Vous avez déjà une demande ouverte %(about)s, depuis le %(since)s.", about=about, since=since)
    elif one.requester:
        words = _("%(who)s a déjà une demande ouverte %(about)s, depuis le %(since)s.", who=one.requester, about=about, since=since)
    else:
        words = _("L'association partenaire a elle-même une demande ouverte %(about)s, depuis le %(since)s.", about=about, since=since)
    href = url_for("requests.show", id=one.request_id) if one.request_id else ""
    return Remark("attente", "copy", words, href, _("La lire") if href else "")


def _colleague(one: Colleague) -> Remark:
    words = _("Votre carnet a déjà ce partenaire.")
    if one.mine:
        words = _("Vous suivez déjà ce partenaire.")
    elif one.name:
        words = _("%(who)s suit déjà ce partenaire.", who=one.name)
    return Remark("encre", "handshake", words, url_for("partners.show", id=one.partner_id), _("Voir la fiche"))


def _past(advice: Advice, giving: Association | None) -> Iterator[Remark]:
    if advice.last:
        yield Remark("encre", "history", _last(advice.last))
    if advice.usual_delay is not None and giving:
        days = ngettext("%(num)d jour ouvré", "%(num)d jours ouvrés", max(advice.usual_delay, 1))
        yield Remark("encre", "clock", _("Délai habituel de réponse %(of_whom)s : %(days)s.", of_whom=of_name(giving), days=days))


def _last(last: Last) -> str:
    day = date_short(last.at)
    if last.mine:
        return _("Dernière mise en relation avec ce partenaire : le %(day)s, à votre demande.", day=day)
    return _("Dernière mise en relation avec ce partenaire : le %(day)s, à la demande de %(who)s.", day=day, who=last.requester)
