"""The pages of a contact, who has no account: preferences, data, a new link for an old one, an answer changed."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts import links
from brokerage.accounts.models import Link, Purpose, User
from brokerage.errors import BadInput
from brokerage.introductions import before_sending, deciding, fatigue, requests, rules, wishes
from brokerage.introductions.models import Consent, Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.mail.models import Message, Suppression
from brokerage.partners import contacts, showcase, vault
from brokerage.partners.models import Contact, Permission
from brokerage.partners.tasks import Task
from brokerage.privacy import register
from brokerage.privacy.register import Right, RightsRequest
from brokerage.timeline import Actor, Entry
from tests import cast as people

ADDRESS = "h.marchetti@meridiane.example"


def plain(answer) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", text.replace("&#39;", "'").replace("’", "'").replace("\u00a0", " ").replace("\u202f", " "))


class Asked:
    """Hélène Marchetti, asked by Nadia on behalf of Lucas; `path` gives the address of one of her pages."""

    def __init__(self, contact, partner, request, introduction):
        self.contact, self.partner, self.request, self.introduction = contact, partner, request, introduction

    def link(self, purpose: Purpose) -> str:
        subject = self.introduction if purpose in (Purpose.ANSWER, Purpose.OUTCOME) else self.contact
        with scope.acting(scope.system("a test")) as session:
            link = links.live(purpose, subject)
            if link is None:
                house = session.get_one(Introduction, self.introduction).giving_id
                link = links.make(purpose, subject, house)
                session.commit()
            return links.PATHS[purpose] + links.token_of(link)


@pytest.fixture
def asked(cast, nadia, lucas, as_member):
    with as_member(nadia) as session:
        partner = people.a_partner(nadia)
        contact = people.a_contact(partner)
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(session.get_one(type(lucas), lucas.id), cast.pa, partner)
        requests.submit(request, session.get_one(type(lucas), lucas.id))
        session.commit()
    with as_member(nadia) as session:
        mine, by = session.get_one(IntroductionRequest, request.id), session.get_one(type(nadia), nadia.id)
        deciding.approve(mine, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour Madame Marchetti,\n\nAccepteriez-vous ?")])
        session.commit()
        return Asked(contact.id, partner.id, request.id, mine.introductions[0].id)


@pytest.fixture
def visit(client_of):
    return client_of(None)


@pytest.fixture
def rows(as_system):
    """`rows(Entry, Entry.what == "…")`: what stands in the database, whoever's it is."""

    def found(kind, *where):
        with as_system() as session:
            return session.scalars(sa.select(kind).where(*where)).all()

    return found


def state(rows, asked):
    [one], [request] = rows(Introduction, Introduction.id == asked.introduction), rows(IntroductionRequest, IntroductionRequest.id == asked.request)
    return one.state, request.state


# ---- preferences -------------------------------------------------------------------------------------------------

CHOSEN = {"asks": "1", "quiet_months": ["6", "7"], "welcomes": ["find_speakers"], "always_ask": "y", "language": "fr"}


def test_every_letter_to_a_contact_carries_the_link_to_their_preferences_at_its_foot(asked, rows):
    [ask] = rows(Message, Message.kind == "ask_consent")
    [link] = rows(Link, Link.purpose == Purpose.PREFERENCES)

    assert f"[[link:{link.id}]]" in ask.text.partition("\n--\n")[2]
    assert link.subject_id == asked.contact


def test_preferences_are_kept_dated_and_told_to_the_owner_as_the_contacts_own_word(asked, visit, rows, client_of, nadia):
    path = asked.link(Purpose.PREFERENCES)
    assert "1 sollicitation sur 2 ce trimestre" in plain(visit.get(path))

    answer = visit.post(path, data=CHOSEN)

    assert answer.status_code == 303
    assert "C'est noté" in plain(visit.get(answer.location))
    [contact] = rows(Contact, Contact.id == asked.contact)
    assert (contact.asks_per_quarter, contact.quiet_months, contact.welcomes, contact.always_ask) == (1, [6, 7], ["find_speakers"], True)
    assert contact.preferred_at is not None
    [entry] = rows(Entry, Entry.what == "preferences_chosen")
    assert (entry.by_kind, entry.contact_id) == (Actor.CONTACT, asked.contact)
    fiche = plain(client_of(nadia).get(f"/partenaires/{asked.partner}"))
    assert "1 demande par trimestre au plus, pas en juin et juillet, sujets : Trouver des intervenants, toujours demander d'abord" in fiche
    assert "indiqué par le contact lui-même le" in fiche


