"""The pace of letters (M16): no more than so many in a minute, in all and to one domain; the others wait, none is dropped."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokerage import clock, scope
from brokerage.mail import outbox, pace
from brokerage.mail.models import Message, MessageState
from tests.mail_fixtures import Office, mail_app, office, sink  # noqa: F401


@pytest.fixture
def slow(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:  # noqa: F811
    """Six letters a minute, three to one domain."""
    monkeypatch.setattr(pace, "PER_MINUTE", 6)
    monkeypatch.setattr(pace, "PER_DOMAIN", 3)
    return office


def posted(office: Office, *domains: str, **more: str) -> None:  # noqa: F811
    for domain in domains:
        office.post(to_address=f"somebody@{domain}", **more)


def test_the_paces_are_those_of_a_small_association() -> None:
    assert (pace.PER_MINUTE, pace.PER_DOMAIN) == (200, 60)


def test_the_fourth_letter_to_one_domain_waits_and_the_others_leave(slow: Office) -> None:
    posted(slow, *["one.example"] * 5, "two.example", "Two.Example")

    slow.deliver()

    assert slow.states() == {"sent": 5, "pending": 2}
    waiting = slow.ask("SELECT to_address, attempts, due_at FROM message WHERE state = 'pending'")
    assert {(address, attempts) for address, attempts, _due in waiting} == {("somebody@one.example", 0)}
    assert all(timedelta(0) < due - clock.now() <= pace.LOOK_AGAIN for *_more, due in waiting)


def test_more_than_a_minute_takes_waits_whatever_the_domain(slow: Office) -> None:
    posted(slow, *[f"d{number}.example" for number in range(10)])

    slow.deliver()
    assert slow.states() == {"sent": 6, "pending": 4}
    with clock.at(clock.now() + pace.LOOK_AGAIN + timedelta(seconds=1)):
        slow.deliver()
        assert slow.states() == {"sent": 6, "pending": 4}
    with clock.at(clock.now() + timedelta(seconds=61 + 16)):
        slow.deliver()

    assert slow.states() == {"sent": 10}
    assert len({one["message_id"] for one in slow.sink.kept}) == 10


def test_what_guards_an_account_never_waits(slow: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "essential", {"password"})
    posted(slow, *["one.example"] * 4)
    posted(slow, *["one.example"] * 2, kind="password")

    slow.deliver()

    assert slow.ask("SELECT kind, count(*) FROM message WHERE state = 'sent' GROUP BY 1 ORDER BY 1") == [("approved", 3), ("password", 2)]


def test_two_workers_together_send_no_more(slow: Office) -> None:
    posted(slow, *[f"d{number}.example" for number in range(20)])

    workers = [slow.worker(lambda: slow.deliver(batch=3)) for _ in range(3)]
    assert [worker.ends() for worker in workers] == [0, 0, 0]

    assert slow.states() == {"sent": 6, "pending": 14}


def test_a_domain_is_kept_as_a_fingerprint(slow: Office) -> None:
    posted(slow, "one.example")
    slow.deliver()

    [(key,)] = slow.ask("SELECT domain_key FROM message")
    assert key == pace.domain_key("another@ONE.example")
    assert "example" not in key


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(st.sampled_from(["a.example", "b.example", "c.example", "d.example"]), max_size=14), already=st.lists(st.sampled_from(["a.example", "b.example"]), max_size=7))
def test_whatever_waits_and_left_no_minute_holds_too_many(slow: Office, wanted: list[str], already: list[str]) -> None:
    slow.ask("TRUNCATE message")
    sent_at = clock.now() - timedelta(seconds=30)
    posted(slow, *already[:6])
    slow.ask("UPDATE message SET state = 'sent', sent_at = :at", at=sent_at)
    with scope.acting(scope.system("a test")) as session:
        for message in session.scalars(sa.select(Message)):
            message.domain_key = pace.domain_key(message.to_address)
        session.commit()
    posted(slow, *wanted)

    slow.deliver()

    with scope.acting(scope.system("a test")) as session:
        messages = session.scalars(sa.select(Message)).all()
    sent = [one.to_address for one in messages if one.state is MessageState.SENT]
    assert len(sent) <= 6
    fresh = {domain: sum(one.endswith(domain) for one in sent) for domain in set(wanted)}
    before = {domain: already[:6].count(domain) for domain in set(wanted)}
    assert all(count <= max(3, before[domain]) for domain, count in fresh.items())
    assert {one.state for one in messages} <= {MessageState.SENT, MessageState.PENDING}
    assert len(messages) == len(wanted) + len(already[:6])
