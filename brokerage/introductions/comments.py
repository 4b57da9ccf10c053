"""What members say to each other about a request: inside one association, or to both. Never mixed up, never in a letter to a partner."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from brokerage import timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotYours
from brokerage.introductions import letters
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.policy import READERS
from brokerage.introductions.states import RequestState
from brokerage.introductions.steps import as_by
from brokerage.mail import outbox
from brokerage.timeline import Actor, Entry

LONGEST = 2000
SHARED, PRIVATE = "comment", "private_comment"


def say(request: IntroductionRequest, by: User, text: str, *, shared: bool) -> None:
    """Add a comment to the request's timeline: `shared` for both associations, else for `by`'s own alone.

    A letter tells the people on the request: of the other side when it is shared, else the colleagues of `by`.
    Raises BadInput when there is nothing to say, or more than LONGEST signs; NotYours for a draft, which nobody else reads.
    """
    said = text.strip()
    if not said:
        raise BadInput(N_("Écrivez quelque chose."), "text")
    if len(said) > LONGEST:
        raise BadInput(N_("C'est trop long : %(max)d caractères au plus."), "text", max=LONGEST)
    if request.state is RequestState.DRAFT:
        raise NotYours(N_("Un brouillon n'est lu de personne d'autre : envoyez d'abord la demande."))
    readers = (request.asking_id, request.giving_id) if shared else (by.association_id,)
    timeline.record(SHARED if shared else PRIVATE, as_by(by), *readers, request_id=request.id, details={"text": said})
    for to in _told(request, by, shared):
        outbox.post(letters.comment(request, by, to, said, shared=shared))


def _told(request: IntroductionRequest, by: User, shared: bool) -> list[User]:
    """Who hears of it by letter: whoever asks, decides or spoke before, of the other side or of `by`'s own; never `by`."""
    found = db.session.scalars(sa.select(User).where(User.id.in_(_on_it(request, by)), User.is_active)).all()
    readers = [one for one in found if one.id == request.requester_id or one.has(*READERS)]
    return [one for one in readers if (one.association_id == by.association_id) is not shared]


def _on_it(request: IntroductionRequest, by: User) -> set[uuid.UUID]:
    spoke = sa.select(Entry.by_id).where(
        Entry.request_id == request.id, Entry.what.in_([SHARED, PRIVATE]), Entry.by_kind == Actor.MEMBER
    )
    ids: Iterable[uuid.UUID | None] = (request.requester_id, request.handler_id, *db.session.scalars(spoke))
    return {one for one in ids if one is not None and one != by.id}
