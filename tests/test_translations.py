"""The English catalogue holds every message of the house, once, in words that keep their places.

After changing a message, bring the catalogue up to date, write what it lists as empty, and run the same line again:
    .venv/bin/python -m tests.test_translations
"""

import html
import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask_babel import force_locale
from werkzeug.test import TestResponse
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from brokerage.accounts import links
from brokerage.accounts.models import Link
from brokerage.introductions import deciding, requests, wording
from brokerage.reference import places
from brokerage.web.typography import typo
from tests import cast as people

HOUSE = Path(__file__).parents[1]
SHELF = HOUSE / "brokerage" / "translations"
PO = SHELF / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_pgettext": ((1, "c"), 2), "N_": None}
HEADER = """\
# English words of Passerelle; the messages themselves are French.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # the compiled file carries a date: always the same, so that it only changes with the words


def extracted() -> Catalog:
    """Every message in the source, as it is now."""
    catalog = Catalog()
    with (SHELF / "babel.cfg").open() as settings:
        mapping, options = parse_mapping_cfg(settings)
    for _file, _line, message, comments, context in extract_from_dir(HOUSE, mapping, options, KEYWORDS, directory_filter=_is_ours):
        catalog.add(message, auto_comments=comments, context=context)
    return catalog


def _is_ours(folder: str) -> bool:
    parts = Path(folder).relative_to(HOUSE).parts
    return parts[:1] in ((), ("brokerage",), ("templates",)) and "__pycache__" not in parts


def catalogue() -> Catalog:
    """What is written in the .po file."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = NEVER
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def update() -> list[str]:
    """Add what is new to the .po, drop what is gone, compile it. Returns what still has no English."""
    kept, now = catalogue(), extracted()
    for message in now:
        if message.id and (known := kept.get(message.id, message.context)) and known.id == message.id:
            message.string = known.string
    file = io.BytesIO()
    now.locale = "en"
    write_po(file, now, width=110, no_location=True, omit_header=True, sort_output=True)
    PO.write_text(HEADER + file.getvalue().decode().lstrip("\n"), encoding="utf-8")
    PO.with_suffix(".mo").write_bytes(compiled(catalogue()))
    return [str(m.id) for m in catalogue() if m.id and not all(_forms(m))]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if message.pluralizable else (message.string,)


def _sources(message: Message) -> tuple[str, ...]:
    return message.id if message.pluralizable else (message.id,)


# ---- the catalogue ---------------------------------------------------------------------------------------------

WRITTEN = [message for message in catalogue() if message.id]


def _keys(catalog: Catalog) -> set[tuple]:
    return {(message.context, message.id) for message in catalog if message.id}


def test_the_catalogue_holds_the_messages_of_the_source_and_no_others():
    source, written = _keys(extracted()), _keys(catalogue())

    assert (source - written, written - source, list(catalogue().obsolete)) == (set(), set(), [])


def test_every_message_has_its_english():
    assert [m.id for m in WRITTEN if m.fuzzy or not all(form.strip() for form in _forms(m))] == []


PLACE = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}|<[^>]+>")


def test_every_place_of_a_message_stands_in_its_english():
    pairs = [(source, form) for m in WRITTEN for source, form in zip(_sources(m), _forms(m), strict=True)]

    assert [(s, f) for s, f in pairs if sorted(PLACE.findall(s)) != sorted(PLACE.findall(f))] == []


def test_english_begins_and_ends_as_the_french_does_and_keeps_to_its_own_punctuation():
    ends = re.compile(r"^\s*|[\s.…:]*$")
    pairs = [(source, form) for m in WRITTEN for source, form in zip(_sources(m), _forms(m), strict=True)]

    sentences = [(s, f) for s, f in pairs if s != "auj."]
    assert [(s, f) for s, f in sentences if [e.replace(" :", ":") for e in ends.findall(s)] != ends.findall(f)] == []
    assert [f for _s, f in pairs if re.search(r"[«»]| [;:?!]", f)] == []


def test_the_compiled_catalogue_is_the_written_one():
    assert PO.with_suffix(".mo").read_bytes() == compiled(catalogue()), f"run: .venv/bin/python -m {__spec__.name}"


