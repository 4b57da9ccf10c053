"""A comment on a request, told to a member by letter."""

import uuid
from dataclasses import replace

from brokerage.accounts.models import User
from brokerage.introductions.letters.to_members import to_member
from brokerage.introductions.models import IntroductionRequest
from brokerage.mail import letter as paper


def comment(request: IntroductionRequest, by: User, to: User, words: str, *, shared: bool) -> paper.Letter:
    """What `by` wrote, at once: nothing is decided, so nothing can be taken back.

    A reply to an inner one goes to its writer alone: the request's own address is read by both associations.
    """
    on_behalf = request.requester_id not in (by.id, to.id)
    [letter] = to_member("comment", request, by, to, writer=by.name, words=words, shared=shared, on_behalf=on_behalf)
    reply_to = letter.reply_to if shared else by.email
    return replace(letter, dedupe_key=f"comment:{uuid.uuid4()}:{to.id}", due_at=None, reply_to=reply_to)
