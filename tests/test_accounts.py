"""Coming in and going out: sign-in, throttles, sessions, one's own page, the first start."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from brokerage import clock, scope
from brokerage.accounts import devices, founding, links, sign_in, throttle
from brokerage.accounts.models import Association, Link, Purpose, SignInAttempt, User
from brokerage.errors import WrongState
from brokerage.mail.models import Message
from brokerage.timeline import Entry
from tests.cast import PASSWORD

NEW = "quatre mots bien éloignés"
Client = Callable[[User | None], FlaskClient]


def entering(client: FlaskClient, email: str, password: str = PASSWORD, url: str = "/connexion"):
    """What the sign-in page answers."""
    return client.post(url, data={"email": email, "password": password})


def path_of(purpose: Purpose, subject: User) -> str:
    """The path behind the newest link of this purpose, as the letter gives it."""
    with scope.acting(scope.system("a test opens a letter")) as session:
        newest = sa.select(Link).where(Link.subject_id == subject.id, Link.purpose == purpose)
        link = session.scalars(newest.order_by(Link.created_at.desc())).first()
        assert link is not None
        return links.address(link.id).removeprefix("http://localhost")


def letters_of(kind: str) -> list[Message]:
    """The letters of this kind in the outbox."""
    with scope.acting(scope.system("a test reads the outbox")) as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == kind)))


@pytest.fixture
def door(app: Flask) -> Iterator[None]:
    with scope.acting(scope.Scope(scope.Kind.DOOR)):
        yield


# ---- sign-in ------------------------------------------------------------------------------------------------------


def test_a_member_signs_in_whatever_the_case_of_the_address_and_leaves_a_line_in_the_journal(
    nadia: User, client_of: Client
):
    client = client_of(None)

    answer = entering(client, f" {nadia.email.upper()} ")

    assert (answer.status_code, answer.location) == (303, "/accueil")
    assert client.get("/moi").status_code == 200
    with scope.acting(scope.system("a test")) as session:
        assert [e.what for e in session.scalars(sa.select(Entry).where(Entry.by_id == nadia.id))] == ["signed_in"]


def test_an_unknown_address_and_a_wrong_password_read_the_same(nadia: User, client_of: Client):
    client = client_of(None)
    unmarked = re.compile(rb'name="csrf_token"[^>]*|value="[^"]*"')

    wrong = entering(client, nadia.email, "pas le bon mot de passe")
    unknown = entering(client, "personne@nulle-part.example")

    assert wrong.status_code == unknown.status_code == 422
    assert unmarked.sub(b"", wrong.data) == unmarked.sub(b"", unknown.data)


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/\tevil", "javascript:alert(1)", "/a\nb", ""]
)
def test_signing_in_never_leads_to_another_site(wanted: str, nadia: User, client_of: Client):
    answer = client_of(None).post(
        "/connexion", query_string={"next": wanted}, data={"email": nadia.email, "password": PASSWORD}
    )

    assert answer.location == "/accueil"


def test_signing_in_leads_to_the_page_that_asked_for_it(nadia: User, client_of: Client):
    client = client_of(None)

    asked = client.get("/moi?x=%C3%A9&y=1")
    answer = entering(client, nadia.email, url=asked.location)

    assert answer.location == "/moi?x=%C3%A9&y=1"


def test_a_signed_in_member_has_nothing_to_do_on_the_sign_in_page(nadia: User, client_of: Client):
    assert client_of(nadia).get("/connexion?next=/moi").location == "/moi"


def test_a_saved_cookie_is_worth_nothing_after_leaving(nadia: User, client_of: Client):
    client, thief = client_of(nadia), client_of(None)
    with client.session_transaction() as cookie, thief.session_transaction() as copy:
        copy.update(cookie)

    client.post("/deconnexion")

    assert thief.get("/moi").location.startswith("/connexion")


def test_a_closed_access_cannot_sign_in(nadia: User, client_of: Client):
    with scope.acting(scope.system("a test")) as session:
        session.get_one(User, nadia.id).is_active = False
        session.commit()

    assert entering(client_of(None), nadia.email).status_code == 422


# ---- throttles ----------------------------------------------------------------------------------------------------


def test_the_eleventh_failure_in_five_minutes_waits_even_with_the_right_password(nadia: User, client_of: Client):
    client = client_of(None)
    for _ in range(10):
        entering(client, nadia.email, "non")

    assert entering(client, nadia.email).status_code == 429
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        assert entering(client, nadia.email).status_code == 303


def test_tries_at_the_same_instant_do_not_all_pass(app: Flask):
    passed: list[int] = []

    def one_try() -> None:
        with app.app_context():
            try:
                throttle.count(throttle.SIGN_IN, "account someone")
                passed.append(1)
            except throttle.TooMany:
                pass

    threads = [threading.Thread(target=one_try) for _ in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(passed) <= throttle.SIGN_IN.tries


def test_a_success_is_not_counted_as_a_failure(nadia: User, client_of: Client):
    for _ in range(12):
        assert entering(client_of(None), nadia.email).status_code == 303


def test_tries_that_no_limit_looks_at_any_more_are_dropped(door: None):
    throttle.count(throttle.SIGN_IN, "account old")

    with clock.at(clock.now() + timedelta(days=2)):
        throttle.count(throttle.SIGN_IN, "account new")
        throttle.forget_old()

    with scope.acting(scope.system("a test")) as session:
        assert session.scalar(sa.select(sa.func.count(SignInAttempt.id))) == 1


# ---- one's own page -----------------------------------------------------------------------------------------------


def test_members_change_their_name_title_and_language_and_nothing_else(nadia: User, client_of: Client):
    everything = {"first_name": "Nadia", "last_name": "Ben", "title": "directrice", "language": "en", "roles": "admin"}

    client_of(nadia).post("/moi", data={**everything, "email": "x@y.example", "is_active": "", "region": "11"})

    with scope.acting(scope.system("a test")) as session:
        now = session.get_one(User, nadia.id)
        assert (now.name, now.title, now.language) == ("Nadia Ben", "directrice", "en")
        assert (now.roles, now.email, now.region) == (nadia.roles, nadia.email, nadia.region)


def test_somebody_elses_session_cannot_be_ended(nadia: User, lucas: User, client_of: Client):
    theirs = client_of(lucas)
    [session_of_lucas] = sign_in.sessions_of(lucas.id)

    client_of(nadia).post(f"/moi/sessions/{session_of_lucas.id}/fin")

    assert theirs.get("/moi").status_code == 200


def test_leaving_everywhere_ends_this_browser_too(nadia: User, client_of: Client):
    here, elsewhere = client_of(nadia), client_of(nadia)

    here.post("/moi/deconnexion")

    assert here.get("/moi").status_code == elsewhere.get("/moi").status_code == 303


def test_a_session_says_which_device_without_keeping_more():
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"

    assert (devices.named(firefox), devices.named("curl/8")) == ("Firefox, Windows", "")


# ---- the first start ----------------------------------------------------------------------------------------------

FOUNDING = {
    "name": "Les Entretiens de l'Excellence", "short": "EE", "first_name": "Ada", "last_name": "Diallo",
    "email": "Ada@Entretiens.example", "password": NEW,
}  # fmt: skip


def test_an_empty_installation_leads_to_the_welcome_page_and_its_founder_is_in(client_of: Client):
    client = client_of(None)
    assert client.get("/connexion").location == "/bienvenue/"

    answer = client.post("/bienvenue/", data=FOUNDING)

    assert (answer.status_code, answer.location) == (303, "/accueil")
    assert client.get("/membres").status_code == 200
    with scope.acting(scope.system("a test")) as session:
        association = session.scalars(sa.select(Association)).one()
        assert (association.of_name, association.bank) == ("des Entretiens de l'Excellence", "a")


def test_the_welcome_page_is_closed_once_there_is_an_association(nadia: User, client_of: Client):
    assert client_of(None).get("/bienvenue/").location == "/connexion"
    assert client_of(None).post("/bienvenue/", data=FOUNDING).status_code == 409


def test_of_two_founders_at_once_one_succeeds(app: Flask):
    outcomes: list[str] = []

    def found(name: str) -> None:
        admin = founding.FirstAdmin("Ada", "Diallo", f"{name}@x.example")
        with app.app_context():
            try:
                founding.found_first(founding.Identity(name, "X"), admin, NEW, "")
                outcomes.append("founded")
            except WrongState:
                outcomes.append("late")

    threads = [threading.Thread(target=found, args=(name,)) for name in ("un", "deux")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["founded", "late"]


@pytest.mark.parametrize(
    ("name", "of_name"),
    [("Passeport Avenir", "de Passeport Avenir"), ("Article 1", "d'Article 1"), ("Le Réseau", "du Réseau"), ("Les Cordées", "des Cordées")],
)  # fmt: skip
def test_what_stands_after_a_partner_is_guessed(name: str, of_name: str):
    assert founding.guessed_of_name(name) == of_name
