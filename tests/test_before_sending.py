"""Before sending: what the form says of a request, with the exact values of the stories US1, US3 and US8."""

import random
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Association, User
from brokerage.conventions.models import Convention
from brokerage.introductions import fatigue, quota, requests, rules
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.partners.models import Partner, PartnerKind, Permission, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements
HIGHER = {"kind": PartnerKind.ACADEMIC, "town": "Villeneuve-d'Ascq", "postcode": "59650", "department": "59", "academy": "09", "region": "32"}
MESSAGE = "Nous cherchons une école qui ouvre ses amphithéâtres à quatre cents élèves, un samedi."


def on(day: date, hour: int = 10) -> Any:
    """Everything inside happens on this day, in the morning in Paris."""
    return clock.at(datetime.combine(day, time(hour), clock.PARIS))


def plain(response: Any) -> str:
    return words(response).replace("\xa0", " ").replace("\u202f", " ")


@pytest.fixture
def lille(cast, nadia, as_member) -> dict[str, uuid.UUID]:
    """US3 and US8: the Université de Lille and Centrale Lille, a contact each; a hidden school in the same town."""
    with as_member(nadia) as session:
        universite = people.a_partner(nadia, "Université de Lille", uai="0597239Y", type="UNIVERSITE", **HIGHER | {"town": "Lille"})
        centrale = people.a_partner(nadia, "Centrale Lille Institut", uai="0597139P", type="ECOLE_SUP", **HIGHER)
        hidden = people.a_partner(nadia, "École Canaricache", type="UNIVERSITE", visibility=Visibility.HIDDEN, **HIGHER)
        contact = people.a_contact(universite, "Canariprenom", "Canarinom")
        people.a_contact(centrale, "Ada", "Canarinom", "ada@centrale.example")
        people.a_contact(hidden, "Canariprenom", "Canarinom", "x@cache.example")
        session.commit()
    return {"universite": universite.id, "centrale": centrale.id, "hidden": hidden.id, "contact": contact.id}


@pytest.fixture
def asked(cast, as_system) -> Any:
    """Asks of a contact of Passeport Avenir on some days; the request behind them is Soraya's, introduced that day."""

    def ask(contact_id: uuid.UUID, partner_id: uuid.UUID, *days: date, by: User | None = None) -> None:
        with as_system() as session:
            for day in days:
                at = datetime.combine(day, time(9), clock.PARIS)
                about: dict[str, Any] = {"asking_id": cast.ede.id, "giving_id": cast.pa.id}
                request = IntroductionRequest(
                    number=f"T-{uuid.uuid4().hex[:8]}", requester_id=(by or cast.soraya).id, partner_id=partner_id, state=RequestState.CLOSED,
                    state_since=at, submitted_at=at - timedelta(days=7), decided_at=at, **about,
                )  # fmt: skip
                session.add(request)
                session.flush()
                introduction = Introduction(
                    request_id=request.id, contact_id=contact_id, contact_role="head", state=IntroductionState.CLOSED, state_since=at, introduced_at=at, **about
                )
                session.add(introduction)
                session.flush()
                session.add(Ask(association_id=cast.pa.id, introduction_id=introduction.id, contact_id=contact_id, by_id=cast.nadia.id, asked_at=at, subject="", body=""))
            session.commit()

    return ask


def us3(partner: uuid.UUID, **more: Any) -> dict[str, Any]:
    """The form of US3 as a delegate types it."""
    typed = {
        "partner": partner, "need": "academic", "purpose": "host_event", "event_name": "Entretiens de l'Excellence, Lille", "event_on": "2025-02-01",
        "fallback_on": "2025-02-08", "event_hours": "13 h - 18 h", "place": "Villeneuve-d'Ascq / Lille", "pupils": "400", "speakers": "60", "message": MESSAGE,
    }  # fmt: skip
    return {name: str(value) for name, value in (typed | more).items()}


def test_us3_the_fallback_date_falls_into_the_winter_holidays_of_zone_b(lille, lucas, signed_in):
    with on(date(2024, 11, 4)):
        said = plain(signed_in(lucas).post("/demandes/avant-envoi", data=us3(lille["centrale"])))

    assert "La date de repli, le samedi 8 février 2025, tombe pendant les vacances d'hiver, zone B." in said
    assert "Le samedi 1er février 2025" not in said
    assert "jours ouvrés, c'est confortable" in said


