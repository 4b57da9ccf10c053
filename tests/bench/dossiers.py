"""Requests between allied houses in every state, and what each state leaves behind: introductions, asks, consents, lines."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from brokerage import clock
from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.purposes import DECLINE_REASONS, PURPOSES
from brokerage.introductions.states import IntroductionState as I
from brokerage.introductions.states import RequestState as R
from brokerage.timeline import Actor, Entry
from tests.bench.books import Kept, Row
from tests.bench.copying import Session, Sheet
from tests.bench.houses import HOUSES, House, known

# in a hundred requests of several years: most are over
SHARES = {
    R.DRAFT: 3,
    R.SUBMITTED: 5,
    R.INFO_NEEDED: 3,
    R.PARKED: 3,
    R.APPROVED: 14,
    R.DECLINED: 15,
    R.EXPIRED: 8,
    R.WITHDRAWN: 7,
    R.CLOSED: 42,
}
BEHIND = {
    R.APPROVED: ((I.CONSENT_PENDING, 40), (I.POSTPONED, 8), (I.SUGGESTED, 6), (I.READY, 6), (I.INTRODUCED, 40)),
    R.CLOSED: ((I.CLOSED, 60), (I.REFUSED, 18), (I.UNANSWERED, 17), (I.BLOCKED, 2), (I.CANCELLED, 3)),
}
AGREED = {I.READY, I.INTRODUCED, I.CLOSED}
STEPS = {
    R.SUBMITTED: ("submit",), R.INFO_NEEDED: ("submit", "ask_info"), R.PARKED: ("submit", "park"), R.APPROVED: ("submit", "approve"),
    R.DECLINED: ("submit", "ask_info", "answer", "decline"), R.EXPIRED: ("submit", "expire"), R.WITHDRAWN: ("submit", "withdraw"),
    R.CLOSED: ("submit", "approve", "introduction_ask_consent", "introduction_accept", "introduction_introduce", "close"), R.DRAFT: (),
}  # fmt: skip
MESSAGE = (
    "Nous préparons une demi-journée pour des élèves de première.\n\nPourriez-vous nous présenter la personne qui suit ces sujets ? "
    "Deux intervenantes et une salle de quarante places nous suffiraient, à la date qui vous convient le mieux."
)


@dataclass(frozen=True)
class Dossier:
    """A request, and what it left behind."""

    request: Row
    introductions: Sequence[Row]
    asks: Sequence[Row]
    consents: Sequence[Row]
    outcomes: Sequence[Row]
    entries: Sequence[Row]


def lay(session: Session, targets: Mapping[House, Sequence[Kept]], requests: int, few: int) -> None:
    """`requests` to the large houses together; to each small one `few`, which all wait for a decision."""
    made: list[Dossier] = []
    for house, partners in targets.items():
        small = len(partners) == few
        states = [R.SUBMITTED] * few if small else random.Random(house.slug).choices(list(SHARES), list(SHARES.values()), k=requests // 2)
        made += [_dossier(partners[n * 7919 % len(partners)], len(made) + n, state) for n, state in enumerate(states)]
    _write(session, made)
    session.execute("SELECT setval('request_number', %s)", [len(made) + 1])


def _write(session: Session, made: Sequence[Dossier]) -> None:
    Sheet(IntroductionRequest).copy(session, (one.request for one in made))
    Sheet(Introduction).copy(session, (row for one in made for row in one.introductions))
    Sheet(Ask).copy(session, (row for one in made for row in one.asks))
    Sheet(Consent).copy(session, (row for one in made for row in one.consents))
    Sheet(Outcome).copy(session, (row for one in made for row in one.outcomes))
    Sheet(Entry).copy(session, (row for one in made for row in one.entries))


def _dossier(target: Kept, serial: int, state: R) -> Dossier:
    chance = random.Random(f"request {serial}")
    request = _request(target, serial, state, chance)
    chosen = islice(target.contacts, chance.choice((1, 1, 2)) if state in BEHIND else 0)
    introductions = [_introduction(request, contact, chance) for contact in chosen]
    return Dossier(
        request,
        introductions,
        [_ask(request, one) for one in introductions],
        [_consent(request, one) for one in introductions if one["state"] in AGREED],
        [_outcome(one, chance) for one in introductions if one["state"] == I.CLOSED],
        list(_entries(request, state)),
    )


def _request(target: Kept, serial: int, state: R, chance: random.Random) -> Row:
    giving, asking, today = target.house, HOUSES[target.house.ally], clock.today()
    age = timedelta(days=chance.randrange(12) if state is R.SUBMITTED else chance.randrange(12, 1500), hours=chance.randrange(24))
    sent = None if state is R.DRAFT else clock.now() - age
    decided = sent + timedelta(days=3) if sent and state in (R.APPROVED, R.DECLINED, R.CLOSED) else None
    purpose = chance.choice(list(PURPOSES.values()))
    return {
        "id": known("request", serial),
        "number": f"{today.year - age.days // 365}-{serial:05d}",
        "asking_id": asking.id,
        "giving_id": giving.id,
        "requester_id": asking.delegate(chance.randrange(asking.delegates)),
        "handler_id": target.partner["owner_id"] or giving.manager(serial),
        "partner_id": target.partner["id"],
        "target_name": target.partner["name"],
        "target_town": target.partner["town"],
        "need": target.partner["kind"],
        "purpose": purpose.code,
        "commitment": purpose.commitment,
        "event_name": chance.choice(("Forum des métiers", "Journée Cordées", "Atelier « Oser les sciences »", "")),
        "event_on": today + timedelta(days=chance.randrange(10, 120)) - (age if age.days > 12 else timedelta()),
        "place": target.partner["town"],
        "numbers": {"pupils": chance.randrange(20, 300)},
        "message": MESSAGE,
        "state": state.value,
        "state_since": decided or sent or clock.now() - age,
        "created_at": clock.now() - age,
        "submitted_at": sent,
        "decided_at": decided,
        "due_on": (sent + timedelta(days=7)).date() if sent else None,
        "question": "Combien d'élèves ?" if state is R.INFO_NEEDED else "",
        "decline_reason": chance.choice(list(DECLINE_REASONS)) if state is R.DECLINED else "",
        "parked_until": today + timedelta(days=30) if state is R.PARKED else None,
    }


def _introduction(request: Row, contact: Row, chance: random.Random) -> Row:
    states, shares = zip(*BEHIND[R(request["state"])], strict=True)
    state = chance.choices(states, shares)[0]
    then = request["decided_at"] + timedelta(days=2)
    return {
        "id": known("introduction", request["id"], contact["id"]),
        "request_id": request["id"],
        "asking_id": request["asking_id"],
        "giving_id": request["giving_id"],
        "contact_id": contact["id"],
        "contact_role": contact["role"],
        "state": state.value,
        "state_since": then,
        "asked_at": request["decided_at"],
        "answered_at": then if state in AGREED else None,
        "introduced_at": then if state in AGREED - {I.READY} else None,
    }


def _ask(request: Row, one: Row) -> Row:
    words = {"subject": "Une rencontre avec des élèves", "body": MESSAGE, "by_id": request["handler_id"], "asked_at": one["asked_at"]}
    return {**_about(one, "ask"), "association_id": one["giving_id"], "contact_id": one["contact_id"], **words}


def _consent(request: Row, one: Row) -> Row:
    given = {"answer": "accept", "fields": ["name", "title", "email"], "channel": "link", "given_at": one["answered_at"]}
    whose = {"association_id": one["giving_id"], "to_association_id": one["asking_id"], "contact_id": one["contact_id"]}
    return {**_about(one, "consent"), **whose, **given}


def _outcome(one: Row, chance: random.Random) -> Row:
    said = {"said_by": "delegate", "result": chance.choice(("met", "met", "date_set", "no_answer", "unknown"))}
    return {**_about(one, "outcome"), "asking_id": one["asking_id"], "giving_id": one["giving_id"], **said}


def _about(one: Row, what: str) -> dict[str, Any]:
    return {"id": known(what, one["id"]), "introduction_id": one["id"]}


def _entries(request: Row, state: R) -> Iterator[Row]:
    """One line for each step, posted to both sides."""
    for n, what in enumerate(STEPS[state]):
        at = request["submitted_at"] + timedelta(hours=20 * n)
        by = {"by_kind": Actor.MEMBER.value, "by_id": request["handler_id"], "by_name": "Nadia Benhaddou"}
        when = {"at": at, "created_at": at, "what": what}
        for side in (request["asking_id"], request["giving_id"]):
            whose = {"id": known("line", request["id"], n, side), "association_id": side, "request_id": request["id"]}
            yield {**whose, **when, **by, "details": {}, "partner_id": request["partner_id"] if side == request["giving_id"] else None}
