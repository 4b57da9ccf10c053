"""Absences: who says them, who stands in, and what changes hands on the first morning and on the day of return."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts import absence
from brokerage.accounts.models import Association, User
from brokerage.errors import BadInput, NotFound, NotYours
from brokerage.introductions import absences, deciding, entrusting, requests
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.mail.models import Message
from brokerage.timeline import Entry
from tests import cast as people

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=clock.PARIS)


def march(day, hour=9):
    return datetime(2026, 3, day, hour, tzinfo=clock.PARIS)


def day(n):
    return date(2026, 3, n)


@pytest.fixture
def team(cast, as_member, as_system):
    """What the tests do, each in the right scope, at the given moment, and committed."""

    class Team:
        def away(self, who, first, last=None, stand_in=None, by=None, when=NOON):
            with clock.at(when), as_member(who) as session:
                member, author = session.get_one(User, who.id), session.get_one(User, (by or who).id)
                absences.note(member, author, first, last, stand_in.id if stand_in else None)
                session.commit()

        def back(self, who, when):
            with clock.at(when), as_member(who) as session:
                absences.end(session.get_one(User, who.id), session.get_one(User, who.id))
                session.commit()

        def asked(self, when=NOON, **more):
            with clock.at(when), as_member(cast.nadia) as session:
                partner = people.a_partner(cast.nadia, f"Maison {when:%d %H %M} {len(more)}")
                contact = people.a_contact(partner, email=f"c{partner.id.hex[:6]}@maison.example")
                session.commit()
            with clock.at(when), as_member(cast.lucas) as session:
                by = session.get_one(User, cast.lucas.id)
                request = people.a_request(by, cast.pa, partner, **{"event_on": None} | more)
                requests.submit(request, by)
                session.commit()
            return request.id, contact.id

        def decides(self, who, request_id, act, when):
            with clock.at(when), as_member(who) as session:
                act(session.get_one(IntroductionRequest, request_id), session.get_one(User, who.id))
                session.commit()

        def passes(self, when):
            """The clock's errand: (how many moved, the letters written, as (kind, to, text))."""
            with clock.at(when), as_system() as session:
                before = set(session.scalars(sa.select(Message.id)))
                moved = absences.change_hands()
                session.commit()
                new = session.scalars(sa.select(Message).where(Message.id.not_in(before)).order_by(Message.kind, Message.subject)).all()
                return moved, [(one.kind, session.get_one(User, one.to_user_id).first_name, one) for one in new]

        def hands(self, request_id):
            with as_system() as session:
                one = session.get_one(IntroductionRequest, request_id)
                covers = session.get(User, one.covers_id) if one.covers_id else None
                return session.get_one(User, one.handler_id).first_name, covers.first_name if covers else None

    return Team()


# ---- on the first morning, and on the day of return --------------------------------------------------------------


def test_what_waits_goes_to_the_stand_in_on_the_first_morning_and_both_are_told(cast, team):
    request, _contact = team.asked()
    team.away(cast.nadia, day(5), day(13), cast.karim)

    assert team.passes(march(4, 23))[0] == 0
    assert team.hands(request) == ("Nadia", None)
    moved, letters = team.passes(march(5, 0))

    assert (moved, team.hands(request)) == (1, ("Karim", "Nadia"))
    assert sorted((kind, to) for kind, to, _m in letters) == [("requests_covered", "Karim"), ("requests_covered", "Nadia")]
    assert {m.due_at.astimezone(clock.PARIS) for _k, _t, m in letters} == {march(5, 8).replace(minute=30)}
    to_karim, to_nadia = (next(m.text for _k, to, m in letters if to == name) for name in ("Karim", "Nadia"))
    assert "Nadia Benhaddou s'absente jusqu'au vendredi 13 mars 2026" in to_karim.replace("’", "'")
    assert "Karim Lahlou prend le relais" in to_nadia
    assert "Maison" in to_karim
    assert team.passes(march(5, 9)) == (0, [])  # run again: nothing twice


