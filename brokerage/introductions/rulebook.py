"""The rules of an association as a book its admins may change: what each protects, its unit, its limits, who changed it."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from brokerage import timeline
from brokerage.accounts.models import Association, Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotYours, Refusal
from brokerage.introductions import rules
from brokerage.introductions.rules import Rules
from brokerage.introductions.steps import as_by

CHANGED = "rule_changed"
Value = int | bool | tuple[int, ...]
MOST_REMINDERS = 5  # the timetable has as many rows
WORKING, CALENDAR, SECONDS, TIMES = N_("jours ouvrés"), N_("jours"), N_("secondes"), N_("fois")


@dataclass(frozen=True)
class Rule:
    """One rule: the name of its field in `Rules`, what it is called, and within which limits it may be set."""

    name: str
    group: str
    label: str
    unit: str = ""  # none: a yes or a no
    lowest: int = 1
    highest: int = 60

    @property
    def default(self) -> Value:
        """What holds while an association chose nothing."""
        value: Value = getattr(Rules(), self.name)
        return value


GROUPS = {
    "decide": (N_("Décider"), N_("Pour que personne n'attende une réponse sans savoir jusqu'à quand.")),
    "remind": (N_("Relancer"), N_("Pour que rien ne s'oublie, sans presser personne.")),
    "ask": (N_("Solliciter"), N_("Pour ne pas lasser vos partenaires.")),
    "send": (N_("Envoyer"), N_("Pour garder la main sur ce qui part en votre nom.")),
    "follow": (N_("Suivre"), N_("Pour savoir ce qu'une mise en relation a donné.")),
}
RULES = {
    rule.name: rule
    for rule in (
        Rule("decide_within", "decide", N_("Une réponse est attendue sous"), WORKING),
        Rule("notice_days", "decide", N_("Un délai est dit trop court en dessous de"), WORKING, 0, 90),
        Rule("expire_after", "decide", N_("Une demande sans décision s'arrête après"), WORKING, 2, 120),
        Rule("remind_manager_after", "remind", N_("La personne responsable est relancée après"), WORKING),
        Rule("escalate_after", "remind", N_("Ses collègues sont prévenus après"), WORKING, 2, 90),
        Rule("warn_before_event", "remind", N_("Avant un événement, l'alerte part"), WORKING),
        Rule("remind_delegate_after", "remind", N_("Une question sans réponse est rappelée après"), WORKING),
        Rule("asks_limit", "ask", N_("Un même contact est sollicité au plus"), TIMES, 1, 20),
        Rule("asks_window_days", "ask", N_("Ces sollicitations se comptent sur"), CALENDAR, 7, 730),
        Rule("asks_gap_days", "ask", N_("Entre deux sollicitations d'un contact, il passe au moins"), CALENDAR, 0, 365),
        Rule("remind_contact_after", "ask", N_("Un contact qui n'a pas répondu est relancé, une seule fois, après"), WORKING),
        Rule("lapse_after", "ask", N_("Sa sollicitation est classée sans réponse après"), WORKING, 2, 120),
        Rule("introduce_directly", "ask", N_("Un contact qui a donné son accord une fois pour toutes n'est plus sollicité")),
        Rule("undo_seconds", "send", N_("Un envoi peut être annulé pendant"), SECONDS, 0, 3600),
        Rule("introduce_automatically", "send", N_("La mise en relation part dès que le contact dit oui")),
        Rule("follow_up_after", "follow", N_("« Vous êtes-vous parlé ? » est demandé après"), WORKING),
        Rule("close_unknown_after", "follow", N_("Sans nouvelles, la question est reposée encore après"), WORKING, 1, 120),
    )
}  # fmt: skip
# the first of each pair must come before the second
IN_ORDER = (
    ("remind_manager_after", "escalate_after", N_("Le dernier rappel (%(first)d) doit venir avant l'alerte aux collègues (%(second)d).")),
    ("escalate_after", "expire_after", N_("L'alerte aux collègues (%(first)d) doit venir avant la fin de la demande (%(second)d).")),
    ("remind_contact_after", "lapse_after", N_("Le rappel au contact (%(first)d) doit venir avant le classement (%(second)d).")),
)  # fmt: skip


class Refused(Refusal):
    """Why a change cannot be kept: one reason at each rule concerned."""

    def __init__(self, reasons: list[BadInput]) -> None:
        self.reasons = reasons
        super().__init__(reasons[0].sentence, **reasons[0].details)


class Overtaken(BadInput):
    """Somebody set the same rule meanwhile, otherwise; `theirs` is what it is now."""

    status = 409

    def __init__(self, name: str, who: str, theirs: Value) -> None:
        self.theirs = theirs
        super().__init__(N_("%(who)s vient de changer cette règle. Enregistrez de nouveau pour garder votre choix."), name, who=who)


# ---- may it be so ----------------------------------------------------------------------------------------------


def faults(values: Rules) -> list[BadInput]:
    """What is wrong with a set of rules, one clear sentence at each rule; empty when it may be kept."""
    found = [fault for rule in RULES.values() if (fault := _out_of_limits(rule, getattr(values, rule.name)))]
    return found or list(_out_of_order(values))


def _out_of_limits(rule: Rule, value: Value) -> BadInput | None:
    limits = {"low": rule.lowest, "high": rule.highest}
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if rule.lowest <= value <= rule.highest else BadInput(N_("Choisissez entre %(low)d et %(high)d."), rule.name, **limits)
    if not value:
        return BadInput(N_("Indiquez au moins un jour."), rule.name)
    if len(value) > MOST_REMINDERS:
        return BadInput(N_("Cinq rappels au plus."), rule.name)
    if any(not rule.lowest <= day <= rule.highest for day in value):
        return BadInput(N_("Choisissez des jours entre %(low)d et %(high)d."), rule.name, **limits)
    if list(value) != sorted(set(value)):
        return BadInput(N_("Écrivez les jours dans l'ordre, chacun une fois : « 3, 6 »."), rule.name)
    return None


def _out_of_order(values: Rules) -> Iterator[BadInput]:
    for first, second, sentence in IN_ORDER:
        before, after = (_last(getattr(values, name)) for name in (first, second))
        if before >= after:
            yield BadInput(sentence, second, first=before, second=after)
    if values.decide_within > values.expire_after:
        sentence = N_("La demande s'arrêterait avant le jour où une réponse est attendue (%(days)d).")
        yield BadInput(sentence, "expire_after", days=values.decide_within)
    if values.asks_gap_days > values.asks_window_days:
        sentence = N_("Cet écart dépasse la période sur laquelle on compte (%(days)d jours).")
        yield BadInput(sentence, "asks_gap_days", days=values.asks_window_days)


def _last(value: int | tuple[int, ...]) -> int:
    return value[-1] if isinstance(value, tuple) else value


# ---- changing --------------------------------------------------------------------------------------------------


def change(by: User, wanted: Mapping[str, Value], seen: Mapping[str, Value] | None = None) -> list[str]:
    """Set the rules of `by`'s association; only what differs from the default is stored. Returns what changed.

    `seen` is what `by` had before their eyes: a rule they left alone keeps what a colleague set meanwhile, one that both
    changed is refused. Raises NotYours, and Refused with a reason at each rule concerned.
    """
    if not by.has(Role.ADMIN):
        raise NotYours(N_("Seule une personne qui administre l'association change ses règles."))
    house = db.session.get_one(Association, by.association_id, with_for_update=True, populate_existing=True)
    stored = rules.of(house.id)
    mine = {name: value for name, value in wanted.items() if seen is None or value != seen.get(name)}
    merged = Rules(**asdict(stored) | mine)
    if reasons := [*_overtaken(house.id, stored, mine, seen), *faults(merged)]:
        raise Refused(reasons)
    changed = [name for name, value in mine.items() if value != getattr(stored, name)]
    house.rules = _kept(house.rules, merged)
    for name in changed:
        timeline.record(CHANGED, as_by(by), house.id, details={"rule": name, "before": getattr(stored, name), "after": mine[name]})
    return changed


def _kept(before: dict[str, Any], merged: Rules) -> dict[str, Any]:
    others = {name: value for name, value in before.items() if name not in RULES}
    return others | {name: getattr(merged, name) for name, rule in RULES.items() if getattr(merged, name) != rule.default}


def _overtaken(house_id: uuid.UUID, stored: Rules, mine: Mapping[str, Value], seen: Mapping[str, Value] | None) -> list[BadInput]:
    now = {name: getattr(stored, name) for name in mine}
    both = [name for name, value in mine.items() if seen is not None and now[name] not in (value, seen.get(name))]
    hands = last_changes(house_id) if both else {}
    return [Overtaken(name, hands[name].who if name in hands else N_("Quelqu'un"), now[name]) for name in both]


@dataclass(frozen=True)
class Change:
    """Who set a rule last, when, and from what."""

    who: str
    at: datetime
    before: Value
    after: Value


def last_changes(association_id: uuid.UUID) -> dict[str, Change]:
    """The last change of each rule of an association, by its name."""
    entry, name = timeline.Entry, timeline.Entry.details["rule"].astext
    lines = sa.select(entry).where(entry.association_id == association_id, entry.what == CHANGED)
    newest = lines.ext(distinct_on(name)).order_by(name, entry.at.desc(), entry.id)
    return {
        one.details["rule"]: Change(one.by_name, one.at, _value(one.details["before"]), _value(one.details["after"]))
        for one in db.session.scalars(newest)
    }


def _value(stored: Any) -> Value:
    return tuple(stored) if isinstance(stored, list) else stored
