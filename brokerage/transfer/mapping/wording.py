"""What people write about people: functions, and the sentences that decide whether one may write to them."""

import re
from functools import lru_cache

from brokerage.reference.folding import folded

_ROLES = (
    ("other", r"adjointe?s?|deputy|prov adj|secretaire|assistante?|gestionnaire|intendante?|agence|site|delegue regional"),
    ("referent", r"referente?s?|ref|cordees?|professeure? relais|coordinat\w+|entretiens"),
    (
        "head",
        r"proviseure?s?|prov|principale?|chef(?:fe)? d etablissement|chef(?:fe)? etab\w*|presidente?|rectrice|recteur|pdg|"
        r"directeur general|directrice generale|dg|"
        r"head ?teacher|head of school|headmaster|headmistress|principal|ceo|directeur|directrice|doyenne?|gerante?|direction",
    ),
    ("diversity_csr", r"rse|diversite|inclusion|mecenat|fondation|developpement durable|qvt|engagement|impact"),
    ("social_opening", r"ouverture sociale|egalite des chances|egalite|chargee? de mission diversite"),
    (
        "school_relations",
        r"relations? (?:avec les )?(?:ecoles?|enseignement\w*|etudiant\w*)|campus manager|recrut\w+|alternance|"
        r"relation ecoles?|talents?|partenariats?|stages?",
    ),
)
_ROLE_CODES = [(code, re.compile(rf"\b(?:{words})\b")) for code, words in _ROLES]
_ROLE = re.compile(
    r"\b(?:proviseure?s?|prov|adjointe?s?|principale? adj\w*|chef(?:fe)?|directeur|directrice|dir|presidente?|vice presidente?|vp|cfvu|cpe|"
    r"ddfpt|chef de travaux|prof|profs|professeure?s?|doc|documentaliste|cdi|psyen|psy en|cop|referente?s?|ref|responsable|resp|"
    r"chargee?|charge d\w*|deleguee?|secretaire|secretariat|gestionnaire|drh|rrh|rh|rse|mecenat|campus manager|manager|"
    r"coordinat\w+|conseill\w+|fondation|communication|directeurs?|logistique|evenementiel|standard|accueil|intendan\w+|"
    r"infirmier\w*|assistante?|rectorat|recteur|doyenne?|ingenieure?|chef d etablissement|dg|pdg|gerante?|stagiaire|"
    r"enseignante?|"
    r"teacher|head of \w+|officer|inspect\w+|ien|ia ipr|cpge|bts|tutrice|tuteur|representante?|partenariats?|direction|service|formation)\b"
)
_SOCIAL = re.compile(r"\b(?:ouverture sociale|egalite des chances|mission (?:diversite|egalite))\b")


@lru_cache(maxsize=8192)
def is_role(text: str) -> bool:
    """Whether a text reads as somebody's function rather than a name."""
    return bool(_ROLE.search(folded(text)))


@lru_cache(maxsize=8192)
def role_code(text: str, corporate: bool = False) -> str:
    """The code of a function: head, referent, social_opening, diversity_csr, school_relations or other."""
    words = folded(text)
    if not words:
        return "other"
    found = next((code for code, pattern in _ROLE_CODES if pattern.search(words)), "other")
    if found in ("head", "diversity_csr", "other") and _SOCIAL.search(words) and not corporate:
        return "social_opening"
    if found in ("head", "referent") and (better := _more_precise(words)):
        return better
    return found


def _more_precise(words: str) -> str | None:
    """« Directrice diversité » is not the head, nor « référente RSE » a teacher."""
    precise = next((code for code, pattern in _ROLE_CODES[3:] if pattern.search(words)), None)
    return precise if re.search(r"directeur|directrice|direction|rse|diversite|mecenat|relations?", words) else None


def _any(*phrases: str) -> re.Pattern[str]:
    """One pattern for whole phrases of folded text."""
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")