def test_what_is_undecided_comes_back_and_what_was_decided_stays(cast, team):
    (undecided, _c), (declined, _d), (asked_back, _e) = team.asked(), team.asked(march(2, 13)), team.asked(march(2, 14))
    team.away(cast.nadia, day(5), day(13), cast.karim, when=march(2, 15))
    team.passes(march(5))
    team.decides(cast.karim, declined, lambda r, by: deciding.decline(r, by, "too_short"), march(6))
    team.decides(cast.karim, asked_back, lambda r, by: deciding.ask_info(r, by, "Combien ?"), march(6))

    assert team.passes(march(13, 23))[0] == 0
    moved, letters = team.passes(march(14))

    assert moved == 2
    assert [team.hands(one) for one in (undecided, asked_back, declined)] == [("Nadia", None), ("Nadia", None), ("Karim", "Nadia")]
    assert sorted((kind, to) for kind, to, _m in letters) == [("requests_back", "Karim"), ("requests_back", "Nadia")]
    assert {m.due_at.astimezone(clock.PARIS).date() for _k, _t, m in letters} == {day(16)}  # the 14th is a Saturday


def test_what_somebody_handed_on_by_hand_stays_where_they_put_it(cast, team, as_system):
    with as_system() as session:
        session.add(people.member(session.get_one(Association, cast.pa.id), "Zoé", "Lambert", "manager"))
        session.commit()
        zoe = session.scalars(sa.select(User).where(User.first_name == "Zoé")).one()
    request, _contact = team.asked()
    team.away(cast.nadia, day(5), day(13), cast.karim)
    team.passes(march(5))

    team.decides(cast.karim, request, lambda r, by: entrusting.redirect(r, by, to=_same(r, zoe)), march(6))

    assert team.passes(march(16))[0] == 0
    assert team.hands(request) == ("Zoé", None)


def _same(request, user):
    return sa.inspect(request).session.get_one(User, user.id)


def test_a_request_sent_meanwhile_goes_straight_to_the_stand_in_and_comes_back_undecided(cast, team):
    team.away(cast.nadia, day(5), day(13), cast.karim)

    request, _contact = team.asked(march(6))

    assert team.hands(request) == ("Karim", "Nadia")
    team.passes(march(14))
    assert team.hands(request) == ("Nadia", None)


def test_what_begins_today_begins_at_once_and_coming_back_early_too(cast, team):
    request, _contact = team.asked()

    team.away(cast.nadia, MONDAY, day(13), cast.karim)
    assert team.hands(request) == ("Karim", "Nadia")
    team.back(cast.nadia, march(4))
    assert team.hands(request) == ("Nadia", None)


def test_when_the_stand_in_leaves_too_it_goes_along_the_chain_and_back_in_order(cast, team, as_system):
    with as_system() as session:
        session.add(people.member(session.get_one(Association, cast.pa.id), "Zoé", "Lambert", "manager"))
        session.commit()
        zoe = session.scalars(sa.select(User).where(User.first_name == "Zoé")).one()
    request, _contact = team.asked()
    team.away(cast.nadia, day(5), day(20), cast.karim)
    team.away(cast.karim, day(9), day(11), zoe)

    hands = [(n, team.passes(march(n)) and team.hands(request)) for n in (5, 9, 12, 21)]

    assert hands == [(5, ("Karim", "Nadia")), (9, ("Zoé", "Nadia")), (12, ("Karim", "Nadia")), (21, ("Nadia", None))]


def test_without_a_stand_in_it_waits_where_it_is(cast, team):
    request, _contact = team.asked()
    team.away(cast.nadia, day(5), day(13))

    assert team.passes(march(6)) == (0, [])
    assert team.hands(request) == ("Nadia", None)


