"""What a letter says, in words, in HTML and in bytes; and what nobody can make it say."""

import re
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import html5lib
import jinja2
import pytest

from brokerage import clock
from brokerage.mail import headers, letter, mime, seals
from brokerage.mail.letter import Letter, clean_header, filled, written

# Appendix D of the security report, and what else has been tried on mail programs.
INJECTIONS = [
    "A été subject=?UTF-8?Q?=0A?=Bcc: injected@example.com",
    "A \U0001f4a9 =?UTF-8?Q?=0A?=Bcc: x@e.com",
    "=?utf-8?b?CkJjYzogeEBleGFtcGxlLm9yZw==?=",
    "a\r\nBcc: x@example.org",
    "a\nBcc: x@example.org",
    "a\rBcc: x@example.org",
    "a\x00b",
    "é\x85Bcc: x@y",
    "a\u2028Bcc: x@y",
    "a\u2029Bcc: x@y",
    "a\x0b\x0cBcc: x@y",
    "\u202egro.elpmaxe@x :ccB",
    'Nadia" <evil@example.org>, "x',
    "x> <y@example.org",
    "=\u200b?UTF-8?Q?=0A?=Bcc: x@y",
    "é" * 500,
    "a" * 5000,
]


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Write a letter's file: `words("{% block … %}…")`, in French unless said otherwise."""
    monkeypatch.setattr(letter._environment, "loader", letter._OurWords(tmp_path))

    def write(body: str, subject: str = "Objet", language: str = "fr") -> None:
        (tmp_path / language).mkdir(exist_ok=True)
        source = f"{{% block subject %}}{subject}{{% endblock %}}\n{{% block body %}}\n{body}\n{{% endblock %}}"
        (tmp_path / language / "essai.txt").write_text(source, "utf-8")

    return write


def a_parcel(**changes: object) -> mime.Parcel:
    usual = {
        "recipient": "lucas@example.org",
        "from_name": "Nadia Benhaddou (Passeport Avenir)",
        "to": (),
        "reply_to": "",
        "subject": "Demande acceptée",
        "text": "Bonjour,\n\nC’est oui.\n",
        "html": "<p>C’est oui.</p>",
        "headers": {},
        "calendar": "",
        "message_id": "<1@passerelle.example>",
        "language": "fr",
    }
    return mime.Parcel(**{**usual, **changes})  # type: ignore[arg-type]


def sent_as(**changes: object) -> bytes:
    return mime.as_bytes(a_parcel(**changes), "passerelle@passerelle.example", clock.now())


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


# ---- words ---------------------------------------------------------------------------------------------------------


def test_a_letter_has_a_subject_a_text_and_the_same_text_as_html(words) -> None:
    words("Bonjour {{ name }},\n\nVoici l'accord.\n\n\n\nÀ bientôt !", subject="Accord de {{ name }} : oui")

    said = written("essai", "fr", name="Lucas")

    assert said.subject == "Accord de Lucas\u00a0: oui"
    assert said.text == "Bonjour Lucas,\n\nVoici l’accord.\n\nÀ bientôt\u00a0!\n"
    for line in ("Bonjour Lucas,", "Voici l’accord.", "À bientôt\u00a0!"):
        assert line in said.html


def test_only_the_wide_no_break_space_is_used_in_mails(words) -> None:
    words("«\u202foui\u202f» à 14 h, « non » ? {{ time }}")

    said = written("essai", "fr", time="15\u202fh")

    assert said.text == "«\u00a0oui\u00a0» à 14\u00a0h, «\u00a0non\u00a0»\u00a0? 15\u00a0h\n"


def test_a_language_we_do_not_write_is_answered_in_french(words) -> None:
    words("Bonjour")
    words("Hello", language="en")

    assert written("essai", "de").text == "Bonjour\n"
    assert written("essai", "en").text == "Hello\n"


def test_a_value_that_was_forgotten_stops_the_letter(words) -> None:
    words("{{ name }} {{ nom }}")

    with pytest.raises(jinja2.UndefinedError):
        written("essai", "fr", name="Lucas")


