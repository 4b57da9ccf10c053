"""A second factor: put in place, asked at sign-in, one use per code, recovery codes, taken away."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from brokerage import clock, scope
from brokerage.accounts import passwords, second_factor, sign_in
from brokerage.accounts.models import Purpose, RecoveryCode, SecondFactor, User, UserSession
from brokerage.errors import BadInput, NotFound, NotYours
from brokerage.timeline import Entry
from tests.cast import PASSWORD
from tests.test_accounts import NEW, entering, letters_of, path_of

Client = Callable[[User | None], FlaskClient]


class Phone:
    """What a member's telephone shows, and the recovery codes they put away."""

    def __init__(self, client: FlaskClient):
        assert client.post("/moi/deux-etapes").location == "/moi/deux-etapes/cle"
        typed = re.search(r'class="cle-l">([A-Z2-7 ]+)<', client.get("/moi/deux-etapes/cle").text)
        assert typed
        self.shown = pyotp.TOTP(typed[1].replace(" ", ""))
        answer = client.post("/moi/deux-etapes/cle", data={"code": self.code()})
        self.recovery = re.findall(r"<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</li>", answer.text)
        self.page = answer.text

    def code(self) -> str:
        return self.shown.at(clock.now())


def next_code() -> timedelta:
    """From one code to the next."""
    return timedelta(seconds=second_factor.STEP)


def given(client: FlaskClient, code: str):
    return client.post("/connexion/code", data={"code": code})


@pytest.fixture
def phone(nadia: User, client_of: Client) -> Phone:
    """Nadia has put a second factor in place."""
    return Phone(client_of(nadia))


@pytest.fixture
def half_in(phone: Phone, nadia: User, client_of: Client) -> FlaskClient:
    """A browser in which Nadia's password was right."""
    client = client_of(None)
    assert entering(client, nadia.email).location == "/connexion/code"
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/moi").status_code == 200


# ---- put in place -------------------------------------------------------------------------------------------------


def test_the_drawing_says_the_same_key_as_the_words_and_whose_it_is(nadia: User, client_of: Client):
    client = client_of(nadia)
    client.post("/moi/deux-etapes")

    with scope.acting(scope.Scope(scope.Kind.DOOR)):
        key = second_factor.key_of(nadia.id, nadia.email)

    assert key is not None
    scanned = urlsplit(key.scanned)
    assert parse_qs(scanned.query)["secret"] == [key.typed.replace(" ", "")]
    assert unquote(scanned.path) == f"/Passerelle:{nadia.email}"
    assert '<svg class="qr"' in client.get("/moi/deux-etapes/cle").text


def test_nothing_is_asked_before_the_first_code_came(nadia: User, client_of: Client):
    client_of(nadia).post("/moi/deux-etapes")

    assert entering(client_of(None), nadia.email).location == "/accueil"


def test_a_wrong_first_code_activates_nothing_and_the_key_stays(nadia: User, client_of: Client):
    client = client_of(nadia)
    client.post("/moi/deux-etapes")
    before = re.search(r'class="cle-l">([^<]+)<', client.get("/moi/deux-etapes/cle").text)

    answer = client.post("/moi/deux-etapes/cle", data={"code": "000000"})

    assert answer.status_code == 422
    assert before
    assert before[0] in answer.text
    assert entering(client_of(None), nadia.email).location == "/accueil"


def test_once_confirmed_the_key_is_never_shown_again(phone: Phone, nadia: User, client_of: Client):
    client = client_of(nadia)

    assert client.get("/moi/deux-etapes/cle").location == "/moi"
    assert client.post("/moi/deux-etapes").status_code == 409


def test_the_database_holds_neither_the_key_nor_a_recovery_code(phone: Phone, as_system):
    secrets = {phone.shown.secret, *phone.recovery, *(code.replace("-", "") for code in phone.recovery)}

    with as_system() as session:
        rows = [vars(row) for table in (SecondFactor, RecoveryCode) for row in session.scalars(sa.select(table))]

    assert len(rows) == 1 + second_factor.RECOVERY_CODES
    assert not [secret for secret in secrets if secret in str(rows)]


