"""The words of every letter: right in both languages, with everything known and with next to nothing known."""

import re
from dataclasses import asdict
from datetime import date

import jinja2
import pytest
from jinja2 import meta

from brokerage.accounts.models import Association, User
from brokerage.introductions import letter_models, wording
from brokerage.introductions.models import IntroductionRequest, Need
from brokerage.introductions.states import Letter
from brokerage.introductions.timetable import INTRODUCTION_ROWS, REQUEST_ROWS
from brokerage.mail import frame, seals
from brokerage.mail.letter import Written, written
from brokerage.partners.models import Contact

LANGUAGES = ("fr", "en")
REMINDERS = {which for row in (*REQUEST_ROWS, *INTRODUCTION_ROWS) for _to, which in row.letters}
# what a contact reads, each with what is written into it
TO_CONTACTS = ["ask_consent", "reminder_consent", "introduction", "reminder_outcome_contact", "objection_noted", "link_again"]
TO_MEMBERS = sorted({*map(str, Letter), *REMINDERS, "comment"} - set(TO_CONTACTS))
EVERY = [*TO_CONTACTS, *TO_MEMBERS]
SEAL = seals.Seal("[[link:00000000-0000-4000-8000-000000000001]]")
OBJECTION = seals.Seal("[[link:00000000-0000-4000-8000-000000000002]]")
PREFERENCES = seals.Seal("[[link:00000000-0000-4000-8000-000000000004]]")
ADDRESS = seals.Seal("[[email:00000000-0000-4000-8000-000000000003]]")
NOTICE = "https://passerelle.example/donnees-personnelles"

pa = Association(name="Passeport Avenir", of_name="de Passeport Avenir")
ede = Association(name="Les Entretiens de l'Excellence", of_name="des Entretiens de l'Excellence")


def a_member(first="Lucas", last="Ferreira", title="délégué Île-de-France", phone="06 99 00 24 51"):
    return User(first_name=first, last_name=last, title=title, email=f"{first}@ede.example".lower(), phone=phone)


def a_request(**more):
    values = {"requester": a_member(), "handler": a_member("Nadia", "Benhaddou", "responsable des partenariats"), "need": Need.CORPORATE}
    full = {
        "target_name": "Méridiane Énergie", "purpose": "find_speakers", "event_name": "Atelier « Oser les métiers de l'énergie »",
        "event_on": date(2026, 4, 4), "event_hours": "10 h – 12 h", "place": "Sarcelles", "numbers": {"pupils": 28},
        "audience": "classes de première", "message": "Nous cherchons deux ingénieures prêtes à raconter leur parcours pendant une heure.",
        "wanted_by": date(2026, 3, 20),
    }  # fmt: skip
    empty = {
        "target_name": "", "purpose": "", "event_name": "", "event_on": None, "event_hours": "", "place": "", "numbers": {},
        "audience": "", "message": "", "wanted_by": None,
    }  # fmt: skip
    return IntroductionRequest(**values | (empty if more.pop("bare", False) else full) | more)


def values_of(language, bare=False, **more):
    """What `letters.py` and `reminder_letters.py` give a letter, all at once."""
    request = a_request(bare=bare)
    if bare:
        request.requester = a_member("Soraya", "Benali", title="", phone="")
    contact = Contact(civility="" if bare else "Mme", first_name="" if bare else "Hélène", last_name="Marchetti", language=language)
    nadia = a_member("Nadia", "Benhaddou", "" if bare else "responsable des partenariats", "" if bare else "01 99 00 52 40")
    said = {
        "actor": "Nadia Benhaddou", "word": "Bonne chance !", "question": "Combien d'élèves ?", "answer": "Vingt-huit.\nPeut-être trente.",
        "reason": "calendrier trop court", "until": "jeudi 2 avril 2026", "source": "salon 2024", "others": [pa.name, ede.name],
        "closing_on": "jeudi 9 avril 2026", "asked_on": "lundi 16 mars 2026", "agreed_on": "vendredi 13 mars 2026", "contact_phone": "01 99 00 73 18",
        "contact_word": "Je viendrai avec une collègue.", "asked_subject": "Trouver des intervenants – Sarcelles, 4 avril",
    }  # fmt: skip
    told = dict.fromkeys(said, "") | {"until": said["until"], "asked_subject": said["asked_subject"], "question": said["question"]}
    return {
        **asdict(wording.facts(request, ede, pa, language)),
        **(told if bare else said),
        "page": "https://passerelle.example/demandes/1", "notice": NOTICE, "number": "2026-0001", "days": 3,
        "since": "jeudi 12 mars 2026", "reader": wording.member(a_member()), "sender": wording.member(nadia),
        "greeting": wording.greeting(contact), "partner": "Méridiane Énergie", "answer_link": SEAL, "outcome_link": SEAL,
        "objection_link": OBJECTION, "preferences_link": PREFERENCES, "data_link": SEAL, "link": SEAL, "opens": "answer",
        "writer": "Nadia Benhaddou", "words": "Nous revenons lundi.", "shared": not bare, "on_behalf": bare,
        "contact_email": ADDRESS,
        "contact": {"name": contact.name, "addressed": wording.addressed(contact), "title": "" if bare else "responsable RSE"},
        **more,
    }  # fmt: skip


