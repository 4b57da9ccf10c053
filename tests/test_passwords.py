"""What a password must be, and how one gets a new one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from brokerage import clock, scope
from brokerage.accounts import hashing, links, passwords
from brokerage.accounts.models import Purpose, User, UserSession
from brokerage.errors import BadInput, NotFound
from tests.cast import PASSWORD
from tests.test_accounts import NEW, entering, letters_of, path_of

Client = Callable[[User | None], FlaskClient]


# ---- what a password must be --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "court", "onze-signes", "passerelle2026", "Passerelle-2026!", "motdepasse1234", "M0t-d3-p@sse-2024", "azertyuiop123",
        "qsdfghjklm12", "123456789012", "20032004200520", "aaaaaaaaaaaa", "abcabcabcabc", "jetaimemaman", "soleil-marseille",
        "Nadia.Benhaddou1", "passeportavenir", "thequickbrownfox", "correct horse battery staple", "a" * 300, "@@@@@@@@@@@@@",
    ],
)  # fmt: skip
def test_a_guessable_password_is_refused(password: str):
    with pytest.raises(BadInput) as refusal:
        passwords.check(password, "Nadia Benhaddou", "nadia@passeport.example", "Passeport Avenir")

    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "jardin tulipe volet 7", "uptfrvzkqmwe", "e-T7!kq0ZpXm", "une-longue-phrase-de-passe", "été à la mer avec Léon",
        "9#2$8!7&4*5@soleil", "😀 trois chats gris 😀", "x7Kp2vQ9" * 16 + "y", "пароль из слов",
    ],
)  # fmt: skip
def test_any_composition_is_allowed(password: str):
    passwords.check(password, "Nadia Benhaddou")


def test_the_list_of_common_passwords_is_long_enough():
    assert len(passwords._well_known()) >= 3000


def test_an_accent_typed_on_another_keyboard_still_opens():
    assert hashing.matches(hashing.hashed("été à la mer avec"), "été à la mer avec")


# ---- a new password -----------------------------------------------------------------------------------------------


def test_changing_ones_password_ends_every_session_but_gives_a_new_one(nadia: User, client_of: Client):
    client, other = client_of(nadia), client_of(nadia)

    answer = client.post("/moi/mot-de-passe", data={"current": PASSWORD, "password": NEW})

    assert answer.status_code == 303
    assert client.get("/moi").status_code == 200
    assert other.get("/moi").status_code == 303
    assert entering(client_of(None), nadia.email, NEW).status_code == 303


def test_a_new_password_asks_for_the_present_one(nadia: User, client_of: Client):
    answer = client_of(nadia).post("/moi/mot-de-passe", data={"current": "autre chose", "password": NEW})

    assert answer.status_code == 422
    assert "Ce n’est pas votre mot de passe actuel." in answer.text


def test_a_forgotten_password_answers_alike_and_writes_only_to_those_it_knows(nadia: User, client_of: Client):
    client = client_of(None)

    known = client.post("/mot-de-passe-oublie", data={"email": nadia.email})
    unknown = client.post("/mot-de-passe-oublie", data={"email": "personne@nulle-part.example"})

    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)
    assert [letter.to_user_id for letter in letters_of("password")] == [nadia.id]


def test_the_link_of_the_letter_works_once_for_an_hour_and_ends_every_session(nadia: User, client_of: Client):
    signed_in, client = client_of(nadia), client_of(None)
    client.post("/mot-de-passe-oublie", data={"email": nadia.email})
    path = path_of(Purpose.PASSWORD, nadia)

    with clock.at(clock.now() + timedelta(minutes=61)):
        assert client.get(path).status_code == 404
    assert nadia.email in client.get(path).text
    assert client.post(path, data={"password": "motdepasse1234"}).status_code == 422
    assert client.post(path, data={"password": NEW}).location == "/connexion"
    assert client.post(path, data={"password": NEW}).status_code == 404

    assert signed_in.get("/moi").status_code == 303
    assert entering(client, nadia.email, NEW).status_code == 303


def test_a_newer_link_closes_the_older_one(nadia: User, client_of: Client):
    client = client_of(None)
    client.post("/mot-de-passe-oublie", data={"email": nadia.email})
    older = path_of(Purpose.PASSWORD, nadia)

    client.post("/mot-de-passe-oublie", data={"email": nadia.email})

    assert client.get(older).status_code == 404
    assert client.get(path_of(Purpose.PASSWORD, nadia)).status_code == 200


def test_an_unknown_an_expired_and_a_foreign_link_read_the_same(nadia: User, client_of: Client):
    client = client_of(None)
    client.post("/mot-de-passe-oublie", data={"email": nadia.email})
    path = path_of(Purpose.PASSWORD, nadia)

    with clock.at(clock.now() + timedelta(hours=2)):
        expired = client.get(path)
    unknown = client.get("/mot-de-passe/" + "x" * 32)
    foreign = client.get(path.replace("mot-de-passe", "invitation"))

    assert expired.data == unknown.data
    assert expired.status_code == unknown.status_code == foreign.status_code == 404


def test_the_sixth_link_in_a_day_waits_for_unknown_addresses_too(client_of: Client, app: Flask):
    client = client_of(None)

    answers = [client.post("/mot-de-passe-oublie", data={"email": "a@b.example"}).status_code for _ in range(6)]

    assert answers == [303] * 5 + [429]


def test_a_link_used_by_somebody_faster_is_refused(nadia: User, client_of: Client):
    client_of(None).post("/mot-de-passe-oublie", data={"email": nadia.email})
    token = path_of(Purpose.PASSWORD, nadia).rsplit("/", 1)[1]
    link = links.opened(token, [Purpose.PASSWORD])
    passwords.renew(link, NEW)

    with pytest.raises(NotFound):
        passwords.renew(link, NEW)

    with scope.acting(scope.system("a test")) as session:
        assert session.scalar(sa.select(sa.func.count(UserSession.id)).where(UserSession.ended_at.is_(None))) == 0
