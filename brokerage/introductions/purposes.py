"""What a request may be for. Every purpose belongs to a commitment of the convention, by its number."""

from dataclasses import dataclass

from brokerage.errors import N_


@dataclass(frozen=True)
class Purpose:
    """One choice of the form: its French label, the commitment it serves, and how a letter says it."""

    code: str
    label: str
    commitment: int
    phrase: str  # after "aimerait vous en parler :"


_ALL = [
    Purpose("new_town", N_("Ouvrir une nouvelle ville"), 5, N_("ouvrir une nouvelle ville")),
    Purpose("host_event", N_("Accueillir un événement"), 5, N_("trouver un lieu d'accueil")),
    Purpose("invite_pupils", N_("Inviter des élèves et leurs enseignants"), 3, N_("inviter des élèves et leurs enseignants")),
    Purpose("find_speakers", N_("Trouver des intervenants"), 2, N_("trouver des intervenantes et intervenants")),
    Purpose("student_witnesses", N_("Faire témoigner des étudiants"), 4, N_("faire témoigner des étudiantes et étudiants")),
    Purpose("recruit_tutors", N_("Recruter des tuteurs et tutrices"), 5, N_("recruter des tuteurs et tutrices")),
    Purpose("patronage", N_("Mécénat ou soutien matériel"), 5, N_("obtenir un mécénat ou un soutien matériel")),
    Purpose("joint_work", N_("Travail commun (guide, site)"), 6, N_("mener un travail commun")),
    Purpose("other", N_("Autre"), 5, N_("un autre besoin")),
]
PURPOSES: dict[str, Purpose] = {purpose.code: purpose for purpose in _ALL}

DECLINE_REASONS: dict[str, str] = {
    "asked_recently": N_("partenaire déjà sollicité récemment"),
    "too_short": N_("calendrier trop court"),
    "consolidate_first": N_("relation à consolider d'abord"),
    "unclear": N_("demande à préciser"),
    "outside_network": N_("hors de notre réseau"),
    "other": N_("autre motif"),
}
NUMBERS: dict[str, str] = {
    "pupils": N_("élèves"),
    "parents": N_("parents"),
    "speakers": N_("intervenants"),
    "tutors": N_("tuteurs et tutrices"),
    "rooms": N_("salles"),
}
