"""Names written in capitals by an administration, given back their French small letters.

Typographic usage: particles and common nouns stay small, proper nouns take a capital, an article opening
a proper noun takes one too ("Lycée La Fontaine", but "Lycée Jean de la Fontaine").
"""

import re


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_WORD = re.compile(r"[^\W_]+")
_ORDINAL = re.compile(r"(?i)(\d+)(er|re|e|ème|nd|nde)$")
_ROMAN = re.compile(r"(?i)(?=[ivx]{2})x{0,3}(ix|iv|v?i{0,3})$")
_NEW_SEGMENT = re.compile(r"[-–—]\s|[(/:,«\"]")
_SOUNDS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ\d]")
_SHORT_FORMS = frozenset({"st", "ste", "mgr", "dr"})
_ELIDED = frozenset({"l", "d"})
_ARTICLES = frozenset({"le", "la", "les", "l"})
_PARTICLES = _words(
    "de du des d en et à au aux sur sous ès lès lez près dans par pour avec chez ou un une entre di"
)
_ACRONYMS = _words(
    """
    lp lpo lg lgt lt sep sgt alp ort leap lepp lpp ltp ltpr legtap leprp iemp issec ddec asee ifom etp
    ifag cfa cfai cned creps erea epide epl eplefpa iep ime itep iut ireo isfec legt legta legtpa lpa
    seg seged segt uimm upec usa afpa cci ecam eic icam ifa inp iseg iseta utc ces cfppa elag elp epsaa
    isipca esaa enc enrea enilia enil enilv
    """
)
_LEGAL_FORMS = _words("sa sas sasu sarl eurl snc sca scop scic gie")
_COMMON = _words(
    """
    lycée lycées collège collèges école écoles institut institution section sections site centre cité
    campus ensemble établissement unité annexe groupe polyvalent polyvalente professionnel
    professionnelle professionnels général générale généraux technologique technologiques technique
    techniques privé privée public publique agricole agricoles horticole forestier viticole hôtelier
    hôtelière municipal municipale départemental régional régionale national nationale international
    internationale européen européenne scolaire climatique climatologique familiale rurale rural
    expérimental supérieur supérieure supérieurs adapté adaptée mixte enseignement enseignements métier
    métiers formation formations éducation voie filière orientation promotion apprentissage internat
    excellence insertion horticulture paysage paysages agriculture viticulture hôtellerie restauration
    tourisme bâtiment bâtiments travaux publics ameublement mode coiffure esthétique cosmétique commerce
    gestion industrie industries transport transports logistique automobile mécanique électronique
    électricité optique informatique chimie plasturgie énergie santé social sociale sociaux sanitaire
    sanitaires environnement développement durable services service personne territoires nature forêt
    vin arts art appliqués design audiovisuel cinéma graphiques graphique sciences technologies
    appropriées application biologie maritime aquacole aéronautique aéronautiques montagne ski cheval
    bijouterie horlogerie textile cuir métallurgie productique alimentation alimentaires boulangerie
    pâtisserie vente communication tertiaire comptabilité handicapés déficients visuels auditifs sourds
    aveugles jeunes filles garçons état militaire naval industriel industrielle second degré soins
    études photographie pôle végétal littoral agroalimentaire agrotechnologique éducatif sportifs
    immersif breton
    """
)


def in_french_case(text: str, company: bool = False) -> str:
    """`text` in small letters with the capitals French wants; unchanged if it already has small letters.

    "LYCÉE POLYVALENT SAINT-EXUPÉRY" becomes "Lycée polyvalent Saint-Exupéry". Never adds or drops a
    letter or an accent. A guess for unknown acronyms: those without a vowel keep their capitals. The name
    of a `company` is proper from end to end: "FLANDRIA ÉNERGIE SA" becomes "Flandria Énergie SA".
    """
    if text != text.upper():
        return text
    pieces, end, before, tie = [], 0, "", ""
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        tie = "-" if tie == "-" and before in _ELIDED else gap
        spelt = _word_of_company if company else _word
        pieces += [gap, spelt(word.group().lower(), before, tie)]
        before, end = word.group().lower(), word.end()
    return "".join(pieces) + text[end:]


def _word(word: str, before: str, gap: str) -> str:
    """One word as French writes it after the word `before`, from which `gap` separates it.

    A hyphen makes a proper noun of any word, an elision between apart: Saint-Cyr-l'École.
    """
    if word in _ACRONYMS or _is_unpronounceable(word) or _ROMAN.match(word):
        return word.upper()
    if _ORDINAL.match(word) or _is_second_half(before, gap):
        return word
    if not before:
        return word.capitalize()
    if word in _ARTICLES:
        opens = (before in _COMMON and gap != "-") or _NEW_SEGMENT.search(gap)
        return word.capitalize() if opens else word
    is_small = word in _PARTICLES or (word in _COMMON and gap != "-")
    return word if is_small else word.capitalize()


def _word_of_company(word: str, before: str, gap: str) -> str:
    """One word of a company's name: only particles stay small, and its legal form is an acronym."""
    if before and word in _LEGAL_FORMS:
        return word.upper()
    return _word(word, before, gap) if word in _PARTICLES or word not in _COMMON else word.capitalize()


def _is_second_half(before: str, gap: str) -> bool:
    """Whether an apostrophe inside a Breton or English name came before: Ronarc'h, Guist'hau."""
    return gap in {"'", "’"} and len(before) > 2


def _is_unpronounceable(word: str) -> bool:
    return 2 <= len(word) <= 5 and word not in _SHORT_FORMS and not _SOUNDS.search(word)
