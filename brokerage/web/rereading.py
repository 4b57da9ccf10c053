"""The letter to a contact, reread before it leaves: proposed from the model, edited, compared with it, previewed."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort, request
from flask.typing import ResponseReturnValue

from brokerage.accounts.models import Role
from brokerage.database import db
from brokerage.introductions import deciding, fatigue, letter_models, letters, rules
from brokerage.introductions.models import IntroductionRequest
from brokerage.partners.models import Contact, Permission
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.fragments import page
from brokerage.web.requests import found, pages


@dataclass(frozen=True)
class Candidate:
    """A contact that may be asked, with the letter proposed for them and how far it is from the model."""

    contact: Contact
    standing: fatigue.Standing
    askable: bool
    directly: bool
    subject: str
    body: str
    foot: str
    changes: list[letter_models.Piece]

    @property
    def differs(self) -> bool:
        """Whether somebody changed the model's words."""
        return any(piece.kind != "same" for piece in self.changes)

    @property
    def words(self) -> int:
        """How many words the contact reads before the small print."""
        return letter_models.words_of(self.body) + letter_models.words_of(self.foot)

    @property
    def is_long(self) -> bool:
        """Whether that is more than a partner should have to read."""
        return self.words >= letter_models.MOST_WORDS


def candidates(the_request: IntroductionRequest, partner_id: uuid.UUID | None) -> list[Candidate]:
    """The contacts of the partner in question, in the order of the address book."""
    if partner_id is None:
        return []
    people = db.session.scalars(
        sa.select(Contact).where(Contact.partner_id == partner_id, Contact.deleted_at.is_(None)).order_by(Contact.created_at)
    ).all()
    standings = fatigue.standings(people, rules.of(the_request.giving_id), the_request.purpose)
    return [_candidate(the_request, person, standings[person.id]) for person in people]


def _candidate(the_request: IntroductionRequest, contact: Contact, standing: fatigue.Standing) -> Candidate:
    model = letters.ask_model(the_request, contact, me())
    subject, body = model if request.form.get("restore") == str(contact.id) else _typed(contact, model)
    return Candidate(
        contact=contact,
        standing=standing,
        askable=contact.permission not in (Permission.NO_SHARE, Permission.DO_NOT_CONTACT),
        directly=deciding.may_introduce_directly(contact, the_request.giving_id),
        subject=subject,
        body=body,
        foot=letters.ask_foot(the_request, contact),
        changes=letter_models.differences("\n\n".join(model), f"{subject}\n\n{body}"),
    )


def _typed(contact: Contact, model: tuple[str, str]) -> tuple[str, str]:
    return request.form.get(f"subject-{contact.id}", model[0]), request.form.get(f"body-{contact.id}", model[1])


def _previewed(the_request: IntroductionRequest) -> Candidate:
    people = candidates(the_request, request.values.get("partenaire", type=uuid.UUID) or the_request.partner_id)
    chosen = next((one for one in people if str(one.contact.id) == request.form.get("preview")), None)
    return chosen or next(iter(people), None) or abort(404)


@pages.post("/<uuid:id>/apercu")
@access.members(Role.MANAGER)
def preview(id: uuid.UUID) -> ResponseReturnValue:
    """The letter as the contact will read it, with what nobody may edit; nothing is kept."""
    the_request = found(id)
    return page("requests/preview.html", the_request=the_request, one=_previewed(the_request), by=me())


@pages.post("/<uuid:id>/ecarts")
@access.members(Role.MANAGER)
def compare(id: uuid.UUID) -> ResponseReturnValue:
    """What differs from the model, while the letter is edited; without a script the preview says it."""
    return page("requests/compared.html", one=_previewed(found(id)))
