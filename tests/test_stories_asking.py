"""Field stories US1 to US4: a town to open, tutors, a host, women engineers. The people, places and numbers are the field's own."""

from datetime import date

import pytest
import sqlalchemy as sa

from brokerage import scope
from brokerage.accounts.models import Association, User
from brokerage.introductions.models import IntroductionRequest, Outcome
from brokerage.partners.models import ContactRole
from tests.story import Stage, stage  # noqa: F401

JUNE = date(2024, 6, 3)


# ---- US1: ouvrir une ville ---------------------------------------------------------------------------------------

SAINT_QUENTIN = {
    "need": "academic", "purpose": "new_town", "event_name": "Entretiens de l'Excellence – Saint-Quentin, 1re édition",
    "place": "Saint-Quentin (02100)", "event_on": date(2024, 11, 23), "event_hours": "13 h 30-17 h 30", "audience": "4e à Terminale, 15 ateliers",
    "pupils": 250, "parents": 80, "speakers": 40, "role_sought": "referent", "wanted_by": date(2024, 6, 14),
    "message": "Nous ouvrons Saint-Quentin en novembre et cherchons les lycées qui y mèneront leurs élèves.",
}  # fmt: skip


@pytest.fixture
def saint_quentin(stage: Stage, nadia: User):  # noqa: F811
    """Three lycées, of which two are called Condorcet, with a contact each."""
    aisne = {"town": "Saint-Quentin", "postcode": "02100", "department": "02", "academy": "20", "region": "32"}
    found = []
    for name, uai, last in (
        ("Lycée Pierre de la Ramée", "0020049T", "Kanté"), ("Lycée Condorcet", "0020050U", "Lemaire"), ("LP Condorcet", "0020079A", "Obadia"),
    ):  # fmt: skip
        partner = stage.partner(nadia, name, uai=uai, **aisne)
        found.append((partner, stage.contact(partner, "Aïssa", last, f"{last.lower()}@ac-amiens.example".replace("é", "e"))))
    return found


def test_us1_three_lycees_for_a_first_edition_two_are_granted_and_the_third_comes_in_september(stage, saint_quentin, lucas, nadia, as_system):  # noqa: F811
    (ramee, mme_kante), (condorcet, m_lemaire), (lp_condorcet, _obadia) = saint_quentin

    with stage.on(JUNE, 20):
        directory = stage.reads(lucas, "/annuaire/?q=condorcet")
        assert "Lycée Condorcet" in directory
        assert "LP Condorcet" in directory
        assert "0020050U" in stage.reads(lucas, f"/annuaire/{condorcet.id}")
        assert "0020079A" in stage.reads(lucas, f"/annuaire/{lp_condorcet.id}")
        first, second, third = (stage.asks(lucas, partner, **SAINT_QUENTIN) for partner in (ramee, condorcet, lp_condorcet))
        page = stage.reads(lucas, first)
        for said in (
            "250 élèves, 80 parents, 40 intervenants", "samedi 23 novembre 2024", "13 h 30-17 h 30", "4e à Terminale, 15 ateliers", "1re édition",
            "avant le 14 juin", "Saint-Quentin (02100)", "Ouvrir une nouvelle ville",
        ):  # fmt: skip
            assert said in page
        with as_system() as session:  # académie d'Amiens, Hauts-de-France
            assert {(one.academy, one.region) for one in session.scalars(sa.select(IntroductionRequest))} == {("20", "32")}

    with stage.on(date(2024, 6, 5)):
        stage.approves(nadia, first, mme_kante)
        stage.approves(nadia, second, m_lemaire)
        stage.posts(nadia, f"{third}/report", until=date(2024, 9, 1), private_reason="La convention du LP se renégocie.")
        stage.posts(nadia, f"{third}/commentaires", text="Convention en cours de renouvellement, à partir du 1er septembre.", readers="both")

        assert "Convention en cours de renouvellement, à partir du 1er septembre." in stage.reads(lucas, third)
        assert "se renégocie" not in stage.reads(lucas, third)
        assert sorted(letter.kind for letter in stage.letters(lucas)) == ["approved", "approved", "comment", "parked"]
        assert "1er septembre" in stage.letters(lucas, "parked")[0].text
        ask = stage.letters(mme_kante)[0].text
        for said in ("Saint-Quentin, 1re édition", "samedi 23 novembre 2024", "250 élèves", "Lucas Ferreira"):
            assert said in ask

    with stage.on(date(2024, 6, 12)):
        stage.answers(mme_kante, "accept", word="Nos terminales seront ravies.")
        assert "Aïssa Kanté" in stage.reads(lucas, first)
        assert "Lemaire" not in stage.reads(lucas, second)
    with stage.on(date(2024, 8, 30)):
        assert stage.time_passes().count("reminder_parked") == 0
    with stage.on(date(2024, 9, 2), 9):  # the 1st is a Sunday
        assert "reminder_parked" in stage.time_passes()
        assert "LP Condorcet" in stage.reads(nadia, "/demandes/")


