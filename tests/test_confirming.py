"""Before what matters most the password is asked again; what was typed is kept; who must know gets a letter."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from brokerage import clock, scope
from brokerage.accounts import links
from brokerage.accounts.models import AddressChange, Purpose, User, UserSession
from brokerage.timeline import Entry
from tests.cast import PASSWORD
from tests.test_accounts import NEW, entering, letters_of, path_of
from tests.test_second_factor import Phone

Client = Callable[[User | None], FlaskClient]
ASKED = "Est-ce toujours vous"


@pytest.fixture
def a_while_later(client_of: Client, as_system):
    """A browser of a member who typed their password sixteen minutes ago."""

    def opened(user: User) -> FlaskClient:
        client = client_of(user)
        with as_system() as session:
            session.execute(sa.update(UserSession).values(created_at=clock.now() - timedelta(minutes=16)))
            session.commit()
        return client

    return opened


def answered(client: FlaskClient, question, path: str, password: str = PASSWORD):
    """The question of a page, answered as a browser without a script does: every field of its form, and the password."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', question.text)
    data: dict[str, list[str]] = {"password": [password]}
    for name, value in hidden:
        data.setdefault(name, []).append(html.unescape(value))
    return client.post(path, data=data)


ROLES = {"first_name": "Thi-Mai", "last_name": "Nguyen", "title": "Relais \"Nord\" & <Est>", "roles": ["delegate", "manager"], "region": "32"}
ZOE = ROLES | {"first_name": "Zoé", "last_name": "Lambert", "email": "zoe@passeport.example"}


def writes(cast) -> dict[str, tuple[User, str, dict]]:
    """What may not be done from a browser somebody left open (C8): who, where, with what."""
    return {
        "e-mail": (cast.nadia, "/moi/adresse", {"email": "nadia@ailleurs.example"}),
        "second factor": (cast.nadia, "/moi/deux-etapes", {}),
        "roles": (cast.helene, f"/membres/{cast.thi_mai.id}", ROLES),
        "an invitation, which gives roles": (cast.helene, "/membres", ZOE),
    }


KINDS = ["e-mail", "second factor", "roles", "an invitation, which gives roles"]


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_quarter_of_an_hour_the_password_is_asked_and_what_was_typed_goes_on(kind: str, cast, a_while_later):
    who, path, data = writes(cast)[kind]
    client = a_while_later(who)

    question = client.post(path, data=data)
    wrong = answered(client, question, path, "autre chose")
    done = answered(client, wrong, path)

    assert (question.status_code, ASKED in question.text) == (422, True)
    assert (wrong.status_code, "pas votre mot de passe" in wrong.text) == (422, True)
    assert done.status_code == 303


@pytest.mark.parametrize("kind", KINDS)
def test_just_after_the_password_nothing_is_asked(kind: str, cast, client_of: Client):
    who, path, data = writes(cast)[kind]

    assert client_of(who).post(path, data=data).status_code == 303


@pytest.mark.parametrize("path", ["/moi/deux-etapes/fin", "/moi/deux-etapes/codes"])
def test_what_concerns_a_second_factor_in_place_asks_too(path: str, nadia: User, client_of: Client, a_while_later):
    Phone(client_of(nadia))
    client = a_while_later(nadia)

    question = client.post(path)

    assert ASKED in question.text
    assert ASKED not in answered(client, question, path).text


def test_an_admin_is_asked_before_taking_a_colleagues_second_factor_away(nadia: User, helene: User, client_of: Client, a_while_later):
    Phone(client_of(nadia))

    assert ASKED in a_while_later(helene).post(f"/membres/{nadia.id}/deux-etapes/fin").text
    assert entering(client_of(None), nadia.email).location == "/connexion/code"


def test_the_roles_are_changed_with_every_word_as_typed(cast, a_while_later, as_system):
    client, path = a_while_later(cast.helene), f"/membres/{cast.thi_mai.id}"

    question = client.post(path, data=ROLES)
    with as_system() as session:
        untouched = session.get_one(User, cast.thi_mai.id)
    answered(client, question, path)

    assert (untouched.roles, untouched.title) == (["delegate"], "")
    with as_system() as session:
        now = session.get_one(User, cast.thi_mai.id)
        assert (now.roles, now.title, now.region) == (["delegate", "manager"], ROLES["title"], "32")


def test_a_title_alone_is_changed_without_the_question(cast, a_while_later):
    answer = a_while_later(cast.helene).post(f"/membres/{cast.thi_mai.id}", data=ROLES | {"roles": ["delegate"]})

    assert answer.status_code == 303


def test_once_answered_a_quarter_of_an_hour_begins_anew(nadia: User, a_while_later):
    client = a_while_later(nadia)
    answered(client, client.post("/moi/adresse", data={"email": "a@b.example"}), "/moi/adresse")

    assert client.post("/moi/adresse", data={"email": "c@d.example"}).status_code == 303
    with clock.at(clock.now() + timedelta(minutes=15, seconds=2)):
        assert ASKED in client.post("/moi/adresse", data={"email": "e@f.example"}).text


