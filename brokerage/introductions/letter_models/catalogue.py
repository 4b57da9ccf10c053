"""Which letters an association may reword, and the closed list of places each may use (security.md E2).

What is not in here, no model can say: a place is a name and a block of `templates/mail/<language>/_places.txt`, never an
expression. What a reader is owed by law (why, whence, notice, objection, the link to answer) is in the letter itself,
after the part that is edited, and cannot be taken out (field.md G5).
"""

from dataclasses import dataclass

_REQUEST = ("demandeur", "demandeur_presente", "association_demandeuse", "but", "evenement", "date", "lieu", "faits")
_CONTACT = ("salutation", "notre_association", "de_notre_association", "partenaire", *_REQUEST, "signature")
_MEMBER = ("prenom", "responsable", "notre_association", "cible", "cible_et_evenement", "but", "evenement", "date", "lieu", "faits")
# places of several lines, or that hold an address until the letter leaves: never in a subject
_BODY_ONLY = frozenset({"faits", "message", "demande", "signature", "coordonnees", "mot", "mot_signe", "mot_du_contact", "comme_convenu"})
_WHO_WRITES = ("notre_association", "de_notre_association")
_WHO_ASKS = ("demandeur", "demandeur_presente")


@dataclass(frozen=True)
class Editable:
    """One letter: the places it may use, and those of which each group must keep one."""

    name: str
    places: tuple[str, ...]
    kept: tuple[tuple[str, ...], ...] = ()
    to_partner: bool = False  # a contact reads it: under 120 words
    both_sides: bool = False  # the requester receives a copy

    @property
    def in_subject(self) -> tuple[str, ...]:
        """The places that fit on the one line of a subject."""
        return tuple(place for place in self.places if place not in _BODY_ONLY)


EDITABLE: dict[str, Editable] = {
    one.name: one
    for one in (
        Editable(
            "ask_consent",
            (*_CONTACT, "resume", "demande", "message", "telephone"),
            kept=(_WHO_WRITES, (*_WHO_ASKS, "demande")),
            to_partner=True,
        ),
        Editable(
            "reminder_consent",
            (*_CONTACT, "objet_de_la_demande", "demande_breve", "date_de_cloture"),
            kept=(_WHO_WRITES, (*_WHO_ASKS, "demande_breve")),
            to_partner=True,
        ),
        Editable(
            "introduction",
            (*_CONTACT, "contact", "contact_appele", "comme_convenu", "coordonnees", "mot_du_contact"),
            kept=(("coordonnees",), ("mot_du_contact",)),
            to_partner=True,
            both_sides=True,
        ),
        Editable(
            "reminder_outcome_contact",
            (*_CONTACT, "date_de_mise_en_relation"),
            kept=(_WHO_WRITES, _WHO_ASKS),
            to_partner=True,
        ),
        Editable("approved", (*_MEMBER, "mot_signe"), kept=(("cible", "cible_et_evenement"), ("mot_signe",))),
        Editable("declined", (*_MEMBER, "motif", "mot"), kept=(("cible", "cible_et_evenement"), ("motif",), ("mot",))),
    )
}
