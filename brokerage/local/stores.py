"""The two stores every process needs, PostgreSQL and Valkey: given by address, or started side by side."""

from dataclasses import dataclass

from brokerage import config
from brokerage.local import lodging, postgres, sentences, valkey
from brokerage.local.folder import Folder
from brokerage.local.given import Given
from brokerage.local.supervisor import Supervisor

DATABASE = "passerelle"
PATIENCE = 60  # seconds for a store to read its data back after a crash


@dataclass(frozen=True)
class Stores:
    """Addresses of what runs. `admin_url` is the superuser of our own cluster, None on somebody else's."""

    app_url: str
    owner_url: str
    redis_url: str
    admin_url: str | None = None


def open_stores(
    given: Given, folder: Folder, supervisor: Supervisor, secret_key: str, *, careless: bool = False
) -> Stores:
    """Starts what was not given, waits until both answer. Raises `Stop`. `careless`: speed before safety."""
    rooms = lodging.settle(folder.path) if not (given.database_url and given.redis_url) else None
    quiet = {
        name: value
        for name, value in given.environment().items()
        if not name.startswith(("PG", "LC_", "LANG"))
    }
    redis_url, cluster = given.redis_url, None
    if rooms and not redis_url:
        redis_url = valkey.url(rooms)
        supervisor.start(valkey.service(rooms, quiet, folder.log("valkey"), careless))
    if rooms and not given.database_url:
        cluster = postgres.cluster(rooms, quiet)
        cluster.make(supervisor, folder.log("postgresql"), careless)
        supervisor.start(cluster.service(folder.log("postgresql"), careless))
    assert redis_url
    # Loaded while the servers start: it is the launcher's largest import.
    from brokerage.local import roles

    for store in [service for service in supervisor.services if service.is_store]:
        supervisor.wait_for(store, PATIENCE)
    if given.redis_url:
        _check_redis(given.redis_url)
    if cluster:
        admin_url = cluster.url(postgres.SUPERUSER, "postgres")
        roles.prepare_roles(admin_url)
        roles.create_database(admin_url, DATABASE)
        app_url, owner_url = (cluster.url(roles.APP, DATABASE), cluster.url(roles.OWNER, DATABASE))
        return Stores(_for_sqlalchemy(app_url), _for_sqlalchemy(owner_url), redis_url, admin_url)
    return _given_database(given, secret_key, redis_url)


def _given_database(given: Given, secret_key: str, redis_url: str) -> Stores:
    from brokerage.local import roles

    assert given.database_url
    if given.owner_url:
        roles.check_server("DATABASE_OWNER_URL", given.owner_url)
        roles.check_given_roles(given.owner_url, given.database_url)
        return Stores(given.database_url, given.owner_url, redis_url)
    roles.check_server("DATABASE_URL", given.database_url)
    app_url = roles.app_url_for(given.database_url, secret_key)
    return Stores(_for_sqlalchemy(app_url), given.database_url, redis_url)


def _check_redis(url: str) -> None:
    import redis

    try:
        redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError, OSError) as refusal:
        raise sentences.unreachable("REDIS_URL", str(refusal)[:200]) from refusal


def _for_sqlalchemy(url: str) -> str:
    return config.postgres_url("DATABASE_URL", url)
