"""Field stories US5 to US8: pupils invited, students who speak, a programme overseas, a partner asked too often."""

from datetime import UTC, date, datetime

import sqlalchemy as sa

from brokerage import scope
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.partners import vault
from brokerage.partners.models import Contact, ContactRole
from tests.partners_fixtures import words
from tests.story import Stage, plain, stage  # noqa: F401


def _confirms(stage, who, page):  # noqa: F811
    import re

    html = stage._client_of(who).get(page).get_data(as_text=True)
    for path in re.findall(r'action="(/convention/actions/[^"]+/confirmation)"', html):
        stage.posts(who, path)


# ---- US5: inviter des lycées partenaires ---------------------------------------------------------------------------


def test_us5_six_lycees_are_invited_to_dauphine_and_no_pupil_is_ever_named(stage, cast, lucas, nadia, jean_baptiste, as_system):  # noqa: F811
    wanted = {
        "need": "academic", "purpose": "invite_pupils", "event_name": "Entretiens de l'Excellence, Paris-Dauphine", "event_on": date(2025, 4, 5),
        "event_hours": "13 h 15", "place": "Paris", "audience": "1re STI2D, 6 lycées de Seine-Saint-Denis et du Val-d'Oise", "pupils": 270,
        "message": "45 élèves de 1re STI2D et 4 enseignants par lycée ; car pris en charge, inscription avant le 7 mars.",
    }  # fmt: skip
    with stage.on(date(2025, 1, 20), 21):
        named = stage.posts(lucas, "/demandes/avant-envoi", 200, ally=str(cast.pa.id), **wanted | {"message": "L'élève Inaya K. y sera, née le 03/04/2008."})
        assert "Votre texte semble contenir un nom d'élève ou une date de naissance. Merci de le retirer." in plain(words(named))
        quiet = stage.posts(lucas, "/demandes/avant-envoi", 200, ally=str(cast.pa.id), **wanted)
        assert "semble contenir un nom" not in plain(words(quiet))
        request = stage.asks(lucas, **wanted)
        assert "270 élèves" in stage.reads(nadia, request)
    with as_system() as session:
        assert session.scalars(sa.select(IntroductionRequest.commitment)).one() == 3
    with stage.on(date(2025, 1, 22)):
        stage.posts(nadia, f"{request}/commentaires", text="Nos six lycées sont prévenus : l'invitation part de chez nous.", readers="both")
        assert "l'invitation part de chez nous" in stage.reads(lucas, request)

    page = f"/convention/{cast.convention.id}/engagements"
    done = {"kind": "classes", "done_on": "05/04/2025", "done_by": str(cast.ede.id), "place": "Paris", "classes": 6, "pupils": 270, "teachers": 24}
    with stage.on(date(2025, 4, 7)):
        stage.posts(jean_baptiste, f"{page}/nouvelle", 422, title="Élève Inaya K. a pris la parole", **done)
        stage.posts(jean_baptiste, f"{page}/nouvelle", title="Six lycées à Dauphine", **done)
        _confirms(stage, nadia, f"{page}?annee=2024-2025")
        read = stage.reads(lucas, f"{page}?annee=2024-2025")
        for said in ("6 classes", "270 élèves", "24 enseignants"):
            assert said in read
    with as_system() as session:
        assert session.scalars(sa.select(Introduction)).all() == []


# ---- US6: étudiant·es témoins --------------------------------------------------------------------------------------


