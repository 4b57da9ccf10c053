"""SECRET_KEY may change (F2): what the former one made is still read, nothing new is made with it, and no objection is forgotten."""

import dataclasses

import pytest
import sqlalchemy as sa

from brokerage import clock, scope, soundness, tokens, wiring
from brokerage.accounts import links
from brokerage.accounts.models import Purpose
from brokerage.config import Config, Misconfigured
from brokerage.mail import addresses, delivery, fingerprints, leases, outbox
from brokerage.mail.fingerprints import KeptKey
from brokerage.mail.models import Suppression
from brokerage.partners import vault
from brokerage.privacy import objection
from brokerage.web.factory import create_app
from tests import cast as people
from tests.conftest import KEY, Browser, as_role
from tests.test_accounts import NEW, entering, path_of
from tests.test_config import PRODUCTION, refusal
from tests.test_second_factor import Phone, given, next_code

OTHER = "qV7r-Zk2LxW9pB4tYc6NfH3mJs8GdT5uEaXo"
THIRD = "Rw5z_Hd8KqT2vM7bLnC4xPg9JfY6sUeA3iOk"
ADDRESS = "h.marchetti@meridiane.example"


@pytest.fixture
def rotated(app, config):
    """`rotated(OTHER, KEY)`: the application started again with this key, and former ones. Put back afterwards."""

    def start(secret, *former):
        whole = create_app(dataclasses.replace(config, secret_key=secret, secret_key_fallbacks=former))
        whole.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        whole.test_client_class = Browser
        return whole

    yield start
    wiring.connect(config)
    links.configure(config)


def carried(client, whole):
    """The same browser, before the application as it was started again."""
    moved = whole.test_client()
    for cookie in client._cookies.values():
        moved.set_cookie(cookie.key, cookie.value, domain="localhost")
    return moved


# ---- what is configured --------------------------------------------------------------------------------------------


def test_former_keys_are_read_between_commas():
    config = Config.from_environment(PRODUCTION | {"SECRET_KEY_FALLBACKS": f" {OTHER},{THIRD} , "})

    assert config.secret_key_fallbacks == (OTHER, THIRD)
    assert config.signing_keys == [THIRD, OTHER, PRODUCTION["SECRET_KEY"]]
    assert OTHER not in repr(config)
    assert Config.from_environment(PRODUCTION).secret_key_fallbacks == ()


@pytest.mark.parametrize("written", ["short", f"{OTHER},changeme", PRODUCTION["SECRET_KEY"], f"{OTHER}, {PRODUCTION['SECRET_KEY']}"])
def test_a_former_key_that_is_weak_or_in_force_stops_everything(written):
    assert refusal(PRODUCTION | {"SECRET_KEY_FALLBACKS": written}).startswith("SECRET_KEY_FALLBACKS")


# ---- what was made before is read ----------------------------------------------------------------------------------


def test_a_session_goes_on_and_is_signed_with_the_new_key(rotated, nadia, client_of):
    before = client_of(nadia)
    assert carried(before, rotated(OTHER)).get("/moi").status_code == 303

    after = carried(before, rotated(OTHER, KEY))
    assert after.get("/moi").status_code == 200
    with after.session_transaction() as cookie:
        cookie["seen"] += 1

    assert carried(after, rotated(OTHER)).get("/moi").status_code == 200
    assert carried(after, rotated(KEY)).get("/moi").status_code == 303


def test_a_form_that_was_open_while_the_key_changed_is_still_ours(rotated, nadia, client_of, config):
    import re

    strict = create_app(config)
    strict.config.update(TESTING=True)
    strict.test_client_class = Browser
    client = carried(client_of(nadia), strict)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/moi").text)[1]

    after = rotated(OTHER, KEY)
    after.config.update(WTF_CSRF_ENABLED=True)
    browser = carried(client, after)

    assert browser.post("/moi/sessions/fin", data={"csrf_token": "forged"}).status_code in (400, 404)
    assert browser.post("/deconnexion", data={"csrf_token": token}).status_code == 303


def test_a_link_promised_before_leaves_and_opens_after(rotated, nadia, client_of, as_system):
    client_of(None).post("/mot-de-passe-oublie", data={"email": nadia.email})
    sent = path_of(Purpose.PASSWORD, nadia)

    after = rotated(OTHER, KEY)

    with after.app_context():
        assert path_of(Purpose.PASSWORD, nadia) == sent
        ready = delivery.prepared(leases.claim("a worker", 10), "a worker")
        assert [sent in parcel.text for parcel in ready.values()] == [True]
        assert after.test_client().post(sent, data={"password": NEW}).status_code == 303


