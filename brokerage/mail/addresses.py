"""The addresses our letters can be answered at, and those they come back to: each names its subject, and is signed.

`demande+<id>.<signature>@…` is where an answer about a request or an introduction goes; `b+<id>.<signature>@…` is the
envelope sender of one message (security.md M5, M11). Whoever did not receive the letter cannot make one up.
"""

import hmac
import re
import uuid
from collections.abc import Iterator

from brokerage import tokens

ANSWERS, RETURNS = "demande", "b"
_OURS = re.compile(
    rf"\b(?P<box>{ANSWERS}|{RETURNS})\+(?P<id>[0-9a-f]{{32}})\.(?P<proof>[0-9a-z]{{16}})@(?P<domain>[a-z0-9.-]+)", re.IGNORECASE
)

_domain, _secret, _received = "passerelle.localhost", "", False
_former: tuple[str, ...] = ()  # secrets that signed before: their addresses are still believed, none is made with them


def configure(domain: str, secret: str, received: bool, former: tuple[str, ...] = ()) -> None:
    """Once per process. `received` is whether anybody reads what is sent to these addresses; without, none is given."""
    global _domain, _secret, _received, _former
    _domain, _secret, _received, _former = domain.lower(), secret, received, former


def inward(subject_id: uuid.UUID) -> str:
    """Where an answer about this request or introduction goes, 57 characters before the @; empty when nobody reads it."""
    return _address(ANSWERS, subject_id) if _received else ""


def return_path(message_id: uuid.UUID) -> str:
    """Where a message comes back to when it cannot be delivered; empty when nobody reads it."""
    return _address(RETURNS, message_id) if _received else ""


def answered(text: str) -> uuid.UUID | None:
    """The subject of the first of our addresses in some headers whose signature is right."""
    return next(_proved(text, ANSWERS), None)


def returned(text: str) -> uuid.UUID | None:
    """The message whose envelope sender stands in some headers, when its signature is right."""
    return next(_proved(text, RETURNS), None)


def imitates(text: str) -> bool:
    """Whether an address in these headers looks like one of ours without being signed by us."""
    return any(not _is_proved(found) for found in _OURS.finditer(text))


def is_ours(address: str) -> bool:
    """Whether it is one of our own addresses: nothing is ever forwarded to it."""
    return address.lower().rpartition("@")[2] == _domain


def _address(box: str, subject_id: uuid.UUID) -> str:
    return f"{box}+{subject_id.hex}.{tokens.mail_signature(_secret, box, subject_id)}@{_domain}"


def _proved(text: str, box: str) -> Iterator[uuid.UUID]:
    for found in _OURS.finditer(text):
        if found["box"].lower() == box and _is_proved(found):
            yield uuid.UUID(found["id"])


def _is_proved(found: re.Match[str]) -> bool:
    about = found["box"].lower(), uuid.UUID(found["id"])
    expected = [tokens.mail_signature(secret, *about) for secret in (_secret, *_former)]
    return found["domain"].lower() == _domain and any(hmac.compare_digest(one, found["proof"].lower()) for one in expected)
