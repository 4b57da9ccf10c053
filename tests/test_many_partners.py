"""Many partners at once: chosen by ticks or by the list, said before, done in one go, taken back but for later edits."""

import re
import time
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.partners import bulk, directory, tags
from brokerage.partners.bulk import Act, BulkAction, BulkLine, What
from brokerage.partners.models import Partner, PartnerKind, Status, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in
statements = partners_fixtures.statements


@pytest.fixture
def book(nadia: Any, jean_baptiste: Any, as_member: Any) -> dict[str, Partner]:
    """Three partners of Nadia's, and one of another association's."""
    with as_member(nadia) as session:
        mine = {name: people.a_partner(nadia, name, town=town) for name, town in [("Alpha", "Lyon"), ("Bêta", "Lyon"), ("Gamma", "Brest")]}
        mine["Bêta"].tags = ["Cordées"]
        session.commit()
    with as_member(jean_baptiste) as session:
        mine["Ailleurs"] = people.a_partner(jean_baptiste, "Ailleurs")
        session.commit()
    return mine


@pytest.fixture
def now(as_system: Any) -> Any:
    """`now("Alpha")` is what the database holds."""

    def read(name: str) -> Partner:
        with as_system() as session:
            return session.scalars(sa.select(Partner).where(Partner.name == name)).one()

    return read


def lines(as_system: Any, what: str) -> list[timeline.Entry]:
    with as_system() as session:
        return list(session.scalars(sa.select(timeline.Entry).where(timeline.Entry.what == what)))


def ids(book: dict[str, Partner], *names: str) -> list[str]:
    return [str(book[name].id) for name in names]


def test_the_list_offers_ticks_and_actions_to_who_may_edit_only(nadia, thi_mai, book, signed_in):
    manager, delegate = (signed_in(who).get("/partenaires/").get_data(as_text=True) for who in (nadia, thi_mai))

    assert (manager.count('name="chosen"'), manager.count('name="what"')) == (3, 6)
    assert 'name="chosen"' not in delegate
    assert 'id="lot"' not in delegate


def test_a_tag_is_given_to_those_without_it_in_the_spelling_there_is(nadia, book, signed_in, now, as_system):
    nadia_at_work, wanted = signed_in(nadia), {"what": "tag", "value": "cordees", "chosen": ids(book, "Alpha", "Bêta")}

    before = nadia_at_work.get("/partenaires/lot", query_string=wanted)
    done = nadia_at_work.post("/partenaires/lot", data=wanted)

    assert "1 partenaire change" in words(before)
    assert "1 la portent déjà, ou ont déjà douze étiquettes : Bêta" in words(before).replace("\xa0", " ")
    assert done.status_code == 303
    assert [now(name).tags for name in ("Alpha", "Bêta", "Gamma")] == [["Cordées"], ["Cordées"], []]
    assert [line.partner_id for line in lines(as_system, "partner_changed")] == [book["Alpha"].id]
    assert "1 partenaire modifié" in nadia_at_work.get(done.location).get_data(as_text=True)


@pytest.mark.parametrize(
    "what, value, field, expected",
    [("status", "dormant", "status", Status.DORMANT), ("visibility", "hidden", "visibility", Visibility.HIDDEN), ("owner", "", "owner_id", None)],
)  # fmt: skip
def test_everything_the_list_shows_is_changed_and_taken_back(what, value, field, expected, nadia, book, signed_in, now):
    client, before = signed_in(nadia), getattr(now("Alpha"), field)

    done = client.post("/partenaires/lot?q=Lyon", data={"what": what, "value": value, "tous": "1", "expected": "2"})
    changed = [getattr(now(name), field) for name in ("Alpha", "Bêta", "Gamma", "Ailleurs")]
    undo = re.search(r'action="(/partenaires/lot/[^"]+/annulation[^"]*)"', client.get(done.location).get_data(as_text=True))[1]
    client.post(undo)

    assert done.location == "/partenaires/?q=Lyon"
    assert changed[:2] == [expected, expected]
    assert expected not in changed[2:]
    assert getattr(now("Alpha"), field) == before


