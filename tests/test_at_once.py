"""Two people at once, each in a process of their own: one decides, the other reads who did what; nothing happens twice."""

import html
import multiprocessing
import re

import pytest
import sqlalchemy as sa

from brokerage.database import db
from brokerage.introductions.models import Consent, Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.mail.models import Message
from brokerage.web import answers, deciding, following
from tests.story import Stage, plain, stage  # noqa: F401

PROCESSES = multiprocessing.get_context("fork")
PATIENCE = 30  # seconds; a process that waits longer fails the test


def at_once(monkeypatch, where, name, *acts):
    """Each act in a forked process; all have read the page's subject before any goes on. What each was told."""
    ready, said = PROCESSES.Barrier(len(acts)), PROCESSES.Queue()
    unhurried = getattr(where, name)

    def read_then_wait(*args):
        found = unhurried(*args)
        if not getattr(read_then_wait, "waited", False):
            read_then_wait.waited = True
            ready.wait(PATIENCE)
        return found

    def live(place, act):
        db.engine.dispose(close=False)  # a connection is one process's own
        answer = act()
        said.put((place, answer.status_code, plain(answer.get_data(as_text=True))))

    monkeypatch.setattr(where, name, read_then_wait)
    db.engine.dispose()
    processes = [PROCESSES.Process(target=live, args=(place, act)) for place, act in enumerate(acts)]
    for process in processes:
        process.start()
    told = sorted(said.get(timeout=2 * PATIENCE) for _ in processes)
    for process in processes:
        process.join(PATIENCE)
    monkeypatch.setattr(where, name, unhurried)
    return [(status, html.unescape(re.sub(r"<[^>]+>", " ", page))) for _place, status, page in told]


@pytest.fixture
def asked(stage: Stage, nadia, lucas):  # noqa: F811
    """A request of Lucas for a lycée of Nadia's, and its contact."""
    partner = stage.partner(nadia, "Lycée Rotrou", "Dreux", uai="0280019U", department="28")
    contact = stage.contact(partner, "Aïssa", "Kanté", "a.kante@rotrou.example")
    request = stage.asks(lucas, partner, need="academic", purpose="invite_pupils", message="Deux classes de première pour une matinée.")
    return request, contact


def letters(session, *kinds):
    return session.scalars(sa.select(Message.kind).where(Message.kind.in_(kinds))).all()


def test_two_managers_decide_at_once_one_wins_and_the_other_reads_who(asked, stage, nadia, karim, as_system, monkeypatch):  # noqa: F811
    request, contact = asked
    letter = {"contact": str(contact.id), f"subject-{contact.id}": "Une matinée ?", f"body-{contact.id}": "Bonjour,\n\nAccepteriez-vous ?"}
    nadias, karims = stage._client_of(nadia), stage._client_of(karim)

    told = at_once(
        monkeypatch, deciding, "found",
        lambda: nadias.post(f"{request}/approbation", data=letter),
        lambda: karims.post(f"{request}/refus", data={"reason": "too_short"}),
    )  # fmt: skip

    with as_system() as session:
        state = session.scalars(sa.select(IntroductionRequest.state)).one()
        sent = letters(session, "approved", "declined", "ask_consent")
    winner, loser = ("Nadia Benhaddou", 1) if state is RequestState.APPROVED else ("Karim Lahlou", 0)
    assert sorted(sent) == (["approved", "ask_consent"] if loser else ["declined"])
    assert sorted(status for status, _page in told) == [303, 409]
    status, page = told[loser]
    assert status == 409
    assert f"{winner} s'en est occupé entre-temps" in page
    assert ("a ouvert la porte" in page or "Chez le partenaire" in page) if loser else "Karim Lahlou" in page


