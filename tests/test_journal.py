"""The journal: what an admin reads of who came in, who did not, what left and what changed (A12)."""

import importlib.util
import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts import journal, watch
from brokerage.accounts.models import Role, User
from brokerage.timeline import JOURNAL, Actor, By, Entry
from brokerage.web import journal_words, stories
from tests import cast as people
from tests import partners_fixtures
from tests.conftest import HOUSE
from tests.partners_fixtures import words
from tests.test_accounts import entering
from tests.test_second_factor import Phone, given, next_code

statements = partners_fixtures.statements
TYPED = "pas-le-bon-mot-de-passe"


@pytest.fixture
def lines(as_system):
    """The lines of these kinds, oldest first."""

    def found(*kinds):
        with as_system() as session:
            return list(session.scalars(sa.select(Entry).where(Entry.what.in_(kinds)).order_by(Entry.at)))

    return found


def told(entry):
    return f"{entry.what} {entry.by_name} {entry.details}"


# ---- who did not get in --------------------------------------------------------------------------------------------


def test_a_wrong_password_leaves_one_line_an_hour_without_what_was_typed(nadia, client_of, lines):
    for _ in range(5):
        entering(client_of(None), f" {nadia.email.upper()}", TYPED)

    [line] = lines("sign_in_failed")
    assert (line.association_id, line.by_kind, line.by_id, line.details["member_name"]) == (nadia.association_id, Actor.CLOCK, None, nadia.name)
    assert TYPED not in told(line)
    assert "@" not in told(line)
    with clock.at(clock.now() + timedelta(hours=1)):
        entering(client_of(None), nadia.email, TYPED)
    assert len(lines("sign_in_failed")) == 2


def test_an_unknown_address_and_a_closed_access_leave_nothing(karim, client_of, lines, as_system):
    with as_system() as session:
        session.get_one(User, karim.id).is_active = False
        session.commit()

    entering(client_of(None), "personne@nulle-part.example", TYPED)
    entering(client_of(None), karim.email, TYPED)

    assert lines("sign_in_failed", "sign_in_held_back") == []


def test_an_unknown_account_asks_as_much_of_the_database_as_a_known_one(nadia, client_of, statements):
    def asked(email):
        entering(client_of(None), email, TYPED)
        with statements() as seen:
            entering(client_of(None), email, TYPED)
        return len(seen)

    assert asked(nadia.email) == asked("personne@nulle-part.example")


def test_who_is_held_back_by_too_many_tries_leaves_a_line(nadia, client_of, lines):
    for _ in range(12):
        entering(client_of(None), nadia.email, TYPED)

    assert [one.details["member_name"] for one in lines("sign_in_held_back")] == [nadia.name]


def test_a_wrong_code_leaves_a_line_beside_the_right_password(nadia, client_of, lines):
    phone, client = Phone(client_of(nadia)), client_of(None)
    entering(client, nadia.email)

    given(client, "000000")
    given(client, "000000")

    [line] = lines("second_step_failed")
    assert line.details["member_name"] == nadia.name
    assert "000000" not in told(line)
    with clock.at(clock.now() + next_code()):
        given(client, phone.code())
    assert [one.details for one in lines("signed_in")] == [{"with": "code"}]


def test_too_many_codes_leave_a_line(nadia, client_of, lines, monkeypatch):
    Phone(client_of(nadia))
    client = client_of(None)
    entering(client, nadia.email)

    for _ in range(6):
        given(client, "000000")

    assert [len(lines(kind)) for kind in ("second_step_failed", "sign_in_held_back")] == [1, 1]


def test_a_wrong_password_in_an_open_session_leaves_a_line(nadia, client_of, lines):
    client_of(nadia).post("/moi/mot-de-passe", data={"current": TYPED, "password": "quatre mots bien éloignés", "again": "quatre mots bien éloignés"})

    assert [one.details["member_name"] for one in lines("confirmation_failed")] == [nadia.name]


