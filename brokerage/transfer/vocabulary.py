"""The words associations put above their columns, and the field each one means."""

import re
from functools import lru_cache

from brokerage.errors import N_
from brokerage.reference.folding import folded

LABELS = {
    "ref": N_("Numéro de ligne ou référence"),
    "name": N_("Nom de l'organisation"),
    "kind": N_("Type d'organisation"),
    "uai": N_("UAI (ex-RNE)"),
    "siret": N_("SIRET ou SIREN"),
    "siren": N_("SIREN"),
    "vat": N_("Numéro de TVA"),
    "naf": N_("Code NAF"),
    "headcount": N_("Effectif"),
    "address": N_("Adresse"),
    "postcode": N_("Code postal"),
    "town": N_("Ville"),
    "region": N_("Région, académie ou département"),
    "website": N_("Site internet"),
    "contact": N_("Contact (nom complet)"),
    "last_name": N_("Nom du contact"),
    "first_name": N_("Prénom du contact"),
    "civility": N_("Civilité"),
    "role": N_("Fonction"),
    "email": N_("E-mail"),
    "phone": N_("Téléphone"),
    "mobile": N_("Portable"),
    "first_contact": N_("Premier contact (date)"),
    "last_contact": N_("Dernier contact (date)"),
    "agreement_date": N_("Convention signée le"),
    "amount": N_("Montant"),
    "status": N_("Statut"),
    "share": N_("Accord pour partager"),
    "opposition": N_("Ne plus contacter"),
    "remarks": N_("Remarques"),
    "owner": N_("Suivi par"),
    "tags": N_("Étiquettes"),
    "other": N_("Autre information"),
    "ignore": N_("Ne pas importer"),
}
CONTACT_FIELDS = ("contact", "last_name", "first_name", "civility", "role", "email", "phone", "mobile")
REPEATABLE = frozenset((*CONTACT_FIELDS, "address", "remarks", "tags", "region", "other", "ref", "ignore"))

