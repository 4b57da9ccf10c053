"""Rechercher: one box for everything, as a page, and as the palette that Ctrl K opens over any page."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts import throttle
from brokerage.accounts.models import Role
from brokerage.accounts.sign_in import Visitor
from brokerage.partners.models import PartnerKind
from brokerage.reference import places
from brokerage.reference.folding import folded
from brokerage.search import everywhere
from brokerage.search.everywhere import Found, Hit
from brokerage.search.kinds import Kind
from brokerage.search.typed import read
from brokerage.web import access
from brokerage.web.access import visiting
from brokerage.web.errors import told
from brokerage.web.fragments import page

pages = Blueprint("search", __name__, url_prefix="/recherche")
ON_THE_PAGE, IN_THE_PALETTE, TOWNS = 10, 5, 3


@dataclass(frozen=True)
class Line:
    """A line of what was found: where it leads, its words and its picture."""

    href: str
    title: str
    detail: str
    picture: str


@dataclass(frozen=True)
class Section:
    """Lines of one kind under their heading, and the way to all of them, if there are more."""

    key: str
    title: str
    lines: list[Line]
    all: str = ""


@pages.get("/")
@access.members()
def show() -> ResponseReturnValue:
    """What the reader may see of what they typed, grouped."""
    reader, text = visiting(), request.args.get("q", "")[:200]
    assert reader is not None, "the door lets members in only"
    try:
        if text.strip():
            throttle.count_at_once(throttle.SEARCH, f"member {reader.user_id}")
    except throttle.TooMany as no:
        return _answered(no.status, text=text, sections=[], nothing=False, refusal=told(no))
    typed, palette = read(text), request.headers.get("X-Palette") == "1"
    found = everywhere.find(reader, typed, IN_THE_PALETTE if palette else ON_THE_PAGE)
    sections = [section for section in (*_found(found, text), _towns(text, reader), _actions(text, reader)) if section.lines]
    nothing = typed.asks and not any(section.key != "actions" for section in sections)
    return _answered(text=text, sections=sections, nothing=nothing, refusal="")


def _answered(status: int = 200, **context: Any) -> ResponseReturnValue:
    return page("search/index.html", fragments=("resultats", "trouve"), status=status, **context)


def _found(found: Found, text: str) -> list[Section]:
    titles = {
        Kind.PARTNER: (_("Partenaires"), url_for("partners.index", q=text)),
        Kind.CONTACT: (_("Contacts"), url_for("partners.index", q=text)),
        Kind.CARD: (_("Annuaire commun"), url_for("directory.index", q=text)),
        Kind.REQUEST: (_("Demandes"), ""),
    }
    sections = []
    for kind, of in found.groups.items():
        title, everything = titles[kind]
        sections.append(Section(kind, title, [_line(hit) for hit in of.hits], everything if of.more else ""))
    return sections


def _line(hit: Hit) -> Line:
    spot = f"{hit.detail} ({hit.aside})" if hit.aside else hit.detail
    if hit.kind is Kind.PARTNER:
        picture = "building-2" if hit.mark == PartnerKind.CORPORATE else "school"
        return Line(url_for("partners.show", id=hit.id), hit.title, spot, picture)
    if hit.kind is Kind.CARD:
        return Line(url_for("directory.show", id=hit.id), hit.title, spot, "book-user")
    about = ", ".join(filter(None, (hit.detail, hit.aside)))
    if hit.kind is Kind.CONTACT:
        return Line(url_for("partners.show", id=hit.id), hit.title, about, "user-round")
    return Line(url_for("requests.show", id=hit.id), hit.title or hit.detail, about, "inbox")


def _towns(text: str, reader: Visitor) -> Section:
    """Communes whose name begins so: the way to the partners there."""
    target = "partners.index" if reader.has(Role.DELEGATE, Role.MANAGER, Role.ADMIN) else "directory.index"
    found = places.suggest_communes(text, TOWNS) if len(folded(text)) > 1 else []
    return Section("towns", _("Communes"), [_town(town, target) for town in found])


def _town(town: places.Commune, target: str) -> Line:
    return Line(url_for(target, q=town.name), town.name, _("Ce qui s'y trouve (%(code)s)", code=town.department_code), "map-pin")


def _actions(text: str, reader: Visitor) -> Section:
    """What one can do, by the words of its name; everything while nothing is typed."""
    known = [(_("Mon compte"), url_for("account.show"), "user-round"), (_("Aide"), url_for("help.show"), "message-circle-question-mark")]
    if reader.has(Role.ADMIN):
        known.insert(0, (_("Membres de l'association"), url_for("account.members"), "users-round"))
    if reader.has(Role.MANAGER, Role.ADMIN):
        known.insert(0, (_("Ajouter un partenaire"), url_for("partners.new"), "plus"))
    if reader.has(Role.DELEGATE, Role.MANAGER):
        known.insert(0, (_("Demander une mise en relation"), url_for("requests.new"), "handshake"))
    words = folded(text).split()
    lines = [Line(href, title, "", picture) for title, href, picture in known if all(f" {word}" in f" {folded(title)}" for word in words)]
    return Section("actions", _("Actions"), lines)
