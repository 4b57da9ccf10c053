"""A request is locked before its introductions and their letters, by everybody: nobody waits for somebody who waits for them."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.introductions import answering, deciding, introductions, reminders, requests
from brokerage.introductions.cases import batches
from brokerage.introductions.models import Introduction, Result
from brokerage.introductions.states import IntroductionState
from brokerage.introductions.timetable import chosen
from brokerage.privacy import objection
from brokerage.timeline import CLOCK, Actor, By
from tests.conftest import as_role
from tests.story import Stage, stage  # noqa: F401

PATIENCE = 20  # seconds
CONTACT = By(Actor.CONTACT)


def _due(one):
    """What the clock finds to do, now that its day has come; it looks again under the lock."""
    found = [case for batch in batches() for case in batch if case.introduction is one]
    return chosen(found[0], clock.now() + timedelta(days=120))


POSTPONED, INTRODUCED = IntroductionState.POSTPONED, IntroductionState.INTRODUCED
VERBS = {
    "accept": (None, lambda one, by: introductions.accept(one, CONTACT)),
    "postpone": (None, lambda one, by: introductions.postpone(one, CONTACT, clock.today() + timedelta(days=9))),
    "suggest": (None, lambda one, by: introductions.suggest(one, CONTACT, last_name="Diallo")),
    "refuse": (None, lambda one, by: introductions.refuse(one, CONTACT)),
    "lapse": (None, lambda one, by: introductions.lapse(one, CLOCK)),
    "the clock looks again": (None, lambda one, by: reminders._still_so(_due(one))),
    "call off": (None, lambda one, by: deciding.call_off(one, by)),
    "withdraw": (None, lambda one, by: requests.withdraw(one.request, one.request.requester)),
    "object": (None, lambda one, by: objection.object_to_everything(one.contact_id)),
    "answer first": (None, lambda one, by: answering.insist_on_first(one, "")),
    "resume": (POSTPONED, lambda one, by: introductions.resume(one, by)),
    "put off": (POSTPONED, lambda one, by: introductions.put_off(one, by, clock.today() + timedelta(days=9))),
    "drop": (POSTPONED, lambda one, by: introductions.drop(one, by)),
    "outcome": (INTRODUCED, lambda one, by: introductions.record_outcome(one, by, Result.MET)),
    "consent withdrawn": (INTRODUCED, lambda one, by: introductions.withdraw_consent(one, CONTACT)),
}


@pytest.fixture
def asked(stage: Stage, nadia, lucas):  # noqa: F811
    """The introduction of a contact who is asked this minute: the letter has not left."""
    partner = stage.partner(nadia, "Lycée Rotrou", "Dreux", uai="0280019U", department="28")
    contact = stage.contact(partner, "Aïssa", "Kanté", "a.kante@rotrou.example")
    request = stage.asks(lucas, partner, need="academic", purpose="invite_pupils", message="Deux classes de première pour une matinée.")
    stage.approves(nadia, request, contact)
    return contact


@contextmanager
def _somebody_else(admin_url, database):
    """Another session, on a connection that obeys no wall."""
    plain = sa.make_url(as_role(admin_url, "postgres", database)).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        yield connection
        connection.rollback()


def _wait_until_somebody_waits(connection, database):
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with psycopg.connect(connection.info.dsn, autocommit=True) as onlooker:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if onlooker.execute(blocked, [database]).fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("it did not wait for the request")


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_waits_for_a_request_holds_nothing_of_it_yet(verb, asked, nadia, app, admin_url, database):
    state, act = VERBS[verb]
    with scope.acting(scope.system("a test")) as session:
        introduction = session.scalars(sa.select(Introduction)).one()
        if state:
            introduction.state = state
            session.commit()
        request_id, introduction_id = introduction.request_id, introduction.id
    failed: list[BaseException] = []

    def acts() -> None:
        with app.app_context(), scope.acting(scope.system("a test")) as session:
            try:
                act(session.get_one(Introduction, introduction_id), session.merge(nadia))
                session.rollback()
            except BaseException as no:
                failed.append(no)

    with _somebody_else(admin_url, database) as other:
        other.execute("SELECT 1 FROM introduction_request WHERE id = %s FOR UPDATE", [request_id])
        somebody = threading.Thread(target=acts)
        somebody.start()
        try:
            _wait_until_somebody_waits(other, database)
            other.execute("SELECT 1 FROM introduction WHERE id = %s FOR UPDATE NOWAIT", [introduction_id])
            other.execute("SELECT 1 FROM message WHERE introduction_id = %s FOR UPDATE NOWAIT", [introduction_id])
        finally:
            other.rollback()
            somebody.join(PATIENCE)

    assert not failed