def test_an_answer_that_arrives_for_somebody_away_is_read_by_the_stand_in(cast, team, as_member, as_system):
    request, contact = team.asked()
    choice = deciding.Choice(contact, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?")
    team.decides(cast.nadia, request, lambda r, by: deciding.approve(r, by, [choice]), march(2, 14))
    team.away(cast.nadia, day(5), day(13), cast.karim)
    team.passes(march(5))

    with clock.at(march(6)), as_member(cast.lucas) as session:
        requests.withdraw(session.get_one(IntroductionRequest, request), session.get_one(User, cast.lucas.id))
        session.commit()

    assert team.hands(request) == ("Nadia", None)  # decided by Nadia: it stays hers
    with as_system() as session:
        told = session.scalars(sa.select(Message.to_user_id).where(Message.kind == "withdrawn")).all()
    assert told == [cast.karim.id]


def test_in_reunion_the_first_morning_comes_earlier(cast, team, as_system):
    with as_system() as session:
        session.get_one(User, cast.nadia.id).region = "04"
        session.commit()
    request, _contact = team.asked()
    team.away(cast.nadia, day(5), day(13), cast.karim)

    assert team.passes(march(4, 20))[0] == 0
    assert team.passes(march(4, 22))[0] == 1  # one in the morning of the 5th there
    assert team.hands(request) == ("Karim", "Nadia")


def test_both_associations_read_who_has_it_and_never_why(cast, team, as_system):
    request, _contact = team.asked()
    team.away(cast.nadia, day(5), day(13), cast.karim)
    team.passes(march(5))

    with as_system() as session:
        told = session.scalars(sa.select(Entry).where(Entry.what == "stood_in_for", Entry.request_id == request)).all()
    assert {one.association_id for one in told} == {cast.pa.id, cast.ede.id}
    assert {tuple(sorted(one.details.items())) for one in told} == {(("from", "Nadia Benhaddou"), ("to", "Karim Lahlou"), ("until", "2026-03-13"))}


def test_another_associations_requests_do_not_move(cast, team, as_system):
    team.away(cast.jean_baptiste, MONDAY, day(13))
    request, _contact = team.asked()

    team.away(cast.oscar, MONDAY, day(13))

    assert team.hands(request) == ("Nadia", None)


# ---- what may be said --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last", "field"), [
    (None, day(5), "starts"), (day(13), day(5), "ends"), (date(2026, 2, 1), date(2026, 2, 20), "ends"), (date(2028, 3, 5), None, "starts"), (day(5), date(2028, 3, 5), "starts"),
])  # fmt: skip
def test_dates_that_make_no_sense_are_refused_at_their_field(first, last, field, cast, team):
    with pytest.raises(BadInput) as refused:
        team.away(cast.nadia, first, last)

    assert refused.value.field == field


def test_a_stand_in_who_is_away_on_one_of_the_days_is_refused_by_name_and_day(cast, team):
    team.away(cast.karim, day(12), day(20))

    with pytest.raises(BadInput, match=r"Karim Lahlou s'absente aussi, le 12/03/2026"):
        team.away(cast.nadia, day(5), day(13), cast.karim)
    with pytest.raises(BadInput, match=r"le 12/03/2026"):
        team.away(cast.nadia, day(5), day(12), cast.karim)  # their last day counts
    team.away(cast.nadia, day(5), day(11), cast.karim)


def test_an_absence_of_one_day_is_one_and_is_over_the_day_after(cast, team, as_member):
    team.away(cast.nadia, day(5), day(5))

    with as_member(cast.nadia) as session:
        nadia = session.get_one(User, cast.nadia.id)
        with clock.at(march(5)):
            assert absence.current_of(nadia) == (day(5), day(5))
        with clock.at(march(6)):
            assert absence.current_of(nadia) is None


def test_who_has_left_is_away_for_good(cast, team, as_member):
    with as_member(cast.karim) as session:
        session.get_one(User, cast.karim.id).is_active = False
        session.commit()

    with pytest.raises(NotFound):
        team.away(cast.karim, day(5), day(6), by=cast.nadia)


def test_two_people_may_stand_in_for_each_other_but_not_on_the_same_days(cast, team):
    team.away(cast.nadia, day(5), day(11), cast.karim)
    team.away(cast.karim, day(16), day(20), cast.nadia)

    with pytest.raises(BadInput, match="Nadia Benhaddou"):
        team.away(cast.karim, day(10), day(20), cast.nadia)


def test_who_stands_in_cannot_leave_without_saying_who_follows(cast, team):
    team.away(cast.nadia, day(5), day(13), cast.karim)

    with pytest.raises(BadInput) as refused:
        team.away(cast.karim, day(9), day(10))

    assert refused.value.field == "stand_in"


