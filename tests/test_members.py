"""The members of an association: invitations, roles, departures."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from brokerage import clock, scope
from brokerage.accounts import team, throttle
from brokerage.accounts.models import Association, Purpose, Role, User
from brokerage.errors import BadInput, NotFound, NotYours, WrongState
from brokerage.introductions import departures
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.partners.models import Partner
from brokerage.timeline import Entry
from tests import cast as people
from tests.cast import PASSWORD, Cast
from tests.test_accounts import NEW, entering, letters_of, path_of

Client = Callable[[User | None], FlaskClient]
ZOE = {
    "first_name": "Zoé", "last_name": "Lambert", "email": "Zoe.Lambert@passeport.example", "title": "chargée de mission",
    "roles": ["delegate", "manager"], "region": "32",
}  # fmt: skip


def now(user: User) -> User:
    """The member as the database has them."""
    with scope.acting(scope.system("a test")) as session:
        return session.get_one(User, user.id)


def invited(client: FlaskClient) -> User:
    """Zoé, just invited."""
    assert client.post("/membres", data=ZOE).status_code == 303
    with scope.acting(scope.system("a test")) as session:
        return session.scalars(sa.select(User).where(User.first_name == "Zoé")).one()


def entries(what: str) -> list[Entry]:
    """The lines of this kind, of every association."""
    with scope.acting(scope.system("a test")) as session:
        return list(session.scalars(sa.select(Entry).where(Entry.what == what)))


# ---- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nadia", "thi_mai"])
def test_only_admins_open_the_list(name: str, cast: Cast, client_of: Client):
    client = client_of(getattr(cast, name))

    assert [client.get("/membres").status_code, client.post("/membres", data=ZOE).status_code] == [403, 403]
    assert client_of(cast.helene).get("/membres").status_code == 200


def test_the_list_holds_our_members_and_no_allys(helene: User, lucas: User, oscar: User, client_of: Client):
    page = client_of(helene).get("/membres").text

    assert "Thi-Mai Nguyen" in page
    assert "Ferreira" not in page
    assert "Outis" not in page


@pytest.mark.parametrize("path", ["", "/depart"])
def test_a_foreign_member_and_a_missing_one_read_the_same(path: str, helene: User, lucas: User, client_of: Client):
    client = client_of(helene)

    foreign = client.get(f"/membres/{lucas.id}{path}")
    missing = client.get(f"/membres/00000000-0000-4000-8000-000000000000{path}")

    assert (foreign.status_code, foreign.data) == (missing.status_code, missing.data)
    assert foreign.status_code == 404


def test_the_room_refuses_what_the_door_would_not_ask(nadia: User, helene: User, lucas: User, as_member):
    profile = team.Profile("A", "B", "a@b.example", "", frozenset({Role.ADMIN}))

    with as_member(nadia), pytest.raises(NotYours):
        team.invite(profile, nadia)
    with as_member(helene), pytest.raises(NotFound):
        team.change(lucas, profile, helene)


# ---- coming in ----------------------------------------------------------------------------------------------------


def test_an_invited_person_reads_their_name_chooses_a_password_and_is_in(helene: User, client_of: Client):
    zoe = invited(client_of(helene))
    [letter] = letters_of("invitation")
    path, client = path_of(Purpose.INVITATION, zoe), client_of(None)

    assert "Zoé Lambert" in client.get(path).text
    assert client.post(path, data={"password": "zoelambert2026"}).status_code == 422
    assert client.post(path, data={"password": NEW}).location == "/accueil"

    assert client.get("/moi").status_code == 200
    assert client_of(None).get(path).status_code == 404
    assert (letter.to_user_id, letter.from_name) == (zoe.id, "Hélène Roux (Passeport Avenir)")
    assert (zoe.email, zoe.roles, zoe.region) == ("zoe.lambert@passeport.example", ["delegate", "manager"], "32")


def test_an_invitation_lasts_two_days(helene: User, client_of: Client):
    path = path_of(Purpose.INVITATION, invited(client_of(helene)))

    with clock.at(clock.now() + timedelta(hours=47)):
        assert client_of(None).get(path).status_code == 200
    with clock.at(clock.now() + timedelta(hours=49)):
        assert client_of(None).get(path).status_code == 404


def test_scanners_that_open_or_post_an_empty_form_change_nothing(helene: User, client_of: Client):
    path, scanner = path_of(Purpose.INVITATION, invited(client_of(helene))), client_of(None)

    [scanner.get(path) for _ in range(3)]
    scanner.head(path)
    scanner.post(path)

    assert scanner.post(path, data={"password": NEW}).status_code == 303


def test_inviting_again_closes_the_former_link(helene: User, client_of: Client):
    admin = client_of(helene)
    zoe = invited(admin)
    former = path_of(Purpose.INVITATION, zoe)

    admin.post(f"/membres/{zoe.id}/invitation")

    assert client_of(None).get(former).status_code == 404
    assert client_of(None).get(path_of(Purpose.INVITATION, zoe)).status_code == 200


def test_who_already_came_is_not_invited_again(helene: User, nadia: User, client_of: Client):
    assert client_of(helene).post(f"/membres/{nadia.id}/invitation").status_code == 409


def test_an_address_in_use_is_named_only_when_it_is_ours(helene: User, nadia: User, lucas: User, client_of: Client):
    admin = client_of(helene)

    ours = admin.post("/membres", data={**ZOE, "email": nadia.email.upper()})
    theirs = admin.post("/membres", data={**ZOE, "email": lucas.email})

    assert ours.status_code == theirs.status_code == 422
    assert "Nadia Benhaddou figure déjà dans la liste" in ours.text
    assert "Ferreira" not in theirs.text
    assert letters_of("invitation") == []


def test_the_twenty_first_invitation_waits_until_tomorrow(helene: User, client_of: Client):
    for _ in range(20):
        throttle.count(throttle.INVITATION, str(helene.association_id))

    assert client_of(helene).post("/membres", data=ZOE).status_code == 429
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        assert client_of(helene).post("/membres", data=ZOE).status_code == 303


# ---- changing -----------------------------------------------------------------------------------------------------


def test_new_roles_are_written_down_and_end_the_sessions(helene: User, nadia: User, client_of: Client):
    theirs = client_of(nadia)

    client_of(helene).post(f"/membres/{nadia.id}", data={**ZOE, "roles": ["delegate"], "email": "x@y.example"})

    assert (now(nadia).name, now(nadia).roles, now(nadia).email) == ("Zoé Lambert", ["delegate"], nadia.email)
    assert theirs.get("/moi").status_code == 303
    [entry] = entries("roles_changed")
    assert (entry.details["before"], entry.details["after"]) == (["manager"], ["delegate"])


def test_an_association_keeps_an_admin(helene: User, client_of: Client):
    answer = client_of(helene).post(f"/membres/{helene.id}", data={**ZOE, "roles": ["manager"]})

    assert answer.status_code == 422
    assert now(helene).roles == ["admin"]


# ---- leaving ------------------------------------------------------------------------------------------------------


def busy(cast: Cast) -> tuple[Partner, IntroductionRequest]:
    """A partner of Nadia's, and a request of Lucas's on her desk."""
    with scope.acting(scope.system("a test")) as session:
        partner = people.a_partner(cast.nadia)
        request = people.a_request(cast.lucas, cast.pa, partner)
        request.state, request.handler_id = RequestState.SUBMITTED, cast.nadia.id
        session.get_one(Association, cast.pa.id).default_manager_id = cast.nadia.id
        session.get_one(User, cast.karim.id).stand_in_id = cast.nadia.id
        session.commit()
        return partner, request


def test_nobody_leaves_with_partners_and_requests_in_hand(cast: Cast, client_of: Client):
    busy(cast)

    page = client_of(cast.helene).get(f"/membres/{cast.nadia.id}/depart").text
    answer = client_of(cast.helene).post(f"/membres/{cast.nadia.id}/depart")

    assert "un partenaire, une demande en cours" in page
    assert answer.status_code == 422
    assert "Choisissez qui reprend" in answer.text
    assert now(cast.nadia).is_active


def test_the_successor_takes_over_everything_and_the_access_closes(cast: Cast, client_of: Client):
    partner, request = busy(cast)
    theirs = client_of(cast.nadia)

    client_of(cast.helene).post(f"/membres/{cast.nadia.id}/depart", data={"successor": str(cast.karim.id)})

    with scope.acting(scope.system("a test")) as session:
        assert session.get_one(Partner, partner.id).owner_id == cast.karim.id
        assert session.get_one(Partner, partner.id).version == partner.version + 1
        assert session.get_one(IntroductionRequest, request.id).handler_id == cast.karim.id
        assert session.get_one(Association, cast.pa.id).default_manager_id == cast.karim.id
    assert (now(cast.nadia).is_active, now(cast.nadia).stand_in_id) == (False, cast.karim.id)
    assert now(cast.karim).stand_in_id is None
    assert theirs.get("/moi").status_code == 303
    assert entering(client_of(None), cast.nadia.email, PASSWORD).status_code == 422
    assert [entry.details["successor"] for entry in entries("member_deactivated")] == ["Karim Lahlou"]


@pytest.mark.parametrize("name", ["thi_mai", "jean_baptiste", "nadia"])
def test_only_another_manager_of_ours_takes_over(name: str, cast: Cast, as_member):
    busy(cast)

    with as_member(cast.helene) as session, pytest.raises(BadInput):
        departures.depart(session.get_one(User, cast.nadia.id), cast.helene, getattr(cast, name))

    assert now(cast.nadia).is_active


def test_somebody_with_nothing_in_hand_needs_no_successor(helene: User, thi_mai: User, client_of: Client):
    assert client_of(helene).post(f"/membres/{thi_mai.id}/depart").status_code == 303
    assert not now(thi_mai).is_active


def test_admins_do_not_close_their_own_access(helene: User, client_of: Client, as_member):
    assert client_of(helene).post(f"/membres/{helene.id}/depart").status_code == 409

    with as_member(helene), pytest.raises(WrongState):
        team.deactivate(helene, helene)


def test_a_closed_access_can_be_opened_again(helene: User, thi_mai: User, client_of: Client):
    admin = client_of(helene)
    admin.post(f"/membres/{thi_mai.id}/depart")

    admin.post(f"/membres/{thi_mai.id}/retour")

    assert entering(client_of(None), thi_mai.email).status_code == 303


def test_a_pending_invitation_closes_for_good_with_the_access(helene: User, client_of: Client):
    admin = client_of(helene)
    zoe = invited(admin)
    path = path_of(Purpose.INVITATION, zoe)

    admin.post(f"/membres/{zoe.id}/depart")
    closed = client_of(None).get(path).status_code
    admin.post(f"/membres/{zoe.id}/retour")

    assert (closed, client_of(None).get(path).status_code) == (404, 404)


def test_an_admin_ends_the_sessions_of_a_colleague_on_every_device_and_no_allys(nadia: User, lucas: User, helene: User, client_of: Client):
    hers, his, admin = client_of(nadia), client_of(lucas), client_of(helene)

    answers = [admin.post(f"/membres/{who.id}/deconnexion").status_code for who in (nadia, lucas)]

    assert answers == [303, 404]
    assert [client.get("/moi").status_code for client in (hers, his)] == [303, 200]
    assert entering(client_of(None), nadia.email).status_code == 303
    assert [entry.details["member_id"] for entry in entries("member_signed_out")] == [str(nadia.id)]
