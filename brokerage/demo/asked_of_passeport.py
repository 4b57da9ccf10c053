"""What Les Entretiens asked of Passeport Avenir in half a year, after the user stories of the field report."""

from brokerage.demo.stage import Story
from brokerage.demo.steps import (
    accepts,
    answers,
    approves,
    asks,
    contact_tells,
    declines,
    hands_over,
    notes_a_yes,
    objects,
    parks,
    points_at,
    postpones,
    refuses,
    reopens,
    suggests,
    tells,
    withdraws,
)
from brokerage.introductions.models import Need, Result
from brokerage.partners.models import ContactRole

ACADEMIC, CORPORATE, VOLUNTEERS = Need.ACADEMIC, Need.CORPORATE, Need.VOLUNTEERS
HEAD, REFERENT, SOCIAL, CSR, SCHOOLS = (
    ContactRole.HEAD,
    ContactRole.REFERENT,
    ContactRole.SOCIAL_OPENING,
    ContactRole.DIVERSITY_CSR,
    ContactRole.SCHOOL_RELATIONS,
)

OVER = [
    Story("soraya", 168, {
        "need": ACADEMIC, "purpose": "new_town", "role_sought": REFERENT, "at": "02100", "town": "Saint-Quentin",
        "event_name": "Entretiens de l’Excellence, 1re édition de Saint-Quentin", "event_hours": "13 h 30 – 17 h 30",
        "numbers": {"pupils": 250, "parents": 80, "speakers": 40, "rooms": 15}, "audience": "de la 4e à la terminale",
        "message": "Nous ouvrons Saint-Quentin cette année : une après-midi d’ateliers avec quarante professionnels, gratuite, pour les"
        " élèves de l’Aisne et leurs parents. Nous cherchons trois lycées prêts à y inviter une trentaine d’élèves chacun.",
    }, event_in=110, hour="21:25", steps=(
        approves(3, "Awa Kanté", "Michel Fontaine", word="Deux lycées sur trois tout de suite. Pour le lycée professionnel"
                 " Condorcet, la convention est en cours de renouvellement : refaites-moi une demande à la rentrée."),
        accepts(1, "Awa Kanté", "Volontiers. Comptez sur une trentaine d’élèves de seconde et de première.", phone=True),
        accepts(5, "Michel Fontaine", "D’accord, si le trajet est pris en charge."),
        tells(12, "soraya", Result.MET, "Rendez-vous au lycée, la liste des classes est prête.", "Awa Kanté", pupils=32),
        tells(6, "soraya", Result.MET, "Le proviseur ouvre aussi deux salles.", "Michel Fontaine", pupils=26, rooms=2),
    )),
    Story("ousmane", 158, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": SOCIAL, "at": "59650", "town": "Villeneuve-d’Ascq",
        "event_name": "Entretiens de l’Excellence de Lille", "event_hours": "13 h – 18 h",
        "numbers": {"pupils": 400, "speakers": 60, "rooms": 18}, "audience": "collégiens et lycéens de la métropole",
        "message": "Nous cherchons un lieu pour quatre cents élèves : un amphithéâtre, dix-huit salles et un hall, un samedi après-midi.",
    }, "Université de Lille", event_in=120, steps=(
        declines(2, "asked_recently", "L’université a répondu à deux demandes depuis deux mois. Essayez Centrale Lille, à dix minutes"
                 " de là : ils ont déjà accueilli des journées comme la vôtre.", "Grégory nous a dit être débordé jusqu’à l’été."),
    )),
    Story("ousmane", 154, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": SOCIAL, "at": "59650", "town": "Villeneuve-d’Ascq",
        "event_name": "Entretiens de l’Excellence de Lille", "event_hours": "13 h – 18 h",
        "numbers": {"pupils": 400, "speakers": 60, "rooms": 18}, "audience": "collégiens et lycéens de la métropole",
        "message": "Sur le conseil de Nadia : un amphithéâtre de quatre cents places et dix-huit salles, un samedi après-midi. Nos"
        " bénévoles tiennent l’accueil et la sécurité.",
    }, "Centrale Lille Institut", event_in=116, hour="20:05", steps=(
        approves(2, "Émilie Vanhoutte", word="Ils connaissent bien ce public, bonne idée."),
        notes_a_yes(4, "Oui pour un samedi hors vacances. Prévoir une visite des lieux."),
        tells(9, "ousmane", Result.MET, "Visite faite, convention d’accueil signée.", rooms=18),
        contact_tells(3, Result.MET, "Équipe sérieuse, nous sommes partants."),
    )),
    Story("camille", 148, {
        "need": VOLUNTEERS, "purpose": "find_speakers", "at": "31000", "town": "Toulouse",
        "event_name": "Atelier « Ingénieure : et pourquoi pas moi ? »", "event_hours": "14 h – 16 h",
        "numbers": {"speakers": 4, "pupils": 60}, "audience": "lycéennes et lycéens de seconde et première",
        "message": "Quatre ingénieures ou techniciennes pour raconter leur métier à soixante élèves : aéronautique, réseaux, production"
        " et données si possible. Deux heures sur place, trajet remboursé.",
    }, event_in=70, steps=(
        hands_over(1, "karim", "Karim connaît les tutrices de Caravelle Télécom."),
        approves(2, "Laurence Vidal", word="Je passe par la direction diversité, qui choisira les volontaires."),
        accepts(3, "", "Cinq collègues sont partantes, je vous donne leurs noms de vive voix.", phone=True),
        tells(10, "camille", Result.MET, "Quatre tutrices sont venues, les élèves ne voulaient plus partir.", speakers=4),
    )),
    Story("lucas", 140, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": HEAD, "at": "75016", "town": "Paris",
        "event_name": "Entretiens de l’Excellence de Paris", "event_hours": "13 h 15 – 18 h", "numbers": {"pupils": 45},
        "audience": "premières STI2D et leurs enseignants",
        "message": "Une place est réservée à quarante-cinq élèves de première et quatre enseignants de votre lycée. Le car est pris en"
        " charge, l’inscription se fait en une fois par le lycée.",
    }, "Lycée Germaine-Tillion", event_in=60, hour="22:10", steps=(
        approves(4, "Claire Vasseur"),
        accepts(2, "", "Très bien. Notre CPE vous rappelle pour le car."),
        tells(13, "lucas", Result.MET, "Quarante-deux élèves inscrits.", pupils=42),
    )),
    Story("camille", 133, {
        "need": VOLUNTEERS, "purpose": "student_witnesses", "at": "33600", "town": "Pessac",
        "event_name": "Entretiens de l’Excellence de Bordeaux", "numbers": {"speakers": 10}, "audience": "lycéens de voie technologique",
        "message": "Dix étudiantes et étudiants que vous accompagnez, pour dire que la prépa technologique est une voie qui marche. Train"
        " remboursé jusqu’à soixante euros.",
    }, event_in=45, steps=(withdraws(2, "camille", "La journée de Bordeaux est reportée à l’an prochain."),)),
    Story("lucas", 127, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": HEAD, "at": "95140", "town": "Garges-lès-Gonesse",
        "event_name": "Forum des métiers du Val-d’Oise", "numbers": {"pupils": 60}, "audience": "secondes",
        "message": "Un forum de vingt professionnels à Garges, ouvert à deux classes de seconde de votre lycée, un samedi matin.",
    }, "Lycée Paulette-Nardal", event_in=50, hour="19:45", steps=(approves(3, "Corinne Bastide"), objects(2))),
    Story("ousmane", 119, {
        "need": CORPORATE, "purpose": "patronage", "role_sought": CSR, "at": "59000", "town": "Lille",
        "event_name": "Entretiens de l’Excellence de Lille", "numbers": {}, "audience": "quatre cents élèves",
        "message": "Nous cherchons qui prendrait en charge les deux cars venus du bassin minier, soit mille deux cents euros.",
    }, event_in=80, steps=(
        points_at(2, "Solférino Assurances", "Leur mécénat couvre les Hauts-de-France et ils aiment financer du concret."),
        approves(1, "Sophie Adriaenssens"),
        refuses(6, "Notre budget mécénat est engagé jusqu’en décembre."),
    )),
    Story("soraya", 112, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": REFERENT, "at": "02000", "town": "Laon",
        "event_name": "Rencontre des parents d’élèves à Laon", "numbers": {"pupils": 30, "parents": 40},
        "audience": "terminales et leurs familles",
        "message": "Une soirée sur Parcoursup et le coût des études, avec des étudiants du département. Nous aimerions inviter trente"
        " terminales et leurs parents.",
    }, "Lycée professionnel Julie Daubié", event_in=55, weekday=True, steps=(approves(2, "Manuel Rossi"),)),
    Story("ousmane", 104, {
        "need": CORPORATE, "purpose": "find_speakers", "role_sought": SCHOOLS, "at": "31000", "town": "Toulouse",
        "event_name": "Atelier robotique", "numbers": {"speakers": 3, "pupils": 45}, "audience": "premières STI2D",
        "message": "Trois techniciens ou ingénieurs pour animer un atelier de robotique dans un lycée de Toulouse, un mercredi après-midi.",
    }, "Caravelle Télécom", event_in=60, weekday=True, hour="21:30"),
    Story("lucas", 97, {
        "need": CORPORATE, "purpose": "host_event", "role_sought": SCHOOLS, "at": "93200", "town": "Saint-Denis",
        "event_name": "Visite d’entreprise, classe de première", "numbers": {"pupils": 24}, "audience": "première STMG de Bobigny",
        "message": "Une heure et demie dans vos locaux pour vingt-quatre élèves qui n’ont jamais vu une entreprise du numérique.",
    }, "Atelier Numérique de la Plaine", event_in=40, weekday=True, steps=(
        asks(1, "Avec combien d’accompagnateurs, et le matin ou l’après-midi ?"),
        answers(1, "lucas", "Deux professeurs, plutôt un jeudi après-midi."),
        approves(2, "Yacine Belkacem"),
        accepts(3, "", "Avec plaisir, nous préparons une démonstration."),
        tells(11, "lucas", Result.MET, "Vingt-trois élèves, deux stages trouvés.", pupils=23),
    )),
    Story("soraya", 90, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": HEAD, "at": "02100", "town": "Saint-Quentin",
        "event_name": "Réunion des bénévoles de l’Aisne", "numbers": {"rooms": 1}, "audience": "bénévoles",
        "message": "Une salle pour trente bénévoles, un mercredi soir, afin de préparer la première édition de Saint-Quentin.",
    }, "Lycée Condorcet", event_in=20, weekday=True, steps=(
        declines(1, "too_short", "Trois semaines ne suffisent pas pour la commission de sécurité du lycée."),
        reopens(2),
        approves(0, "Michel Fontaine", over="Le proviseur nous a lui-même proposé sa salle hier.", hour="10:40"),
        accepts(1, "", "La salle B12 est libre."),
        tells(14, "soraya", Result.MET, "Vingt-six bénévoles.", rooms=1),
    )),
    Story("lucas", 84, {
        "need": CORPORATE, "purpose": "recruit_tutors", "role_sought": CSR, "at": "77000", "town": "Melun",
        "event_name": "Ateliers CV du jeudi", "numbers": {"tutors": 5}, "audience": "terminales professionnelles",
        "message": "Cinq salariés une heure par mois, pour relire des CV avec des élèves de terminale professionnelle de Melun.",
    }, "Horlogerie Vauclair", steps=(
        approves(5, "Étienne Lacroix"),
        accepts(4, "", "Cela nous intéresse, appelez-moi."),
        tells(12, "lucas", Result.NOT_RELEVANT, "Le lycée a finalement ses propres parrains."),
    )),
    Story("camille", 78, {
        "need": ACADEMIC, "purpose": "student_witnesses", "role_sought": SOCIAL, "at": "72000", "town": "Le Mans",
        "event_name": "Entretiens de l’Excellence du Mans", "numbers": {"speakers": 8}, "audience": "lycéens de la Sarthe",
        "message": "Huit étudiantes et étudiants pour animer l’atelier « Ma première année à l’université », un samedi après-midi.",
    }, "Le Mans Université", event_in=45, steps=(
        approves(3, "Nathalie Ziani", directly=True, word="Elle a donné son accord d’avance : la mise en relation part aussitôt."),
        tells(11, "camille", Result.MET, "Neuf volontaires.", speakers=9),
    )),
    Story("ousmane", 72, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": REFERENT, "at": "59450", "town": "Sin-le-Noble",
        "event_name": "Cordées du Douaisis", "numbers": {"pupils": 35}, "audience": "secondes",
        "message": "Inviter trente-cinq élèves de seconde à la journée de lancement, avec le car pris en charge par la région.",
    }, "Lycée Arthur Rimbaud", event_in=38, steps=(approves(1, "Khadija Khelifi"), accepts(3, "", "D’accord."))),
    Story("lucas", 65, {
        "need": CORPORATE, "purpose": "patronage", "role_sought": CSR, "at": "75009", "town": "Paris",
        "event_name": "Bourse aux ordinateurs", "numbers": {}, "audience": "cent lycéens",
        "message": "Nous cherchons cent ordinateurs reconditionnés pour des lycéens qui préparent des concours.",
    }, steps=(declines(4, "outside_network", "Aucun de nos partenaires ne fait de dons de matériel. Voyez plutôt avec votre région."),)),
    Story("lucas", 58, {
        "need": CORPORATE, "purpose": "find_speakers", "role_sought": SCHOOLS, "at": "69007", "town": "Lyon",
        "event_name": "Table ronde « Femmes et sciences »", "numbers": {"speakers": 2, "pupils": 50}, "audience": "premières et terminales",
        "message": "Deux chercheuses pour une table ronde d’une heure devant cinquante lycéennes, à Lyon.",
    }, "Laboratoires Hélicée", event_in=30, steps=(
        approves(2, "Agathe Périer"), withdraws(3, "lucas", "La table ronde est annulée, la salle n’est plus disponible."),
    )),
]  # fmt: skip

