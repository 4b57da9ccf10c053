"""What the launcher was given: variables of its own environment, checked, and where the application is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brokerage import config
from brokerage.config import Misconfigured
from brokerage.local.sentences import Stop

# The launcher alone hands these out; what it was given under the same names must not leak past it.
_OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "SMTP_URL",
    "PUBLIC_BASE_URL",
    "SECRET_KEY",
    "PORT",
)


@dataclass(frozen=True)
class Given:
    """The launcher's own environment, understood.

    `local`: neither SECRET_KEY nor PUBLIC_BASE_URL was given, so one person is trying Passerelle on one
    machine. The four addresses are None when the launcher must provide the service itself; `secret_key` None
    means that it makes one. `home` is the folder of app.py.
    """

    home: Path
    data: Path
    port: int
    local: bool
    public_base_url: str
    secret_key: str | None
    database_url: str | None
    owner_url: str | None
    redis_url: str | None
    smtp_url: str | None
    rest: Mapping[str, str]

    def environment(self, **provided: str) -> dict[str, str]:
        """What a child of the launcher finds in its environment, `provided` added."""
        kept = {
            name: value
            for name, value in self.rest.items()
            if name not in _OURS and name != "PASSERELLE_LOCAL"
        }
        kept |= {
            "PORT": str(self.port),
            "PASSERELLE_DATA": str(self.data),
            "PUBLIC_BASE_URL": self.public_base_url,
        }
        return kept | ({"PASSERELLE_LOCAL": "1"} if self.local else {}) | provided


def given(environment: Mapping[str, str] = os.environ) -> Given:
    """Reads the launcher's own environment. Raises `Stop` for what nothing can start with."""
    local = config.is_local(environment) or not (
        environment.get("SECRET_KEY") or environment.get("PUBLIC_BASE_URL")
    )
    try:
        port = config.port_in(environment)
        config.secret_key_fallbacks_in(environment, local)
        return Given(
            home=Path.cwd(),
            data=Path(environment.get("PASSERELLE_DATA") or ".passerelle").absolute(),
            port=port,
            local=local,
            public_base_url=config.public_base_url_in(environment, local, port),
            secret_key=config.secret_key_in(environment, local)
            if environment.get("SECRET_KEY") or not local
            else None,
            database_url=_postgres(environment, "DATABASE_URL"),
            owner_url=_postgres(environment, "DATABASE_OWNER_URL"),
            redis_url=environment.get("REDIS_URL") or None,
            smtp_url=environment.get("SMTP_URL") or None,
            rest=dict(environment),
        )
    except Misconfigured as refusal:
        raise Stop(str(refusal), refusal.english) from refusal


def _postgres(environment: Mapping[str, str], name: str) -> str | None:
    written = environment.get(name)
    return config.postgres_url(name, written) if written else None
