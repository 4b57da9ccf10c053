"""The line to the mail server: its address, its encryption, and how long we wait."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokerage.config import Misconfigured
from brokerage.mail import transport as room
from brokerage.mail.transport import LineDown, Refused, Transport, Unanswered, without_addresses
from tests.mail_fixtures import DOMAIN, Sink, sink  # noqa: F401

LETTER = b"Subject: x\r\n\r\n.\r\n..\r\nBonjour\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, good for a day."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), *names]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def guarded(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    """A server that wants STARTTLS and a password."""
    server = Sink(tmp_path_factory.mktemp("guarded") / "log", *certificate)
    yield server
    server.stop()


def send(by: Transport) -> None:
    line = by.open()
    try:
        line.address("lucas@example.org")
        line.transmit(LETTER)
    finally:
        line.hang_up()


# ---- the address ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "where", "encryption", "signs_in_as"),
    [
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525), (False, "never"), ("", "")),
        ("smtp://relay.example", ("relay.example", 25), (False, "required"), ("", "")),
        ("smtp://u%40x:p%40ss%3Aword@mail.example", ("mail.example", 587), (False, "required"), ("u@x", "p@ss:word")),
        ("smtps://u:zz@mail.example", ("mail.example", 465), (True, "required"), ("u", "zz")),
        ("smtp://relay.example:2525?starttls=never", ("relay.example", 2525), (False, "never"), ("", "")),
    ],
)
def test_an_smtp_url_is_read(url: str, where: object, encryption: object, signs_in_as: object) -> None:
    read = Transport.from_url(url, DOMAIN)

    assert (read.host, read.port) == where
    assert (read.implicit_tls, read.starttls) == encryption
    assert (read.user, read.password) == signs_in_as
    assert (read.from_address, read.bounce_address) == (f"passerelle@{DOMAIN}", f"bounce@{DOMAIN}")
    assert not signs_in_as[1] or signs_in_as[1] not in repr(read)  # type: ignore[index]


@pytest.mark.parametrize(
    "url",
    ["http://x.example", "smtp://", "smtp://x.example:port", "smtp://x.example?starttls=perhaps", "smtp://u:p@x.example?starttls=never"],
)
def test_an_unsafe_or_unreadable_smtp_url_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        Transport.from_url(url, DOMAIN)


# ---- encryption ----------------------------------------------------------------------------------------------------


def test_a_verified_server_gets_the_password_and_the_letter(guarded: Sink, certificate: tuple[Path, Path]) -> None:
    url = f"smtp://passerelle:p%40ss%3Aword@localhost:{guarded.port}?starttls=required&ca={certificate[0]}"

    send(Transport.from_url(url, DOMAIN))

    assert guarded.kept[-1]["raw"] == LETTER


@pytest.mark.parametrize(
    ("user", "host", "trusted"),
    [
        ("passerelle:p%40ss%3Aword", "localhost", False),
        ("passerelle:p%40ss%3Aword", "127.0.0.1", True),
        ("passerelle:wrong", "localhost", True),
    ],
)
def test_a_wrong_certificate_name_or_password_stops_the_line_with_an_alarm(
    guarded: Sink, certificate: tuple[Path, Path], user: str, host: str, trusted: bool
) -> None:
    authority = f"&ca={certificate[0]}" if trusted else ""

    with pytest.raises(LineDown) as failure:
        send(Transport.from_url(f"smtp://{user}@{host}:{guarded.port}?starttls=required{authority}", DOMAIN))

    assert failure.value.alarm
    assert "wrong" not in str(failure.value)


def test_a_server_without_encryption_gets_nothing(sink: Sink) -> None:  # noqa: F811
    sink.forget()

    with pytest.raises(LineDown) as failure:
        send(Transport.from_url(f"smtp://localhost:{sink.port}?starttls=required", DOMAIN))

    assert failure.value.alarm
    assert sink.kept == []


# ---- patience ------------------------------------------------------------------------------------------------------


def test_each_wait_has_its_length(monkeypatch: pytest.MonkeyPatch, sink: Sink) -> None:  # noqa: F811
    waits: list[float] = []
    monkeypatch.setattr(socket.socket, "settimeout", lambda _self, seconds: waits.append(seconds))
    sink.forget()

    send(Transport.from_url(f"smtp://127.0.0.1:{sink.port}", DOMAIN))

    assert waits == [30.0, 300.0, 600.0, 300.0, 2.0]


def test_a_server_too_slow_after_the_dot_leaves_a_doubt(monkeypatch: pytest.MonkeyPatch, sink: Sink) -> None:  # noqa: F811
    monkeypatch.setattr(room, "LAST_REPLY", 0.1)
    sink.forget()
    sink.behave("slow_accept:0.5")

    with pytest.raises(Unanswered):
        send(Transport.from_url(f"smtp://127.0.0.1:{sink.port}", DOMAIN))

    sink.behave("ok")


def test_a_server_that_never_greets_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CONNECT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(LineDown) as failure:
        Transport.from_url(f"smtp://127.0.0.1:{mute.getsockname()[1]}", DOMAIN).open()

    assert not failure.value.alarm


def test_a_server_that_vanishes_in_the_middle_of_the_words_leaves_a_doubt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_hang_up_after_354, args=[listening], daemon=True).start()

        with pytest.raises(Unanswered):
            send(Transport.from_url(f"smtp://127.0.0.1:{listening.getsockname()[1]}", DOMAIN))


def _hang_up_after_354(listening: socket.socket) -> None:
    line, _ = listening.accept()
    for reply in (b"220 x", b"250 x", b"250 ok", b"250 ok", b"354 go"):
        line.sendall(reply + b"\r\n")
        line.recv(1024)
    line.close()


# ---- what is told --------------------------------------------------------------------------------------------------


def test_what_a_server_says_is_kept_without_addresses() -> None:
    refusal = Refused(550, b"5.1.1 <lucas@example.org>: Recipient\r\nawa@example.org rejected")

    assert str(refusal) == "550 5.1.1 <…@…>: Recipient …@… rejected"
    assert refusal.permanent
    assert not refusal.policy
    assert Refused(554, "5.7.1 relay denied").policy
    assert len(without_addresses("x" * 999)) == 200