def test_two_managers_approve_at_once_and_the_contact_is_asked_once(asked, stage, nadia, karim, as_system, monkeypatch):  # noqa: F811
    request, contact = asked
    letter = {"contact": str(contact.id), f"subject-{contact.id}": "Une matinée ?", f"body-{contact.id}": "Bonjour,\n\nAccepteriez-vous ?"}
    clients = [stage._client_of(one) for one in (nadia, karim)]

    told = at_once(monkeypatch, deciding, "found", *(lambda one=one: one.post(f"{request}/approbation", data=letter) for one in clients))

    assert sorted(status for status, _page in told) == [303, 409]
    with as_system() as session:
        assert len(session.scalars(sa.select(Introduction)).all()) == 1
        assert sorted(letters(session, "approved", "ask_consent")) == ["approved", "ask_consent"]


def test_a_partner_who_answers_twice_at_once_has_answered_once(asked, stage, nadia, as_system, monkeypatch):  # noqa: F811
    request, contact = asked
    stage.approves(nadia, request, contact)
    link = stage.letters(contact)[0].link("/reponse/")
    yes, no = stage._client_of(None), stage._client_of(None)

    told = at_once(
        monkeypatch, answers.AnswerForm, "validate",
        lambda: yes.post(link, data={"answer": "accept"}), lambda: no.post(link, data={"answer": "refuse"}),
    )  # fmt: skip

    assert sorted(status for status, _page in told) == [303, 409]
    with as_system() as session:
        state, consents = session.scalars(sa.select(Introduction.state)).one(), session.scalars(sa.select(Consent.answer)).all()
        sent = letters(session, "introduction", "no_follow_up")
    assert (state, consents, sent) in (
        (IntroductionState.INTRODUCED, ["accept"], ["introduction"] * 2), (IntroductionState.REFUSED, ["refuse"], ["no_follow_up"]),
    )  # fmt: skip
    [late] = [page for status, page in told if status == 409]
    assert "Une réponse a déjà été enregistrée" in late


@pytest.mark.parametrize("nadias_word", ["refuse", "postpone"])
def test_two_managers_note_an_answer_at_once_and_the_second_reads_whose_counts(nadias_word, asked, stage, nadia, karim, as_system, monkeypatch):  # noqa: F811
    request, contact = asked
    stage.approves(nadia, request, contact)
    with as_system() as session:
        place = f"/demandes/introductions/{session.scalars(sa.select(Introduction.id)).one()}/reponse"
    nadias, karims = stage._client_of(nadia), stage._client_of(karim)

    told = at_once(
        monkeypatch, following.access, "find_or_404",
        lambda: nadias.post(place, data={"answer": nadias_word, "until": "2099-01-05", "channel": "phone"}),
        lambda: karims.post(place, data={"answer": "accept", "channel": "reply"}),
    )  # fmt: skip

    assert sorted(status for status, _page in told) == [303, 409]
    with as_system() as session:
        [kept] = session.scalars(sa.select(Consent.answer)).all()
    winner, loser = ("Nadia Benhaddou", karim) if kept == nadias_word else ("Karim Lahlou", nadia)
    [late] = [page for status, page in told if status == 409]
    refusal = f"{winner} s'en est occupé entre-temps. La page montre où en est la demande."
    assert refusal in late
    assert late.replace(refusal, "").split() == html.unescape(re.sub(r"<[^>]+>", " ", plain(stage._client_of(loser).get(request).text))).split()


def test_an_answer_noted_on_a_page_that_another_answer_made_old_is_not_taken(asked, stage, nadia, karim, as_system):  # noqa: F811
    request, contact = asked
    stage.approves(nadia, request, contact)
    with as_system() as session:
        place = f"/demandes/introductions/{session.scalars(sa.select(Introduction.id)).one()}/reponse"
    karims = stage._client_of(karim)
    seen = re.search(r'name="seen" value="([^"]*)"', karims.get(request).text)[1]
    stage._client_of(nadia).post(place, data={"answer": "postpone", "until": "2099-01-05", "channel": "phone", "seen": seen})

    late = karims.post(place, data={"answer": "refuse", "channel": "phone", "seen": seen})

    assert late.status_code == 409
    assert late.status_code == 409
    assert "Nadia Benhaddou s'en est occupé entre-temps" in html.unescape(plain(late.text))
    with as_system() as session:
        assert session.scalars(sa.select(Introduction.state)).one() is IntroductionState.POSTPONED
