"""Every page, for every reader: valid, titled, labelled, without a dead link; and every fragment equals its reload."""

import re
import uuid
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element, tostring

import html5lib
import pytest

from brokerage import clock, timeline
from brokerage.accounts import links
from brokerage.accounts.models import Purpose, User
from brokerage.introductions import deciding, introductions, requests
from brokerage.introductions.models import IntroductionRequest, Result
from brokerage.introductions.purposes import DECLINE_REASONS
from brokerage.partners.models import Visibility
from brokerage.timeline import Actor, By
from brokerage.web import errors
from tests import cast as people
from tests.test_access import MATRIX

ALIKE = 12  # pages at one address, but for ids and queries, that are opened by following links
READERS = ["nadia", "lucas", "helene", None]
MEANT = "Mettre en relation, en bref ? « Oui » : 28 élèves & 2 <i>parents</i>"


# ---- a furnished house ---------------------------------------------------------------------------------------------


@dataclass
class House:
    """Ids to build addresses from, and the paths of the links that letters carried."""

    ids: list[uuid.UUID] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)


@pytest.fixture
def house(cast, as_member, as_system):
    """Partners with and without contacts, requests in every state, and links of each purpose."""
    found = House()
    with as_member(cast.nadia) as session:
        nadia = session.get_one(User, cast.nadia.id)
        partner = people.a_partner(nadia, tags=["énergie", "RSE"], website="https://www.meridiane.example")
        contact = people.a_contact(partner)
        lonely = people.a_partner(nadia, "Lycée « Le Vent » & fils", kind="academic", type="LGT", uai="0951099D")
        people.a_partner(nadia, "Discrète SA", visibility=Visibility.HIDDEN)
        for number in range(55):
            people.a_partner(nadia, f"Entreprise {number:02}")
        timeline.record("note", By(Actor.MEMBER, nadia.id, nadia.name), cast.pa.id, partner_id=partner.id, details={"text": MEANT})
        session.commit()
        found.ids += [partner.id, lonely.id, contact.id]
    with as_member(cast.lucas) as session:
        lucas = session.get_one(User, cast.lucas.id)
        people.a_partner(lucas, "Le carnet d'en face", kind="corporate", siren="552100554")
        drafted = people.a_request(lucas, cast.pa, partner, message=MEANT)
        waiting = [people.a_request(lucas, cast.pa, partner, message=MEANT) for _ in range(8)]
        waiting.append(people.a_request(lucas, cast.pa))
        for one in waiting:
            requests.submit(one, lucas)
        session.commit()
        found.ids += [one.id for one in [drafted, *waiting]]
    with as_member(cast.nadia) as session:
        _submitted, asked, parked, declined, approved, introduced, suggested, withdrawn, _open = (
            session.get_one(IntroductionRequest, one.id) for one in waiting
        )
        nadia = session.get_one(User, cast.nadia.id)
        choice = [deciding.Choice(contact.id, "Une heure ?", "Bonjour Madame,\n\nAccepteriez-vous ?", over_limit_reason="urgent")]
        deciding.ask_info(asked, nadia, MEANT)
        deciding.park(parked, nadia, clock.today() + timedelta(days=30), "plus tard")
        deciding.decline(declined, nadia, next(iter(DECLINE_REASONS)), MEANT, "")
        for one in (approved, introduced, suggested):
            deciding.approve(one, nadia, choice, MEANT)
        session.commit()
        by = By(Actor.CONTACT, contact.id)
        introductions.accept(introduced.introductions[0], by, word=MEANT, phone=True)
        introductions.suggest(suggested.introductions[0], by, last_name="Ruiz", first_name="Ana")
        introductions.record_outcome(introduced.introductions[0], by, Result.DATE_SET, word=MEANT)
        session.commit()
        subjects = [one.introductions[0].id for one in (approved, introduced, suggested)]
        found.ids += [*subjects, cast.karim.id, cast.soraya.id]
    with as_member(cast.lucas) as session:
        requests.withdraw(session.get_one(IntroductionRequest, withdrawn.id), session.get_one(User, cast.lucas.id), MEANT)
        session.commit()
    with as_system() as session:
        made = [links.make(Purpose.ANSWER, subject, cast.pa.id) for subject in subjects]
        made += [links.make(Purpose.OUTCOME, subjects[1], cast.pa.id), links.make(Purpose.OBJECTION, contact.id, cast.pa.id)]
        made += [links.make(Purpose.INVITATION, cast.karim.id, cast.pa.id), links.make(Purpose.PASSWORD, cast.karim.id, cast.pa.id)]
        session.commit()
        found.letters = [urlsplit(links.address(one.id)).path for one in made]
    return found


