"""Caps no person meets (C2, F5): searches in a minute, requests in a day; counted where a restart forgets nothing."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts import throttle
from brokerage.accounts.models import SignInAttempt
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.mail.models import Message
from tests import partners_fixtures, test_payloads
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in
TOO_MANY = "Trop de recherches à la suite. Attendez une minute, puis reprenez."
REQUEST = {
    "need": "corporate", "purpose": "find_speakers", "place": "Sarcelles", "event_name": "Atelier",
    "message": "Nous cherchons deux ingénieures prêtes à raconter leur parcours pendant une heure.", "action": "envoyer",
}  # fmt: skip


served = test_payloads.served


@pytest.fixture
def few(monkeypatch):
    """Three searches in a minute and two requests in a day, to get there sooner; the numbers have a test of their own."""
    monkeypatch.setattr(throttle, "SEARCH", replace(throttle.SEARCH, tries=3))
    monkeypatch.setattr(throttle, "ASKED", replace(throttle.ASKED, tries=2))


def test_the_caps_are_what_no_person_meets():
    assert (throttle.SEARCH.tries, throttle.SEARCH.within) == (240, timedelta(minutes=1))
    assert (throttle.ASKED.tries, throttle.ASKED.within) == (40, timedelta(days=1))
    assert (throttle.EXPORT.tries, throttle.EXPORT.within) == (20, timedelta(days=1))


def asked_of(cast):
    return REQUEST | {"ally": str(cast.pa.id)}


def test_too_many_searches_in_a_minute_wait_with_a_sentence(few, nadia, karim, signed_in):
    reader = signed_in(nadia)
    assert [reader.get("/recherche/?q=lycee").status_code for _ in range(3)] == [200] * 3

    refused = reader.get("/recherche/?q=lycee")

    assert (refused.status_code, TOO_MANY in words(refused)) == (429, True)
    assert "Rien ne correspond" not in words(refused)
    assert reader.get("/recherche/").status_code == 200  # the empty box, and what one can do from it
    assert signed_in(karim).get("/recherche/?q=lycee").status_code == 200
    with clock.at(clock.now() + timedelta(minutes=1, seconds=1)):
        assert reader.get("/recherche/?q=lycee").status_code == 200


@pytest.mark.parametrize("target, palette", [("resultats", {}), ("trouve", {"X-Palette": "1"})])
def test_the_pieces_that_htmx_asks_for_say_it_too(few, target, palette, nadia, signed_in):
    reader, asked = signed_in(nadia), {"HX-Request": "true", "HX-Target": target, **palette}
    for _ in range(3):
        reader.get("/recherche/?q=lycee", headers=asked)

    piece = reader.get("/recherche/?q=lycee", headers=asked)

    assert piece.status_code == 429
    assert "<main" not in piece.text
    assert TOO_MANY.replace("'", "’") in piece.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert '"429","swap":true' in reader.get("/recherche/").text.replace("&#34;", '"').replace('"code":', "")


@pytest.mark.browser
def test_the_palette_shows_the_sentence_in_a_browser(few, chromium, served, nadia, client_of):
    reader = test_payloads.Reader(chromium, served, client_of(nadia)).reads("/accueil")
    reader.page.keyboard.press("Control+k")
    for word in ("lycée", "collège", "école", "campus"):
        with reader.page.expect_response(lambda answer, word=word: quote(word) in answer.url):
            reader.page.fill("[data-palette]", word)

    reader.page.wait_for_selector("#trouve >> text=Trop de recherches", timeout=5000)
    assert reader.page.locator(".toast").count() == 0  # nothing was lost: that sentence would be another one
    assert [line for line in reader.said if "429" not in line] == []  # Chromium calls it an error


def test_a_restart_forgets_no_search(few, nadia, signed_in, as_system):
    reader = signed_in(nadia)
    for _ in range(3):
        reader.get("/recherche/?q=lycee")

    with as_system() as session:  # where they are kept: not in a process
        kept = session.scalars(sa.select(SignInAttempt.key)).all()

    assert len(kept) == 3
    assert len(set(kept)) == 1
    assert str(nadia.id) not in kept[0]


def test_a_delegate_sends_so_many_requests_a_day_and_then_keeps_a_draft(few, cast, lucas, client_of, as_system):
    client = client_of(lucas)
    assert [client.post("/demandes/nouvelle", data=asked_of(cast)).status_code for _ in range(2)] == [303, 303]
    with as_system() as session:
        letters = session.scalar(sa.select(sa.func.count(Message.id)))

    third = client.post("/demandes/nouvelle", data=asked_of(cast))

    assert third.status_code == 429
    assert "Gardez celle-ci en brouillon" in words(third)
    assert "Nous cherchons deux ingénieures" in third.text
    with as_system() as session:
        states = session.scalars(sa.select(IntroductionRequest.state)).all()
        assert (states, session.scalar(sa.select(sa.func.count(Message.id)))) == ([RequestState.SUBMITTED] * 2, letters)
    assert client.post("/demandes/nouvelle", data=asked_of(cast) | {"action": "garder"}).status_code == 303
    with clock.at(clock.now() + timedelta(days=1, seconds=1)):
        assert client.post("/demandes/nouvelle", data=asked_of(cast)).status_code == 303


def test_sending_a_withdrawn_request_again_counts_too(few, cast, lucas, client_of, as_system):
    client = client_of(lucas)
    place = client.post("/demandes/nouvelle", data=asked_of(cast)).location
    answers = []
    for _ in range(2):
        client.post(f"{place}/retrait", data={"why": ""})
        answers.append(client.post(f"{place}/renvoi").status_code)

    assert answers == [303, 429]


def test_a_day_of_tries_is_kept_and_no_more(few, nadia, signed_in, as_system):
    signed_in(nadia).get("/recherche/?q=lycee")

    for days, left in ((0.9, 1), (1.1, 0)):
        with clock.at(clock.now() + timedelta(days=days)):
            throttle.forget_old()
        with as_system() as session:
            assert session.scalar(sa.select(sa.func.count(SignInAttempt.id))) == left