# ---- US2: trouver des tuteurs --------------------------------------------------------------------------------------


def test_us2_a_company_of_le_mans_gives_eight_tutors_of_whom_four_are_women(stage, thi_mai, jean_baptiste, as_system):  # noqa: F811
    sarthe = {"postcode": "72000", "department": "72", "academy": "17", "region": "52", "headcount": "250-499"}
    valmont = stage.partner(jean_baptiste, "Valmont Assurances", "Le Mans", **sarthe)
    contact = stage.contact(valmont, "Claire", "Morvan", "c.morvan@valmont.example", ContactRole.DIVERSITY_CSR, title="responsable diversité")

    with stage.on(JUNE, 19):
        assert "Valmont Assurances" in stage.reads(thi_mai, "/annuaire/?q=le mans")
        request = stage.asks(
            thi_mai, valmont, need="corporate", purpose="recruit_tutors", role_sought="diversity_csr", place="Le Mans (72000)", tutors=12,
            event_name="Tutorat de la prépa TSI, lycée Touchard-Washington (0720033V)", audience="3 h par mois, d'octobre 2024 à juin 2026",
            message="12 tuteurs et tutrices, dont au moins 5 femmes. En contrepartie : 2 jours de formation des tuteurs, bilan annuel.",
        )  # fmt: skip
        page = stage.reads(thi_mai, request)
        for said in (
            "12 tuteurs et tutrices", "Recruter des tuteurs et tutrices", "dont au moins 5 femmes", "3 h par mois, d'octobre 2024 à juin 2026",
            "Touchard-Washington (0720033V)", "2 jours de formation des tuteurs, bilan annuel", "Le Mans (72000)",
        ):  # fmt: skip
            assert said in page
        assert "Morvan" not in page
    with stage.on(date(2024, 6, 4)):
        stage.approves(jean_baptiste, request, contact)
    with stage.on(date(2024, 6, 6), 15):
        assert "Merci" in stage.answers(contact, "accept", phone="y")
        introduced = stage.letters(thi_mai, "introduction")[0]
        assert "c.morvan@valmont.example" in introduced.text
    with stage.on(date(2024, 6, 20), 9):
        assert "reminder_outcome" in stage.time_passes()
    with stage.on(date(2024, 7, 1)):
        [outcome] = [path for path in _forms(stage, thi_mai, request) if path.endswith("/resultat")]
        refused = stage.posts(thi_mai, outcome, 422, result="met", tutors="huit", word="8 tuteurs engagés, dont 4 femmes")
        assert "dont 4 femmes" in refused.text
        assert 'value="huit"' in refused.text
        stage.posts(thi_mai, outcome, result="met", tutors=8, word="8 tuteurs engagés, dont 4 femmes")

        assert "8 tuteurs et tutrices. « 8 tuteurs engagés, dont 4 femmes »" in stage.reads(jean_baptiste, request)
    with as_system() as session:
        assert session.scalars(sa.select(Outcome.numbers)).one() == {"tutors": 8}


def _forms(stage, who, path):  # noqa: F811
    import re

    page = stage._client_of(who).get(path).get_data(as_text=True)
    return re.findall(r'<form[^>]*action="([^"]+)"', page)


# ---- US3: un lieu d'accueil ----------------------------------------------------------------------------------------


