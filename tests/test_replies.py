"""What people send back: each mail where it belongs, none lost, and nothing read by whom it was not meant for."""

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import clock, scope, timeline
from brokerage.introductions import deciding, introductions, requests
from brokerage.introductions.letters import dates
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.replies import taking
from brokerage.introductions.states import IntroductionState
from brokerage.mail import addresses, inbox
from brokerage.mail.delivery import HARD
from brokerage.mail.inbox import Doubt, InboundMail, Sender
from brokerage.mail.models import Message, MessageState, Suppression
from brokerage.partners import vault
from brokerage.partners.models import Contact
from brokerage.timeline import Actor, By
from tests import cast as people

MAILS = Path(__file__).with_name("mails")
C, M, U, X = Sender.CONTACT, Sender.MEMBER, Sender.UNKNOWN, Sender.MACHINE


@dataclass
class Post:
    """An asked contact, the letters that left, and mail coming in."""

    cast: people.Cast
    contact: Contact
    request_id: Any
    introduction_id: Any
    ask: Message
    approved: Message

    def words(self, name: str) -> bytes:
        """A mail of the folder, addressed to this request."""
        places = {
            "INTRO": addresses.inward(self.introduction_id), "INTRO_ID": self.introduction_id.hex, "REQUEST": addresses.inward(self.request_id),
            "ASK": self.ask.message_id, "ASK_ID": self.ask.id.hex, "APPROVED": self.approved.message_id, "RETURN": addresses.return_path(self.ask.id),
        }  # fmt: skip
        raw = (MAILS / f"{name}.eml").read_bytes()
        for place, value in places.items():
            raw = raw.replace(f"{{{{{place}}}}}".encode(), value.encode())
        return raw.replace(b"\n", b"\r\n")

    def arrives(self, raw: bytes) -> bool:
        with scope.acting(scope.system("a mail arrives")) as session:
            taken = taking.take_in(raw)
            session.commit()
        return taken

    def kept(self, *where: Any) -> list[InboundMail]:
        with scope.acting(scope.system("a test looks at everything")) as session:
            wanted = sa.select(InboundMail).where(*where).order_by(InboundMail.created_at).options(so.selectinload(InboundMail.files))
            return list(session.scalars(wanted))

    def forwards(self) -> list[Message]:
        with scope.acting(scope.system("a test looks at everything")) as session:
            return list(session.scalars(sa.select(Message).where(Message.kind == "forwarded").order_by(Message.created_at)))

    def introduced(self) -> None:
        """The contact says yes."""
        with scope.acting(scope.member(self.cast.pa.id)) as session:
            introductions.accept(session.get_one(Introduction, self.introduction_id), By(Actor.CONTACT, self.contact.id))
            session.commit()


@pytest.fixture
def post(cast, nadia, lucas, as_member, as_system) -> Post:
    with as_member(nadia) as session:
        contact = people.a_contact(people.a_partner(nadia))
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa, contact.partner)
        requests.submit(request, session.get(type(lucas), lucas.id))
        session.commit()
    with as_member(nadia) as session:
        deciding.approve(session.get_one(IntroductionRequest, request.id), session.get_one(type(nadia), nadia.id), [deciding.Choice(contact.id, "Puis-je vous mettre en relation ?", "Bonjour")])
        session.commit()
    with as_system() as session:
        for letter in session.scalars(sa.select(Message)):
            letter.state, letter.sent_at = MessageState.SENT, clock.now()
        session.commit()
        by_kind = {letter.kind: letter for letter in session.scalars(sa.select(Message))}
        introduction_id = session.scalars(sa.select(Introduction.id)).one()
    return Post(cast, contact, request.id, introduction_id, by_kind["ask_consent"], by_kind["approved"])


