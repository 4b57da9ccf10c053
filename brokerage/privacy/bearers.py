"""Whose a link is: the contact behind it, however it says so."""

from brokerage.accounts.models import Link, Purpose
from brokerage.database import db
from brokerage.introductions.models import Introduction
from brokerage.partners.models import Contact

OF_AN_INTRODUCTION = (Purpose.ANSWER, Purpose.OUTCOME)


def contact_of(link: Link) -> Contact | None:
    """The contact a link was sent to; None when their record is gone."""
    if link.purpose not in OF_AN_INTRODUCTION:
        return db.session.get(Contact, link.subject_id)
    introduction = db.session.get(Introduction, link.subject_id)
    return db.session.get(Contact, introduction.contact_id) if introduction else None
