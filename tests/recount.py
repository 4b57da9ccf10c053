"""The ledger counted again, slowly, in Python, from the lines of one side's timeline: what the figures must equal."""

import statistics
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.purposes import PURPOSES
from brokerage.timeline import Entry

DECIDING = {"approve", "decline"}
REOPENING = {"reopen", "resend", "take_back"}


def paris(instant):
    return instant.astimezone(clock.PARIS).date()


def stories(session, reader, period):
    """Each request first sent in the period, as its lines in this side's timeline, oldest first."""
    start, end = period.instants
    lines = sorted(session.scalars(sa.select(Entry).where(Entry.association_id == reader, Entry.request_id.is_not(None))), key=lambda e: e.at)
    told = {}
    for line in lines:
        told.setdefault(line.request_id, []).append(line)
    for request_id, found in told.items():
        sent = [line for line in found if line.what == "submit"]
        if sent and start <= sent[0].at < end:
            yield session.get_one(IntroductionRequest, request_id), sent[0], found


def fate(lines):
    """What became of a request: waiting, approved, declined or stopped; and the line that decided."""
    state, decision = "waiting", None
    for line in lines:
        if line.what in DECIDING:
            state, decision = {"approve": "approved", "decline": "declined"}[line.what], line
        elif line.what in REOPENING:
            state, decision = "waiting", None
        elif line.what in ("withdraw", "expire") and state == "waiting":
            state = "stopped"
    return state, decision


def doors(lines):
    """Introductions that were made and stand: {id: its lines}."""
    by = {}
    for line in lines:
        if line.introduction_id:
            by.setdefault(line.introduction_id, []).append(line)
    made = {"introduction_introduce", "introduction_introduce_directly"}
    shut = {"introduction_cancel", "introduction_set_aside"}
    return {key: told for key, told in by.items() if {e.what for e in told} & made and not {e.what for e in told} & shut}


def outcomes(lines):
    return [line for line in lines if line.what in ("introduction_record_outcome", "introduction_outcome_added")]


def working(start, end):
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(calendar.is_working_day(day, calendar.HEAD_OFFICE) for day in days)


def recounted(session, reader, period):
    """{asking side: everything the ledger says of it}, from the timeline alone; what a request asks for, from the request."""
    found = {}
    for request, sent, lines in stories(session, reader, period):
        side = found.setdefault(request.asking_id, {k: {} for k in ("kinds", "months", "regions", "commitments")} | {"reasons": Counter(), "towns": set(), "numbers": Counter(), "waits": {}})
        state, decision = fate(lines)
        opened = doors(lines)
        met = [line for told in opened.values() for line in outcomes(told) if line.details["result"] == "met"]
        one = Counter({"asked": 1, state: 1, "introduced": int(bool(opened)), "met": int(bool(met)), "doors": len(opened)})
        kind = request.need.value if request.need.value in ("academic", "corporate") else "other"
        places = {"kinds": kind, "months": f"{paris(sent.at):%Y-%m}", "regions": request.region or "", "commitments": PURPOSES[request.purpose].commitment}
        for name, key in places.items():
            side[name].setdefault(key, Counter()).update(one)
        if request.purpose == "new_town" and opened:
            side["towns"].add((request.place or request.target_town).split(" (")[0].casefold())
        if state == "declined":
            side["reasons"][decision.details["reason"]] += 1
        for told in opened.values():
            counted = [line.details["numbers"] for line in outcomes(told) if line.details["numbers"]]
            side["numbers"].update(counted[-1] if counted else {})
            asked = [datetime.fromisoformat(e.details.get("leaves_at", e.at.isoformat())) for e in told if e.what in ("introduction_ask_consent", "introduction_resume")]
            if asked:
                yes = next(e.at for e in told if e.what == "introduction_accept")
                side["waits"].setdefault("answer", []).append((paris(min(asked[-1], yes)), paris(yes)))
        if decision:
            side["waits"].setdefault("decision", []).append((paris(sent.at), paris(decision.at)))
        if met:
            side["waits"].setdefault("meeting", []).append((paris(sent.at), paris(min(line.at for line in met))))
    return found


def measures(waits):
    """Cases, median in days and in working days."""
    return len(waits), statistics.median((b - a).days for a, b in waits), statistics.median(working(a, b) for a, b in waits)


def told(counts):
    """What a line of the ledger counts, without the zeros."""
    return {name: count for name, count in vars(counts).items() if count}


NOTHING = {"kinds": {}, "months": {}, "regions": {}, "commitments": {}, "waits": {}, "reasons": {}, "numbers": {}, "towns": set()}


def differences(counted, slow):
    """Every figure of a ledger that the recount does not find: (whose, which, counted, recounted)."""
    found = [] if {d.asking.id for d in counted.directions} >= set(slow) else [("sides", slow)]
    for direction in counted.directions:
        expected = slow.get(direction.asking.id, NOTHING)
        for name in ("kinds", "months", "regions", "commitments"):
            said = {key: told(counts) for key, counts in getattr(direction, name).items()}
            again = {key: {figure: n for figure, n in counts.items() if n} for key, counts in expected[name].items()}
            found += [(direction.asking.short, name, said, again)] if said != again else []
        said, again = {name.casefold() for name in direction.towns.values()}, expected["towns"]
        found += [(direction.asking.short, "towns", said, again)] if said != again else []
        said = {n: (d.cases, d.days, d.working) for n, d in direction.delays.items()}, direction.reasons, direction.numbers
        again = {n: measures(w) for n, w in expected["waits"].items()}, dict(expected["reasons"]), {k: v for k, v in expected["numbers"].items() if v}
        found += [(direction.asking.short, "delays, reasons, numbers", one, other) for one, other in zip(said, again, strict=True) if one != other]
    return found
