"""Every step that a person may take has a form on a page of theirs, in each state it may be taken from."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Purpose
from brokerage.introductions.models import Channel, Consent, Introduction, IntroductionRequest, Outcome, Result
from brokerage.introductions.states import INTRODUCTION_STEPS, REQUEST_STEPS, Actor, IntroductionState, RequestState
from brokerage.partners.models import ContactRole
from tests import cast as people
from tests.test_pages import parsed

HUMANS = {Actor.DELEGATE: "lucas", Actor.ASKING_MANAGER: "jean_baptiste", Actor.MANAGER: "nadia", Actor.CONTACT: None}


@dataclass(frozen=True)
class Form:
    """Where a step is taken: the end of the action, and the field with the value that names it, if several share it."""

    action: str
    field: str = ""
    value: str = ""


REQUEST_FORMS = {
    "submit": Form("/demandes/nouvelle"),
    "ask_info": Form("/precisions", "question"),
    "answer": Form("/reponse", "reply"),
    "park": Form("/report", "until"),
    "resume": Form("/reprise"),
    "approve": Form("/approbation", "contact"),
    "ask_another": Form("/approbation", "contact"),
    "decline": Form("/refus", "reason"),
    "turn_to": Form("/relais", "to"),
    "redirect": Form("/transmission", "to"),
    "reopen": Form("/reouverture"),
    "resend": Form("/renvoi"),
    "withdraw": Form("/retrait", "why"),
    "take_back": Form("/annulation"),
}
ANSWER, NOTED = "/reponse/", "/introductions/{}/reponse"
INTRODUCTION_FORMS = {
    ("accept", Actor.CONTACT): Form(ANSWER, "answer", "accept"),
    ("postpone", Actor.CONTACT): Form(ANSWER, "answer", "postpone"),
    ("suggest", Actor.CONTACT): Form(ANSWER, "answer", "suggest"),
    ("refuse", Actor.CONTACT): Form(ANSWER, "answer", "refuse"),
    ("object", Actor.CONTACT): Form("/opposition/"),
    ("reconsider", Actor.CONTACT): Form(ANSWER, "answer", "accept"),
    ("record_outcome", Actor.CONTACT): Form("/resultat/", "result", "met"),
    ("accept", Actor.MANAGER): Form(NOTED, "answer", "accept"),
    ("postpone", Actor.MANAGER): Form(NOTED, "answer", "postpone"),
    ("refuse", Actor.MANAGER): Form(NOTED, "answer", "refuse"),
    ("resume", Actor.MANAGER): Form("/introductions/{}/relance"),
    ("put_off", Actor.MANAGER): Form("/introductions/{}/date", "until"),
    ("drop", Actor.MANAGER): Form("/introductions/{}/abandon"),
    ("introduce", Actor.MANAGER): Form("/introductions/{}/presentation"),
    ("record_outcome", Actor.MANAGER): Form("/introductions/{}/resultat", "result", "met"),
    ("record_outcome", Actor.DELEGATE): Form("/introductions/{}/resultat", "result", "met"),
    ("set_aside", Actor.MANAGER): Form("/introductions/{}/sans-suite"),
}


def by_people(table):
    """(step, state, actor) for everything in a table that a person may do."""
    return [
        pytest.param(name, state, actor, id=f"{name}-{state}-{actor}")
        for name, step in sorted(table.items())
        for state in sorted(step.sources)
        for actor in sorted(step.actors & HUMANS.keys())
    ]


@pytest.fixture
def scene(cast, as_member, as_system):
    """A request of Lucas's to Nadia, put into any state, with one introduction or none."""

    def played(state, introduction=None):
        with as_member(cast.nadia) as session:
            partner = people.a_partner(cast.nadia)
            contact = people.a_contact(partner)
            people.a_contact(partner, "Paul", "Etcheverry", "paul@meridiane.example")
            session.commit()
        with as_member(cast.lucas) as session:
            request = people.a_request(session.get_one(type(cast.lucas), cast.lucas.id), cast.pa, partner)
            session.commit()
        with as_system() as session:
            one = session.get_one(IntroductionRequest, request.id)
            one.state, one.handler_id = state, cast.nadia.id
            one.state_since, one.submitted_at = clock.now() - timedelta(days=30), clock.now() - timedelta(days=30)
            one.decided_at, one.due_on, one.question = clock.now(), clock.today(), "Combien ?"
            one.parked_until = clock.today() + timedelta(days=9)
            session.commit()
            return one.id, _introduced(session, one, contact, introduction) if introduction else None, contact.id

    return played


def _answered(state):
    return None if state is IntroductionState.CONSENT_PENDING else clock.now()