def test_letters_and_forms_find_the_words_of_their_reader(app):
    from brokerage.web.forms import BaseForm

    class Form(BaseForm):
        name = StringField(validators=[DataRequired()])
        word = StringField(validators=[Length(max=2)])

    assert (wording.translated("élèves", "en"), wording.translated("élèves", "fr")) == ("pupils", "élèves")
    said = {}
    for language in ("fr", "en"):
        with app.test_request_context(method="POST", data={"word": "long"}), force_locale(language):
            form = Form()
            form.validate()
            said[language] = form.name.errors + form.word.errors
    assert said["fr"] == ["Ce champ est requis.", "Le champ ne peut pas contenir plus de 2 caractères."]
    assert said["en"] == ["This field is required.", "Field cannot be longer than 2 characters."]


# ---- the pages of an English reader ----------------------------------------------------------------------------

FRENCH = re.compile(
    r"\b(le|la|les|une|du|des|au|aux|est|sont|vous|votre|vos|nous|notre|pour|dans|avec|sans|sur|pas|plus|cette|ces|qui|que|et|ou|où|par|"
    r"demandes?|partenaires?|réponses?|annuaire|élèves?|accord|aucune?|chez|depuis|oui|non|autre|nom|ville|fonction|suivi|rôle|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|hier|demain)\b|[«»]|\w[ \u00a0\u202f][:;?!](?!\w)",
    re.IGNORECASE,
)
# Messages as they would be printed untranslated, for those without a telling word, such as « Modifier ».
WHOLE = {" ".join(typo(s).split()) for m in WRITTEN for s, f in zip(_sources(m), _forms(m), strict=True)}
WHOLE -= {" ".join(form.replace("'", "’").split()) for m in WRITTEN for form in _forms(m)}
QUOTED = ["de Passeport Avenir” or “des Entretiens", "“un partenaire”", "Begin with de, du, des or d’"]  # French words spoken of
HIDDEN = re.compile(r"<(script|style|head|svg).*?</\1>", re.DOTALL)
SPOKEN = re.compile(r"""(?:aria-label|placeholder|title|alt|data-words|data-busy|data-failure)="([^"]*)\"""")


def words_of(page: str) -> list[str]:
    """What a reader of the page sees or hears, piece by piece; its title first."""
    title = re.findall(r"<title>(.*?)</title>", page)
    body = HIDDEN.sub("", page)
    pieces = [*title, *SPOKEN.findall(body), *re.split(r"<[^>]*>", body)]
    return [" ".join(html.unescape(piece).split()) for piece in pieces if piece.strip()]


def french_in(page: TestResponse, names: list[str]) -> set[str]:
    """The pieces of a page that read as French, but for proper names and addresses; nobody reads a redirection."""
    if 300 <= page.status_code < 400:
        return set()
    proper = re.compile("|".join([r"\S+@\S+", r"(?<!\S)/[\w…/-]+", *(re.escape(name) for name in sorted([*names, *QUOTED], key=len, reverse=True))]))
    return {piece for piece in words_of(page.text) if piece in WHOLE or FRENCH.search(proper.sub("", piece))}


@pytest.fixture
def english(cast, as_member, as_system):
    """Everybody reads English, and what they typed is English too; one request waits, another is with the partner."""
    with as_system() as session:
        for user in session.scalars(sa.select(type(cast.nadia))):
            user.language, user.title = "en", "regional lead"
        session.commit()
    with as_member(cast.nadia) as session:
        partner = people.a_partner(cast.nadia, "Meridian Energy", town="Courbevoie", accepts=["find_speakers"], tags=["energy"])
        contact = people.a_contact(partner, title="CSR lead", language="en", source="trade fair", email="helen@meridian.example")
        session.commit()
    with as_member(cast.lucas) as session:
        by = session.get_one(type(cast.lucas), cast.lucas.id)
        told = {"event_name": "Energy workshop", "message": "We are looking for two engineers.", "audience": "Year 12"}
        asked, waiting = (people.a_request(by, cast.pa, partner, **told) for _ in range(2))
        people.a_request(by, cast.pa, None, **told)
        for request in (asked, waiting):
            requests.submit(request, by)
        session.commit()
    with as_member(cast.nadia) as session:
        by = session.get_one(type(cast.nadia), cast.nadia.id)
        mine, other = (session.get_one(type(request), request.id) for request in (asked, waiting))
        deciding.approve(mine, by, [deciding.Choice(contact.id, "An hour with us?", "Dear Ms Marchetti,\n\nWould you?")])
        deciding.ask_info(other, by, "For how many pupils?")
        session.commit()
    return {"partner": partner.id, "contact": contact.id, "request": asked.id, "other": waiting.id, "member": cast.thi_mai.id}


