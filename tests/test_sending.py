"""When an ask leaves: now, or at the partner's next good hour; and a machine's letter that is late waits for the morning."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.introductions import deciding, requests, sending
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.mail import delivery, leases
from brokerage.mail.models import Message, MessageState
from tests import cast as people

SUNDAY = datetime(2027, 3, 14, 15, 0, tzinfo=UTC)
TUESDAY = datetime(2027, 3, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def submitted(cast, nadia, lucas, as_member):
    """Lucas asks for a partner in Réunion, on a Sunday."""
    with clock.at(SUNDAY - timedelta(days=3)):
        with as_member(nadia) as session:
            contact = people.a_contact(people.a_partner(nadia, department="974", region="04"))
            session.commit()
        with as_member(lucas) as session:
            request = people.a_request(lucas, cast.pa, contact.partner)
            requests.submit(request, session.get_one(type(lucas), lucas.id))
            session.commit()
    return request, contact


def approve(client, submitted, **typed):
    request, contact = submitted
    data = {"contact": str(contact.id), f"subject-{contact.id}": "Une heure ?", f"body-{contact.id}": "Bonjour", "partenaire": str(contact.partner_id), **typed}
    return client.post(f"/demandes/{request.id}/approbation", data=data, follow_redirects=True).text


def the_ask(as_system) -> Message:
    with as_system() as session:
        return session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one()


def test_outside_the_hours_the_choice_comes_first_with_its_exact_date_by_the_partner_s_clock(submitted, nadia, client_of):
    with clock.at(SUNDAY):
        page = client_of(nadia).get(f"/demandes/{submitted[0].id}/approbation").text
    with clock.at(TUESDAY):
        inside = client_of(nadia).get(f"/demandes/{submitted[0].id}/approbation").text

    assert page.index("À la prochaine bonne heure") < page.index("Maintenant")
    assert "lundi 15\u00a0mars 2027 à 8\u00a0h\u00a030, heure du partenaire" in page
    assert "prochaine bonne heure" not in inside


def test_an_ask_waits_for_the_good_hour_and_can_be_taken_back_until_then(submitted, nadia, client_of, as_system):
    with clock.at(SUNDAY):
        said = approve(client_of(nadia), submitted, leave="good")
        ask = the_ask(as_system)

    assert ask.due_at == datetime(2027, 3, 15, 4, 30, tzinfo=UTC)
    assert "L’e-mail part le lundi 15\u00a0mars 2027" in said.replace("'", "’")
    with clock.at(SUNDAY + timedelta(hours=6)):
        client = client_of(nadia)
        assert "Annuler l" in client.get(f"/demandes/{submitted[0].id}").text
        client.post(f"/demandes/{submitted[0].id}/annulation")
    with as_system() as session:
        assert session.get_one(IntroductionRequest, submitted[0].id).state is RequestState.SUBMITTED
    assert the_ask(as_system).state is MessageState.CANCELLED


def test_an_ask_sent_now_leaves_after_the_time_to_undo_whatever_the_day(submitted, nadia, client_of, as_system):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="now")

    assert the_ask(as_system).due_at == SUNDAY + timedelta(seconds=30)


@pytest.mark.parametrize(("kind", "automatic", "waits"), [("reminder_consent", True, True), ("ask_consent", True, True), ("ask_consent", False, False), ("introduction", True, False)])
def test_only_a_machine_s_letter_to_a_partner_waits_when_it_is_late(submitted, nadia, as_member, as_system, kind, automatic, waits):
    with clock.at(SUNDAY), as_member(nadia) as session:
        mine, by = session.get_one(IntroductionRequest, submitted[0].id), session.get_one(type(nadia), nadia.id)
        deciding.approve(mine, by, [deciding.Choice(submitted[1].id, "Une heure ?", "Bonjour")])
        session.commit()
    with as_system() as session:
        letter = session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one()
        letter.kind, letter.headers = kind, letter.headers | ({"Auto-Submitted": "auto-generated"} if automatic else {})
        session.commit()
        wanted = letter.id
    with clock.at(SUNDAY + timedelta(hours=1)):
        ids = leases.claim("a worker", 10)
        ready = delivery.prepared(ids, "a worker")

    assert (wanted in ready) is not waits
    if waits:
        late = the_ask(as_system) if kind == "ask_consent" else None
        assert late is None or (late.state, late.due_at) == (MessageState.PENDING, datetime(2027, 3, 15, 4, 30, tzinfo=UTC))


def test_asks_of_which_one_left_can_no_longer_be_taken_back(submitted, nadia, client_of, as_system, as_member):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="good")
    with as_system() as session:
        session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one().state = MessageState.SENT
        session.commit()

    with as_member(nadia) as session:
        assert sending.waits_until(session.get_one(IntroductionRequest, submitted[0].id)) is None