def entrances(app, house, who) -> list[str]:
    """Every page this reader may open without following a link; those about somebody else's rows are left out."""
    adapter, found = app.url_map.bind("localhost"), list(house.letters) if who is None else []
    for rule in app.url_map.iter_rules():
        admits = MATRIX[rule.endpoint]
        allowed = admits == "public" or (who is not None and not isinstance(admits, str) and who.has(*admits))
        if "GET" in rule.methods and allowed and not rule.arguments and rule.endpoint != "static":
            found.append(adapter.build(rule.endpoint))
        elif "GET" in rule.methods and allowed and rule.arguments == {"id"}:
            found += [adapter.build(rule.endpoint, {"id": one}) for one in house.ids]
    return found


# ---- what is asked of a page ---------------------------------------------------------------------------------------


def parsed(words: str) -> Element:
    """The page as a strict parser of the HTML standard reads it; raises on the first fault."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(words)


def faults_of(page: Element) -> list[str]:
    """What a careful reader of the source would find."""
    return [fault for examine in (_frame, _names, _forms, _fields, _styles) for fault in examine(page)]


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _frame(page: Element):
    if not page.get("lang"):
        yield "no lang"
    title = page.find("head/title")
    if title is None or not re.search(r"\w", _text(title).partition(" · ")[0]):
        yield "no title"
    if len(page.findall(".//h1")) != 1:
        yield f"{len(page.findall('.//h1'))} h1"
    yield from (f"an image without alt: {image.get('src')}" for image in page.iter("img") if image.get("alt") is None)
    for link in page.iter("a"):
        named = _text(link) or link.get("aria-label") or [x for x in link.iter() if x.get("aria-label") or x.get("alt")]
        if link.get("href") is not None and not named:
            yield f"a link without words: {link.get('href')}"


def _names(page: Element):
    """Ids are there once, and whatever refers to one finds it."""
    ids = [element.get("id") for element in page.iter() if element.get("id") is not None]
    yield from (f"the id {one!r} is there {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1)
    for element in page.iter():
        for name in ("for", "form", "aria-labelledby", "aria-describedby", "aria-controls", "list", "data-open"):
            yield from (f"{name}={one!r} leads nowhere" for one in (element.get(name) or "").split() if one not in ids)
        for name in ("hx-target", "hx-include"):
            if (element.get(name) or "").startswith("#") and element.get(name)[1:] not in ids:
                yield f"{name}={element.get(name)} leads nowhere"
        if (element.get("href") or "").startswith("#") and element.get("href")[1:] not in ids:
            yield f"href={element.get('href')} leads nowhere"


def _forms(page: Element):
    for form in page.iter("form"):
        method, names = form.get("method", "get").lower(), {x.get("name") for x in form.iter("input")}
        if method not in ("get", "post"):
            yield f"a form with method {method}"
        if method == "post" and "csrf_token" not in names:
            yield f"a form without its token: {form.get('action')}"
        if method == "get" and not form.get("action"):
            yield "a search without an address"
        buttons = [x for x in page.iter("button") if x.get("form") == form.get("id") and form.get("id")] + list(form.iter("button"))
        if not buttons and form.get("role") != "search":
            yield f"a form without a button: {form.get('action')}"


def _fields(page: Element):
    labels = {label.get("for") for label in page.iter("label")}
    inside = {field for label in page.iter("label") if _text(label) for field in label.iter()}
    for kind in ("input", "select", "textarea"):
        for one in page.iter(kind):
            if one.get("type") in ("hidden", "submit", "button"):
                continue
            if not (one.get("id") in labels or one in inside or one.get("aria-label") or one.get("aria-labelledby")):
                yield f"a field without a label: {one.get('name')}"


def _styles(page: Element):
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "style" or element.get("style") is not None:
            yield f"a style inside <{element.tag}>"
        if element.tag == "script" and _text(element):
            yield "a script inside the page"
        yield from (f"{name} on <{element.tag}>" for name in element.attrib if name.startswith("on"))


def ways_on(page: Element, here: str):
    """The internal addresses a browser would load, or a person could open, from this page."""
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        wanted = [element.get(name) for name in ("href", "src", "hx-get")]
        if element.tag == "form" and element.get("method", "get").lower() == "get":
            wanted.append(f"{element.get('action')}?{urlencode(typed_in(element))}")
        for one in filter(None, wanted):
            parts = urlsplit(urljoin(f"http://localhost{here}", one))
            if parts.netloc == "localhost" and parts.scheme == "http":
                yield parts.path + (f"?{parts.query}" if parts.query else "")


def typed_in(form: Element) -> list[tuple[str, str]]:
    """What a browser would send of a form nobody touched."""
    inputs = [x for x in form.iter("input") if x.get("name") and x.get("type") not in ("checkbox", "radio", "submit")]
    return [(x.get("name"), x.get("value") or "") for x in inputs]


def walk(client, entrances):
    """Breadth first: (path, answer, where the link stood)."""
    ahead, seen, alike = deque((one, None) for one in entrances), set(entrances), Counter()
    while ahead:
        path, found_on = ahead.popleft()
        answer = client.get(path)
        yield path, answer, found_on
        if answer.status_code in (301, 302, 303):
            further = [urlsplit(answer.location).path + ("?" + urlsplit(answer.location).query if urlsplit(answer.location).query else "")]
        elif answer.mimetype == "text/html" and answer.status_code == 200 and not path.endswith("/html"):
            further = list(ways_on(html5lib.parse(answer.text, namespaceHTMLElements=False), path))
        else:
            further = []
        for one in further:
            if one not in seen and alike[shape(one)] < ALIKE:
                seen.add(one)
                alike[shape(one)] += 1
                ahead.append((one, path))


def shape(path: str) -> str:
    """An address without its ids and its query."""
    return re.sub(r"\?.*|[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)


@pytest.mark.slow
@pytest.mark.parametrize("who", READERS)
def test_every_page_is_valid_titled_labelled_and_leads_somewhere(app, cast, house, client_of, who):
    member = getattr(cast, who) if who else None

    faults, pages = [], 0
    for path, answer, found_on in walk(client_of(member), entrances(app, house, member)):
        missing = answer.status_code == 404 and found_on is None and any(str(one) in path for one in house.ids)
        if answer.status_code >= 400 and not missing:
            faults.append((path, answer.status_code, f"linked from {found_on}"))
        if answer.mimetype != "text/html" or 300 <= answer.status_code < 400:
            continue
        pages += 1
        try:
            page = parsed(answer.text)
            letter = "sandbox" in answer.headers["Content-Security-Policy"]  # drawn in a frame: valid, but no page of ours
            faults += [(path, fault) for fault in ([] if letter else faults_of(page))]
        except html5lib.html5parser.ParseError as fault:
            faults.append((path, f"invalid HTML: {fault}"))
    print(f"{who or 'a stranger'}: {pages} pages")
    assert sorted({fault[1:] for fault in faults}, key=str) == [], faults[:20]
    assert pages > 10


# ---- every fragment equals its reload ------------------------------------------------------------------------------


def inside(words: str, wanted: str) -> str:
    """What the element of this id holds, as a browser would write it."""
    [found] = [x for x in html5lib.parse(words, namespaceHTMLElements=False).iter() if x.get("id") == wanted]
    return written(found)


def alone(words: str) -> tuple[str, dict[str, str]]:
    """A fragment: what takes the place of the target's content, and the elements that go elsewhere on the page."""
    holder = Element("div")
    holder.extend(list(html5lib.parseFragment(words, container="div", namespaceHTMLElements=False)))
    elsewhere = {}
    for one in list(holder):
        if one.get("hx-swap-oob"):
            holder.remove(one)
            elsewhere[one.get("id") or one.get("hx-swap-oob")] = written(one)
    return written(holder), elsewhere