def test_a_prior_agreement_ends_when_the_contact_wants_to_be_asked_each_time_and_no_form_brings_it_back(asked, visit, nadia, as_member):
    with as_member(nadia) as session:
        contact = session.get_one(Contact, asked.contact)
        contact.permission, contact.source_date = Permission.SHARE_OK, clock.today()
        session.commit()

    visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN)

    with as_member(nadia) as session:
        contact, by = session.get_one(Contact, asked.contact), session.get_one(type(nadia), nadia.id)
        assert contact.permission is Permission.ASK_FIRST
        form = {"last_name": "Marchetti", "source": "salon", "asks_per_quarter": 1, "quiet_months": (6, 7)}
        for overruled in ({"permission": Permission.SHARE_OK, "source_date": clock.today()}, {"asks_per_quarter": 9}, {"quiet_months": ()}):
            with pytest.raises(BadInput, match="contact"):
                contacts.change(contact, by, contacts.Details(**form | overruled), vault.Coordinates(ADDRESS), contact.version)
            session.rollback()


def test_twelve_quiet_months_are_told_to_be_an_objection_and_nothing_typed_is_lost(asked, visit, rows):
    answer = visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN | {"quiet_months": [str(n) for n in range(1, 13)]})

    assert answer.status_code == 422
    assert "Laissez-nous au moins un mois" in plain(answer)
    assert answer.get_data(as_text=True).count("checked") == 12 + 1 + 1  # months, subject, always
    assert rows(Contact, Contact.preferred_at.is_not(None)) == []


def test_preferences_hold_in_every_book_that_knows_the_person_and_not_for_a_colleague_of_the_same_mailbox(asked, visit, rows, oscar, as_member):
    with as_member(oscar) as session:
        partner = people.a_partner(oscar, "Méridiane")
        same, colleague = people.a_contact(partner), people.a_contact(partner, "Paul", "Etcheverry")
        session.commit()

    visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN)

    assert {c.id for c in rows(Contact, Contact.preferred_at.is_not(None))} == {asked.contact, same.id}
    assert colleague.id not in {c.id for c in rows(Contact, Contact.always_ask)}


def test_fatigue_honours_the_preferences_before_anything_is_sent(asked, visit, nadia, as_member):
    visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN)

    with as_member(nadia) as session:
        contact, ruled = session.get_one(Contact, asked.contact), rules.of(nadia.association_id)
        today = fatigue.standings([contact], ruled, "find_speakers")[contact.id]
        assert (today.asks, today.limit, today.is_over, today.unwelcome) == (1, 1, True, False)
        with clock.at(datetime(2027, 6, 10, 8, tzinfo=UTC)):
            assert fatigue.standings([contact], ruled)[contact.id].free_on.isoformat() == "2027-08-01"
        with clock.at(datetime(2027, 5, 10, 8, tzinfo=UTC)):
            later = fatigue.standings([contact], ruled, "patronage")[contact.id]
            assert (later.free_on, later.unwelcome, later.is_over) == (None, True, True)


def test_a_subject_nobody_chose_needs_a_reason_of_the_manager(asked, visit, cast, nadia, lucas, as_member):
    visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN | {"asks": "6"})
    with clock.at(clock.now() + timedelta(days=30)):
        with as_member(lucas) as session:
            by = session.get_one(type(lucas), lucas.id)
            other = people.a_request(by, cast.pa, purpose="patronage")
            other.partner_id = asked.partner
            requests.submit(other, by)
            session.commit()
        with as_member(nadia) as session:
            mine, by = session.get_one(IntroductionRequest, other.id), session.get_one(type(nadia), nadia.id)
            choice = deciding.Choice(asked.contact, "Mécénat ?", "Bonjour,\n\nUn mot ?")
            with pytest.raises(BadInput, match="Ce sujet n'est pas de ceux"):
                deciding.approve(mine, by, [choice])


