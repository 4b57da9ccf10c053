"""What the environment must say before anything starts."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.config import Config, Misconfigured, is_weak

GOOD_KEY = "mI6vE0Z8qg4cS1xkT9nJ3uWbR7yAhL5dPfKo2QVt"
PRODUCTION = {
    "DATABASE_URL": "postgresql://passerelle_app:p@db.example/passerelle",
    "REDIS_URL": "redis://queue.example:6379/0",
    "SMTP_URL": "smtp://mail.example:587",
    "PUBLIC_BASE_URL": "https://passerelle.example/",
    "SECRET_KEY": GOOD_KEY,
    "PASSERELLE_DATA": "/var/lib/passerelle",
}
LOCAL = PRODUCTION | {
    "PASSERELLE_LOCAL": "1",
    "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
    "SECRET_KEY": "short",
}


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(Misconfigured) as refused:
        Config.from_environment(environment)
    assert refused.value.english
    return str(refused.value)


def test_a_complete_environment_is_read():
    config = Config.from_environment(PRODUCTION)

    assert config.database_url == "postgresql+psycopg://passerelle_app:p@db.example/passerelle"
    assert config.public_base_url == "https://passerelle.example"
    assert (config.port, config.local, config.database_owner_url) == (8000, False, None)
    assert config.data == Path("/var/lib/passerelle")


def test_passwords_and_keys_stay_out_of_what_is_printed():
    printed = repr(
        Config.from_environment(PRODUCTION | {"DATABASE_OWNER_URL": "postgresql://o:owner-word@db/x"})
    )

    assert GOOD_KEY not in printed
    assert "owner-word" not in printed
    assert "passerelle_app:p" not in printed


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_BASE_URL", "SECRET_KEY"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_is_named(name, value):
    environment = PRODUCTION | {name: value or ""}
    if value is None:
        del environment[name]

    assert refusal(environment).startswith(name)


@pytest.mark.parametrize(
    "key",
    [
        "x" * 64,
        "secret",
        "changeme" * 8,
        "Change-Me-To-A-Long-Random-String",
        "abcdefghijklmnopqrstuvwxyz123456",
        "0123456789abcdef0123456789abcdef",
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "django-insecure-3k!z$w)v0q@7x^2m(8r#n5t&b1p*d6",
        "12121212121212121212121212121213",
        GOOD_KEY[:31],
    ],
)
def test_a_key_that_can_be_guessed_is_refused_in_production(key):
    assert refusal(PRODUCTION | {"SECRET_KEY": key}).startswith("SECRET_KEY")


@given(st.binary())
def test_a_random_key_is_accepted_however_it_is_written(drawn):
    assert not is_weak(hashlib.sha256(drawn).hexdigest())
    assert not is_weak(base64.urlsafe_b64encode(hashlib.sha256(drawn).digest()).decode())


def test_one_person_on_one_machine_needs_no_strong_key():
    assert Config.from_environment(LOCAL).local


@pytest.mark.parametrize(
    "address",
    [
        "http://passerelle.example",
        "http://localhost:8000",
        "passerelle.example",
        "ftp://passerelle.example",
        "https://passerelle.example/crm",
        "https://passerelle.example?x=1",
        "https://someone@passerelle.example",
        "https://",
    ],
)
def test_a_public_address_must_be_bare_https(address):
    assert refusal(PRODUCTION | {"PUBLIC_BASE_URL": address}).startswith("PUBLIC_BASE_URL")


def test_local_mode_never_serves_the_world():
    assert "PASSERELLE_LOCAL" in refusal(LOCAL | {"PUBLIC_BASE_URL": "https://passerelle.example"})


@pytest.mark.parametrize("forgotten", ["0", "true", "yes", " 1", ""])
def test_local_mode_is_only_said_in_one_way(forgotten):
    assert refusal(LOCAL | {"PASSERELLE_LOCAL": forgotten, "PUBLIC_BASE_URL": ""}).startswith(
        "PUBLIC_BASE_URL"
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.0", "http", "٨٠٠٠"])
def test_a_port_is_a_number_a_machine_has(port):
    assert refusal(PRODUCTION | {"PORT": port}).startswith("PORT")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///passerelle.db"),
        ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_OWNER_URL", "passerelle_owner"),
        ("REDIS_URL", "http://queue.example"),
        ("SMTP_URL", "mail.example:25"),
    ],
)
def test_an_address_of_another_kind_of_service_is_refused(name, value):
    assert refusal(PRODUCTION | {name: value}).startswith(name)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address_is_understood(scheme):
    config = Config.from_environment(PRODUCTION | {"DATABASE_URL": f"{scheme}://a@/b?host=/run/db"})

    assert config.database_url == "postgresql+psycopg://a@/b?host=/run/db"