# ---- who is in, and may not ----------------------------------------------------------------------------------------


def test_a_member_who_reads_403_leaves_one_line_per_place(thi_mai, helene, client_of, lines):
    client = client_of(thi_mai)

    answers = [client.get("/membres?q=personne@nulle-part.example"), client.get("/membres"), client.get(f"/membres/{helene.id}"), client.get(f"/membres/{thi_mai.id}")]

    assert {answer.status_code for answer in answers} == {403}
    found = lines("entry_refused")
    assert [one.details["place"] for one in found] == ["/membres", "/membres/…"]
    assert {(one.by_kind, one.by_id, one.association_id) for one in found} == {(Actor.MEMBER, thi_mai.id, thi_mai.association_id)}
    assert "nulle-part" not in str(list(map(told, found)))


def test_a_rule_behind_the_door_that_says_no_leaves_a_line_too(soraya, lucas, cast, as_member, client_of, lines):
    from brokerage.introductions import requests

    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa)
        requests.submit(request, session.get_one(User, lucas.id))
        session.commit()

    answer = client_of(soraya).post(f"/demandes/{request.id}/retrait", data={"why": ""})

    assert answer.status_code in (403, 404)
    assert [one.details["place"] for one in lines("entry_refused")] == (["/demandes/…/retrait"] if answer.status_code == 403 else [])


