"""Invented people, companies and remarks: drawn from here by chance, always the same chance."""

WOMEN = (
    "Adèle Agathe Aïcha Alice Aminata Anaïs Assia Aurélie Bénédicte Camille Carole Céline Chloé Claire Corinne Delphine Djamila"
    " Élodie Élise Emma Estelle Fabienne Fatou Florence Gaëlle Hanane Hélène Inès Isabelle Jeanne Joëlle Julie Karine Khadija"
    " Laetitia Laure Leïla Linh Louise Lucie Maëlle Magali Marianne Mariam Mathilde Mélanie Mireille Nadège Naïma Nathalie"
    " Noémie Odile Ophélie Pauline Rachida Sabrina Salimata Sandrine Solène Sophie Sylvie Valérie Yasmina Zoé"
).split()
MEN = (
    "Abdou Adrien Alain Alexandre Amine Antoine Arnaud Bakary Baptiste Bruno Cédric Christophe Daniel David Denis Driss Émile"
    " Éric Fabrice Farid Florian François Frédéric Gaël Gilles Guillaume Hakim Hervé Hugo Idriss Jacques Jean-Luc Jérémy"
    " Jonathan Julien Kevin Laurent Loïc Mamadou Marc Mathieu Mehdi Michel Moussa Nassim Nicolas Olivier Pascal Patrick Philippe"
    " Quentin Rachid Régis Romain Samuel Sébastien Stéphane Sylvain Thierry Thomas Vincent Walid Xavier Yann Youssef"
).split()
LAST = (
    "Abadie Achour Allard Amsellem Arnal Aubin Ba Bakhti Barbier Barry Bazin Belaïd Benoist Berger Besson Blin Bonnet Bouchard"
    " Boulanger Bourdon Bréhier Camara Carlier Caron Chabert Chauvin Cissé Coste Courtin Daoud Delannoy Delattre Demba Derrien"
    " Diallo Dubreuil Dumas Duvivier Esnault Fabre Faure Ferrer Fofana Fournel Gaillard Garnier Giraud Gosselin Grandin Guérin"
    " Guichard Haddad Hamel Hébert Henry Huet Jacquet Joly Keller Kone Lacombe Lambert Langlois Laroche Leclerc Lefranc Legrand"
    " Lemaire Leroux Loiseau Lopes Maillard Mallet Marchal Marty Masson Mekki Mercier Meunier Millet Monnier Moulin Nguyen Noël"
    " Ollivier Ouattara Paris Pelletier Perrot Pham Picard Pinto Poirier Prigent Rahmani Renard Ribeiro Rivière Roche Rolland"
    " Rousselet Sabatier Saïdi Salmon Sanchez Sarr Schneider Sow Tessier Thibault Toumi Traoré Vallet Vasseur Verdier Vidal"
    " Weber Zerbib"
).split()

FIRST_WORDS = (
    "Aubépine Bastion Belvédère Calanque Carillon Cascade Corail Cormoran Courlis Dolmen Églantine Embellie Escale Estuaire"
    " Faisceau Galerne Garrigue Genévrier Glacis Hirondelle Horizon Jasmin Lanterne Levant Lisière Mascaret Mistral Nacelle"
    " Octave Ondine Passereau Perspective Polder Prairial Rivage Romarin Sarment Sillage Tilleul Traverse Vigie Voltige"
).split()
TRADES = {
    "Assurances": "65.12Z", "Aéronautique": "30.30Z", "Bâtiment": "41.20B", "Conseil": "70.22Z", "Énergie": "35.11Z",
    "Hôtellerie": "55.10Z", "Ingénierie": "71.12B", "Logistique": "52.29B", "Mutuelle": "65.12Z", "Numérique": "62.02A",
    "Réseaux": "61.10Z", "Santé": "86.10Z", "Transports": "49.41A",
}  # fmt: skip
SIZES = (("PME", "50-249"), ("ETI", "250-4999"), ("GE", "> 5000"))
TOWNS = (
    ("75009", "Paris"), ("92400", "Courbevoie"), ("93200", "Saint-Denis"), ("94000", "Créteil"), ("95000", "Cergy"),
    ("78000", "Versailles"), ("91000", "Évry-Courcouronnes"), ("77000", "Melun"), ("59000", "Lille"), ("59100", "Roubaix"),
    ("02100", "Saint-Quentin"), ("60200", "Compiègne"), ("72000", "Le Mans"), ("44000", "Nantes"), ("49000", "Angers"),
    ("35000", "Rennes"), ("45000", "Orléans"), ("28100", "Dreux"), ("33000", "Bordeaux"), ("31000", "Toulouse"),
    ("13002", "Marseille"), ("69003", "Lyon"), ("67000", "Strasbourg"), ("97420", "Le Port"), ("97400", "Saint-Denis"),
    ("97110", "Pointe-à-Pitre"),
)  # fmt: skip

# title of a woman, title of a man, role
AT_SCHOOL = (
    ("proviseure", "proviseur", "head"),
    ("proviseure adjointe", "proviseur adjoint", "other"),
    ("professeure référente Cordées", "professeur référent Cordées", "referent"),
    ("professeure référente orientation", "professeur référent orientation", "referent"),
    ("CPE, référente égalité", "CPE, référent égalité", "referent"),
    ("professeure documentaliste", "professeur documentaliste", "other"),
)
AT_COMPANY = (
    ("responsable RSE", "responsable RSE", "diversity_csr"),
    ("responsable diversité et inclusion", "responsable diversité et inclusion", "diversity_csr"),
    ("chargée de mécénat", "chargé de mécénat", "diversity_csr"),
    ("responsable des relations écoles", "responsable des relations écoles", "school_relations"),
    ("directrice des ressources humaines", "directeur des ressources humaines", "other"),
)
SCHOOL_NOTES = (
    "Préfère un e-mail court, avec la date et le nombre de places dès la première ligne.",
    "Le secrétariat transmet bien : passer par lui en période d’examens.",
    "A accueilli une demi-journée d’ateliers l’an dernier, salle polyvalente de 120 places.",
    "Les sorties du samedi demandent six semaines : autorisations et car.",
    "Équipe très motivée, à remercier après chaque journée.",
    "Demande un interlocuteur unique pour toutes les associations.",
    "Réunion de bilan faite au lycée, partants pour recommencer.",
)
COMPANY_NOTES = (
    "Comité mécénat en mars et en octobre : déposer le dossier un mois avant.",
    "Douze collaboratrices volontaires pour intervenir, plutôt le vendredi.",
    "Peut prêter une salle de 60 places au siège, badge à demander la veille.",
    "Préfère un appel de dix minutes à un long dossier.",
    "A financé le car de la journée de l’an dernier.",
    "Souhaite un retour chiffré après chaque action.",
)
SCHOOL_TAGS = ("Cordées", "REP+", "Internat", "STI2D", "STMG", "Voie pro", "Rural", "Quartier prioritaire")
COMPANY_TAGS = ("Tutorat", "Intervenants", "Mécénat", "Visites", "Salle", "Stages")