_TO_WRITE = "(?:re)?contacter|solliciter|relancer|demarcher|deranger|(?:r)?appeler|ecrire|joindre|mailer|inviter|importuner"
_WRITTEN = "(?:(?:re)?contact|sollicit|relanc|demarch|derang|appel|rappel|invit|importun)e ?e?s?"
_LETTERS = "(?:e )?mails?|courriels?|sollicitations?|contacts?|messages?|relances?|appels?|newsletters?|invitations?|demarchage"
_SHARING = (
    r"(?:re)?transm\w*|diffus\w*|partag\w*|communiqu\w*|divulgu\w*|transfer\w*|circul\w*|donner|"
    "(?:mis(?: e)?s?|mise) en relation"
)
# « Ne pas appeler avant 10 h » is about when, not whether.
_WHEN = "(?! (?:avant|apres|pendant|entre|le (?:matin|soir|lundi|mardi|mercredi|jeudi|vendredi|samedi)|en|sur|au|aux|directement))"
_STOP = _any(
    rf"(?:plus|jamais|pas|arreter de|cesser de|inutile de) (?:(?:le|la|les|l|lui|leur|me|m|nous|se faire) )*(?:{_TO_WRITE}){_WHEN}",
    rf"(?:plus|jamais|pas|refuse d|refus d) etre {_WRITTEN}",
    rf"(?<! a )(?:plus|pas|jamais) (?:de |d |aucune? |recevoir )+(?:{_LETTERS})",
    "plus (?:rien )?recevoir|plus rien (?:envoyer|recevoir)|(?:veut|souhaite|desire) pas recevoir",
    rf"refuse?s? (?:tout|toute|les?|de recevoir) (?:\w+ )?(?:{_LETTERS})|aucun (?:contact|mail|demarchage)",
    r"(?<!non )stop|opposition|s (?:est )?oppos\w+|s y oppose|oppose e? (?:a|au|aux)|desinscri\w+|desabonn\w+|unsubscribe\w*|opt ?out",
    r"liste (?:rouge|noire|d opposition)|black ?list\w*|npc|droit (?:a l |d )(?:oubli|effacement|opposition)",
    "(?:retire|supprime|efface|enleve|raye|ote)(?:r| e|e)?s? (?:[a-z]+ ){0,4}(?:liste|listes|fichier|base|coordonnees|donnees)",
    "demande (?:de |la |le |l |sa )?(?:suppression|retrait|effacement)",
)
_NO_OBJECTION = _any("(?:pas d|aucune|sans|leve e? (?:de )?l) opposition", "ne s (?:y )?oppose pas")
_KEEP = _any(
    rf"(?:pas|plus|jamais|ni|non|sans|interdiction de) (?:\w+ ){{0,5}}?(?:{_SHARING})",
    rf"(?:refus\w*|oppos\w*|interdi\w*|contre|desaccord\w*) (?:\w+ ){{0,5}}?(?:{_SHARING})",
    r"pas d(?:e|u|onner|onne)? ?(?:accord|autorisation)|desaccord|non (?:transmissibl|diffusabl|partageabl|communicabl)\w*",
    r"confidentiel\w*|usage interne|(?:reste\w*|garder|rester|uniquement|strictement|a usage) (?:\w+ )?(?:en )?interne",
    r"pour nous (?:seuls|uniquement)|garder pour nous|ne doit pas sortir",
    r"contact perso\w*|(?:numero|tel|mail|coordonnees|portable) (?:perso|prive)\w*",
    r"(?:veut|souhaite|desire) pas (?:\w+ ){0,4}(?:autres? associations?|relation)",
)
_AGREES = r"ok|d accord|accord\w*|accepte\w*|autoris\w*|favorable|volontaire|oui|souhaite|peut|possible|partante?"
_SHARE = _any(
    rf"(?:{_AGREES}) (?:\w+ ){{0,7}}?(?:{_SHARING}|relation)",
    rf"(?:{_SHARING}) (?:\w+ ){{0,4}}?(?:ok|oui|possible|autorise\w*|accepte\w*|d accord)",
    "transmissible|partageable",
)
_REFUSED = re.compile(r"\b(?:pas|non|sans|refus\w*|ni|jamais|attente|demander|demande|confirmer|verifier|voir si)\b")


@lru_cache(maxsize=8192)
def permissions_in(text: str) -> frozenset[str]:
    """do_not_contact, no_share or share_ok as a status or a remark says it; doubt goes to the side of silence.

    « préfère être appelé·e le matin » says nothing, « ne pas appeler avant 10 h » neither; « NE PLUS CONTACTER »,
    « STOP mails », « opposition RGPD » are objections; « pas d'accord pour transmettre » is a refusal to share.
    """
    words = folded(text)
    found: set[str] = set()
    keeps = _KEEP.search(words)
    if _STOP.search(_NO_OBJECTION.sub(" ", words)) and not (keeps and _only_about_sharing(words)):
        found.add("do_not_contact")
    if keeps:
        found.add("no_share")
    agreed = _SHARE.search(words)
    if agreed and not found and not _REFUSED.search(words[max(0, agreed.start() - 12) : agreed.end()]):
        found.add("share_ok")
    return frozenset(found)


def _only_about_sharing(words: str) -> bool:
    return not _STOP.search(_KEEP.sub(" ", words))


_YES = re.compile(r"(?:oui|o|ok|x|1|vrai|true|yes|y|d accord|accord|accepte|favorable|ok .*|oui .*|accord .*|v)")
_NO = re.compile(r"(?:non|n|no|0|ko|faux|false|refus\w*|pas d accord|non .*|pas .*|ne .*|jamais.*|contre|nok)")
_BUT = re.compile(r"\b(?:sauf|mais|uniquement|seulement|pas|attente|demander|confirmer|verifier|si)\b")


def answer(text: str) -> bool | None:
    """Yes, no, or None when a cell of a yes/no column says neither (« ? », « à demander », « oui sauf mail »)."""
    if text.strip() in ("✓", "✔", "☑", "✅", "+"):
        return True
    words = folded(text)
    if not words or (_BUT.search(words) and not _NO.fullmatch(words)):
        return None
    if _NO.fullmatch(words):
        return False
    return True if _YES.fullmatch(words) else None