def test_the_count_that_was_read_is_the_count_that_is_done(nadia, book, signed_in, now):
    answer = signed_in(nadia).post("/partenaires/lot", data={"what": "trash", "tous": "1", "expected": "2"})

    assert answer.status_code == 409
    assert "elle compte maintenant 3 partenaires" in words(answer)
    assert now("Alpha").deleted_at is None


def test_the_trash_and_back_but_for_a_school_the_book_has_again(nadia, book, signed_in, now, as_member):
    with as_member(nadia) as session:
        session.get_one(Partner, book["Alpha"].id).uai = "0951099D"
        session.commit()
    done = signed_in(nadia).post("/partenaires/lot", data={"what": "trash", "chosen": ids(book, "Alpha", "Gamma")})
    with as_member(nadia) as session:
        people.a_partner(nadia, "Alpha bis", uai="0951099D")
        session.commit()
        action = session.scalars(sa.select(BulkAction)).one()

    undone = signed_in(nadia).post(f"/partenaires/lot/{action.id}/annulation")

    assert (done.status_code, undone.status_code) == (303, 303)
    assert now("Alpha").deleted_at is not None
    assert now("Gamma").deleted_at is None


def test_undo_spares_what_somebody_edited_since_and_happens_once(nadia, book, as_member, as_system, now):
    with as_member(nadia) as session:
        done = bulk.perform([book["Alpha"].id, book["Bêta"].id], session.get_one(type(nadia), nadia.id), Act(What.STATUS, Status.FORMER))
        session.commit()
    with as_member(nadia) as session:
        session.get_one(Partner, book["Bêta"].id).town = "Villeurbanne"
        session.commit()

    with as_member(nadia) as session:
        action, by = session.get_one(BulkAction, done.id), session.get_one(type(nadia), nadia.id)
        counted = bulk.undo(action, by)
        with pytest.raises(bulk.WrongState):
            bulk.undo(action, by)
        session.commit()

    assert counted == (1, 1)
    assert (now("Alpha").status, now("Bêta").status, now("Bêta").town) == (Status.ACTIVE, Status.FORMER, "Villeurbanne")
    assert [line.partner_id for line in lines(as_system, "partner_bulk_undone")] == [book["Alpha"].id]


def test_nobody_takes_back_what_a_colleague_did_and_nobody_reaches_another_book(nadia, karim, oscar, book, signed_in, now, as_system):
    signed_in(nadia).post("/partenaires/lot", data={"what": "status", "value": "former", "chosen": ids(book, "Alpha")})
    with as_system() as session:
        action = session.scalars(sa.select(BulkAction)).one()

    refused = [signed_in(who).post(f"/partenaires/lot/{action.id}/annulation").status_code for who in (karim, oscar)]
    signed_in(oscar).post("/partenaires/lot", data={"what": "trash", "chosen": ids(book, "Alpha", "Ailleurs")})

    assert refused == [404, 404]
    assert (now("Alpha").deleted_at, now("Ailleurs").deleted_at) == (None, None)


@pytest.mark.parametrize("what, value", [("tag", " "), ("tag", "a,b"), ("status", "pirate"), ("owner", "00000000-0000-0000-0000-000000000000")])
def test_a_value_that_makes_no_sense_gets_its_sentence_and_changes_nothing(what, value, nadia, book, signed_in, as_system):
    answers = [signed_in(nadia).open("/partenaires/lot", method=method, data=data, query_string=query) for method, data, query in [
        ("GET", None, {"what": what, "value": value, "chosen": ids(book, "Alpha")}), ("POST", {"what": what, "value": value, "chosen": ids(book, "Alpha")}, None)]]  # fmt: skip

    if (what, value) == ("owner", "00000000-0000-0000-0000-000000000000"):
        assert all("Choisissez une ou un responsable" in words(answer) for answer in answers)
    assert [answer.status_code for answer in answers] == [422, 422]
    assert lines(as_system, "partner_changed") == []


