"""Where mail arrives: a mailbox at a provider, the folder of the local letter box, and what is read twice or not at all."""

import logging
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from brokerage import errands
from brokerage.config import Misconfigured, imap_url_in
from brokerage.mail import mailboxes
from brokerage.mail.inbox import InboundMail
from tests.mail_fixtures import eventually

MAIL = b"From: Lycee <cpe@lycee.example>\r\nTo: passerelle@passerelle.localhost\r\nSubject: Une question\r\nMessage-ID: <1@lycee.example>\r\n\r\nBonjour.\r\n"


class Provider(threading.Thread):
    """A mailbox that speaks as much IMAP as we ask of it, over TLS; keeps what was marked as read."""

    def __init__(self, certificate: tuple[Path, Path], mails: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.mails, self.seen, self.said = mails, set(), []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.socket = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                continue
            with line, line.makefile("rwb") as talk:
                self.serve(talk)

    def serve(self, talk) -> None:
        def say(*words: bytes) -> None:
            talk.write(b"\r\n".join(words) + b"\r\n")
            talk.flush()

        say(b"* OK ready")
        for asked in talk:
            tag, _, command = asked.strip().partition(b" ")
            self.said.append(command)
            if command == b"CAPABILITY":
                say(b"* CAPABILITY IMAP4rev1", tag + b" OK done")
            elif command.startswith(b"LOGIN"):
                right = b'"a secret"' in command
                say(tag + (b" OK done" if right else b" NO wrong " + command))
            elif command.startswith(b"SELECT"):
                say(b"* %d EXISTS" % len(self.mails), tag + b" OK done")
            elif command.startswith(b"UID SEARCH"):
                say(b"* SEARCH " + b" ".join(b"%d" % n for n in range(1, len(self.mails) + 1) if n not in self.seen), tag + b" OK done")
            elif found := re.match(rb"UID FETCH (\d+) \(RFC822.SIZE\)", command):
                say(b"* %s FETCH (UID %s RFC822.SIZE %d)" % (found[1], found[1], len(self.mails[int(found[1]) - 1])), tag + b" OK done")
            elif found := re.match(rb"UID FETCH (\d+) \(BODY", command):
                mail = self.mails[int(found[1]) - 1]
                say(b"* %s FETCH (UID %s BODY[] {%d}" % (found[1], found[1], len(mail)) + b"\r\n" + mail + b")", tag + b" OK done")
            elif found := re.match(rb"UID STORE (\d+) \+FLAGS", command):
                self.seen.add(int(found[1]))
                say(tag + b" OK done")
            elif command == b"LOGOUT":
                say(b"* BYE", tag + b" OK done")
                return
            else:
                say(tag + b" BAD what")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test")
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def provider(certificate):
    served = Provider(certificate, [MAIL, MAIL.replace(b"<1@", b"<2@").replace(b"Bonjour", b"Encore")])
    yield served
    served.socket.close()


def configured(app, monkeypatch, **changes):
    import dataclasses

    monkeypatch.setitem(app.config, "PASSERELLE", dataclasses.replace(app.config["PASSERELLE"], **changes))
    errands.belong_to(app)


def kept(as_system) -> int:
    with as_system() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(InboundMail))


def test_unread_mail_of_the_provider_is_taken_in_once_and_marked(app, cast, as_system, provider, certificate, monkeypatch):
    configured(app, monkeypatch, imap_url=f"imaps://us%40x:a%20secret@localhost:{provider.port}/Re%C3%A7us?ca={certificate[0]}".replace("Re%C3%A7us", "Recus"))

    assert (errands.read_mailbox(), errands.read_mailbox()) == (2, 0)

    assert kept(as_system) == 2
    assert provider.seen == {1, 2}
    assert any(b'"Recus"' in one for one in provider.said)
    provider.seen.clear()  # marked as unread again by somebody: known by its words
    assert (errands.read_mailbox(), kept(as_system)) == (0, 2)


def test_a_mail_that_cannot_be_taken_in_waits_and_the_others_do_not(app, cast, as_system, provider, certificate, monkeypatch):
    from brokerage.introductions.replies import taking

    really = taking.take_in
    monkeypatch.setattr(taking, "take_in", lambda raw: really(raw) if b"Encore" in raw else 1 / 0)
    configured(app, monkeypatch, imap_url=f"imaps://us:a%20secret@localhost:{provider.port}?ca={certificate[0]}")

    assert errands.read_mailbox() == 1

    assert provider.seen == {2}


def test_a_wrong_password_is_logged_without_it(app, cast, provider, certificate, monkeypatch, caplog):
    configured(app, monkeypatch, imap_url=f"imaps://us:not%20it@localhost:{provider.port}?ca={certificate[0]}")

    with caplog.at_level(logging.ERROR):
        assert errands.read_mailbox() == 0

    assert "the mailbox" in caplog.text
    assert "not it" not in caplog.text


@pytest.mark.parametrize("url", ["imap://a:b@x", "imaps://x", "imaps://a@x", "imaps://a:b@", "imaps://a:b@x:port", "http://a:b@x"])
def test_an_unsafe_or_unfinished_address_of_a_mailbox_stops_everything(url):
    with pytest.raises(Misconfigured, match="IMAP_URL"):
        imap_url_in({"IMAP_URL": url})


def test_what_is_sent_to_the_service_itself_is_filed_apart_and_read(app, cast, as_system, tmp_path, monkeypatch):
    listening = socket.create_server(("127.0.0.1", 0))
    number = listening.fileno()
    folders = [str(tmp_path / "courrier"), str(tmp_path / mailboxes.ARRIVALS)]
    sink = subprocess.Popen([sys.executable, "-m", "brokerage.local.mail_sink", str(number), *folders, "passerelle.localhost"], pass_fds=[number])
    configured(app, monkeypatch, data=tmp_path)
    try:
        with smtplib.SMTP("127.0.0.1", listening.getsockname()[1], timeout=20) as line:
            line.sendmail("cpe@lycee.example", ["passerelle@passerelle.localhost", "h@meridiane.example"], MAIL)
        eventually(lambda: list((tmp_path / mailboxes.ARRIVALS / "new").glob("*")))

        assert (errands.read_local_mail(), errands.read_local_mail()) == (1, 0)
    finally:
        sink.terminate()
        sink.wait()
        listening.close()

    assert kept(as_system) == 1
    assert len(list((tmp_path / "courrier" / "new").iterdir())) == 1
    assert len(list((tmp_path / mailboxes.ARRIVALS / "cur").iterdir())) == 1
