"""Réglages: what an association arranges for itself. This page lists them; each has a module of its own."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from brokerage.errors import Refusal
from brokerage.partners import policy, tags
from brokerage.timeline import Entry
from brokerage.web import access, stories
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.fragments import page
from brokerage.web.partners import reader

pages = Blueprint("settings", __name__, url_prefix="/reglages")


@pages.get("/")
@access.members(*policy.EDITORS)
def index() -> ResponseReturnValue:
    """What can be arranged."""
    return page("settings/index.html")


@pages.get("/etiquettes")
@access.members(*policy.EDITORS)
def labels() -> ResponseReturnValue:
    """The tags in use, with how many partners carry each."""
    return _labels()


def _labels(status: int = 200, error: str = "", typed: tuple[str, str] = ("", "")) -> ResponseReturnValue:
    known = tags.every(reader().association_id)
    context: dict[str, Any] = {"alike": tags.alike(known), "error": error, "typed": typed, "past": _past()}
    return page("settings/tags.html", status=status, known=known, **context)


def _past() -> list[stories.Line]:
    return [stories.Line(entry.at, _changed_tag(entry), key=True) for entry in tags.told(reader().association_id)]


def _changed_tag(entry: Entry) -> str:
    told, number = {"who": entry.by_name, **entry.details}, entry.details["partners"]
    if entry.what == "tag_removed":
        off: str = ngettext(
            "%(who)s a retiré « %(tag)s » de %(num)d fiche.", "%(who)s a retiré « %(tag)s » de %(num)d fiches.", number, **told
        )
        return off
    renamed: str = ngettext(
        "%(who)s : « %(tag)s » devient « %(to)s » sur %(num)d fiche.",
        "%(who)s : « %(tag)s » devient « %(to)s » sur %(num)d fiches.",
        number,
        **told,
    )
    return renamed


@pages.post("/etiquettes")
@access.members(*policy.EDITORS)
def rename_label() -> ResponseReturnValue:
    """Another name for a tag; the name of an existing one merges both."""
    name, to = request.form.get("name", ""), request.form.get("to", "")
    try:
        changed = tags.rename(me(), name, to)
    except Refusal as no:
        return _labels(no.status, told(no), (name, to))
    flash(ngettext("« %(to)s » : %(num)d fiche modifiée.", "« %(to)s » : %(num)d fiches modifiées.", changed, to=to.strip()))
    return redirect(url_for(".labels"), 303)


@pages.post("/etiquettes/suppression")
@access.members(*policy.EDITORS)
def remove_label() -> ResponseReturnValue:
    """Take a tag off every partner."""
    name = request.form.get("name", "")
    changed = tags.remove(me(), name)
    flash(ngettext("« %(name)s » est retirée de %(num)d fiche.", "« %(name)s » est retirée de %(num)d fiches.", changed, name=name))
    return redirect(url_for(".labels"), 303)


from brokerage.web import (  # noqa: E402 - the rest of the family signs itself in here
    settings_charges,  # noqa: F401
    settings_fields,  # noqa: F401
    settings_letters,  # noqa: F401
    settings_rules,  # noqa: F401
)