def test_of_two_at_the_same_instant_one_line_is_kept(app, nadia, lines):
    begin = threading.Barrier(4)

    def fails():
        with app.app_context():
            begin.wait()
            watch.failed(watch.WRONG_PASSWORD, nadia.id)

    threads = [threading.Thread(target=fails) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(lines("sign_in_failed")) == 1


# ---- who reads it --------------------------------------------------------------------------------------------------


@pytest.fixture
def auditor(cast, as_system):
    with as_system() as session:
        member = people.member(session.merge(cast.pa), "Ada", "Contrôle", Role.AUDITOR)
        session.commit()
    return member


def test_admins_and_auditors_read_their_own_association_and_nobody_else_does(nadia, helene, auditor, awa, thi_mai, client_of):
    entering(client_of(None), nadia.email, TYPED)
    client_of(thi_mai).get("/membres")

    for reader in (helene, auditor):
        page = words(client_of(reader).get("/journal/"))
        assert "Mot de passe refusé pour le compte de Nadia Benhaddou." in page
        assert "Accès refusé à Thi-Mai Nguyen : /membres" in page
    assert "Nadia" not in words(client_of(awa).get("/journal/"))
    assert [client_of(one).get("/journal/").status_code for one in (nadia, thi_mai)] == [403, 403]


def test_the_journal_is_read_in_english_too(nadia, helene, client_of, as_system):
    entering(client_of(None), nadia.email, TYPED)
    with as_system() as session:
        session.get_one(User, helene.id).language = "en"
        session.commit()

    assert "Wrong password for Nadia Benhaddou's account." in words(client_of(helene).get("/journal/?quoi=refus"))


def test_a_group_holds_its_kinds_and_a_page_fifty_lines(helene, client_of, as_system):
    by = By(Actor.MEMBER, helene.id, helene.name)
    with as_system() as session:
        for minute in range(120):
            what = "signed_in" if minute % 2 else "password_changed"
            timeline.record(what, by, helene.association_id, at=clock.now() - timedelta(minutes=minute))
        timeline.record("partner_created", by, helene.association_id)
        session.commit()
    client, seen, path = client_of(helene), 0, "/journal/?quoi=connexions"

    while path:
        page = client.get(path).text
        seen += len(re.findall(r'<span class="m-g">', page))
        following = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""

    assert seen == 120
    assert "partner" not in words(client.get("/journal/"))
    assert client.get("/journal/?after=n'importe_quoi").status_code == 200


def test_every_kind_of_the_journal_has_a_group_and_a_sentence():
    grouped = {what for group in journal.GROUPS.values() for what in group}

    assert grouped == set(JOURNAL)
    assert [what for what in JOURNAL if what not in journal_words.SENTENCES and what not in stories._SENTENCES] == []


def test_the_index_of_the_journal_holds_the_same_kinds():
    made = importlib.util.spec_from_file_location("journal_index", HOUSE / "migrations/versions/0028_journal.py")
    migration = importlib.util.module_from_spec(made)
    made.loader.exec_module(migration)

    assert migration.KINDS == JOURNAL


def test_the_index_answers_a_page_of_the_journal(helene, as_system, app, client_of, statements):
    with statements() as said:
        client_of(helene).get("/journal/")
    assert all("'sign_in_failed'" in one for one in said if "FROM entry" in one.replace("\n", " "))  # a parameter would hide the kinds from the planner
    with as_system() as session:
        query = sa.select(Entry.id).where(Entry.association_id == helene.association_id, journal._among(JOURNAL)).order_by(Entry.at.desc(), Entry.id.desc()).limit(51)
        written = str(query.compile(session.get_bind(), compile_kwargs={"render_postcompile": True, "literal_binds": True}))
    from brokerage.database import db

    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {written}"))

    assert "ix_entry_journal" in plan


# ---- what else leaves a line ---------------------------------------------------------------------------------------


def test_roles_second_factor_and_a_look_at_details_leave_their_lines(nadia, karim, helene, client_of, lines):
    Phone(client_of(nadia))
    admin = client_of(helene)
    about = {"first_name": "Karim", "last_name": "Lahlou", "title": "", "region": ""}
    admin.post(f"/membres/{karim.id}", data={**about, "roles": ["delegate"]})
    client_of(nadia).post("/moi/deux-etapes/fin")

    assert [one.what for one in lines("roles_changed", "second_factor_on", "second_factor_removed")] == ["second_factor_on", "roles_changed", "second_factor_removed"]
    said = words(admin.get("/journal/"))
    assert "Hélène Roux change les rôles de Karim Lahlou : Partenariats → Délégation régionale." in said
    assert "Nadia Benhaddou retire sa vérification en deux étapes." in said


def test_an_approval_an_export_and_a_look_at_details_are_read_in_the_journal(cast, nadia, lucas, helene, awa, as_member, client_of, lines):
    from brokerage.introductions import deciding, introductions, requests

    with as_member(nadia) as session:
        contact = people.a_contact(people.a_partner(nadia))
        session.commit()
    with as_member(lucas) as session:
        by = session.get_one(User, lucas.id)
        request = people.a_request(by, cast.pa, contact.partner)
        requests.submit(request, by)
        session.commit()
    with as_member(nadia) as session:
        mine, by = session.get_one(type(request), request.id), session.get_one(User, nadia.id)
        deciding.approve(mine, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?")])
        [introduction] = mine.introductions
        introductions.accept(introduction, By(Actor.CONTACT, contact.id))
        session.commit()
    client_of(nadia).post("/partenaires/exports/", data={"format": "csv", "reason": "Réunion de rentrée", "password": people.PASSWORD})
    client = client_of(lucas)
    for _ in range(2):
        assert client.post(f"/demandes/introductions/{introduction.id}/coordonnees").status_code == 200

    assert [len(lines(what)) for what in ("details_seen", "export_asked")] == [2, 1]  # every look, one line
    ours, theirs = words(client_of(helene).get("/journal/")), words(client_of(awa).get("/journal/"))
    assert "Nadia Benhaddou a approuvé la demande." in ours
    assert "Nadia Benhaddou demande un export : 1 partenaire. Réunion de rentrée" in ours
    assert "Lucas Ferreira a consulté les coordonnées transmises." in theirs
    assert "export" not in theirs


def test_no_line_is_changed_or_taken_away(nadia, client_of, as_member):
    entering(client_of(None), nadia.email, TYPED)

    for act in (sa.delete(Entry), sa.update(Entry).values(what="nothing")):
        with as_member(nadia) as session, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.execute(act)