# One phrase between commas, already folded; "=" before one that counts only when it is the whole header.
_WORDS = {
    "ref": "=n,=no,=num,=numero,=ref,=reference,=id,=identifiant,=ligne,=rang,=nr,=code,n ligne,n ordre,numero d ordre,"
    "reference interne,code interne,code partenaire,n fiche",
    "name": "etablissement,nom etablissement,nom de l etablissement,nom etab,etab,lycee,nom du lycee,=ecole,nom de l ecole,"
    "structure,nom de la structure,organisme,organisation,entreprise,nom de l entreprise,nom entreprise,societe,"
    "nom de la societe,raison sociale,denomination,denomination sociale,enseigne,employeur,institution,=universite,"
    "nom partenaire,nom du partenaire,=partenaire,intitule,libelle,appellation,nom usuel,=client,=compte,"
    "lycee universite,=nom,etablissement scolaire,school name,company name,institution name,=institution,=school,=account,"
    "account name,nom de l organisme,groupe,fondation,nom structure,company,"
    "nom organisation,nom de l organisation,=mecene,=donateur,=association,nom association,organization,=college",
    "kind": "=type,=nature,=categorie,type etablissement,type d etablissement,type etab,type de structure,"
    "type de partenaire,type d organisme,nature etablissement,statut juridique,forme juridique,type structure,"
    "categorie etablissement,type organisation,typologie,=niveau,type d organisation,organization type,school type",
    "uai": "uai,rne,code uai,code rne,n uai,n rne,numero uai,code etablissement,code etab,identifiant etablissement,uai rne,"
    "=school id,school code,"
    "num uai,numero rne,immatriculation",
    "siret": "siret,n siret,numero siret,siret siren,siren siret,code siret,num siret",
    "siren": "siren,n siren,numero siren",
    "vat": "tva,n tva,tva intracommunautaire,tva intracom",
    "naf": "naf,ape,code naf,code ape,naf ape,ape naf,=activite,code activite,secteur d activite,=secteur",
    "headcount": "effectif,effectifs,=taille,nb salaries,nombre de salaries,tranche effectif,salaries,nb eleves,nombre d eleves,"
    "employees,number of employees",
    "address": "adresse,adresse postale,=rue,=voie,adresse 1,adresse 2,n et rue,n rue,numero et voie,=siege,"
    "complement d adresse,=bp,=complement,adresse complete,=coordonnees postales,lieu dit,=adr,adr postale,=street,"
    "street address,=address,postal address,=coordonnees",
    "postcode": "=cp,code postal,=c p,code post,codepostal,=zip,=postal,zip code,postal code,postcode,cp etab,cp etablissement,"
    "=code p,cod postal",
    "town": "ville,commune,localite,cp ville,code postal ville,code postal et ville,=lieu,city,=town,bureau distributeur,"
    "=cp ville,ville cp,=localisation,=implantation",
    "region": "=region,=academie,academie region,region academie,=departement,=dept,=dpt,=dep,=territoire,=rectorat,"
    "=zone,=bassin,region administrative,n departement,code departement,nom academie,nom departement,=delegation,=state,=county",
    "website": "site web,site internet,url,=web,=site,website,page web,lien",
    "contact": "contact,contacts,nom contact,nom du contact,interlocuteur,interlocutrice,interlocuteurs,correspondant,"
    "correspondante,=referent,=referente,=qui,=personne,nom et prenom,nom prenom,prenom nom,prenom et nom,personne ressource,"
    "personne contact,personne a contacter,=responsable,representant,nom complet,nom interlocuteur,nom de l interlocuteur,"
    "nom du referent,nom referent,nom du responsable,vis a vis,=proviseur,=coordonnees,nom du proviseur,chef d etablissement,"
    "=signataire,=gestionnaire,=qui est ce,interlocuteur trice,nom de la personne,=nom s,contact principal,=drh,responsable rse,"
    "contact name,contact person,full name,=head teacher",
    "last_name": "=nom,nom de famille,=noms,=patronyme,nom contact,nom du contact,nom interlocuteur,nom referent,nom responsable,"
    "nom du referent,nom de l interlocuteur,last name,surname,family name,nom d usage,nom du responsable",
    "first_name": "prenom,prenoms,first name,given name,prenom contact,prenom du contact",
    "civility": "civilite,=civ,=titre,=genre,=m mme,=mme m,=politesse,=sexe,=mr mme",
    "role": "fonction,=poste,=role,=qualite,fonctions,poste occupe,=titre,=statut du contact,intitule du poste,=service,=metier,"
    "job title,=position,organization title,=job,"
    "qualite du contact,fonction du contact,=emploi",
    "email": "mail,mel,e mail,email,courriel,adresse mail,adresse electronique,adresse mel,adr mail,adresse e mail,adresse email,"
    "mails,emails,e mails,courrier electronique,messagerie,adresse courriel,mail pro,adresse de messagerie",
    "phone": "tel,telephone,tel fixe,=fixe,telephone fixe,=standard,ligne directe,n tel,numero de telephone,n de telephone,"
    "n de tel,numero de tel,tel bureau,"
    "telephones,=telephonique,num tel,tel pro,phone number,phone,=ligne,numero tel,tels,=numeros,=n tel,"
    "coordonnees telephoniques",
    "mobile": "mobile,portable,tel portable,gsm,tel mobile,telephone portable,telephone mobile,=port,n portable,cellulaire,"
    "=tel port,mobile phone,cell phone,mobile number,=cell",
    "first_contact": "1er contact,premier contact,date 1er contact,date du 1er contact,date du premier contact,=depuis,"
    "partenaire depuis,prise de contact,contact initial,contact depuis,date d entree,en contact depuis,=debut,"
    "premier echange,1er echange,date de debut,premiere rencontre,1ere rencontre,debut du partenariat,date premier contact,"
    "premier rdv,1er rdv,1re rencontre,premiere prise de contact,connu depuis,date de creation,first contact date,=partner since",
    "last_contact": "dernier echange,dernier contact,date dernier contact,date du dernier contact,derniere relance,=date,"
    "date de contact,date contact,=contacte le,=vu le,derniere action,dernier rdv,derniere rencontre,dernieres nouvelles,"
    "derniere nouvelle,derniere interaction,date dernier echange,date du dernier echange,=relance le,dernier appel,"
    "dernier mail,date echange,=dates,derniers echanges,dernier rendez vous,derniere prise de contact,last contact,"
    "=rencontre le,last contact date,last contacted,last meeting",
    "agreement_date": "convention signee le,convention signee,date convention,date de convention,=signature,date de signature,"
    "date signature,signe le,signee le,=convention,convention du,date accord,accord signe le,date de la convention,"
    "date partenariat,signature convention,signature de la convention,date d adhesion,date du partenariat",
    "amount": "montant,engagement,=don,=dons,dotation,=budget,subvention,versement,=somme,contribution,montant verse,"
    "montant annuel,en euros,=euros,=eur,soutien financier,participation financiere,apport,=mecenat,financement,=k,montant eur,"
    "amount,=donation,=grant",
    "status": "statut,=etat,=situation,=avancement,statut partenariat,statut du partenariat,=stade,=status,etat du partenariat,"
    "=phase,=relation,etat de la relation,=suivi,etat d avancement,ou en est on",
    "share": "accord partage,partage,accord transmission,ok partage,autorisation de partage,=diffusion,=consentement,"
    "transmissible,=rgpd,partageable,accord pour partager,accord de partage,accord pour partage,partage ok,diffusable,"
    "transmission,autorisation diffusion,peut on transmettre,accord rgpd,communicable,consentement partage,autorisation,"
    "=partage pa,ok pour partager,accord diffusion,=accord",
    "opposition": "ne plus contacter,opposition,ne pas contacter,desinscrit,=stop,blacklist,liste noire,=npc,desabonne,opt out,"
    "liste rouge,desinscription,a ne plus contacter,opposition rgpd,desabonnement,stop mail,stop mails,do not contact,"
    "unsubscribed,opted out",
    "remarks": "commentaire,commentaires,remarque,remarques,=note,=notes,observation,observations,=obs,=rem,=divers,=info,"
    "=infos,precisions,memo,historique,a savoir,=details,=com,=comm,infos complementaires,informations,=bloc notes,texte libre,"
    "=infos utiles,=a noter,=comments,=comment,=remarks",
    "owner": "suivi par,=delegue,=deleguee,delegue e,delegue de ville,gere par,responsable interne,charge de suivi,"
    "saisi par,=pilote,qui suit,=porteur,charge du suivi,referent interne,delegue ede,apporte par,=gestion,suivi assure par,"
    "=delegues,=attribue a,=affecte a,dossier suivi par,=en charge,en charge du suivi,=qui gere,interne,notre contact,=benevole,"
    "=par qui,=vu par,contacte par,"
    "account owner,managed by,=owner,contact owner",
    "tags": "tags,=tag,etiquette,etiquettes,mots cles,type de partenariat,type partenariat,=actions,thematique,thematiques,"
    "=dispositif,=dispositifs,=partenariat,nature du partenariat,forme du partenariat,=cordees,=programme,=programmes,"
    "modalites,type d action,forme de soutien,type d engagement,=labels,nature du soutien,type de soutien,=secteur,=activite,"
    "secteur d activite,=sector,=industry",
}
_EXACT: dict[str, list[str]] = {}
_INSIDE: list[tuple[str, str]] = []
for _field, _phrases in _WORDS.items():
    for _phrase in _phrases.split(","):
        _EXACT.setdefault(_phrase.lstrip("="), []).append(_field)
        if not _phrase.startswith("="):
            _INSIDE.append((_phrase, _field))
