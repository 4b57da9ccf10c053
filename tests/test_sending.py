"""When an ask leaves: now, or at the partner's next good hour; and a machine's letter that is late waits for the morning."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Link, Purpose, User
from brokerage.errors import WrongState
from brokerage.introductions import cases, deciding, requests, sending, timetable
from brokerage.introductions.models import Ask, IntroductionRequest
from brokerage.introductions.states import RequestState
from brokerage.mail import delivery, leases
from brokerage.mail.models import Message, MessageState
from brokerage.partners.models import Contact
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

    assert page.index("Au prochain bon moment (lun. 15\u00a0mars à 8\u00a0h\u00a030)") < page.index("Maintenant") < page.index("de mon choix")
    assert "prochain bon moment" not in inside
    assert inside.index("Maintenant") < inside.index("de mon choix")


def test_an_ask_waits_for_the_good_hour_and_can_be_taken_back_until_then(submitted, nadia, client_of, as_system):
    with clock.at(SUNDAY):
        said = approve(client_of(nadia), submitted, leave="good")
        ask = the_ask(as_system)

    assert ask.due_at == datetime(2027, 3, 15, 4, 30, tzinfo=UTC)
    assert "L’e-\u2060mail part le lundi 15\u00a0mars 2027" in said.replace("'", "’")
    with clock.at(SUNDAY + timedelta(hours=6)):
        client = client_of(nadia)
        assert "Annuler l" in client.get(f"/demandes/{submitted[0].id}").text
        client.post(f"/demandes/{submitted[0].id}/annulation")
    with as_system() as session:
        assert session.get_one(IntroductionRequest, submitted[0].id).state is RequestState.SUBMITTED
    assert the_ask(as_system).state is MessageState.CANCELLED


@pytest.mark.parametrize(("after", "told"), [(timedelta(seconds=20), False), (timedelta(hours=6), True)])
def test_a_requester_who_read_that_a_request_was_accepted_reads_that_it_is_open_again(submitted, nadia, lucas, client_of, as_system, after, told):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="good")
    with clock.at(SUNDAY + after):
        client_of(nadia).post(f"/demandes/{submitted[0].id}/annulation")

    with as_system() as session:
        reopened = session.scalars(sa.select(Message).where(Message.kind == "reopened")).all()
    assert [one.to_user_id for one in reopened] == [lucas.id] * told
    assert all("est rouverte : Nadia Benhaddou" in one.text.replace("\u00a0", " ") for one in reopened)


def test_the_requester_reads_from_which_day_on_the_contact_is_asked_when_it_is_not_at_once(submitted, nadia, client_of, as_system):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="good")
        client_of(nadia).post(f"/demandes/{submitted[0].id}/annulation")
    with clock.at(SUNDAY + timedelta(seconds=20)):
        approve(client_of(nadia), submitted, leave="now")
    with as_system() as session:
        told = session.scalars(sa.select(Message.text).where(Message.kind == "approved").order_by(Message.created_at)).all()

    assert ["sera contactée à partir du lundi 15 mars 2027." in text for text in told] == [True, False]
    assert all("arrivera par e-mail dès que la personne sollicitée aura donné son accord" in text for text in told)


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


def test_at_the_door_too_a_letter_waits_for_the_end_of_the_months_its_reader_keeps_quiet(submitted, as_system):
    with clock.at(datetime(2027, 3, 16, 8, tzinfo=UTC)), as_system() as session:
        contact = session.get_one(Contact, submitted[1].id)
        late = Message(kind="reminder_consent", to_contact_id=contact.id, headers={"Auto-Submitted": "auto-generated"})
        assert sending.postponed(late) is None

        contact.quiet_months = [3]
        session.flush()
        assert sending.postponed(late) == datetime(2027, 4, 1, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "waits"), [("requests_covered", True), ("requests_back", True), ("reminder_decision", True), ("agreed", False), ("export_ready", False)])
def test_what_a_machine_writes_to_a_colleague_waits_for_monday_but_for_the_news_of_the_moment(nadia, as_system, kind, waits):
    with clock.at(SUNDAY), as_system():
        late = Message(kind=kind, to_user_id=nadia.id, headers={"Auto-Submitted": "auto-generated"})

        assert sending.postponed(late) == (datetime(2027, 3, 15, 7, 30, tzinfo=UTC) if waits else None)


def test_asks_of_which_one_left_can_no_longer_be_taken_back(submitted, nadia, client_of, as_system, as_member):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="good")
    with as_system() as session:
        session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one().state = MessageState.SENT
        session.commit()

    with as_member(nadia) as session:
        request = session.get_one(IntroductionRequest, submitted[0].id)
        assert sending.first_of(sending.asks(request)) is None
        with clock.at(SUNDAY + timedelta(hours=6)), pytest.raises(WrongState, match="Trop tard"):
            deciding.take_back(request, session.get_one(User, nadia.id))


@pytest.mark.parametrize("states, still", [("pending pending", True), ("sent pending", False), ("pending sent", False), ("cancelled pending", True), ("cancelled cancelled", False), ("", False)])
def test_of_several_asks_the_first_that_left_is_one_too_many(states, still):
    due = [SUNDAY + timedelta(hours=n) for n in range(2)]
    waiting = [sending.Waiting(None, MessageState(state), when) for state, when in zip(states.split(), due, strict=False)]

    assert (sending.first_of(waiting) is not None) is still


def test_an_ask_of_a_decision_before_does_not_hinder_taking_back_the_new_one(submitted, nadia, lucas, client_of, as_system, as_member):
    request, contact = submitted
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="good")
    with as_system() as session:
        session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one().state = MessageState.SENT
        session.commit()
    with clock.at(SUNDAY + timedelta(hours=1)), as_member(lucas) as session:
        requests.withdraw(session.get_one(IntroductionRequest, request.id), session.get_one(User, lucas.id))
        session.commit()
    with clock.at(SUNDAY + timedelta(hours=2)), as_member(nadia) as session:
        mine, by = session.get_one(IntroductionRequest, request.id), session.get_one(User, nadia.id)
        deciding.reopen(mine, by)
        again = deciding.Choice(contact.id, "Une heure ?", "Bonjour", over_limit_reason="Elle l'a proposé.", leaves_at=SUNDAY + timedelta(days=1))
        deciding.approve(mine, by, [again])

        assert sending.first_of(sending.asks(mine)) == SUNDAY + timedelta(days=1)
        deciding.take_back(mine, by)


# ---- a moment of one's choice -----------------------------------------------------------------------------------


def test_an_ask_leaves_at_the_day_and_hour_that_were_chosen_by_the_partner_s_clock(submitted, nadia, client_of, as_system):
    with clock.at(SUNDAY):
        said = approve(client_of(nadia), submitted, leave="chosen", leave_day="2027-03-20", leave_hour="18:00")
        again = client_of(nadia).get(f"/demandes/{submitted[0].id}").text

    # a Saturday evening in Réunion: whoever chose it knows why
    assert the_ask(as_system).due_at == datetime(2027, 3, 20, 14, 0, tzinfo=UTC)
    for page in (said, again):
        assert "L’e-\u2060mail part le samedi 20\u00a0mars 2027 à 18\u00a0h, heure du partenaire." in page.replace("'", "’").replace("&#39;", "’")
    assert "Annuler l" in again
    with clock.at(datetime(2027, 3, 20, 14, 1, tzinfo=UTC)):
        assert delivery.prepared(leases.claim("a worker", 10), "a worker")


@pytest.mark.parametrize(
    ("day", "hour", "sentence"),
    [("2027-03-14", "10:00", "Ce moment est passé"), ("2027-08-01", "10:00", "dans les 60 jours"), ("", "10:00", "le jour et l"), ("2027-03-20", "midi", "le jour et l")],
)
def test_a_moment_that_cannot_be_is_refused_and_everything_typed_is_kept(submitted, nadia, client_of, as_system, day, hour, sentence):
    with clock.at(SUNDAY):
        page = approve(client_of(nadia), submitted, leave="chosen", leave_day=day, leave_hour=hour, word="Bonne chance")

    assert sentence in page
    assert f'value="{day}"' in page
    assert ">Bonne chance</textarea>" in page
    assert re.search(r'value="chosen" checked', page)
    with as_system() as session:
        assert session.get_one(IntroductionRequest, submitted[0].id).state is RequestState.SUBMITTED


def test_a_letter_that_waits_is_asked_about_again_as_it_leaves(submitted, nadia, lucas, client_of, as_member, as_system):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="good")
    with clock.at(SUNDAY + timedelta(hours=2)), as_member(lucas) as session:
        requests.withdraw(session.get_one(IntroductionRequest, submitted[0].id), session.get_one(User, lucas.id), "")
        # as if the outbox had not been told: the state alone must stop it
        session.commit()
    with as_system() as session:
        session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one().state = MessageState.PENDING
        session.commit()

    with clock.at(TUESDAY):
        ready = delivery.prepared(leases.claim("a worker", 10), "a worker")

    assert the_ask(as_system).id not in ready
    assert the_ask(as_system).state is MessageState.CANCELLED


def test_days_to_answer_count_from_the_day_the_ask_leaves_and_so_does_its_link(submitted, nadia, client_of, as_system):
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="chosen", leave_day="2027-04-20", leave_hour="10:00")
    leaves = the_ask(as_system).due_at

    with as_system() as session:
        case = next(one for batch in cases.batches() for one in batch if one.introduction)
        assert timetable.since(case, cases.To.CONTACT) == leaves.date()
        assert timetable.lapses_on(case) > leaves.date() + timedelta(days=14)
        link = session.scalars(sa.select(Link).where(Link.purpose == Purpose.ANSWER)).one()
        assert link.expires_at == leaves + timedelta(days=21)


def test_one_ask_that_waits_is_called_off_while_another_has_left(submitted, nadia, lucas, oscar, client_of, as_member, as_system):
    request, contact = submitted
    with clock.at(SUNDAY):
        approve(client_of(nadia), submitted, leave="now")
    with as_member(nadia) as session:
        second = people.a_contact(session.get_one(type(contact), contact.id).partner, "Ana", "Ruiz", "a.ruiz@meridiane.example")
        session.scalars(sa.select(Message).where(Message.kind == "ask_consent")).one().state = MessageState.SENT
        session.commit()
    with clock.at(SUNDAY + timedelta(hours=1)):
        client = client_of(nadia)
        approve(client, (request, second), leave="good")
        page = client.get(f"/demandes/{request.id}").text
        [waiting] = re.findall(r"/demandes/introductions/([0-9a-f-]+)/annulation", page)
        strangers = [client_of(one).post(f"/demandes/introductions/{waiting}/annulation").status_code for one in (lucas, oscar)]
        # the approval as a whole can no longer be taken back: one of its asks has left
        assert client.post(f"/demandes/{request.id}/annulation").status_code == 409
        assert client.post(f"/demandes/introductions/{waiting}/annulation").status_code == 303

    assert strangers == [403, 404]
    with as_system() as session:
        asks = session.execute(sa.select(Message.to_contact_id, Message.state).where(Message.kind == "ask_consent")).all()
        assert {(contact.id, MessageState.SENT), (second.id, MessageState.CANCELLED)} == {(one.to_contact_id, one.state) for one in asks}
        assert session.get_one(IntroductionRequest, request.id).state is RequestState.APPROVED
        assert [one.contact_id for one in session.scalars(sa.select(Ask))] == [contact.id]