def test_the_asking_association_reads_the_quiet_months_and_subjects_without_a_name(asked, visit, cast, lucas, oscar, as_member, client_of):
    visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN | {"quiet_months": ["6"]})

    with as_member(lucas) as session:
        card = showcase.cards([asked.partner])[0]
        plan = before_sending.Plan(session.get_one(type(lucas), lucas.id), cast.pa.id, card, purpose="patronage")
        told = before_sending.advice(plan)
        assert (told.wishes.quiet_months, told.other_subjects) == ([6], ["find_speakers"])
    page = plain(client_of(lucas).get(f"/demandes/nouvelle?partenaire={asked.partner}"))
    assert "Ce contact préfère ne pas être sollicité en juin." in page
    assert "Marchetti" not in page
    with as_member(oscar):
        assert wishes.of(asked.partner) is None


def test_one_colleague_without_preferences_and_no_month_is_told(asked, visit, lucas, nadia, as_member):
    with as_member(nadia) as session:
        people.a_contact(session.get_one(people.Partner, asked.partner), "Paul", "Etcheverry", "paul@meridiane.example", quiet_months=[6])
        session.commit()

    visit.post(asked.link(Purpose.PREFERENCES), data=CHOSEN)

    with as_member(lucas):
        told = wishes.of(asked.partner)
        assert (told.people, told.quiet_months, told.subjects) == (2, [], [])


# ---- English, headers, nothing on GET ------------------------------------------------------------------------------