_GLUED = re.compile(r"(?<=[a-z])(?=[1-9]$)")  # « tel2 » for « tel 2 »
_COUNTED = re.compile(r"^[1-9] | [1-9]$")
_YEARS = re.compile(r" (?:19|20)\d\d(?: (?:20)?\d\d)?(?= )| en (?:19|20)\d\d(?= )")
_PRECISE = frozenset(_WORDS) - {"ref", "name", "contact", "kind", "last_name", "tags", "region"}
_SURE = 0.55
_ADDRESS = re.compile(r"\w@\w")
_CUT = re.compile(r"(\w{3,})(\.?)")
_OR = re.compile(r"\s*/\s*|\s+ou\s+|\s*[()]\s*")
_SIGNS = {"@": "email", "☎": "phone", "📞": "phone", "✉": "email", "€": "amount"}

# Words that say whose mail or telephone a column holds, when a file gives one group of columns to each person.
_PEOPLE = {
    "head": "proviseur|proviseure|chef d etablissement|principal|direction|directeur|directrice|president|presidente",
    "deputy": "adjoint|adjointe",
    "referent": "referent|referente|professeur|professeure|prof|enseignant|enseignante|coordinateur|coordinatrice",
    "office": "secretariat|standard|accueil|generique|etablissement|etab|lycee|structure|entreprise|societe",
    "rse": "rse|diversite|mecenat|fondation|drh|rh",
}