def test_guessing_at_the_question_is_slowed_like_signing_in(nadia: User, a_while_later):
    client = a_while_later(nadia)

    answers = [client.post("/moi/adresse", data={"email": "a@b.example", "password": "non"}).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


# ---- letters ------------------------------------------------------------------------------------------------------


def test_a_new_password_is_told_by_a_letter(nadia: User, client_of: Client):
    client_of(nadia).post("/moi/mot-de-passe", data={"current": PASSWORD, "password": NEW})

    [letter] = letters_of("password_changed")
    assert (letter.to_user_id, "/mot-de-passe-oublie" in letter.text) == (nadia.id, True)


def test_a_password_renewed_by_link_is_told_too_and_a_refused_one_is_not(nadia: User, client_of: Client):
    client = client_of(None)
    client.post("/mot-de-passe-oublie", data={"email": nadia.email})
    path = path_of(Purpose.PASSWORD, nadia)

    client.post(path, data={"password": "motdepasse12"})
    assert letters_of("password_changed") == []
    client.post(path, data={"password": NEW})

    assert [letter.to_user_id for letter in letters_of("password_changed")] == [nadia.id]


# ---- another address ----------------------------------------------------------------------------------------------

WANTED = "nadia@nouvelle.example"


@pytest.fixture
def asked(nadia: User, client_of: Client) -> FlaskClient:
    """Nadia wants to sign in with another address."""
    client = client_of(nadia)
    assert client.post("/moi/adresse", data={"email": f" {WANTED.upper()} "}).status_code == 303
    return client


def address_of(user: User) -> str:
    with scope.acting(scope.system("a test")) as session:
        return session.get_one(User, user.id).email


def test_the_address_changes_when_the_link_sent_there_is_confirmed_and_the_old_one_is_told(asked, nadia: User, client_of: Client, as_system):
    [letter] = letters_of("new_address")
    link, old = path_of(Purpose.ADDRESS, nadia), nadia.email
    stranger = client_of(None)

    assert WANTED in stranger.get(link).text
    assert address_of(nadia) == old
    assert stranger.post(link).location == "/connexion"

    assert (letter.to_address, letter.to_user_id) == (WANTED, None)
    assert address_of(nadia) == WANTED
    [told] = letters_of("email_changed")
    assert (told.to_address, told.to_user_id, WANTED in told.text) == (old, None, False)
    assert asked.get("/moi").status_code == 303
    assert entering(client_of(None), old).status_code == 422
    assert entering(client_of(None), WANTED).location == "/accueil"
    with as_system() as session:
        assert session.scalars(sa.select(Entry.what).where(Entry.what == "email_changed")).all() == ["email_changed"]
        assert session.scalar(sa.select(sa.func.count(AddressChange.user_id))) == 0


def test_that_link_opens_once_and_for_an_hour(asked, nadia: User, client_of: Client):
    link = path_of(Purpose.ADDRESS, nadia)

    with clock.at(clock.now() + timedelta(hours=1, seconds=1)):
        assert client_of(None).post(link).status_code == 404
    assert client_of(None).post(link).status_code == 303
    assert client_of(None).post(link).status_code == 404


def test_a_newer_wish_closes_the_former_link(asked, nadia: User, client_of: Client):
    former = path_of(Purpose.ADDRESS, nadia)
    asked.post("/moi/adresse", data={"email": "encore@nouvelle.example"})

    assert client_of(None).get(former).status_code == 404
    assert client_of(None).post(path_of(Purpose.ADDRESS, nadia)).status_code == 303
    assert address_of(nadia) == "encore@nouvelle.example"


def test_a_link_for_a_password_sent_to_the_old_address_closes_with_it(asked, nadia: User, client_of: Client):
    stranger = client_of(None)
    stranger.post("/mot-de-passe-oublie", data={"email": nadia.email})
    to_the_old_one = path_of(Purpose.PASSWORD, nadia)
    stranger.post(path_of(Purpose.ADDRESS, nadia))

    assert stranger.post(to_the_old_one, data={"password": NEW}).status_code == 404


def test_an_address_that_somebody_signs_in_with_reads_like_any_other_and_is_not_taken(nadia: User, oscar: User, client_of: Client):
    free, taken = client_of(nadia), client_of(nadia)
    free.post("/moi/adresse", data={"email": WANTED})
    letters = len(letters_of("new_address"))

    answer = taken.post("/moi/adresse", data={"email": oscar.email})

    assert (answer.status_code, answer.location) == (303, "/moi")
    assert len(letters_of("new_address")) == letters
    assert client_of(None).post(path_of(Purpose.ADDRESS, nadia)).status_code == 404


def test_an_address_taken_meanwhile_is_not_taken_twice(asked, nadia: User, karim: User, client_of: Client, as_system):
    with as_system() as session:
        session.get_one(User, karim.id).email = WANTED
        session.commit()

    assert client_of(None).post(path_of(Purpose.ADDRESS, nadia)).status_code == 404
    assert address_of(nadia) == nadia.email


def test_ones_own_address_and_what_is_none_are_refused_at_the_field(nadia: User, client_of: Client):
    client = client_of(nadia)

    answers = [client.post("/moi/adresse", data={"email": typed}) for typed in (nadia.email, "pas une adresse", "")]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "pas une adresse" in answers[1].text


def test_five_such_letters_a_day_at_most(nadia: User, client_of: Client):
    client = client_of(nadia)

    answers = [client.post("/moi/adresse", data={"email": f"n{n}@nouvelle.example"}).status_code for n in range(6)]

    assert answers == [303] * 5 + [429]


def test_a_closed_access_takes_no_new_address(asked, nadia: User, client_of: Client, as_system):
    with as_system() as session:
        session.get_one(User, nadia.id).is_active = False
        session.commit()

    assert client_of(None).get(path_of(Purpose.ADDRESS, nadia)).status_code == 404
    assert links.PATHS[Purpose.ADDRESS] == "/nouvelle-adresse/"