def test_us6_ten_students_speak_in_bordeaux_and_only_their_number_is_kept(stage, cast, lucas, nadia, jean_baptiste, as_system):  # noqa: F811
    with stage.on(date(2024, 9, 16), 20):
        request = stage.asks(
            lucas, need="volunteers", purpose="student_witnesses", event_name="Ateliers « Prépa techno : une voie qui marche »", event_on=date(2024, 11, 23),
            place="Pessac", speakers=10, audience="10 étudiants et étudiantes de grandes écoles, adultes",
            message="À Sciences Po Bordeaux : dix témoins suivis par Passeport Avenir, frais de train remboursés jusqu'à 60 €.",
        )  # fmt: skip
        assert "frais de train remboursés jusqu'à 60 €" in stage.reads(nadia, request)
    with as_system() as session:
        assert session.scalars(sa.select(IntroductionRequest.commitment)).one() == 4
    page = f"/convention/{cast.convention.id}/engagements"
    with stage.on(date(2024, 11, 25)):
        stage.posts(nadia, f"{page}/nouvelle", kind="students", title="Prépa techno : une voie qui marche", done_on="23/11/2024",
                    done_by=str(cast.pa.id), place="Pessac", students=10)  # fmt: skip
        _confirms(stage, jean_baptiste, f"{page}?annee=2024-2025")
        assert "10 étudiants" in stage.reads(lucas, f"{page}?annee=2024-2025")
    with as_system() as session:
        assert session.scalars(sa.select(Contact)).all() == []


# ---- US7: outre-mer ------------------------------------------------------------------------------------------------

REUNION = {"department": "974", "academy": "28", "region": "04"}


def test_us7_a_programme_in_le_port_whose_letters_leave_by_the_clock_of_the_island(stage, thi_mai, jean_baptiste, as_system):  # noqa: F811
    hinglo = stage.partner(jean_baptiste, "Lycée polyvalent Jean Hinglo", "Le Port", uai="9740979W", postcode="97420", **REUNION)
    stage.partner(jean_baptiste, "Université de La Réunion", "Saint-Denis", uai="9740478B", postcode="97400", **REUNION)
    stage.partner(jean_baptiste, "Banque des Mascareignes", "Saint-Denis", postcode="97400", **REUNION)

    with stage.on(date(2025, 1, 10), 9):
        found = stage.reads(thi_mai, "/annuaire/?region=04")
        for name in ("Lycée polyvalent Jean Hinglo", "Université de La Réunion", "Banque des Mascareignes"):
            assert name in found
        stage.posts(jean_baptiste, f"/partenaires/{hinglo.id}/contacts/nouveau", first_name="Nadège", last_name="Payet", role="head", civility="Mme",
                    email="n.payet@ac-reunion.example", phone="0262 12 34 56", permission="ask_first", source="visite de 2024", language="fr")  # fmt: skip
    with as_system() as session:
        mme_payet = session.scalars(sa.select(Contact)).one()
    with scope.acting(scope.member(jean_baptiste.association_id)):
        assert vault.own([mme_payet.id])[mme_payet.id].phone == "+262262123456"

    with stage.on(date(2025, 1, 13), 19):
        request = stage.asks(thi_mai, hinglo, need="academic", purpose="new_town", place="Le Port (97420)", event_name="Visite du 3 au 7 mars 2025",
                             event_on=date(2025, 3, 3), message="Nous ouvrons un programme à La Réunion et serons au Port du 3 au 7 mars.")  # fmt: skip
    with stage.on(date(2025, 1, 14), 20):  # 23 h in Le Port
        page = stage.reads(jean_baptiste, f"{request}/approbation")
        assert "Au prochain bon moment (mer. 15 janv. à 8 h 30)" in page
        stage.approves(jean_baptiste, request, mme_payet, leave="good")
        [ask] = stage.letters(mme_payet)
        assert ask.leaves == datetime(2025, 1, 15, 4, 30, tzinfo=UTC)  # 8:30 there
    with stage.on(date(2025, 1, 22), 5, department="974"):
        stage.time_passes()
    with stage.on(date(2025, 1, 22), 9, department="974"):
        stage.time_passes()
    [reminder] = stage.letters(mme_payet, "reminder_consent")
    assert reminder.leaves == datetime(2025, 1, 22, 4, 30, tzinfo=UTC)  # posted at five for half past eight there: never at five
    with stage.on(date(2025, 1, 22), 9, department="974"):
        stage.answers(mme_payet, "accept", phone="y")
        [introduction] = stage.letters(thi_mai, "introduction")
        assert "+262262123456" in introduction.text.replace(" ", "")


