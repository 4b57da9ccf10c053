"""What the surroundings ask of Passerelle: read once from the environment, checked, then never changed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_KEY = 32  # characters: 128 bits or more, however the key was written down
FEWEST_CHARACTERS = 10  # different ones; a random hexadecimal key of 32 has about 14
# Keys that stand in documentation and examples, long enough to pass the other checks.
WELL_KNOWN_KEYS = frozenset(
    {
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",  # Flask's own deployment page
        "you-will-never-guess-this-secret-key",
        "this-is-a-very-secret-key-please-change-it",
        "change-me-to-a-long-random-string",
        "please-change-this-secret-key-in-production",
        "super-secret-key-change-me-in-production",
    }
)
WELL_KNOWN_STARTS = (
    "changeme",
    "change-me",
    "change_me",
    "django-insecure-",
    "secret-key",
    "your-secret",
    "insecure",
)


class Misconfigured(Exception):
    """A variable of the environment is missing or unsafe; nothing may start. `english` says the same."""

    def __init__(self, french: str, english: str) -> None:
        self.english = english
        super().__init__(french)


@dataclass(frozen=True)
class Config:
    """Everything the application takes from its surroundings. Addresses with passwords stay out of the repr.

    `local` means one person trying Passerelle on their own machine: plain http and demonstration data
    are allowed. `database_owner_url` is None everywhere except while migrating.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    smtp_url: str = field(repr=False)
    public_base_url: str
    secret_key: str = field(repr=False)
    port: int
    data: Path
    local: bool
    database_owner_url: str | None = field(default=None, repr=False)
    imap_url: str | None = field(default=None, repr=False)  # the mailbox where answers and returns arrive
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)  # former keys, newest first: read, never signed with
    proxies: int = 0  # how many of our own stand in front and say in X-Forwarded-For who asks

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key in force, then those it replaced."""
        return self.secret_key, *self.secret_key_fallbacks

    @property
    def signing_keys(self) -> list[str]:
        """The same as itsdangerous wants them: the last one signs, all of them are believed."""
        return [*reversed(self.secrets)]

    @property
    def receives(self) -> bool:
        """Whether anybody reads what is sent to our own addresses: a mailbox, or the local letter box."""
        return self.local or self.imap_url is not None

    @property
    def public_host(self) -> str:
        """The host name people type: the only one requests may be addressed to."""
        return urlsplit(self.public_base_url).hostname or ""

    @property
    def mail_domain(self) -> str:
        """What our own addresses end with: the public host, or a name of no place on a machine of one's own."""
        return mail_domain_of(self.public_base_url)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """The configuration in force; `Misconfigured` names the first variable that is missing or unsafe."""
        local = is_local(environment)
        port = port_in(environment)
        owner = environment.get("DATABASE_OWNER_URL")
        return cls(
            database_url=postgres_url("DATABASE_URL", _required(environment, "DATABASE_URL")),
            redis_url=_with_scheme(environment, "REDIS_URL", ("redis", "rediss", "unix")),
            smtp_url=_with_scheme(environment, "SMTP_URL", ("smtp", "smtps")),
            public_base_url=public_base_url_in(environment, local, port),
            secret_key=secret_key_in(environment, local),
            port=port,
            data=Path(environment.get("PASSERELLE_DATA") or ".passerelle").absolute(),
            local=local,
            database_owner_url=postgres_url("DATABASE_OWNER_URL", owner) if owner else None,
            imap_url=imap_url_in(environment),
            proxies=proxies_in(environment),
            secret_key_fallbacks=secret_key_fallbacks_in(environment, local),
        )


def mail_domain_of(public_base_url: str) -> str:
    """What our addresses end with, for this public address."""
    host = urlsplit(public_base_url).hostname or ""
    return "passerelle.localhost" if host in LOOPBACK else host


def is_local(environment: Mapping[str, str]) -> bool:
    """Local mode is only ever said aloud, by the launcher; a forgotten variable never turns it on."""
    return environment.get("PASSERELLE_LOCAL") == "1"


def port_in(environment: Mapping[str, str]) -> int:
    """The web port, 1 to 65535; 8000 when nothing is said."""
    written = environment.get("PORT") or "8000"
    if not written.isascii() or not written.isdigit() or not 1 <= int(written) <= 65535:
        raise Misconfigured(
            f"PORT vaut « {written} » : donnez un nombre de 1 à 65535.",
            f"PORT is “{written}”: give a number from 1 to 65535.",
        )
    return int(written)


def proxies_in(environment: Mapping[str, str]) -> int:
    """How many proxies are believed, 0 to 9; none when nothing is said: anybody may write X-Forwarded-For."""
    written = environment.get("PROXIES") or "0"
    if written not in "0123456789" or len(written) != 1:
        raise Misconfigured(
            f"PROXIES vaut « {written} » : donnez le nombre de vos relais placés devant, de 0 à 9.",
            f"PROXIES is “{written}”: give the number of your own proxies in front, 0 to 9.",
        )
    return int(written)


