"""« Changer ma réponse », and two answers at once: each answer says which one it knew of, and only one can be next."""

import sqlalchemy as sa

from brokerage import clock
from brokerage.database import db
from brokerage.errors import WrongState
from brokerage.introductions.introductions import withdraw_answers
from brokerage.introductions.models import Consent, Introduction
from brokerage.introductions.policy import Person
from brokerage.introductions.states import AWAITING_CONTACT, CHANGEABLE, IntroductionState, RequestState
from brokerage.introductions.steps import hold, take, too_late
from brokerage.partners.models import Contact

FIRST = ""  # the mark of a page that was opened before any answer


class AnsweredElsewhere(WrongState):
    """Another page, or somebody of the association, was faster."""


def last(introduction: Introduction) -> Consent | None:
    """What was answered last, by whichever way."""
    given = sa.select(Consent).where(Consent.introduction_id == introduction.id).order_by(
        Consent.withdrawn_at.is_(None).desc(), Consent.given_at.desc(), Consent.id
    )
    return db.session.scalars(given.limit(1)).first()


def mark(introduction: Introduction) -> str:
    """Which answer a page knows of; a form sends it back."""
    return introduction.answered_at.isoformat() if introduction.answered_at else FIRST


def may_change(introduction: Introduction) -> bool:
    """Whether the contact may answer anew: they answered, and the introduction has not left."""
    open_request = introduction.request.state in (RequestState.APPROVED, RequestState.CLOSED)
    return introduction.answered_at is not None and introduction.state in CHANGEABLE and open_request


def insist_on_first(introduction: Introduction, seen: str) -> None:
    """Lock the introduction until the end of the transaction; raise AnsweredElsewhere unless the form knows the last answer."""
    hold(introduction)
    ready = introduction.state in AWAITING_CONTACT or may_change(introduction)
    if not ready or mark(introduction) != seen:
        raise too_late(introduction, AnsweredElsewhere)


def make_room(introduction: Introduction, by: Person) -> None:
    """Before a changed answer: the former one no longer counts, nor does the colleague it named; the question is open again.

    Nothing is sent: the new answer follows in the same transaction.
    """
    if not may_change(introduction):
        return
    if introduction.request.state is RequestState.CLOSED:
        take("go_on", introduction.request, by, rule=True)
    if introduction.state is IntroductionState.SUGGESTED:
        _let_go_of_colleague(introduction)
    withdraw_answers(introduction)
    introduction.postponed_until = None
    db.session.flush()
    take("reconsider", introduction, by)


def _let_go_of_colleague(introduction: Introduction) -> None:
    """Nobody wrote to the colleague: their name has no reason to stay."""
    given = last(introduction)
    colleague = db.session.get(Contact, given.suggested_contact_id) if given and given.suggested_contact_id else None
    if colleague is not None:
        colleague.deleted_at = clock.now()

