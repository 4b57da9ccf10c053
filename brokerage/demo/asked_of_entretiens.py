"""What Passeport Avenir asked of Les Entretiens in half a year, after the user stories of the field report."""

from brokerage.demo.stage import Story
from brokerage.demo.steps import (
    accepts,
    answers,
    approves,
    asks,
    declines,
    introduces,
    notes_a_yes,
    parks,
    postpones,
    refuses,
    tells,
)
from brokerage.introductions.models import Need, Result
from brokerage.partners.models import ContactRole

ACADEMIC, CORPORATE = Need.ACADEMIC, Need.CORPORATE
HEAD, REFERENT, SOCIAL, CSR, SCHOOLS = (
    ContactRole.HEAD,
    ContactRole.REFERENT,
    ContactRole.SOCIAL_OPENING,
    ContactRole.DIVERSITY_CSR,
    ContactRole.SCHOOL_RELATIONS,
)

OVER = [
    Story("benoit", 162, {
        "need": CORPORATE, "purpose": "recruit_tutors", "role_sought": CSR, "at": "72000", "town": "Le Mans",
        "event_name": "Tutorat de la prépa TSI du lycée Touchard-Washington", "numbers": {"tutors": 12},
        "audience": "étudiantes et étudiants de prépa technologique",
        "message": "Douze tutrices et tuteurs, dont au moins cinq femmes, trois heures par mois d’octobre à juin. Nous les formons en deux"
        " jours et vous remettons un bilan chaque année.",
    }, "Valmont Assurances", hour="19:30", steps=(
        asks(2, "Faut-il travailler au Mans même, ou le site d’Angers convient-il aussi ?"),
        answers(1, "benoit", "Au Mans de préférence : les étudiants viennent à pied."),
        approves(1, "Delphine Rocher", word="Ils ont envoyé quatre intervenants à notre journée, très bons souvenirs."),
        accepts(4, "", "Le comité de direction est d’accord. Parlons du calendrier.", phone=True),
        introduces(1),
        tells(12, "benoit", Result.MET, "Huit tuteurs engagés, dont quatre femmes.", tutors=8),
    )),
    Story("jerome", 150, {
        "need": ACADEMIC, "purpose": "new_town", "role_sought": HEAD, "at": "97420", "town": "Le Port",
        "event_name": "Ouverture du programme à La Réunion", "numbers": {"pupils": 60}, "audience": "premières technologiques",
        "message": "Nous ouvrons un programme d’ateliers à La Réunion et serons sur place une semaine. Une heure avec vous nous aiderait à bien"
        " commencer.",
    }, "Lycée polyvalent Jean Hinglo", event_in=60, weekday=True, hour="15:10", steps=(
        approves(3, "Marie-Annick Grondin"),
        accepts(2, "", "Bienvenue ! Le mardi me convient.", phone=True, hour="06:40"),
        introduces(1),
        tells(13, "jerome", Result.MET, "Deux ateliers programmés, la proviseure nous présente ses collègues.", pupils=60),
    )),
    Story("thi_mai", 128, {
        "need": ACADEMIC, "purpose": "student_witnesses", "role_sought": SOCIAL, "at": "69002", "town": "Lyon",
        "event_name": "Atelier d’orientation « Un an après »", "numbers": {"speakers": 6, "pupils": 40}, "audience": "terminales",
        "message": "Six étudiantes et étudiants de licence pour raconter leur première année à des terminales que nous suivons.",
    }, "Université Rhône-Confluence", event_in=50, weekday=True, steps=(
        approves(2, "Rachid Amrani"),
        accepts(2, "", "Cela rejoint nos Cordées, avec plaisir."),
        introduces(1),
        tells(11, "thi_mai", Result.MET, "Très bon échange, deux dates retenues pour les ateliers.", speakers=6),
    )),
    Story("karim", 116, {
        "need": CORPORATE, "purpose": "patronage", "role_sought": CSR, "at": "13002", "town": "Marseille",
        "event_name": "Aide aux frais de concours", "numbers": {}, "audience": "étudiants de prépa",
        "message": "Vingt étudiants de prépa renoncent à des concours faute de pouvoir payer les frais. Un soutien de trois mille euros y suffirait.",
    }, "Groupe Santé Estérel", steps=(
        approves(3, "Romain Giordano"), refuses(4, "Nous ne finançons plus que des projets de santé."),
    )),
    Story("benoit", 101, {
        "need": CORPORATE, "purpose": "recruit_tutors", "role_sought": CSR, "at": "44000", "town": "Nantes",
        "event_name": "Tutorat à Nantes", "numbers": {"tutors": 4}, "audience": "étudiants d’écoles d’ingénieurs",
        "message": "Quatre consultantes ou consultants pour accompagner des étudiants d’écoles d’ingénieurs, trois heures par mois.",
    }, "Cabinet Ferrand Conseil", steps=(
        approves(2, "Olivier Ferrand"), notes_a_yes(3, "Trois personnes volontaires dès maintenant."), introduces(0, hour="17:20"),
        tells(12, "benoit", Result.MET, "Trois tuteurs ont commencé.", tutors=3),
    )),
    Story("thi_mai", 94, {
        "need": ACADEMIC, "purpose": "joint_work", "role_sought": HEAD, "at": "28100", "town": "Dreux",
        "event_name": "Guide « Financer ses études »", "numbers": {}, "audience": "familles",
        "message": "Faire relire par des parents de votre lycée les pages du guide qui leur sont destinées.",
    }, "Lycée Rotrou", steps=(
        declines(3, "consolidate_first", "Le lycée change de direction cet été : laissons la nouvelle équipe s’installer.", "Isabelle Morand part en juillet."),
    )),
    Story("thi_mai", 87, {
        "need": CORPORATE, "purpose": "host_event", "role_sought": SCHOOLS, "at": "60200", "town": "Compiègne",
        "event_name": "Visite d’usine", "numbers": {"pupils": 20}, "audience": "BTS",
        "message": "Une visite d’atelier pour vingt étudiants de BTS qui découvrent l’industrie du papier.",
    }, "Papeteries de l’Oise", steps=(approves(2, "Nadège Wallet"),)),
    Story("jerome", 70, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": SOCIAL, "at": "97400", "town": "Saint-Denis",
        "event_name": "Journée des prépas technologiques", "numbers": {"pupils": 80, "rooms": 3}, "audience": "premières et terminales",
        "message": "Trois salles de l’université pour réunir quatre-vingts élèves de lycées technologiques de l’île, une matinée.",
    }, "Université de La Réunion", event_in=65, weekday=True, steps=(
        approves(4, "Stéphanie Técher"), accepts(3, "", "L’université peut prêter un amphithéâtre.", hour="06:55"), introduces(1),
        tells(10, "jerome", Result.NO_ANSWER, "Deux messages sans réponse, je rappelle à la rentrée."),
    )),
]  # fmt: skip

