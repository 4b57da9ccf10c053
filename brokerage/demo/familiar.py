"""Partners that the stories name, with their people: half from the field report, half invented."""

from dataclasses import dataclass

from brokerage.partners.models import ContactRole, PartnerKind

H, R, S, C, L, O = (
    ContactRole.HEAD,
    ContactRole.REFERENT,
    ContactRole.SOCIAL_OPENING,
    ContactRole.DIVERSITY_CSR,
    ContactRole.SCHOOL_RELATIONS,
    ContactRole.OTHER,
)
ACADEMIC, CORPORATE = PartnerKind.ACADEMIC, PartnerKind.CORPORATE


@dataclass(frozen=True)
class Familiar:
    """A partner known by name. `people`: civility, first name, last name, role, title."""

    name: str
    kind: PartnerKind
    type: str
    postcode: str
    town: str
    owner: str
    people: tuple[tuple[str, str, str, ContactRole, str], ...]
    accepts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    uai: str | None = None
    naf: str | None = None
    since: str = ""


OF_PASSEPORT = (
    Familiar("Méridiane Énergie", CORPORATE, "GE", "92400", "Courbevoie", "nadia", (
        ("Mme", "Hélène", "Marchetti", C, "responsable RSE"), ("M.", "Paul", "Etcheverry", C, "chargé de mission mécénat"),
    ), ("find_speakers", "host_event", "patronage"), ("Intervenants", "Visites"), None, "35.11Z", "2019"),
    Familiar("Lycée Germaine-Tillion", ACADEMIC, "LPO", "95200", "Sarcelles", "nadia", (
        ("Mme", "Claire", "Vasseur", H, "proviseure"), ("M.", "Bakary", "Diallo", R, "CPE, référent égalité"),
    ), ("invite_pupils", "host_event"), ("Cordées", "Voie pro"), None, None, "2021-09"),
    Familiar("Lycée Olympe-de-Gouges", ACADEMIC, "LGT", "59100", "Roubaix", "nadia", (
        ("Mme", "Fabienne", "Delcourt", H, "proviseure"), ("M.", "Samir", "Haddad", R, "professeur référent Cordées"),
    ), ("invite_pupils", "host_event", "new_town"), ("Cordées", "REP+"), None, None, "2018"),
    Familiar("Lycée Paulette-Nardal", ACADEMIC, "LGT", "95140", "Garges-lès-Gonesse", "nadia", (
        ("Mme", "Corinne", "Bastide", H, "proviseure"),
    ), ("invite_pupils",), ("Cordées",), None, None, "2022"),
    Familiar("Lycée Pierre de la Ramée", ACADEMIC, "LGT", "02100", "Saint-Quentin", "nadia", (
        ("Mme", "Awa", "Kanté", R, "professeure référente Cordées"),
    ), ("new_town", "invite_pupils"), ("Cordées",), "0020049T", None, "2019"),
    Familiar("Lycée Condorcet", ACADEMIC, "LGT", "02100", "Saint-Quentin", "nadia", (
        ("M.", "Michel", "Fontaine", H, "proviseur"),
    ), ("new_town", "invite_pupils"), ("STMG",), "0020050U", None, "2020"),
    Familiar("Lycée professionnel Condorcet", ACADEMIC, "LP", "02100", "Saint-Quentin", "nadia", (
        ("Mme", "Sandrine", "Lepage", H, "proviseure"),
    ), ("invite_pupils",), ("Voie pro",), "0020079A", None, "2016"),
    Familiar("Université de Lille", ACADEMIC, "UNIVERSITE", "59650", "Villeneuve-d’Ascq", "nadia", (
        ("M.", "Grégory", "Wattel", S, "chargé de mission égalité des chances"),
    ), ("host_event",), ("Cordées",), "0597239Y", None, "2017"),
    Familiar("Centrale Lille Institut", ACADEMIC, "ECOLE_SUP", "59650", "Villeneuve-d’Ascq", "nadia", (
        ("Mme", "Émilie", "Vanhoutte", S, "chargée de mission ouverture sociale"),
    ), ("host_event", "student_witnesses"), ("Cordées",), "0597139P", None, "2015"),
    Familiar("IUT de la Scarpe", ACADEMIC, "UNIVERSITE", "59500", "Douai", "nadia", (
        ("Mme", "Nathalie", "Crombez", S, "directrice des études"),
    ), ("host_event", "student_witnesses"), (), None, None, "2021"),
    Familiar("Laboratoires Hélicée", CORPORATE, "ETI", "69007", "Lyon", "nadia", (
        ("Mme", "Agathe", "Périer", L, "responsable des relations écoles"),
    ), ("find_speakers", "host_event"), ("Visites",), None, "72.11Z", "2020"),
    Familiar("Caravelle Télécom", CORPORATE, "GE", "31000", "Toulouse", "karim", (
        ("Mme", "Laurence", "Vidal", C, "directrice diversité"), ("M.", "Adrien", "Castéra", L, "chargé des relations écoles"),
    ), ("recruit_tutors", "find_speakers"), ("Tutorat", "Intervenants"), None, "61.10Z", "2008"),
    Familiar("Solférino Assurances", CORPORATE, "GE", "75009", "Paris", "karim", (
        ("Mme", "Sophie", "Adriaenssens", C, "responsable mécénat"),
    ), ("patronage", "joint_work"), ("Mécénat",), None, "65.12Z", "2014"),
    Familiar("Atelier Numérique de la Plaine", CORPORATE, "PME", "93200", "Saint-Denis", "karim", (
        ("M.", "Yacine", "Belkacem", L, "directeur"),
    ), ("host_event", "find_speakers"), ("Salle",), None, "62.02A", "2023"),
    Familiar("Horlogerie Vauclair", CORPORATE, "ETI", "77000", "Melun", "karim", (
        ("M.", "Étienne", "Lacroix", C, "responsable RSE"),
    ), ("patronage",), ("Mécénat",), None, "26.52Z", "2022"),
)  # fmt: skip

