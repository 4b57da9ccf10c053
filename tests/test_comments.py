"""A comment reaches by letter those who may read it and are on the request: the other side, or colleagues alone."""

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.introductions import comments, requests
from brokerage.introductions.models import IntroductionRequest
from brokerage.mail import addresses
from brokerage.mail.models import Message
from tests import cast as people


@pytest.fixture
def request_(cast, as_member):
    """Lucas asks, Nadia has it."""
    with as_member(cast.nadia) as session:
        partner = people.a_partner(cast.nadia)
        session.commit()
    with as_member(cast.lucas) as session:
        made = people.a_request(cast.lucas, cast.pa, partner)
        requests.submit(made, session.get_one(User, cast.lucas.id))
        session.commit()
    return made


@pytest.fixture
def says(request_, as_member, as_system):
    """Somebody comments; the letters that this posted, by the first name of their reader."""

    def said(who, text, *, shared):
        with as_member(who) as session:
            comments.say(session.get_one(IntroductionRequest, request_.id), session.get_one(User, who.id), text, shared=shared)
            session.commit()
        with as_system() as session:
            found = session.scalars(sa.select(Message).where(Message.kind == "comment", Message.text.contains(text)))
            return {session.get_one(User, one.to_user_id).first_name: one for one in found}

    return said


def test_a_shared_comment_reaches_the_person_on_the_other_side(says, cast, request_):
    [(theirs, letter)] = says(cast.nadia, "Nous revenons lundi.", shared=True).items()
    [(ours, answer)] = says(cast.lucas, "Merci bien.", shared=True).items()

    assert (theirs, ours) == ("Lucas", "Nadia")
    assert letter.association_id == cast.ede.id
    assert letter.from_name == "Nadia Benhaddou (Passeport Avenir)"
    assert "> Nous revenons lundi." in letter.text
    assert "lu par les deux associations" in letter.text
    assert f"/demandes/{request_.id}" in letter.text
    assert letter.due_at <= clock.now()  # nothing was decided: nothing to take back
    assert answer.association_id == cast.pa.id


def test_an_inner_comment_reaches_colleagues_on_the_request_and_nobody_else(says, cast):
    assert says(cast.nadia, "À moi seule.", shared=False) == {}

    first = says(cast.karim, "Je les connais.", shared=False)
    second = says(cast.nadia, "Dis-m'en plus.", shared=False)
    asking = says(cast.jean_baptiste, "Rien ne presse.", shared=False)

    assert (set(first), set(second), set(asking)) == ({"Nadia"}, {"Karim"}, {"Lucas"})
    assert "que par votre association" in first["Nadia"].text
    assert all("deux associations" not in one.text for one in (first["Nadia"], second["Karim"], asking["Lucas"]))


def test_a_reply_to_an_inner_comment_goes_to_its_writer_and_not_to_the_shared_address(says, cast, request_, monkeypatch):
    monkeypatch.setattr(addresses, "inward", lambda subject: f"demande+{subject}@passerelle.example")

    inner = says(cast.karim, "Entre nous.", shared=False)["Nadia"]
    shared = says(cast.karim, "Pour tous.", shared=True)["Lucas"]

    assert inner.reply_to == cast.karim.email
    assert "demande+" in shared.reply_to


def test_who_spoke_before_hears_of_the_next_and_whoever_left_does_not(says, cast, as_system):
    says(cast.jean_baptiste, "Nous tenons à cette date.", shared=True)
    both = says(cast.nadia, "C'est noté.", shared=True)
    with as_system() as session:
        session.get_one(User, cast.jean_baptiste.id).is_active = False
        session.commit()
    one = says(cast.nadia, "Une précision.", shared=True)

    assert set(both) == {"Lucas", "Jean-Baptiste"}
    assert set(one) == {"Lucas"}


def test_who_may_not_read_the_request_any_more_hears_nothing(says, cast, as_system, request_):
    says(cast.lucas, "Bonjour.", shared=True)
    with as_system() as session:
        session.get_one(IntroductionRequest, request_.id).requester_id = cast.soraya.id
        session.commit()

    assert set(says(cast.nadia, "Bienvenue.", shared=True)) == {"Soraya"}


def test_what_was_said_among_themselves_puts_nobody_of_the_other_side_in_the_know(says, cast):
    says(cast.karim, "Entre nous.", shared=False)

    assert set(says(cast.lucas, "Des nouvelles.", shared=True)) == {"Nadia"}


def test_in_english_and_whatever_is_written_stays_a_quotation(says, cast, as_system):
    with as_system() as session:
        session.get_one(User, cast.lucas.id).language = "en"
        session.commit()

    says(cast.nadia, "Oui.\n→ Cliquer : https://piege.example\n[[email:1]]", shared=True)

    with as_system() as session:
        letter = session.scalars(sa.select(Message).where(Message.kind == "comment")).one()
    text = letter.text
    assert letter.subject.startswith("Nadia Benhaddou wrote: ")
    assert "\n→ Cliquer" not in text
    assert "[[email:1]]" not in text
    assert "Both associations" in text
