"""The demonstration: whole, believable, the same every time, and silent."""

import re
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from brokerage import calendar, clock, scope
from brokerage.accounts.models import Association, Role, User
from brokerage.conventions.models import Commitment, Convention
from brokerage.demo import loading, people
from brokerage.errors import WrongState
from brokerage.introductions import reminders
from brokerage.introductions.models import Ask, Consent, Introduction, IntroductionRequest, Outcome
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.mail.models import Message, MessageState, Suppression
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission, Visibility
from brokerage.reference.schools import school
from brokerage.timeline import Actor, Entry

pytestmark = pytest.mark.slow
A_WEDNESDAY = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
A_SUNDAY_IN_AUGUST = datetime(2027, 8, 15, 6, 5, tzinfo=UTC)
CPU_SECONDS = 20  # of one core, the database apart; the clock on the wall depends on who else is at work


def load(at):
    """Load at an instant; returns the seconds of work."""
    started = time.process_time()
    with clock.at(at):
        loading.load()
    return time.process_time() - started


def fingerprint():
    """What two loads must share: everything but the random ids."""
    with scope.acting(scope.system("a test compares")) as session:
        r = IntroductionRequest
        requests = session.execute(
            sa.select(r.target_name, r.event_name, r.state, r.submitted_at, r.due_on, r.event_on).order_by(r.created_at, r.number)
        ).all()
        partners = session.execute(
            sa.select(Partner.name, Partner.uai, Partner.town, Partner.visibility, Partner.tags, Partner.last_contact_on)
        ).all()
        contacts = session.execute(sa.select(Contact.first_name, Contact.last_name, Contact.title, Contact.permission)).all()
        entries = session.execute(sa.select(Entry.at, Entry.what, Entry.by_name)).all()
    return [list(requests), *(sorted(map(str, found)) for found in (partners, contacts, entries))]


def states():
    """How many requests and introductions stand where."""
    with scope.acting(scope.system("a test counts")):
        return loading.counts()


@dataclass(frozen=True)
class Loaded:
    """What the first load took and made."""

    seconds: float
    fingerprint: list
    states: tuple


@pytest.fixture(scope="module")
def loaded(whole_app, _tables):
    """The demonstration, loaded once for all the tests that only look."""
    _tables()
    with whole_app.app_context():
        yield Loaded(load(A_WEDNESDAY), fingerprint(), states())


@pytest.fixture
def session(whole_app, loaded):
    """Everything, that Wednesday."""
    with whole_app.app_context(), clock.at(A_WEDNESDAY), scope.acting(scope.system("a test looks at the demonstration")) as opened:
        yield opened


def the(session, first_name):
    return session.scalars(sa.select(User).where(User.first_name == first_name)).one()


def awaiting(session, first_name):
    waits = (IntroductionRequest.state == RequestState.SUBMITTED, IntroductionRequest.handler_id == the(session, first_name).id)
    return session.scalars(sa.select(IntroductionRequest).where(*waits)).all()


# ---- who is there ----------------------------------------------------------------------------------------------


def test_two_associations_are_bound_by_a_convention_of_seven_commitments(session):
    found = session.execute(
        sa.select(Association.slug, Association.short, Association.bank, Association.of_name, Association.is_demo).order_by(
            Association.bank
        )
    ).all()
    [convention] = session.scalars(sa.select(Convention))

    assert found == [
        ("passeport-avenir", "PA", "a", "de Passeport Avenir", True),
        ("entretiens", "EE", "b", "des Entretiens de l’Excellence", True),
    ]
    assert (convention.starts_on.isoformat(), convention.ends_on.year) == ("2011-06-24", 2036)
    commitments = session.scalars(sa.select(Commitment).order_by(Commitment.number)).all()
    assert [one.number for one in commitments] == [1, 2, 3, 4, 5, 6, 7]
    assert all(one.title and one.text for one in commitments)


def test_members_have_their_roles_and_addresses_without_accents(session):
    members = {member.email: set(member.roles) for member in session.scalars(sa.select(User))}

    assert members["nadia.benhaddou@passeport-avenir.example"] == {Role.MANAGER}
    assert members["thi-mai.nguyen@passeport-avenir.example"] == {Role.DELEGATE}
    assert members["helene.roux@passeport-avenir.example"] == {Role.ADMIN}
    assert members["jean-baptiste.roussel@entretiens.example"] == {Role.MANAGER}
    assert members["lucas.ferreira@entretiens.example"] == {Role.DELEGATE}
    assert all(re.fullmatch(r"[a-z-]+\.[a-z-]+@(passeport-avenir|entretiens)\.example", email) for email in members)


