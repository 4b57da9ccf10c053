"""The tables of a ledger: the one shape that the page, the workbook and the CSV all show.

Texts are French source; `say` translates them, so that a file speaks the language of whoever asked for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from brokerage.conventions.commitments import COUNTS
from brokerage.errors import N_
from brokerage.introductions.purposes import DECLINE_REASONS, NUMBERS
from brokerage.reference.places import REGIONS
from brokerage.reports.delays import NAMES as DELAYS
from brokerage.reports.delays import Delay
from brokerage.reports.figures import KINDS, NAMES, NEW_TOWN, Behind, Counts
from brokerage.reports.ledger import Direction, Ledger

Say = Callable[[str], str]
Number = float | None


@dataclass(frozen=True)
class Cell:
    """A figure, and the requests it counts; None where there is nothing to list, or no figure at all."""

    value: Number
    behind: Behind | None = None


@dataclass(frozen=True)
class Row:
    """A line: its words, then its figures."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with its title, what its figures mean, the heads of its columns (the first one over the words) and its lines."""

    key: str
    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Words:
    """How to say a sentence, and how to write a month ("2025-09")."""

    say: Say
    month: Callable[[str], str]


FIGURES = {
    "asked": N_("Demandes envoyées"),
    "waiting": N_("en attente d'une décision"),
    "approved": N_("approuvées"),
    "declined": N_("déclinées"),
    "stopped": N_("retirées ou échues sans décision"),
    "introduced": N_("suivies d'une mise en relation"),
    "met": N_("suivies d'une rencontre"),
    "doors": N_("Personnes présentées"),
}
KIND_WORDS = {"academic": N_("Académiques"), "corporate": N_("Entreprises"), "other": N_("Autres")}
DELAY_WORDS = {
    "decision": N_("De l'envoi à la décision"),
    "answer": N_("De la question au oui du partenaire"),
    "meeting": N_("De l'envoi à la rencontre"),
}
NOTES = {
    "balance": N_(
        "Une demande compte à la date de son premier envoi et n'y compte qu'une fois. « Autres » : bénévoles, ou réseau à préciser."
        " Une mise en relation annulée ensuite (envoi annulé, demande retirée, accord repris) ne compte pas. Une rencontre compte"
        " dès que l'une des deux personnes, ou la personne responsable, la confirme."
    ),
    "months": N_("Demandes suivies d'une mise en relation, par mois du premier envoi."),
    "reasons": N_("Motif choisi dans la liste commune par l'association sollicitée ; les remarques privées ne sont pas lues."),
    "regions": N_("Région du lieu de la demande. « Lieu non précisé » : la demande ne donne pas une seule commune."),
    "delays": N_(
        "Jours ouvrés : du lundi au vendredi, sans les jours fériés. Médiane : la moitié des cas va plus vite."
        " Étendue : huit cas sur dix, en jours ouvrés."
    ),
    "numbers": N_(
        "Villes ouvertes : lieux des demandes « Ouvrir une nouvelle ville » suivies d'une mise en relation, chacun compté une fois."
        " Nombres obtenus, tels que dits en dernier pour chaque mise en relation."
    ),
    "commitments": N_(
        "L'objet de chaque demande relève d'un engagement. Actions : faites hors demande,"
        " notées par une association et confirmées par l'autre."
    ),
    "counts": N_("Effectifs des actions confirmées, par engagement. Des nombres seulement, jamais de noms."),
}


def tables_of(ledger: Ledger, words: Words) -> tuple[Table, ...]:
    """Every table of the ledger, in the order a reader asks."""
    say = words.say
    balances = [_balance(direction, say) for direction in ledger.directions]
    return (*balances, _months(ledger, words), _reasons(ledger, say), _regions(ledger, say), _delays(ledger, say),
            _numbers(ledger, say), _commitments(ledger, say), _headcounts(ledger, say))  # fmt: skip


def arrow(direction: Direction) -> str:
    """« PA → EE »: who asked whom."""
    return f"{direction.asking.short} → {direction.giving.short}"


def _balance(direction: Direction, say: Say) -> Table:
    asked = Behind(asking=direction.asking.id)
    head = ("", *(say(KIND_WORDS[kind]) for kind in KINDS), say(N_("Ensemble")))
    rows = (Row(say(FIGURES[name]), tuple(_of_figure(name, direction, asked))) for name in NAMES)
    title = f"{direction.asking.name} → {direction.giving.name}"
    return Table(f"balance-{direction.asking.short}", title, say(NOTES["balance"]), head, tuple(rows))


def _of_figure(name: str, direction: Direction, asked: Behind) -> Iterator[Cell]:
    for kind in (*KINDS, None):
        counts = direction.kinds.get(kind, Counts()) if kind else direction.total
        yield Cell(getattr(counts, name), replace(asked, figure="introduced" if name == "doors" else name, kind=kind))


def _both(values: Sequence[int], ledger: Ledger, behind: Behind | None = None) -> tuple[Cell, ...]:
    """One cell for each direction, and their sum."""
    asking = [replace(behind, asking=d.asking.id) if behind else None for d in ledger.directions]
    return (*map(Cell, values, asking), Cell(sum(values), behind))


def _head(ledger: Ledger, say: Say, first: str) -> tuple[str, ...]:
    return (say(first), *(arrow(d) for d in ledger.directions), say(N_("Ensemble")))