@lru_cache(maxsize=4096)
def meanings(header: str) -> dict[str, float]:
    """The fields a header may stand for, each with a likelihood between 0 and 1; empty for words we do not know."""
    found = {field: 1.0 for sign, field in _SIGNS.items() if sign in header and not _ADDRESS.search(header)}
    words = _GLUED.sub(" ", _YEARS.sub(" ", f" {folded(header)} ").strip())
    for field in _EXACT.get(words) or _EXACT.get(_COUNTED.sub("", words)) or ():
        found[field] = 1.0
    for phrase, field in _INSIDE:
        if f" {phrase} " in f" {words} ":
            found[field] = max(found.get(field, 0.0), _likelihood(phrase, field, words))
    return found if max(found.values(), default=0.0) >= _SURE else {**_cut_short(header), **_either(header), **found}


def _cut_short(header: str) -> dict[str, float]:
    """« Raison soc. », « Remarq. »: words cut short at a point, in the only phrases they can come from."""
    pieces = _CUT.findall(header)
    if not any(point for _, point in pieces) or len(pieces) > 5:
        return {}
    words = " ".join(folded(word) + ("\\w*" if point else "") for word, point in pieces)
    fields = {field for phrase, means in _EXACT.items() if re.fullmatch(words, phrase) for field in means}
    return dict.fromkeys(fields, 0.95 / len(fields)) if fields else {}


def _either(header: str) -> dict[str, float]:
    """« RAS / Obs. », « Mél ou tél. »: two names for one column."""
    parts = _OR.split(header)
    known = [_EXACT.get(folded(part)) for part in parts] if len(parts) > 1 else []
    return {field: 0.9 for fields in known for field in fields or ()}


def _likelihood(phrase: str, field: str, words: str) -> float:
    if phrase == words:
        return 1.0
    share = len(phrase) / len(words)
    return min(0.98, 0.35 + 0.35 * share + 0.15 * words.startswith(phrase) + 0.2 * (field in _PRECISE))


def is_known(header: str) -> bool:
    """Whether a cell reads as the name of a column."""
    return len(header) <= 60 and max(meanings(header).values(), default=0.0) >= _SURE


def whose(header: str, group: str) -> str:
    """Which person of a row a contact column is about: "2", "referent", or "" when there is only one.

    "E-mail 2" and "Contact 2 / E-mail" are the second's; "Mail proviseur" and "Tél. référent" are two people's.
    """
    words = f" {folded(group)} {folded(header)} "
    number = re.search(r"(?<= )(?:n )?([2-9])(?= )|[a-z]([2-9])(?= )", words)
    if number:
        return number.group(1) or number.group(2)
    return next((code for code, people in _PEOPLE.items() if re.search(f" (?:{people})s? ", words)), "")
