"""Which letters a step writes, and until when they still make sense. Their words: templates/mail/<language>/."""

from collections.abc import Callable

from brokerage.database import db
from brokerage.introductions.letters.introducing import introduction
from brokerage.introductions.letters.saying import Thing
from brokerage.introductions.letters.to_contacts import ask_consent
from brokerage.introductions.letters.to_members import redirected, to_both, to_handler, to_requester
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.states import Letter
from brokerage.mail import letter as paper
from brokerage.mail import outbox
from brokerage.mail.models import Message


def write(which: Letter, thing: Thing, by: Person) -> None:
    """Put the letters of one kind into the outbox; they leave only if the transaction commits."""
    for letter in WRITERS[which](which, thing, by):
        outbox.post(letter)


def still_wanted(message: Message) -> bool:
    """Asked by the outbox as a letter leaves: is its subject still in a state it was written for?

    A reminder is of one wait: what was decided and came back since, or went to a colleague, is another one. That of an
    event is of the request as it was sent, whatever was asked meanwhile.
    """
    if not message.only_while:
        return True
    kind = Introduction if message.introduction_id else IntroductionRequest
    subject: Thing | None = db.session.get(kind, message.introduction_id or message.request_id)  # type: ignore[assignment]
    if subject is None or subject.state not in message.only_while:
        return False
    by_event = message.kind == "reminder_event" and isinstance(subject, IntroductionRequest)
    since = subject.submitted_at if by_event else subject.state_since  # type: ignore[union-attr]
    return not message.kind.startswith("reminder") or (since is not None and since <= message.created_at)


def hold_back(one: Introduction) -> None:
    """Cancel what waits to leave for an introduction; what is not ours to cancel, `still_wanted` stops."""
    outbox.cancel(Message.introduction_id == one.id)


Writer = Callable[[Letter, Thing, Person], list[paper.Letter]]
WRITERS: dict[Letter, Writer] = {
    Letter.NEW_REQUEST: to_handler,
    Letter.INFO_ASKED: to_requester,
    Letter.INFO_GIVEN: to_handler,
    Letter.APPROVED: to_requester,
    Letter.DECLINED: to_requester,
    Letter.PARKED: to_requester,
    Letter.REDIRECTED: redirected,
    Letter.REOPENED: to_requester,
    Letter.WITHDRAWN: to_handler,
    Letter.EXPIRED: to_both,
    Letter.ASK_CONSENT: ask_consent,
    Letter.POSTPONED: to_both,
    Letter.SUGGESTED: to_handler,
    Letter.AGREED: to_handler,
    Letter.NO_FOLLOW_UP: to_requester,
    Letter.LAPSED: to_handler,
    Letter.INTRODUCTION: introduction,
}
