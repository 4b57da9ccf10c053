"""The database is built by migrating; the models and the migrations say the same; every step goes back."""

import os

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as Alembic
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from brokerage.database import Base, Owned, Posted, Shared, World
from tests.conftest import HOUSE, _as_admin, as_role


@pytest.fixture
def alembic(monkeypatch, admin_url):
    """A database of its own, and Alembic pointed at it as the owner."""
    name = f"test_migrations_{os.getpid()}"
    _as_admin(admin_url, f"CREATE DATABASE {name} OWNER passerelle_owner")
    monkeypatch.setenv("DATABASE_OWNER_URL", as_role(admin_url, "passerelle_owner", name))
    settings = Alembic()
    settings.set_main_option("script_location", str(HOUSE / "migrations"))
    yield settings
    _as_admin(admin_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_migrations_go_up_and_down_and_up_again(alembic):
    command.upgrade(alembic, "head")
    command.downgrade(alembic, "base")
    command.upgrade(alembic, "head")

    assert compare() == []


def compare():
    """What autogenerate would still change; views are not tables."""
    engine = sa.create_engine(os.environ["DATABASE_OWNER_URL"], poolclass=sa.pool.NullPool)
    ours = {"include_object": lambda thing, name, kind, reflected, other: not thing.info.get("is_view") and name != "alembic_version"}
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={**ours, "compare_type": True}), Base.metadata)


def test_migrations_are_numbered_in_one_line():
    settings = Alembic()
    settings.set_main_option("script_location", str(HOUSE / "migrations"))
    script = ScriptDirectory.from_config(settings)

    assert [r.revision for r in reversed(list(script.walk_revisions()))] == [f"{n:04d}" for n in range(1, len(list(script.walk_revisions())) + 1)]


def tables():
    return {m.local_table.name: m.class_ for m in Base.registry.mappers}


def test_every_table_says_whose_rows_it_holds():
    unsaid = [name for name, cls in tables().items() if not issubclass(cls, Owned | Shared | Posted | World)]

    assert unsaid == []
    assert [n for n, c in tables().items() if issubclass(c, World) and not getattr(c, "why_open", "")] == []


def test_every_table_is_under_forced_row_level_security(app, admin_url, database):
    query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT (relrowsecurity AND relforcerowsecurity)"
    engine = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)

    with engine.connect() as connection:
        assert [r[0] for r in connection.execute(sa.text(query))] == ["alembic_version"]


def test_the_application_role_is_neither_owner_nor_superuser_and_cannot_read_the_vault(app):
    from brokerage.database import db

    with db.engine.connect() as connection:
        me = connection.execute(sa.text("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit FROM pg_roles WHERE rolname = current_user")).one()
        owned = connection.execute(sa.text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")).scalar()

        assert (tuple(me), owned) == ((False,) * 5, 0)
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("SELECT email FROM channel"))


def test_uniqueness_never_tells_an_association_about_another():
    """A unique rule over owned rows includes the association, or a value nobody types (A6)."""
    random = {"token_hash", "dedupe_key", "id"}
    for table, cls in tables().items():
        if not issubclass(cls, Owned | Shared):
            continue
        rules = [{c.name for c in k.columns} for k in cls.__table__.constraints if isinstance(k, sa.UniqueConstraint)]
        rules += [{c.name for c in i.columns} for i in cls.__table__.indexes if i.unique]
        assert [r for r in rules if "association_id" not in r and not r & random and r != {"number"}] == [], table