def test_the_advice_comes_alone_for_htmx_and_keeps_nothing(lille, lucas, cast, signed_in, as_system):
    headers = {"HX-Request": "true", "HX-Target": "avant"}
    with on(date(2024, 11, 4)):
        answer = signed_in(lucas).post("/demandes/avant-envoi", data=us3(lille["centrale"]), headers=headers)

    body = answer.get_data(as_text=True)
    assert (answer.status_code, "<form" in body, "zone" in body) == (200, False, True)
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(IntroductionRequest)) == 0


def test_us1_an_october_request_for_november_in_saint_quentin_is_short_and_in_june_it_is_not(lille, lucas, signed_in):
    typed = us3("", purpose="new_town", place="Saint-Quentin (02100)", event_on="2024-11-23", fallback_on="")
    with on(date(2024, 11, 12)):
        late = plain(signed_in(lucas).post("/demandes/avant-envoi", data=typed))
    with on(date(2024, 6, 3)):
        early = plain(signed_in(lucas).post("/demandes/avant-envoi", data=typed))

    assert "Le délai est court : 8 jours ouvrés." in late
    assert "Le délai est court" not in early
    assert "c'est confortable" in early


def test_the_notice_that_is_short_is_the_giving_associations_rule(lille, cast, lucas, signed_in, as_system):
    with as_system() as session:
        session.execute(sa.update(Association).where(Association.id == cast.pa.id).values(rules={"notice_days": 5}))
        session.commit()
    with on(date(2024, 11, 12)):
        said = plain(signed_in(lucas).post("/demandes/avant-envoi", data=us3(lille["centrale"], event_on="2024-11-23")))

    assert "Le délai est court" not in said
    assert "Dans 8 jours ouvrés" in said


@pytest.mark.parametrize(
    ("day", "place", "expected"),
    [
        ("2025-05-01", "Lille", "Le jeudi 1er mai 2025 est un jour férié : Fête du Travail."),
        ("2025-12-26", "Strasbourg", "est un jour férié"),
        ("2025-03-16", "Lille", "Le dimanche 16 mars 2025 est un dimanche."),
        ("2025-02-18", "académie de Versailles", "vacances d'hiver, zone C"),
        ("2025-07-20", "Le Port (97420)", "vacances d'été"),
    ],
)
def test_holidays_are_those_of_the_place(day, place, expected, lille, lucas, signed_in):
    with on(date(2025, 1, 6)):
        said = plain(signed_in(lucas).post("/demandes/avant-envoi", data=us3(lille["centrale"], event_on=day, fallback_on="", place=place)))

    assert expected in said


def test_us8_two_asks_in_sixty_days_the_university_rests_and_centrale_is_offered_instead(lille, asked, lucas, nadia, signed_in):
    asked(lille["contact"], lille["universite"], date(2024, 12, 30), date(2025, 1, 20))
    with on(date(2025, 2, 3)):
        said = plain(signed_in(lucas).get(f"/demandes/nouvelle?partenaire={lille['universite']}"))

    assert "2 sollicitations sur 2 ce trimestre, de nouveau le 30 mars" in said
    assert "Université de Lille est au repos jusqu'au 30 mars." in said
    assert "D'autres peuvent vous répondre Centrale Lille Institut" in said
    assert "Canari" not in said


def test_us8_the_manager_reads_the_same_count_declines_for_it_and_names_centrale(
    lille, asked, cast, lucas, nadia, signed_in, as_member, as_system, a_request
):
    asked(lille["contact"], lille["universite"], date(2024, 12, 30), date(2025, 1, 20))
    with as_member(lucas) as session, on(date(2025, 2, 3)):
        by = session.get_one(User, lucas.id)
        request = a_request(by, cast.pa, partner_id=lille["universite"], target_name="Université de Lille")
        requests.submit(request, by)
        session.commit()
    browser = signed_in(nadia)

    with on(date(2025, 2, 3)):
        seen = plain(browser.get(f"/demandes/{request.id}/approbation"))
        browser.post(f"/demandes/{request.id}/refus", data={"reason": "asked_recently", "word": "Essayez plutôt Centrale Lille."})

    assert "2 sollicitations sur 2 ce trimestre" in seen
    assert "Au repos jusqu'au 30 mars" in seen
    with as_system() as session:
        kept = session.get_one(IntroductionRequest, request.id)
        assert (kept.state, kept.decline_reason) == (RequestState.DECLINED, "asked_recently")


