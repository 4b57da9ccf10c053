"""A request's life, in two tables of steps. Read this file first.

They are the only place that says what may follow what, who may do it and which letters leave. Pages, buttons, jobs
and commands ask them.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar


class RequestState(enum.StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INFO_NEEDED = "info_needed"
    PARKED = "parked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class IntroductionState(enum.StrEnum):
    """Where the introduction of one contact stands."""

    NEW = "new"  # chosen by the manager; lasts no longer than the approval itself
    CONSENT_PENDING = "consent_pending"
    POSTPONED = "postponed"
    SUGGESTED = "suggested"
    READY = "ready"
    INTRODUCED = "introduced"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Actor(enum.StrEnum):
    """Who may take a step. A requester never decides on their own request, whatever their roles."""

    DELEGATE = "delegate"  # the requester
    ASKING_MANAGER = "asking_manager"  # a manager of the requester's association
    MANAGER = "manager"  # a manager of the owning association
    CONTACT = "contact"  # by link
    CLOCK = "clock"
    RULE = "rule"  # follows another step, in the same transaction


class Letter(enum.StrEnum):
    """The letters a step sends; `letters.py` writes them, templates/mail/ holds their words."""

    NEW_REQUEST = "new_request"
    INFO_ASKED = "info_asked"
    INFO_GIVEN = "info_given"
    APPROVED = "approved"
    DECLINED = "declined"
    PARKED = "parked"
    REDIRECTED = "redirected"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ASK_CONSENT = "ask_consent"
    POSTPONED = "postponed"
    SUGGESTED = "suggested"
    AGREED = "agreed"  # the contact said yes, and the introduction waits for a manager
    NO_FOLLOW_UP = "no_follow_up"  # refused, unanswered or blocked: the delegate reads the same
    LAPSED = "lapsed"
    OBJECTION_NOTED = "objection_noted"  # from privacy/objection.py, the last letter of all
    INTRODUCTION = "introduction"


S = TypeVar("S", bound=enum.StrEnum)


@dataclass(frozen=True)
class Step(Generic[S]):
    """One arrow: from which states, to which, by whom, and the letters that follow."""

    name: str
    sources: frozenset[S]
    target: S
    actors: frozenset[Actor]
    letters: tuple[Letter, ...] = ()


def _step(
    name: str, sources: Iterable[S], target: S, *actors: Actor, letters: tuple[Letter, ...] = ()
) -> tuple[str, Step[S]]:
    return name, Step(name, frozenset(sources), target, frozenset(actors), letters)


R, I, A, L = RequestState, IntroductionState, Actor, Letter

UNDECIDED = {R.SUBMITTED, R.INFO_NEEDED, R.PARKED}
REQUEST_OPEN = {R.DRAFT, R.APPROVED, *UNDECIDED}
AWAITING_CONTACT = {I.CONSENT_PENDING, I.POSTPONED}
INTRODUCTION_OPEN = {*AWAITING_CONTACT, I.SUGGESTED, I.READY, I.INTRODUCED}
CHANGEABLE = {I.POSTPONED, I.SUGGESTED, I.READY, I.REFUSED}  # answered by the contact, and nothing has left yet
INTRODUCTION_OVER = set(I) - INTRODUCTION_OPEN - {I.NEW}

REQUEST_STEPS: dict[str, Step[RequestState]] = dict(
    [
        _step("submit", {R.DRAFT}, R.SUBMITTED, A.DELEGATE, letters=(L.NEW_REQUEST,)),
        _step("ask_info", {R.SUBMITTED}, R.INFO_NEEDED, A.MANAGER, letters=(L.INFO_ASKED,)),
        _step("answer", {R.INFO_NEEDED}, R.SUBMITTED, A.DELEGATE, letters=(L.INFO_GIVEN,)),
        _step("park", {R.SUBMITTED, R.INFO_NEEDED}, R.PARKED, A.MANAGER, letters=(L.PARKED,)),
        _step("resume", {R.PARKED}, R.SUBMITTED, A.MANAGER, A.CLOCK),
        _step("approve", UNDECIDED, R.APPROVED, A.MANAGER, letters=(L.APPROVED,)),
        _step("ask_another", {R.APPROVED, R.CLOSED}, R.APPROVED, A.MANAGER),
        _step("decline", UNDECIDED, R.DECLINED, A.MANAGER, letters=(L.DECLINED,)),
        _step("turn_to", {R.SUBMITTED}, R.SUBMITTED, A.DELEGATE, letters=(L.REDIRECTED,)),  # once it has waited too long
        _step("redirect", UNDECIDED, R.SUBMITTED, A.MANAGER, letters=(L.REDIRECTED,)),
        _step("reopen", {R.DECLINED, R.EXPIRED, R.WITHDRAWN}, R.SUBMITTED, A.MANAGER, letters=(L.REOPENED,)),
        _step("resend", {R.WITHDRAWN}, R.SUBMITTED, A.DELEGATE, letters=(L.NEW_REQUEST,)),
        _step("go_on", {R.CLOSED}, R.APPROVED, A.RULE),
        _step("withdraw", REQUEST_OPEN - {R.DRAFT}, R.WITHDRAWN, A.DELEGATE, A.ASKING_MANAGER, letters=(L.WITHDRAWN,)),
        _step("expire", {R.SUBMITTED, R.INFO_NEEDED}, R.EXPIRED, A.CLOCK, letters=(L.EXPIRED,)),
        _step("close", {R.APPROVED}, R.CLOSED, A.CLOCK, A.RULE),
        _step("take_back", {R.APPROVED, R.DECLINED}, R.SUBMITTED, A.MANAGER),
    ]
)

INTRODUCTION_STEPS: dict[str, Step[IntroductionState]] = dict(
    [
        _step("ask_consent", {I.NEW}, I.CONSENT_PENDING, A.RULE, letters=(L.ASK_CONSENT,)),
        _step("defer", {I.NEW}, I.POSTPONED, A.RULE),  # approved, to be asked on a later date
        _step("accept", AWAITING_CONTACT, I.READY, A.CONTACT, A.MANAGER),
        _step("postpone", AWAITING_CONTACT, I.POSTPONED, A.CONTACT, A.MANAGER, letters=(L.POSTPONED,)),
        _step("suggest", {I.CONSENT_PENDING}, I.SUGGESTED, A.CONTACT, letters=(L.SUGGESTED,)),
        _step("refuse", AWAITING_CONTACT, I.REFUSED, A.CONTACT, A.MANAGER, letters=(L.NO_FOLLOW_UP,)),
        _step("reconsider", CHANGEABLE, I.CONSENT_PENDING, A.CONTACT),
        _step("object", INTRODUCTION_OPEN, I.BLOCKED, A.CONTACT, A.RULE, letters=(L.NO_FOLLOW_UP,)),
        _step("resume", {I.POSTPONED}, I.CONSENT_PENDING, A.CLOCK, A.MANAGER, letters=(L.ASK_CONSENT,)),
        _step("lapse", {I.CONSENT_PENDING}, I.UNANSWERED, A.CLOCK, letters=(L.NO_FOLLOW_UP, L.LAPSED)),
        _step("introduce", {I.READY}, I.INTRODUCED, A.MANAGER, A.RULE, letters=(L.INTRODUCTION,)),
        _step("introduce_directly", {I.NEW}, I.INTRODUCED, A.RULE, letters=(L.INTRODUCTION,)),
        _step("record_outcome", {I.INTRODUCED}, I.CLOSED, A.DELEGATE, A.CONTACT, A.MANAGER, A.CLOCK),
        _step("cancel", {*INTRODUCTION_OPEN, I.NEW}, I.CANCELLED, A.RULE),
        _step("put_off", {I.POSTPONED}, I.POSTPONED, A.MANAGER),  # another date, by the manager's own decision
        _step("drop", {I.POSTPONED}, I.CANCELLED, A.MANAGER, letters=(L.NO_FOLLOW_UP,)),
        _step("set_aside", {I.SUGGESTED}, I.CANCELLED, A.MANAGER, A.RULE),
    ]
)
