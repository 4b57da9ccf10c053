"""Letters to members: what happened to a request, and what is asked of them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from brokerage import calendar, clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.introductions import letter_models, notices, routing, wording
from brokerage.introductions.cases import place_of_member
from brokerage.introductions.letters.saying import AUTOMATIC, Thing, answers_to, author, context, leaving, request_of, signature
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.policy import Person
from brokerage.introductions.purposes import DECLINE_REASONS
from brokerage.introductions.states import Letter, RequestState
from brokerage.mail import letter as paper

# letters that say "please decide" or "please answer" are pointless once somebody did; a decision can be taken back
PERISHABLE = {Letter.NEW_REQUEST, Letter.INFO_ASKED, Letter.INFO_GIVEN, Letter.REOPENED, Letter.DECLINED}


def to_member(which: str, thing: Thing, by: Person, to: User | None, **extra: Any) -> list[paper.Letter]:
    """A letter to a member about a request; nothing when there is nobody or when they acted themselves."""
    if to is None or (isinstance(by, User) and by.id == to.id):
        return []
    request = request_of(thing)
    actor = by.name if isinstance(by, User) else ""
    told = context(request, to.language) | extra
    told |= {"reader": wording.member(to), "actor": actor}
    said = letter_models.written(which, request.giving_id, to.language, told)
    who = author(by, request)
    return [
        paper.Letter(
            kind=which,
            dedupe_key=f"{which}:{thing.id}:{thing.version}:{to.id}",
            association_id=to.association_id,
            to_user_id=to.id,
            language=to.language,
            from_name=signature(who),
            reply_to=answers_to(request, who),
            subject=said.subject,
            text=said.text,
            html=said.html,
            request_id=request.id,
            introduction_id=thing.id if isinstance(thing, Introduction) else None,
            only_while=_while(which, thing),
            due_at=_hour(which, request, by, to),
            headers={} if isinstance(by, User) else AUTOMATIC,
        )
    ]


def _hour(which: str, request: IntroductionRequest, by: Person, to: User) -> datetime:
    """What the clock writes for a reader's digest waits there for no office hours: it would miss this week's."""
    if by == timeline.CLOCK and notices.wish(to, which) is not notices.When.NOW:
        return clock.now()
    return leaving(request, by, place_of_member(to))


def _while(which: str, thing: Thing) -> tuple[str, ...]:
    """The states of its subject in which a letter still makes sense; none named: always."""
    if which == Letter.APPROVED:
        return ("approved", "closed")
    return (thing.state.value,) if which in PERISHABLE else ()


def to_handler(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    """The handler, or whoever stands in for them today."""
    handler = routing.reader_of(request_of(thing))
    return to_member(which, thing, by, handler, **_words(thing, handler)) if handler else []


def to_requester(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    requester = request_of(thing).requester
    return to_member(which, thing, by, requester, **_words(thing, requester))


def to_both(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    return [*to_requester(which, thing, by), *to_handler(which, thing, by)]


def redirected(which: Letter, thing: Thing, by: Person) -> list[paper.Letter]:
    return [*to_requester(which, thing, by), *to_handler(Letter.NEW_REQUEST, thing, by)]


def _words(thing: Thing, to: User) -> dict[str, Any]:
    """What was written or chosen on the way, wherever the letter wants it, in the reader's language."""
    request = request_of(thing)
    reason = DECLINE_REASONS.get(request.decline_reason, "")
    until = thing.postponed_until if isinstance(thing, Introduction) else thing.parked_until
    return {
        "word": request.decision_word,
        "question": request.question,
        "reason": wording.translated(reason, to.language) if reason else "",
        "until": wording.day(until, to.language),
        "answer": last_answer(request),
        "asked_on": wording.day(_first_asked_on(request, to), to.language),
    }


def _first_asked_on(request: IntroductionRequest, to: User) -> date | None:
    """The day from which contacts are written to, by the reader's calendar; None when that is today."""
    moment = _last_said(request, "approve", "leaves_at") if request.state is RequestState.APPROVED else ""
    day = calendar.local_day(datetime.fromisoformat(moment), place_of_member(to)) if moment else None
    return day if day and day > calendar.local_day(clock.now(), place_of_member(to)) else None


def last_answer(request: IntroductionRequest) -> str:
    """What the delegate last answered to a question; empty when nothing was asked."""
    return _last_said(request, "answer", "text")


def _last_said(request: IntroductionRequest, step: str, detail: str) -> str:
    entry = db.session.scalar(
        sa.select(timeline.Entry)
        .where(timeline.Entry.request_id == request.id, timeline.Entry.what == step)
        .order_by(timeline.Entry.at.desc())
        .limit(1)
    )
    return entry.details.get(detail, "") if entry else ""
