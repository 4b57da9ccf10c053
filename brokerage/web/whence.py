"""Where a request comes from, as far as that tells one visitor from another."""

from ipaddress import ip_address

from flask import current_app, request


def address() -> str:
    """The visitor's network address; "" where only our own proxy is seen.

    Behind a proxy that PROXIES does not name, everybody has the same: counting tries on it would let a stranger's
    ten wrong passwords lock everybody out.
    """
    seen = request.remote_addr or ""
    return "" if _is_our_own(seen) and not current_app.config["PASSERELLE"].local else seen


def _is_our_own(seen: str) -> bool:
    try:
        return ip_address(seen).is_loopback
    except ValueError:  # a socket has no address
        return True