@pytest.mark.parametrize("table", ["second_factor", "recovery_code", "address_change", "credential"])
def test_no_members_scope_reads_what_opens_a_door(table: str, phone: Phone, nadia: User, as_member):
    from brokerage.database import db

    with as_member(nadia):
        found = db.session.execute(scope.through_the_gate(sa.text(f"SELECT count(*) FROM {table}"))).scalar()

    assert found == 0


def test_activating_signs_the_other_browsers_out(nadia: User, client_of: Client):
    elsewhere, here = client_of(nadia), client_of(nadia)

    Phone(here)

    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_managers_and_admins_read_that_it_is_recommended_and_a_delegate_does_not(nadia: User, helene: User, lucas: User, client_of: Client):
    recommended = ["Recommandée à qui" in client_of(who).get("/moi").text for who in (nadia, helene, lucas)]

    assert recommended == [True, True, False]


# ---- at sign-in ---------------------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(half_in: FlaskClient):
    assert not is_in(half_in)
    assert half_in.get("/partenaires/").location.startswith("/connexion")


def test_the_code_opens_and_the_journal_says_how(half_in: FlaskClient, phone: Phone, nadia: User, as_system):
    with clock.at(clock.now() + next_code()):
        answer = given(half_in, f"{phone.code()[:3]} {phone.code()[3:]}")

    assert (answer.status_code, answer.location) == (303, "/accueil")
    assert is_in(half_in)
    with as_system() as session:
        assert [e.details for e in session.scalars(sa.select(Entry).where(Entry.what == "signed_in"))] == [{"with": "code"}]


def test_the_page_asked_for_is_found_again_after_both_steps(phone: Phone, nadia: User, client_of: Client):
    client = client_of(None)

    half = entering(client, nadia.email, url="/connexion?next=/moi?x%3D1")
    with clock.at(clock.now() + next_code()):
        answer = client.post(half.location, data={"code": phone.code()})

    assert answer.location == "/moi?x=1"


def test_the_same_code_opens_once(half_in: FlaskClient, phone: Phone, nadia: User, client_of: Client):
    later, other = clock.now() + next_code(), client_of(None)
    with clock.at(later):
        entering(other, nadia.email)

        assert given(half_in, phone.code()).status_code == 303
        assert given(other, phone.code()).status_code == 422
    assert not is_in(other)


def test_the_code_that_confirmed_the_key_does_not_open_the_door_too(half_in: FlaskClient, phone: Phone):
    assert given(half_in, phone.code()).status_code == 422


def test_a_code_posted_twice_at_the_same_instant_opens_once(app: Flask, phone: Phone, nadia: User):
    recognised, instant, opened = sign_in.recognise(nadia.email, PASSWORD, ""), clock.now() + next_code(), []
    start = threading.Barrier(4)

    def one_post() -> None:
        with app.app_context(), clock.at(instant):
            start.wait()
            try:
                opened.append(sign_in.come_in(recognised, "", phone.code()))
            except BadInput:
                pass

    threads = [threading.Thread(target=one_post) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(opened) == 1


@pytest.mark.parametrize("seconds", [-120, -60, 60, 120, 3600])
def test_a_code_of_another_minute_does_not_open(seconds: int, half_in: FlaskClient, phone: Phone):
    with clock.at(clock.now() + timedelta(minutes=5)):
        wrong = phone.shown.at(clock.now() + timedelta(seconds=seconds))
        assert given(half_in, wrong).status_code == 422


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_telephone_half_a_minute_off_still_opens(seconds: int, half_in: FlaskClient, phone: Phone):
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert given(half_in, phone.shown.at(clock.now() + timedelta(seconds=seconds))).status_code == 303


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "é" * 30, "x" * 5000, "-", "----"])
def test_what_is_no_code_is_refused_with_a_sentence(code: str, half_in: FlaskClient):
    answer = given(half_in, code)

    assert answer.status_code == 422
    assert 'class="err"' in answer.text


