"""A request's life, verb by verb, with the letters that each step promises."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.errors import BadInput, NotYours, WrongState
from brokerage.introductions import deciding, introductions, requests
from brokerage.introductions.models import Introduction, IntroductionRequest, Result
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.mail.models import Message, MessageState
from brokerage.partners.models import Permission
from brokerage.partners.windows import GrantedContact
from brokerage.timeline import Actor, By
from tests import cast as people


@pytest.fixture
def helene_m(cast, nadia, as_member):
    """Hélène Marchetti, a contact of Nadia's partner."""
    with as_member(nadia) as session:
        contact = people.a_contact(people.a_partner(nadia))
        session.commit()
    return contact


@pytest.fixture
def submitted(cast, lucas, helene_m, as_member):
    """Lucas asks for Méridiane Énergie; Nadia has it."""
    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa, helene_m.partner)
        requests.submit(request, session.get(type(lucas), lucas.id))
        session.commit()
    return request


def again(session, thing):
    """The same row in this session."""
    return session.get_one(type(thing), thing.id)


def kinds(session, *where):
    return sorted(session.scalars(sa.select(Message.kind).where(*where)))


def approved(session, nadia, request, contact, **more):
    by = again(session, nadia)
    deciding.approve(again(session, request), by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour Madame Marchetti,\n\nAccepteriez-vous ?", **more)])
    session.commit()
    return session.scalars(sa.select(Introduction).where(Introduction.request_id == request.id)).one()


def test_a_submitted_request_goes_to_the_owner_of_the_relation_who_is_told(submitted, nadia, as_member):
    with as_member(nadia) as session:
        request = again(session, submitted)

        assert (request.state, request.handler_id) == (RequestState.SUBMITTED, nadia.id)
        [letter] = session.scalars(sa.select(Message))
        assert (letter.kind, letter.to_user_id, letter.state) == ("new_request", nadia.id, MessageState.PENDING)


def test_approval_asks_the_contact_and_tells_the_delegate(submitted, helene_m, nadia, as_member, as_system):
    with as_member(nadia) as session:
        introduction = approved(session, nadia, submitted, helene_m)

        assert introduction.state is IntroductionState.CONSENT_PENDING

    with as_system() as session:
        assert kinds(session) == ["approved", "ask_consent", "new_request"]
        ask = session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one()
        assert ask.to_contact_id == helene_m.id
        assert "h.marchetti" not in ask.text + ask.html + ask.subject
        assert ask.due_at - clock.now() > timedelta(seconds=20)


def test_the_contact_says_yes_and_both_are_introduced(submitted, helene_m, nadia, lucas, as_member, as_system):
    with as_member(nadia) as session:
        introduction = approved(session, nadia, submitted, helene_m)
        introductions.accept(introduction, By(Actor.CONTACT, helene_m.id), word="Avec plaisir", phone=True)
        session.commit()

    with as_member(lucas) as session:
        assert again(session, introduction).state is IntroductionState.INTRODUCED
        assert session.scalars(sa.select(GrantedContact.last_name)).all() == ["Marchetti"]

    with as_system() as session:
        copies = session.scalars(sa.select(Message).where(Message.kind == "introduction")).all()
        assert {(c.to_contact_id, c.to_user_id) for c in copies} == {(helene_m.id, None), (None, lucas.id)}
        assert len({c.message_id for c in copies}) == 1


def test_before_consent_the_delegate_reads_a_role_and_no_name(submitted, helene_m, nadia, lucas, as_member):
    with as_member(nadia) as session:
        approved(session, nadia, submitted, helene_m)

    with as_member(lucas) as session:
        assert session.scalars(sa.select(GrantedContact)).all() == []


def test_the_outcome_closes_the_introduction_and_then_the_request(submitted, helene_m, nadia, lucas, as_member):
    with as_member(nadia) as session:
        introduction = approved(session, nadia, submitted, helene_m)
        introductions.accept(introduction, By(Actor.CONTACT, helene_m.id))
        session.commit()

    with as_member(lucas) as session:
        introductions.record_outcome(again(session, introduction), again(session, lucas), Result.MET, word="Très bon échange")
        session.commit()
        assert again(session, submitted).state is RequestState.CLOSED


def test_a_requester_who_is_also_a_manager_never_decides_on_their_own_request(cast, oscar, submitted, lucas, as_member):
    with as_member(lucas) as session, pytest.raises(NotYours):
        deciding.decline(again(session, submitted), again(session, lucas), "other")


def test_two_managers_decide_at_once_and_the_second_reads_who_was_faster(submitted, nadia, karim, as_member):
    with as_member(nadia) as session:
        deciding.decline(again(session, submitted), again(session, nadia), "too_short")
        session.commit()

    with as_member(karim) as session, pytest.raises(WrongState, match="Nadia Benhaddou"):
        deciding.decline(again(session, submitted), again(session, karim), "other")


def test_a_contact_who_objected_cannot_be_asked_whatever_the_reason(submitted, helene_m, nadia, as_member):
    with as_member(nadia) as session:
        again(session, helene_m).permission = Permission.DO_NOT_CONTACT
        session.commit()

    with as_member(nadia) as session, pytest.raises(BadInput):
        approved(session, nadia, submitted, helene_m, over_limit_reason="c'est urgent")


def test_a_contact_asked_lately_needs_a_reason(submitted, helene_m, nadia, lucas, cast, as_member):
    with as_member(nadia) as session:
        approved(session, nadia, submitted, helene_m)
    with as_member(lucas) as session:
        second = people.a_request(lucas, cast.pa, helene_m.partner)
        requests.submit(second, again(session, lucas))
        session.commit()

    with as_member(nadia) as session, pytest.raises(BadInput):
        approved(session, nadia, second, helene_m)
    with as_member(nadia) as session:
        assert approved(session, nadia, second, helene_m, over_limit_reason="elle l'a proposé").state is IntroductionState.CONSENT_PENDING


def test_an_approval_can_be_taken_back_before_its_letters_leave(submitted, helene_m, nadia, as_member, as_system):
    with as_member(nadia) as session:
        approved(session, nadia, submitted, helene_m)
        deciding.take_back(again(session, submitted), again(session, nadia))
        session.commit()
        assert again(session, submitted).state is RequestState.SUBMITTED

    with as_system() as session:
        assert session.scalars(sa.select(Message.state).where(Message.kind == "ask_consent")).all() == [MessageState.CANCELLED]


def test_withdrawing_ends_what_was_open_and_the_ask_never_leaves(submitted, helene_m, nadia, lucas, as_member, as_system):
    from brokerage.introductions import letters

    with as_member(nadia) as session:
        approved(session, nadia, submitted, helene_m)
    with as_member(lucas) as session:
        requests.withdraw(again(session, submitted), again(session, lucas), "le lieu a changé")
        session.commit()

    with as_system() as session:
        assert session.scalars(sa.select(Introduction.state)).all() == [IntroductionState.CANCELLED]
        ask = session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one()
        assert not letters.still_wanted(ask)


def test_nobody_outside_sees_any_of_it(submitted, oscar, as_member):
    with as_member(oscar) as session:
        assert session.scalars(sa.select(IntroductionRequest)).all() == []
        assert session.scalars(sa.select(Message)).all() == []