@pytest.mark.parametrize("typed", ["{{ 7*7 }}", "{% include 'x' %}", "{0.__class__}", "${7}", "%(x)s", "{# x #}"])
def test_what_people_type_is_never_a_template(words, typed: str) -> None:
    words("{{ message }}\n\n{{ message|quoted }}")

    said = written("essai", "fr", message=typed)

    assert said.text == f"{typed}\n\n> {typed}\n"


def test_nobody_obtains_an_address_by_typing_a_seal(words) -> None:
    somebody = uuid.uuid4()
    words("{{ message }} [{{ inner }} {{ link }}", subject="{{ message }}")

    said = written("essai", "fr", message=f"[[email:{somebody}]]", inner=f"[email:{somebody}]]", link=seals.link(somebody))

    assert seals.PATTERN.findall(said.text) == [("link", str(somebody))]
    assert seals.PATTERN.findall(said.subject) == []


def test_what_people_type_cannot_pass_for_a_button_or_end_the_letter(words) -> None:
    words("{{ message }}\n\n→ Répondre : {{ link }}\n--\nPourquoi ce message.")
    typed = "→ Cliquez ici : https://evil.example/\r\n--\r\nBonjour"

    html = written("essai", "fr", message=typed, link=seals.link(uuid.UUID(int=1))).html

    assert html.count('class="bt"') == 1
    assert re.search(r'class="bt" href="\[\[link:', html)


def test_an_edited_letter_keeps_its_places_and_nothing_else() -> None:
    link = seals.link(uuid.UUID(int=7))
    edited = "Bonjour {{ nom }},\n{{ autre }} {{7*7}} [[phone:00000000-0000-0000-0000-000000000007]]\n→ Oui : {{lien}}"

    ready = filled(edited, nom="[[email:00000000-0000-0000-0000-000000000007]]", lien=link)

    assert seals.PATTERN.findall(ready) == [("link", str(uuid.UUID(int=7)))]
    assert "{{ autre }} {{7*7}}" in ready
    assert ready.endswith(f"\n→ Oui : {link}")


# ---- the HTML part -------------------------------------------------------------------------------------------------


def test_the_html_part_is_valid_and_shows_each_kind_of_line(words) -> None:
    words(
        "Bonjour,\n\nQuoi : un atelier\nOù : Sarcelles\n\n> cité & <b>\n\n- un\n- deux\n\n"
        "Voir https://passerelle.example/a?b=1&c=2.\n\n→ Répondre : {{ link }}\n--\nLe pied.\n"
    )

    html = written("essai", "fr", link=seals.link(uuid.UUID(int=1))).html

    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(html)
    links = [a.get("href") for a in tree.iter("a")]
    sealed = f"[[link:{uuid.UUID(int=1)}]]"
    assert links == ["https://passerelle.example/a?b=1&c=2", sealed, sealed]
    assert "cité &amp; &lt;b&gt;" in html
    assert not re.search(r"<(img|script|link|iframe|form)\b|url\(|@import", html)


def test_several_arrows_are_choices_of_equal_dignity(words) -> None:
    words("→ Oui : https://a.example/\n→ Non : https://b.example/")

    html = written("essai", "fr").html

    assert 'class="bt"' not in html
    assert html.count('class="li"') == 2


@pytest.mark.parametrize("typed", ['"><script>alert(1)</script>', "<img src=x onerror=alert(1)>", "javascript:alert(1)",
                                   'https://x.example/"onclick=alert(1)', "{{constructor}}"])  # fmt: skip
def test_no_typed_text_becomes_markup(words, typed: str) -> None:
    words("{{ m }}\n\n> {{ m }}\n\n- {{ m }}\n\nQuoi : {{ m }}\n--\n{{ m }}", subject="{{ m }}")

    tree = html5lib.parse(written("essai", "fr", m=typed).html, namespaceHTMLElements=False)

    assert not list(tree.iter("script"))
    assert not list(tree.iter("img"))
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    assert all(a.get("href").startswith("https://") for a in tree.iter("a"))


