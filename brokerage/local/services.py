"""The application's own processes: web pages, worker, scheduler, and a letter box without a mail server."""

import http.client
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from brokerage.local import sentences
from brokerage.local.folder import Folder
from brokerage.local.given import Given
from brokerage.local.supervisor import Service

# 127.0.0.1 only: the world comes in by a reverse proxy, which brings https.
HOST = "127.0.0.1"
THREADS = 4  # per web process; more only wait for the interpreter's lock


def flask(*words: str) -> list[str]:
    """A command of the application, by module name so that a moved clone keeps working."""
    return [sys.executable, "-m", "flask", "--app", "app", *words]


def web(given: Given, folder: Folder, env: dict[str, str]) -> Service:
    """The pages. Two processes in local mode, else as many as processors."""
    processes = 2 if given.local else max(2, os.cpu_count() or 2)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    command += ["--host", HOST, "--port", str(given.port), "--workers", str(processes)]
    command += ["--blocking-threads", str(THREADS), "--respawn-failed-workers", "--respawn-interval", "0.5"]
    command += ["--workers-kill-timeout", "1", "--log-level", "warning", "app:app"]
    return _of_the_application("web", command, given, folder, env, ready=lambda: answers(given.port))


def background(given: Given, folder: Folder, env: dict[str, str]) -> list[Service]:
    """What nobody waits for: a worker for letters, one for files (a big import holds no letter up), the scheduler."""
    commands = {"worker": flask("worker"), "files": flask("worker", "--queue", "files"), "scheduler": flask("scheduler")}
    return [_of_the_application(name, words, given, folder, env, ready=lambda: True) for name, words in commands.items()]


def _of_the_application(
    name: str,
    command: list[str],
    given: Given,
    folder: Folder,
    env: dict[str, str],
    ready: Callable[[], bool],
) -> Service:
    # Outside local mode logs belong to whatever collects the terminal's output.
    log = folder.log(name) if given.local else None
    return Service(name=name, command=command, env=env, cwd=given.home, ready=ready, log=log)


def letter_box(given: Given, folder: Folder) -> tuple[Service, str]:
    """The letter box and its SMTP address. The socket is ours, so letters wait while it is started again."""
    listening = socket.create_server((HOST, 0), backlog=128)
    port: int = listening.getsockname()[1]
    number = listening.detach()
    service = Service(
        name="courrier",
        command=[sys.executable, "-m", "brokerage.local.mail_sink", str(number), str(letters(given))],
        env=given.environment(),
        cwd=given.home,
        ready=lambda: True,
        log=folder.log("courrier"),
        pass_fds=[number],
    )
    return service, f"smtp://{HOST}:{port}"


def letters(given: Given) -> Path:
    """The Maildir of the letter box."""
    return given.data / "courrier"


def refuse_busy_port(port: int) -> None:
    """Raises `Stop` when another program listens there. Asked first, so nothing is started for nothing."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except PermissionError as refusal:
            raise sentences.port_forbidden(port) from refusal
        except OSError as refusal:
            raise sentences.port_busy(port) from refusal


def answers(port: int) -> bool:
    """Whether the pages answer at all; what they answer is not the launcher's business."""
    line = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        line.request("GET", "/", headers={"Host": f"{HOST}:{port}"})
        return line.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
