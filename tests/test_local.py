"""The launcher, with real processes and a small application in place of ours."""

import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from brokerage.local import folder, lodging, roles, schema, sentences
from tests.local_house import House, eventually, sentence, somewhere_quick


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """The database of a first start."""
    with tempfile.TemporaryDirectory(dir=somewhere_quick()) as place:
        first = House(Path(place) / "house")
        assert first.run("flask", "db", "whoami").code == 0
        yield first.data / "postgres"


@pytest.fixture
def bare_house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(dir=somewhere_quick()) as place:
        here = House(Path(place) / "house")
        yield here
        here.clear()


@pytest.fixture
def house(bare_house: House, made_once: Path) -> House:
    bare_house.data.mkdir()
    shutil.copytree(made_once, bare_house.data / "postgres")
    return bare_house


def test_sigterm_ends_everything_within_five_seconds_even_a_deaf_worker(house):
    launcher = house.serve(DEAF="1")

    asked = time.monotonic()
    launcher.terminate()
    said, _ = launcher.communicate(timeout=20)

    assert time.monotonic() - asked < 5
    assert launcher.returncode == 0, said
    assert house.pids() == []


@pytest.mark.parametrize("victim", ["launcher", "keeper"])
def test_whoever_of_launcher_and_keeper_is_killed_no_process_is_left(house, victim):
    launcher = house.serve()
    [keeper] = house.pids("passerelle: keeper")

    os.kill({"launcher": launcher.pid, "keeper": keeper}[victim], signal.SIGKILL)

    assert eventually(lambda: not house.pids(), 6), house.pids()


def test_a_killed_launcher_can_be_started_again_at_once(house):
    house.serve().kill()

    again = house.start()

    assert eventually(lambda: house.answers() and again.poll() is None)


def test_every_fallen_service_is_started_again(house):
    house.serve()
    services = ["app worker", "worker --queue files", "app scheduler", "postgres -D", "valkey", "granian", "mail_sink"]
    before = {name: house.pids(name) for name in services}

    for first, *_ in before.values():
        os.kill(first, signal.SIGKILL)

    assert eventually(lambda: all(set(house.pids(name)) - set(before[name]) for name in services), 10)
    assert eventually(house.answers)
    assert eventually(lambda: house.run("flask", "whoami").said == "passerelle_app no owner\n", 30)


def test_the_orphans_of_a_fallen_worker_do_not_work_on_beside_the_new_one(house):
    house.serve()
    [orphan] = house.pids("os.setpgrp")

    os.kill(house.pids("app worker")[0], signal.SIGKILL)

    assert eventually(lambda: house.pids("os.setpgrp") not in ([], [orphan]))
    assert orphan not in house.pids("os.setpgrp")


def test_a_second_launcher_on_the_same_folder_is_sent_to_the_first(house):
    first = house.serve()

    second = house.run()

    assert second.code == 1
    assert f"http://127.0.0.1:{house.port}" in second.said
    assert f"kill {first.pid}" in second.said
    assert house.answers()


def test_a_command_borrows_what_runs_and_leaves_it_running(house):
    house.serve()
    servers = house.pids("postgres -D")

    command = house.run("flask", "whoami")

    assert (command.code, command.said) == (7, "passerelle_app no owner\n")
    assert house.pids("postgres -D") == servers
    assert house.answers()


def test_a_command_alone_starts_what_it_needs_even_the_first_database_and_stops_it(bare_house):
    command = bare_house.run("flask", "whoami")

    assert (command.code, command.said) == (7, "passerelle_app no owner\n")
    assert bare_house.pids() == []


def test_a_command_waits_for_those_that_borrowed_its_services(house):
    host = house.start("flask", "linger", "1")
    assert eventually(lambda: (house.data / "run.json").exists())

    guest = house.start("flask", "linger", "3")

    assert (guest.wait(30), host.wait(30)) == (7, 7)
    assert house.pids() == []


def test_only_database_commands_see_the_owner(house):
    command = house.run("flask", "db", "whoami")

    assert command.code == 0
    assert command.said.startswith("postgresql+psycopg://passerelle_owner@/passerelle")


def test_demonstration_data_are_loaded_into_a_new_database_only(house):
    said = []
    for _ in range(2):
        launcher = house.serve()
        launcher.terminate()
        said.append(launcher.communicate(timeout=20)[0])

    assert "Passerelle is ready" in said[1]
    assert "Loading the demonstration data" in said[0]
    assert "Loading the demonstration data" not in said[1]


def test_empty_means_without_demonstration_data(house):
    launcher = house.start("--empty")
    assert eventually(house.answers)

    launcher.terminate()
    said, _ = launcher.communicate(timeout=20)

    assert "demonstration" not in said


def test_letters_of_a_local_installation_are_filed_in_the_letter_box(house):
    assert house.run("flask", "write").code == 0

    [letter] = (house.data / "courrier" / "new").iterdir()
    content = letter.read_text()
    assert "Delivered-To: b@example.org" in content
    assert "Subject: Bonjour" in content


