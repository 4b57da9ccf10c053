"""Alembic's entry: migrations run as the owner role (DATABASE_OWNER_URL), never as the application's."""

import os

import sqlalchemy as sa
from alembic import context

import brokerage.models  # noqa: F401  (every table must be known before autogenerate compares)
from brokerage.database import Base


def ours(thing: object, _name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Views are made by hand in a migration; autogenerate must not take them for tables."""
    return not (kind == "table" and getattr(thing, "info", {}).get("is_view"))


engine = sa.create_engine(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"], poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    # Old code goes on serving while a migration runs: better to fail than to hold a lock for long.
    connection.exec_driver_sql("SET lock_timeout = '4s'")
    connection.commit()
    context.configure(connection, target_metadata=Base.metadata, include_object=ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
