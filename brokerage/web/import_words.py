"""How imports speak: their states, their lists, the troubles of their rows."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from brokerage.transfer.mapping.issues import sentence_of
from brokerage.transfer.mapping.parsed import Issue
from brokerage.transfer.models import ImportState, Lane
from brokerage.transfer.staging.lanes import DIFFERS, RESEMBLES

STATES = {
    ImportState.READING: (_l("Lecture en cours"), "encre", "hourglass"),
    ImportState.UNREADABLE: (_l("Illisible"), "non", "circle-alert"),
    ImportState.SORTING: (_l("Lecture en cours"), "encre", "hourglass"),
    ImportState.OPEN: (_l("À vérifier"), "attente", "triangle-alert"),
    ImportState.IMPORTING: (_l("Import en cours"), "encre", "hourglass"),
    ImportState.DONE: (_l("Importé"), "oui", "circle-check"),
    ImportState.UNDOING: (_l("Annulation en cours"), "encre", "hourglass"),
    ImportState.UNDONE: (_l("Annulé"), "neutre", "undo-2"),
    ImportState.LEFT: (_l("Abandonné"), "neutre", "x"),
    ImportState.FAILED: (_l("Arrêté"), "non", "circle-alert"),
}
LANES = {
    Lane.REFUSED: (_l("Refusées"), "non", "circle-alert"),
    Lane.CHECK: (_l("À vérifier"), "attente", "triangle-alert"),
    Lane.READY: (_l("Prêtes"), "oui", "check"),
    Lane.ASIDE: (_l("Écartées"), "neutre", "ban"),
    Lane.IMPORTED: (_l("Importées"), "oui", "circle-check"),
}


FIELDS = {
    "address": _l("adresse"),
    "place": _l("ville"),
    "headcount": _l("effectif"),
    "website": _l("site internet"),
    "title": _l("fonction"),
    "email": _l("e-mail"),
    "phone": _l("téléphone"),
    "mobile": _l("portable"),
}


def reason(code: str) -> str:
    """The sentence of a trouble, for all the rows that have it."""
    if code == DIFFERS:
        return _("La fiche dit autre chose : elle reste comme elle est, sauf si vous choisissez.")
    return _("Un partenaire du carnet lui ressemble.") if code == RESEMBLES else _(sentence_of(code))


def trouble(issue: Issue) -> str:
    """A trouble of one row in the reader's language, with what was typed or is proposed behind it."""
    said = _(sentence_of(issue.code))
    return f"{said} ({issue.detail})" if issue.detail else said


def named(key: str) -> str:
    """A field that can be chosen, in words."""
    return str(FIELDS[key.partition(":")[0]])
