"""Keyed fingerprints of addresses (G10), and the one key they are made with.

An objection outlives the address it came from, so its fingerprint can never be made again: the key must stay the same
for ever, while SECRET_KEY may have to change. It is kept in the database, sealed under SECRET_KEY: a copy of the database
alone tries no address. Under another SECRET_KEY it is opened with the former one, once, and sealed again.
"""

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import scope, tokens
from brokerage.config import Misconfigured
from brokerage.database import Base, World

NAME = "addresses"
_secrets: tuple[str, ...] = ()
_key = ""


class KeptKey(World, Base):
    """A key of the installation, sealed."""

    __tablename__ = "kept_key"
    why_open = "row-level policy: system only; useless without the secret of the installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]


def configure(*secrets: str) -> None:
    """The secret in force, then former ones, newest first. Saying the same again costs nothing."""
    global _secrets, _key
    if secrets != _secrets:
        _secrets, _key = secrets, ""


def of(address: str) -> str:
    """The fingerprint of an address. Raises RuntimeError before `configure`: an objection would be missed."""
    return tokens.address_key(key(), address)


def key() -> str:
    """What fingerprints are made with, read once per process. Raises Misconfigured when no secret opens it."""
    global _key
    if not _secrets:
        raise RuntimeError("call outbox.configure before delivering")
    _key = _key or _kept()
    return _key


def _kept() -> str:
    with scope.acting(scope.system("the key of fingerprints is nobody's")) as session:
        kept = session.get(KeptKey, NAME) or _first(session)
        found = next(((nth, said) for nth, one in enumerate(_secrets) if (said := tokens.unsealed(one, kept.sealed))), None)
        if found is None:
            raise Misconfigured(
                "SECRET_KEY a changé : donnez l'ancienne dans SECRET_KEY_FALLBACKS, sinon les oppositions ne se reconnaissent plus.",
                "SECRET_KEY has changed: give the former one in SECRET_KEY_FALLBACKS, or objections are no longer recognised.",
            )
        if found[0]:
            kept.sealed = tokens.sealed(_secrets[0], found[1])
        session.commit()
        return found[1]


def _first(session: so.Session) -> KeptKey:
    """What fingerprints were made with before it was kept: the secret itself, or the one it has just replaced."""
    kept = KeptKey(name=NAME, sealed=tokens.sealed(_secrets[0], _secrets[1] if len(_secrets) > 1 else _secrets[0]))
    try:
        with session.begin_nested():
            session.add(kept)
    except sa.exc.IntegrityError:  # another process was faster
        return session.get_one(KeptKey, NAME)
    return kept