def test_the_sixth_wrong_code_in_five_minutes_waits_even_with_the_right_one(half_in: FlaskClient, phone: Phone):
    start = clock.now()
    for _ in range(5):
        assert given(half_in, "000000").status_code == 422

    with clock.at(start + next_code()):
        assert given(half_in, phone.code()).status_code == 429
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        assert given(half_in, phone.code()).status_code == 303


def test_at_most_twenty_wrong_codes_in_an_hour_whatever_the_browser(phone: Phone, nadia: User, client_of: Client):
    start, answers = clock.now(), []
    for minute in range(0, 30, 6):
        with clock.at(start + timedelta(minutes=minute)):
            client = client_of(None)
            entering(client, nadia.email)
            answers += [given(client, "000000").status_code for _ in range(5)]

    assert answers == [422] * 20 + [429] * 5


def test_many_wrong_codes_at_the_same_instant_do_not_all_pass(app: Flask, phone: Phone, nadia: User):
    recognised, looked_at = sign_in.recognise(nadia.email, PASSWORD, ""), []

    def one_try() -> None:
        with app.app_context():
            try:
                sign_in.come_in(recognised, "", "000000")
            except BadInput as no:
                if no.status == 422:
                    looked_at.append(no)

    threads = [threading.Thread(target=one_try) for _ in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(looked_at) <= 5


def test_ten_minutes_after_the_password_the_code_comes_too_late(half_in: FlaskClient, phone: Phone):
    with clock.at(clock.now() + timedelta(minutes=10, seconds=1)):
        assert given(half_in, phone.code()).location == "/connexion"


def test_without_a_password_before_it_the_code_page_leads_back(phone: Phone, client_of: Client):
    client = client_of(None)

    assert client.get("/connexion/code").location == "/connexion"
    assert given(client, phone.code()).location == "/connexion"


def test_a_half_open_door_closes_when_the_password_changes(half_in: FlaskClient, phone: Phone, nadia: User):
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        passwords.keep(session.get_one(User, nadia.id), NEW)
        session.commit()

    with clock.at(clock.now() + next_code()):
        assert given(half_in, phone.code()).location == "/connexion"
    assert not is_in(half_in)


def test_a_new_password_by_letter_does_not_go_past_the_second_step(phone: Phone, nadia: User, client_of: Client):
    client = client_of(None)
    client.post("/mot-de-passe-oublie", data={"email": nadia.email})
    client.post(path_of(Purpose.PASSWORD, nadia), data={"password": NEW})

    assert not is_in(client)
    assert entering(client, nadia.email, NEW).location == "/connexion/code"


def test_a_member_without_a_second_factor_signs_in_as_before(phone: Phone, karim: User, client_of: Client):
    assert entering(client_of(None), karim.email).location == "/accueil"


# ---- recovery codes -----------------------------------------------------------------------------------------------


def test_ten_recovery_codes_are_shown_once_and_can_be_kept_as_a_text(phone: Phone):
    kept = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download="[\w.-]+\.txt"', phone.page)

    assert len(set(phone.recovery)) == second_factor.RECOVERY_CODES
    assert kept
    assert all(code in unquote(kept[1]) for code in phone.recovery)


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")])
def test_a_recovery_code_opens_once_however_it_is_typed(typed, half_in: FlaskClient, phone: Phone, nadia: User, client_of: Client):
    code = typed(phone.recovery[3])

    answer = given(half_in, code)

    assert answer.status_code == 303
    assert "Il vous reste 9 codes de secours" in half_in.get("/accueil").text.replace("\u202f", " ").replace("\xa0", " ")
    other = client_of(None)
    entering(other, nadia.email)
    assert given(other, code).status_code == 422


def test_somebody_elses_recovery_code_does_not_open(half_in: FlaskClient, karim: User, client_of: Client):
    theirs = Phone(client_of(karim))

    assert given(half_in, theirs.recovery[0]).status_code == 422


def test_new_recovery_codes_close_those_of_before(half_in: FlaskClient, phone: Phone, nadia: User, client_of: Client):
    page = client_of(nadia).post("/moi/deux-etapes/codes").text
    fresh = re.findall(r"<li>([A-Z2-7-]{19})</li>", page)

    assert len(fresh) == 10
    assert given(half_in, phone.recovery[0]).status_code == 422
    assert given(half_in, fresh[0]).status_code == 303


# ---- taken away ---------------------------------------------------------------------------------------------------


def test_taken_away_the_password_alone_opens_and_a_letter_says_so(phone: Phone, nadia: User, client_of: Client, as_system):
    client_of(nadia).post("/moi/deux-etapes/fin")

    assert entering(client_of(None), nadia.email).location == "/accueil"
    [letter] = letters_of("second_factor_removed")
    assert (letter.to_user_id, "vient d’être retirée" in letter.text) == (nadia.id, True)
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count(RecoveryCode.id))) == 0


