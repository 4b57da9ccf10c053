"""The letter box of a trial installation: whatever lies in its folder, it opens, and nothing in a letter can act."""

import mailbox
import shutil
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from brokerage.accounts.models import User
from brokerage.config import Config


@pytest.fixture
def box(config: Config) -> Iterator[mailbox.Maildir]:
    folder = config.data / "courrier"
    yield mailbox.Maildir(folder, create=True)
    shutil.rmtree(folder)


@pytest.fixture
def stranger(client_of: Callable[[User | None], FlaskClient]) -> FlaskClient:
    return client_of(None)


def filed(box: mailbox.Maildir, to: str = "helene@meridiane.example", subject: str = "Puis-je vous mettre en relation ?") -> str:
    """A letter with both parts in the box; its key."""
    letter = EmailMessage()
    letter["Delivered-To"], letter["From"], letter["To"], letter["Subject"] = to, "Nadia <n@pa.example>", to, subject
    letter.set_content("Bonjour,\n\nRépondre : http://localhost/reponse/abc.\n<script>alert(1)</script>")
    letter.add_alternative("<html><head></head><body style='color:red'>Bonjour<script>alert(1)</script></body></html>", subtype="html")
    return box.add(letter)


def test_an_installation_without_letters_says_so(stranger: FlaskClient):
    assert "Aucune lettre" in stranger.get("/courrier-local/").text


def test_a_stranger_reads_a_letter_and_follows_its_link(box: mailbox.Maildir, stranger: FlaskClient):
    key = filed(box)

    page = stranger.get(f"/courrier-local/{key}").text

    assert "Puis-je vous mettre en relation" in stranger.get("/courrier-local/").text
    assert '<a href="http://localhost/reponse/abc">' in page
    assert "<script>alert" not in page


def test_the_list_can_be_kept_to_one_recipient(box: mailbox.Maildir, stranger: FlaskClient):
    filed(box, "helene@meridiane.example", "Pour Hélène")
    filed(box, "lucas@entretiens.example", "Pour Lucas")

    page = stranger.get("/courrier-local/?a=lucas@entretiens.example").text

    assert ("Pour Lucas" in page, "Pour Hélène" in page) == (True, False)


def test_the_html_part_runs_nothing_and_loads_nothing(box: mailbox.Maildir, stranger: FlaskClient):
    key = filed(box)

    framed, around = stranger.get(f"/courrier-local/{key}/html"), stranger.get(f"/courrier-local/{key}")

    policy = framed.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")
    assert '<base target="_blank">' in framed.text
    assert "frame-src 'self'" in around.headers["Content-Security-Policy"]
    assert 'sandbox="allow-popups' in around.text


BROKEN = {
    "empty": b"",
    "bytes": b"\x00\xff\xfe garbage without headers",
    "encoded words": b"Subject: =?utf-8?b?////?=\r\nFrom: =?x?q?=FF?= <\r\nTo: <<>>,;\r\n\r\nx",
    "charset": b"Subject: x\r\nContent-Type: text/html; charset=nope\r\n\r\n<b>\xff",
    "boundary": b'Subject: x\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n--b\r\n\r\nx',
    "address": b"From: \"\r\n ,;<@>(((\r\nDelivered-To: \xff\r\nSubject: \xe9\r\n\r\nx",
    "nested": b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_damaged_letter_never_breaks_the_box(name: str, box: mailbox.Maildir, config: Config, stranger: FlaskClient):
    (config.data / "courrier" / "new" / "1.damaged").write_bytes(BROKEN[name])

    assert stranger.get("/courrier-local/").status_code == 200
    assert stranger.get("/courrier-local/1.damaged").status_code == 200
    assert stranger.get("/courrier-local/1.damaged/html").status_code in (200, 404)


@pytest.mark.parametrize("key", ["nowhere", "..", "%2e%2e%2fsecret", "../../etc/passwd", "1.damaged%00"])
def test_a_key_that_is_no_letter_reads_404(key: str, box: mailbox.Maildir, stranger: FlaskClient):
    assert stranger.get(f"/courrier-local/{key}").status_code == 404


def test_a_letter_that_vanishes_meanwhile_is_no_failure(box: mailbox.Maildir, config: Config, stranger: FlaskClient):
    key = filed(box)
    next(Path(config.data / "courrier" / "new").glob("*")).unlink()

    assert stranger.get(f"/courrier-local/{key}").status_code == 404


def test_old_letters_are_a_page_away(box: mailbox.Maildir, stranger: FlaskClient):
    for number in range(60):
        filed(box, subject=f"Lettre {number}")

    first, second = (stranger.get(f"/courrier-local/?depuis={start}").text for start in (0, 50))

    assert (first.count("Lettre "), second.count("Lettre ")) == (50, 10)