OPEN = [
    Story("benoit", 45, {
        "need": ACADEMIC, "purpose": "invite_pupils", "role_sought": HEAD, "at": "28100", "town": "Dreux",
        "event_name": "Atelier « filières d’excellence »", "numbers": {"pupils": 35}, "audience": "terminales technologiques",
        "message": "Un atelier d’une heure et demie pour vos terminales, avec deux étudiants d’écoles d’ingénieurs.",
    }, "Lycée Rotrou", event_in=170, weekday=True, steps=(parks(3, 80, "Nouvelle direction à la rentrée."),)),
    Story("thi_mai", 33, {
        "need": CORPORATE, "purpose": "find_speakers", "role_sought": CSR, "at": "33000", "town": "Bordeaux",
        "event_name": "Visite du dépôt et métiers de la maintenance", "numbers": {"speakers": 3, "pupils": 30}, "audience": "premières STI2D",
        "message": "Trois métiers racontés sur place à trente élèves, puis une visite du dépôt si la sécurité le permet.",
    }, "Transports de la Garonne", event_in=150, weekday=True, steps=(
        approves(2, "Maud Lartigue"), postpones(3, 110, "Volontiers, mais après notre changement d’horaires."),
    )),
    Story("thi_mai", 9, {
        "need": ACADEMIC, "purpose": "host_event", "role_sought": SOCIAL, "at": "93430", "town": "Villetaneuse",
        "event_name": "Visite du campus", "numbers": {"pupils": 30}, "audience": "étudiants de BTS",
        "message": "Une après-midi sur le campus pour trente étudiants de BTS qui pensent à une licence professionnelle.",
    }, "Université de la Plaine-Nord", working=True, event_in=60, weekday=True, steps=(
        approves(3, "Karim Aït-Saïd"), accepts(3, "", "Entendu. Je vous propose un mercredi."),
    )),
    Story("karim", 16, {
        "need": ACADEMIC, "purpose": "student_witnesses", "role_sought": SOCIAL, "at": "69002", "town": "Lyon",
        "event_name": "Soirée des tutrices et tuteurs", "numbers": {"speakers": 2}, "audience": "tuteurs d’entreprises",
        "message": "Deux étudiants pour ouvrir la soirée des tuteurs par le récit de leur parcours.",
    }, "Université Rhône-Confluence", working=True, event_in=40, weekday=True, steps=(
        approves(3, "Maud Perrier"), accepts(4, "", "Deux noms vous attendent."), introduces(1),
    )),
    Story("thi_mai", 5, {
        "need": CORPORATE, "purpose": "recruit_tutors", "role_sought": SCHOOLS, "at": "35000", "town": "Rennes",
        "event_name": "Tutorat à distance", "numbers": {"tutors": 3}, "audience": "prépa ATS",
        "message": "Trois développeuses ou développeurs pour accompagner à distance des étudiants de prépa ATS.",
    }, "Atelier Numérique Armor", working=True, steps=(asks(1, "À distance tout le temps, ou avec une rencontre au début ?", hour="12:20"),)),
    Story("benoit", 5, {
        "need": ACADEMIC, "purpose": "recruit_tutors", "role_sought": REFERENT, "at": "72000", "town": "Le Mans",
        "event_name": "Repérage des candidats de la prépa TSI", "numbers": {"pupils": 15}, "audience": "terminales STI2D",
        "message": "Rencontrer le professeur référent pour repérer les élèves que le tutorat aiderait à oser la prépa.",
    }, "Lycée polyvalent Touchard-Washington", working=True, hour="18:05"),
    Story("karim", 3, {
        "need": CORPORATE, "purpose": "patronage", "role_sought": CSR, "at": "75008", "town": "Paris",
        "event_name": "Fonds d’aide aux concours", "numbers": {}, "audience": "étudiants boursiers",
        "message": "Présenter à votre fondation le fonds qui paie les frais de concours et de logement des étudiants boursiers.",
    }, "Fondation Horizon Large", working=True, hour="16:30"),
    Story("jerome", 1, {
        "need": CORPORATE, "purpose": "patronage", "role_sought": CSR, "at": "97400", "town": "Saint-Denis",
        "event_name": "Voyage d’étude en métropole", "numbers": {"pupils": 12}, "audience": "lauréats de l’île",
        "message": "Douze lycéens de l’île visitent trois écoles de métropole. Nous cherchons qui financerait une partie des billets.",
    }, "Banque de l’Océan", working=True, event_in=120, weekday=True, hour="14:25"),
    Story("jerome", 4, {
        "need": ACADEMIC, "purpose": "invite_pupils", "at": "97420", "town": "Le Port", "event_name": "Atelier d’anglais",
        "message": "À compléter avec les dates du lycée.",
    }, working=True, submitted=False),
]  # fmt: skip