def test_two_of_three_asks_leave_a_place_and_the_gap_says_when(lille, asked, cast, lucas, signed_in, as_system):
    with as_system() as session:
        session.execute(sa.update(Association).where(Association.id == cast.pa.id).values(rules={"asks_limit": 3}))
        session.commit()
    asked(lille["contact"], lille["universite"], date(2025, 1, 6), date(2025, 3, 18))

    said = {}
    for day in (date(2025, 3, 20), date(2025, 4, 1)):
        with on(day):
            said[day] = plain(signed_in(lucas).get(f"/demandes/nouvelle?partenaire={lille['universite']}"))

    assert "2 sollicitations sur 3 ce trimestre, de nouveau le 1er avril" in said[date(2025, 3, 20)]
    assert "2 sollicitations sur 3 ce trimestre" in said[date(2025, 4, 1)]
    assert "de nouveau le" not in said[date(2025, 4, 1)]


def test_the_other_partner_is_taken_with_everything_that_was_typed(lille, cast, lucas, signed_in):
    browser = signed_in(lucas)
    with on(date(2024, 11, 4)):
        answer = browser.post("/demandes/autre-partenaire", data=us3(lille["universite"], autre=lille["centrale"], ally=cast.pa.id))
        body = browser.get(answer.location).get_data(as_text=True)

    assert answer.status_code == 303
    assert "Centrale Lille Institut" in body
    for typed in ("2025-02-08", "13 h - 18 h", 'value="400"', MESSAGE[:40]):
        assert typed in body


def test_the_other_partner_is_taken_even_when_a_number_makes_no_sense(lille, lucas, signed_in):
    answer = signed_in(lucas).post("/demandes/autre-partenaire", data=us3(lille["universite"], autre=lille["centrale"], pupils="vingt-huit"))

    assert answer.status_code == 422
    assert "Centrale Lille Institut" in plain(answer)
    assert "vingt-huit" in answer.get_data(as_text=True)


def test_a_hidden_partner_cannot_be_aimed_at(lille, cast, lucas, signed_in):
    answer = signed_in(lucas).post("/demandes/autre-partenaire", data=us3(lille["universite"], autre=lille["hidden"], ally=cast.pa.id))

    assert (answer.status_code, "Ce partenaire n'est plus dans l'annuaire" in plain(answer), "Canari" in plain(answer)) == (422, True, False)


def test_the_last_introduction_of_our_association_and_its_usual_delay_are_told(lille, asked, lucas, signed_in):
    asked(lille["contact"], lille["universite"], date(2024, 3, 4), date(2024, 4, 8), date(2024, 5, 13))
    with on(date(2025, 2, 3)):
        said = plain(signed_in(lucas).get(f"/demandes/nouvelle?partenaire={lille['universite']}"))

    assert "Dernière mise en relation avec ce partenaire : le 13 mai 2024, à la demande de Soraya Benali." in said
    assert "Délai habituel de réponse de Passeport Avenir : 5 jours ouvrés." in said


def test_an_open_request_of_a_colleague_is_named_one_of_the_ally_is_not(lille, cast, lucas, soraya, jean_baptiste, thi_mai, signed_in, as_member, a_request):
    with as_member(jean_baptiste) as session:
        twin = people.a_partner(jean_baptiste, "Université de Lille", uai="0597239Y", **HIGHER)
        session.commit()
    with as_member(soraya) as session, on(date(2025, 1, 6)):
        by = session.get_one(User, soraya.id)
        requests.submit(a_request(by, cast.pa, session.get(Partner, twin.id), partner_id=lille["universite"]), by)
        session.commit()
    with as_member(thi_mai) as session, on(date(2025, 1, 8)):
        by = session.get_one(User, thi_mai.id)
        requests.submit(a_request(by, cast.ede, partner_id=twin.id, target_name="Université de Lille"), by)
        session.commit()

    with on(date(2025, 2, 3)):
        said = plain(signed_in(lucas).get(f"/demandes/nouvelle?partenaire={lille['universite']}"))

    assert "Soraya Benali a déjà une demande ouverte pour ce partenaire, depuis le 6 janvier." in said
    assert "L'association partenaire a elle-même une demande ouverte pour ce partenaire, depuis le 8 janvier." in said
    assert "Thi-Mai" not in said
    assert "Jean-Baptiste Roussel suit déjà ce partenaire." in said


