"""Daily work: tasks, calls and meetings, notes that change, the timeline by kind, the trash, silent partners."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.introductions import departures, requests
from brokerage.partners import notes, silence, trash
from brokerage.partners.models import Channel, Contact, Partner, Status
from brokerage.partners.tasks import Task
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements


@pytest.fixture
def partner(nadia, as_member):
    with as_member(nadia) as session:
        made = people.a_partner(nadia, "Lycée Rosa-Bonheur", uai="0951099D")
        people.a_contact(made)
        session.commit()
        return made


def all_of(as_system, entity, *which):
    with as_system() as session:
        return session.scalars(sa.select(entity).where(*which)).all()


def test_a_task_is_added_done_and_taken_up_again(partner, thi_mai, karim, signed_in, as_system):
    browser = signed_in(thi_mai)
    tomorrow = clock.today() + timedelta(days=1)

    browser.post("/taches/", data={"text": "Remercier pour l'atelier", "due_on": str(tomorrow), "assignee_id": str(karim.id), "partner_id": str(partner.id)})
    [task] = all_of(as_system, Task)
    theirs, ours = words(signed_in(karim).get("/taches/")), words(browser.get("/taches/?liste=association"))
    browser.post(f"/taches/{task.id}/fait")

    assert "Remercier pour l'atelier" in theirs
    assert "Karim Lahlou" in ours
    assert "faite par Thi-Mai Nguyen" in words(browser.get("/taches/?liste=faites"))
    browser.post(f"/taches/{task.id}/reprise")
    assert all_of(as_system, Task)[0].done_on is None


def test_a_task_of_a_request_is_on_its_page_in_the_list_and_nowhere_at_the_other_association(nadia, lucas, cast, oscar, as_member, signed_in):
    with as_member(lucas) as session:
        asked = people.a_request(lucas, cast.pa)
        requests.submit(asked, session.get_one(User, lucas.id))
        session.commit()
    where, ours, theirs = f"/taches/demande/{asked.id}", signed_in(nadia), signed_in(lucas)

    done = ours.post("/taches/", data={"text": "Appeler avant de décider", "request_id": str(asked.id)})

    assert done.location == f"/demandes/{asked.id}#taches"
    assert f'hx-get="{where}"' in ours.get(f"/demandes/{asked.id}").text
    assert "Appeler avant de décider" in words(ours.get(where, headers={"HX-Request": "true", "HX-Target": "de-demande"}))
    assert "la demande" in words(ours.get("/taches/"))
    assert "Appeler avant de décider" not in words(theirs.get(where))
    assert signed_in(oscar).get(where).status_code == 404


@pytest.mark.parametrize(
    "typed, told",
    [({"text": " "}, "Écrivez ce qu'il y a à faire"), ({"text": "x", "due_on": "32/13"}, "Indiquez une date"), ({"text": "x", "due_on": "2999-01-01"}, "Vérifiez l'année"),
     ({"text": "Appeler l'élève Inaya Benali"}, "élève Inaya Benali")],
)  # fmt: skip
def test_a_bad_task_is_told_and_keeps_what_was_typed(typed, told, nadia, signed_in, as_system):
    answer = signed_in(nadia).post("/taches/", data=typed)

    assert answer.status_code == 422
    assert told in words(answer)
    assert typed["text"].strip().replace("'", "&#39;") in answer.text
    assert all_of(as_system, Task) == []


def test_tasks_of_another_association_are_nowhere(partner, nadia, lucas, oscar, signed_in, as_system):
    signed_in(nadia).post("/taches/", data={"text": "Secret", "partner_id": str(partner.id)})
    [task] = all_of(as_system, Task)

    for stranger in (lucas, oscar):
        assert "Secret" not in signed_in(stranger).get("/taches/?liste=association").text
        assert signed_in(stranger).post(f"/taches/{task.id}/fait").status_code == 404
    assert signed_in(lucas).post("/taches/", data={"text": "x", "partner_id": str(partner.id)}).status_code == 404


def test_the_tasks_page_costs_the_same_with_one_task_or_forty(partner, nadia, signed_in, as_member, statements):
    browser, counts = signed_in(nadia), []
    for number in (1, 39):
        with as_member(nadia) as session:
            session.add_all(Task(association_id=nadia.association_id, assignee_id=nadia.id, partner_id=partner.id, text=f"t{n}") for n in range(number))
            session.commit()
        with statements() as said:
            browser.get("/taches/")
        counts.append(len(said))

    assert counts[0] == counts[1] <= 6


def test_a_call_with_a_contact_is_a_word_from_their_side(partner, thi_mai, signed_in, as_system):
    [contact] = all_of(as_system, Contact)
    form = {"kind": "call", "text": "D'accord pour juin", "contact_id": str(contact.id), "on": str(clock.today() - timedelta(days=2)), "next_step": "Proposer une date"}

    answer = signed_in(thi_mai).post(f"/partenaires/{partner.id}/echanges", data=form)

    assert answer.status_code == 303
    [kept], [theirs], [task] = all_of(as_system, Partner), all_of(as_system, Contact), all_of(as_system, Task)
    assert kept.last_contact_on == clock.today() - timedelta(days=2)
    assert theirs.last_word_at.date() == kept.last_contact_on
    assert (task.text, kept.version) == ("Proposer une date", partner.version)
    assert "Thi-Mai Nguyen a appelé Hélène Marchetti." in words(signed_in(thi_mai).get(f"/partenaires/{partner.id}?fil=echanges"))


def test_a_call_is_noted_beside_the_list_and_leads_back_to_the_same_page_of_it(partner, thi_mai, signed_in, as_system):
    client, query = signed_in(thi_mai), "kind=corporate&sort=ville"

    beside = client.get(f"/partenaires/?{query}&ouvrir={partner.id}").get_data(as_text=True)
    saved = client.post(f"/partenaires/{partner.id}/echanges?{query}&after=zz", data={"back": "liste", "kind": "call", "text": "Tout va bien"})

    assert f'action="/partenaires/{partner.id}/echanges?kind=corporate&amp;sort=ville"' in beside
    assert beside.index('name="text"') < beside.index('value="call"') < beside.index("<details><summary")  # one line, one button
    assert saved.headers["Location"] == f"/partenaires/?{query}&after=zz&ouvrir={partner.id}"
    assert [entry.details["text"] for entry in all_of(as_system, timeline.Entry) if entry.what == "call"] == ["Tout va bien"]


def test_a_meeting_to_come_is_refused_and_nothing_is_lost(partner, nadia, signed_in, as_system):
    answer = signed_in(nadia).post(f"/partenaires/{partner.id}/echanges", data={"kind": "meeting", "text": "Un café", "on": str(clock.today() + timedelta(days=1))})

    assert answer.status_code == 422
    assert "Cette date est à venir" in words(answer)
    assert "Un café" in answer.text


def test_a_note_changes_is_pinned_and_withdrawn_and_only_its_author_rewrites_it(partner, nadia, thi_mai, signed_in, as_system):
    browser = signed_in(thi_mai)
    for text in ("Premier mot", "Second mot"):
        browser.post(f"/partenaires/{partner.id}/notes", data={"text": text})
    first = next(e for e in all_of(as_system, timeline.Entry, timeline.Entry.what == "note") if e.details["text"] == "Premier mot")

    browser.post(f"/partenaires/notes/{first.id}", data={"text": "Mot corrigé"})
    browser.post(f"/partenaires/notes/{first.id}/epingle")
    refused = signed_in(nadia).post(f"/partenaires/notes/{first.id}", data={"text": "Autre"})
    shown = words(browser.get(f"/partenaires/{partner.id}"))
    aside = shown[shown.index("Vos notes"):]

    assert refused.status_code == 403
    assert "Premier mot" not in shown
    assert aside.index("Mot corrigé") < aside.index("Second mot")
    assert "modifiée" in aside
    browser.post(f"/partenaires/notes/{first.id}/retrait")
    assert "Mot corrigé" not in words(browser.get(f"/partenaires/{partner.id}"))
    assert browser.get(f"/partenaires/notes/{first.id}").status_code == 404


def test_the_timeline_is_read_to_its_end_without_gap_or_double(partner, nadia, as_member):
    from brokerage.partners import past

    with as_member(nadia):
        partner = people.db.session.get(Partner, partner.id)
        for number in range(25):
            notes.write(partner, nadia, f"Mot {number}")
        people.db.session.flush()
        seen, after = [], ""
        while True:
            found = past.of(partner.id, "notes", after, 7)
            seen += [entry.id for entry in found.entries]
            if not (after := found.after or ""):
                break

    assert len(seen) == len(set(seen)) == 25


def test_the_trash_says_who_and_gives_back_unless_the_book_has_it_again(partner, nadia, signed_in, as_member, as_system):
    browser = signed_in(nadia)
    browser.post(f"/partenaires/{partner.id}/corbeille")
    with as_member(nadia) as session:
        living = people.a_partner(nadia, "Rosa-Bonheur, le retour", uai="0951099D")
        session.commit()

    assert "Par Nadia Benhaddou" in words(browser.get("/partenaires/corbeille"))
    kept = browser.post("/partenaires/corbeille", data={"id": [str(partner.id)]})
    assert (kept.status_code, f"/partenaires/{living.id}" in kept.text) == (422, True)
    browser.post(f"/partenaires/{living.id}/corbeille")
    browser.post("/partenaires/corbeille", data={"id": [str(partner.id)]})
    assert [p.id for p in all_of(as_system, Partner, Partner.deleted_at.is_(None))] == [partner.id]


def test_a_removed_contact_can_be_put_back(partner, nadia, signed_in, as_system):
    [contact] = all_of(as_system, Contact)
    browser = signed_in(nadia)
    browser.post(f"/partenaires/contacts/{contact.id}/retrait")
    with as_system() as session:
        session.get(Contact, contact.id).deleted_at = clock.now()
        session.commit()

    assert "Hélène Marchetti" in words(browser.get("/partenaires/corbeille"))
    assert browser.post(f"/partenaires/contacts/{contact.id}/restauration").status_code == 303
    assert all_of(as_system, Contact)[0].deleted_at is None


def test_after_thirty_days_nothing_of_a_thrown_partner_is_left(partner, as_system):
    with as_system() as session:
        session.get(Partner, partner.id).deleted_at = clock.now() - timedelta(days=29)
        session.commit()
        assert trash.empty() == 0
        session.get(Partner, partner.id).deleted_at = clock.now() - timedelta(days=31)
        session.flush()
        assert (trash.empty(), trash.empty()) == (1, 0)
        session.commit()

    assert [all_of(as_system, Partner), all_of(as_system, Contact), all_of(as_system, Channel.contact_id)] == [[], [], []]


def test_a_silence_of_six_months_gives_one_task_once(partner, nadia, signed_in, as_system):
    with as_system() as session:
        mine = session.get(Partner, partner.id)
        mine.last_contact_on = clock.today() - timedelta(days=200)
        dormant = people.a_partner(session.get(User, nadia.id), "En sommeil", status=Status.DORMANT, last_contact_on=mine.last_contact_on)
        people.a_partner(session.get(User, nadia.id), "Récent", last_contact_on=clock.today())
        session.flush()
        assert dormant
        first, second = silence.ask_for_news(), silence.ask_for_news()
        session.commit()

    assert (first, second) == (1, 0)
    [task] = all_of(as_system, Task)
    assert (task.partner_id, task.assignee_id) == (partner.id, nadia.id)
    assert "Prendre des nouvelles" in words(signed_in(nadia).get("/accueil"))
    signed_in(nadia).post(f"/partenaires/{partner.id}/echanges", data={"kind": "call", "text": "Tout va bien"})
    assert all_of(as_system, Task)[0].done_on == clock.today()


def test_each_kind_goes_to_its_own_successor_with_an_entry(partner, cast, as_member, as_system):
    with as_member(cast.helene) as session:
        session.add(Task(association_id=cast.pa.id, assignee_id=cast.nadia.id, partner_id=partner.id, text="Relancer"))
        session.flush()
        chosen = departures.Successors(partners=session.get(User, cast.karim.id), tasks=session.get(User, cast.thi_mai.id))
        departures.depart(session.get(User, cast.nadia.id), session.get(User, cast.helene.id), chosen)
        session.commit()

    assert all_of(as_system, Partner)[0].owner_id == cast.karim.id
    assert all_of(as_system, Task)[0].assignee_id == cast.thi_mai.id
    assert [e.details["to"] for e in all_of(as_system, timeline.Entry, timeline.Entry.what == "partner_handed_over")] == ["Karim Lahlou"]


def test_a_record_and_home_say_little_to_the_database(partner, nadia, signed_in, statements):
    browser = signed_in(nadia)
    with statements() as fiche:
        browser.get(f"/partenaires/{partner.id}")
    with statements() as home:
        browser.get("/accueil")

    print("fiche", len(fiche), "accueil", len(home))
    assert len(fiche) <= 17
    assert len(home) <= 14


def test_looking_at_a_page_leaves_no_trace_that_anyone_reads(partner, nadia, karim, signed_in, as_system):
    signed_in(karim).get(f"/partenaires/{partner.id}")

    assert all_of(as_system, timeline.Entry) == []
    assert "Karim" not in words(signed_in(nadia).get(f"/partenaires/{partner.id}"))
