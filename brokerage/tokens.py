"""Secrets for links and sessions: made here, kept elsewhere only as fingerprints."""

import base64
import hashlib
import hmac
import secrets
import uuid


def fingerprint(token: str) -> str:
    """What the database keeps of a token: it can recognise one, never produce one."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_token() -> str:
    """256 random bits for a sign-in session (OWASP ASVS 5.0 7.2.3 asks for 128)."""
    return secrets.token_urlsafe(32)


def link_token(secret: str, link_id: uuid.UUID) -> str:
    """The token of a link, 192 bits, made again from its row when its letter leaves.

    So neither the outbox nor a backup of the database holds a link that works.
    """
    digest = hmac.new(secret.encode(), b"link:" + link_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def code_key(secret: str, seed: uuid.UUID) -> str:
    """The key of a second factor, 160 bits in base 32, made again from its row whenever a code is checked.

    So a copy of the database makes no code.
    """
    return base64.b32encode(hmac.new(secret.encode(), b"second factor:" + seed.bytes, hashlib.sha256).digest()[:20]).decode()


def recovery_code() -> str:
    """80 random bits in four groups of letters and digits that nobody takes for another."""
    written = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(written[at : at + 4] for at in range(0, 16, 4))


def recovery_mark(secret: str, owner: uuid.UUID, code: str) -> str:
    """What the database keeps of a recovery code: without the secret of the installation nobody can try codes on it."""
    plain = "".join(filter(str.isalnum, code)).upper().translate(str.maketrans("01", "OI"))
    return hmac.new(secret.encode(), b"recovery:" + owner.bytes + plain.encode(), hashlib.sha256).hexdigest()


def address_key(secret: str, address: str) -> str:
    """A keyed fingerprint of an e-mail address, for the objection list: it survives erasure (G10)."""
    normal = address.strip().casefold()
    return hmac.new(secret.encode(), b"address:" + normal.encode(), hashlib.sha256).hexdigest()


def sealed(secret: str, value: str) -> str:
    """`value` as a database may keep it: masked with a stream nobody makes without `secret`, and signed."""
    nonce = secrets.token_bytes(16)
    body = nonce + _masked(secret, nonce, value.encode())
    return base64.urlsafe_b64encode(_proof(secret, body) + body).decode()


def unsealed(secret: str, text: str) -> str | None:
    """What `sealed` was given; None when it was sealed under another secret, or changed since."""
    whole = base64.urlsafe_b64decode(text)
    proof, body = whole[:32], whole[32:]
    if not hmac.compare_digest(proof, _proof(secret, body)):
        return None
    return _masked(secret, body[:16], body[16:]).decode()


def _masked(secret: str, nonce: bytes, value: bytes) -> bytes:
    stream = hashlib.shake_256(hmac.new(secret.encode(), b"kept:" + nonce, hashlib.sha256).digest()).digest(len(value))
    return bytes(one ^ other for one, other in zip(value, stream, strict=True))


def _proof(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), b"kept proof:" + body, hashlib.sha256).digest()


def mail_signature(secret: str, box: str, subject_id: uuid.UUID) -> str:
    """What proves that we gave an address away: 80 bits in 16 letters and digits, as small ones as some servers make them."""
    digest = hmac.new(secret.encode(), f"{box}:".encode() + subject_id.bytes, hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()
