"""The embedded Valkey: RQ's queue, on disk each second, reachable by a socket in a closed folder only."""

import socket
from pathlib import Path

from brokerage.local.binaries import valkey
from brokerage.local.folder import telling_of
from brokerage.local.lodging import Lodging
from brokerage.local.supervisor import Service


def url(lodging: Lodging) -> str:
    """Where it listens, as redis-py reads it."""
    return f"unix://{_socket(lodging)}"


def service(lodging: Lodging, env: dict[str, str], log: Path, careless: bool) -> Service:
    """The server as the supervisor keeps it, run as the launcher's own user, root included."""
    data = lodging.base / "valkey"
    with telling_of(data):
        data.mkdir(exist_ok=True, mode=0o700)
    settings = [
        "--port",
        "0",
        "--unixsocket",
        str(_socket(lodging)),
        "--unixsocketperm",
        "700",
        "--dir",
        str(data),
    ]
    settings += ["--save", "", "--daemonize", "no", "--maxmemory-policy", "noeviction"]
    settings += ["--appendonly", "no"] if careless else ["--appendonly", "yes", "--appendfsync", "everysec"]
    return Service(
        name="valkey",
        command=[str(valkey()), *settings],
        env=env,
        cwd=data,
        ready=lambda: _answers(_socket(lodging)),
        log=log,
        is_store=True,
    )


def _socket(lodging: Lodging) -> Path:
    return lodging.sockets / "valkey.sock"


def _answers(place: Path) -> bool:
    """Whether it has read its data back: before, it answers -LOADING."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            line.connect(str(place))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
    except OSError:
        return False