@pytest.mark.parametrize("who", ["nadia.benhaddou@passeport-avenir.example", "lucas.ferreira@entretiens.example"])
def test_the_printed_password_opens_the_door(who, whole_app, loaded):
    client = whole_app.test_client()

    with clock.at(A_WEDNESDAY):  # a sign-in is written down, and the other tests look at the same rows
        answer = client.post("/connexion", data={"email": who, "password": people.PASSWORD})
        home = client.get("/", follow_redirects=True)

    assert answer.status_code == 303
    assert (home.status_code, "connexion" in home.request.path) == (200, False)


# ---- the books -------------------------------------------------------------------------------------------------


def test_both_books_hold_schools_and_companies_with_people(session):
    sizes = Counter(
        session.execute(sa.select(Association.short, Partner.kind).join(Association, Association.id == Partner.association_id)).all()
    )
    without = sa.select(sa.func.count()).select_from(Partner).where(~sa.exists().where(Contact.partner_id == Partner.id))

    assert sizes["PA", PartnerKind.ACADEMIC] > 340
    assert sizes["PA", PartnerKind.CORPORATE] > 210
    assert sizes["EE", PartnerKind.ACADEMIC] > 150
    assert sizes["EE", PartnerKind.CORPORATE] > 60
    assert session.scalar(without) == 0


def test_some_partners_of_both_are_hidden_closed_or_quiet(session):
    for association in session.scalars(sa.select(Association)):
        mine = Partner.association_id == association.id
        count = sa.select(sa.func.count()).select_from(Partner)
        assert session.scalar(count.where(mine, Partner.visibility == Visibility.HIDDEN)) > 5
        assert session.scalar(count.where(mine, Partner.open_now.is_(False))) > 5
        assert session.scalar(count.where(mine, Partner.owner_id.is_(None))) == 0


def test_the_schools_are_real_and_every_address_reaches_nobody(session, whole_app):
    entretiens = session.scalars(sa.select(Association).where(Association.short == "EE")).one()
    uais = session.scalars(
        sa.select(Partner.uai).where(Partner.association_id == entretiens.id, Partner.type.in_(["LG", "LGT", "LPO", "LP", "LT"]))
    ).all()
    contacts = session.scalars(sa.select(Contact.id).where(Contact.association_id == entretiens.id)).all()

    assert sum(school(uai) is not None for uai in uais) >= 150
    with scope.acting(scope.member(entretiens.id)):
        found = vault.own(contacts).values()
    assert all(re.fullmatch(r"[a-z.-]+@[a-z0-9-]+\.example", one.email) for one in found)
    assert all(re.fullmatch(r"\+33(19900|35301)\d{4}", one.phone) for one in found)
    assert all(re.fullmatch(r"(\+3363998\d{4})?", one.mobile) for one in found)


# ---- the life --------------------------------------------------------------------------------------------------


def test_there_is_something_in_every_state_of_both_tables(session):
    requests, introductions = loading.counts()

    assert set(requests) == set(RequestState)
    assert set(introductions) == set(IntroductionState) - {IntroductionState.NEW}  # lasts no longer than an approval
    assert 40 <= sum(requests.values()) <= 55


def test_both_directions_are_asked_and_something_came_of_it(session):
    directions = Counter(session.scalars(sa.select(IntroductionRequest.asking_id)).all())
    results = Counter(session.scalars(sa.select(Outcome.result)).all())

    assert min(directions.values()) >= 12
    assert results["met"] >= 8
    assert {"no_answer", "not_relevant", "unknown"} <= set(results)


def test_several_decisions_await_nadia_one_of_them_late_and_one_today(session):
    left = [calendar.working_days_between(clock.today(), request.due_on, calendar.HEAD_OFFICE) for request in awaiting(session, "Nadia")]

    assert min(left) < 0
    assert left.count(0) == 1
    assert sum(days > 0 for days in left) >= 2


