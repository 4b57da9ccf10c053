"""Convention: what each association asked of the other and what came of it; the list behind every figure; the report."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock
from brokerage.accounts.sign_in import Visitor
from brokerage.conventions import policy
from brokerage.conventions.models import Convention
from brokerage.database import db
from brokerage.introductions import desk
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.policy import READERS
from brokerage.introductions.purposes import DECLINE_REASONS, PURPOSES
from brokerage.reports import figures, ledger, periods, sheets, tables
from brokerage.reports.figures import Behind
from brokerage.reports.ledger import Ledger
from brokerage.reports.periods import Period
from brokerage.web import access, convention_words
from brokerage.web.access import visiting
from brokerage.web.fragments import page
from brokerage.web.typed import identifier

pages = Blueprint("convention", __name__, url_prefix="/convention")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reader() -> Visitor:
    """Who reads, without asking the database again."""
    visitor = visiting()
    assert visitor is not None, "the door lets members in only"
    return visitor


def found(convention_id: uuid.UUID) -> Convention:
    """A convention of the reader's association; 404 otherwise."""
    return access.find_or_404(policy.signed_by(reader().association_id), convention_id)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Asked:
    """The period an address asks for, and how to keep it in other addresses."""

    period: Period
    keep: dict[str, str]


def asked_period(convention: Convention) -> Asked:
    """?annee=2025-2026, or ?du=…&au=… (both days included); this school year otherwise, and for what cannot be read."""
    first, last = _day("du"), _day("au")
    if first and last and first <= last:
        return Asked(Period(first, last), {"du": first.isoformat(), "au": last.isoformat()})
    year = periods.named(request.args.get("annee", "")) or periods.years_of(convention)[0]
    return Asked(year, {"annee": year.name})


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


@pages.get("/")
@access.members()
def index() -> ResponseReturnValue:
    """The conventions of the association, side by side; the only one straight away."""
    mine = db.session.scalars(policy.signed_by(reader().association_id)).all()
    if len(mine) == 1:
        return redirect(url_for(".show", id=mine[0].id), 303)
    year = periods.school_year(clock.today())
    counted = [ledger.of(convention, year, reader().association_id) for convention in mine]
    return page("convention/index.html", ledgers=counted, year=year, today=clock.today())


@pages.get("/<uuid:id>")
@access.members()
def show(id: uuid.UUID) -> ResponseReturnValue:
    """The ledger: every figure in its table, each a link to what it counts."""
    return page("convention/show.html", **_told(found(id)))


def _told(convention: Convention) -> dict[str, Any]:
    asked = asked_period(convention)
    counted = ledger.of(convention, asked.period, reader().association_id)
    return {
        "ledger": counted,
        "tables": tables.tables_of(counted, convention_words.WORDS),
        "asked": asked,
        "years": periods.years_of(convention),
        "behind": lambda wanted: url_for(".behind", **{"id": convention.id, **asked.keep, **tables.address(wanted)}),
        "told": convention_words.told(counted),
        "today": clock.today(),
    }


@pages.get("/<uuid:id>/demandes")
@access.members()
def behind(id: uuid.UUID) -> ResponseReturnValue:
    """The requests that a figure counts, as far as the reader may read them; and how many there are."""
    convention = found(id)
    asked, wanted = asked_period(convention), _wanted()
    which = figures.behind(wanted, convention, asked.period, reader().association_id)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(IntroductionRequest).where(which)) or 0
    listing = desk.among(reader(), which, after=request.args.get("apres"))
    context: dict[str, Any] = {"convention": convention, "asked": asked, "total": total, "listing": listing}
    context |= {"sentence": convention_words.sentence(wanted, ledger.sides(convention)), "wanted": asked.keep | tables.address(wanted)}
    return page("convention/behind.html", reads_all=reader().has(*READERS), **context)


def _wanted() -> Behind:
    """What the address asks for; a word nobody knows counts for nothing."""
    args = request.args
    figure, kind, region, reason = args.get("chiffre"), args.get("reseau"), args.get("region"), args.get("motif")
    return Behind(
        figure if figure in figures.FIGURES else "asked",
        identifier(args.get("de")),
        kind if kind in figures.KINDS else None,
        args.get("mois"),
        "" if region == "aucune" else region,
        reason if reason in DECLINE_REASONS else None,
        args.get("engagement", type=int),
        args["objet"] if args.get("objet") in PURPOSES else None,
    )


@pages.get("/<uuid:id>/rapport")
@access.members()
def report(id: uuid.UUID) -> ResponseReturnValue:
    """The yearly report, on two sheets to print; the same figures as tables under them, on screen."""
    return page("convention/report.html", **_told(found(id)))


@pages.get("/<uuid:id>/rapport.xlsx")
@access.members()
def workbook(id: uuid.UUID) -> ResponseReturnValue:
    """The tables as a workbook."""
    counted, title = _counted(id)
    return _file(sheets.workbook(title, tables.tables_of(counted, convention_words.WORDS)), WORKBOOK, counted, "xlsx")


@pages.get("/<uuid:id>/rapport.csv")
@access.members()
def text(id: uuid.UUID) -> ResponseReturnValue:
    """The tables as one CSV."""
    counted, title = _counted(id)
    return _file(sheets.text(title, tables.tables_of(counted, convention_words.WORDS)), "text/csv; charset=utf-8", counted, "csv")


def _counted(convention_id: uuid.UUID) -> tuple[Ledger, str]:
    convention = found(convention_id)
    counted = ledger.of(convention, asked_period(convention).period, reader().association_id)
    return counted, _("Rapport de la convention, %(period)s", period=convention_words.period(counted.period))


def _file(body: bytes, kind: str, counted: Ledger, ending: str) -> Response:
    """Its name says the two sides and the period, in letters any system keeps."""
    period = counted.period.name or f"{counted.period.first}-{counted.period.last}"
    marks = "-".join(d.asking.short for d in counted.directions)
    name = "".join(sign for sign in f"convention-{marks}-{period}" if sign.isascii() and (sign.isalnum() or sign == "-"))
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response

