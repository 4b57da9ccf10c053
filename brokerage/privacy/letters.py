"""The letters of privacy: confirmations, the last words somebody hears from us."""

import uuid

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Association
from brokerage.database import db
from brokerage.introductions import wording
from brokerage.introductions.letters import NOTICE
from brokerage.introductions.states import Letter
from brokerage.mail import letter as paper
from brokerage.partners.models import Contact


def objection_noted(contact: Contact, association_id: uuid.UUID, others: list[str]) -> paper.Letter:
    """The confirmation to somebody who asked to be left alone: the last letter they get."""
    values = {"greeting": wording.greeting(contact), "others": others, "notice": links.page(NOTICE)}
    said = paper.written("objection_noted", contact.language, **values)
    house = db.session.get_one(Association, association_id)
    return paper.Letter(
        kind=Letter.OBJECTION_NOTED,
        dedupe_key=f"objection_noted:{contact.id}",
        association_id=association_id,
        to_contact_id=contact.id,
        language=contact.language,
        from_name=house.name,
        subject=said.subject,
        text=said.text,
        html=said.html,
        due_at=clock.now(),
        headers={"Auto-Submitted": "auto-replied"},
    )
