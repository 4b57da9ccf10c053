"""Modèles de lettres, in words: what each letter is for, and what stands behind each place."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Named:
    """A letter as its page names it: its part of the address, its title, and when it leaves."""

    slug: str
    title: Any
    leaves: Any


LETTERS = {
    "ask_consent": Named(
        "accord", _l("Demander son accord au contact"), _l("Proposée à qui approuve une demande, qui la relit avant qu'elle parte.")
    ),
    "reminder_consent": Named(
        "relance",
        _l("Relancer un contact qui n'a pas répondu"),
        _l("Part seule, une fois, quelques jours ouvrés après la demande d'accord."),
    ),
    "introduction": Named("mise-en-relation", _l("Mettre en relation"), _l("Part aux deux personnes dès que le contact a dit oui.")),
    "reminder_outcome_contact": Named(
        "suites", _l("Demander au contact ce qui en est advenu"), _l("Part seule, une fois, quand personne n'a noté de résultat.")
    ),
    "approved": Named("acceptation", _l("Annoncer une demande acceptée"), _l("Part à l'approbation, à la personne qui a fait la demande.")),
    "declined": Named("refus", _l("Annoncer une demande déclinée"), _l("Part à la personne qui a fait la demande, avec le motif choisi.")),
}
BY_SLUG = {named.slug: letter for letter, named in LETTERS.items()}
LANGUAGES = {"fr": _l("En français"), "en": _l("En anglais")}

PLACES = {
    "salutation": _l("la formule d'appel, selon la civilité connue"),
    "demandeur": _l("la personne qui demande"),
    "demandeur_presente": _l("la même, avec sa fonction et son association"),
    "association_demandeuse": _l("son association"),
    "notre_association": _l("votre association"),
    "de_notre_association": _l("votre association, après « au nom » ou « partenaire »"),
    "partenaire": _l("l'organisation du contact"),
    "but": _l("l'objet de la demande"),
    "evenement": _l("l'événement"),
    "date": _l("sa date"),
    "lieu": _l("son lieu"),
    "faits": _l("les lignes Quoi, Quand, Où, sans celles qui sont vides"),
    "signature": _l("le nom, la fonction et l'association de qui écrit"),
    "telephone": _l("le téléphone de qui écrit"),
    "resume": _l("l'objet, le lieu et la date, assez courts pour un objet d'e-mail"),
    "demande": _l("qui demande et pourquoi, en une phrase"),
    "demande_breve": _l("qui demande et pourquoi, sans son message"),
    "message": _l("son message, s'il est court ; sinon il attend sur la page de réponse"),
    "objet_de_la_demande": _l("l'objet du premier e-mail, pour rester dans le même fil"),
    "date_de_cloture": _l("le jour où la demande sera classée sans réponse"),
    "contact": _l("le prénom et le nom du contact"),
    "contact_appele": _l("le contact, comme on s'adresse à cette personne"),
    "comme_convenu": _l("la phrase qui met en relation, avec « comme convenu » s'il y a eu accord"),
    "coordonnees": _l("les coordonnées des deux personnes"),
    "mot_du_contact": _l("le mot que le contact a laissé, s'il y en a un"),
    "date_de_mise_en_relation": _l("le jour de la mise en relation"),
    "prenom": _l("le prénom de qui a fait la demande"),
    "responsable": _l("la personne qui a décidé"),
    "cible": _l("le partenaire demandé, ou le besoin"),
    "cible_et_evenement": _l("le même, avec l'événement"),
    "motif": _l("le motif choisi dans la liste"),
    "mot": _l("le mot de la personne qui a décidé, s'il y en a un"),
    "mot_signe": _l("le même, précédé de son nom"),
}