# name: sender, doubt, on the request or apart, words that are new, words that are folded away
ANSWERS: dict[str, tuple[str, str]] = {
    "gmail-fr": ("le 14 avril me convient", "Accepteriez-vous"), "gmail-en": ("14 April suits me", "Accepteriez-vous"),
    "gmail-entre-les-lignes": ("Oui, avec plaisir.\n\n\nTrente, pas davantage.", "Combien d’élèves"),
    "outlook-365-fr": ("Responsable RSE", "Accepteriez-vous"), "outlook-365-en": ("14 April suits me", "Accepteriez-vous"),
    "outlook-2010-fr": ("Responsable RSE", "Accepteriez-vous"), "outlook-html-seul": ("le 14 avril me convient", "Accepteriez-vous"),
    "thunderbird-fr": ("le 14 avril me convient.\n\n--\nHélène Marchetti", "Accepteriez-vous"),
    "thunderbird-en-dessous": ("14 April suits me", "Accepteriez-vous"), "iphone-fr": ("Envoyé de mon iPhone", "Accepteriez-vous"),
    "iphone-en": ("Sent from my iPhone", "Accepteriez-vous"), "gmail-android-fr": ("Oui, avec plaisir", "Accepteriez-vous"),
    "samsung-fr": ("Envoyé depuis mon appareil Galaxy", "Accepteriez-vous"), "outlook-android-fr": ("Télécharger Outlook", "Accepteriez-vous"),
    "orange-fr": ("Hélène Marchetti", "Accepteriez-vous"), "yahoo-fr": ("Oui, avec plaisir.\nHélène", "Accepteriez-vous"),
    "zimbra-fr": ("Hélène Marchetti", "Accepteriez-vous"), "apple-mail-fr": ("Oui, avec plaisir.\n\nHélène", "Bonjour Madame"),
    "proton-en": ("Sent with Proton", "Accepteriez-vous"), "notes-fr": ("Hélène Marchetti", "Accepteriez-vous"),
    "par-le-fil-seul": ("le 14 avril me convient", ""), "references-seules": ("le 14 avril me convient", ""),
    "mime-casse": ("T3VpLCBhdmVjIHBsYWlzaXI", ""), "mime-tronque": ("Oui, avec plaisir.", ""), "entetes-8-bits": ("À bientôt, Hélène", ""),
    "alphabet-faux": ("Oui, avec plaisir… l’équipe", ""), "winmail-dat": ("Oui, avec plaisir.", ""), "html-seul": ("Oui, avec plaisir.\n\nHélène", "Acceptez-vous"),
    "corps-vide": ("", ""), "smime-signe": ("Oui, avec plaisir.", ""), "nom-de-fichier-piege": ("Le programme est joint", ""),
    "sans-identifiant-ni-date": ("Oui, avec plaisir.", ""),
}  # fmt: skip
OTHERS: dict[str, tuple[Sender, Doubt, bool]] = {  # sender, doubt, whether it is on the request
    "collegue-transfere": (U, Doubt.UNKNOWN_SENDER, True), "transfere-en-piece-jointe": (U, Doubt.UNKNOWN_SENDER, True),
    "expediteur-inconnu": (U, Doubt.UNKNOWN_SENDER, True), "adresse-forgee": (U, Doubt.FORGED_ADDRESS, False),
    "sans-demande": (U, Doubt.NO_REQUEST, False), "expediteur-usurpe": (U, Doubt.DISOWNED, True), "deux-expediteurs": (U, Doubt.UNKNOWN_SENDER, True),
    "absence-outlook-fr": (C, Doubt.NONE, True), "absence-gmail-en": (C, Doubt.NONE, True), "absence-par-son-objet": (C, Doubt.NONE, True),
    "absence-en-conge-maternite": (C, Doubt.NONE, True), "accuse-de-lecture": (C, Doubt.NONE, True),
    "retour-adresse-inconnue": (X, Doubt.NONE, True), "retour-en-attente": (X, Doubt.NONE, True), "retour-boite-pleine": (X, Doubt.NONE, True),
    "retour-refuse-par-le-filtre": (X, Doubt.NONE, True), "retour-forge": (X, Doubt.UNREADABLE_RETURN, False),
    "retour-sans-rapport": (X, Doubt.UNREADABLE_RETURN, True), "delegue-repond": (M, Doubt.NONE, True), "responsable-repond-au-contact": (M, Doubt.NONE, True),
}  # fmt: skip