OF_ENTRETIENS = (
    Familiar("Valmont Assurances", CORPORATE, "ETI", "72000", "Le Mans", "jean_baptiste", (
        ("Mme", "Delphine", "Rocher", C, "responsable diversité"), ("M.", "Thomas", "Gaudin", L, "chargé des relations écoles"),
    ), ("recruit_tutors", "find_speakers"), ("Intervenants",), None, "65.12Z", "2018"),
    Familiar("Lycée polyvalent Jean Hinglo", ACADEMIC, "LPO", "97420", "Le Port", "jean_baptiste", (
        ("Mme", "Marie-Annick", "Grondin", H, "proviseure"),
    ), ("new_town", "invite_pupils"), ("REP+",), "9740979W", None, "2012"),
    Familiar("Université de La Réunion", ACADEMIC, "UNIVERSITE", "97400", "Saint-Denis", "jean_baptiste", (
        ("Mme", "Stéphanie", "Técher", S, "chargée de mission égalité des chances"),
    ), ("host_event",), ("Cordées",), "9740478B", None, "2013"),
    Familiar("Banque de l’Océan", CORPORATE, "ETI", "97400", "Saint-Denis", "jean_baptiste", (
        ("M.", "Ludovic", "Hoarau", C, "responsable mécénat"),
    ), ("patronage",), ("Mécénat",), None, "64.19Z", "2016"),
    Familiar("Université Rhône-Confluence", ACADEMIC, "UNIVERSITE", "69002", "Lyon", "jean_baptiste", (
        ("M.", "Rachid", "Amrani", S, "chargé de mission égalité des chances"), ("Mme", "Maud", "Perrier", S, "vice-présidente vie étudiante"),
    ), ("host_event", "student_witnesses"), ("Cordées",), None, None, "2019"),
    Familiar("Université de la Plaine-Nord", ACADEMIC, "UNIVERSITE", "93430", "Villetaneuse", "jean_baptiste", (
        ("M.", "Karim", "Aït-Saïd", S, "responsable de l’ouverture sociale"),
    ), ("host_event",), ("Cordées",), None, None, "2020"),
    Familiar("Lycée Rotrou", ACADEMIC, "LGT", "28100", "Dreux", "camille", (
        ("Mme", "Isabelle", "Morand", H, "proviseure"), ("M.", "Julien", "Pasquet", R, "professeur référent Cordées"),
    ), ("host_event", "invite_pupils"), ("Cordées",), "0280019U", None, "2015"),
    Familiar("Lycée polyvalent Touchard-Washington", ACADEMIC, "LPO", "72000", "Le Mans", "jean_baptiste", (
        ("M.", "Cédric", "Launay", R, "professeur référent de la prépa TSI"),
    ), ("recruit_tutors", "invite_pupils"), ("STI2D",), "0720033V", None, "2017"),
    Familiar("Transports de la Garonne", CORPORATE, "ETI", "33000", "Bordeaux", "jean_baptiste", (
        ("Mme", "Maud", "Lartigue", C, "responsable RSE"),
    ), ("find_speakers", "host_event"), ("Visites",), None, "49.31Z", "2021"),
    Familiar("Fondation Horizon Large", CORPORATE, "FONDATION", "75008", "Paris", "jean_baptiste", (
        ("Mme", "Béatrice", "Lemoine", C, "déléguée générale"),
    ), ("patronage", "joint_work"), ("Mécénat",), None, "94.99Z", "2014"),
    Familiar("Atelier Numérique Armor", CORPORATE, "PME", "35000", "Rennes", "jean_baptiste", (
        ("Mme", "Gwenaëlle", "Le Bihan", L, "responsable des relations écoles"),
    ), ("find_speakers", "recruit_tutors"), ("Stages",), None, "62.02A", "2022"),
    Familiar("Cabinet Ferrand Conseil", CORPORATE, "PME", "44000", "Nantes", "jean_baptiste", (
        ("M.", "Olivier", "Ferrand", C, "associé, mécénat de compétences"),
    ), ("recruit_tutors",), ("Tutorat",), None, "70.22Z", "2021"),
    Familiar("Papeteries de l’Oise", CORPORATE, "ETI", "60200", "Compiègne", "jean_baptiste", (
        ("Mme", "Nadège", "Wallet", L, "chargée des relations écoles"),
    ), ("host_event",), ("Visites",), None, "17.12Z", "2019"),
    Familiar("Groupe Santé Estérel", CORPORATE, "GE", "13002", "Marseille", "jean_baptiste", (
        ("M.", "Romain", "Giordano", O, "directeur des ressources humaines"),
    ), ("find_speakers",), ("Intervenants",), None, "86.10Z", "2018"),
)  # fmt: skip
