"""Journal: who came in, who was refused, what was looked at, taken out, decided and changed. For admins and auditors."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts import journal
from brokerage.web import access, journal_words
from brokerage.web.access import visiting
from brokerage.web.fragments import page

pages = Blueprint("journal", __name__, url_prefix="/journal")


@pages.get("/")
@access.members(*journal.READERS)
def show() -> ResponseReturnValue:
    """A page of the journal, of all kinds or of one."""
    reader, group = visiting(), request.args.get("quoi", "")
    assert reader is not None, "the door lets members in only"
    found = journal.read(reader.association_id, group, request.args.get("after", ""))
    lines = [journal_words.line(entry) for entry in found.lines]
    return page("journal/show.html", lines=lines, after=found.after, tab_links=_tabs(group if group in journal.GROUPS else ""))


def _tabs(group: str) -> list[dict[str, object]]:
    names = {
        "": _("Tout"), "connexions": _("Connexions"), "refus": _("Refus"), "donnees": _("Données"), "decisions": _("Décisions"),
        "membres": _("Membres et règles"),
    }  # fmt: skip
    return [{"text": words, "href": url_for(".show", quoi=name or None), "current": name == group} for name, words in names.items()]
