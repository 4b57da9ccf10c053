"""The desk from its pages: decisions without leaving the list, colleagues, other contacts, comments to one side or both."""

import re
from datetime import date, timedelta

import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.introductions import deciding, desk, introductions, requests
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.mail.models import Message
from brokerage.partners.models import Contact, Permission
from brokerage.timeline import Actor, By
from tests import cast as people


def asked(cast, as_member, lucas, nadia, names=("Méridiane Énergie",)):
    """Requests of Lucas to Passeport Avenir, one a partner, submitted in this order; their ids."""
    made = []
    for name in names:
        with as_member(nadia) as session:
            partner = people.a_partner(nadia, name)
            people.a_contact(partner, email=f"{name[:4].strip().lower()}@meridiane.example")
            session.commit()
        with as_member(lucas) as session:
            request = people.a_request(session.get_one(type(lucas), lucas.id), cast.pa, partner)
            requests.submit(request, session.get_one(type(lucas), lucas.id))
            session.commit()
            made.append(request.id)
    return made


def state_of(as_system, request_id):
    with as_system() as session:
        return session.get_one(IntroductionRequest, request_id).state


def test_a_decision_taken_in_the_list_comes_back_to_it_on_the_next_request(cast, as_member, as_system, client_of, lucas, nadia):
    ids = asked(cast, as_member, lucas, nadia, ("Alizé", "Boréal", "Cyclone"))
    nadias = client_of(nadia)
    listed = nadias.get("/demandes/").text
    order = sorted(ids, key=lambda one: listed.index(str(one)))

    answer = nadias.post(f"/demandes/{order[1]}/refus", data={"reason": "too_short", "retour": "a-decider"})

    assert answer.location.endswith(f"/demandes/?etat=a-decider&demande={order[2]}")
    assert state_of(as_system, order[1]) is RequestState.DECLINED
    last = nadias.post(f"/demandes/{order[2]}/precisions", data={"question": "Combien ?", "retour": "a-decider"})
    assert last.location.endswith(f"demande={order[0]}")  # after the last one, the first
    only = nadias.post(f"/demandes/{order[0]}/refus", data={"reason": "too_short", "retour": "a-decider"})
    assert only.location.endswith("/demandes/?etat=a-decider")
    assert "Tout le monde a sa réponse" in nadias.get(only.location).text


def test_the_home_counts_every_late_request_and_not_only_those_of_a_first_page(cast, as_member, as_system, client_of, lucas, nadia):
    asked(cast, as_member, lucas, nadia, [f"Maison {n}" for n in range(desk.PAGE + 2)])
    with as_system() as session:
        session.execute(sa.update(IntroductionRequest).values(due_on=calendar.add_working_days(clock.today(), -1, calendar.HEAD_OFFICE)))
        session.commit()

    assert f"{desk.PAGE + 2} en retard" in client_of(nadia).get("/accueil").text


def test_what_is_counted_late_is_what_each_line_calls_late():
    spring = [date(2026, 4, 1) + timedelta(days=n) for n in range(60)]  # Easter Monday, two bridges, every day of the week

    assert all((due < desk._late_before(today)) is (desk._late_by(due, today) > 0) for today in spring for due in spring)


def test_a_request_is_handed_to_a_colleague_who_is_named_to_the_delegate(cast, as_member, client_of, lucas, nadia, karim):
    [request_id] = asked(cast, as_member, lucas, nadia)

    answer = client_of(nadia).post(f"/demandes/{request_id}/transmission", data={"to": str(karim.id), "word": "Karim connaît la maison."})

    assert answer.status_code == 303
    page = client_of(lucas).get(f"/demandes/{request_id}").text
    assert "Nadia Benhaddou a transmis la demande à Karim Lahlou" in page
    assert "Karim connaît la maison." in page


def test_a_request_is_not_handed_to_another_house(cast, as_member, client_of, lucas, nadia, jean_baptiste):
    [request_id] = asked(cast, as_member, lucas, nadia)

    answer = client_of(nadia).post(f"/demandes/{request_id}/transmission", data={"to": str(jean_baptiste.id), "word": "tiens"})

    assert answer.status_code == 422
    assert "tiens" in answer.text