def test_us3_a_host_in_lille_whose_fallback_date_falls_into_the_holidays_of_zone_b(stage, lucas, nadia):  # noqa: F811
    nord = {"department": "59", "academy": "09", "region": "32"}
    centrale = stage.partner(nadia, "Centrale Lille Institut", "Villeneuve-d'Ascq", uai="0597139P", **nord)
    opening = stage.contact(centrale, "Maud", "Delattre", "m.delattre@centrale.example", ContactRole.SOCIAL_OPENING)
    wanted = {
        "need": "academic", "purpose": "host_event", "role_sought": "social_opening", "place": "Villeneuve-d'Ascq", "event_hours": "13 h-18 h",
        "event_name": "Entretiens de l'Excellence, Lille", "event_on": date(2025, 2, 1), "fallback_on": date(2025, 2, 8), "pupils": 400, "speakers": 60, "rooms": 18,
        "message": "Il nous faut un amphi de 400 places, 18 salles de 25 places et le hall, de 13 h à 18 h.",
    }  # fmt: skip

    with stage.on(date(2024, 11, 4), 21):
        answer = stage.posts(lucas, "/demandes/avant-envoi", 200, partner=str(centrale.id), **wanted)
        from tests.partners_fixtures import words
        from tests.story import plain

        assert "La date de repli, le samedi 8 février 2025, tombe pendant les vacances d'hiver, zone B." in plain(words(answer))
        request = stage.asks(lucas, centrale, **wanted)
        page = stage.reads(nadia, request)
        assert "400 élèves, 60 intervenants, 18 salles" in page
        assert "un amphi de 400 places, 18 salles de 25 places et le hall" in page
    with stage.on(date(2024, 11, 6)):
        stage.approves(nadia, request, opening)
        ask = stage.letters(opening)[0]
        assert "/reponse/" in ask.text
        page = stage.reads(None, ask.link("/reponse/"))
        for said in ("Entretiens de l'Excellence, Lille", "samedi 1er février 2025", "13 h-18 h", "400 élèves"):
            assert said in page


# ---- US4: tutrices pour casser les stéréotypes ---------------------------------------------------------------------


def test_us4_four_women_engineers_are_named_only_as_each_agrees(stage, cast, lucas, nadia, karim, as_system):  # noqa: F811
    works = ("aéronautique", "réseaux", "production", "données")
    firm = stage.partner(nadia, "Altaïr Systèmes", "Toulouse", department="31", academy="16", region="76")
    women = [stage.contact(firm, "Ingénieure", f"Nom{n}", f"nom{n}@altair.example", ContactRole.OTHER, title=work) for n, work in enumerate(works)]
    with stage.on(date(2025, 1, 13), 20):
        request = stage.asks(
            lucas, need="volunteers", purpose="find_speakers", event_name="Atelier « Ingénieure : et pourquoi pas moi ? »", place="Toulouse",
            event_on=date(2025, 3, 22), event_hours="14 h-16 h", audience="seconde et première", pupils=60, tutors=4,
            message="À TBS Education (0310156B) : 4 tutrices de l'aéronautique, des réseaux, de la production et des données.",
        )  # fmt: skip
        assert "4 tuteurs et tutrices" in stage.reads(nadia, request)
        with as_system() as session:
            assert session.scalars(sa.select(IntroductionRequest.commitment)).one() == 2
    with stage.on(date(2025, 1, 14)):
        stage.posts(nadia, f"{request}/transmission", to=str(karim.id), word="À toi, qui coordonnes les tutrices.")
        assert "Karim Lahlou" in stage.reads(lucas, request)
    with stage.on(date(2025, 1, 15)):
        typed = {"contact": [str(one.id) for one in women], "leave": "now", "partenaire": str(firm.id)}
        typed |= {f"subject-{one.id}": "Un atelier à Toulouse ?" for one in women} | {f"body-{one.id}": "Bonjour,\n\nViendriez-vous ?" for one in women}
        stage.posts(karim, f"{request}/approbation", **typed)
        page = stage.reads(lucas, request)
        assert "Altaïr Systèmes" in page
        assert not any(one.last_name in page for one in women)
    with stage.on(date(2025, 1, 17)):
        stage.answers(women[0], "accept")
        page = stage.reads(lucas, request)
        assert [one.last_name in page for one in women] == [True, False, False, False]
    with stage.on(date(2025, 3, 24)):
        stage.posts(nadia, f"/convention/{cast.convention.id}/engagements/nouvelle", kind="women_tutors", title="Ingénieure : et pourquoi pas moi ?",
                    done_on="22/03/2025", done_by=str(cast.pa.id), place="Toulouse", women=4, pupils=60)  # fmt: skip
        assert "4 tutrices" in stage.reads(lucas, f"/convention/{cast.convention.id}/engagements?annee=2024-2025")


def test_every_introduction_says_where_to_learn_more_about_the_association_that_asks(stage, cast, saint_quentin, lucas, nadia):  # noqa: F811
    """Commitment 7: making each other known."""
    with scope.acting(scope.system("a site")) as session:
        session.get_one(Association, cast.ede.id).website = "https://entretiens.example"
        session.commit()
    _ramee, mme_kante = saint_quentin[0]
    with stage.on(JUNE):
        request = stage.asks(lucas, mme_kante.partner, **SAINT_QUENTIN)
        stage.approves(nadia, request, mme_kante)
        stage.answers(mme_kante, "accept")

    [letter] = stage.letters(mme_kante, "introduction")
    assert "En savoir plus sur Les Entretiens de l'Excellence : https://entretiens.example" in letter.text
