"""Who may do what in the database: the owner migrates, the application obeys row security, a vault.

Idempotent, so that every start and every test may ask for it again.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from brokerage.local import sentences
from brokerage.local.sentences import Stop

OWNER, APP, VAULT = "passerelle_owner", "passerelle_app", "passerelle_vault"
OLDEST_SERVER = 150000  # PostgreSQL 15, as server_version_num counts
PATIENCE = 5  # seconds for a server to answer
Session = psycopg.Connection[tuple[object, ...]]
_ONE_AT_A_TIME = 7245  # advisory lock: two sessions changing the same role make PostgreSQL fail


def plain(url: str) -> str:
    """`url` as libpq reads it, whichever form SQLAlchemy was given."""
    return "postgresql://" + url.partition("://")[2]


def connect(url: str) -> Session:
    """A connection where each statement stands alone. Raises psycopg.OperationalError when nobody answers."""
    return psycopg.connect(plain(url), autocommit=True, connect_timeout=PATIENCE)


def prepare_roles(admin_url: str, *, owner: str = OWNER) -> None:
    """Makes the three roles of Passerelle, or puts them right, as a superuser on a cluster of our own.

    `owner` migrates and owns the databases; the application reads and writes as `passerelle_app`, which
    neither inherits `passerelle_vault` nor escapes row security: it must say SET ROLE to reach what the vault
    holds.
    """
    with connect(admin_url) as session:
        session.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        _make_role(session, owner, "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
        _make_role(session, APP, "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT")
        _make_role(session, VAULT, "NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
        _grant_vault(session, APP)


def create_database(admin_url: str, name: str, *, owner: str = OWNER, template: str = "template0") -> bool:
    """Makes a UTF-8 database that belongs to `owner`, a copy of `template`; False when there already."""
    with connect(admin_url) as session:
        session.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        if session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        order: LiteralString = "CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'"
        session.execute(
            sql.SQL(order).format(sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template))
        )
        return True


def check_server(variable: str, url: str) -> None:
    """Raises `Stop` unless a PostgreSQL recent enough answers at the address given by `variable`."""
    try:
        with connect(url) as session:
            version = session.info.server_version
    except psycopg.Error as refusal:
        raise sentences.unreachable(variable, _first_line(refusal)) from refusal
    if version < OLDEST_SERVER:
        raise Stop(
            f"{variable} mène à PostgreSQL {version // 10000} : il faut PostgreSQL 15 ou plus récent.",
            f"{variable} leads to PostgreSQL {version // 10000}: PostgreSQL 15 or newer is needed.",
        )


def app_url_for(owner_url: str, secret_key: str) -> str:
    """The application's address on somebody else's database, given only its owner: makes the role there.

    The password follows from `secret_key`, so every machine with the same key finds the same one. Raises
    `Stop` with what an administrator must do when the owner may not make roles.
    """
    password = hmac.new(secret_key.encode(), APP.encode(), "sha256").hexdigest()
    app_url = _with_login(owner_url, APP, password)
    with _as_owner(owner_url) as session:
        if not _lets_in(app_url):
            _make_role(session, APP, "LOGIN NOINHERIT", only_new=True)
            _set_password(session, APP, password)
        _open_database(session)
    check_app_role(app_url)
    return app_url


def check_given_roles(owner_url: str, app_url: str) -> None:
    """The same promises for two roles made by an administrator: what is missing is made if the owner may."""
    check_app_role(app_url)
    with _as_owner(owner_url) as session:
        _open_database(session)


@contextmanager
def _as_owner(url: str) -> Iterator[Session]:
    try:
        with connect(url) as session:
            session.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
            yield session
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise _ask_an_administrator() from refusal


def check_app_role(app_url: str) -> None:
    """Raises `Stop` unless the application's role is the one migrations know, and obeys row security."""
    try:
        with connect(app_url) as session:
            query = (
                "SELECT rolname = %s AND NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = user"
            )
            fits = session.execute(query, [APP]).fetchone()
    except psycopg.Error as refusal:
        raise sentences.unreachable("DATABASE_URL", _first_line(refusal)) from refusal
    if fits != (True,):
        raise Stop(
            f"Le rôle de DATABASE_URL doit être {APP}, NOSUPERUSER NOBYPASSRLS (voir DATABASE_OWNER_URL).",
            f"The role of DATABASE_URL must be {APP}, NOSUPERUSER NOBYPASSRLS (see DATABASE_OWNER_URL).",
        )


def _make_role(session: Session, name: str, rights: LiteralString, only_new: bool = False) -> None:
    exists = session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    if exists and only_new:
        return  # only a superuser may even mention some of these rights on an existing role
    verb: LiteralString = "ALTER ROLE {} " if exists else "CREATE ROLE {} "
    session.execute(sql.SQL(verb + rights).format(sql.Identifier(name)))


def _grant_vault(session: Session, role: str) -> None:
    session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(VAULT), sql.Identifier(role)))


def _set_password(session: Session, role: str, password: str) -> None:
    """Sends only the fingerprint the server keeps, so that the password stands in no log of statements."""
    fingerprint = session.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    order = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(fingerprint))
    session.execute(order)


def _open_database(session: Session) -> None:
    _make_role(session, VAULT, "NOLOGIN", only_new=True)
    member = "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole"
    if not session.execute(member, [VAULT, APP]).fetchone():
        _grant_vault(session, APP)
    allowed = "SELECT has_database_privilege(%s, current_database(), 'CONNECT')"
    if session.execute(allowed, [APP]).fetchone() != (True,):
        order = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        session.execute(order.format(sql.Identifier(session.info.dbname), sql.Identifier(APP)))


def _lets_in(url: str) -> bool:
    try:
        connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _with_login(url: str, user: str, password: str) -> str:
    parts = urlsplit(plain(url))
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password)}@{where}"))


def _first_line(refusal: psycopg.Error) -> str:
    lines = [line.strip() for line in str(refusal).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(refusal).__name__


def _ask_an_administrator() -> Stop:
    orders = f"CREATE ROLE {APP} LOGIN NOINHERIT PASSWORD '…'; CREATE ROLE {VAULT}; GRANT {VAULT} TO {APP};"
    return Stop(
        f"Le rôle de DATABASE_URL ne peut pas créer de rôles : qu'un administrateur exécute « {orders} »,"
        f" puis donnez cette adresse par DATABASE_OWNER_URL et celle de {APP} par DATABASE_URL.",
        f"The role of DATABASE_URL may not create roles: let an administrator run “{orders}”,"
        f" then give this address as DATABASE_OWNER_URL and that of {APP} as DATABASE_URL.",
    )
