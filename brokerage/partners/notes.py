"""Notes on a partner, read by its association only, and the words that should not be in them.

Pupils are never named in Passerelle, and health, opinions, religion, union membership and private life are no
business of an address book (GDPR art. 9; field report G21). A person may know better: they are asked, not refused.
"""

import re
from dataclasses import dataclass

from brokerage import timeline
from brokerage.accounts.models import Role, User
from brokerage.errors import BadInput, N_
from brokerage.partners import policy
from brokerage.partners.models import Partner
from brokerage.partners.partners import as_by
from brokerage.reference.folding import folded

LONGEST = 2000


@dataclass(frozen=True)
class Doubt:
    """A passage that should perhaps not be kept: `about` is "pupil" or "sensitive"."""

    about: str
    passage: str


class Doubtful(BadInput):
    """The note may be about a pupil or hold sensitive words: shown, and kept only if the person insists."""

    def __init__(self, doubts: list[Doubt]) -> None:
        self.doubts = doubts
        super().__init__(
            N_("Relisez votre note : elle semble parler d'un ou d'une élève, ou de la vie privée de quelqu'un (%(passages)s)."),
            "text",
            passages=", ".join(f"« {doubt.passage} »" for doubt in doubts),
        )


def write(partner: Partner, by: User, text: str, sure: bool = False) -> None:
    """Add a note to the partner's timeline. Raises Doubtful unless `sure`, BadInput for nothing or too much."""
    policy.insist(by, Role.DELEGATE, *policy.EDITORS)
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        raise BadInput(N_("Écrivez votre note."), "text")
    if len(kept) > LONGEST:
        raise BadInput(N_("Une note tient en %(most)d signes."), "text", most=LONGEST)
    if (doubts := doubts_in(kept)) and not sure:
        raise Doubtful(doubts)
    timeline.record("note", as_by(by), partner.association_id, partner_id=partner.id, details={"text": kept})


_PUPIL = (
    r"(?:[ée]l[èe]ves?|lyc[ée]enn?e?s?|coll[ée]gienn?e?s?|tutor[ée]e?s?|boursi(?:er|[èe]re)s?|filleule?s?|stagiaires?"
    r"|laur[ée]ate?s?|candidate?s?|[ée]tudiante?s?|jeune|mineure?)"
)
_NAME = r"[A-ZÀ-Ý][a-zà-ÿ]+(?:[-' ’][A-ZÀ-Ý][\w'’-]*\.?)*"
_CLASS = r"(?:[Tt]le|[Tt]erminale|1re|1[èe]re|[Pp]remi[èe]re|2nde|2de|[Ss]econde|[3-6]e|[3-6][èe]me|BTS|CAP)"
_ABOUT_ONE = (
    re.compile(rf"\b(?i:{_PUPIL})\b(?:\s*[:,–-]|\s+(?:nomm[ée]e?|appel[ée]e?|rep[ée]r[ée]e?\s*:?))?\s+{_NAME}"),
    re.compile(rf"\b{_NAME},?\s*\(?(?:en |élève de |eleve de )?{_CLASS}\b"),
    re.compile(r"\b[Nn]ée?\s+(?:le|en)\s+\d[\d/. \w]{2,18}"),
    re.compile(r"(?<!\d)1?\d ans\b(?!\s+(?:d|plus|de))"),
    re.compile(rf"\b(?i:fils|fille|neveu|ni[èe]ce)\s+d(?:e|u|[’'])\s*{_NAME}"),
)
_GROUPS = re.compile(rf"\b{_PUPIL}\s+(?:de|du|des|en|d)\b", re.IGNORECASE)
_SENSITIVE = re.compile(
    r"\b(?:conge (?:de )?(?:maternite|paternite|maladie|parental)|arret (?:de )?(?:maladie|travail)|malad\w+|enceinte|grossesse|"
    r"handicap\w*|rqth|hospitalis\w*|operee?|cancer\w*|depressi\w*|burn ?out|mi temps therapeutique|diabet\w*|autis\w*|dyslexi\w*|"
    r"chimio\w*|invalidite|deces|deuil|divorc\w*|alcool\w*|syndicalist\w*|syndique\w*|cgt|musulman\w*|catholique|juifs?|juives?|"
    r"religi\w*|voilee?|ramadan|homosexuel\w*|lesbienne|sans papiers|ethni\w*|casier judiciaire|de gauche|de droite|militante?s?)\b"
)


def doubts_in(text: str) -> list[Doubt]:
    """Passages that seem to name a pupil or to tell of health, opinions or private life; at most three.

    "30 élèves de 1re STI2D" is about nobody; "Élève : Inaya K., 1re STL" is about one. Establishments may bear
    words of the list ("Lycée catholique"): that is why a person decides.
    """
    pupils = [Doubt("pupil", found.group().strip()) for rule in _ABOUT_ONE for found in rule.finditer(text) if not _GROUPS.match(found.group())]
    sensitive = [Doubt("sensitive", found.group()) for found in _SENSITIVE.finditer(folded(text))]
    return [*dict.fromkeys([*pupils, *sensitive])][:3]
