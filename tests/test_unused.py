"""Accounts nobody uses (G26): a letter a month before, closed after a year, opened again by an admin; nobody who holds something."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock, errands, scope
from brokerage.accounts.models import Credential, User, UserSession
from brokerage.introductions import departures, wording
from brokerage.mail import delivery, leases
from brokerage.mail.models import Message
from brokerage.timeline import Entry
from tests import cast as people
from tests.test_accounts import entering

DAY = timedelta(days=1)


@pytest.fixture
def night(app):
    """`night(days)`: the errand of that night, so many days from now."""
    errands.belong_to(app)

    def run(days, times=1):
        with clock.at(clock.now() + days * DAY):
            return sum(errands.close_unused_accounts() for _ in range(times))

    return run


@pytest.fixture
def silent(cast, as_system):
    """Thi-Mai alone has not been seen for a long time to come; the others sign in every day."""

    def everybody_else_comes(days):
        with as_system() as session:
            for one in cast.everyone:
                if one.id != cast.thi_mai.id:
                    session.add(UserSession(user_id=one.id, token_hash=f"{one.id}{days}", created_at=clock.now() + days * DAY))
            session.commit()

    return everybody_else_comes


def letters(kind):
    with scope.acting(scope.system("a test reads the outbox")) as session:
        return session.scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.created_at)).all()


def member(user):
    with scope.acting(scope.system("a test looks")) as session:
        return session.get_one(User, user.id)


def lines(what):
    with scope.acting(scope.system("a test looks")) as session:
        return [entry.details["member_name"] for entry in session.scalars(sa.select(Entry).where(Entry.what == what))]


def test_a_year_of_silence_closes_an_account_after_one_letter_a_month_before(cast, thi_mai, silent, night, client_of):
    silent(320)
    assert night(334, times=2) == 0
    assert letters("account_closing") == []

    assert night(336, times=3) == 0
    [letter] = letters("account_closing")
    assert letter.to_user_id == thi_mai.id
    closing = member(thi_mai).closing_on
    assert wording.day(closing, "fr") in letter.subject
    assert (closing - clock.today()).days in (365, 366)
    assert night(364, times=2) == 0
    assert member(thi_mai).is_active

    assert night(367, times=2) == 1
    assert not member(thi_mai).is_active
    assert lines("member_closed") == ["Thi-Mai Nguyen"]
    assert len(letters("account_closing")) == 1
    assert [member(one).is_active for one in cast.everyone if one.id != thi_mai.id] == [True] * 8
    assert entering(client_of(None), thi_mai.email).status_code == 422


def test_the_letter_leaves_in_the_language_of_its_reader(thi_mai, silent, night, as_system):
    with as_system() as session:
        session.get_one(User, thi_mai.id).language = "en"
        session.commit()
    silent(320)
    night(336)

    with clock.at(clock.now() + 337 * DAY):
        ready = delivery.prepared(leases.claim("a worker", 50), "a worker")

    [parcel] = ready.values()
    assert parcel.recipient == thi_mai.email
    assert parcel.subject.startswith("Your Passerelle account will close on ")
    assert "signing in once is enough" in parcel.text


def test_who_was_told_late_still_has_a_month(thi_mai, silent, night):
    silent(400)
    assert night(400) == 0

    assert (member(thi_mai).closing_on - clock.today()).days == 430
    assert night(429) == 0
    silent(430)
    assert night(430) == 1


def test_signing_in_keeps_the_account_and_begins_the_year_again(thi_mai, silent, night, as_system):
    silent(320)
    night(336)
    with as_system() as session:
        session.add(UserSession(user_id=thi_mai.id, token_hash="a new one", created_at=clock.now() + 350 * DAY))
        session.commit()
    silent(360)

    assert night(367) == 0
    assert member(thi_mai).is_active
    silent(680)
    assert night(350 + 336) == 0
    assert len(letters("account_closing")) == 2
    silent(710)
    assert night(350 + 366) == 1


def test_the_last_admin_stays_whatever_happens(cast, night):
    """Nobody at all comes any more: in each association one admin is left."""
    night(336)
    night(367)
    night(400)

    left = {name: [one.first_name for one in cast.everyone if one.association_id == house.id and member(one).is_active] for name, house in (("pa", cast.pa), ("ede", cast.ede), ("elsewhere", cast.elsewhere))}
    assert left == {"pa": ["Hélène"], "ede": ["Awa"], "elsewhere": ["Oscar"]}
    assert {letter.to_user_id for letter in letters("account_closing")}.isdisjoint({cast.helene.id, cast.awa.id, cast.oscar.id})


def test_of_two_admins_the_one_seen_last_stays(cast, helene, nadia, night, as_system):
    with as_system() as session:
        session.get_one(User, nadia.id).roles = ["manager", "admin"]
        session.add(UserSession(user_id=nadia.id, token_hash="later", created_at=clock.now() + DAY))
        session.commit()

    night(340)
    night(400)

    assert (member(helene).is_active, member(nadia).is_active) == (False, True)


@pytest.mark.parametrize("holding", ["partner", "request"])
def test_who_holds_something_is_not_closed_and_the_admins_are_asked_once(holding, cast, nadia, thi_mai, helene, lucas, silent, night, as_member):
    with as_member(thi_mai) as session:
        if holding == "partner":
            people.a_partner(thi_mai)
        else:
            people.a_request(session.get_one(User, thi_mai.id), cast.ede)
        session.commit()
    silent(320)
    night(336)
    silent(367)

    assert night(367, times=3) == 0
    assert night(380) == 0

    assert member(thi_mai).is_active
    [letter] = letters("account_to_hand_over")
    assert letter.to_user_id == helene.id
    assert f"/membres/{thi_mai.id}/depart" in letter.text
    with as_member(helene) as session:
        departures.depart(session.get_one(User, thi_mai.id), session.get_one(User, helene.id), session.get_one(User, nadia.id))
        session.commit()
    assert not member(thi_mai).is_active


def test_an_admin_opens_it_again_and_a_year_begins(thi_mai, helene, silent, night, client_of):
    silent(360)
    night(336)
    assert night(367) == 1
    silent(370)

    with clock.at(clock.now() + 370 * DAY):
        assert client_of(helene).post(f"/membres/{thi_mai.id}/retour").status_code == 303
    silent(390)

    assert night(390) == 0
    assert member(thi_mai).is_active
    assert len(letters("account_closing")) == 1
    with clock.at(clock.now() + 391 * DAY):
        assert entering(client_of(None), thi_mai.email).status_code == 303


def test_who_never_accepted_an_invitation_is_closed_too(thi_mai, silent, night, as_system):
    with as_system() as session:
        session.execute(sa.delete(Credential).where(Credential.user_id == thi_mai.id))
        session.commit()
    silent(320)

    night(336)
    silent(367)
    assert night(367) == 1

    assert "Votre invitation à Passerelle" in letters("account_closing")[0].text.replace("\u00a0", " ")


def test_it_is_an_errand_of_the_night():
    assert errands.ERRANDS[errands.close_unused_accounts] == errands.DAILY