def written(element: Element) -> str:
    """The content of an element; spaces between blocks and the seals of forms, new each time, do not count."""
    words = "".join([element.text or "", *(tostring(child, "unicode") for child in element)])
    words = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", re.sub(r"\s+", " ", words))
    return words.replace("> <", "><").strip()


def swaps(client, path: str):
    """What htmx may do on a page without writing: (address, target), one for each element that says so."""
    page = html5lib.parse(client.get(path).text, namespaceHTMLElements=False)
    for element in page.iter():
        if element.get("hx-get") and element.get("hx-target"):
            query = f"?{urlencode(typed_in(element))}" if element.tag == "form" and typed_in(element) else ""
            yield element.get("hx-get") + query, element.get("hx-target").lstrip("#")


SWAPPED = {
    "nadia": ["/demandes/", "/demandes/?etat=en-cours", "/partenaires/", "/partenaires/?q=meridiane&region=11&kind=corporate", "/partenaires/nouveau?ecole=jean"],
    "lucas": ["/demandes/", "/annuaire/", "/annuaire/?q=entreprise&ouvert=oui", "/annuaire/?q=rien+du+tout"],
}  # fmt: skip


@pytest.mark.parametrize("who", SWAPPED)
def test_every_fragment_equals_its_reload(app, cast, house, client_of, who):
    client = client_of(getattr(cast, who))
    found = list(dict.fromkeys(swap for path in SWAPPED[who] for swap in swaps(client, path)))

    for address, target in found:
        whole = client.get(address)
        answer = client.get(address, headers={"HX-Request": "true", "HX-Target": target})
        fragment, elsewhere = alone(answer.text)
        assert (whole.status_code, answer.status_code) == (200, 200), address
        assert "<html" not in answer.text, f"{address} sends the whole page into #{target}"
        assert {"HX-Request", "HX-Target"} <= set(answer.vary), address
        assert fragment == inside(whole.text, target), address
        for one, content in elsewhere.items():
            if one in ("filtres",):
                assert content == inside(whole.text, one), address
    assert {target for _, target in found} >= {"boite", "rows"}
    assert len(found) >= 8


def test_a_refusal_that_no_form_shows_is_read_on_a_page_that_does_not_speak_of_a_lost_one(app):
    with app.test_request_context("/"):
        answer = errors._page(429, "Vous avez écrit cinq fois aujourd'hui : revenez demain.")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert "cinq fois aujourd’hui" in page
    assert "n'existe plus" not in page.replace("’", "'")