def test_every_mail_of_the_folder_is_tried():
    assert {file.stem for file in MAILS.glob("*.eml")} == {*ANSWERS, *OTHERS}
    assert len({*ANSWERS, *OTHERS}) >= 40


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_of_the_contact_lands_on_its_request_with_its_quotation_folded(post, name, as_system):
    raw = post.words(name)

    assert post.arrives(raw)

    own, folded = ANSWERS[name]
    [mail] = post.kept()
    assert (mail.association_id, mail.request_id, mail.introduction_id) == (post.cast.pa.id, post.request_id, post.introduction_id)
    assert (mail.sender, mail.contact_id, mail.doubt, mail.automatic) == (C, post.contact.id, Doubt.NONE, False)
    assert own in mail.text
    assert folded in mail.quoted
    assert not folded or folded not in mail.text
    assert mail.from_address == ""  # addresses of contacts lie in the vault only
    with as_system() as session:
        assert session.get_one(Contact, post.contact.id).last_word_at is not None
        assert session.get_one(Introduction, post.introduction_id).state is IntroductionState.CONSENT_PENDING  # a person notes the answer


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_mail_is_kept_where_it_belongs_and_is_no_answer(post, name, as_system):
    assert post.arrives(post.words(name))

    sender, doubt, placed = OTHERS[name]
    [mail] = post.kept(InboundMail.association_id == post.cast.pa.id)
    assert (mail.sender, mail.doubt, mail.request_id == post.request_id) == (sender, doubt, placed)
    assert mail.text or mail.quoted or mail.files
    with as_system() as session:
        assert session.get_one(Contact, post.contact.id).last_word_at is None


def with_file(post: Post, size: int) -> bytes:
    """A mail of the contact with a file of `size` bytes."""
    content = base64.encodebytes(b"x" * size).replace(b"\n", b"\r\n")
    head, _, _ = post.words("gmail-fr").partition(b"MIME-Version")
    return (
        head + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nVoici.\r\n'
        b'--b\r\nContent-Type: application/pdf; name="plan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + content + b"--b--\r\n"
    )


def test_a_small_file_is_kept_and_one_of_ten_megabytes_is_named(post):
    post.arrives(with_file(post, 3000))
    post.arrives(with_file(post, 10 * 1024 * 1024).replace(b"Voici.", b"Plus grand."))

    small, large = post.kept()
    assert [(one.name, one.size) for one in small.files] == [("plan.pdf", 3000)]
    assert (large.files, large.named_files, large.text) == ([], ["plan.pdf (10,0\u00a0Mo)"], "Plus grand.")


def test_a_file_cannot_choose_where_it_goes_or_pass_for_another(post):
    post.arrives(post.words("nom-de-fichier-piege"))

    [mail] = post.kept()
    assert [one.name for one in mail.files] == ["programme fdp.exe"]


def test_the_same_mail_twice_is_one_mail_and_one_forward(post):
    raw = post.words("gmail-fr")

    assert [post.arrives(raw), post.arrives(b"Received: from elsewhere\r\n" + raw)] == [True, False]

    assert (len(post.kept()), len(post.forwards())) == (1, 1)


def test_another_mail_under_a_borrowed_message_id_is_not_taken_for_the_first(post):
    post.arrives(post.words("gmail-fr"))

    assert post.arrives(post.words("gmail-fr").replace(b"le 14 avril", b"le 15 avril"))


def test_before_the_introduction_only_the_giving_side_reads_and_gets_the_answer(post, nadia):
    post.arrives(post.words("gmail-fr"))

    assert [one.association_id for one in post.kept()] == [post.cast.pa.id]
    [forward] = post.forwards()
    assert (forward.to_user_id, forward.from_name) == (nadia.id, "Hélène Marchetti (Méridiane Énergie)")
    assert forward.reply_to == f"Hélène Marchetti <{addresses.inward(post.introduction_id)}>"
    assert "Accepteriez-vous" not in forward.text  # what is quoted is not passed on
    assert forward.headers["Auto-Submitted"] == "auto-generated"
    assert forward.headers["References"].split()[0] == post.ask.message_id