def test_a_new_link_is_made_with_the_new_key(rotated, nadia):
    after = rotated(OTHER, KEY)
    with after.app_context(), scope.acting(scope.member(nadia.association_id)) as session:
        link = links.make(Purpose.AGENDA, nadia.id, nadia.association_id)
        session.commit()
        assert links.token_of(link) == tokens.link_token(OTHER, link.id)


def test_a_telephone_and_a_recovery_code_of_before_still_open(rotated, nadia, client_of):
    phone = Phone(client_of(nadia))
    after = rotated(OTHER, KEY)

    with after.app_context(), clock.at(clock.now() + next_code()):
        for code in (phone.code(), phone.recovery[0]):
            browser = after.test_client()
            entering(browser, nadia.email)
            assert given(browser, code).status_code == 303
    without = rotated(OTHER).test_client()
    entering(without, nadia.email)
    assert given(without, phone.recovery[1]).status_code == 422


def test_answers_to_an_address_of_before_are_still_placed(rotated, nadia):
    former = addresses.inward(nadia.id)
    rotated(OTHER, KEY)

    assert addresses.answered(former) == nadia.id
    assert addresses.inward(nadia.id) != former
    rotated(OTHER)
    assert addresses.answered(former) is None
    assert addresses.imitates(former)


# ---- objections ----------------------------------------------------------------------------------------------------


@pytest.fixture
def objected(cast, nadia, as_member, as_system):
    """Somebody who wants no more letters, and was erased since."""
    with as_member(nadia) as session:
        contact = people.a_contact(people.a_partner(nadia), email=ADDRESS)
        session.commit()
    with as_system() as session:
        objection.object_to_everything(contact.id)
        session.commit()
    return contact


def is_refused(address=ADDRESS):
    with scope.acting(scope.system("a test asks the list")) as session:
        return session.get(Suppression, vault.key_of(address)) is not None


def test_an_objection_holds_after_one_rotation_and_after_two_even_without_the_first_key(rotated, objected):
    assert is_refused()
    first = vault.key_of(ADDRESS)

    for secrets in ((OTHER, KEY), (OTHER,), (THIRD, OTHER), (THIRD,)):
        with rotated(*secrets).app_context():
            assert (vault.key_of(ADDRESS), outbox.key_of(f" {ADDRESS.upper()}")) == (first, first), secrets
            assert is_refused(), secrets
            assert not is_refused("somebody@else.example")


def test_the_key_is_sealed_and_another_one_is_refused_at_the_start(rotated, objected, config):
    with scope.acting(scope.system("a test looks")) as session:
        kept = session.scalars(sa.select(KeptKey)).one()
    assert KEY not in kept.sealed
    assert tokens.unsealed(KEY, kept.sealed) == KEY
    assert tokens.unsealed(OTHER, kept.sealed) is None

    strange = rotated(OTHER)
    with strange.app_context(), pytest.raises(Misconfigured, match="SECRET_KEY_FALLBACKS"):
        soundness.check(dataclasses.replace(config, secret_key=OTHER))
    with strange.app_context(), pytest.raises(Misconfigured):
        vault.key_of(ADDRESS)


def test_a_database_of_before_keeps_the_key_it_had_although_it_changes_at_once(rotated, objected, admin_url, database):
    """The release and the rotation on the same day: the first start finds no key, and both secrets."""
    owner = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)
    with owner.begin() as connection:
        connection.execute(sa.text("DELETE FROM kept_key"))
    first = tokens.address_key(KEY, ADDRESS)

    with rotated(OTHER, KEY).app_context():
        assert vault.key_of(ADDRESS) == first
    with rotated(OTHER).app_context():
        assert vault.key_of(ADDRESS) == first


def test_no_member_reads_the_key(app, nadia):
    fingerprints.of(ADDRESS)

    for whose in (scope.member(nadia.association_id), scope.Scope(scope.Kind.DOOR)):
        with scope.acting(whose) as session:
            assert session.scalars(sa.select(KeptKey)).all() == []


def test_a_seal_that_was_touched_opens_nothing():
    import base64

    sealed = tokens.sealed(KEY, "the value")
    raw = bytearray(base64.urlsafe_b64decode(sealed))
    for place in (0, 33, len(raw) - 1):
        touched = raw.copy()
        touched[place] ^= 1
        assert tokens.unsealed(KEY, base64.urlsafe_b64encode(touched).decode()) is None
    assert tokens.sealed(KEY, "the value") != sealed