def test_the_same_town_and_purpose_are_alike_drafts_and_closed_ones_are_not(cast, lucas, soraya, signed_in, as_member, a_request):
    with as_member(soraya) as session, on(date(2025, 1, 6)):
        by = session.get_one(User, soraya.id)
        requests.submit(a_request(by, cast.pa, place="Saint-Quentin", purpose="new_town"), by)
        a_request(by, cast.pa, place="Sarcelles", purpose="host_event")
        session.commit()

    with on(date(2025, 2, 3)):
        alike = plain(signed_in(lucas).post("/demandes/avant-envoi", data=us3("", place="SAINT QUENTIN", purpose="new_town")))
        draft = plain(signed_in(lucas).post("/demandes/avant-envoi", data=us3("", place="Sarcelles", purpose="host_event")))

    assert "Soraya Benali a déjà une demande ouverte pour la même ville et le même but, depuis le 6 janvier." in alike
    assert "demande ouverte" not in draft


def test_an_old_request_is_said_once_more_without_its_dates(cast, lille, lucas, signed_in, as_member, as_system, a_request):
    with as_member(lucas) as session:
        by = session.get_one(User, lucas.id)
        old = a_request(by, cast.pa, partner_id=lille["centrale"], fallback_on=clock.today() + timedelta(days=70))
        requests.submit(old, by)
        requests.withdraw(old, by)
        session.commit()
    browser = signed_in(lucas)

    page = browser.get(f"/demandes/{old.id}").get_data(as_text=True)
    form = browser.get(f"/demandes/nouvelle?comme={old.id}").get_data(as_text=True)

    assert f"/demandes/nouvelle?comme={old.id}" in page
    assert "Refaire une demande semblable" in page
    assert f"?comme={old.id}" in browser.get(f"/demandes/?etat=finies&demande={old.id}").get_data(as_text=True)
    assert "Centrale Lille Institut" in form
    assert 'value="28"' in form
    assert old.message in form
    assert old.event_on.isoformat() not in form
    assert old.fallback_on.isoformat() not in form
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(IntroductionRequest)) == 1, "nothing changes on GET"


def test_a_copy_leaves_out_a_partner_that_left_the_directory(cast, lille, lucas, signed_in, as_member, as_system, a_request):
    with as_member(lucas) as session:
        by = session.get_one(User, lucas.id)
        old = a_request(by, cast.pa, partner_id=lille["centrale"], target_name="Centrale Lille Institut")
        requests.submit(old, by)
        requests.withdraw(old, by)
        session.commit()
    with as_system() as session:
        session.execute(sa.update(Partner).where(Partner.id == lille["centrale"]).values(visibility=Visibility.HIDDEN))
        session.commit()

    form = plain(signed_in(lucas).get(f"/demandes/nouvelle?comme={old.id}"))

    assert "Centrale" not in form


def test_nobody_copies_the_request_of_somebody_else(cast, lille, lucas, soraya, thi_mai, oscar, signed_in, as_member, a_request):
    with as_member(lucas) as session:
        by = session.get_one(User, lucas.id)
        old = a_request(by, cast.pa, partner_id=lille["centrale"])
        requests.submit(old, by)
        session.commit()

    seen = {who.first_name: signed_in(who).get(f"/demandes/nouvelle?comme={old.id}").status_code for who in (soraya, thi_mai, oscar, cast.nadia)}

    assert seen == {"Soraya": 404, "Thi-Mai": 404, "Oscar": 404, "Nadia": 422}


# ---- fatigue, told to both sides -----------------------------------------------------------------------------


def test_the_directory_and_the_record_say_the_same_words(lille, asked, lucas, nadia, signed_in):
    asked(lille["contact"], lille["universite"], date(2024, 12, 30), date(2025, 1, 20))
    told = "2 sollicitations sur 2 ce trimestre, de nouveau le 30 mars"
    with on(date(2025, 2, 3)):
        for who, address in ((lucas, "/annuaire/"), (lucas, f"/annuaire/{lille['universite']}"), (nadia, f"/partenaires/{lille['universite']}")):
            assert told in plain(signed_in(who).get(address)), address