def test_after_it_both_read_until_the_consent_is_withdrawn(post, lucas, nadia, as_member, as_system):
    post.introduced()
    post.arrives(post.words("gmail-fr"))

    assert {one.to_user_id for one in post.forwards()} == {nadia.id, lucas.id}
    with as_member(lucas) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(InboundMail)) == 1
    with as_system() as session:
        introductions.withdraw_consent(session.get_one(Introduction, post.introduction_id), By(Actor.CONTACT, post.contact.id))
        session.commit()
    with as_member(lucas) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(InboundMail)) == 0
    with as_member(nadia) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(InboundMail)) == 1


def test_whoever_is_already_on_the_mail_does_not_get_it_again(post, lucas, nadia):
    post.introduced()

    post.arrives(post.words("gmail-fr").replace(b"\r\nSubject:", b", lucas.ferreira@entretiens.example\r\nSubject:", 1))

    assert {one.to_user_id for one in post.forwards()} == {nadia.id}


def test_the_manager_answers_the_contact_through_the_request_and_the_delegate_reads_nothing_of_it(post):
    post.arrives(post.words("responsable-repond-au-contact"))

    [forward] = post.forwards()
    assert (forward.to_contact_id, forward.from_name) == (post.contact.id, "Nadia Benhaddou (Passeport Avenir)")
    assert "Ne plus recevoir" in forward.text
    assert "Choisir quand, combien de fois et sur quoi nous vous écrivons : " in forward.text.replace("\u00a0", " ")
    assert forward.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert forward.headers["List-Unsubscribe"].strip("<>") in forward.text
    assert [one.association_id for one in post.kept()] == [post.cast.pa.id]


def test_the_delegate_s_answer_reaches_the_manager_and_both_sides_keep_it(post, nadia):
    post.arrives(post.words("delegue-repond"))

    assert [one.to_user_id for one in post.forwards()] == [nadia.id]
    assert {one.association_id for one in post.kept()} == {post.cast.pa.id, post.cast.ede.id}


@pytest.mark.parametrize("name", ["absence-outlook-fr", "absence-gmail-en", "absence-par-son-objet"])
def test_an_absence_tells_when_somebody_is_back_and_goes_no_further(post, name):
    post.arrives(post.words(name))

    [mail] = post.kept()
    assert (mail.automatic, mail.back_on) == (True, date(2026, 3, 31) if "objet" in name else date(2026, 3, 30))
    assert post.forwards() == []


def test_a_stranger_s_words_reach_the_manager_alone_with_a_warning(post, nadia):
    post.introduced()

    post.arrives(post.words("expediteur-inconnu"))

    [forward] = post.forwards()
    assert forward.to_user_id == nadia.id
    assert forward.text.startswith("Expéditeur non reconnu\u00a0: Un Inconnu <inconnu@ailleurs.example>")


def test_a_loop_nobody_thought_of_ends_by_itself(post):
    for n in range(30):
        post.arrives(post.words("gmail-fr").replace(b"le 14 avril", b"le %d avril" % n).replace(b"Message-ID: <", b"Message-ID: <%d" % n))

    assert (len(post.kept()), len(post.forwards())) == (30, 20)


def test_our_own_letter_come_back_to_our_own_box_is_passed_over(post):
    post.arrives(post.words("gmail-fr"))
    [forward] = post.forwards()
    ours = f"From: X <passerelle@passerelle.localhost>\r\nTo: {addresses.inward(post.introduction_id)}\r\nMessage-ID: {forward.message_id}\r\n\r\nOui".encode()

    assert not post.arrives(ours)


def suppressed(session) -> list[tuple[str, str]]:
    return [(one.email_key, one.reason) for one in session.scalars(sa.select(Suppression))]