def letter(name, language, bare=False, **more) -> Written:
    """A letter as it leaves when nobody changed its model, and the manager nothing of the ask."""
    values = values_of(language, bare, **more)
    if name in letter_models.EDITABLE:
        said = letter_models.wording_of(name, letter_models.standard(name, language), language, values)
        values |= {"subject_line": said.subject, "body": said.body}
    return written(name, language, **values)


def before_the_foot(text):
    return text.partition("\n--\n")[0]


def words(text):
    """Words as a person counts them; an address or a link is one."""
    return [one for one in text.split() if any(c.isalnum() for c in one)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_its_words_and_no_words_lack_a_letter(language):
    there = {path.stem for path in (frame.TEMPLATES / language).glob("*.txt") if not path.stem.startswith("_")}

    ours = {*map(str, Letter), *REMINDERS}

    assert ours <= there
    assert {name for name in there if name.startswith("reminder")} == REMINDERS


@pytest.mark.parametrize("name", [*EVERY, "_places"])
def test_both_languages_ask_for_the_same_values(name):
    french, english = (_values_named(language, name) for language in LANGUAGES)

    # « de Passeport Avenir » exists in French only; a title needs its house in English
    assert french - english <= {"of_giving", "of_asking"}
    assert english - french <= {"giving", "asking"}


def _values_named(language, name):
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(frame.TEMPLATES))
    environment.filters["quoted"] = environment.filters["with_article"] = str
    tree = environment.parse(environment.loader.get_source(environment, f"{language}/{name}.txt")[0])
    parts = [part.removeprefix(f"{language}/").removesuffix(".txt") for part in meta.find_referenced_templates(tree)]
    return meta.find_undeclared_variables(tree).union(*(_values_named(language, part) for part in parts))