def test_the_view_and_the_rule_agree_whatever_the_asks_the_limits_and_the_quiet_months(cast, nadia, asked, as_member, as_system):
    dice, today = random.Random(2026), date(2025, 2, 3)
    with as_system() as session:
        session.execute(sa.update(Association).where(Association.id == cast.pa.id).values(rules={"asks_gap_days": 21, "asks_window_days": 60}))
        session.commit()
    contacts = []
    with as_member(nadia) as session:
        for n in range(60):
            partner = people.a_partner(nadia, f"Partenaire {n}")
            quiet = dice.choice([[], [2], [2, 3], [12, 1, 2], list(range(1, 13))])
            contacts.append(people.a_contact(partner, asks_per_quarter=dice.choice([None, 0, 1, 2, 3]), quiet_months=quiet))
        session.commit()
    for contact in contacts:
        asked(contact.id, contact.partner_id, *sorted(today - timedelta(days=dice.choice([0, 1, 13, 20, 21, 22, 58, 59, 60, 61, 100])) for _ in range(dice.randrange(4))))

    with on(today), as_member(nadia) as session:
        slow = fatigue.standings([session.merge(c) for c in contacts], rules.of(cast.pa.id))
        quick = quota.of([c.partner_id for c in contacts])

    for contact in contacts:
        one, other = slow[contact.id], quick[contact.partner_id]
        assert (other.asks, other.allowed, other.resting) == (one.asks, one.limit, one.is_over), contact.quiet_months
        mine = quota.summed(contact.partner_id, [contact], slow)
        assert (mine.asks, mine.allowed, mine.resting) == (one.asks, one.limit, one.is_over)
        if one.limit:
            assert (other.free_on if other.resting else None) == one.free_on
            assert mine.free_on == other.free_on or not one.is_over


def test_an_ally_reads_only_a_count_and_a_date_of_what_is_listed(lille, asked, cast, lucas, oscar, as_member, as_system):
    asked(lille["contact"], lille["universite"], date(2025, 1, 20))
    every = [lille["universite"], lille["centrale"], lille["hidden"]]
    with as_member(lucas) as session:
        assert set(quota.of(every)) == set(every[:2])
        assert session.scalars(sa.select(Ask)).all() == []
    with as_member(oscar):
        assert quota.of(every) == {}
    with as_system() as session:
        session.execute(sa.update(Convention).values(ends_on=clock.today() - timedelta(days=1)))
        session.commit()
    with as_member(lucas):
        assert quota.of(every) == {}


def test_whoever_may_not_be_asked_counts_for_nothing(lille, cast, lucas, as_member, as_system):
    with as_system() as session:
        contact = session.get_one(people.Contact, lille["contact"])
        contact.permission = Permission.DO_NOT_CONTACT
        session.commit()
    with as_member(lucas):
        assert quota.of([lille["universite"]]) == {}


def test_several_people_share_the_asks_and_the_first_free_one_decides(lille, asked, nadia, lucas, as_member):
    with as_member(nadia) as session:
        other = people.a_contact(session.get_one(Partner, lille["universite"]), "Bea", "Autre", "bea@lille.example")
        session.commit()
    asked(lille["contact"], lille["universite"], date(2024, 12, 30), date(2025, 1, 20))
    with on(date(2025, 2, 3)), as_member(lucas):
        one = quota.of([lille["universite"]])[lille["universite"]]

    assert (one.asks, one.allowed, one.resting) == (2, 4, False), other.last_name


def test_the_form_asks_the_database_little_and_the_directory_once_more(lille, asked, cast, lucas, signed_in, statements):
    asked(lille["contact"], lille["universite"], date(2024, 12, 30), date(2025, 1, 20))
    browser, headers = signed_in(lucas), {"HX-Request": "true", "HX-Target": "avant"}
    with on(date(2025, 2, 3)):
        browser.post("/demandes/avant-envoi", data=us3(lille["universite"]), headers=headers)
        with statements() as form:
            browser.post("/demandes/avant-envoi", data=us3(lille["universite"]), headers=headers)
        with statements() as directory:
            browser.get("/annuaire/")

    assert len([one for one in form if "set_config" not in one]) <= 14, form
    assert len([one for one in directory if "partner_quota" in one]) == 1
