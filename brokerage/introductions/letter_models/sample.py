"""An invented request, for the example beside each place and for the preview of a model nobody used yet."""

from datetime import date
from typing import Any

from brokerage.introductions import wording
from brokerage.introductions.letter_models.catalogue import EDITABLE
from brokerage.introductions.letter_models.filling import wording_of
from brokerage.introductions.letter_models.keeping import Words
from brokerage.introductions.purposes import PURPOSES
from brokerage.mail import letter as paper

_GIVING = ("Votre association", "de votre association")
_PURPOSE = PURPOSES["find_speakers"]


def told(language: str, giving: tuple[str, str] = _GIVING, objection_link: str = "https://…") -> dict[str, Any]:
    """Everything a letter may say of the invented request, in its reader's language. `giving`: « X », « de X »."""
    french = language == "fr"
    day, short = wording.day(date(2027, 4, 3), language), wording.short_day(date(2027, 4, 3), language)
    number = "28 élèves" if french else "28 pupils"
    return {
        "target": "Méridiane Énergie", "purpose": wording.translated(_PURPOSE.label, language),
        "phrase": wording.translated(_PURPOSE.phrase, language), "event": "Forum des métiers" if french else "Careers fair",
        "on": day, "on_short": short, "hours": "10 h – 12 h", "place": "Sarcelles", "numbers": number, "audience": "",
        "message": "Nous cherchons deux ingénieures pour une heure." if french else "We are looking for two engineers for an hour.",
        "wanted_by": "", "requester": "Lucas Ferreira", "requester_title": "délégué Île-de-France",
        "requester_email": "lucas.ferreira@exemple.fr", "requester_phone": "06 99 00 24 51",
        "asking": "Les Entretiens de l'Excellence", "of_asking": "des Entretiens de l'Excellence",
        "giving": giving[0], "of_giving": giving[1], "handler": "Nadia Benhaddou",
        "page": "https://…", "notice": "https://…", "number": "2027-0001", "source": "salon 2024" if french else "trade fair 2024",
        "greeting": "Bonjour Madame Marchetti," if french else "Dear Ms Marchetti,", "partner": "Méridiane Énergie",
        "sender": {"name": "Nadia Benhaddou", "title": "responsable des partenariats", "phone": "01 99 00 52 40"},
        "contact": {"name": "Hélène Marchetti", "title": "responsable RSE", "addressed": "Madame Marchetti" if french else "Ms Marchetti"},
        "contact_email": "h.marchetti@exemple.fr", "contact_phone": "",
        "contact_word": "Avec plaisir." if french else "With pleasure.",
        "agreed_on": wording.day(date(2027, 3, 12), language), "since": wording.day(date(2027, 3, 15), language),
        "closing_on": wording.day(date(2027, 4, 9), language), "until": wording.day(date(2027, 5, 14), language),
        "asked_subject": f"{wording.translated(_PURPOSE.label, language)} – Sarcelles, {short}",
        "reader": {"first_name": "Lucas"}, "actor": "Nadia Benhaddou",
        "reason": wording.translated("calendrier trop court", language),
        "word": "À l'automne, avec plaisir." if french else "In the autumn, with pleasure.",
        "answer_link": "https://…", "outcome_link": "https://…", "objection_link": objection_link,
        "preferences_link": objection_link,
    }  # fmt: skip


def example(which: str, language: str, subject: str, body: str, **more: Any) -> paper.Written:
    """The letter with these words, as it would read about the invented request."""
    values = told(language) | more
    said = wording_of(which, Words(subject, body), language, values)
    return paper.written(which, language, **values | {"subject_line": said.subject, "body": said.body})


def places(which: str, language: str, giving: tuple[str, str]) -> dict[str, str]:
    """The value of each place of a letter for the invented request."""
    return dict(paper.places_of(EDITABLE[which].places, language, **told(language, giving)))