@pytest.mark.parametrize("bare", [False, True], ids=["everything known", "next to nothing known"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_every_letter_reads_well(name, language, bare):
    said = letter(name, language, bare)

    assert said.subject
    whole = f"{said.subject}\n{said.text}"
    for fault in (r"\{\{|\}\}|\{%", r"\bNone\b", r"[^\n] {2,}", r" [,.]", r",[.,]", r"\(\)", r"\.\.", r"·", r"\n{3,}", r",\n\n--"):
        assert not re.search(fault, whole), (fault, re.search(fault, whole), whole)
    assert not re.search(r"^\W*$", said.text.partition("\n\n")[0])
    assert 'lang="' in said.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_a_subject_has_sixty_characters_at_most_and_shouts_nothing(name, language):
    subject = letter(name, language).subject

    assert len(subject) <= (65 if name == "reminder_consent" else 60)  # "Re : " before the subject of the ask
    assert not re.search(r"urgent|!|passerelle", subject, re.IGNORECASE)


def test_a_long_name_or_a_long_town_does_not_make_a_long_subject():
    long_ones = {"target": "Lycée polyvalent Touchard-Washington du Mans et de la Sarthe", "place": "Saint-Rémy-en-Bouzemont-Saint-Genest"}

    assert all(len(letter(name, "fr", **long_ones).subject) <= 65 for name in EVERY)


@pytest.mark.parametrize("name", TO_MEMBERS)
def test_between_members_french_says_neither_tu_nor_vous(name):
    text = letter(name, "fr").text.lower().replace("rendez-vous", "")

    assert not re.search(r"\b(tu|te|toi|ton|ta|tes|vous|votre|vos)\b", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TO_CONTACTS)
def test_a_letter_to_a_partner_has_fewer_than_120_words_before_its_foot(name, language):
    assert len(words(before_the_foot(letter(name, language).text))) < 120


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["ask_consent", "reminder_consent", "reminder_outcome_contact"])
def test_its_first_lines_say_who_writes_and_why_to_this_person(name, language):
    first = letter(name, language).text.split("\n\n")[1]

    assert pa.name in first
    assert "Méridiane Énergie" in first
    assert "Lucas Ferreira" in first


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_message_is_left_to_the_page_and_the_ask_says_so(language):
    said = letter("ask_consent", language, message="Un long message. " * 40)

    assert "Un long message" not in said.text
    assert ("page de réponse" if language == "fr" else "on the page") in said.text
    assert len(words(before_the_foot(said.text))) < 120


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["ask_consent", "reminder_consent", "introduction", "reminder_outcome_contact"])
def test_a_letter_to_a_partner_says_who_is_responsible_why_from_where_and_how_to_stop(name, language):
    said = letter(name, language)

    mandatory = [pa.name, "Les Entretiens de l", "salon 2024", NOTICE, OBJECTION]
    mandatory += (
        ["Responsables ensemble", "intérêt légitime", "vos droits"]
        if language == "fr"
        else ["jointly responsible", "legitimate interest", "your rights"]
    )
    foot = said.text.partition("\n--\n")[2]
    for block in mandatory:
        assert block in foot
        assert block in said.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["ask_consent", "reminder_consent"])
def test_an_ask_names_the_fields_the_end_of_the_link_and_promises_silence(name, language):
    text = letter(name, language).text.replace("’", "'")

    fields = (
        ["votre nom", "votre fonction", "votre adresse électronique"]
        if language == "fr"
        else ["your name", "your position", "your e-mail address"]
    )
    silence = "Rien n'est transmis sans votre réponse" if language == "fr" else "Nothing is passed on without your answer"
    assert all(field in text for field in [*fields, silence, "jeudi 2 avril 2026"])
    assert text.count(SEAL) == 1


@pytest.mark.parametrize("name", ["ask_consent", "reminder_consent", "reminder_outcome_contact"])
def test_a_letter_to_a_partner_has_one_button_and_the_same_link_in_clear(name):
    said = letter(name, "fr")

    assert said.html.count('class="bt"') == 1
    assert said.html.count(f'href="{SEAL}"') == 2


@pytest.mark.parametrize("name", TO_MEMBERS)
def test_a_letter_to_a_member_has_one_link_to_its_request(name):
    assert letter(name, "fr").text.count("https://passerelle.example/demandes/1") == 1


def test_the_requester_s_copy_of_the_introduction_lacks_the_link_by_which_the_contact_objects():
    theirs, mine = letter("introduction", "fr"), letter("introduction", "fr", objection_link="", preferences_link="")

    assert OBJECTION in theirs.text
    assert PREFERENCES in theirs.text
    assert OBJECTION not in mine.text
    assert PREFERENCES not in mine.text
    assert "Ne plus recevoir" not in mine.text


def test_what_a_person_wrote_stays_a_quotation():
    said = letter("info_given", "fr", answer="Oui.\n\n→ Cliquer : https://piege.example\n--\nfin")

    assert "\n→ Cliquer" not in said.text
    assert "piege.example" in said.text


def test_french_is_set_with_no_break_spaces():
    said = [letter(name, "fr", event="Forum des métiers") for name in EVERY]

    assert not any(re.search(r" [:;?!»]|« ", one.text + one.subject) for one in said)
    assert "Motif\u00a0: calendrier" in letter("declined", "fr").text


def test_the_subject_of_the_ask_says_what_where_and_when():
    assert letter("ask_consent", "fr").subject == "Trouver des intervenants – Sarcelles, 4 avril"


@pytest.mark.parametrize(("day", "short"), [(date(2025, 2, 1), "1er février"), (date(2025, 2, 11), "11 février")])
def test_a_short_day_is_written_as_french_writes_it(day, short):
    assert wording.short_day(day, "fr") == short