def test_secrets_on_disk_are_for_their_owner_only(house):
    house.serve()

    for name in ("secret", "run.json"):
        assert (house.data / name).stat().st_mode & 0o077 == 0, name
    assert json.loads((house.data / "run.json").read_text())["address"].endswith(str(house.port))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user's identity to lend")
def test_root_without_namespaces_runs_postgresql_as_another_user(house):
    house.home.parent.chmod(0o700)

    house.serve(PASSERELLE_NO_NAMESPACES="1")

    [server] = house.pids("postgres -D")
    assert Path(f"/proc/{server}").stat().st_uid != 0
    place = Path((house.data / "elsewhere").read_text().strip())
    assert (place / "postgres").stat().st_mode & 0o077 == 0
    house.launchers[0].kill()
    assert eventually(lambda: not house.pids(), 6)
    assert house.run("flask", "whoami").code == 7, "with namespaces, on the same data"
    lodging.abandon(house.data)
    assert not place.exists()


def test_a_busy_port_is_told_before_anything_is_started(bare_house):
    with socket.create_server(("127.0.0.1", bare_house.port)):
        told = bare_house.run()

    assert (told.code, told.said) == (1, sentence(sentences.port_busy(bare_house.port)))
    assert not (bare_house.data / "postgres").exists()


def test_data_of_another_postgresql_are_left_alone(bare_house):
    place = bare_house.data / "postgres"
    place.mkdir(parents=True)
    (place / "PG_VERSION").write_text("9\n")

    told = bare_house.run()

    assert told.code == 1
    assert "PostgreSQL 9" in told.said
    assert "Traceback" not in told.said
    assert [file.name for file in place.iterdir()] == ["PG_VERSION"]


def test_a_data_folder_that_cannot_be_written_to_is_told(bare_house):
    bare_house.data.write_text("a file where the folder should be")

    told = bare_house.run()

    assert (told.code, told.said) == (1, sentence(sentences.not_writable(bare_house.data)))


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(folder.shutil, "disk_usage", lambda _: SimpleNamespace(free=10 * 2**20))

    with pytest.raises(sentences.Stop, match="plus assez de place"):
        folder.Folder(tmp_path / "data").open()


@pytest.mark.parametrize(
    ("variable", "address"),
    [("DATABASE_URL", "postgresql://a:hidden@127.0.0.1:1/b"), ("REDIS_URL", "redis://:hidden@127.0.0.1:1/0")],
)
def test_a_given_service_that_does_not_answer_is_told_without_its_password(house, variable, address):
    told = house.run(**{variable: address})

    assert told.code == 1
    assert f"Le service donné par {variable} ne répond pas" in told.said
    assert "hidden" not in told.said
    assert "Traceback" not in told.said


def test_an_application_that_cannot_start_is_told_with_its_last_words(house):
    (house.home / "app.py").write_text("raise RuntimeError('il manque une pièce')")

    told = house.run("--empty")

    assert told.code == 1
    assert "« web » n'a pas pu démarrer (RuntimeError: il manque une pièce)" in told.said
    assert house.pids() == []


def test_production_without_a_key_does_not_start(bare_house):
    told = bare_house.run(PUBLIC_BASE_URL="https://passerelle.example")

    assert told.code == 1
    assert told.said.startswith("SECRET_KEY manque")
    assert not bare_house.data.exists()


def test_the_newest_migration_is_the_one_nothing_builds_on(tmp_path):
    (tmp_path / "0001_first.py").write_text('revision = "a"\ndown_revision = None\n')
    (tmp_path / "0002_second.py").write_text('revision: str = "b"\ndown_revision: str | None = "a"\n')

    assert schema.newest(tmp_path) == {"b"}
    assert schema.newest(tmp_path / "nowhere") == frozenset()


def test_the_applications_role_neither_bypasses_row_security_nor_inherits_the_vault(admin_url):
    roles.prepare_roles(admin_url)
    roles.prepare_roles(admin_url)

    with roles.connect(admin_url) as session:
        rights = "rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit"
        app = session.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", [roles.APP]).fetchone()
        vault = session.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [roles.APP, roles.VAULT]).fetchone()
    assert app == (True, False, False, False, False, False)
    assert vault == (True,)


def test_a_database_is_made_once_and_belongs_to_its_owner(admin_url):
    roles.prepare_roles(admin_url)
    name = f"made_once_{os.getpid()}"

    try:
        assert roles.create_database(admin_url, name)
        assert not roles.create_database(admin_url, name)

        there = admin_url.replace("/postgres?", f"/{name}?").replace("//postgres@", f"//{roles.APP}@")
        with roles.connect(there) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("CREATE TABLE mine ()")
    finally:
        with roles.connect(admin_url) as session:
            session.execute(f"DROP DATABASE IF EXISTS {name}")
