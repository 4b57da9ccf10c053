"""A request in words, in the reader's language: what letters and the partner's page say of it."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.support import NullTranslations, Translations

from brokerage.accounts.models import Association, User
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.purposes import NUMBERS, PURPOSES
from brokerage.partners.models import Contact

_catalogues: dict[str, NullTranslations] = {}


def translated(sentence: str, language: str) -> str:
    """A marked sentence in `language`, outside any web request."""
    if language == "fr":
        return sentence
    if language not in _catalogues:
        from pathlib import Path

        _catalogues[language] = Translations.load(Path(__file__).parents[1] / "translations", [language])
    return _catalogues[language].gettext(sentence)


def day(value: date | None, language: str) -> str:
    """« jeudi 12 mars 2026 » or "Thursday 12 March 2026"; empty when there is none."""
    if value is None:
        return ""
    text = format_date(value, "EEEE d MMMM y", locale="fr" if language == "fr" else "en_GB")
    return text.replace(" 1 ", " 1er ", 1) if language == "fr" else text


def short_day(value: date | None, language: str) -> str:
    """« 1er février » or "1 February", for subjects; empty when there is none."""
    if value is None:
        return ""
    text = format_date(value, "d MMMM", locale="fr" if language == "fr" else "en_GB")
    return "1er" + text[1:] if language == "fr" and value.day == 1 else text


@dataclass(frozen=True)
class Facts:
    """What anybody may be told of a request."""

    target: str
    purpose: str
    phrase: str
    event: str
    on: str
    on_short: str
    hours: str
    place: str
    numbers: str
    audience: str
    message: str
    wanted_by: str
    requester: str
    requester_title: str
    requester_email: str
    requester_phone: str
    asking: str
    of_asking: str
    giving: str
    of_giving: str
    handler: str


def facts(request: IntroductionRequest, asking: Association, giving: Association, language: str) -> Facts:
    """Everything a letter may say about a request, already in words; an empty string where nothing is known."""
    purpose = PURPOSES.get(request.purpose)
    requester = request.requester
    return Facts(
        target=target(request, language),
        purpose=translated(purpose.label, language) if purpose else "",
        phrase=translated(purpose.phrase, language) if purpose and purpose.code != "other" else "",
        event=request.event_name,
        on=day(request.event_on, language),
        on_short=short_day(request.event_on, language),
        hours=request.event_hours,
        place=request.place,
        numbers=numbers(request, language),
        audience=request.audience,
        message=request.message.strip(),
        wanted_by=day(request.wanted_by, language),
        requester=requester.name,
        requester_title=requester.title,
        requester_email=requester.email,
        requester_phone=dialled(requester.phone),
        asking=asking.name,
        of_asking=asking.of_name,
        giving=giving.name,
        of_giving=giving.of_name,
        handler=request.handler.name if request.handler else "",
    )


def target(request: IntroductionRequest, language: str) -> str:
    """The partner in mind, or the need in its place."""
    if request.target_name:
        return request.target_name
    kinds = {"academic": "un partenaire académique", "corporate": "un partenaire entreprise", "volunteers": "des bénévoles"}
    english = {"academic": "an academic partner", "corporate": "a corporate partner", "volunteers": "volunteers"}
    words = kinds if language == "fr" else english
    found = words.get(request.need, "un partenaire" if language == "fr" else "a partner")
    return f"{found} ({request.place})" if request.place else found


def numbers(request: IntroductionRequest, language: str) -> str:
    """« 250 élèves, 15 salles »; only head-counts, never names (G21)."""
    counted = request.numbers
    return ", ".join(f"{counted[what]} {translated(label, language)}" for what, label in NUMBERS.items() if counted.get(what))


def greeting(contact: Contact) -> str:
    """How a letter opens: by name when civility is known, without guessing otherwise."""
    civil = {"Mme": ("Madame", "Ms"), "M.": ("Monsieur", "Mr")}.get(contact.civility)
    french = contact.language == "fr"
    if civil and contact.last_name:
        return f"Bonjour {civil[0]} {contact.last_name}," if french else f"Dear {civil[1]} {contact.last_name},"
    if contact.first_name:
        return f"Bonjour {contact.name}," if french else f"Dear {contact.name},"
    return "Madame, Monsieur," if french else "Dear Sir or Madam,"


def addressed(contact: Contact) -> str:
    """« Madame Kanté » inside a sentence; the full name when no civility is known."""
    civil = {"Mme": ("Madame", "Ms"), "M.": ("Monsieur", "Mr")}.get(contact.civility)
    return f"{civil[0 if contact.language == 'fr' else 1]} {contact.last_name}" if civil else contact.name


def dialled(number: str) -> str:
    """A telephone as one dials it in France, « 01 99 00 52 40 »; as it stands when it is no French number."""
    national = "0" + number.removeprefix("+33")
    if not number.startswith("+33") or len(national) != 10:
        return number
    return "\u00a0".join(national[i : i + 2] for i in range(0, 10, 2))


def member(user: User) -> dict[str, str]:
    """A member as letters name them."""
    return {"name": user.name, "first_name": user.first_name, "title": user.title, "email": user.email, "phone": dialled(user.phone)}