def test_an_address_that_does_not_exist_is_not_written_to_again_and_its_owner_is_told(post, nadia, as_system):
    post.arrives(post.words("retour-adresse-inconnue"))

    with as_system() as session:
        assert suppressed(session) == [(vault.key_of("h.marchetti@meridiane.example"), HARD)]
        assert session.get_one(Message, post.ask.id).state is MessageState.DEAD
        notice = session.scalars(sa.select(Message).where(Message.kind == "address_returned")).one()
        assert (notice.to_user_id, notice.subject) == (nadia.id, "Adresse à corriger\u00a0: Hélène Marchetti")
        entry = session.scalars(sa.select(timeline.Entry).where(timeline.Entry.what == "mail_returned")).one()
        assert (entry.contact_id, entry.details["fate"], entry.details["code"]) == (post.contact.id, "hard", "5.1.1")


@pytest.mark.parametrize("name", ["retour-en-attente", "retour-boite-pleine", "retour-refuse-par-le-filtre", "retour-forge", "retour-sans-rapport"])
def test_a_return_that_mends_is_refused_forged_or_cannot_be_read_stops_nobody(post, name, as_system):
    post.arrives(post.words(name))

    with as_system() as session:
        assert suppressed(session) == []
        assert session.get_one(Message, post.ask.id).state is MessageState.SENT


def test_a_return_older_than_a_week_changes_nothing(post, as_system):
    with clock.at(clock.now() + timedelta(days=8)):
        post.arrives(post.words("retour-adresse-inconnue"))

    with as_system() as session:
        assert suppressed(session) == []
    assert [one.doubt for one in post.kept()] == [Doubt.UNREADABLE_RETURN]


def test_addresses_are_short_enough_and_cannot_be_made_up(post):
    address = addresses.inward(post.introduction_id)

    assert len(address.partition("@")[0]) <= 64
    assert addresses.answered(address.upper()) == post.introduction_id
    assert addresses.answered(address.replace(post.introduction_id.hex, post.request_id.hex)) is None
    assert addresses.returned(address) is None
    forged = address[:-30] + ("y" if address[-30] == "x" else "x") + address[-29:]
    assert addresses.imitates(forged) or addresses.answered(forged) is None


HOSTILE = [b"", b"\0\0\xff", b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 3000,
           b"From: =?utf-8?b?\xff?= <@@>\r\nDate: 99 Foo 0\r\nContent-Type: text/plain; charset=\"\xe9\"\r\n\r\nx", b"From: a@b.example\r\n" * 2000 + b"\r\nx",
           b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 20000, b"Subject: " + b"=?utf-8?q?=0A?=Bcc: x" * 50 + b"\r\n\r\n> a\r\n" * 40000]  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_no_bytes_whatever_are_lost_or_stop_the_intake(post, raw):
    assert post.arrives(raw)

    assert len(post.kept()) == 1


# ---- on screen ----------------------------------------------------------------------------------------------------


def test_the_exchange_stands_on_the_request_and_the_answer_is_noted_from_it(post, nadia, client_of, as_system):
    post.arrives(post.words("gmail-fr"))
    post.arrives(post.words("absence-outlook-fr"))
    client = client_of(nadia)

    page = client.get(f"/demandes/{post.request_id}").text
    assert "Hélène Marchetti a écrit par e-\u2060mail" in page
    assert "Réponse automatique de Hélène Marchetti, de retour le 30" in page
    assert page.index("le 14 avril me convient") < page.index("Le message cité")
    assert page.count("Noter cette réponse") == 1  # a machine's answer is none

    noted = client.post(f"/demandes/introductions/{post.introduction_id}/reponse", data={"channel": "reply", "answer": "accept"})
    assert noted.status_code == 303
    with as_system() as session:
        assert session.get_one(Introduction, post.introduction_id).state is IntroductionState.INTRODUCED


def test_the_delegate_reads_nothing_of_the_partner_s_mail_before_the_introduction(post, lucas, client_of):
    post.arrives(post.words("gmail-fr"))
    post.arrives(post.words("expediteur-inconnu"))

    page = client_of(lucas).get(f"/demandes/{post.request_id}").text

    assert "14 avril me convient" not in page
    assert "Marchetti" not in page
    assert "e-\u2060mail est arrivé" not in page