@pytest.fixture
def names(cast):
    registers = (places.REGIONS, places.ACADEMIES, places.DEPARTMENTS)
    of_places = [each.name for register in registers for each in register.values()]
    houses = [house.name for house in (cast.pa, cast.ede, cast.elsewhere)]
    return [*of_places, *houses, *map(typo, houses), *(user.name for user in cast.everyone), "Français"]


def addresses(app, ids):
    """Every page that is opened without a letter's link, with each of the ids."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.startswith("local_mail") or set(rule.arguments) - {"id"}:
            continue
        for one in ids.values() if rule.arguments else [None]:
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield method, adapter.build(rule.endpoint, {"id": one} if one else {}), rule.endpoint


ENDS = {"sign_in.leave", "account.leave_everywhere", "account.end_session"}


def walked(client, pages):
    """(where, answer) for every page read, then for every form sent empty and what was told about it."""
    pages = sorted(pages)
    for method, path, endpoint in [page for page in pages if page[0] == "GET"]:
        yield f"{method} {path} ({endpoint})", client.get(path)
    for method, path, endpoint in [page for page in pages if page[0] == "POST" and page[2] not in ENDS]:
        answer = client.post(path, data={"language": "en"})
        yield f"{method} {path} ({endpoint})", answer
        if answer.status_code == 303:
            yield f"after {path} ({endpoint})", client.get("/moi")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["nadia", "lucas", "helene"])
def test_an_english_member_reads_english_everywhere(app, cast, english, names, client_of, who):
    client = client_of(getattr(cast, who))

    answers = list(walked(client, addresses(app, english)))

    french = {where: french_in(answer, names) for where, answer in answers}
    assert {where: found for where, found in french.items() if found} == {}
    assert sum(answer.status_code == 200 for _where, answer in answers) > 15


def test_a_manager_and_a_delegate_meet_the_english_words_of_the_house(cast, english, client_of):
    inbox, mine = client_of(cast.nadia).get("/demandes/").text, client_of(cast.lucas).get("/accueil").text

    assert {"Requests", "To decide", "Sign out", "Shared directory"} <= set(words_of(inbox))
    assert {f"Hello {cast.lucas.first_name}. Who would you like to meet?", "With the partner", "Your turn to answer"} <= set(words_of(mine))


def test_an_english_stranger_reads_english_and_a_french_one_french(app, cast, names, client_of):
    client, pages = client_of(None), [page for page in addresses(app, {"nothing": cast.nadia.id}) if page[0] == "GET"]

    english = [(where, client.get(path, headers={"Accept-Language": "en-GB,en;q=0.8"})) for _m, path, where in pages]
    french = client.get("/connexion", headers={"Accept-Language": "fr-FR"})

    assert {where: found for where, answer in english if (found := french_in(answer, names))} == {}
    assert {"Sign in", "E-mail address"} <= set(words_of(client.get("/connexion", headers={"Accept-Language": "en-GB"}).text))
    assert french_in(french, names) >= {"Entrez avec l’adresse connue de votre association."}


def test_a_contact_who_reads_english_answers_in_english(cast, english, names, client_of, as_system):
    with as_system() as session:
        doors = {link.purpose.value: links.address(link.id).removeprefix("http://localhost") for link in session.scalars(sa.select(Link))}
    client = client_of(None)

    pages = {name: client.get(path, headers={"Accept-Language": "en"}) for name, path in doors.items()}
    pages["refused"] = client.post(doors["answer"], headers={"Accept-Language": "en"})
    pages["thanks"] = client.post(doors["answer"], data={"answer": "accept"}, headers={"Accept-Language": "en"}, follow_redirects=True)

    assert {name: french_in(page, names) for name, page in pages.items()} == {name: set() for name in pages}
    assert "Yes, introduce us" in words_of(pages["answer"].text)
    assert (pages["refused"].status_code, pages["thanks"].status_code) == (422, 200)


if __name__ == "__main__":
    empty = update()
    sys.exit("\n".join(["Still to be written in " + str(PO.relative_to(HOUSE)) + ":", *empty]) if empty else 0)
