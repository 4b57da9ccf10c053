"""Field stories US9 to US13: not now, never again, the balance of a year, a joint guide, a lycée that both know."""

import csv
import io
import re
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.introductions import deciding, introductions, requests
from brokerage.introductions.models import IntroductionRequest, Need, Result
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.partners.models import Contact, ContactRole, Permission
from brokerage.timeline import Actor, By
from tests import cast as people
from tests.story import Stage, stage  # noqa: F401
from tests.test_import_pages import accept_everything, dropped, worker  # noqa: F401
from tests.test_import_pages import csv as file_of
from tests.test_imports import line

NEED = {"need": "academic", "purpose": "invite_pupils", "message": "Deux classes de première pour une matinée de rencontres."}


# ---- US9: pas maintenant -------------------------------------------------------------------------------------------


def test_us9_a_referent_prefers_september_and_hears_nothing_before(stage, lucas, nadia, as_system):  # noqa: F811
    lycee = stage.partner(nadia, "Lycée Rotrou", "Dreux", uai="0280019U", department="28", academy="18", region="24")
    contact = stage.contact(lycee, "Hugo", "Mercier", "h.mercier@ac-orleans-tours.example")
    with stage.on(date(2025, 5, 12)):
        request = stage.asks(lucas, lycee, **NEED)
        stage.approves(nadia, request, contact)
    with stage.on(date(2025, 5, 14)):
        assert "Aucun message avant le 1er septembre." in stage.answers(contact, "postpone", until="2025-09-01")
        assert "1er septembre" in stage.reads(lucas, request)
    written = len(stage.letters(contact))

    day, said = date(2025, 5, 15), []
    while day < date(2025, 9, 1):
        with stage.on(day, 9):
            said += stage.time_passes()
        day += timedelta(days=3)
    assert said == []
    with stage.on(date(2025, 9, 1), 9):
        assert stage.time_passes() == ["reminder_postponed"]
        assert "le lycée Rotrou" in stage.letters(nadia, "reminder_postponed")[0].text
    assert len(stage.letters(contact)) == written
    with as_system() as session:
        request_row = session.scalars(sa.select(IntroductionRequest)).one()
        assert [one.state for one in request_row.introductions] == [IntroductionState.POSTPONED]  # she decides, not the clock


# ---- US10: ne plus être sollicité ----------------------------------------------------------------------------------


def test_us10_a_head_teacher_asks_to_be_left_alone_and_no_file_brings_her_back(stage, lucas, nadia, karim, thi_mai, jean_baptiste, as_system, dropped, worker):  # noqa: F811
    address = "proviseure@ac-orleans-tours.example"
    ours = stage.partner(nadia, "Lycée Rotrou", "Dreux", uai="0280019U", department="28", academy="18", region="24")
    theirs = stage.partner(jean_baptiste, "Lycée Rotrou", "Dreux", uai="0280019U", department="28", academy="18", region="24")
    mme, same = (stage.contact(p, "Aïssa", "Kanté", address, ContactRole.HEAD) for p in (ours, theirs))
    with stage.on(date(2025, 3, 3)):
        first, second = stage.asks(lucas, ours, **NEED), stage.asks(thi_mai, theirs, **NEED)
        stage.approves(nadia, first, mme)
        stage.approves(jean_baptiste, second, same)
    with stage.on(date(2025, 3, 4)):
        link = stage.letters(mme)[0].link("/opposition/")
        stage.posts(None, link, 200)

        with as_system() as session:
            assert {one.permission for one in session.scalars(sa.select(Contact))} == {Permission.DO_NOT_CONTACT}
            rows = session.scalars(sa.select(IntroductionRequest)).all()
            assert {one.state for one in rows} == {RequestState.CLOSED}
        for delegate, request in ((lucas, first), (thi_mai, second)):
            page = stage.reads(delegate, request).casefold()
            assert "contact indisponible" in page
            assert "oppos" not in page
            assert "ne plus" not in page
        for manager, partner in ((karim, ours), (jean_baptiste, theirs)):
            assert "ne plus solliciter" in stage.reads(manager, f"/partenaires/{partner.id}").casefold()
        assert [letter.kind for letter in stage.letters(mme)] == ["ask_consent", "objection_noted"]

    with stage.on(date(2025, 4, 7)):
        client, where = dropped(file_of(line(uai="0280019U", name="Lycée Rotrou", cp="28100", town="Dreux", first="Aïssa", last="Kanté", email=address, share="oui")))
        accept_everything(client, where, worker)
        third = stage.asks(lucas, ours, **NEED)
        assert "Aïssa Kanté" in stage.reads(nadia, f"{third}/approbation")
        assert "ne plus contacter" in stage.reads(nadia, f"{third}/approbation")
        refused = stage.posts(nadia, f"{third}/approbation", 422, contact=str(mme.id), partenaire=str(ours.id),
                              **{f"subject-{mme.id}": "Bonjour", f"body-{mme.id}": "Bonjour"})  # fmt: skip
        assert "ne peut pas être sollicité" in refused.text
    with as_system() as session:
        assert {one.permission for one in session.scalars(sa.select(Contact))} == {Permission.DO_NOT_CONTACT}