def test_pages_speak_the_contacts_language_and_the_one_asked_for_is_kept_after_a_redirect(asked, visit, nadia, as_member):
    with as_member(nadia) as session:
        session.get_one(Contact, asked.contact).language = "en"
        session.commit()
    path = asked.link(Purpose.PREFERENCES)

    assert '<html lang="en"' in visit.get(path, headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert '<html lang="fr"' in visit.get(f"{path}?lang=fr").get_data(as_text=True)
    answer = visit.post(f"{path}?lang=fr", data=CHOSEN | {"language": "en"})
    assert "lang=fr" in answer.location
    answer = visit.post(f"{asked.link(Purpose.ANSWER)}?lang=en", data={"answer": "refuse"})
    assert "lang=en" in answer.location
    assert "Change my answer" in plain(visit.get(answer.location))


def test_every_page_of_a_contact_is_out_of_the_indexes_and_gives_its_address_to_nobody(asked, visit, digest):
    before = digest()
    for purpose, more in [(Purpose.PREFERENCES, ["", "/opposition"]), (Purpose.DATA, ["", "/correction", "/effacement"]), (Purpose.ANSWER, ["", "?changer=oui", "/merci"])]:
        path = asked.link(purpose)
        before = digest()
        for page in more:
            for method in ("GET", "HEAD"):
                answer = visit.open(path + page, method=method)
                assert answer.headers["Referrer-Policy"] == "no-referrer", page
            assert '<meta name="robots" content="noindex">' in visit.get(path + page).get_data(as_text=True)
        assert digest() == before


@pytest.fixture
def digest(as_system):
    """A fingerprint of every row."""
    from brokerage.database import Base

    tables = [t for t in Base.metadata.sorted_tables if not t.info.get("is_view") and t.name not in ("channel",)]

    def taken():
        with as_system() as session:
            return {
                t.name: session.execute(scope.through_the_gate(sa.select(sa.func.md5(sa.func.string_agg(sa.cast(sa.column("x"), sa.Text), "|"))).select_from(sa.text(f"(SELECT t::text AS x FROM {t.name} t ORDER BY 1) y")))).scalar()
                for t in tables
            }

    return taken


def test_a_browser_that_hides_its_origin_may_answer_on_these_pages_and_nowhere_else(config, asked):
    from brokerage.web.factory import create_app

    strict = create_app(config)
    strict.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = strict.test_client()

    assert client.post(asked.link(Purpose.PREFERENCES), data=CHOSEN, headers={"Origin": "null"}).status_code == 303
    assert client.post(asked.link(Purpose.PREFERENCES), data=CHOSEN, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(asked.link(Purpose.PREFERENCES), data=CHOSEN, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/connexion", headers={"Origin": "null"}).status_code == 403


# ---- a new link for an old one -------------------------------------------------------------------------------------


def token(path: str) -> str:
    return path.rsplit("/", 1)[1]


def test_an_expired_link_says_so_and_sends_another_to_the_address_on_file_only(asked, visit, rows):
    old = asked.link(Purpose.ANSWER)
    with clock.at(clock.now() + timedelta(days=22)):
        page = visit.get(old)
        assert page.status_code == 404
        assert "Ce lien n'est plus valable" in plain(page)
        assert rows(Message, Message.kind == "link_again") == []

        answer = visit.post("/nouveau-lien/", data={"token": token(old)})

        assert answer.status_code == 303
        assert "adresse que l'association connaît" in plain(visit.get(answer.location))
        [letter] = rows(Message, Message.kind == "link_again")
        assert (letter.to_contact_id, letter.to_address) == (asked.contact, "")
        [fresh] = rows(Link, Link.purpose == Purpose.ANSWER, Link.expires_at > clock.now())
        assert f"[[link:{fresh.id}]]" in letter.text
        assert fresh.subject_id == asked.introduction
        assert len(rows(Entry, Entry.what == "link_sent")) == 1
        assert "Votre réponse" in plain(visit.get(links.PATHS[Purpose.ANSWER] + links.token_of(fresh)))


def test_the_page_reveals_neither_the_address_nor_whether_the_link_ever_was_one(asked, visit, as_system):
    old = asked.link(Purpose.ANSWER)
    unknown = "A" * len(token(old))
    with clock.at(clock.now() + timedelta(days=22)):
        def bare(answer, word):
            return answer.status_code, answer.get_data(as_text=True).replace(word, "…"), answer.headers.get("Location")

        assert bare(visit.get(old), token(old)) == bare(visit.get(f"/reponse/{unknown}"), unknown)
        known, guessed = (visit.post("/nouveau-lien/", data={"token": one}) for one in (token(old), unknown))
        assert bare(known, token(old)) == bare(guessed, unknown)
        assert "meridiane" not in visit.get(known.location).get_data(as_text=True)


def test_another_link_is_sent_three_times_a_day_at_most_and_the_same_link_asks_five_times(asked, visit, rows):
    old = token(asked.link(Purpose.ANSWER))
    with clock.at(clock.now() + timedelta(days=22)):
        said = [visit.post("/nouveau-lien/", data={"token": old}).status_code for _ in range(6)]

        assert said == [303] * 5 + [429]
        assert len(rows(Message, Message.kind == "link_again")) == 3


def test_whoever_objected_gets_no_question_again_but_still_reaches_their_data(asked, visit, rows):
    answer, data = asked.link(Purpose.ANSWER), asked.link(Purpose.DATA)
    visit.post(asked.link(Purpose.PREFERENCES) + "/opposition")
    with clock.at(clock.now() + timedelta(days=22)):
        visit.post("/nouveau-lien/", data={"token": token(answer)})
        assert rows(Message, Message.kind == "link_again") == []
        visit.post("/nouveau-lien/", data={"token": token(data)})
        assert len(rows(Message, Message.kind == "link_again")) == 1


# ---- an answer changed, and two at once ------------------------------------------------------------------------------


def seen(page) -> str:
    return re.search(r'name="seen" type="hidden" value="([^"]*)"', page.get_data(as_text=True))[1]


def test_a_no_becomes_a_yes_until_the_introduction_has_left_and_the_closed_request_goes_on(asked, visit, rows):
    path = asked.link(Purpose.ANSWER)
    visit.post(path, data={"answer": "refuse", "seen": ""})
    assert state(rows, asked) == (IntroductionState.REFUSED, RequestState.CLOSED)
    assert "Changer ma réponse" in plain(visit.get(path + "/merci"))

    page = visit.get(path + "?changer=oui")
    assert "Vous avez répondu « Non merci »" in plain(page)
    visit.post(path, data={"answer": "accept", "seen": seen(page)})

    assert state(rows, asked) == (IntroductionState.INTRODUCED, RequestState.APPROVED)
    assert [c.answer for c in rows(Consent, Consent.withdrawn_at.is_(None))] == ["accept"]
    assert len(rows(Message, Message.kind == "introduction")) == 2
    assert [e.what for e in rows(Entry, Entry.what == "introduction_reconsider", Entry.by_kind == Actor.CONTACT)] == ["introduction_reconsider"] * 2
    assert "Changer ma réponse" not in plain(visit.get(path + "/merci"))


def test_whoever_preferred_later_may_still_name_a_colleague(asked, visit, rows):
    path = asked.link(Purpose.ANSWER)
    visit.post(path, data={"answer": "postpone", "until": "2099-09-01", "seen": ""})
    page = visit.get(path + "?changer=oui")

    visit.post(path, data={"answer": "suggest", "colleague_name": "Etcheverry", "seen": seen(page)})

    assert state(rows, asked) == (IntroductionState.SUGGESTED, RequestState.APPROVED)
    assert [c.answer for c in rows(Consent, Consent.withdrawn_at.is_(None))] == ["suggest"]


def test_a_colleague_named_by_an_answer_that_was_changed_leaves_the_book(asked, visit, rows):
    path = asked.link(Purpose.ANSWER)
    visit.post(path, data={"answer": "suggest", "colleague_name": "Etcheverry", "seen": ""})
    page = visit.get(path + "?changer=oui")

    visit.post(path, data={"answer": "postpone", "until": "2099-09-01", "seen": seen(page)})

    assert state(rows, asked)[0] is IntroductionState.POSTPONED
    [colleague] = rows(Contact, Contact.last_name == "Etcheverry")
    assert colleague.deleted_at is not None


def test_a_changed_answer_that_cannot_be_taken_leaves_the_first_one(asked, visit, rows):
    path = asked.link(Purpose.ANSWER)
    visit.post(path, data={"answer": "refuse", "seen": ""})
    page = visit.get(path + "?changer=oui")

    answer = visit.post(path + "?changer=oui", data={"answer": "postpone", "word": "Un mot gardé", "seen": seen(page)})

    assert answer.status_code == 422
    assert "Un mot gardé" in answer.get_data(as_text=True)
    assert state(rows, asked) == (IntroductionState.REFUSED, RequestState.CLOSED)


def test_of_two_tabs_one_is_taken_and_the_other_reads_what_was_answered_and_when(asked, visit, rows):
    path = asked.link(Purpose.ANSWER)
    visit.post(path, data={"answer": "refuse", "seen": ""})

    late = visit.post(path, data={"answer": "accept", "seen": ""})

    assert late.status_code == 409
    assert "Une réponse a déjà été enregistrée le" in plain(late)
    assert "« Non merci »" in plain(late)
    assert state(rows, asked)[0] is IntroductionState.REFUSED
    assert visit.post(path, data={"answer": "refuse", "seen": ""}).status_code == 303  # a double click


def test_two_answers_at_the_same_instant_make_one_consent(app, asked, client_of, rows):
    path, start, said = asked.link(Purpose.ANSWER), threading.Barrier(2), {}

    def answers(what):
        client = client_of(None)
        start.wait()
        said[what] = client.post(path, data={"answer": what, "until": "2099-09-01", "seen": ""}).status_code

    both = [threading.Thread(target=answers, args=(what,)) for what in ("refuse", "postpone")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(said.values()) == [303, 409]
    assert len(rows(Consent)) == 1


# ---- one's own data --------------------------------------------------------------------------------------------------


@pytest.fixture
def introduced(asked, visit):
    visit.post(asked.link(Purpose.ANSWER), data={"answer": "accept", "phone": "y", "word": "Avec plaisir.", "seen": ""})
    return asked


def test_the_link_to_the_data_leaves_to_the_mailbox_and_is_never_shown(asked, visit, rows):
    answer = visit.post(asked.link(Purpose.PREFERENCES) + "/donnees")

    assert answer.status_code == 303
    assert "/mes-donnees/" not in visit.get(answer.location).get_data(as_text=True)
    [link] = rows(Link, Link.purpose == Purpose.DATA)
    assert (link.expires_at - clock.now()).days in (6, 7)
    [letter] = rows(Message, Message.kind == "link_again")
    assert f"[[link:{link.id}]]" in letter.text
    assert visit.get("/mes-donnees/" + token(asked.link(Purpose.PREFERENCES))).status_code == 404  # another purpose opens nothing


def test_the_data_say_what_by_whom_from_where_since_when_and_who_received_it(introduced, visit, oscar, as_member):
    with as_member(oscar) as session:
        people.a_contact(people.a_partner(oscar, "Méridiane d'Ailleurs"), source="annuaire public")
        session.commit()

    page = plain(visit.get(introduced.link(Purpose.DATA)))

    for known in ("2 associations tiennent une fiche", "Passeport Avenir", "Ailleurs", "Mme Hélène Marchetti", "responsable RSE", ADDRESS, "salon 2024", "annuaire public", "Dans ce carnet depuis"):
        assert known in page, known
    assert "Lucas Ferreira (Les Entretiens de l'Excellence), pour « Atelier “Oser les métiers de l'énergie” » : nom, fonction, e-\u2060mail, téléphone" in page
    assert "oui, à Les Entretiens de l'Excellence, par le lien du message" in page
    assert "Nadia" not in page


def test_a_colleague_who_reads_the_same_mailbox_is_not_shown(asked, visit, nadia, as_member):
    with as_member(nadia) as session:
        people.a_contact(session.get_one(people.Partner, asked.partner), "Paul", "Etcheverry")
        session.commit()

    assert "Etcheverry" not in plain(visit.get(asked.link(Purpose.DATA)))


def test_the_file_holds_the_same_as_json_and_as_text_and_the_register_knows(introduced, visit, rows):
    path = introduced.link(Purpose.DATA) + "/telechargement"

    as_json, as_text = (visit.post(path, data={"format": kind}) for kind in ("json", "texte"))

    said = json.loads(as_json.get_data(as_text=True))
    [book] = said["carnets"]
    assert book["fiche"]["E-mail"] == ADDRESS
    assert book["transmis à"][0]["à"].startswith("Lucas Ferreira")
    assert book["questions reçues"][0]["texte"].startswith("Bonjour Madame Marchetti")
    assert "[[link" not in json.dumps(said)
    assert "E-mail : " + ADDRESS in as_text.get_data(as_text=True)
    assert as_json.headers["Content-Disposition"].startswith("attachment")
    assert [(r.kind, r.done_on, r.contact_id) for r in rows(RightsRequest)] == [(Right.ACCESS, clock.today(), introduced.contact)] * 2
    assert len(rows(Entry, Entry.what == "data_downloaded")) == 2


RIGHT = {"civility": "Mme", "first_name": "Hélène", "last_name": "Marchetti-Roux", "title": "directrice RSE", "email": ADDRESS, "phone": "01 99 00 52 41", "mobile": ""}


def test_a_plain_correction_is_made_at_once_and_whoever_received_the_details_reads_it(introduced, visit, rows, cast, lucas, client_of):
    path = introduced.link(Purpose.DATA)

    answer = visit.post(path + "/correction", data=RIGHT)

    assert answer.status_code == 303
    [contact] = rows(Contact, Contact.id == introduced.contact)
    assert (contact.last_name, contact.title) == ("Marchetti-Roux", "directrice RSE")
    entries = {e.association_id: e.details["fields"] for e in rows(Entry, Entry.what == "contact_corrected")}
    assert entries == {one.id: ["last_name", "mobile", "phone", "title"] for one in (cast.pa, cast.ede)}
    assert "Hélène Marchetti-Roux" in plain(client_of(lucas).get(f"/demandes/{introduced.request}"))
    assert [(r.kind, r.outcome) for r in rows(RightsRequest)] == [(Right.RECTIFICATION, "changed")]


def test_another_address_waits_for_the_owner_in_the_vault_and_on_the_fiche(asked, visit, rows, nadia, karim, client_of, as_member):
    visit.post(asked.link(Purpose.DATA) + "/correction", data=RIGHT | {"last_name": "Marchetti", "title": "responsable RSE", "email": "nouvelle@meridiane.example", "phone": "+33199005240", "mobile": "+33639980001"})

    [task] = rows(Task)
    assert (task.assignee_id, task.text) == (nadia.id, "Vérifier l'adresse que propose Hélène Marchetti")
    manager = client_of(nadia)
    fiche = manager.get(f"/partenaires/{asked.partner}")
    assert "propose une autre adresse" in plain(fiche)
    assert ADDRESS in plain(fiche)
    assert "nouvelle@" not in plain(fiche)
    shown = manager.get(manager.get(f"/droits/contacts/{asked.contact}").location)
    assert "nouvelle@meridiane.example" in plain(shown)
    [line] = rows(RightsRequest)

    manager.post(f"/droits/{line.id}/correction", data={"decision": "accepter"})

    with as_member(nadia):
        assert vault.own([asked.contact])[asked.contact].email == "nouvelle@meridiane.example"
    [line], [contact] = rows(RightsRequest), rows(Contact, Contact.id == asked.contact)
    assert (line.done_on, line.done_by, line.outcome, contact.correction_at) == (clock.today(), nadia.name, "accepted", None)
    assert manager.post(f"/droits/{line.id}/correction", data={"decision": "accepter"}).status_code == 409


def test_an_agreement_taken_back_hides_the_details_at_once(introduced, visit, rows, lucas, client_of):
    path, delegate = introduced.link(Purpose.DATA), client_of(lucas)
    assert "Hélène Marchetti" in plain(delegate.get(f"/demandes/{introduced.request}"))

    answer = visit.post(f"{path}/accords/{introduced.introduction}/retrait")

    assert answer.status_code == 303
    assert "Marchetti" not in plain(delegate.get(f"/demandes/{introduced.request}"))
    assert state(rows, introduced) == (IntroductionState.CANCELLED, RequestState.CLOSED)
    assert "accord retiré le" in plain(visit.get(path))
    assert [r.kind for r in rows(RightsRequest)] == [Right.WITHDRAWAL]
    assert visit.post(f"{path}/accords/{introduced.introduction}/retrait").status_code == 404


def test_somebody_elses_agreement_cannot_be_taken_back(introduced, visit, nadia, as_member, rows):
    with as_member(nadia) as session:
        other = people.a_contact(session.get_one(people.Partner, introduced.partner), "Paul", "Etcheverry", "paul@meridiane.example")
        link = links.make(Purpose.DATA, other.id, nadia.association_id)
        session.commit()

    assert visit.post(f"/mes-donnees/{links.token_of(link)}/accords/{introduced.introduction}/retrait").status_code == 404
    assert state(rows, introduced)[0] is IntroductionState.INTRODUCED


def test_erasure_wants_a_second_step_and_then_leaves_nothing_but_the_fingerprint(introduced, visit, rows, nadia, lucas, as_member, as_system, admin_url, database, client_of):
    from brokerage.partners import notes

    with as_member(nadia) as session:
        partner, by = session.get_one(people.Partner, introduced.partner), session.get_one(type(nadia), nadia.id)
        notes.write(partner, by, "Hélène Marchetti préfère le matin ; MARCHETTI connaît bien Sarcelles.")
        session.commit()
    visit.post(introduced.link(Purpose.DATA) + "/correction", data=RIGHT | {"last_name": "Marchetti", "email": "nouvelle@meridiane.example"})
    path = introduced.link(Purpose.DATA)

    assert visit.post(path + "/effacement").status_code == 422
    assert len(rows(Contact)) == 1
    answer = visit.post(path + "/effacement", data={"sure": "y"})

    assert answer.status_code == 303
    assert "Vos données sont effacées" in plain(visit.get(answer.location))
    assert left_of("marchetti", admin_url, database) == left_of("meridiane.example", admin_url, database) == []
    assert [s.email_key for s in rows(Suppression)] == [vault.key_of(ADDRESS)]
    assert visit.get(path).status_code == 404
    assert "effacez aussi ce que vous en avez copié" in plain(client_of(lucas).get(f"/demandes/{introduced.request}"))
    assert client_of(nadia).get(f"/demandes/{introduced.request}").status_code == 200
    assert "personne effacée" in plain(client_of(nadia).get(f"/droits/{rows(RightsRequest, RightsRequest.kind == Right.ERASURE)[0].id}"))
    with as_member(nadia) as session:
        partner, by = session.get_one(people.Partner, introduced.partner), session.get_one(type(nadia), nadia.id)
        back = contacts.add(partner, by, contacts.Details(last_name="Marchetti", source="fichier"), vault.Coordinates(ADDRESS))
        assert back.permission is Permission.DO_NOT_CONTACT


def left_of(word, admin_url, database):
    """Tables where a word is still found, whoever's they are."""
    from brokerage.database import Base
    from tests.conftest import as_role

    engine = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)
    names = sorted(t.name for t in Base.metadata.tables.values() if not t.info.get("is_view") and t.name not in ("partner",))
    with engine.connect() as connection:
        found = {n: connection.execute(sa.text(f"SELECT t::text FROM {n} t WHERE t::text ILIKE :word LIMIT 1"), {"word": f"%{word}%"}).scalar() for n in names}
    return [(n, row) for n, row in found.items() if row]


def test_the_links_of_somebody_who_is_erased_open_nothing(introduced, visit):
    data, choices, answer = (introduced.link(p) for p in (Purpose.DATA, Purpose.PREFERENCES, Purpose.ANSWER))

    visit.post(data + "/effacement", data={"sure": "y"})

    assert [visit.get(path).status_code for path in (data, choices, answer)] == [404, 404, 404]
    assert visit.post("/nouveau-lien/", data={"token": token(answer)}).status_code == 303


# ---- the register ----------------------------------------------------------------------------------------------------


def test_the_admin_notes_a_request_by_hand_is_reminded_and_closes_it(cast, helene, client_of, rows):
    admin = client_of(helene)
    day = clock.today() - timedelta(days=2)

    answer = admin.post("/droits/", data={"kind": "erasure", "who": "Awa Kanté", "channel": "post", "received_on": day.isoformat()})

    [line], [task] = rows(RightsRequest), rows(Task)
    assert answer.location.endswith(f"/droits/{line.id}")
    assert line.due_on == register.a_month_after(day)
    assert (task.assignee_id, task.due_on) == (helene.id, day + timedelta(days=21))
    assert "Awa Kanté" in plain(admin.get("/droits/"))
    assert admin.post(f"/droits/{line.id}/reponse", data={"outcome": ""}).status_code == 422
    assert admin.post(f"/droits/{line.id}/reponse", data={"outcome": "effacée, courrier du 3"}).status_code == 303
    assert admin.post(f"/droits/{line.id}/reponse", data={"outcome": "encore"}).status_code == 409
    with clock.at(clock.now() + timedelta(days=60)):
        assert "en retard" not in plain(admin.get("/droits/"))


@pytest.mark.parametrize(("received", "due"), [("2026-01-31", "2026-02-28"), ("2026-12-15", "2027-01-15"), ("2028-01-30", "2028-02-29")])
def test_an_answer_is_due_within_one_month(received, due):
    from datetime import date

    assert register.a_month_after(date.fromisoformat(received)) == date.fromisoformat(due)


def test_a_request_that_nobody_answered_in_time_says_so_and_the_other_association_reads_nothing(cast, helene, awa, client_of, rows):
    client_of(helene).post("/droits/", data={"kind": "access", "who": "Awa Kanté", "channel": "mail", "received_on": clock.today().isoformat()})
    [line] = rows(RightsRequest)

    with clock.at(clock.now() + timedelta(days=40)):
        assert "en retard" in plain(client_of(helene).get("/droits/"))
    assert "Kanté" not in plain(client_of(awa).get("/droits/"))
    assert client_of(awa).get(f"/droits/{line.id}").status_code == 404


def test_a_request_cannot_have_come_tomorrow(cast, as_member):
    with as_member(cast.helene) as session, pytest.raises(BadInput) as refused:
        register.note(session.get_one(User, cast.helene.id), Right.ACCESS, "Lina Morel", clock.today() + timedelta(days=1), register.PHONE)

    assert refused.value.field == "received_on"