def _months(ledger: Ledger, words: Words) -> Table:
    rows = [
        Row(words.month(name), _both([d.months.get(name, Counts()).introduced for d in ledger.directions], ledger, behind))
        for name in ledger.period.months()
        for behind in [Behind("introduced", month=name)]
    ]
    say = words.say
    return Table("months", say(N_("Mois par mois")), say(NOTES["months"]), _head(ledger, say, N_("Mois")), tuple(rows))


def _reasons(ledger: Ledger, say: Say) -> Table:
    rows = [
        Row(say(label), _both([d.reasons.get(reason, 0) for d in ledger.directions], ledger, Behind("declined", reason=reason)))
        for reason, label in DECLINE_REASONS.items()
    ]
    return Table("reasons", say(N_("Motifs de refus")), say(NOTES["reasons"]), _head(ledger, say, N_("Motif")), tuple(rows))


def _regions(ledger: Ledger, say: Say) -> Table:
    asked = {code for d in ledger.directions for code in d.regions}
    known = [(code, region.name) for code, region in REGIONS.items() if region.zone != "com" or code in asked]
    known.append(("", say(N_("Lieu non précisé"))))
    columns = [(d, figure) for d in ledger.directions for figure in ("asked", "introduced", "met")]
    labels = {"asked": N_("demandes"), "introduced": N_("mises en relation"), "met": N_("rencontres")}
    head = (say(N_("Région")), *(f"{arrow(d)}, {say(labels[figure])}" for d, figure in columns))
    rows = [
        Row(name, tuple(Cell(getattr(d.regions.get(code, Counts()), f), Behind(f, d.asking.id, region=code)) for d, f in columns))
        for code, name in known
    ]
    return Table("regions", say(N_("Territoires")), say(NOTES["regions"]), head, tuple(rows))


def _delays(ledger: Ledger, say: Say) -> Table:
    columns = (N_("Délai"), N_("Cas"), N_("Médiane, jours"), N_("Médiane, jours ouvrés"), N_("Étendue, de"), N_("Étendue, à"))
    measured = [(arrow(d), d.delays) for d in ledger.directions] + [(say(N_("Ensemble")), ledger.delays)]
    rows = [
        Row(f"{whose}, {say(DELAY_WORDS[name])}", tuple(Cell(v) for v in _measures(found.get(name, Delay()))))
        for whose, found in measured
        for name in DELAYS
    ]
    return Table("delays", say(N_("Délais")), say(NOTES["delays"]), tuple(say(c) for c in columns), tuple(rows))


def _measures(delay: Delay) -> tuple[Number, ...]:
    return delay.cases, delay.days, delay.working, delay.low, delay.high


def _numbers(ledger: Ledger, say: Say) -> Table:
    rows = [Row(say(N_("villes ouvertes")), _towns(ledger))]
    rows += [Row(say(label), _both([d.numbers.get(name, 0) for d in ledger.directions], ledger)) for name, label in NUMBERS.items()]
    return Table("numbers", say(N_("Ce qui en est sorti")), say(NOTES["numbers"]), _head(ledger, say, N_("Effectifs")), tuple(rows))


def _towns(ledger: Ledger) -> tuple[Cell, ...]:
    """A town that both sides opened is one, so that the last figure may be less than the sum."""
    *each, _sum = _both([len(d.towns) for d in ledger.directions], ledger, Behind("introduced", purpose=NEW_TOWN))
    return (*each, replace(_sum, value=len(ledger.towns)))


def _commitments(ledger: Ledger, say: Say) -> Table:
    columns = (
        N_("Engagement"), N_("Demandes"), N_("suivies d'une mise en relation"), N_("suivies d'une rencontre"),
        N_("Actions confirmées"), N_("Actions à confirmer ou contestées"),
    )  # fmt: skip
    rows = []
    for promise in ledger.promises:
        counts = [d.commitments.get(promise.number, Counts()) for d in ledger.directions]
        asked = [
            Cell(sum(getattr(c, f) for c in counts), Behind(f, commitment=promise.number)) for f in ("asked", "introduced", "met")
        ]
        rows.append(Row(f"{promise.number}. {promise.title}", (*asked, Cell(promise.done.confirmed), Cell(promise.done.open))))
    return Table("commitments", say(N_("Engagements")), say(NOTES["commitments"]), tuple(say(c) for c in columns), tuple(rows))


def _headcounts(ledger: Ledger, say: Say) -> Table:
    head = (say(N_("Effectifs")), *(str(promise.number) for promise in ledger.promises))
    rows = [Row(say(label), tuple(Cell(p.done.numbers.get(name, 0)) for p in ledger.promises)) for name, label in COUNTS.items()]
    return Table("counts", say(N_("Effectifs des actions")), say(NOTES["counts"]), head, tuple(rows))


def address(behind: Behind) -> dict[str, Any]:
    """What the address of the list behind a figure says; "aucune" stands for a request without a region."""
    said = {
        "chiffre": behind.figure, "de": behind.asking, "reseau": behind.kind, "mois": behind.month,
        "region": "aucune" if behind.region == "" else behind.region, "motif": behind.reason, "engagement": behind.commitment,
        "objet": behind.purpose,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}
