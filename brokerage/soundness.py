"""What must hold before anything is served: walls that stand, and no demonstration where real people work."""

import sqlalchemy as sa

from brokerage.config import Config, Misconfigured
from brokerage.database import db
from brokerage.mail import fingerprints

_ROLE = sa.text(
    "SELECT rolsuper OR rolbypassrls, EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relname = 'partner') "
    "FROM pg_roles WHERE rolname = current_user"
)
_DEMO = sa.text("SELECT EXISTS (SELECT 1 FROM association WHERE is_demo)")
_BUILT = sa.text("SELECT to_regclass('association') IS NOT NULL")
_KEEPS = sa.text("SELECT to_regclass('kept_key') IS NOT NULL")


def check(config: Config) -> None:
    """Refuse a database role that walls do not hold, and demonstration data outside local mode.

    Nor does anything start when objections could not be recognised: SECRET_KEY changed, and the former one is not given.
    Raises Misconfigured. Says nothing of a database that is not built yet, or while the owner migrates.
    """
    if config.database_owner_url:
        return
    with db.engine.connect() as connection:
        above_walls, owns = connection.execute(_ROLE).one()
        if above_walls or owns:
            raise Misconfigured(
                "DATABASE_URL entre avec un rôle que les murs entre associations n'arrêtent pas : donnez passerelle_app.",
                "DATABASE_URL enters with a role that the walls between associations do not stop: give passerelle_app.",
            )
        if not config.local and connection.scalar(_BUILT) and connection.scalar(_DEMO):
            raise Misconfigured(
                "Cette base contient les données de démonstration : ouvrez-en une neuve pour travailler vraiment.",
                "This database holds the demonstration data: start from a new one for real work.",
            )
        keeps = connection.scalar(_KEEPS)
    if keeps:
        fingerprints.key()