@pytest.mark.slow
def test_ten_thousand_partners_take_a_tag_in_a_couple_of_seconds(nadia, as_member, as_system, statements):
    with as_member(nadia) as session:
        session.add_all(Partner(association_id=nadia.association_id, kind=PartnerKind.ACADEMIC, name=f"Lycée {n}", tags=["REP+"]) for n in range(10_000))
        session.commit()

    with as_member(nadia) as session, statements() as said:
        by = session.get_one(type(nadia), nadia.id)
        start = time.perf_counter()
        wanted = directory.ids(nadia.association_id, directory.Wanted(kind=PartnerKind.ACADEMIC))
        done = bulk.perform(wanted, by, Act(What.TAG, "Campus"))
        session.commit()
        took = time.perf_counter() - start
    with as_member(nadia) as session:
        start = time.perf_counter()
        back = bulk.undo(session.get_one(BulkAction, done.id), session.get_one(type(nadia), nadia.id))
        session.commit()
        undone = time.perf_counter() - start

    print(f"10 000 partners tagged in {took:.2f} s, {len(said)} statements; taken back in {undone:.2f} s")
    assert (done.changed, back) == (10_000, (10_000, 0))
    assert len(said) < 20
    assert took < 5
    assert len(lines(as_system, "partner_changed")) == 10_000


def test_a_past_action_is_forgotten_after_a_day(nadia, book, as_member, as_system, monkeypatch):
    with as_member(nadia) as session:
        by = session.get_one(type(nadia), nadia.id)
        bulk.perform([book["Alpha"].id], by, Act(What.STATUS, Status.FORMER))
        monkeypatch.setattr(clock, "now", lambda then=clock.now(): then + bulk.KEPT * 2)
        bulk.perform([book["Bêta"].id], by, Act(What.STATUS, Status.FORMER))
        session.commit()

    with as_system() as session:
        assert list(session.scalars(sa.select(BulkLine.partner_id))) == [book["Bêta"].id]


def test_tags_are_renamed_merged_and_taken_off_with_counts(nadia, book, signed_in, now, as_member):
    with as_member(nadia) as session:
        session.get_one(Partner, book["Alpha"].id).tags = ["cordees", "REP+"]
        session.commit()

    page = signed_in(nadia).get("/reglages/etiquettes")
    signed_in(nadia).post("/reglages/etiquettes", data={"name": "cordees", "to": "CORDÉES"})
    merged = (now("Alpha").tags, now("Bêta").tags)
    signed_in(nadia).post("/reglages/etiquettes/suppression", data={"name": "REP+"})

    assert "Sans doute la même : Cordées, cordees" in words(page).replace("\xa0", " ")
    assert sorted(merged[0]) == ["Cordées", "REP+"]
    assert merged[1] == ["Cordées"]
    assert now("Alpha").tags == ["Cordées"]
    with as_member(nadia):
        assert tags.every(nadia.association_id) == [tags.Tag("Cordées", 2)]
    said = words(signed_in(nadia).get("/reglages/etiquettes")).replace("\xa0", " ")
    assert "Nadia Benhaddou : « cordees » devient « Cordées » sur 1 fiche." in said
    assert "Nadia Benhaddou a retiré « REP+ » de 1 fiche." in said


def test_a_tag_may_change_its_own_spelling_and_an_empty_name_is_refused(nadia, book, signed_in, now):
    refused = signed_in(nadia).post("/reglages/etiquettes", data={"name": "Cordées", "to": " "})
    signed_in(nadia).post("/reglages/etiquettes", data={"name": "Cordées", "to": "Cordées de la réussite"})

    assert (refused.status_code, now("Bêta").tags) == (422, ["Cordées de la réussite"])
