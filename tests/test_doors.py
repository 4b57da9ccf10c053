"""The doors as they stand in production: hosts, headers, cookies, proxies, and how long a session lasts."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from brokerage import clock, wiring
from brokerage.accounts import links
from brokerage.accounts.models import User
from brokerage.config import Config, Misconfigured, proxies_in
from brokerage.web.factory import create_app
from tests.cast import PASSWORD
from tests.test_second_factor import Phone

HERE = "https://passerelle.example"
Client = Callable[[User | None], FlaskClient]


def built(config: Config, **more: object) -> Flask:
    """The application as it is served outside local mode."""
    app = create_app(dataclasses.replace(config, local=False, public_base_url=HERE, **more))  # type: ignore[arg-type]
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return app


@pytest.fixture
def again(app: Flask, config: Config) -> Iterator[Config]:
    """The rooms are told the tests' own configuration again afterwards."""
    yield config
    wiring.connect(config)
    links.configure(config)


@pytest.fixture
def production(again: Config) -> FlaskClient:
    return built(again).test_client()


def entering(client: FlaskClient, email: str, password: str = PASSWORD, **headers: str):
    return client.post("/connexion", data={"email": email, "password": password}, base_url=HERE, headers=headers)


def test_another_host_reads_one_sentence_with_the_headers_of_every_answer(production: FlaskClient):
    for path in ("/connexion", "/rien", "/static/css/tokens.css?x"):
        answer = production.get(path, base_url="https://evil.example")

        assert answer.status_code == (200 if path.startswith("/static") else 400), path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "evil.example" not in answer.text


def test_a_forged_forwarded_host_changes_nothing(production: FlaskClient):
    answer = production.get("/connexion", base_url=HERE, headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})

    assert (answer.status_code, "evil.example" in answer.text) == (302, False)


def test_behind_a_proxy_a_strangers_wrong_passwords_lock_nobody_out(production: FlaskClient, nadia: User):
    for nth in range(12):
        entering(production, f"personne-{nth}@nulle-part.example")

    assert entering(production, nadia.email).status_code == 303


def test_a_named_proxy_says_who_asks_and_only_they_wait(again: Config, nadia: User, karim: User):
    client = built(again, proxies=1).test_client()
    for nth in range(11):
        # what a visitor writes there themselves stands before what our proxy adds
        last = entering(client, f"personne-{nth}@nulle-part.example", **{"X-Forwarded-For": f"198.51.100.{nth}, 203.0.113.9"})

    assert last.status_code == 429
    assert entering(client, nadia.email, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    assert entering(client, karim.email, **{"X-Forwarded-For": "203.0.113.10"}).status_code == 303


def test_without_a_named_proxy_nobody_escapes_the_limit_of_their_account_by_writing_an_address(production: FlaskClient, nadia: User):
    for nth in range(10):
        entering(production, nadia.email, "non", **{"X-Forwarded-For": f"198.51.100.{nth}"})

    assert entering(production, nadia.email).status_code == 429


@pytest.mark.parametrize("written", ["-1", "10", "deux", "1.5", "01", " "])
def test_a_number_of_proxies_is_a_digit(written: str):
    with pytest.raises(Misconfigured, match="PROXIES"):
        proxies_in({"PROXIES": written})
    assert [proxies_in(given) for given in ({}, {"PROXIES": ""}, {"PROXIES": "2"})] == [0, 0, 2]


def test_the_session_cookie_is_bound_to_the_host_and_closed_to_scripts(production: FlaskClient, nadia: User):
    [cookie] = entering(production, nadia.email).headers.getlist("Set-Cookie")
    said = {part.strip().split("=")[0] for part in cookie.split(";")}

    assert {"__Host-passerelle", "Secure", "HttpOnly", "SameSite", "Path"} <= said
    assert "Domain" not in said
    assert "SameSite=Lax" in cookie


EXACTLY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store, private",
}


@pytest.mark.parametrize("path, method, status", [
    ("/moi", "GET", 200), ("/moi", "HEAD", 200), ("/connexion", "GET", 302), ("/rien", "GET", 404), ("/moi", "DELETE", 405),
    ("/moi", "POST", 413), ("/moi", "OPTIONS", 200), ("/membres", "GET", 403), ("/moi/deux-etapes/cle", "GET", 303),
])  # fmt: skip
def test_every_answer_carries_exactly_these_headers_whatever_its_status(path: str, method: str, status: int, production: FlaskClient, nadia: User):
    entering(production, nadia.email)

    answer = production.open(path, method=method, base_url=HERE, data={"first_name": "x" * 7_000_000} if status == 413 else None)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXACTLY} == EXACTLY
    assert "Cookie" in answer.headers["Vary"]
    assert "Server" not in answer.headers


@pytest.mark.parametrize("who, minutes, status", [("nadia", 59, 200), ("nadia", 61, 303), ("helene", 29, 200), ("helene", 31, 303)])
def test_a_session_nobody_uses_ends_and_an_admins_sooner(who: str, minutes: int, status: int, cast, client_of: Client):
    client = client_of(getattr(cast, who))

    with clock.at(clock.now() + timedelta(minutes=minutes)):
        assert client.get("/moi").status_code == status


def test_a_session_in_constant_use_ends_after_twenty_hours(nadia: User, client_of: Client):
    client, start = client_of(nadia), clock.now()
    lasted = []
    for minutes in range(0, 22 * 60, 50):
        with clock.at(start + timedelta(minutes=minutes)):
            lasted += [minutes] if client.get("/moi").status_code == 200 else []

    assert max(lasted) == 19 * 60 + 10


def test_the_pages_of_a_second_factor_draw_under_the_same_policy(nadia: User, client_of: Client):
    client = client_of(nadia)
    client.post("/moi/deux-etapes")

    page = client.get("/moi/deux-etapes/cle").text
    assert " style=" not in page + Phone(client).page
    assert '<path d="M' in page