def test_the_colleague_whom_a_contact_named_is_asked_in_their_place(cast, as_member, as_system, client_of, lucas, nadia):
    [request_id] = asked(cast, as_member, lucas, nadia)
    with as_member(nadia) as session:
        request, by = session.get_one(IntroductionRequest, request_id), session.get_one(type(nadia), nadia.id)
        contact = session.scalars(sa.select(Contact)).one()
        deciding.approve(request, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?")])
        named = By(Actor.CONTACT, contact.id)
        introductions.suggest(request.introductions[0], named, first_name="Paul", last_name="Etcheverry", email="paul@meridiane.example")
        session.commit()
    nadias = client_of(nadia)
    assert "Propose plutôt Paul Etcheverry" in nadias.get(f"/demandes/{request_id}").text
    with as_system() as session:
        paul = session.scalars(sa.select(Contact.id).where(Contact.last_name == "Etcheverry")).one()

    written = {"contact": str(paul), f"subject-{paul}": "Une heure ?", f"body-{paul}": "Bonjour,\n\nAccepteriez-vous ?"}
    answer = nadias.post(f"/demandes/{request_id}/approbation", data=written)

    assert answer.status_code == 303
    with as_system() as session:
        states = session.scalars(sa.select(Introduction.state).order_by(Introduction.created_at)).all()
    assert states == [IntroductionState.CANCELLED, IntroductionState.CONSENT_PENDING]
    assert state_of(as_system, request_id) is RequestState.APPROVED
    assert "Etcheverry" not in client_of(lucas).get(f"/demandes/{request_id}").text


def test_nobody_is_asked_twice_for_one_request(cast, as_member, client_of, lucas, nadia):
    [request_id] = asked(cast, as_member, lucas, nadia)
    with as_member(nadia) as session:
        contact = session.scalars(sa.select(Contact)).one()
    written = {"contact": str(contact.id), f"subject-{contact.id}": "Une heure ?", f"body-{contact.id}": "Accepteriez-vous ?"}
    nadias = client_of(nadia)
    nadias.post(f"/demandes/{request_id}/approbation", data=written)

    again = nadias.post(f"/demandes/{request_id}/approbation", data=written | {f"reason-{contact.id}": "il le faut"})

    assert again.status_code == 422
    assert "a déjà été sollicité pour cette demande" in again.text.replace("’", "'")


def test_a_private_comment_stays_in_the_house_and_a_shared_one_is_read_by_both(cast, as_member, client_of, lucas, nadia, karim):
    [request_id] = asked(cast, as_member, lucas, nadia)
    nadias = client_of(nadia)

    nadias.post(f"/demandes/{request_id}/commentaires", data={"text": "Ne pas les presser avant mars.", "readers": "ours"})
    nadias.post(f"/demandes/{request_id}/commentaires", data={"text": "Nous revenons vers vous lundi.", "readers": "both"})

    theirs, ours = client_of(lucas).get(f"/demandes/{request_id}").text, client_of(karim).get(f"/demandes/{request_id}").text
    assert "Nous revenons vers vous lundi." in theirs
    assert "Ne pas les presser" not in theirs
    assert "Ne pas les presser" in ours
    assert "voix-nous" in ours
    assert "voix-tous" in ours


def test_a_comment_without_a_reader_or_a_word_is_refused_and_kept(cast, as_member, client_of, lucas, nadia):
    [request_id] = asked(cast, as_member, lucas, nadia)
    nadias = client_of(nadia)

    unread = nadias.post(f"/demandes/{request_id}/commentaires", data={"text": "Pour qui donc ?"})
    empty = nadias.post(f"/demandes/{request_id}/commentaires", data={"text": "  ", "readers": "both"})

    assert (unread.status_code, empty.status_code) == (422, 422)
    assert "Pour qui donc ?" in unread.text


def test_a_request_is_not_handed_to_whoever_has_it(cast, as_member, as_system, client_of, lucas, nadia, karim):
    [request_id] = asked(cast, as_member, lucas, nadia)

    refused = client_of(karim).post(f"/demandes/{request_id}/transmission", data={"to": str(nadia.id), "word": "C'est pour toi."})

    assert refused.status_code == 422
    assert "Nadia Benhaddou a déjà cette demande." in refused.text
    with as_system() as session:
        assert session.scalars(sa.select(Message).where(Message.kind == "redirected")).all() == []


def test_several_requests_are_set_aside_at_once_and_the_one_that_cannot_says_why(cast, as_member, as_system, client_of, lucas, nadia):
    first, second, third = asked(cast, as_member, lucas, nadia, ("Alizé", "Boréal", "Cyclone"))
    nadias = client_of(nadia)
    assert f'value="{second}" form="lot"' in nadias.get("/demandes/?choix=1").text
    nadias.post(f"/demandes/{third}/refus", data={"reason": "too_short"})

    data = {"action": "later", "until": "2099-01-05", "demande": [str(first), str(second), str(third)], "retour": "a-decider"}
    page = nadias.post("/demandes/lot", data=data, follow_redirects=True).text

    assert [state_of(as_system, one) for one in (first, second)] == [RequestState.PARKED] * 2
    assert state_of(as_system, third) is RequestState.DECLINED
    assert "2 demandes traitées." in page
    assert "Cyclone" in page


def test_nothing_ticked_or_nothing_chosen_says_so(cast, as_member, client_of, lucas, nadia):
    [one] = asked(cast, as_member, lucas, nadia)
    nadias = client_of(nadia)

    nothing = nadias.post("/demandes/lot", data={"action": "decline", "reason": "too_short"}, follow_redirects=True).text
    unknown = nadias.post("/demandes/lot", data={"demande": str(one)}, follow_redirects=True).text
    undated = nadias.post("/demandes/lot", data={"demande": str(one), "action": "later", "until": "demain"}, follow_redirects=True).text

    assert "Cochez au moins une demande." in nothing
    assert "Choisissez ce qu" in unknown
    assert "Indiquez une date" in undated


def test_a_partner_nobody_of_whom_may_be_asked_says_so_before_anything_is_written(cast, as_member, as_system, client_of, lucas, nadia):
    [request_id] = asked(cast, as_member, lucas, nadia)
    nobody, add = "Aucun contact de ce partenaire ne peut être sollicité.", "En ajouter un"
    nadias = client_of(nadia)
    assert nobody not in nadias.get(f"/demandes/{request_id}/approbation").text

    with as_system() as session:
        session.execute(sa.update(Contact).values(permission=Permission.NO_SHARE))
        session.commit()

    page = nadias.get(f"/demandes/{request_id}/approbation").text
    assert nobody in page
    assert add in page


# ---- the school year under the manager's home ----------------------------------------------------------------------

PIECE = {"HX-Request": "true", "HX-Target": "annee"}


def test_the_home_asks_for_the_year_once_it_stands_and_both_sides_read_the_same_figures(cast, client_of, as_member, nadia, lucas):
    asked(cast, as_member, lucas, nadia)

    whole = client_of(nadia).get("/accueil").text
    pieces = [client_of(member).get("/accueil", headers=PIECE).text for member in (nadia, cast.jean_baptiste)]

    assert re.search(r'<div id="annee" hx-get="/accueil" hx-trigger="load" hx-target="#annee"></div>', whole)
    assert all("<html" not in piece and 'class="tuiles"' in piece for piece in pieces)
    figures = [re.findall(r"<div><b>([^<]*)</b><span>([^<]*)</span></div>", piece) for piece in pieces]
    assert figures[0] == figures[1]
    assert figures[0][0][0] == "1"


def test_without_a_convention_there_is_no_year_to_show(cast, client_of):
    client = client_of(cast.oscar)

    assert 'id="annee"' not in client.get("/accueil").text
    assert client.get("/accueil", headers=PIECE).text.strip() == ""
