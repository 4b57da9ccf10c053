"""What is kept of a password: a slow hash (argon2id), and whether one is behind it."""

import unicodedata
import uuid
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher()


@cache
def nobodys() -> str:
    """Verified when the account does not exist, so that both answers take the same time (C3). Costs 0.1 s once."""
    return _hasher.hash(uuid.uuid4().hex)


def matches(password_hash: str, password: str) -> bool:
    """Whether `password` is the one behind this argon2id hash."""
    try:
        return _hasher.verify(password_hash, _composed(password))
    except (VerifyMismatchError, InvalidHashError):
        return False


def hashed(password: str) -> str:
    """argon2id with the library's current parameters (118 ms here: a sign-in is meant to cost something)."""
    return _hasher.hash(_composed(password))


def _composed(password: str) -> str:
    """An é is one character or two, depending on the keyboard: both must open (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFC", password)
