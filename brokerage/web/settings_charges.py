"""Réglages, who decides: the table of charges, its holes, and who would get a need. Admins edit, managers read."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from brokerage.accounts.models import Role
from brokerage.errors import Refusal
from brokerage.introductions import charges, routing
from brokerage.introductions.charges import SERVED, Table
from brokerage.introductions.routing import Sought, Way, Why
from brokerage.partners import policy
from brokerage.reference.places import REGIONS
from brokerage.reference.whereabouts import whereabouts
from brokerage.web import access
from brokerage.web.absence_words import absence
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page
from brokerage.web.settings import pages
from brokerage.web.typed import identifier

NETWORKS = {"academic": _l("Établissements"), "corporate": _l("Entreprises")}
OF_NETWORKS = {"academic": _l("des établissements"), "corporate": _l("des entreprises")}
NAMED = 5  # regions a warning names before it counts the others


@pages.get("/qui-decide")
@access.members(*policy.EDITORS)
def show_charges() -> ResponseReturnValue:
    """The table, and below it the line to try it."""
    return _shown()


@pages.post("/qui-decide")
@access.members(Role.ADMIN)
def give_charge() -> ResponseReturnValue:
    """Put somebody in charge."""
    typed = {name: request.form.get(name, "") for name in ("kind", "region", "manager")}
    try:
        charges.put(me(), typed["kind"], typed["region"], identifier(typed["manager"]))
    except Refusal as no:
        return _shown(no.status, told(no), typed)
    flash(_("C'est enregistré."))
    return redirect(url_for(".show_charges"), 303)


@pages.post("/qui-decide/suppression")
@access.members(Role.ADMIN)
def remove_charge() -> ResponseReturnValue:
    """Take a line away."""
    charges.remove(me(), identifier(request.form.get("rule", "")) or uuid.UUID(int=0))
    flash(_("La ligne est retirée."))
    return redirect(url_for(".show_charges"), 303)


@pages.post("/qui-decide/defaut")
@access.members(Role.ADMIN)
def put_default() -> ResponseReturnValue:
    """Who gets the rest."""
    try:
        charges.put_default(me(), identifier(request.form.get("manager", "")))
    except Refusal as no:
        return _shown(no.status, told(no))
    flash(_("C'est enregistré."))
    return redirect(url_for(".show_charges"), 303)


def _shown(status: int = 200, error: str = "", typed: dict[str, str] | None = None) -> ResponseReturnValue:
    table = charges.of(me().association_id)
    context: dict[str, Any] = {"table": table, "networks": NETWORKS, "regions": REGIONS, "served": SERVED, "error": error}
    context |= {"typed": typed or {"kind": "", "region": "", "manager": ""}, "label": label, "edits": me().has(Role.ADMIN)}
    context |= {"holes": _holes(table), "tried": _tried(), "stand_ins": _names(table)}
    return page("settings/charges.html", status=status, **context)


def label(kind: str, region: str) -> str:
    """« Entreprises · Île-de-France »."""
    where = REGIONS[region].name if region in REGIONS else _("Toute la France")
    return f"{NETWORKS[kind] if kind in NETWORKS else _('Tous les partenaires')} · {where}"


def _names(table: Table) -> dict[uuid.UUID, str]:
    return {one.id: one.name for one in table.managers}


def _holes(table: Table) -> list[str]:
    """A sentence for each network with regions where nobody is in charge, with who gets them; lines that are void first."""
    if not table.managers:
        return [_("Votre association n'a personne pour décider des demandes : donnez à quelqu'un le rôle « Partenariats ».")]
    void = [_("%(name)s ne décide plus : la ligne « %(line)s » ne compte pas.", name=one.manager.name, line=label(one.kind, one.region))
            for one in table.lines if one.is_void]  # fmt: skip
    return void + [f"{_hole(kind, codes)} {_falls(table)}" for kind, codes in table.holes.items() if codes]


def _falls(table: Table) -> str:
    if table.default:
        return _("Ces demandes arrivent chez %(name)s.", name=table.default.name)
    return _("Ces demandes arrivent chez la première personne présente.")


def _hole(kind: str, codes: tuple[str, ...]) -> str:
    if len(codes) == len(SERVED):
        return _("Personne n'est en charge %(network)s.", network=OF_NETWORKS[kind])
    names = ", ".join(REGIONS[code].name for code in codes[:NAMED])
    more = ngettext("et une autre région", "et %(num)d autres régions", len(codes) - NAMED) if len(codes) > NAMED else ""
    return _("Sans personne en charge %(network)s : %(regions)s.", network=OF_NETWORKS[kind], regions=f"{names} {more}".strip())


def _tried() -> dict[str, str] | None:
    """What was typed on the try line and who would get it; None when nothing was."""
    if "lieu" not in request.args:
        return None
    kind, place = request.args.get("reseau", ""), request.args.get("lieu", "").strip()
    region = whereabouts(place).region if place else None
    way = routing.route(Sought(me().association_id, None, kind if kind in NETWORKS else "", region or ""))
    return {"kind": kind, "place": place, "answer": _answer(way, place, region)}


def _answer(way: Way | None, place: str, region: str | None) -> str:
    if way is None:
        return _("Personne ne pourrait en décider.")
    unknown = _("« %(place)s » n'est d'aucune région connue.", place=place) if place and not region else ""
    meant = way.absent or way.manager
    said = _("La demande arriverait chez %(name)s : %(why)s", name=meant.name, why=_why(way))
    away = absence(meant, way.manager.name) if way.absent else ""
    return " ".join(filter(None, (unknown, said, away)))


def _why(way: Way) -> str:
    if way.rule:
        return _("en charge de « %(line)s ».", line=label(way.rule.kind, way.rule.region))
    return {
        Why.NEARBY: _("sa fiche de membre indique cette région."),
        Why.DEFAULT: _("personne n'est en charge, c'est la personne par défaut."),
    }.get(way.why, _("personne n'est en charge, et la personne par défaut n'est pas là."))
