"""The log (E9): nobody's address, telephone, token or password after a walk through every route; one line each, in UTC, with its request."""

import io
import logging
import re
import time

import psycopg
import pytest
import sqlalchemy as sa

from brokerage import logs
from brokerage.accounts import links
from brokerage.accounts.models import Link, Purpose
from brokerage.database import db
from tests import cast as people
from tests import test_canary
from tests.conftest import HOUSE
from tests.test_access import addresses
from tests.test_accounts import entering

planted = test_canary.planted
HEAD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ ([0-9a-f]{8}|-) [\w.]+: ")
ROW = "Canarilla canary-pa-email@perchoir.example"
PASSWORD = "Canari-Mot-De-Passe-2026"


@pytest.fixture
def written():
    """What a process writes while the test runs, as `logs.install` writes it."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.install()
    root.handlers[0].setStream(stream)
    yield stream.getvalue
    root.handlers[:] = before
    root.setLevel(level)


def whole(line):
    return HEAD.match(line) or line.startswith("    | ")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["nadia", "lucas", "helene", None])
def test_no_canary_is_in_the_log_after_a_walk_through_every_route(app, cast, planted, client_of, written, as_system, monkeypatch, who):
    client = client_of(getattr(cast, who) if who else None)
    with as_system() as session:
        tokens = [links.token_of(one) for one in session.scalars(sa.select(Link))]
    monkeypatch.setattr("brokerage.web.home.page", broken_by_the_database)

    for of in ("partner", "contact", "request"):
        for _endpoint, method, path in addresses(app, planted[of]):
            if not path.endswith(("/deconnexion", "/sessions/fin")):
                client.open(f"{path}?q=canarilla", method=method, data={"q": "canary-pa-email@perchoir.example"} if method == "POST" else None)
    for token in tokens:
        for path in links.PATHS.values():
            client.get(f"{path}{token}")
    entering(client, "canary-pa-email@perchoir.example", PASSWORD)
    client.get("/accueil")

    said = written()
    assert [word for word in [*test_canary.SECRETS, *tokens, PASSWORD, people.PASSWORD, "@"] if word.casefold() in said.replace("…@…", "").casefold()] == []
    assert [line for line in said.splitlines() if not whole(line)] == []
    if who:  # the walk did write something: the failure at the end, and where it was
        assert "unexpected failure" in said
        assert "    |   File" in said


def broken_by_the_database(*_args, **_more):
    """As PostgreSQL says it: with the row in its words."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE canaries (email text PRIMARY KEY) ON COMMIT DROP")
        for _ in range(2):
            connection.execute(sa.text("INSERT INTO canaries VALUES (:email)"), {"email": ROW})


def test_a_failure_bears_the_number_that_its_page_shows(app, nadia, client_of, written, monkeypatch):
    def fails(*_args, **_more):
        raise ValueError("Hélène <h.marchetti@meridiane.example> +33199005240 01 99 00 52 40\n2026-01-01T00:00:00.000Z ERROR - forged: line")

    monkeypatch.setattr("brokerage.web.home.page", fails)

    page = client_of(nadia).get("/accueil")

    number = re.search(r"référence\W+([0-9a-f]{8})", page.text)[1]
    said = written()
    assert f" ERROR {number} brokerage.web.errors: unexpected failure {number}" in said
    assert [word for word in ("marchetti@", "+3319", "01 99 00") if word in said] == []
    assert [line for line in said.splitlines() if not whole(line)] == []
    assert len([line for line in said.splitlines() if HEAD.match(line)]) == 1


@pytest.mark.parametrize("typed", ["a\r\nb", "a\nb", "a\x0bb", "a\x1b[31mb", "a\u2028b", "a\x85b", "a\u202eb"])
def test_nobody_writes_a_second_line(written, typed):
    logging.getLogger("brokerage.test").warning("typed: %s", typed)

    assert len(written().splitlines()) == 1
    assert re.search(r"typed: a\\[rnxu]", written())


@pytest.fixture
def far_away(monkeypatch):
    """A machine in Nouméa."""
    with monkeypatch.context() as moved:
        moved.setenv("TZ", "Pacific/Noumea")
        time.tzset()
        yield
    time.tzset()


def test_the_time_is_utc_and_each_request_has_its_number(far_away, written):
    log = logging.getLogger("brokerage.test")
    record = log.makeRecord(log.name, logging.INFO, "", 0, "hello", (), None)
    record.created, record.msecs = 0.0, 0.0

    line = logging.getLogger().handlers[0].format(record)

    assert line == "1970-01-01T00:00:00.000Z INFO - brokerage.test: hello"
    assert logs.begin_request() != logs.begin_request()
    logs.end_request()


def test_ids_stay_and_tokens_do_not(nadia, as_member):
    with as_member(nadia) as session:
        token = links.token_of(links.make(Purpose.AGENDA, nadia.id, nadia.association_id))
        session.rollback()

    said = logs.without_people(f"message {nadia.id} /reponse/{token} a_function_with_a_rather_long_name_of_its_own")

    assert said == f"message {nadia.id} /reponse/… a_function_with_a_rather_long_name_of_its_own"


def test_every_process_writes_so():
    assert "logs.install()" in (HOUSE / "app.py").read_text()


def test_the_database_we_start_quotes_no_row_in_its_log(admin_url):
    with psycopg.connect(sa.make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        assert connection.execute("SHOW log_error_verbosity").fetchone() == ("terse",)