def test_an_admin_takes_away_a_lost_one_which_is_logged_and_written_to_the_colleague(
    phone: Phone, nadia: User, helene: User, client_of: Client, as_system
):
    client = client_of(helene)
    assert "Retirer la vérification" in client.get(f"/membres/{nadia.id}").text

    client.post(f"/membres/{nadia.id}/deux-etapes/fin")

    assert entering(client_of(None), nadia.email).location == "/accueil"
    [letter] = letters_of("second_factor_removed")
    assert (letter.to_user_id, "Hélène Roux a retiré" in letter.text) == (nadia.id, True)
    with as_system() as session:
        [entry] = session.scalars(sa.select(Entry).where(Entry.what == "second_factor_removed"))
        assert (entry.by_id, entry.details["member_id"]) == (helene.id, str(nadia.id))
    assert "Retirer la vérification" not in client.get(f"/membres/{nadia.id}").text


def test_only_an_admin_of_the_same_association_takes_one_away(phone: Phone, nadia: User, karim: User, awa: User, oscar: User, client_of: Client):
    path = f"/membres/{nadia.id}/deux-etapes/fin"

    answers = [client_of(who).post(path).status_code for who in (karim, awa, oscar)]

    assert answers == [403, 404, 404]
    assert entering(client_of(None), nadia.email).location == "/connexion/code"


def test_the_room_refuses_too(phone: Phone, nadia: User, karim: User, awa: User, as_member):
    from brokerage.accounts import rescue

    with as_member(nadia):
        with pytest.raises(NotYours):
            rescue.remove_lost_factor(nadia, karim)
        with pytest.raises(NotFound):
            rescue.remove_lost_factor(nadia, awa)


def test_where_none_is_on_there_is_nothing_to_take_away(karim: User, helene: User, client_of: Client):
    assert client_of(helene).post(f"/membres/{karim.id}/deux-etapes/fin").status_code == 409
    assert letters_of("second_factor_removed") == []


def test_the_operator_helps_the_one_admin_who_lost_everything(app: Flask, phone: Phone, nadia: User, client_of: Client):
    from brokerage import cli

    unknown = app.test_cli_runner().invoke(cli.members, ["remove-second-factor", "personne@nulle.example"])
    done = app.test_cli_runner().invoke(cli.members, ["remove-second-factor", nadia.email.upper()])

    assert (unknown.exit_code, done.exit_code) == (1, 0)
    assert entering(client_of(None), nadia.email).location == "/accueil"
    assert [letter.to_user_id for letter in letters_of("second_factor_removed")] == [nadia.id]


def test_the_second_step_opens_exactly_one_session(half_in: FlaskClient, phone: Phone, nadia: User, as_system):
    def open_ones() -> int:
        with as_system() as session:
            mine = sa.select(sa.func.count(UserSession.id)).where(UserSession.user_id == nadia.id, UserSession.ended_at.is_(None))
            return session.scalar(mine) or 0

    before = open_ones()
    with clock.at(clock.now() + next_code()):
        given(half_in, phone.code())

    assert open_ones() == before + 1