def public_base_url_in(environment: Mapping[str, str], local: bool, port: int) -> str:
    """The address people type, without a final slash: https, or plain http on this machine in local mode."""
    written = environment.get("PUBLIC_BASE_URL") or (f"http://127.0.0.1:{port}" if local else "")
    if not written:
        raise Misconfigured(
            "PUBLIC_BASE_URL manque : donnez l'adresse publique, par exemple https://passerelle.example.",
            "PUBLIC_BASE_URL is missing: give the public address, for instance https://passerelle.example.",
        )
    parts = urlsplit(written)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise Misconfigured(
            "PUBLIC_BASE_URL doit être une adresse nue, sans chemin : https://passerelle.example.",
            "PUBLIC_BASE_URL must be a bare address without a path: https://passerelle.example.",
        )
    _refuse_unsafe_scheme(parts.scheme, parts.hostname, local)
    return written.rstrip("/")


def _refuse_unsafe_scheme(scheme: str, host: str, local: bool) -> None:
    if local and host not in LOOPBACK:
        raise Misconfigured(
            "PASSERELLE_LOCAL=1 ne vaut que pour cette machine : retirez-le, ou retirez PUBLIC_BASE_URL.",
            "PASSERELLE_LOCAL=1 is for this machine only: remove it, or remove PUBLIC_BASE_URL.",
        )
    if scheme != "https" and not (local and scheme == "http"):
        raise Misconfigured(
            "PUBLIC_BASE_URL doit commencer par https:// : les liens des lettres ouvrent des données.",
            "PUBLIC_BASE_URL must start with https://: links in letters open personal data.",
        )


def secret_key_in(environment: Mapping[str, str], local: bool) -> str:
    """The key that signs sessions and tokens. Outside local mode a weak one stops everything."""
    key = environment.get("SECRET_KEY") or ""
    if not key:
        raise Misconfigured(f"SECRET_KEY manque : {_HOW_FRENCH}", f"SECRET_KEY is missing: {_HOW_ENGLISH}")
    if not local and is_weak(key):
        raise Misconfigured(
            f"SECRET_KEY est trop facile à deviner : {_HOW_FRENCH}",
            f"SECRET_KEY is too easy to guess: {_HOW_ENGLISH}",
        )
    return key


def secret_key_fallbacks_in(environment: Mapping[str, str], local: bool) -> tuple[str, ...]:
    """The keys that SECRET_KEY replaced, newest first, between commas. A weak one would still open doors: refused too."""
    former = tuple(filter(None, (key.strip() for key in (environment.get("SECRET_KEY_FALLBACKS") or "").split(","))))
    if environment.get("SECRET_KEY") in former:
        raise Misconfigured(
            "SECRET_KEY_FALLBACKS contient la clé en vigueur : n'y laissez que les anciennes.",
            "SECRET_KEY_FALLBACKS holds the key in force: leave only former ones there.",
        )
    if not local and any(is_weak(key) for key in former):
        raise Misconfigured(
            "SECRET_KEY_FALLBACKS contient une clé trop facile à deviner : elle ouvrirait encore des sessions.",
            "SECRET_KEY_FALLBACKS holds a key that is too easy to guess: it would still open sessions.",
        )
    return former


_HOW_FRENCH = "générez-la avec python3 -c 'import secrets; print(secrets.token_urlsafe(48))' et gardez-la."
_HOW_ENGLISH = "make one with python3 -c 'import secrets; print(secrets.token_urlsafe(48))' and keep it."


def is_weak(key: str) -> bool:
    """Too short, known from an example, of few characters, of one piece repeated, or of runs like abcdef."""
    folded = key.casefold().strip()
    return (
        len(folded) < SHORTEST_KEY
        or folded in WELL_KNOWN_KEYS
        or folded.startswith(WELL_KNOWN_STARTS)
        or len(set(key)) < FEWEST_CHARACTERS
        or folded in (folded + folded)[1:-1]
        or _mostly_runs(key)
    )


def _mostly_runs(key: str) -> bool:
    steps = [abs(ord(after) - ord(before)) <= 1 for before, after in pairwise(key)]
    return sum(steps) > len(steps) / 2


def postgres_url(name: str, url: str) -> str:
    """`url` as SQLAlchemy takes it for psycopg 3; `name` is the variable to blame for another database."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise Misconfigured(
            f"{name} doit commencer par postgresql:// : Passerelle ne connaît que PostgreSQL.",
            f"{name} must start with postgresql://: Passerelle knows PostgreSQL only.",
        )
    return f"postgresql+psycopg://{rest}"


def imap_url_in(environment: Mapping[str, str]) -> str | None:
    """IMAP_URL as it stands, once it names a server, a person and a password; None when it is not set."""
    written = environment.get("IMAP_URL") or ""
    if not written:
        return None
    try:
        parts = urlsplit(written)
        complete = parts.hostname and parts.username and parts.password and parts.port != 0
    except ValueError:
        complete = None
    if written.partition("://")[0] != "imaps" or not complete:
        raise Misconfigured(
            "IMAP_URL doit s'écrire imaps://utilisateur:motdepasse@serveur/dossier.",
            "IMAP_URL must be written imaps://user:password@server/folder.",
        )
    return written


def _with_scheme(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    url = _required(environment, name)
    if url.partition("://")[0] not in schemes or "://" not in url:
        choices = ", ".join(f"{scheme}://" for scheme in schemes)
        raise Misconfigured(f"{name} doit commencer par {choices}.", f"{name} must start with {choices}.")
    return url


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise Misconfigured(
            f"{name} manque : lancez Passerelle par ./run, ou donnez cette variable.",
            f"{name} is missing: start Passerelle with ./run, or set this variable.",
        )
    return value