OPEN = [
    Story("soraya", 40, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": HEAD, "at": "02100", "town": "Saint-Quentin",
        "event_name": "Entretiens de l’Excellence de Saint-Quentin, 2e édition", "numbers": {"pupils": 30}, "audience": "terminales professionnelles",
        "message": "Après la première édition, nous aimerions inviter aussi les élèves de la voie professionnelle.",
    }, "Lycée professionnel Condorcet", event_in=190, steps=(
        parks(2, 75, "Attendre la signature de la nouvelle convention avec le lycée."),
    )),
    Story("ousmane", 36, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": SOCIAL, "at": "59500", "town": "Douai",
        "event_name": "Ateliers d’orientation de Douai", "numbers": {"pupils": 120, "rooms": 6}, "audience": "troisièmes et secondes",
        "message": "Six salles et un amphithéâtre pour cent vingt élèves du Douaisis, un samedi matin.",
    }, "IUT de la Scarpe", event_in=150, steps=(
        approves(3, "Nathalie Crombez"), postpones(2, 96, "Le planning des salles n’est fixé qu’au prochain semestre."),
    )),
    Story("lucas", 26, {
        "need": ACADEMIC, "purpose": "find_speakers", "role_sought": REFERENT, "at": "95200", "town": "Sarcelles",
        "event_name": "Atelier CV au lycée Germaine-Tillion", "numbers": {"pupils": 28}, "audience": "première professionnelle",
        "message": "Un atelier CV de deux heures avec trois recruteurs, sur place, pour une classe de première professionnelle.",
    }, "Lycée Germaine-Tillion", event_in=22, weekday=True, hour="20:40", steps=(
        approves(2, "Bakary Diallo"), accepts(2, "", "Très bonne idée, la salle polyvalente est libre le vendredi.", phone=True),
    )),
    Story("soraya", 12, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": HEAD, "at": "02000", "town": "Laon",
        "event_name": "Forum des études de l’Aisne", "numbers": {"pupils": 60}, "audience": "terminales",
        "message": "Un forum où d’anciens élèves du département racontent leurs études. Soixante places pour vos terminales.",
    }, "Lycée polyvalent Pierre Méchain", event_in=75, working=True, steps=(
        approves(3, "Gwenaël Sánchez"), accepts(4, "", "Nous viendrons avec deux classes.")),
    ),
    Story("camille", 9, {
        "need": CORPORATE, "purpose": "joint_work", "role_sought": CSR, "at": "75009", "town": "Paris",
        "event_name": "Guide « Financer ses études »", "numbers": {}, "audience": "familles de six villes",
        "message": "Relire le chapitre sur les bourses et les prêts étudiants de notre guide commun, tiré à trois mille exemplaires.",
    }, "Solférino Assurances", working=True, event_in=100, weekday=True, steps=(
        approves(4, "Sophie Adriaenssens", over="C’est un travail commun aux deux associations, pas une sollicitation de plus."),
    )),
    Story("lucas", 11, {
        "need": CORPORATE, "purpose": "host_event", "role_sought": SCHOOLS, "at": "93200", "town": "Saint-Denis",
        "event_name": "Stage d’observation de seconde", "numbers": {"pupils": 6}, "audience": "secondes de Saint-Denis",
        "message": "Six élèves de seconde cherchent où passer deux semaines d’observation dans un métier du numérique.",
    }, "Atelier Numérique de la Plaine", working=True, event_in=120, weekday=True, steps=(
        approves(3, "Yacine Belkacem"),
        suggests(2, "Inès", "Carpentier", "responsable des stages", "ines.carpentier@atelier-numerique-de-la-plaine.example"),
    )),
    Story("lucas", 6, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": REFERENT, "at": "93000", "town": "Bobigny",
        "event_name": "Jury d’oral blanc", "numbers": {"pupils": 40}, "audience": "terminales professionnelles",
        "message": "Des professionnels viennent écouter vos élèves avant l’oral et leur disent ce qu’un jury attend.",
    }, "Lycée professionnel Alfred Costes", working=True, event_in=70, weekday=True, steps=(
        asks(2, "Combien de jurys faut-il, et sur quelle demi-journée ?", hour="11:30"),
    )),
    Story("lucas", 4, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": SOCIAL, "at": "93430", "town": "Villetaneuse",
        "event_name": "Visite du campus", "numbers": {"pupils": 50}, "audience": "premières de Seine-Saint-Denis",
        "message": "Une demi-journée sur le campus pour cinquante élèves de première : un cours, la bibliothèque, un échange avec des étudiants.",
    }, "Université Sorbonne Paris Nord", working=True, event_in=80, weekday=True, steps=(
        asks(1, "Pour quelle filière ? Je ne veux pas déranger la mauvaise personne.", hour="16:05"),
    )),
    Story("ousmane", 7, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": HEAD, "at": "59100", "town": "Roubaix",
        "event_name": "Session de printemps de Roubaix", "numbers": {"pupils": 180, "rooms": 10}, "audience": "collégiens et lycéens",
        "message": "Dix salles et la cour, un samedi après-midi, pour cent quatre-vingts élèves du quartier et leurs parents.",
    }, "Lycée Olympe-de-Gouges", working=True, event_in=85, hour="17:50"),
    Story("lucas", 5, {
        "need": CORPORATE, "purpose": "find_speakers", "role_sought": CSR, "at": "95200", "town": "Sarcelles",
        "event_name": "Atelier « Oser les métiers de l’énergie »", "event_hours": "10 h – 12 h", "numbers": {"pupils": 28, "speakers": 2},
        "audience": "premières de Sarcelles et de Garges",
        "message": "Nous cherchons deux ingénieures ou techniciennes prêtes à raconter leur parcours pendant une heure à 28 élèves de"
        " première venus de Sarcelles et de Garges.",
    }, "Méridiane Énergie", working=True, event_in=32),
    Story("lucas", 2, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": HEAD, "at": "95200", "town": "Sarcelles",
        "event_name": "Présentation des filières aux premières", "numbers": {"pupils": 90}, "audience": "trois classes de première",
        "message": "D’anciens élèves du Val-d’Oise, aujourd’hui en école ou à l’université, viennent répondre à vos premières pendant une heure.",
    }, "Lycée Germaine-Tillion", working=True, event_in=45, weekday=True, hour="21:15"),
    Story("camille", 1, {
        "need": CORPORATE, "purpose": "host_event", "role_sought": SCHOOLS, "at": "69007", "town": "Lyon",
        "event_name": "Visite de laboratoire", "numbers": {"pupils": 25}, "audience": "terminales STL",
        "message": "Une visite de deux heures pour vingt-cinq élèves de terminale STL qui hésitent à poursuivre dans la recherche.",
    }, "Laboratoires Hélicée", working=True, event_in=60, weekday=True, hour="17:35"),
    Story("ousmane", 1, {
        "need": CORPORATE, "purpose": "recruit_tutors", "role_sought": SCHOOLS, "at": "31000", "town": "Toulouse",
        "event_name": "Jury d’oral blanc de Toulouse", "numbers": {"speakers": 6}, "audience": "terminales",
        "message": "Six personnes pour écouter des élèves de terminale pendant une matinée, avant leur grand oral.",
    }, "Caravelle Télécom", working=True, event_in=65, hour="18:45"),
    Story("lucas", 1, {
        "need": ACADEMIC, "purpose": "new_town", "role_sought": REFERENT, "at": "77100", "town": "Meaux",
        "event_name": "Entretiens de l’Excellence, ouverture de Meaux", "numbers": {"pupils": 200, "speakers": 30},
        "audience": "de la 4e à la terminale",
        "message": "Nous voulons ouvrir Meaux l’an prochain et ne connaissons encore aucun lycée là-bas. Deux ou trois contacts suffiraient.",
    }, working=True, event_in=200, hour="22:05"),
    Story("lucas", 3, {
        "need": CORPORATE, "purpose": "patronage", "at": "95000", "town": "Cergy", "event_name": "Goûter des bénévoles",
        "message": "Un coup de pouce pour le goûter de fin d’année.",
    }, working=True, submitted=False),
]  # fmt: skip