# ---- headers and bytes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", INJECTIONS)
def test_no_value_adds_a_header(payload: str) -> None:
    to = (headers.person(payload, "lucas@example.org"), headers.person(payload, "awa@example.org"))

    raw = sent_as(subject=payload, from_name=payload, to=to, reply_to=headers.person(payload, "lucas@example.org"))

    head = raw.split(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower().decode() for line in re.split(rb"\r\n(?![ \t])", head)]
    assert sorted(names) == sorted(
        ["from", "to", "reply-to", "subject", "date", "message-id", "content-language", "mime-version", "content-type"]
    )
    message = read(raw)
    assert message["Bcc"] is None
    assert [a.addr_spec for a in message["To"].addresses] == ["lucas@example.org", "awa@example.org"]
    assert [a.addr_spec for a in message["From"].addresses] == ["passerelle@passerelle.example"]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_check_of_the_bytes_alone_stops_a_forged_header() -> None:
    for head in (b"From: a\r\nBcc: x\r\n", b"From: a\nBcc: x\r\n", b"Subject: \0\r\n", b"To: a\r\nTo: b\r\n", "To: é\r\n".encode()):
        with pytest.raises(headers.Forged):
            headers.check_names(head)


def test_a_clean_header_keeps_what_people_may_read() -> None:
    assert clean_header("  Une heure\t à  Sarcelles\u00a0? ") == "Une heure à Sarcelles\u00a0?"
    assert clean_header("e\u0301te\u0301") == "été"
    assert len(clean_header("é" * 500)) == 200


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b", "a b@c.example", "a@b\r\nRCPT TO:<x@y>", "<a@b.example>", "a@b@c.example", "é@example.org",
     "a@-b.example", "a..b@example.org", ".a@example.org", "x" * 65 + "@example.org", 'a"b@example.org'],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(headers.Unwritable):
        headers.bare(address)


def test_an_accented_domain_is_written_as_the_internet_does() -> None:
    assert headers.bare(" o'brien+x@académie.example ") == "o'brien+x@xn--acadmie-eya.example"


def test_the_bytes_are_ascii_short_and_end_as_smtp_wants() -> None:
    text = "é" * 3000 + "\n.\n..\nFrom moi\n" + "x" * 3000 + " \n\n"

    raw = sent_as(text=text, html=f"<p>{text}</p>")

    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    parts = list(read(raw).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert parts[0].get_content().replace("\r\n", "\n") == text


def test_an_automatic_letter_says_so_and_a_personal_one_does_not() -> None:
    automatic = read(sent_as(headers={"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://x.example/" + "t" * 300 + ">"}))

    assert automatic["X-Auto-Response-Suppress"] == "All"
    assert automatic["List-Unsubscribe"] == "<https://x.example/" + "t" * 300 + ">"
    assert read(sent_as())["X-Auto-Response-Suppress"] is None


def test_a_date_comes_as_a_calendar_file() -> None:
    ics = "BEGIN:VCALENDAR\nSUMMARY:Été\nEND:VCALENDAR\n"

    message = read(sent_as(calendar=ics))

    [body, invitation] = message.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    assert (invitation.get_content_type(), invitation.get_filename()) == ("text/calendar", "date.ics")
    assert invitation.get_content().replace("\r\n", "\n") == ics


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "é", "=?utf-8?q?x?=", "x" * 1000])
def test_a_machine_header_is_written_whole_or_not_at_all(value: str) -> None:
    with pytest.raises(headers.Forged):
        headers.machine_line("References", value)


def test_a_letter_has_one_recipient_and_no_header_of_its_own_invention() -> None:
    fields = {"kind": "k", "dedupe_key": "d", "association_id": uuid.uuid4(), "from_name": "n", "subject": "s", "text": "", "html": ""}

    with pytest.raises(ValueError, match="recipient"):
        Letter(**fields)
    with pytest.raises(ValueError, match="recipient"):
        Letter(**fields, to_address="a@example.org", to_user_id=uuid.uuid4())
    with pytest.raises(ValueError, match="Bcc"):
        Letter(**fields, to_address="a@example.org", headers={"Bcc": "x@example.org"})
