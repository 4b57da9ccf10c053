"""Work on files that waits: any worker of its queue takes it, step by step, and nothing else waits behind it."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
import sqlalchemy as sa

from brokerage import errands, jobs, scope
from brokerage.database import db
from brokerage.timeline import CLOCK, Entry, record
from brokerage.transfer import waiting
from brokerage.transfer.waiting import Piece
from tests.mail_fixtures import eventually, mail_app, office, sink  # noqa: F401
from tests.test_mail_jobs import Valkey, installed, process, valkey  # noqa: F401


@dataclass
class Desk:
    """Pieces of `steps` steps; each step leaves a line in the timeline of its association."""

    pieces: list[Piece]
    steps: int = 3
    breaks_at: int = 0
    stumbled: list[uuid.UUID] = field(default_factory=list)
    done: dict[uuid.UUID, int] = field(default_factory=dict)

    def waiting(self) -> list[Piece]:
        assert scope.current().read_only
        return [piece for piece in self.pieces if self.done.get(piece.id, 0) < self.steps]

    def advance(self, piece_id: uuid.UUID) -> bool:
        at = self.done.get(piece_id, 0) + 1
        record(f"step {at}", CLOCK, scope.current().association_id)
        db.session().flush()
        if at == self.breaks_at:
            raise RuntimeError("the file is broken")
        self.done[piece_id] = at
        return at < self.steps

    def stumble(self, piece_id: uuid.UUID) -> None:
        self.stumbled.append(piece_id)


@pytest.fixture
def files_app(app, monkeypatch):
    """The application of this process, as a worker finds it."""
    monkeypatch.setattr(errands, "_installed", app)
    return app


def test_every_step_is_kept_by_itself_in_the_association_s_scope(files_app, cast, as_system, monkeypatch):
    desk = Desk([Piece(cast.pa.id, uuid.uuid4()), Piece(cast.ede.id, uuid.uuid4())])
    monkeypatch.setattr(errands, "desks", lambda: (desk,))

    errands.work_on_files()

    with as_system() as session:
        owners = session.scalars(sa.select(Entry.association_id)).all()
    assert (owners.count(cast.pa.id), owners.count(cast.ede.id)) == (3, 3)


def test_a_step_that_fails_leaves_nothing_is_counted_and_stops_nobody_else(files_app, cast, as_system, monkeypatch):
    broken, whole = Desk([Piece(cast.pa.id, uuid.uuid4())], breaks_at=2), Desk([Piece(cast.ede.id, uuid.uuid4())])
    monkeypatch.setattr(errands, "desks", lambda: (broken, whole))

    errands.work_on_files()

    with as_system() as session:
        names = session.scalars(sa.select(Entry.what).where(Entry.association_id == cast.pa.id)).all()
    assert names == ["step 1"]
    assert broken.stumbled == [broken.pieces[0].id]
    assert whole.done == {whole.pieces[0].id: 3}


def test_a_spell_ends_so_that_other_errands_have_their_turn(files_app, cast, monkeypatch):
    desk = Desk([Piece(cast.pa.id, uuid.uuid4())])
    monkeypatch.setattr(errands, "desks", lambda: (desk,))
    monkeypatch.setattr(errands, "SPELL", 0.0)

    assert errands.work_on_files() == 0


def test_the_bell_rings_after_the_commit_and_only_then(cast, as_member, nadia, monkeypatch):
    rung: list[bool] = []
    monkeypatch.setattr(waiting, "bell", lambda: rung.append(True))

    with as_member(nadia) as session:
        waiting.ring_after_commit()
        session.execute(sa.select(Entry))
        assert rung == []
        session.commit()
        session.execute(sa.select(Entry))
        session.commit()

    assert rung == [True]


def test_files_wait_in_a_queue_of_their_own_and_ringing_often_adds_nothing(installed: Any, valkey: Valkey) -> None:  # noqa: F811
    installed(valkey.url)

    for _ in range(100):
        jobs.ring_for_files(valkey.client)

    assert (valkey.client.llen("rq:queue:files"), valkey.client.llen("rq:queue:letters")) == (2, 0)


def test_a_worker_of_files_takes_files_and_leaves_letters(installed: Any, valkey: Valkey, process: Any) -> None:  # noqa: F811
    office = installed(valkey.url)  # noqa: F811
    process(lambda: jobs.work(office.app, queue="files"))
    eventually(lambda: valkey.client.smembers("rq:workers"))

    jobs.ring(valkey.client)
    jobs.ring_for_files(valkey.client)

    eventually(lambda: valkey.client.llen("rq:queue:files") == 0)
    assert valkey.client.llen("rq:queue:letters") == 1


def test_the_timetable_sweeps_for_files_nobody_rang_for(installed: Any, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    installed(valkey.url)
    monkeypatch.setattr(jobs, "ERRANDS", {errands.sweep_files: 5})

    jobs._timetable(valkey.client).enqueue_jobs()

    assert valkey.client.llen("rq:queue:files") == 1


def test_a_broken_bell_loses_no_file(cast, as_member, nadia, monkeypatch):
    def broken() -> None:
        raise redis.ConnectionError("Valkey is away")

    monkeypatch.setattr(waiting, "bell", broken)

    with as_member(nadia) as session:
        record("kept", CLOCK, nadia.association_id)
        waiting.ring_after_commit()
        session.commit()
        assert session.scalars(sa.select(Entry.what)).all() == ["kept"]