def test_us7_a_reminder_that_falls_due_at_nine_there_leaves_at_nine_there(stage, thi_mai, jean_baptiste):  # noqa: F811
    hinglo = stage.partner(jean_baptiste, "Lycée polyvalent Jean Hinglo", "Le Port", uai="9740979W", **REUNION)
    contact = stage.contact(hinglo, "Nadège", "Payet", "n.payet@ac-reunion.example", ContactRole.HEAD)
    with stage.on(date(2025, 1, 13), 9, department="974"):
        request = stage.asks(thi_mai, hinglo, need="academic", purpose="new_town", message="Nous ouvrons un programme à La Réunion en mars.")
        stage.approves(jean_baptiste, request, contact)
    with stage.on(date(2025, 1, 20), 9, department="974"):  # nothing ran before
        assert "reminder_consent" in stage.time_passes()

    [reminder] = stage.letters(contact, "reminder_consent")
    assert reminder.leaves == datetime(2025, 1, 20, 5, tzinfo=UTC)


# ---- US8: trop sollicité -------------------------------------------------------------------------------------------


def test_us8_a_university_asked_twice_in_sixty_days_is_left_alone_and_centrale_is_offered(stage, lucas, soraya, nadia):  # noqa: F811
    nord = {"department": "59", "academy": "09", "region": "32"}
    lille = stage.partner(nadia, "Université de Lille", "Lille", uai="0597239Y", **nord)
    stage.partner(nadia, "Centrale Lille Institut", "Villeneuve-d'Ascq", uai="0597139P", **nord)
    contact = stage.contact(lille, "Inès", "Fauvel", "i.fauvel@lille.example", ContactRole.SOCIAL_OPENING)
    need = {"need": "academic", "purpose": "host_event", "message": "Un amphithéâtre un samedi de printemps, pour quatre cents élèves."}
    for day in (date(2025, 1, 6), date(2025, 2, 3)):
        with stage.on(day):
            stage.approves(nadia, stage.asks(soraya, lille, **need), contact)

    with stage.on(date(2025, 3, 5)):
        request = stage.asks(lucas, lille, **need)
        page = stage.reads(nadia, f"{request}/approbation")
        assert "2 sollicitations sur 2 ce trimestre" in page
        assert "Au repos jusqu'au 6 avril. Pourquoi passer outre ?" in page
        refused = stage.posts(nadia, f"{request}/approbation", 422, contact=str(contact.id), partenaire=str(lille.id),
                              **{f"subject-{contact.id}": "Un amphi ?", f"body-{contact.id}": "Bonjour,\n\nUn amphi ?"})  # fmt: skip
        assert "a déjà été sollicité récemment : donnez une raison" in plain(words(refused))

        stage.posts(nadia, f"{request}/refus", reason="asked_recently", word="Essayez plutôt Centrale Lille : personne ne les a sollicités.")
        read = stage.reads(lucas, request)
        assert "partenaire déjà sollicité récemment" in read.lower()
        assert "Essayez plutôt Centrale Lille" in read
        assert "Fauvel" not in read
        assert "Essayez plutôt Centrale Lille" in stage.letters(lucas, "declined")[0].text


def test_us8_the_manager_may_pass_over_it_with_a_reason(stage, lucas, soraya, nadia):  # noqa: F811
    lille = stage.partner(nadia, "Université de Lille", "Lille", uai="0597239Y", department="59", academy="09", region="32")
    contact = stage.contact(lille, "Inès", "Fauvel", "i.fauvel@lille.example")
    need = {"need": "academic", "purpose": "host_event", "message": "Un amphithéâtre un samedi de printemps, pour quatre cents élèves."}
    for day in (date(2025, 1, 6), date(2025, 2, 3)):
        with stage.on(day):
            stage.approves(nadia, stage.asks(soraya, lille, **need), contact)
    with stage.on(date(2025, 3, 5)):
        request = stage.asks(lucas, lille, **need)
        stage.approves(nadia, request, contact, **{f"reason-{contact.id}": "elle l'a proposé elle-même"})

    assert len(stage.letters(contact, "ask_consent")) == 3