# ---- US11: bilan ---------------------------------------------------------------------------------------------------

ASKED = {"ede": (34, 21, 14), "pa": (19, 13, 9)}  # asked, granted, met
TOWNS = {"ede": ("Saint-Quentin (02100)", "saint quentin", "Dreux", "Le Mans", "Lille"), "pa": ("Le Port", "Toulouse", "Nantes", "Dreux")}
SEPTEMBER = datetime(2024, 9, 9, 10, tzinfo=clock.PARIS)


def a_year_of(cast: people.Cast, stage: Stage, side: str, asker: User, manager: User) -> None:  # noqa: F811
    """So many requests of one side, each decided after six days; the last ones declined or still to decide."""
    asked, granted, met = ASKED[side]
    partner = stage.partner(manager, f"Partenaire de {manager.first_name}", "Dreux", department="28", academy="18", region="24")
    contact = stage.contact(partner, "Une", "Personne", f"une@{manager.first_name.lower()}.example")
    for n in range(asked):
        start = SEPTEMBER + timedelta(days=7 * n)
        with clock.at(start), scope.acting(scope.member(asker.association_id)) as session:
            by = session.get_one(User, asker.id)
            town = dict(enumerate(TOWNS[side])).get(n)
            what = {"purpose": "new_town", "place": town, "department": None} if town else {}
            request = people.a_request(by, cast.pa if side == "ede" else cast.ede, partner, need=Need.ACADEMIC, event_on=None, **what)
            requests.submit(request, by)
            session.commit()
        with clock.at(start + timedelta(days=6)), scope.acting(scope.system("a manager decides, a contact answers")) as session:
            one, by = session.get_one(IntroductionRequest, request.id), session.get_one(User, manager.id)
            if n >= granted:
                deciding.decline(one, by, "outside_network")
            else:
                deciding.approve(one, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour", over_limit_reason="un bilan")])
                [introduction] = one.introductions
                told = By(Actor.CONTACT, contact.id)
                introductions.accept(introduction, told) if n < met else introductions.refuse(introduction, told)
                if n < met:
                    introductions.record_outcome(introduction, told, Result.MET)
            session.commit()


def test_us11_in_june_the_balance_reads_34_21_14_and_19_13_9_with_a_median_of_six_days(stage, cast, lucas, thi_mai, nadia, jean_baptiste, awa, client_of):  # noqa: F811
    a_year_of(cast, stage, "ede", lucas, nadia)
    a_year_of(cast, stage, "pa", thi_mai, jean_baptiste)

    with stage.on(date(2025, 6, 16)):
        page = stage.reads(awa, f"/convention/{cast.convention.id}?annee=2024-2025")
        assert "Demandes envoyées 34" in page
        assert "villes ouvertes 4 4 7" in page  # Dreux was opened from both sides, Saint-Quentin is written in two ways
        sheets = stage.reads(awa, f"/convention/{cast.convention.id}/rapport?annee=2024-2025")
        assert "7 villes ouvertes : Dreux, Le Mans, Le Port, Lille, Nantes, Saint-Quentin, Toulouse" in sheets
        listed = stage.reads(awa, f"/convention/{cast.convention.id}/demandes?annee=2024-2025&chiffre=introduced&objet=new_town")
        assert "9 demandes" in listed
        report = client_of(awa).get(f"/convention/{cast.convention.id}/rapport.csv?annee=2024-2025")
        rows = list(csv.reader(io.StringIO(report.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))
    said = {row[0]: row[1:] for row in rows if len(row) > 1}
    balances = [[row[-1] for row in rows[start : start + 8]] for start, row in enumerate(rows) if row[:1] == ["Demandes envoyées"]]
    asked, granted, met = 0, 2, 6  # the lines of a balance: sent, waiting, approved, declined, stopped, introduced, met
    assert sorted((int(b[asked]), int(b[granted]), int(b[met])) for b in balances) == [(19, 13, 9), (34, 21, 14)]
    assert said["villes ouvertes"] == ["4", "4", "7"]
    assert said["Ensemble, De l'envoi à la décision"][:2] == ["53", "6"]  # so many decisions, a median of six days


# ---- US12: livrable commun -----------------------------------------------------------------------------------------


def test_us12_three_contacts_reread_the_guide_and_three_thousand_copies_are_counted(stage, cast, lucas, nadia, jean_baptiste, as_system):  # noqa: F811
    rereaders = []
    for n, (name, role) in enumerate((("CROUS", ContactRole.OTHER), ("Fondation Horizon", ContactRole.DIVERSITY_CSR), ("Banque des Mascareignes", ContactRole.DIVERSITY_CSR))):
        partner = stage.partner(nadia, name, "Paris", department="75", academy="01", region="11")
        rereaders.append(stage.contact(partner, "Camille", f"Relit{n}", f"relit{n}@guide.example", role))
    with stage.on(date(2025, 2, 10), 20):
        request = stage.asks(lucas, purpose="joint_work", need="unknown", event_name="Relecture du guide « Financer ses études »", place="Paris",
                             wanted_by=date(2025, 4, 30), message="Trois relectures avant le 30 avril ; tirage de 3 000 exemplaires pour 6 villes.")  # fmt: skip
        assert "avant le 30 avril" in stage.reads(nadia, request)
    with as_system() as session:
        assert session.scalars(sa.select(IntroductionRequest.commitment)).one() == 6
    with stage.on(date(2025, 2, 12)):
        for contact in rereaders:  # the first opens the request, the others join it
            stage.approves(nadia, request, contact)
    with stage.on(date(2025, 2, 14)):
        for contact in rereaders:
            stage.answers(contact, "accept")
        page = stage.reads(lucas, request)
        assert all(contact.last_name in page for contact in rereaders)
    engagements = f"/convention/{cast.convention.id}/engagements"
    with stage.on(date(2025, 5, 5)):
        stage.posts(jean_baptiste, f"{engagements}/nouvelle", kind="guide", title="Guide « Financer ses études », 6 villes", done_on="30/04/2025", copies=3000)
        assert "3 000 exemplaires" in stage.reads(nadia, f"{engagements}?annee=2024-2025")


def test_us12_events_that_were_agreed_on_stand_in_a_calendar_that_both_associations_read(stage, cast, lucas, soraya, nadia, thi_mai, oscar):  # noqa: F811
    aisne = {"department": "02", "academy": "20", "region": "32"}
    ramee, condorcet = (stage.partner(nadia, name, "Saint-Quentin", uai=uai, **aisne) for name, uai in (("Lycée de la Ramée", "0020049T"), ("Lycée Condorcet", "0020050U")))
    contacts = [stage.contact(partner, "Aïssa", "Kanté", f"kante{n}@ac-amiens.example") for n, partner in enumerate((ramee, condorcet))]
    day = {"event_name": "Entretiens de l'Excellence, Saint-Quentin", "event_on": date(2024, 11, 23), "event_hours": "13 h 30-17 h 30", "place": "Saint-Quentin (02100)"}
    page = f"/convention/{cast.convention.id}/calendrier"
    with stage.on(date(2024, 6, 3)):
        first, second = (stage.asks(lucas, partner, **NEED | day) for partner in (ramee, condorcet))
        stage.asks(soraya, ramee, **NEED | day | {"event_name": "Une idée encore", "event_on": date(2024, 12, 7)})
        assert "Aucun événement à venir" in stage.reads(thi_mai, page)

        for request, contact in zip((first, second), contacts, strict=True):
            stage.approves(nadia, request, contact)
        for reader in (thi_mai, lucas, soraya, nadia):  # two lycées are asked for it: it is one event
            read = stage.reads(reader, page)
            assert read.count("Entretiens de l'Excellence, Saint-Quentin") == 1
            assert "23 nov. 2024" in read
            assert "13 h 30-17 h 30" in read
            assert "Une idée encore" not in read  # nobody agreed to it yet
            assert "Kanté" not in read
            assert "Ramée" not in read
        assert stage._client_of(oscar).get(page).status_code == 404

        file = stage._client_of(thi_mai).get(f"{page}.ics").get_data(as_text=True)
        assert file.count("BEGIN:VEVENT") == 1
        assert "DTSTART;TZID=Europe/Paris:20241123T133000" in file
        assert "Kant" not in file

        client = stage._client_of(thi_mai)
        client.post(f"{page}/abonnement")
        address = re.search(r'value="[^"]*(/convention/agenda/[^"]+)"', client.get(page).text)[1]
        feed = stage._client_of(None).get(address)
        assert (feed.status_code, feed.mimetype) == (200, "text/calendar")
        assert "23T133000" in feed.text
        client.post(f"{page}/abonnement")  # another address: the old one opens nothing any more
        assert stage._client_of(None).get(address).status_code == 404
    with stage.on(date(2024, 11, 25)):
        assert "Aucun événement à venir" in stage.reads(lucas, page).replace("Une idée encore", "")


def test_the_address_of_a_calendar_goes_with_the_member(stage, cast, thi_mai, helene):  # noqa: F811
    from brokerage.accounts import team

    page = f"/convention/{cast.convention.id}/calendrier"
    with stage.on(date(2024, 6, 3)):
        client = stage._client_of(thi_mai)
        client.post(f"{page}/abonnement")
        address = re.search(r'value="[^"]*(/convention/agenda/[^"]+)"', client.get(page).text)[1]
        assert stage._client_of(None).get(address).status_code == 200

        with scope.acting(scope.member(cast.pa.id)) as session:
            team.deactivate(session.get_one(User, thi_mai.id), session.get_one(User, helene.id))
            session.commit()

        assert stage._client_of(None).get(address).status_code == 404


# ---- US13: un lycée connu des deux ---------------------------------------------------------------------------------


def test_us13_a_lycee_of_dreux_is_one_place_and_each_association_keeps_its_own_people(stage, nadia, jean_baptiste, lucas, thi_mai, oscar):  # noqa: F811
    dreux = {"town": "Dreux", "uai": "0280019U", "department": "28", "academy": "18", "region": "24"}
    ours, theirs = stage.partner(nadia, "Lycée Rotrou", **dreux), stage.partner(jean_baptiste, "Lycée Rotrou", **dreux)
    stage.contact(ours, "Hugo", "Canarimercier", "h.mercier@rotrou.example")
    stage.contact(ours, "Lise", "Canaribonnet", "l.bonnet@rotrou.example")
    stage.contact(theirs, "Karim", "Canarisaidi", "k.saidi@rotrou.example")

    with stage.on(date(2025, 3, 3)):
        seen_by_ede, seen_by_pa = stage.reads(lucas, f"/annuaire/{ours.id}"), stage.reads(thi_mai, f"/annuaire/{theirs.id}")
        assert stage._client_of(oscar).get(f"/annuaire/{ours.id}").status_code == 404
    assert "connu des Entretiens de l'Excellence (1 contact) et de Passeport Avenir (2 contacts)" in seen_by_ede.replace("Connu", "connu")
    assert "connu de Passeport Avenir (2 contacts) et des Entretiens de l'Excellence (1 contact)" in seen_by_pa.replace("Connu", "connu")
    assert "Canari" not in seen_by_ede.replace("Canarisaidi", "")
    assert "Canari" not in seen_by_pa.replace("Canarimercier", "").replace("Canaribonnet", "")