def _introduced(session, request, contact, state):
    one = Introduction(
        id=uuid.uuid4(), request_id=request.id, asking_id=request.asking_id, giving_id=request.giving_id, contact_id=contact.id,
        contact_role=ContactRole.OTHER, state=state, state_since=clock.now(), asked_at=clock.now(), answered_at=_answered(state), postponed_until=clock.today() + timedelta(days=9),
    )  # fmt: skip
    session.add(one)
    session.flush()
    if state is IntroductionState.SUGGESTED:
        session.add(Consent(
            association_id=one.giving_id, to_association_id=one.asking_id, introduction_id=one.id, contact_id=contact.id, answer="suggest",
            channel=Channel.LINK, given_at=clock.now(), suggested_contact_id=contact.id,
        ))  # fmt: skip
    session.commit()
    return one.id


def offered(client, paths):
    """(action, name, value) of every field of every form on these pages, and (action, "", "") for each form."""
    for path in paths:
        answer = client.get(path)
        if answer.status_code != 200:
            continue
        for form in parsed(answer.text).iter("form"):
            action = form.get("action") or path
            yield action, "", ""
            for field in [*form.iter("input"), *form.iter("select"), *form.iter("textarea"), *form.iter("button")]:
                yield field.get("formaction") or action, field.get("name") or "", field.get("value") or ""


def has(found, form, subject):
    wanted = form.action.format(subject)
    return any(
        (wanted in urlsplit(action).path) and (not form.field or name == form.field) and (not form.value or value == form.value)
        for action, name, value in found
    )


@pytest.mark.parametrize(("name", "state", "actor"), by_people(REQUEST_STEPS))
def test_every_step_of_a_request_has_a_form_for_everybody_who_may_take_it(name, state, actor, cast, scene, client_of):
    request, _introduction, _contact = scene(state)
    client = client_of(getattr(cast, HUMANS[actor]))

    found = list(offered(client, [f"/demandes/{request}", f"/demandes/{request}/approbation", f"/demandes/nouvelle?brouillon={request}"]))

    assert has(found, REQUEST_FORMS[name], request)


@pytest.mark.parametrize(("name", "state", "actor"), by_people(INTRODUCTION_STEPS))
def test_every_step_of_an_introduction_has_a_form_for_everybody_who_may_take_it(name, state, actor, cast, scene, client_of, as_system):
    request, introduction, contact = scene(RequestState.APPROVED, state)

    if actor is Actor.CONTACT:
        with as_system() as session:
            made = [links.make(Purpose.ANSWER, introduction, cast.pa.id), links.make(Purpose.OUTCOME, introduction, cast.pa.id)]
            made.append(links.make(Purpose.OBJECTION, contact, cast.pa.id))
            session.commit()
            paths = [urlsplit(links.address(one.id)).path for one in made]
            paths.append(f"{paths[0]}?changer=oui")
        found = list(offered(client_of(None), paths))
    else:
        found = list(offered(client_of(getattr(cast, HUMANS[actor])), [f"/demandes/{request}"]))

    assert has(found, INTRODUCTION_FORMS[name, actor], introduction)


def test_nobody_else_is_offered_any_of_it(cast, scene, client_of):
    request, introduction, _contact = scene(RequestState.APPROVED, IntroductionState.CONSENT_PENDING)

    for outsider in ("soraya", "thi_mai", "oscar"):
        found = {action for action, _name, _value in offered(client_of(getattr(cast, outsider)), [f"/demandes/{request}"])}
        assert not any(str(request) in action or str(introduction) in action for action in found)


def test_a_second_voice_may_stand_beside_the_first_and_a_contradiction_shows(cast, scene, client_of, as_system):
    request, introduction, _contact = scene(RequestState.CLOSED, IntroductionState.CLOSED)
    with as_system() as session:
        one = session.get_one(Introduction, introduction)
        session.add(Outcome(introduction_id=one.id, asking_id=one.asking_id, giving_id=one.giving_id, said_by="delegate", result=Result.MET))
        session.commit()
    nadias, lucass = client_of(cast.nadia), client_of(cast.lucas)
    form = Form("/introductions/{}/resultat", "result", "met")
    assert has(list(offered(nadias, [f"/demandes/{request}"])), form, introduction)
    assert not has(list(offered(lucass, [f"/demandes/{request}"])), form, introduction)  # has spoken

    assert nadias.post(f"/demandes/introductions/{introduction}/resultat", data={"result": "no_answer"}).status_code == 303

    for client in (nadias, lucass):
        assert "Les deux côtés ne disent pas la même chose." in client.get(f"/demandes/{request}").text


def test_an_outcome_of_what_was_never_introduced_is_refused(cast, scene, client_of):
    request, introduction, _contact = scene(RequestState.APPROVED, IntroductionState.CONSENT_PENDING)

    assert client_of(cast.lucas).post(f"/demandes/introductions/{introduction}/resultat", data={"result": "met"}).status_code == 409
    assert "confirme la rencontre" not in client_of(cast.lucas).get(f"/demandes/{request}").text
