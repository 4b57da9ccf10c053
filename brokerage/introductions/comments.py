"""What members say to each other about a request: inside one association, or to both. Never mixed up, never in a letter to a partner."""

from brokerage import timeline
from brokerage.accounts.models import User
from brokerage.errors import N_, BadInput, NotYours
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.introductions.steps import as_by

LONGEST = 2000
SHARED, PRIVATE = "comment", "private_comment"


def say(request: IntroductionRequest, by: User, text: str, *, shared: bool) -> None:
    """Add a comment to the request's timeline: `shared` for both associations, else for `by`'s own alone.

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