def test_a_mail_nobody_could_place_is_attached_by_hand_and_a_wrong_number_keeps_what_was_typed(post, nadia, client_of, as_system):
    post.arrives(post.words("sans-demande"))
    client = client_of(nadia)
    [mail] = post.kept()
    with as_system() as session:
        number = session.get_one(IntroductionRequest, post.request_id).number

    assert "Rien ne dit de quelle demande" in client.get("/courrier/").text
    wrong = client.post(f"/courrier/{mail.id}/rattachement", data={"number": "1999-0001"})
    assert (wrong.status_code, "Aucune demande ne porte ce numéro" in wrong.text, 'value="1999-0001"' in wrong.text) == (422, True, True)
    assert client.post(f"/courrier/{mail.id}/rattachement", data={"number": number}).status_code == 303

    assert "comment rejoindre vos partenaires" in client.get(f"/demandes/{post.request_id}").text
    assert "Tout le courrier a trouvé sa place" in client.get("/courrier/").text


def test_a_stranger_s_mail_set_aside_stays_on_its_request(post, nadia, client_of):
    post.arrives(post.words("expediteur-inconnu"))
    client = client_of(nadia)
    [mail] = post.kept()
    assert "Demande n° " in client.get("/courrier/").text.replace("\u00a0", " ")

    assert client.post(f"/courrier/{mail.id}/classement").status_code == 303

    assert "Tout le courrier a trouvé sa place" in client.get("/courrier/").text
    assert "inconnu@ailleurs.example" in client.get(f"/demandes/{post.request_id}").text


def test_a_file_is_a_download_for_who_may_read_the_request_and_nothing_for_the_others(post, nadia, lucas, oscar, client_of):
    post.arrives(with_file(post, 3000))
    [mail] = post.kept()

    answer = client_of(nadia).get(f"/courrier/pieces/{mail.files[0].id}")

    assert (answer.status_code, answer.mimetype, len(answer.data)) == (200, "application/octet-stream", 3000)
    assert answer.headers["Content-Disposition"] == "attachment; filename=plan.pdf"
    assert [client_of(one).get(f"/courrier/pieces/{mail.files[0].id}").status_code for one in (lucas, oscar)] == [404, 404]


def test_a_letter_of_the_local_box_is_answered_as_its_recipient_would(post, config, client_of, monkeypatch):
    import mailbox
    import shutil

    from brokerage.web import local_answers

    said = []
    monkeypatch.setattr(local_answers.Transport, "open", lambda _: type("L", (), {"address": lambda _, *to: said.append(to), "transmit": lambda _, raw: said.append(raw), "hang_up": lambda _: None})())
    box = mailbox.Maildir(config.data / "courrier", create=True)
    reply_to = addresses.inward(post.introduction_id)
    key = box.add(f"Delivered-To: h.marchetti@meridiane.example\nFrom: N <passerelle@passerelle.localhost>\nReply-To: Nadia <{reply_to}>\nMessage-ID: {post.ask.message_id}\nSubject: Puis-je ?\n\nBonjour".encode())
    try:
        assert client_of(None).post(f"/courrier-local/{key}/reponse", data={"words": ""}).status_code == 422
        assert client_of(None).post(f"/courrier-local/{key}/reponse", data={"words": "Oui, volontiers."}).status_code == 303
    finally:
        shutil.rmtree(config.data / "courrier")

    (to, return_path), raw = said
    assert (to, return_path) == (reply_to, "h.marchetti@meridiane.example")
    assert post.arrives(raw)
    [mail] = post.kept()
    assert (mail.sender, mail.text, "> Bonjour" in mail.quoted) == (C, "Oui, volontiers.", True)


