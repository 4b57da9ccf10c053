"""What the pages of a convention say of its figures: sentences that state a finding, and never rank anybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from brokerage.errors import N_
from brokerage.introductions.purposes import DECLINE_REASONS, PURPOSES
from brokerage.reference.places import REGIONS
from brokerage.reports.delays import Delay
from brokerage.reports.figures import Behind
from brokerage.reports.ledger import Direction, Ledger, Side
from brokerage.reports.periods import Period
from brokerage.reports.tables import DELAY_WORDS, FIGURES, KIND_WORDS, Words
from brokerage.web.formats import date_short, number

TOLD = 9  # towns that a line of the report has room for
MANY = 10  # under this, cases are told one by one, never as a share
_TENTHS = (
    N_("Aucune"), N_("Une"), N_("Deux"), N_("Trois"), N_("Quatre"), N_("Cinq"), N_("Six"), N_("Sept"), N_("Huit"), N_("Neuf"), N_("Dix"),
)  # fmt: skip
Bars = Sequence[tuple[int, str]]


def _locale() -> str:
    return str(get_locale() or "fr")


def month(name: str) -> str:
    """« septembre 2025 » for "2025-09"."""
    return format_date(date.fromisoformat(f"{name}-01"), "MMMM y", locale=_locale())


def _short_month(name: str) -> str:
    return format_date(date.fromisoformat(f"{name}-01"), "MMM", locale=_locale())


WORDS = Words(lambda sentence: _(sentence), month)


def period(of: Period) -> str:
    """« année scolaire 2025–2026 », « du 1er janv. 2026 au 12 mars 2026 »."""
    if of.name:
        return _("année scolaire %(name)s", name=of.name.replace("-", "–"))
    return _("du %(first)s au %(last)s", first=date_short(of.first), last=date_short(of.last))


@dataclass(frozen=True)
class Chart:
    """Names, the values above and below the line, the banks of both, and what is read aloud."""

    names: list[str]
    above: list[int]
    below: list[int]
    banks: tuple[str, str]
    label: str


@dataclass(frozen=True)
class Told:
    """Everything the report says besides its tables."""

    period: str
    title: str
    lead: str
    keys: tuple[tuple[str, str], ...]
    balance: str
    opened: tuple[tuple[Side, int], ...]  # doors each side opened
    months: Chart
    path: str
    steps: Bars
    places: str
    towns: str
    regions: dict[str, int]
    busiest: list[tuple[str, int]]
    pace: str
    ranges: list[tuple[str, float, float, float, str]]
    longest: int
    refusals: str
    reasons: Bars
    first_year: int


def told(ledger: Ledger) -> Told:
    """The sentences and the shapes of the charts."""
    regions = ledger.regions()
    reasons = _reasons(ledger)
    return Told(
        period(ledger.period), _title(ledger), _lead(ledger), _keys(ledger), _balance(ledger), _opened(ledger), _months(ledger),
        _path(ledger), _steps(ledger), _places(regions), _towns(ledger), regions, _busiest(regions), _pace(ledger), _ranges(ledger),
        _longest(ledger),
        _refusals(ledger, reasons), reasons, ledger.convention.starts_on.year,
    )  # fmt: skip


def _title(ledger: Ledger) -> str:
    total = ledger.total
    if total.met:
        return ngettext(
            "Une rencontre de plus grâce à des carnets d'adresses partagés",
            "%(num)d rencontres de plus grâce à des carnets d'adresses partagés",
            total.met,
        )
    if total.introduced:
        return ngettext("Une porte ouverte, sur demande", "%(num)d portes ouvertes, sur demande", total.introduced)
    if total.asked:
        return ngettext("Une demande, et une porte à ouvrir", "%(num)d demandes, et des portes à ouvrir", total.asked)
    return _("Aucune demande sur cette période")


def _lead(ledger: Ledger) -> str:
    total, (one, other) = ledger.total, (d.asking.name for d in ledger.directions)
    names = {"one": one, "other": other, "asked": number(total.asked), "doors": _spelt(total.introduced), "met": _spelt(total.met)}
    if not total.asked:
        return _("%(one)s et %(other)s ne se sont rien demandé encore : tout reste à ouvrir.", **names)
    return _(
        "%(one)s et %(other)s se sont adressé %(asked)s demandes : mise en relation pour %(doors)s d'entre elles,"
        " rencontre pour %(met)s.",
        **names,
    )


def _spelt(count: int) -> str:
    """ "une" of one request, a figure from two on."""
    return _("une") if count == 1 else number(count)


def _keys(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    total, decided = ledger.total, ledger.delays.get("decision", Delay())
    return (
        (number(total.asked), ngettext("demande envoyée", "demandes envoyées", total.asked)),
        (number(total.introduced), ngettext("mène à une mise en relation", "mènent à une mise en relation", total.introduced)),
        (number(total.met), ngettext("mène à une rencontre", "mènent à une rencontre", total.met)),
        (_("%(n)s j", n=number(decided.working)) if decided.cases else "–", _("ouvrés pour décider")),
    )


def _opened(ledger: Ledger) -> tuple[tuple[Side, int], ...]:
    """A door is opened by the side that was asked."""
    by = {d.giving.id: d.total.introduced for d in ledger.directions}
    return tuple((d.asking, by[d.asking.id]) for d in ledger.directions)


def _balance(ledger: Ledger) -> str:
    (one, given), (other, received) = _opened(ledger)
    apart, both = abs(given - received), given + received
    if not both:
        return _("Aucune porte ouverte encore")
    if apart == 0:
        return _("L'échange est équilibré")
    if apart <= max(1, both // 5):
        return ngettext("L'échange est équilibré, à une porte près", "L'échange est équilibré, à %(num)d portes près", apart)
    names = {"one": one.name, "other": other.name, "given": number(given), "received": number(received)}
    return _("Portes ouvertes : %(given)s par %(one)s, %(received)s par %(other)s", **names)


def _months(ledger: Ledger) -> Chart:
    names = list(ledger.period.months())[-12:]
    first, second = ledger.directions
    above, below = _each(second, names), _each(first, names)  # the first side opens what the second asks
    sides = {"one": first.asking.name, "other": second.asking.name}
    label = _("Demandes suivies d'une mise en relation, par mois : %(one)s en haut, %(other)s en bas", **sides)
    return Chart([_short_month(name) for name in names], above, below, (first.asking.bank, second.asking.bank), label)


def _each(direction: Direction, names: list[str]) -> list[int]:
    return [direction.months[name].introduced if name in direction.months else 0 for name in names]


def _path(ledger: Ledger) -> str:
    total = ledger.total
    if total.approved >= MANY:
        share = _(_TENTHS[round(10 * total.introduced / total.approved)])
        return _("Sur dix demandes approuvées, suivies d'une mise en relation : %(share)s", share=share.lower())
    return _("De %(asked)s demandes à %(met)s rencontres", asked=number(total.asked), met=number(total.met))


def _steps(ledger: Ledger) -> Bars:
    total = ledger.total
    return [
        (total.asked, ngettext("demande envoyée", "demandes envoyées", total.asked)),
        (total.approved, ngettext("approuvée", "approuvées", total.approved)),
        (total.introduced, ngettext("suivie d'une mise en relation", "suivies d'une mise en relation", total.introduced)),
        (total.met, ngettext("suivie d'une rencontre", "suivies d'une rencontre", total.met)),
    ]


def _busiest(regions: dict[str, int]) -> list[tuple[str, int]]:
    named = [(REGIONS[code].name if code in REGIONS else _("Lieu non précisé"), count) for code, count in regions.items()]
    return sorted(named, key=lambda one: (-one[1], one[0]))


def _places(regions: dict[str, int]) -> str:
    known = sorted((count for code, count in regions.items() if code), reverse=True)
    if sum(known) < MANY:
        return ngettext("Une région touchée", "%(num)d régions touchées", len(known)) if known else _("Aucune région touchée encore")
    few = next(place for place, reached in enumerate(accumulate(known), start=1) if 2 * reached >= sum(known))
    return ngettext("Une région porte la moitié des mises en relation", "%(num)d régions portent la moitié des mises en relation", few)


def _towns(ledger: Ledger) -> str:
    """The towns opened by name, or the first of them."""
    names = sorted(ledger.towns.values())
    if not names:
        return ""
    named = ", ".join(names[:TOLD]) + ("…" if len(names) > TOLD else "")
    return ngettext("Une ville ouverte : %(names)s", "%(num)d villes ouvertes : %(names)s", len(names), names=named)


def _pace(ledger: Ledger) -> str:
    decided = ledger.delays.get("decision", Delay())
    if decided.working is None:
        return _("Aucune décision encore")
    if decided.working <= 5:
        return _("Une décision tient en une semaine de travail")
    return _("Une décision prend %(days)s jours ouvrés", days=number(decided.working))


def _ranges(ledger: Ledger) -> list[tuple[str, float, float, float, str]]:
    short = {"decision": N_("Décision"), "answer": N_("Oui du partenaire"), "meeting": N_("Rencontre")}
    rows = []
    for name, delay in ((name, ledger.delays.get(name, Delay())) for name in DELAY_WORDS):
        if delay.working is not None and delay.low is not None and delay.high is not None:
            rows.append((f"{_(short[name])} ({delay.cases})", delay.low, delay.working, delay.high, number(delay.working)))
    return rows


def _longest(ledger: Ledger) -> int:
    """The end of the axis: a multiple of six, so that its ticks are whole days."""
    furthest = max((row[3] for row in _ranges(ledger)), default=0)
    return max(6, -(-int(furthest) // 6) * 6)


def _reasons(ledger: Ledger) -> Bars:
    counts = {code: sum(d.reasons.get(code, 0) for d in ledger.directions) for code in DECLINE_REASONS}
    return [(count, _(DECLINE_REASONS[code])) for code, count in sorted(counts.items(), key=lambda one: -one[1]) if count]


def _refusals(ledger: Ledger, reasons: Bars) -> str:
    total = ledger.total
    if not reasons:
        return _("Aucune demande déclinée")
    words = {"reason": reasons[0][1], "n": number(total.declined), "asked": number(total.asked)}
    return ngettext(
        "Une demande déclinée sur %(asked)s ; motif : %(reason)s",
        "%(n)s demandes déclinées sur %(asked)s ; premier motif : %(reason)s",
        total.declined,
        **words,
    )


def sentence(wanted: Behind, sides: Sequence[Side]) -> str:
    """What the list behind a figure holds: « Demandes déclinées, Passeport Avenir → …, académiques, septembre 2025 »."""
    label = _(FIGURES[wanted.figure])
    said = [label if wanted.figure == "asked" else _("Demandes %(state)s", state=label)]
    said += [f"{side.name} → {other.name}" for side, other in zip(sides, reversed(sides), strict=True) if side.id == wanted.asking]
    if wanted.kind:
        said.append(_(KIND_WORDS[wanted.kind]).lower())
    if wanted.month and len(wanted.month) == 7:
        said.append(_month_or_nothing(wanted.month))
    if wanted.region is not None:
        said.append(REGIONS[wanted.region].name if wanted.region in REGIONS else _("Lieu non précisé"))
    if wanted.reason:
        said.append(_("motif : %(reason)s", reason=_(DECLINE_REASONS[wanted.reason])))
    if wanted.commitment is not None:
        said.append(_("engagement %(number)s", number=wanted.commitment))
    if wanted.purpose:
        said.append(_("objet : %(purpose)s", purpose=_(PURPOSES[wanted.purpose].label)))
    return ", ".join(filter(None, said))


def _month_or_nothing(name: str) -> str:
    try:
        return month(name)
    except ValueError:
        return ""


_NUMBERED: dict[str, Callable[[int], str]] = {
    "volunteers": lambda n: ngettext("%(n)s bénévole", "%(n)s bénévoles", n, n=number(n)),
    "women": lambda n: ngettext("%(n)s tutrice", "%(n)s tutrices", n, n=number(n)),
    "classes": lambda n: ngettext("%(n)s classe", "%(n)s classes", n, n=number(n)),
    "teachers": lambda n: ngettext("%(n)s enseignant", "%(n)s enseignants", n, n=number(n)),
    "students": lambda n: ngettext("%(n)s étudiant", "%(n)s étudiants", n, n=number(n)),
    "pupils": lambda n: ngettext("%(n)s élève", "%(n)s élèves", n, n=number(n)),
    "copies": lambda n: ngettext("%(n)s exemplaire", "%(n)s exemplaires", n, n=number(n)),
    "people": lambda n: ngettext("%(n)s autre personne", "%(n)s autres personnes", n, n=number(n)),
}


def in_number(name: str, n: int) -> str:
    """« 4 tutrices », « 1 classe »: what an action counts."""
    return _NUMBERED[name](n)
