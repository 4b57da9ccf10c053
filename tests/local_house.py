"""A folder with a small application in place of ours, and real launchers started in it."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

from brokerage.local import lodging, sentences

ROOT = Path(__file__).parents[1]
SMALL_APPLICATION = '''
import os, signal, smtplib, subprocess, sys, time
import click
from flask import Flask
from flask.cli import AppGroup

app = Flask(__name__)

@app.get("/")
def front_page():
    return "bonjour"

@app.cli.command("worker")
@click.option("--queue", default="letters")
def worker(queue):
    """With a child in a group of its own, as RQ's are."""
    if queue == "files":
        time.sleep(600)
    if "DEAF" in os.environ:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import os, time; os.setpgrp(); time.sleep(600)"])
    time.sleep(600)

@app.cli.command("scheduler")
def scheduler():
    time.sleep(600)

demo, db = AppGroup("demo"), AppGroup("db")
app.cli.add_command(demo)
app.cli.add_command(db)

@demo.command("load")
def load():
    click.echo("loaded")

@db.command("whoami")
def db_whoami():
    click.echo(os.environ.get("DATABASE_OWNER_URL", "no owner"))

@app.cli.command("whoami")
def whoami():
    import psycopg, redis
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")) as session:
        [role] = session.execute("SELECT current_user").fetchone()
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
    click.echo(f"{role} {os.environ.get('DATABASE_OWNER_URL', 'no owner')}")
    sys.exit(7)

@app.cli.command("linger")
@click.argument("seconds", type=float)
@click.pass_context
def linger(context, seconds):
    time.sleep(seconds)
    context.invoke(whoami)

@app.cli.command("write")
def write():
    host, port = os.environ["SMTP_URL"].removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as line:
        line.sendmail("a@example.org", ["b@example.org"], "Subject: Bonjour\\r\\n\\r\\nUn mot.\\r\\n")
'''


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Waits for processes that live their own life; true as soon as `condition` is."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class House:
    """A folder with the small application, and the launchers started in it."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        (home / "app.py").write_text(SMALL_APPLICATION)
        self.home, self.data, self.launchers = home, home / "data", []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        given = {"PYTHONPATH": str(ROOT), "PASSERELLE_DATA": str(self.data), "PORT": str(self.port)}
        launcher = subprocess.Popen(
            [sys.executable, "-m", "brokerage.local", *words],
            cwd=self.home,
            env=kept | given | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.launchers.append(launcher)
        return launcher

    def serve(self, **variables: str) -> subprocess.Popen[str]:
        launcher = self.start(**variables)
        assert eventually(self.answers), launcher.communicate(timeout=30)
        assert eventually(lambda: self.pids("app worker") and self.pids("os.setpgrp"))
        return launcher

    def run(self, *words: str, **variables: str) -> SimpleNamespace:
        launcher = self.start(*words, **variables)
        said, _ = launcher.communicate(timeout=60)
        return SimpleNamespace(code=launcher.returncode, said=said)

    def answers(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def pids(self, part: str = "") -> list[int]:
        """Processes that belong to this house and have `part` in their command line, the dead not counted."""
        return sorted(pid for pid, words in self._family() if part in words)

    def _family(self) -> Iterator[tuple[int, str]]:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                surroundings = (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.data) in words or f"PASSERELLE_DATA={self.data}".encode() in surroundings:
                yield int(entry.name), words

    def clear(self) -> None:
        for launcher in self.launchers:
            if launcher.poll() is None:
                launcher.kill()
            launcher.stdout.close()
        assert eventually(lambda: not self.pids(), 10), self.pids()
        lodging.abandon(self.data)


def somewhere_quick() -> str | None:
    """Memory rather than disk, where there is enough: these tests make many databases."""
    memory = Path("/dev/shm")
    enough = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return str(memory) if enough else None


def sentence(told: sentences.Stop) -> str:
    return f"{told.french}\n{told.english}\n"
