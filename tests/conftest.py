"""A real PostgreSQL, migrated; a cast of people with the outsider always present; a browser session for each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as Alembic
from flask import Flask
from flask.testing import FlaskClient

from brokerage import clock, scope, wiring
from brokerage.accounts import sign_in
from brokerage.accounts.models import User
from brokerage.config import Config
from brokerage.database import db
from tests import cast as people

HOUSE = Path(__file__).parents[1]
MANY = 1000  # rows of one table that a test leaves
KEY = "a-key-for-tests-only-0123456789-abcdefghij"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


def as_role(url: str, role: str, database: str) -> str:
    """The same server, another role and database; both roles enter by the socket's trust."""
    return sa.make_url(url).set(username=role, password=None, database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def admin_url() -> str:
    """The test cluster's superuser; `./run test` starts one."""
    url = os.environ.get("TEST_ADMIN_URL")
    if not url:
        pytest.exit("TEST_ADMIN_URL is not set: run the tests with ./run test", returncode=2)
    return url


@pytest.fixture(scope="session")
def database(admin_url: str) -> Iterator[str]:
    """A migrated database of this worker's own; yields its name."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    _as_admin(admin_url, f"CREATE DATABASE {name} OWNER passerelle_owner")
    migrate(as_role(admin_url, "passerelle_owner", name))
    yield name
    db_dispose()
    _as_admin(admin_url, f"DROP DATABASE {name} WITH (FORCE)")


def _as_admin(url: str, statement: str) -> None:
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)


def migrate(owner_url: str, revision: str = "head") -> None:
    """Build the database the way an installation does: by migrating."""
    before = os.environ.get("DATABASE_OWNER_URL")
    os.environ["DATABASE_OWNER_URL"] = owner_url
    settings = Alembic()
    settings.set_main_option("script_location", str(HOUSE / "migrations"))
    command.upgrade(settings, revision)
    os.environ.pop("DATABASE_OWNER_URL") if before is None else os.environ.update(DATABASE_OWNER_URL=before)


_apps: list[Flask] = []


def db_dispose() -> None:
    for app in _apps:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def config(admin_url: str, database: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    return Config(
        database_url=as_role(admin_url, "passerelle_app", database),
        redis_url=os.environ.get("REDIS_URL", "unix:///nonexistent/valkey.sock"),
        smtp_url="smtp://127.0.0.1:1",
        public_base_url="http://localhost",
        secret_key=KEY,
        port=8000,
        data=tmp_path_factory.mktemp("data"),
        local=True,
    )


class Browser(FlaskClient):
    """A browser whose every request begins anew: the test's own application context must not lend it its memory."""

    def open(self, *args, **more):
        with self.application.app_context():
            return super().open(*args, **more)


@pytest.fixture(scope="session")
def whole_app(config: Config) -> Flask:
    """The application as it is served, but for CSRF, which test_access.py tries on its own."""
    from brokerage.web.factory import create_app

    app = create_app(config)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.test_client_class = Browser
    _apps.append(app)
    return app


@pytest.fixture(scope="session")
def _tables(admin_url: str, database: str) -> Iterator[Callable[[], None]]:
    """Empties what holds rows, deleting: truncating every table costs twenty times as much as a test's few rows do.

    After many rows it truncates: what a deletion leaves behind would weigh on the plans that the next test reads.
    """
    url = sa.make_url(admin_url).set(drivername="postgresql+psycopg", database=database)
    engine = sa.create_engine(url, poolclass=sa.pool.StaticPool)
    from brokerage.database import Base

    names = [t.name for t in Base.metadata.tables.values() if not t.info.get("is_view")]
    probe = sa.text("SELECT " + ", ".join(f"(SELECT count(*) FROM (SELECT FROM {name} LIMIT {MANY}) AS held) AS {name}" for name in names))

    def emptied() -> None:
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # no foreign key is looked at
            held = {name: rows for name, rows in connection.execute(probe).mappings().one().items() if rows}
            if MANY in held.values():
                connection.execute(sa.text(f"TRUNCATE {', '.join(names)} CASCADE"))
                return
            for name in held:
                connection.execute(sa.text(f"DELETE FROM {name}"))

    yield emptied
    engine.dispose()


@pytest.fixture
def app(whole_app: Flask, _tables: Callable[[], None]) -> Iterator[Flask]:
    """The application on an empty database."""
    _tables()
    wiring.connect(whole_app.config["PASSERELLE"])  # another test's office may have told the outbox otherwise
    with whole_app.app_context():
        yield whole_app


@pytest.fixture
def cast(app: Flask) -> people.Cast:
    """Two associations under a convention, their people, and an outsider association with one of each."""
    with scope.acting(scope.system("the cast")) as session:
        everyone = people.gather()
        session.commit()
    return everyone


def _member(name: str) -> Callable[[people.Cast], User]:
    @pytest.fixture(name=name)
    def member(cast: people.Cast) -> User:
        return getattr(cast, name)

    return member


nadia, karim, thi_mai, helene = (_member(n) for n in ("nadia", "karim", "thi_mai", "helene"))
jean_baptiste, lucas, soraya, awa = (_member(n) for n in ("jean_baptiste", "lucas", "soraya", "awa"))
oscar = _member("oscar")


@pytest.fixture
def as_member(app: Flask) -> Callable[[User], object]:
    """`with as_member(nadia) as session:` acts within her association; commit what must stay."""
    return lambda user: scope.acting(scope.member(user.association_id))


@pytest.fixture
def as_system(app: Flask) -> Callable[[], object]:
    """`with as_system() as session:` sees everything, as jobs do."""
    return lambda: scope.acting(scope.system("a test looks at everything"))


@pytest.fixture
def client_of(app: Flask) -> Callable[[User | None], FlaskClient]:
    """A browser signed in as somebody, or as nobody."""

    def opened(user: User | None) -> FlaskClient:
        client = app.test_client()
        if user is not None:
            with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
                token = sign_in.open_session(user.id, "a test")
                session.commit()
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["seen"] = token, int(clock.now().timestamp())
        return client

    return opened


@pytest.fixture
def a_partner(cast: people.Cast) -> Callable[..., object]:
    return people.a_partner


@pytest.fixture
def a_contact(cast: people.Cast) -> Callable[..., object]:
    return people.a_contact


@pytest.fixture
def a_request(cast: people.Cast) -> Callable[..., object]:
    return people.a_request


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium; `./run test` finds or installs it. Without one these tests are skipped, loudly."""
    path = os.environ.get("PASSERELLE_TEST_CHROMIUM", "/usr/bin/chromium")
    if not path or not os.path.exists(path):
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: browser tests may not be skipped under CI")
        pytest.skip("no Chromium found: install Debian's package `chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
