"""The rules of an association on one page: limits, examples by the real calendar, who set them, and two admins at once."""

import json
import re
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from brokerage import calendar, clock
from brokerage.accounts.models import Association, Role, User
from brokerage.errors import NotYours
from brokerage.introductions import rule_dates, rulebook, rules
from brokerage.introductions.rulebook import RULES
from brokerage.introductions.rules import Rules
from brokerage.timeline import Entry
from tests import cast as people
from tests import test_journey, test_reminders
from tests.test_journey import Person
from tests.test_reminders import at

desk, firm = test_reminders.desk, test_reminders.firm
running = test_journey.running
THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def opened_by(cast, client_of):
    """An admin's page: `get` reads it, `post` saves what is given over what it shows."""

    class Page:
        def __init__(self, who):
            with clock.at(THURSDAY):
                self.client = client_of(who)

        def get(self, query=""):
            with clock.at(THURSDAY):
                return self.client.get(f"/reglages/regles{query}")

        def shown(self):
            return read(self.get().text)

        def post(self, opened=None, **typed):
            with clock.at(THURSDAY):
                return self.client.post("/reglages/regles", data=(opened or self.shown()) | typed)

    return Page


def read(text):
    """What a browser would send of the form nobody touched."""
    import html5lib

    form = next(x for x in html5lib.parse(text, namespaceHTMLElements=False).iter("form") if x.get("action") == "/reglages/regles")
    inputs = [x for x in form.iter("input") if x.get("name") and (x.get("type") != "checkbox" or x.get("checked") is not None)]
    return {x.get("name"): x.get("value") or "y" for x in inputs}


def example(text, name):
    found = re.search(rf'id="exemple-{name}">(.*?)</p>', text, re.DOTALL)
    return found[1].replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def stored(as_system, association):
    with as_system() as session:
        return session.get_one(Association, association.id).rules


def test_every_rule_is_on_the_page_in_one_group_with_its_default_and_its_limits(opened_by, cast):
    text = opened_by(cast.helene).get().text.replace("\u00a0", " ")

    assert set(RULES) == set(Rules.__dataclass_fields__)
    assert all(text.count(f'id="regle-{name}"') == 1 and text.count(f'id="exemple-{name}"') == 1 for name in RULES)
    assert all(rule.group in rulebook.GROUPS for rule in RULES.values())
    assert "D’usage : 3 et 6 jours ouvrés. De 1 à 60." in text
    assert rulebook.faults(Rules()) == []


def test_the_example_is_worked_out_by_the_real_calendar(opened_by, cast):
    text = opened_by(cast.helene).get().text

    assert example(text, "remind_manager_after") == "Une demande arrivée aujourd'hui jeu. 26 nov. serait rappelée le mar. 1er déc. et le ven. 4 déc."
    assert example(text, "decide_within") == "Pour une demande arrivée aujourd'hui jeu. 26 nov., une réponse est attendue le jeu. 3 déc."
    assert example(text, "expire_after").endswith("le lun. 28 déc.")  # twenty working days are up on Christmas Eve: nobody is written to then
    assert example(text, "asks_window_days").endswith("jusqu'au mer. 24 févr.")


def test_the_examples_are_what_then_happens(desk, firm):
    start = date(2026, 3, 2)
    desk.submits(at(start), firm.partner)

    posted = desk.lives(start, date(2026, 4, 3))
    days = rule_dates.of(Rules(), at(start))

    assert [day for day, kind, _to in posted if kind == "reminder_decision"] == list(days["remind_manager_after"])
    assert {day for day, kind, _to in posted if kind == "reminder_escalated"} == set(days["escalate_after"])
    assert {day for day, kind, _to in posted if kind == "expired"} == set(days["expire_after"])


