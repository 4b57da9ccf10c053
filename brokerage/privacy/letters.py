"""The letters of privacy: confirmations, the last words somebody hears from us."""

import uuid
from typing import Any

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Association, Link, Purpose
from brokerage.database import db
from brokerage.introductions import wording
from brokerage.introductions.letters import NOTICE
from brokerage.introductions.states import Letter
from brokerage.mail import letter as paper
from brokerage.partners.models import Contact

LINK_AGAIN = "link_again"


def link_again(contact: Contact, link: Link) -> paper.Letter:
    """A fresh link, to the address on file and nowhere else."""
    house = db.session.get_one(Association, link.association_id)
    until = wording.day(link.expires_at.astimezone(clock.PARIS).date(), contact.language)
    values = {"greeting": wording.greeting(contact), "giving": house.name, "notice": links.page(NOTICE)}
    said = paper.written(LINK_AGAIN, contact.language, opens=link.purpose.value, link=links.seal(link), until=until, **values)
    return _from_house(house, contact, LINK_AGAIN, str(link.id), said)


def objection_noted(contact: Contact, association_id: uuid.UUID, others: list[str]) -> paper.Letter:
    """The confirmation to somebody who asked to be left alone: the last letter they get."""
    values: dict[str, Any] = {"greeting": wording.greeting(contact), "others": others, "notice": links.page(NOTICE)}
    values["data_link"] = links.seal(links.make(Purpose.DATA, contact.id, association_id))
    said = paper.written("objection_noted", contact.language, **values)
    house = db.session.get_one(Association, association_id)
    return _from_house(house, contact, Letter.OBJECTION_NOTED, str(contact.id), said)


def _from_house(house: Association, contact: Contact, kind: str, about: str, said: paper.Written) -> paper.Letter:
    """From the association itself: nobody wrote it, a page was asked for something."""
    return paper.Letter(
        kind=kind,
        dedupe_key=f"{kind}:{about}",
        association_id=house.id,
        to_contact_id=contact.id,
        language=contact.language,
        from_name=house.name,
        subject=said.subject,
        text=said.text,
        html=said.html,
        due_at=clock.now(),
        headers={"Auto-Submitted": "auto-replied"},
    )
