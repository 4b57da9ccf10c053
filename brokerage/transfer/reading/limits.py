"""How much of a file we agree to read. A workbook of a few kilobytes can unfold into the memory of a whole machine."""

from brokerage.errors import N_

BYTES = 5_000_000
ROWS = 20_000
COLUMNS = 60
ZIP_ENTRIES = 200
UNPACKED_BYTES = 50_000_000
ZIP_RATIO = 100
SECONDS = 30  # to open a workbook
ALL_SECONDS = 90  # to read a file and understand every row of it
MEMORY_BYTES = 1_500_000_000

EMPTY = N_("Ce fichier est vide.")
TOO_HEAVY = N_("Ce fichier dépasse 5 Mo. Découpez-le ou retirez-en les images.")
TOO_LONG = N_("Ce fichier a plus de 20 000 lignes. Découpez-le en plusieurs fichiers.")
TOO_WIDE = N_("Ce fichier a plus de 60 colonnes. Retirez celles qui ne servent pas.")
DENSE = N_("Ce classeur se déplie en un volume anormal ; par prudence, il n'est pas ouvert.")
DAMAGED = N_("Ce classeur est abîmé : il ne s'ouvre pas. Enregistrez-le à nouveau en .xlsx, puis recommencez.")
LOCKED = N_("Ce classeur est protégé par un mot de passe, ou dans l'ancien format .xls. Enregistrez-le en .xlsx.")
NOT_A_TABLE = N_("Ce fichier n'est pas un tableau. Formats acceptés : .xlsx, .ods, .csv, .tsv et .txt.")
TOO_SLOW = N_("Ce classeur est trop complexe pour être lu. Copiez ses lignes dans un classeur neuf.")