def test_a_rule_is_saved_alone_in_what_differs_and_the_timeline_tells_who(opened_by, cast, as_system):
    answer = opened_by(cast.helene).post(decide_within="7", remind_manager_after="2 et 6")

    assert (answer.status_code, answer.location) == (303, "/reglages/regles")
    assert stored(as_system, cast.pa) == {"decide_within": 7, "remind_manager_after": [2, 6]}
    text = opened_by(cast.helene).get().text.replace("\u00a0", " ")
    assert re.search(r"Réglé par Hélène Roux, .*Avant : 5 jours ouvrés", text)
    with as_system() as session:
        lines = session.scalars(sa.select(Entry).where(Entry.what == "rule_changed")).all()
        assert {(one.association_id, one.by_name, one.details["rule"]) for one in lines} == {
            (cast.pa.id, "Hélène Roux", "decide_within"), (cast.pa.id, "Hélène Roux", "remind_manager_after"),
        }  # fmt: skip
    assert "Hélène Roux" not in opened_by(cast.awa).get().text


def test_what_is_saved_as_it_was_changes_nothing_and_says_so(opened_by, cast, as_system):
    answer = opened_by(cast.helene).post()

    assert answer.status_code == 303
    assert stored(as_system, cast.pa) == {}
    with as_system() as session:
        assert session.scalars(sa.select(Entry).where(Entry.what == "rule_changed")).all() == []


def test_the_rule_governs_what_comes_next(opened_by, cast, as_member):
    opened_by(cast.helene).post(decide_within="2", notice_days="0")
    opened_by(cast.helene).post(introduce_directly="y")

    with as_member(cast.lucas):
        assert rules.of(cast.pa.id) == Rules(decide_within=2, notice_days=0, introduce_directly=True)


