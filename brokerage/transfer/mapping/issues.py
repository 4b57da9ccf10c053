"""What the preview says about a cell that could not be taken as it stood."""

from brokerage.errors import N_

_SENTENCES = {
    "uai_normalized": N_("L'UAI a été remis en forme."),
    "uai_letter_computed": N_("La lettre de l'UAI manquait : elle a été calculée. À confirmer."),
    "uai_in_name": N_("L'UAI a été lu dans le nom."),
    "uai_invalid": N_("Cet UAI n'existe pas : la lettre ne correspond pas aux chiffres."),
    "uai_missing": N_("L'UAI manque."),
    "uai_elsewhere": N_("D'après l'annuaire, cet UAI est celui d'un établissement d'un autre département."),
    "siret_invalid": N_("Ce SIRET est faux : sa clé ne correspond pas, ou il manque des chiffres."),
    "siret_scientific": N_("Le tableur a perdu les chiffres de ce SIRET."),
    "siret_leading_zero_lost": N_("Le zéro perdu au début du SIRET a été remis."),
    "siret_missing": N_("Le SIRET manque."),
    "siren_only": N_("Il n'y a que le SIREN : l'établissement n'est pas précisé."),
    "siren_invalid": N_("Ce SIREN est faux : sa clé ne correspond pas."),
    "siren_scientific": N_("Le tableur a perdu les chiffres de ce SIREN."),
    "siren_leading_zero_lost": N_("Le zéro perdu au début du SIREN a été remis."),
    "vat_number": N_("Le SIREN a été lu dans le numéro de TVA."),
    "vat_invalid": N_("Ce numéro de TVA est faux."),
    "naf_invalid": N_("Ce code NAF n'a pas la forme attendue (62.02A)."),
    "postcode_invalid": N_("Ce code postal n'a pas cinq chiffres."),
    "postcode_missing": N_("Le code postal manque."),
    "postcode_leading_zero_lost": N_("Le zéro perdu au début du code postal a été remis."),
    "postcode_normalized": N_("Le code postal a été remis en forme."),
    "postcode_in_city": N_("Le code postal a été lu dans la ville."),
    "postcode_in_address": N_("Le code postal a été lu dans l'adresse."),
    "city_cedex": N_("La mention CEDEX a été retirée de la ville."),
    "city_missing": N_("La ville manque."),
    "city_from_reference": N_("La ville a été déduite de l'UAI ou du code postal."),
    "name_missing": N_("Le nom de l'organisation manque."),
    "name_from_directory": N_("Le nom a été repris de l'annuaire, d'après l'UAI."),
    "organisation_from_above": N_("L'organisation est celle de la ligne au-dessus."),
    "two_contacts_one_cell": N_("Il y avait plusieurs personnes dans une cellule : elles ont été séparées."),
    "email_invalid": N_("Cette adresse e-mail est mal formée."),
    "email_suspect_tld": N_("La fin de cette adresse e-mail semble mal tapée."),
    "email_normalized": N_("L'adresse e-mail a été remise en forme."),
    "email_missing": N_("L'adresse e-mail manque."),
    "email_elsewhere": N_("L'adresse e-mail a été trouvée dans une autre colonne."),
    "phone_invalid": N_("Ce numéro de téléphone ne peut pas être composé."),
    "phone_extension": N_("Le numéro de poste n'est pas conservé."),
    "phone_leading_zero_lost": N_("Le zéro perdu au début du téléphone a été remis."),
    "date_invalid": N_("Cette date n'existe pas."),
    "date_missing": N_("La date n'est pas connue."),
    "date_no_year": N_("Cette date n'a pas d'année."),
    "date_month_only": N_("La date n'est connue qu'au mois près."),
    "date_year_only": N_("La date n'est connue qu'à l'année près."),
    "date_serial": N_("La date était écrite comme un nombre de tableur."),
    "amount_unclear": N_("Ce montant ne se laisse pas lire."),
    "share_unclear": N_("L'accord pour partager n'est pas clair : il sera demandé."),
    "opposition_found": N_("Une opposition a été trouvée : cette personne ne sera plus contactée."),
    "extra_columns": N_("Cette ligne a plus de cellules que l'en-tête."),
    "columns_realigned": N_("Un séparateur en trop décalait cette ligne : elle a été réalignée."),
    "missing_columns": N_("Cette ligne a moins de cellules que l'en-tête."),
    "contact_unavailable": N_("Ce contact ne peut pas être sollicité."),
    "formula_in_cell": N_("Une formule a été trouvée : elle n'est pas exécutée."),
    "minor_data": N_(
        "Cette remarque semble parler d'un élève : elle ne doit pas être conservée telle quelle."
    ),
    "sensitive_data": N_("Cette remarque semble parler de santé ou d'autres données sensibles."),
    "same_name_unclear": N_(
        "Plusieurs organisations du fichier portent ce nom dans cette ville : à vérifier."
    ),
}


def sentence_of(code: str, detail: str = "") -> str:
    """The French sentence of an issue, with what was typed or is proposed behind it."""
    return f"{_SENTENCES[code]} ({detail})" if detail else _SENTENCES[code]