def test_mail_is_forgotten_after_a_year_and_that_it_came_is_not(post, as_system):
    post.arrives(with_file(post, 300))

    with clock.at(clock.now() + timedelta(days=366)), as_system() as session:
        inbox.empty_old(clock.now() - timedelta(days=365))
        session.commit()

    [mail] = post.kept()
    assert (mail.text, mail.quoted, mail.subject, mail.files, mail.sender) == ("", "", "", [], C)


# ---- the date of an event, for calendars ---------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "expected"), [
    ("13 h 30 – 17 h 30", ("13:30", "17:30")), ("9h à 12h", ("09:00", "12:00")), ("14:00-16:00", ("14:00", "16:00")), ("14 h", ("14:00", None)),
    ("l'après-midi", None), ("17 h – 9 h", None), ("25 h", None), ("", None), ("14 h ou 15 h", None),
])  # fmt: skip
def test_hours_are_read_when_they_are_plain(written, expected):
    found = dates.hours(written)

    assert (found and tuple(one and one.strftime("%H:%M") for one in found)) == expected


@pytest.mark.parametrize(("department", "zone"), [("95", "Europe/Paris"), ("974", "Indian/Reunion")])
def test_the_introduction_carries_the_date_in_the_hours_of_the_place(post, as_system, department, zone):
    from icalendar import Calendar

    with as_system() as session:
        request = session.get_one(IntroductionRequest, post.request_id)
        request.event_hours, request.department = "13 h 30 – 17 h 30", department
        session.commit()
    post.introduced()

    with as_system() as session:
        theirs, mine = session.scalars(sa.select(Message).where(Message.kind == "introduction")).all()
    assert theirs.calendar == mine.calendar
    book = Calendar.from_ical(theirs.calendar)
    [event] = book.walk("VEVENT")
    assert "METHOD" not in book
    assert [str(one["TZID"]) for one in book.walk("VTIMEZONE")] == [zone]
    assert (event["UID"], event["SEQUENCE"]) == (f"{post.request_id}@passerelle.localhost", 0)
    assert (event.decoded("DTSTART").strftime("%H:%M"), str(event["LOCATION"])) == ("13:30", "Sarcelles")


def test_the_date_is_fetched_from_the_request_s_page_by_both_sides_and_nobody_else(post, cast, client_of, as_system):
    from icalendar import Calendar

    with as_system() as session:
        request = session.get_one(IntroductionRequest, post.request_id)
        request.event_hours, request.event_name = "13 h 30 – 17 h 30", "Forum ; « l'énergie, c'est nous » \\ " + "é" * 80
        session.commit()

    for member in (cast.nadia, cast.lucas):
        answer = client_of(member).get(f"/demandes/{post.request_id}/date.ics")
        lines = answer.data.split(b"\r\n")
        assert answer.mimetype == "text/calendar"
        assert max(map(len, lines)) <= 75  # RFC 5545 §3.1, in bytes
        assert b"\n" not in b"".join(lines)
        [event] = Calendar.from_ical(answer.data).walk("VEVENT")
        assert str(event["SUMMARY"]) == "Forum ; « l'énergie, c'est nous » \\ " + "é" * 80
        assert event["UID"] == f"{post.request_id}@passerelle.localhost"
        assert (event["DTSTART"].params["TZID"], event.decoded("DTSTART").strftime("%H:%M")) == ("Europe/Paris", "13:30")
        assert {"DTSTAMP", "SEQUENCE"} <= set(event)
        assert b"Marchetti" not in answer.data
        assert "date.ics" in client_of(member).get(f"/demandes/{post.request_id}").text
    assert client_of(cast.oscar).get(f"/demandes/{post.request_id}/date.ics").status_code == 404
    with as_system() as session:
        session.get_one(IntroductionRequest, post.request_id).event_on = None
        session.commit()
    assert client_of(cast.nadia).get(f"/demandes/{post.request_id}/date.ics").status_code == 404


def test_a_date_without_hours_is_a_whole_day(post, as_system):
    from icalendar import Calendar

    post.introduced()

    with as_system() as session:
        [event] = Calendar.from_ical(session.scalars(sa.select(Message.calendar).where(Message.kind == "introduction")).first()).walk("VEVENT")
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
