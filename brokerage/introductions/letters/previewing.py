"""A model as its readers will read it, before anything is written: about an invented request, or one of the association's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from brokerage.accounts.models import Association, User
from brokerage.database import db
from brokerage.introductions import letter_models, wording
from brokerage.introductions.letter_models import keeping, sample
from brokerage.introductions.letters.saying import context
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.purposes import DECLINE_REASONS
from brokerage.introductions.states import RequestState
from brokerage.mail import letter as paper
from brokerage.mail.seals import Seal
from brokerage.partners.models import Contact, Partner

LINK = "https://…"
RECENT = 8
_MARK = "\u2043"  # stands where the model's words will, while what surrounds them is drawn


@dataclass(frozen=True)
class Setting:
    """Whose letter it is, in which language, about which request (None: the invented one), for which reader."""

    which: str
    language: str
    by: User
    about: IntroductionRequest | None = None
    requester_reads: bool = False

    def told(self) -> dict[str, Any]:
        """Everything the letter may say; of a real request what is known, of the invented one the rest."""
        giving = db.session.get_one(Association, self.by.association_id)
        objection = "" if self.requester_reads and self.which == "introduction" else LINK
        told = sample.told(self.language, (giving.name, giving.of_name), objection)
        told |= {"sender": wording.member(self.by), "actor": self.by.name, "handler": self.by.name}
        return told | _known_of(self.about, self.language) if self.about else told


def _known_of(request: IntroductionRequest, language: str) -> dict[str, Any]:
    reason = DECLINE_REASONS.get(request.decline_reason, "")
    said = {"reader": wording.member(request.requester), **({"word": request.decision_word} if request.decision_word else {})}
    said |= {"reason": wording.translated(reason, language)} if reason else {}
    contact = db.session.get(Contact, request.introductions[0].contact_id) if request.introductions else None
    return {**context(request, language), "notice": LINK, "page": LINK, **said, **(_known_of_contact(contact, language) if contact else {})}


def _known_of_contact(contact: Contact, language: str) -> dict[str, Any]:
    """A contact's address stays in the vault: it is read when a letter leaves, never for a preview."""
    own = {"greeting": wording.greeting(contact)} if contact.language == language else {}
    named = {"name": contact.name, "addressed": wording.addressed(contact), "title": contact.title}
    partner = db.session.get_one(Partner, contact.partner_id).name
    return {**own, "contact": named, "contact_email": Seal("…@…"), "source": contact.source, "partner": partner}


def recent(by: User) -> Sequence[IntroductionRequest]:
    """The last requests made to the association, to preview a model with."""
    asked = sa.select(IntroductionRequest).where(
        IntroductionRequest.giving_id == by.association_id,
        IntroductionRequest.state != RequestState.DRAFT,
    )
    return db.session.scalars(asked.order_by(IntroductionRequest.submitted_at.desc()).limit(RECENT)).all()


def preview(setting: Setting, words: keeping.Words) -> paper.Written:
    """The whole letter with these words, as this reader will read it."""
    told = setting.told()
    said = letter_models.wording_of(setting.which, words, setting.language, told)
    return paper.written(setting.which, setting.language, **told | {"subject_line": said.subject, "body": said.body})


def locked(setting: Setting) -> str:
    """What follows the model's words in the letter, and nobody may edit."""
    whole = paper.written(setting.which, setting.language, **setting.told() | {"subject_line": "-", "body": _MARK})
    return whole.text.partition(_MARK)[2].replace("\n--\n", "\n\n").strip()