def test_some_decisions_await_jean_baptiste_and_details_are_asked_of_lucas(session):
    lucas = the(session, "Lucas")
    asked = sa.select(IntroductionRequest).where(
        IntroductionRequest.state == RequestState.INFO_NEEDED, IntroductionRequest.requester_id == lucas.id
    )

    assert len(awaiting(session, "Jean-Baptiste")) >= 2
    assert all(request.question for request in session.scalars(asked))
    assert len(session.scalars(asked).all()) >= 2


def test_lucas_is_asked_whether_they_met(session):
    lucas = the(session, "Lucas")
    asked = sa.select(Message).where(Message.kind == "reminder_outcome", Message.to_user_id == lucas.id)
    open_ones = sa.select(Introduction.id).where(Introduction.state == IntroductionState.INTRODUCED)

    assert session.scalars(asked.where(Message.introduction_id.in_(open_ones))).all()


def test_who_objected_is_left_alone_and_the_request_is_closed(session):
    [blocked] = session.scalars(sa.select(Introduction).where(Introduction.state == IntroductionState.BLOCKED))
    contact = session.get_one(Contact, blocked.contact_id)

    assert (contact.last_name, contact.permission, blocked.request.state) == ("Bastide", Permission.DO_NOT_CONTACT, RequestState.CLOSED)
    assert session.scalars(sa.select(Suppression).where(Suppression.reason == "objection")).all()


def test_every_yes_has_its_evidence(session):
    agreed = sa.select(Consent.introduction_id).where(Consent.answer == "accept", Consent.withdrawn_at.is_(None))
    introduced = sa.select(Introduction).where(Introduction.introduced_at.is_not(None), Introduction.id.not_in(agreed))
    asked = sa.select(Introduction).where(Introduction.asked_at.is_not(None), Introduction.id.not_in(sa.select(Ask.introduction_id)))

    assert session.scalars(introduced).all() == []
    assert session.scalars(asked).all() == []


def test_nothing_leaves_on_the_first_start_and_nothing_lies_in_the_future(session):
    assert set(session.scalars(sa.select(Message.state))) <= {MessageState.SENT, MessageState.CANCELLED}
    assert session.scalar(sa.select(sa.func.max(Message.sent_at))) <= A_WEDNESDAY
    assert session.scalar(sa.select(sa.func.max(Entry.at))) <= A_WEDNESDAY
    assert [due.kind for due in reminders.due(A_WEDNESDAY) if due.leaves_at <= A_WEDNESDAY] == []


def test_the_stories_began_half_a_year_ago_and_offices_were_open(session):
    first = session.scalar(sa.select(sa.func.min(IntroductionRequest.submitted_at)))
    decided = session.scalars(
        sa.select(Entry).where(Entry.what.in_(["approve", "decline", "park", "ask_info"]), Entry.by_kind == Actor.MEMBER)
    ).all()
    days = {calendar.local_day(entry.at, calendar.HEAD_OFFICE) for entry in decided}

    assert 150 <= (A_WEDNESDAY - first).days <= 200
    assert len(decided) > 30
    assert all(calendar.is_working_day(day, calendar.HEAD_OFFICE) for day in days)


def test_numbers_follow_the_calendar(session):
    numbers = session.scalars(sa.select(IntroductionRequest.number).order_by(IntroductionRequest.created_at)).all()

    assert numbers == sorted(numbers)


# ---- the loading -----------------------------------------------------------------------------------------------


def test_loading_is_quick(loaded):
    assert loaded.seconds < CPU_SECONDS


def test_the_demonstration_never_mixes_with_real_data(whole_app, loaded):
    with pytest.raises(WrongState):
        load(A_WEDNESDAY)


@pytest.fixture
def emptied(app):
    """An empty database again."""


def test_two_loads_tell_the_same_stories(loaded, emptied):
    load(A_WEDNESDAY)

    assert fingerprint() == loaded.fingerprint


def test_another_day_holds_the_same_states(loaded, emptied):
    load(A_SUNDAY_IN_AUGUST)

    assert states() == loaded.states


def test_an_interrupted_load_leaves_nothing_so_that_the_next_one_can_succeed(app, monkeypatch):
    def out_of_breath(*_anything):
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "play", out_of_breath)
    with pytest.raises(KeyboardInterrupt):
        load(A_WEDNESDAY)

    with scope.acting(scope.system("a test counts")) as session:
        assert session.scalars(sa.select(Association)).all() == []
        assert session.scalars(sa.select(Partner)).all() == []