@pytest.mark.parametrize("who", ["karim", "thi_mai", "jean_baptiste", "nadia"])
def test_only_another_manager_of_ours_stands_in(who, cast, team):
    if who == "karim":
        team.away(cast.nadia, day(5), day(13), cast.karim)
        return
    with pytest.raises(BadInput):
        team.away(cast.nadia, day(5), day(13), getattr(cast, who))


def test_oneself_a_manager_or_an_admin_says_it_and_nobody_else(cast, team, as_member):
    team.away(cast.nadia, day(5), day(6), by=cast.karim)
    team.away(cast.nadia, day(5), day(6), by=cast.helene)
    team.away(cast.thi_mai, day(5), day(6))

    with pytest.raises(NotYours):
        team.away(cast.nadia, day(5), day(6), by=cast.thi_mai)
    with clock.at(NOON), as_member(cast.oscar) as session, pytest.raises(NotFound):
        absence.note(cast.nadia, session.get_one(User, cast.oscar.id), day(5), day(6))


# ---- the pages ---------------------------------------------------------------------------------------------------


def soon(n):
    return (clock.today() + timedelta(days=n)).isoformat()


def test_in_mon_compte_one_says_when_and_who_stands_in(cast, client_of, as_system):
    nadias = client_of(cast.nadia)

    answer = nadias.post("/moi/absence", data={"starts": soon(3), "ends": soon(9), "stand_in": str(cast.karim.id)})

    assert answer.status_code == 303
    page = nadias.get("/moi").text.replace("’", "'")
    assert "Nadia Benhaddou s'absente du" in page
    assert "Karim Lahlou prend le relais" in page
    nadias.post("/moi/absence/fin")
    with as_system() as session:
        assert session.get_one(User, cast.nadia.id).away_from is None


def test_what_is_refused_says_why_and_stays_as_typed(cast, client_of):
    answer = client_of(cast.nadia).post("/moi/absence", data={"starts": soon(9), "ends": soon(3), "stand_in": str(cast.karim.id)})

    assert answer.status_code == 422
    assert "Le dernier jour vient avant le premier" in answer.text
    assert f'value="{soon(9)}"' in answer.text
    assert f'<option selected value="{cast.karim.id}">' in answer.text


def test_a_date_that_is_none_says_what_to_type(cast, client_of):
    assert "par exemple 04/04/2026" in client_of(cast.nadia).post("/moi/absence", data={"starts": "demain"}).text.replace("\u00a0", " ")


def test_a_delegate_says_dates_and_nobody_has_to_stand_in(cast, client_of):
    page = client_of(cast.lucas).get("/moi").text

    assert 'name="starts"' in page
    assert 'name="stand_in"' not in page


def test_a_colleague_says_it_on_a_page_of_their_own_and_the_list_of_members_shows_it(cast, client_of):
    answer = client_of(cast.karim).post(f"/membres/{cast.nadia.id}/absence", data={"starts": soon(0), "ends": soon(9), "stand_in": str(cast.karim.id)})

    assert answer.status_code == 303
    listed = client_of(cast.helene).get("/membres").text.replace("’", "'")
    assert "Nadia Benhaddou s'absente jusqu'au" in listed
    assert "Karim Lahlou prend le relais" in listed
    assert client_of(cast.helene).get(f"/membres/{cast.nadia.id}").text.count("prend le relais") == 1


@pytest.mark.parametrize(("who", "status"), [("thi_mai", 403), ("oscar", 404), ("jean_baptiste", 404)])
def test_others_do_not(who, status, cast, client_of, as_system):
    answer = client_of(getattr(cast, who)).post(f"/membres/{cast.nadia.id}/absence", data={"starts": soon(0)})

    assert answer.status_code == status
    with as_system() as session:
        assert session.get_one(User, cast.nadia.id).away_from is None


def test_the_state_stays_what_it_was(cast, team, as_system):
    request, _contact = team.asked()
    with as_system() as session:
        before = session.get_one(IntroductionRequest, request)
    team.away(cast.nadia, MONDAY, day(13), cast.karim)

    with as_system() as session:
        after = session.get_one(IntroductionRequest, request)
    assert (after.state, after.state_since, after.due_on) == (RequestState.SUBMITTED, before.state_since, before.due_on)
    assert after.version > before.version  # somebody who was editing it is told
