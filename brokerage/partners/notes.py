"""Notes on a partner, read by its association only, and the words that should not be in them.

Pupils are never named in Passerelle, and health, opinions, religion, union membership and private life are no
business of an address book (GDPR art. 9; field report G21). A person may know better: they are asked, not refused.
"""

import re
import unicodedata
from dataclasses import dataclass

from brokerage import timeline
from brokerage.accounts.models import Role, User
from brokerage.errors import N_, BadInput
from brokerage.partners import policy
from brokerage.partners.models import Partner
from brokerage.partners.partners import as_by

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
    kept = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not kept:
        raise BadInput(N_("Écrivez votre note."), "text")
    if len(kept) > LONGEST:
        raise BadInput(N_("Une note tient en %(most)d signes."), "text", most=LONGEST)
    if (doubts := doubts_in(kept)) and not sure:
        raise Doubtful(doubts)
    timeline.record("note", as_by(by), partner.association_id, partner_id=partner.id, details={"text": kept})


_ONE = (
    r"(?:[ée]l[èe]ve|lyc[ée]en(?:ne)?|coll[ée]gien(?:ne)?|tutor[ée]e?|boursi(?:er|[èe]re)|filleule?|stagiaire|laur[ée]ate?"
    r"|candidate?|[ée]tudiante?|jeune|mineure?)"
)
_NAME = r"[A-ZÀ-Ý][a-zà-ÿ]+(?:[-' ’][A-ZÀ-Ý][\w'’-]*\.?)*"
_CLASS = r"(?:[Tt]le|[Tt]erminale|1re|1[èe]re|[Pp]remi[èe]re|2nde|2de|[Ss]econde|[3-6]e|[3-6][èe]me|BTS|CAP)"
_ABOUT_A_PUPIL = (
    re.compile(rf"\b(?i:{_ONE})(?i:\s+(?:nomm[ée]e?|appel[ée]e?|rep[ée]r[ée]e?))?(?:\s*[:,–-])?\s+{_NAME}"),
    re.compile(rf"\b{_NAME},?\s*\(?(?:en |[ée]l[èe]ve de )?{_CLASS}\b"),
    re.compile(r"\b[Nn]ée?\s+(?:le|en)\s+\d[\d/.]{2,9}"),
    re.compile(r"\b(?:a|âgée?\s+de|,)\s+1?\d\s+ans\b"),
    re.compile(rf"\b(?i:fils|fille|neveu|ni[èe]ce)\s+d(?:e|u|[’'])\s*(?:M\.|Mme|Mr)?\s*{_NAME}"),
)
_SENSITIVE = re.compile(
    r"\b(?:conge (?:de )?(?:maternite|paternite|maladie|parental)|arret (?:de )?(?:maladie|travail)|malad\w+|enceinte|grossesse|"
    r"(?<!referent )(?<!referente )(?<!mission )handicap\w*|rqth|hospitalis\w*|cancer\w*|depressi\w*|burn.?out|"
    r"mi.temps therapeutique|diabet\w*|autis\w*|dyslexi\w*|chimio\w*|invalidite|deces|deuil|divorc\w*|alcool\w*|"
    r"syndicaliste?|syndiquee?|cgt|musulman\w*|catholique|juifs?|juives?|religi\w*|voilee?|ramadan|homosexuel\w*|lesbienne|"
    r"sans.papiers|ethni\w*|casier judiciaire|de gauche|de droite|militante?)\b"
)


def doubts_in(text: str) -> list[Doubt]:
    """Passages that seem to name a pupil or to tell of health, opinions or private life; at most three.

    "30 élèves de 1re STI2D" is about nobody; "Élève : Inaya K., 1re STL" is about one. An establishment may bear
    a word of the list ("Lycée catholique"): that is why a person decides.
    """
    pupils = [Doubt("pupil", found.group().strip(" ,:")) for rule in _ABOUT_A_PUPIL for found in rule.finditer(text)]
    sensitive = [Doubt("sensitive", text[found.start() : found.end()]) for found in _SENSITIVE.finditer(_plain(text))]
    return [*dict.fromkeys([*pupils, *sensitive])][:3]


def _plain(text: str) -> str:
    """Small letters without accents, as long as `text`, so that a place in one is a place in the other."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[0] for letter in text)