@pytest.mark.parametrize(
    ("typed", "at_field", "sentence"),
    [
        ({"decide_within": "abc"}, "decide_within", "Écrivez un nombre entier, sans lettres."),
        ({"decide_within": ""}, "decide_within", "Écrivez un nombre entier, sans lettres."),
        ({"decide_within": "0"}, "decide_within", "Choisissez entre 1 et 60."),
        ({"undo_seconds": "3601"}, "undo_seconds", "Choisissez entre 0 et 3600."),
        ({"remind_manager_after": "6, 3"}, "remind_manager_after", "Écrivez les jours dans l'ordre, chacun une fois"),
        ({"remind_manager_after": "3, 3"}, "remind_manager_after", "Écrivez les jours dans l'ordre, chacun une fois"),
        ({"remind_manager_after": "1 2 3 4 5 6"}, "remind_manager_after", "Cinq rappels au plus."),
        ({"remind_manager_after": " "}, "remind_manager_after", "Indiquez au moins un jour."),
        ({"remind_manager_after": "3, deux"}, "remind_manager_after", "Écrivez un nombre entier"),
        ({"remind_manager_after": "3, 9"}, "escalate_after", "Le dernier rappel (9) doit venir avant l'alerte aux collègues (8)."),
        ({"escalate_after": "20"}, "expire_after", "L'alerte aux collègues (20) doit venir avant la fin de la demande (20)."),
        ({"lapse_after": "5"}, "lapse_after", "Le rappel au contact (5) doit venir avant le classement (5)."),
        ({"asks_gap_days": "120"}, "asks_gap_days", "Cet écart dépasse la période sur laquelle on compte (90 jours)."),
        ({"decide_within": "30"}, "expire_after", "La demande s'arrêterait avant le jour où une réponse est attendue (30)."),
        ({"decide_within": "9" * 400}, "decide_within", "Choisissez entre 1 et 60."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_what_was_typed_stays(opened_by, cast, as_system, typed, at_field, sentence):
    answer = opened_by(cast.helene).post(**typed, warn_before_event="12")

    text = answer.text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").replace("&#39;", "'")
    block = re.search(rf'id="regle-{at_field}".*?regle-dit', text, re.DOTALL)[0]
    assert answer.status_code == 422
    assert sentence in block
    assert 'aria-invalid="true"' in block
    again = read(answer.text)
    assert all(again[name] in (value, value or "y") for name, value in typed.items())
    assert again["warn_before_event"] == "12"
    assert stored(as_system, cast.pa) == {}


def test_the_dates_follow_what_is_typed_before_it_is_saved(opened_by, cast, as_system):
    answer = opened_by(cast.helene).post(voir="1", decide_within="9", remind_manager_after="2, 7", escalate_after="3")

    assert answer.status_code == 200
    assert "mer. 9 déc." in example(answer.text, "decide_within")
    assert "lun. 30 nov. et le lun. 7 déc." in example(answer.text, "remind_manager_after")
    assert "doit venir avant" in example(answer.text, "escalate_after")
    assert read(answer.text)["decide_within"] == "9"
    assert stored(as_system, cast.pa) == {}


def test_what_htmx_puts_in_place_is_what_a_reload_shows(opened_by, cast):
    helene = opened_by(cast.helene)
    typed = {"decide_within": "9", "remind_manager_after": "2, 7", "escalate_after": "3"}

    text = helene.post(voir="1", **typed).text
    reload = helene.get("?" + urlencode({name: value for name, value in (helene.shown() | typed).items() if name in RULES})).text

    targets = re.search(r'hx-select-oob="([^"]*)"', text)[1].split(",")
    assert targets == [f"#exemple-{name}" for name in RULES]
    assert [example(text, name) for name in RULES] == [example(reload, name) for name in RULES]
    assert 'hx-swap="none"' in text


def test_back_to_usual_changes_one_rule_and_keeps_what_else_was_typed(opened_by, cast, as_system):
    helene = opened_by(cast.helene)
    helene.post(decide_within="9", warn_before_event="12")
    assert 'name="usage" value="decide_within"' in helene.get().text
    assert 'name="usage" value="escalate_after"' not in helene.get().text

    plain = helene.post(usage="warn_before_event")
    typed = helene.post(usage="decide_within", lapse_after="18")

    assert (plain.status_code, plain.location) == (303, "/reglages/regles#regle-warn_before_event")
    assert typed.status_code == 303
    assert stored(as_system, cast.pa) == {}
    back = helene.get(typed.location.partition("#")[0].removeprefix("/reglages/regles"))
    assert read(back.text)["lapse_after"] == "18"
    assert read(back.text)["introduce_automatically"] == "y"
    with as_system() as session:
        told = [one.details["after"] for one in session.scalars(sa.select(Entry).where(Entry.what == "rule_changed").order_by(Entry.at))]
        assert sorted(told) == [5, 9, 10, 12]


def test_two_admins_at_once_do_not_lose_each_other_s_change(opened_by, cast, as_system):
    with as_system() as session:
        second = people.member(session.get_one(Association, cast.pa.id), "Ada", "Morel", Role.ADMIN)
        session.commit()
    one, two = opened_by(cast.helene), opened_by(second)
    opened, also = one.shown(), two.shown()

    assert two.post(opened=also, decide_within="9", lapse_after="18").status_code == 303
    elsewhere = one.post(opened=opened, warn_before_event="12")
    same = one.post(opened=opened, decide_within="4")

    assert elsewhere.status_code == 303
    assert stored(as_system, cast.pa) == {"decide_within": 9, "lapse_after": 18, "warn_before_event": 12}
    assert same.status_code == 409
    assert "Ada Morel vient de changer cette règle" in same.text.replace("\u00a0", " ")
    again = read(same.text)
    assert again["decide_within"] == "4"
    assert one.post(opened=again).status_code == 303
    assert stored(as_system, cast.pa) == {"decide_within": 4, "lapse_after": 18, "warn_before_event": 12}


def test_together_they_may_not_make_what_neither_could(opened_by, cast, as_system):
    one, two = opened_by(cast.helene), opened_by(cast.helene)
    opened, also = one.shown(), two.shown()

    assert two.post(opened=also, remind_manager_after="3, 7").status_code == 303
    answer = one.post(opened=opened, escalate_after="7")

    assert answer.status_code == 422
    assert stored(as_system, cast.pa) == {"remind_manager_after": [3, 7]}


def test_a_manager_reads_them_and_changes_none(opened_by, cast, as_system):
    nadia = opened_by(cast.nadia)
    text = nadia.get().text

    assert 'name="decide_within"' not in text
    assert "5 jours ouvrés" in text.replace("\u00a0", " ")
    assert nadia.post(opened={"decide_within": "9"}).status_code == 403
    with as_system() as session, pytest.raises(NotYours):
        rulebook.change(session.get_one(User, cast.nadia.id), {"decide_within": 9})
    assert stored(as_system, cast.pa) == {}


@pytest.mark.parametrize("seen", ["", "null", "[1]", "{", json.dumps({"nothing": 1, "decide_within": "x"})])
def test_a_forged_or_missing_memory_of_the_form_is_no_fault(opened_by, cast, as_system, seen):
    assert opened_by(cast.helene).post(seen=seen, lapse_after="18").status_code in (303, 409)


def test_other_things_kept_among_the_rules_stay(opened_by, cast, as_system):
    with as_system() as session:
        session.get_one(Association, cast.pa.id).rules = {"of_another_room": {"x": 1}, "decide_within": 9}
        session.commit()

    opened_by(cast.helene).post(decide_within="5", lapse_after="18")

    assert stored(as_system, cast.pa) == {"of_another_room": {"x": 1}, "lapse_after": 18}


def test_an_example_beyond_the_year_says_which(opened_by, cast):
    text = opened_by(cast.helene).post(voir="1", asks_window_days="700").text

    assert "26 oct. 2028" in example(text, "asks_window_days")


def test_examples_skip_holidays_whatever_the_day():
    for day in (date(2026, 12, 23), date(2027, 5, 5), date(2027, 7, 13)):
        found = rule_dates.of(Rules(), at(day))
        letters = [one for name, days in found.items() if name not in ("asks_window_days", "asks_gap_days", "warn_before_event") for one in days]
        assert all(calendar.is_working_day(one, calendar.HEAD_OFFICE) for one in letters), day


def test_a_member_chooses_when_letters_come_and_sees_it_kept(cast, client_of, as_system):
    lucas = client_of(cast.lucas)
    page = lucas.get("/moi").text

    assert "name=\"news\" type=\"radio\" value=\"never\"" in page or 'value="never"' in page
    assert 'name="decide"' not in page
    good = lucas.post("/moi/lettres", data={"news": "digest", "outcome": "never", "weekly": "y"})
    assert (good.status_code, good.location) == (303, "/moi#lettres")
    with as_system() as session:
        assert session.get_one(User, cast.lucas.id).notices == {"news": "digest", "outcome": "never", "weekly": True}
    assert re.search(r'<input checked[^>]*name="news"[^>]*value="digest"', lucas.get("/moi").text)


def test_what_a_member_may_not_choose_is_refused_with_what_was_chosen_kept(cast, client_of, as_system):
    lucas, nadia = client_of(cast.lucas), client_of(cast.nadia)

    never = nadia.post("/moi/lettres", data={"decide": "never", "comment": "digest", "weekly": "y"})
    whole = lucas.post("/moi/lettres", data={"news": "digest"})
    foreign = lucas.post("/moi/lettres", data={"decide": "digest", "weekly": "y"})

    assert (never.status_code, whole.status_code, foreign.status_code) == (422, 422, 303)
    assert "Choisissez l" in never.text
    assert re.search(r'<input checked[^>]*name="comment"[^>]*value="digest"', never.text)
    assert "Vous avez rangé des lettres dans le récapitulatif" in whole.text
    with as_system() as session:
        assert session.get_one(User, cast.nadia.id).notices == {}
        assert session.get_one(User, cast.lucas.id).notices == {"weekly": True}


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_the_dates_follow_the_typing_and_without_a_script_a_button_shows_them(running, chromium, cast, as_system):
    helene = Person(chromium, running.url).enters(cast.helene)
    helene.goes("/reglages/regles")
    before = helene.page.inner_text("#exemple-decide_within")

    helene.page.fill("#decide_within", "11")
    helene.page.wait_for_function("old => document.querySelector('#exemple-decide_within').innerText !== old", arg=before)

    assert helene.page.evaluate("document.activeElement.id") == "decide_within"
    assert helene.page.input_value("#decide_within") == "11"
    assert not helene.page.get_by_role("button", name="Voir les dates").is_visible()
    helene.page.keyboard.press("Enter")
    helene.reads("1 règle changée.", "Réglé par Hélène Roux")
    assert helene.errors == []
    assert stored(as_system, cast.pa)["decide_within"] == 11

    plain = Person(chromium, running.url, java_script_enabled=False).enters(cast.helene)
    plain.goes("/reglages/regles")
    plain.page.fill("#decide_within", "3")
    plain.page.get_by_role("button", name="Voir les dates").click()
    assert plain.page.inner_text("#exemple-decide_within") != before
    assert plain.page.input_value("#decide_within") == "3"
    assert stored(as_system, cast.pa)["decide_within"] == 11
