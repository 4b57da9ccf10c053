"""What an import says to whoever started it."""

from collections.abc import Mapping

from brokerage.errors import N_

_LINES = N_("%(file)s. Lignes de partenaires : %(imported)d ; autres lignes (titres, totaux, vides) : %(skipped)d.")
_PARTNERS = N_("Partenaires : %(created)d nouveaux, %(changed)d complétés, %(unchanged)d inchangés.")
_CONTACTS = N_("Contacts : %(created)d nouveaux, %(changed)d complétés, %(unchanged)d inchangés.")
_HELD = N_("Remarques à relire avant de les conserver : %(held)d.")
_UNAVAILABLE = N_("Lignes dont le contact ne peut pas être sollicité : %(unavailable)d.")


def summary(file_name: str, counts: Mapping[str, int]) -> str:
    """A few French sentences, without the name of anybody."""
    told = [_LINES % {"file": file_name, "imported": counts["imported"], "skipped": counts["skipped"]}]
    for sentence, what in ((_PARTNERS, "partners"), (_CONTACTS, "contacts")):
        told.append(sentence % {state: counts[f"{what}_{state}"] for state in ("created", "changed", "unchanged")})
    if counts["held"]:
        told.append(_HELD % {"held": counts["held"]})
    if counts["unavailable"]:
        told.append(_UNAVAILABLE % {"unavailable": counts["unavailable"]})
    return " ".join(told)
