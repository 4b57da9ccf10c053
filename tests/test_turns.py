"""When nobody answers, when a yes waits for a manager, when only some are asked now: and who reads whose turn it is."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Association, User
from brokerage.errors import BadInput, NotYours, WrongState
from brokerage.introductions import absences, deciding, entrusting, fatigue, introductions, reminders, requests, rules
from brokerage.introductions.models import Ask, Introduction, IntroductionRequest
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.mail.models import Message
from brokerage.partners.models import Contact, Visibility
from brokerage.timeline import Actor, By
from tests import cast as people

PARIS = clock.PARIS
MONDAY = datetime(2026, 3, 2, 10, tzinfo=PARIS)


def march(n, hour=10):
    return datetime(2026, 3, n, hour, tzinfo=PARIS)


@pytest.fixture
def house(cast, as_member, as_system):
    """What the tests do, each in the right scope, at the given moment, and committed."""

    class House:
        def partner(self, name="Méridiane Énergie", contacts=1, owner=cast.nadia, **more):
            with as_member(owner) as session:
                partner = people.a_partner(owner, name, **more)
                made = [people.a_contact(partner, f"Prénom{n}", f"{name[:3]}{n}", f"c{n}.{partner.id.hex[:6]}@maison.example") for n in range(contacts)]
                session.commit()
                return partner, [one.id for one in made]

        def asked(self, partner, when=MONDAY, **more):
            return self.does(cast.lucas, None, lambda _r, by: self._sent(by, partner, more), when)

        def _sent(self, by, partner, more):
            request = people.a_request(by, cast.pa, partner, **{"event_on": None} | more)
            requests.submit(request, by)
            return request.id

        def does(self, who, request_id, act, when=MONDAY):
            with clock.at(when), as_member(who) as session:
                request = session.get_one(IntroductionRequest, request_id) if request_id else None
                done = act(request, session.get_one(User, who.id))
                session.commit()
                return done

        def sees(self, thing, wanted=IntroductionRequest):
            with as_system() as session:
                return session.get_one(wanted, thing)

        def letters(self, kind):
            with as_system() as session:
                return list(session.scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.created_at)))

        def introductions(self, request_id):
            with as_system() as session:
                wanted = sa.select(Introduction).where(Introduction.request_id == request_id).order_by(Introduction.created_at)
                return list(session.scalars(wanted))

    return House()


def choice(contact, **more):
    return deciding.Choice(contact, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?", **more)


# ---- eight working days ------------------------------------------------------------------------------------------


def test_on_the_eighth_working_day_the_stand_in_and_colleagues_hear_of_it_and_the_requester_may_turn_to_one(cast, house, as_system):
    partner, _contacts = house.partner()
    request = house.asked(partner)
    with pytest.raises(WrongState):
        house.does(cast.lucas, request, lambda r, by: entrusting.turn_to(r, by, _member(r, cast.karim)), march(11))

    with clock.at(march(12)), as_system():
        reminders.send_due()
    told = {(m.kind, m.to_user_id) for kind in ("reminder_escalated", "reminder_escalated_delegate") for m in house.letters(kind)}
    house.does(cast.lucas, request, lambda r, by: entrusting.turn_to(r, by, _member(r, cast.karim), "Merci à vous."), march(12, 11))

    assert told == {("reminder_escalated", cast.karim.id), ("reminder_escalated_delegate", cast.lucas.id)}
    now = house.sees(request)
    assert (now.handler_id, now.state, now.due_on) == (cast.karim.id, RequestState.SUBMITTED, date(2026, 3, 19))
    assert [m.to_user_id for m in house.letters("new_request")] == [cast.nadia.id, cast.karim.id]


def _member(request, user):
    return sa.inspect(request).session.get_one(User, user.id)


@pytest.mark.parametrize("who", ["thi_mai", "jean_baptiste", "nadia"])
def test_only_to_somebody_else_who_decides_there(who, cast, house):
    partner, _contacts = house.partner()
    request = house.asked(partner)

    with pytest.raises(BadInput):
        house.does(cast.lucas, request, lambda r, by: entrusting.turn_to(r, by, _member(r, getattr(cast, who))), march(20))


def test_nor_to_a_manager_who_is_gone(cast, house, as_system):
    partner, _contacts = house.partner()
    request = house.asked(partner)
    with as_system() as session:
        session.get_one(User, cast.karim.id).is_active = False
        session.commit()

    for asks, act in ((cast.lucas, entrusting.turn_to), (cast.nadia, entrusting.redirect)):
        with pytest.raises(BadInput, match="responsable des partenariats"):
            house.does(asks, request, lambda r, by, act=act: act(r, by, to=_member(r, cast.karim)), march(20))


@pytest.mark.parametrize("who", ["soraya", "jean_baptiste"])
def test_nobody_but_the_requester_turns_elsewhere(who, cast, house):
    partner, _contacts = house.partner()
    request = house.asked(partner)

    with pytest.raises(NotYours):
        house.does(getattr(cast, who), request, lambda r, by: entrusting.turn_to(r, by, _member(r, cast.karim)), march(20))


def test_the_button_appears_on_that_day_and_the_page_then_says_who_has_it(cast, house, client_of):
    partner, _contacts = house.partner()
    request = house.asked(partner)

    with clock.at(march(11)):
        assert "Toujours sans réponse" not in client_of(cast.lucas).get(f"/demandes/{request}").text
    with clock.at(march(12)):
        lucass = client_of(cast.lucas)
        page = lucass.get(f"/demandes/{request}").text
        assert "Toujours sans réponse" in page
        assert f'<option value="{cast.nadia.id}"' not in page  # has it already
        refused = lucass.post(f"/demandes/{request}/relais", data={"to": "", "word": "S'il vous plaît"})
        assert refused.status_code == 422
        assert "Choisissez à qui confier la demande." in refused.text
        assert "S&#39;il vous plaît" in refused.text
        assert lucass.post(f"/demandes/{request}/relais", data={"to": str(cast.karim.id)}).status_code == 303
        page = lucass.get(f"/demandes/{request}").text.replace("\u00a0", " ")
        assert "Réponse attendue avant le 19 mars." in page
        assert "Lucas Ferreira confie la demande à Karim Lahlou, faute de réponse." in page


# ---- who reads what ----------------------------------------------------------------------------------------------


def badge_in(client, path):
    """The words of the first badge of a page, with plain blanks."""
    page = client.get(path).text.replace("\u00a0", " ").replace("\u202f", " ")
    start = page.index("</svg>", page.index('class="etat')) + len("</svg>")
    return page[start : page.index("<", start)]


def test_the_badge_of_a_request_depends_on_who_reads_it(cast, house, client_of):
    partner, _contacts = house.partner()
    request = house.asked(partner)
    path = f"/demandes/{request}"

    with clock.at(march(4)):
        said = {name: badge_in(client_of(getattr(cast, name)), path) for name in ("nadia", "karim", "lucas", "jean_baptiste", "awa")}
    assert said == {
        "nadia": "À vous de répondre", "karim": "En attente de Nadia (2 j)", "lucas": "En attente de Nadia (2 j)",
        "jean_baptiste": "En attente de Nadia (2 j)", "awa": "En attente de Nadia (2 j)",
    }  # fmt: skip
    with clock.at(march(11)):
        said = {name: badge_in(client_of(getattr(cast, name)), path) for name in ("nadia", "karim", "lucas")}
    assert said == {"nadia": "En retard", "karim": "En retard, chez Nadia", "lucas": "En retard, chez Nadia"}
    house.does(cast.nadia, request, lambda r, by: deciding.ask_info(r, by, "Combien ?"), march(11))
    with clock.at(march(12)):
        said = {name: badge_in(client_of(getattr(cast, name)), path) for name in ("nadia", "lucas")}
    assert said == {"nadia": "En attente de Lucas (1 j)", "lucas": "À vous de répondre"}


def test_the_requesters_list_says_who_has_it_and_when_an_answer_is_due(cast, house, client_of):
    partner, _contacts = house.partner()
    house.asked(partner)

    with clock.at(march(4)):
        page = client_of(cast.lucas).get("/demandes/").text.replace("\u00a0", " ").replace("\u202f", " ")

    assert "En attente de Nadia (2 j)" in page
    assert "avant le 9 mars" in page


def test_both_sides_read_that_somebody_is_away_and_who_stands_in(cast, house, client_of):
    partner, _contacts = house.partner()
    request = house.asked(partner)
    house.does(cast.nadia, None, lambda _r, by: absences.note(by, by, date(2026, 3, 3), date(2026, 3, 13), cast.karim.id), march(2, 12))

    with clock.at(march(3)):
        house.does(cast.nadia, None, lambda _r, by: absences.change_hands(cast.pa.id), march(3))
        for reader, path in ((cast.lucas, f"/demandes/{request}"), (cast.karim, f"/demandes/{request}"), (cast.lucas, "/accueil")):
            page = client_of(reader).get(path).text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
            assert "Nadia Benhaddou s'absente jusqu'au 13 mars ; Karim Lahlou prend le relais." in page, path


# ---- a yes that waits for a manager ------------------------------------------------------------------------------


def test_without_the_rule_a_yes_tells_the_manager_who_then_introduces_from_the_page(cast, house, client_of, as_system):
    with as_system() as session:
        session.get_one(Association, cast.pa.id).rules = {"introduce_automatically": False}
        session.commit()
    partner, [contact] = house.partner()
    request = house.asked(partner, clock.now())
    house.does(cast.nadia, request, lambda r, by: deciding.approve(r, by, [choice(contact)]), clock.now())

    house.does(cast.nadia, request, lambda r, _by: introductions.accept(r.introductions[0], By(Actor.CONTACT, contact)), clock.now())

    assert [m.to_user_id for m in house.letters("agreed")] == [cast.nadia.id]
    assert house.letters("introduction") == []
    [one] = house.introductions(request)
    assert "Présenter Prénom0 Mér0 à Lucas Ferreira" in client_of(cast.nadia).get(f"/demandes/{request}").text
    assert client_of(cast.karim).post(f"/demandes/introductions/{one.id}/presentation").status_code == 303
    assert len(house.letters("introduction")) == 2
    assert client_of(cast.nadia).post(f"/demandes/introductions/{one.id}/presentation").status_code == 409


def test_with_the_rule_nobody_has_to_be_told(cast, house):
    partner, [contact] = house.partner()
    request = house.asked(partner)
    house.does(cast.nadia, request, lambda r, by: deciding.approve(r, by, [choice(contact)]))

    house.does(cast.nadia, request, lambda r, _by: introductions.accept(r.introductions[0], By(Actor.CONTACT, contact)))

    assert house.letters("agreed") == []
    assert len(house.letters("introduction")) == 2


# ---- some now, others later --------------------------------------------------------------------------------------


def later(cast, house):
    """US1: two contacts granted, the third from 1 September on."""
    partner, (first, second, third) = house.partner("Lycée Condorcet", contacts=3)
    request = house.asked(partner)
    some = [choice(first), choice(second), choice(third, ask_on=date(2026, 9, 1))]
    house.does(cast.nadia, request, lambda r, by: deciding.approve(r, by, some))
    return request, third


def test_two_are_asked_now_and_the_third_not_before_the_date(cast, house, client_of):
    request, third = later(cast, house)

    assert sorted(one.state for one in house.introductions(request)) == ["consent_pending", "consent_pending", "postponed"]
    assert len(house.letters("ask_consent")) == 2
    assert {m.to_contact_id for m in house.letters("ask_consent")} & {third} == set()
    for reader in (cast.lucas, cast.nadia):
        assert "À solliciter à partir du 1er septembre." in client_of(reader).get(f"/demandes/{request}").text.replace("\u00a0", " ")


def test_on_the_date_the_manager_is_asked_and_then_writes(cast, house, as_system):
    request, third = later(cast, house)
    [waiting] = [one for one in house.introductions(request) if one.state is IntroductionState.POSTPONED]

    with clock.at(datetime(2026, 8, 31, 10, tzinfo=PARIS)), as_system():
        reminders.send_due()
        assert house.letters("reminder_postponed") == []
    with clock.at(datetime(2026, 9, 1, 10, tzinfo=PARIS)), as_system():
        reminders.send_due()
    [letter] = house.letters("reminder_postponed")
    house.does(cast.nadia, request, lambda r, by: introductions.resume(_one(r, waiting), by), datetime(2026, 9, 1, 11, tzinfo=PARIS))

    assert "Une personne devait être sollicitée pour le lycée Condorcet" in letter.text
    assert [m.to_contact_id for m in house.letters("ask_consent")][-1] == third
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ask).where(Ask.contact_id == third)) == 1


def _one(request, introduction):
    return next(one for one in request.introductions if one.id == introduction.id)


def test_leaving_it_there_tells_the_requester_and_never_counts_as_an_ask(cast, house, as_member):
    request, third = later(cast, house)
    [waiting] = [one for one in house.introductions(request) if one.state is IntroductionState.POSTPONED]

    house.does(cast.nadia, request, lambda r, by: introductions.drop(_one(r, waiting), by))

    assert [m.to_user_id for m in house.letters("no_follow_up")] == [cast.lucas.id]
    with clock.at(MONDAY), as_member(cast.nadia) as session:
        contact = session.get_one(Contact, third)
        assert fatigue.standings([contact], rules.of(cast.pa.id))[third].asks == 0


def test_the_date_may_move_and_only_forward(cast, house):
    request, _third = later(cast, house)
    [waiting] = [one for one in house.introductions(request) if one.state is IntroductionState.POSTPONED]

    house.does(cast.nadia, request, lambda r, by: introductions.put_off(_one(r, waiting), by, date(2026, 10, 1)))
    assert house.sees(waiting.id, Introduction).postponed_until == date(2026, 10, 1)
    with pytest.raises(BadInput):
        house.does(cast.nadia, request, lambda r, by: introductions.put_off(_one(r, waiting), by, date(2026, 3, 2)))


def test_the_whole_approval_is_taken_back_with_what_was_for_later(cast, house, as_system):
    request, _third = later(cast, house)

    house.does(cast.nadia, request, lambda r, by: deciding.take_back(r, by), MONDAY + timedelta(seconds=10))

    assert house.sees(request).state is RequestState.SUBMITTED
    assert {one.state for one in house.introductions(request)} == {IntroductionState.CANCELLED}
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ask)) == 0


def test_somebody_at_rest_may_be_asked_after_the_rest_without_a_reason(cast, house):
    partner, [contact] = house.partner()
    for n in (0, 20):
        request = house.asked(partner, MONDAY + timedelta(days=n))
        house.does(cast.nadia, request, lambda r, by: deciding.approve(r, by, [choice(contact)]), MONDAY + timedelta(days=n))
    again = house.asked(partner, march(24))

    with pytest.raises(BadInput):
        house.does(cast.nadia, again, lambda r, by: deciding.approve(r, by, [choice(contact, ask_on=date(2026, 4, 10))]), march(24))
    house.does(cast.nadia, again, lambda r, by: deciding.approve(r, by, [choice(contact, ask_on=date(2026, 9, 10))]), march(24))


def test_the_page_of_approval_takes_a_date_for_each_contact(cast, house, client_of):
    partner, (first, second) = house.partner("Lycée Condorcet", contacts=2)
    request, on = house.asked(partner, clock.now()), clock.today() + timedelta(days=40)
    written = {f"{field}-{one}": "Une heure ?" for one in (first, second) for field in ("subject", "body")}

    answer = client_of(cast.nadia).post(
        f"/demandes/{request}/approbation", data={"contact": [str(first), str(second)], f"on-{second}": on.isoformat(), "leave": "now", **written}
    )
    late = client_of(cast.nadia).post(f"/demandes/{request}/approbation", data={"contact": [], "leave": "now"})

    assert (answer.status_code, late.status_code) == (303, 422)
    assert {one.contact_id: one.postponed_until for one in house.introductions(request)} == {first: None, second: on}


# ---- another of our partners -------------------------------------------------------------------------------------


def test_a_request_is_pointed_at_another_partner_and_goes_to_whoever_follows_it(cast, house, client_of):
    wanted, _contacts = house.partner()
    other, _others = house.partner("Centrale Lille", owner=cast.karim)
    request = house.asked(wanted, clock.now())
    nadias = client_of(cast.nadia)

    assert "Karim Lahlou suit Centrale Lille." in nadias.get(f"/demandes/{request}/approbation?partenaire={other.id}").text
    assert nadias.post(f"/demandes/{request}/orientation", data={"partenaire": str(other.id)}).status_code == 303

    now = house.sees(request)
    assert (now.handler_id, now.partner_id, now.target_name) == (cast.karim.id, other.id, "Centrale Lille")
    assert "Nadia Benhaddou oriente la demande vers Centrale Lille, que suit Karim Lahlou." in client_of(cast.lucas).get(f"/demandes/{request}").text


def test_never_at_a_hidden_one_nor_at_somebody_elses(cast, house, client_of, as_member):
    wanted, _contacts = house.partner()
    hidden, _others = house.partner("Discrète SA", owner=cast.karim, visibility=Visibility.HIDDEN)
    with as_member(cast.lucas) as session:
        foreign = people.a_partner(cast.lucas, "Le carnet d'en face")
        session.commit()
    request = house.asked(wanted, clock.now())
    nadias = client_of(cast.nadia)

    assert nadias.post(f"/demandes/{request}/orientation", data={"partenaire": str(hidden.id)}).status_code == 422
    assert nadias.post(f"/demandes/{request}/orientation", data={"partenaire": str(foreign.id)}).status_code == 422
    assert house.sees(request).partner_id == wanted.id
    assert "Discrète" not in client_of(cast.lucas).get(f"/demandes/{request}").text


def test_an_answer_is_noted_only_when_one_is_chosen(cast, house, client_of):
    partner, [contact] = house.partner()
    request = house.asked(partner, clock.now())
    house.does(cast.nadia, request, lambda r, by: deciding.approve(r, by, [choice(contact)]), clock.now())
    [one] = house.introductions(request)

    assert client_of(cast.nadia).post(f"/demandes/introductions/{one.id}/reponse", data={"channel": "phone"}).status_code == 422
    assert house.sees(one.id, Introduction).state is IntroductionState.CONSENT_PENDING


def test_the_home_of_who_makes_no_request_speaks_of_the_association_and_never_to_them(cast, house, client_of):
    partner, _contacts = house.partner(owner=cast.nadia)
    request = house.asked(partner)
    house.does(cast.nadia, request, lambda one, by: deciding.ask_info(one, by, "Combien de salles ?"))

    told = {name: client_of(getattr(cast, name)).get("/accueil").text for name in ("lucas", "awa")}

    to_the_delegate = ("Vos demandes", "vous pose une question", "Qui aimeriez-vous rencontrer")
    assert [words for words in to_the_delegate if words not in told["lucas"]] == []
    assert [words for words in to_the_delegate if words in told["awa"]] == []
    assert "Nadia Benhaddou pose une question" in told["awa"]


@pytest.mark.parametrize(
    ("event_on", "day", "is_asked"),
    [(date(2026, 3, 20), 10, False), (date(2026, 3, 12), 13, True), (date(2026, 5, 20), 20, True), (None, 10, False), (None, 20, True)],
)
def test_the_home_asks_whether_they_met_once_they_may_have(cast, house, client_of, event_on, day, is_asked):
    partner, [contact] = house.partner()
    request = house.asked(partner, event_on=event_on)
    house.does(cast.nadia, request, lambda one, by: deciding.approve(one, by, [choice(contact)]), march(3))
    house.does(cast.nadia, request, lambda one, _by: introductions.accept(one.introductions[0], By(Actor.CONTACT, contact)), march(3, 12))

    with clock.at(march(day)):
        assert ("Vous êtes-vous rencontrés" in client_of(cast.lucas).get("/accueil").text) is is_asked
