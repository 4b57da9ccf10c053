"""Power cuts, frozen machines and several workers: real processes, killed where it hurts most."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.mail import delivery, leases, outbox
from brokerage.mail.transport import Line
from tests.mail_fixtures import Office, die, mail_app, office, sink  # noqa: F401


def just_before(room: Any, name: str, act: Callable[[], None], time: int = 1) -> Callable[[], None]:
    """In a worker: do `act` when `room.name` is about to be called for the nth time."""

    def prepare() -> None:
        real, calls = getattr(room, name), Counter[str]()

        def watched(*arguments: Any, **options: Any) -> Any:
            calls[name] += 1
            if calls[name] == time:
                act()
            return real(*arguments, **options)

        setattr(room, name, watched)

    return prepare


def kill(room: Any, name: str, time: int = 1) -> Callable[[], None]:
    return just_before(room, name, die, time)


def freeze(room: Any, name: str) -> Callable[[], None]:
    return just_before(room, name, lambda: die(signal.SIGSTOP))


BEFORE_THE_FENCE = (leases, "fence")
BEFORE_THE_WORDS = (Line, "transmit")
BEFORE_IT_IS_NOTED = (leases, "sent")
AFTER_IT_IS_NOTED = (delivery._Courier, "hang_up")


# ---- one worker dies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [(delivery, "prepared"), BEFORE_THE_FENCE])
def test_killed_before_the_fence_the_letter_leaves_once_when_the_lease_is_over(office: Office, place: Any) -> None:  # noqa: F811
    message = office.post()

    assert office.worker(before=kill(*place)).ends() == -9
    held, claimed_too_early = office.row(message).state, office.deliver()
    office.let_leases_end()
    office.deliver()

    assert (held, claimed_too_early) == ("sending", 0)
    assert office.row(message).state == "sent"
    assert len(office.sink.kept) == 1


def test_killed_before_the_words_nothing_left_and_one_copy_follows(office: Office) -> None:  # noqa: F811
    message = office.post()

    assert office.worker(before=kill(*BEFORE_THE_WORDS)).ends() == -9
    held = office.row(message).state
    office.let_leases_end()
    office.deliver()
    doubt, kept_then = office.row(message).state, len(office.sink.kept)
    with clock.at(clock.now() + outbox.PATIENCE + timedelta(seconds=1)):
        office.deliver()

    assert (held, doubt, kept_then) == ("transmitting", "uncertain", 0)
    assert office.states() == {"uncertain": 1, "sent": 1}
    assert [one["message_id"] for one in office.sink.kept] == [office.row(message).message_id]


def test_killed_after_the_server_said_yes_at_most_one_more_copy_leaves(office: Office) -> None:  # noqa: F811
    message = office.post()

    assert office.worker(before=kill(*BEFORE_IT_IS_NOTED)).ends() == -9
    office.let_leases_end()
    office.deliver()
    kept_then = len(office.sink.kept)
    for days in range(3):
        with clock.at(clock.now() + timedelta(days=days, minutes=16)):
            office.deliver()

    assert kept_then == 1
    assert office.states() == {"uncertain": 1, "sent": 1}
    assert {one["message_id"] for one in office.sink.kept} == {office.row(message).message_id}
    assert len(office.sink.kept) == 2
    assert office.ask("SELECT what, details->>'message_id' FROM entry") == [("letter_uncertain", str(message))]


def test_a_reminder_killed_at_the_same_place_is_not_repeated(office: Office) -> None:  # noqa: F811
    office.post(kind="reminder_consent")

    office.worker(before=kill(*BEFORE_IT_IS_NOTED)).ends()
    office.let_leases_end()
    with clock.at(clock.now() + timedelta(days=1)):
        office.deliver()

    assert office.states() == {"uncertain": 1}
    assert len(office.sink.kept) == 1


def test_killed_after_it_was_noted_the_letter_left_once(office: Office) -> None:  # noqa: F811
    message = office.post()

    assert office.worker(before=kill(*AFTER_IT_IS_NOTED)).ends() == -9
    office.let_leases_end()
    office.deliver()

    assert office.row(message).state == "sent"
    assert len(office.sink.kept) == 1


# ---- one machine freezes -------------------------------------------------------------------------------------------


def test_a_worker_frozen_past_its_lease_wakes_up_and_sends_nothing(office: Office) -> None:  # noqa: F811
    message = office.post()
    frozen = office.worker(before=freeze(*BEFORE_THE_FENCE))
    frozen.stops()
    office.let_leases_end()

    office.deliver()
    frozen.send(signal.SIGCONT)

    assert frozen.ends() == 0
    assert office.row(message).state == "sent"
    assert len(office.sink.kept) == 1


def test_a_worker_frozen_as_the_words_leave_settles_the_doubt_when_it_wakes(office: Office) -> None:  # noqa: F811
    message = office.post()
    frozen = office.worker(before=freeze(*BEFORE_THE_WORDS))
    frozen.stops()
    office.let_leases_end()

    office.deliver()
    doubt = office.states()
    frozen.send(signal.SIGCONT)

    assert frozen.ends() == 0
    assert doubt == {"uncertain": 1, "pending": 1}
    assert office.row(message).state == "sent"
    assert office.states() == {"sent": 1, "cancelled": 1}
    assert len(office.sink.kept) == 1


# ---- several at once -----------------------------------------------------------------------------------------------


def test_two_workers_at_once_send_two_hundred_letters_once_each(office: Office) -> None:  # noqa: F811
    office.post(*(office.letter(to_address=f"nr{number}@example.org") for number in range(200)))

    workers = [office.worker(lambda: office.deliver(batch=10)) for _ in range(2)]

    assert [worker.ends() for worker in workers] == [0, 0]
    assert office.states() == {"sent": 200}
    assert sorted(one["to"][0] for one in office.sink.kept) == sorted(f"nr{number}@example.org" for number in range(200))
    [(shares,)] = office.ask("SELECT count(DISTINCT split_part(worker, '/', 2)) FROM message")
    assert shares >= 10


def test_when_some_workers_are_killed_no_letter_is_lost_or_doubled(office: Office) -> None:  # noqa: F811
    office.post(*(office.letter(to_address=f"nr{number}@example.org") for number in range(80)))

    doomed = [office.worker(before=kill(*BEFORE_THE_FENCE, time=time)) for time in (5, 12)]
    survivors = [office.worker(lambda: office.deliver(batch=5)) for _ in range(2)]
    codes = [worker.ends() for worker in [*doomed, *survivors]]
    office.let_leases_end()
    office.deliver()

    assert -9 in codes[:2]
    assert codes[2:] == [0, 0]
    assert office.states() == {"sent": 80}
    assert len(office.sink.kept) == 80
    assert {one["to"][0] for one in office.sink.kept} == {f"nr{number}@example.org" for number in range(80)}


def test_a_worker_does_not_wait_for_what_another_is_claiming(office: Office) -> None:  # noqa: F811
    office.post()
    free = office.post()

    def claim_the_other() -> None:
        assert leases.claim("test", 20) == [free]

    with office.owner.begin() as elsewhere:
        elsewhere.execute(sa.text("SELECT id FROM message WHERE id <> :free FOR UPDATE"), {"free": free})
        code = office.worker(claim_the_other).ends()

    assert code == 0


def test_two_workers_that_find_a_lost_transmission_count_it_once(office: Office) -> None:  # noqa: F811
    office.post()
    office.worker(before=kill(*BEFORE_THE_WORDS)).ends()
    office.let_leases_end()

    workers = [office.worker(leases.settle_lost_transmissions) for _ in range(4)]

    assert [worker.ends() for worker in workers] == [0] * 4
    assert office.states() == {"uncertain": 1, "pending": 1}
    assert office.ask("SELECT count(*) FROM entry") == [(1,)]
