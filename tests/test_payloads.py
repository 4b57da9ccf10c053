"""Scripts, markup and marks of direction in every text field stay words (D8): on both sides' pages and the contact's, in Chromium."""

import re
import threading

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from brokerage import clock
from brokerage.accounts.models import Purpose, User
from brokerage.introductions.models import Introduction
from brokerage.partners.models import Partner
from brokerage.web.own_fields import MARK
from tests.test_accounts import path_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYLOADS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "'-alert(3)-'", "javascript:alert(4)", "{{7*7}}", "${7*7}",
    "</textarea><svg onload=alert(5)>", "</title><script>alert(6)</script>", "\u202egpj.exe", "&lt;script&gt;alert(7)&lt;/script&gt;",
    "<a href=javascript:alert(8)>x</a>", "[[email:00000000-0000-4000-8000-000000000000]]", "<b data-open=palette hx-get=/moi hx-trigger=load>",
)  # fmt: skip
ALL = " ".join(PAYLOADS)
# What stored words would have made, had they become more than words.
MADE = """() => [
  ...document.querySelectorAll('img[src="x"], svg[onload], [onerror], b[data-open], script:not([src])'),
  ...[...document.querySelectorAll('a[href], form[action], [src], [hx-get], [hx-post]')].filter((one) =>
    ['href', 'action', 'src', 'hx-get', 'hx-post'].some((name) => /^\\s*(javascript|data:text)/i.test(one.getAttribute(name) ?? ''))),
].map((one) => one.outerHTML.slice(0, 120))"""


def cut(length, begin=0):
    """As many payloads as a field holds, beginning with another one each time."""
    said = ""
    for nth in range(len(PAYLOADS)):
        one = PAYLOADS[(begin + nth) % len(PAYLOADS)]
        if len(said) + len(one) + 1 <= length:
            said = f"{said} {one}".strip()
    return said


@pytest.fixture
def served(app):
    """The application itself, on a port of this machine: no worker, no letters that leave."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def stored(cast, nadia, lucas, helene, client_of, as_system):
    """Payloads typed into every form, by both sides; returns the ids of what they are in."""
    with as_system() as session:
        for one in cast.everyone:
            session.get_one(User, one.id).title = cut(120)
        session.commit()
    manager, delegate = client_of(nadia), client_of(lucas)

    def sent(client, path, **values):
        answer = client.post(path, data=values)
        assert answer.status_code == 303, (path, answer.status_code, re.sub(r"<[^>]+>|\s+", " ", "".join(re.findall(r'role="alert".*?</div>', answer.text, re.DOTALL)))[-600:])
        return answer.location

    sent(manager, "/reglages/champs", name=cut(60), help=cut(200, 2), subject="partner", kind="text")
    sent(manager, "/reglages/champs", name=cut(50, 3), options=f"{cut(80, 4)}\n{cut(80, 1)}", subject="contact", kind="choice")
    partner = {"kind": "corporate", "name": cut(200), "address": cut(200, 1), "town": cut(120, 2), "postcode": "92400", "status": "active", "visibility": "listed",
               "open_now": "y", "tags": f"{cut(38, 2)}, {cut(38, 3)}, {cut(38, 6)}"}  # fmt: skip
    own = re.findall(rf'name="({MARK}[^"]+)"', manager.get("/partenaires/nouveau").text)
    partner |= {name: cut(200, 5) for name in own}
    assert own
    assert manager.post("/partenaires/nouveau", data=partner | {"website": "javascript:alert(9)"}).status_code == 422
    place = sent(manager, "/partenaires/nouveau", **partner).partition("?")[0].partition("#")[0]
    with as_system() as session:
        made = session.scalars(sa.select(Partner)).one()
        made.website = "javascript:alert(9)"  # as a file of long ago may have brought it
        session.commit()
    sent(manager, f"{place}/contacts/nouveau", first_name=cut(80), last_name=cut(80, 1), title=cut(120, 2), role="other", language="fr",
         permission="ask_first", source=cut(200, 3), email="h.marchetti@meridiane.example", phone="+33199005240", civility="Mme")  # fmt: skip
    sent(manager, f"{place}/notes", text=ALL, sure="y")
    sent(manager, "/taches/", text=cut(190, 1), assignee_id=str(nadia.id), sure="y")
    asked = sent(delegate, "/demandes/nouvelle", partner=str(made.id), ally=str(cast.pa.id), need="corporate", purpose="find_speakers", event_name=cut(160, 1), place=cut(120, 2),
                 audience=cut(160, 3), event_hours=cut(60, 4), message=ALL, event_on=str(clock.today().replace(year=clock.today().year + 1)), action="envoyer")  # fmt: skip
    for readers in ("both", "ours"):
        sent(delegate, f"{asked}/commentaires", text=ALL, readers=readers)
        sent(manager, f"{asked}/commentaires", text=ALL, readers=readers)
    with as_system() as session:
        contact = session.get_one(Partner, made.id).contacts[0]
    key = str(contact.id)
    sent(manager, f"{asked}/approbation", **{"contact": key, f"subject-{key}": cut(150), f"body-{key}": f"Bonjour,\n\n{ALL}\n\n{ALL}", "word": ALL, "leave": "now"})
    with as_system() as session:
        introduction = session.scalars(sa.select(Introduction)).one()
    return {"partner": place, "card": f"/annuaire/{made.id}", "asked": asked, "contact": contact, "introduction": introduction}


class Reader:
    """Somebody at a browser, and everything that a script would have made it say."""

    def __init__(self, chromium, url, client=None):
        context = chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        if client:
            context.add_cookies([{"name": one.key, "value": one.value, "url": url} for one in client._cookies.values()])
        self.page, self.url, self.said, self.read = context.new_page(), url, [], ""
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.said.append(f"error {error}"))
        self.page.on("console", lambda line: self.said.append(f"{self.page.url}: {line.text}") if line.type == "error" else None)

    def reads(self, *paths):
        for path in paths:
            answer = self.page.goto(self.url + path, wait_until="load")
            assert answer.status == 200, (path, answer.status)
            self.said += [f"{path}: {made}" for made in self.page.evaluate(MADE)]
            self.read += self.page.inner_text("body")
            self.said += [f"{path}: 7 times 7"] if "{{49}}" in self.read or "$49" in self.read else []
        return self


def test_stored_words_never_become_script_or_markup(chromium, served, stored, cast, nadia, lucas, helene, client_of):
    partner, asked, contact = stored["partner"], stored["asked"], stored["contact"]
    ours = Reader(chromium, served, client_of(nadia)).reads(
        "/accueil", "/demandes/", asked, f"{asked}/approbation", "/partenaires/", f"/partenaires/?ouvrir={partner.rsplit('/', 1)[1]}", "/partenaires/filtres",
        partner, f"{partner}/modification", f"/partenaires/contacts/{contact.id}", "/taches/", "/reglages/champs", "/reglages/etiquettes", "/recherche/?q=script",
        "/recherche/?q=" + "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "/partenaires/?q=%3Cscript%3Ealert(1)%3C/script%3E&etiquette=%3Cscript%3E",
    )  # fmt: skip
    ours.page.keyboard.press("Control+k")
    ours.page.fill("[data-palette]", "<script>alert(1)</script>")
    ours.page.wait_for_selector("#trouve a[role=option]")
    theirs = Reader(chromium, served, client_of(lucas)).reads("/accueil", "/demandes/", asked, "/annuaire/", stored["card"], f"/demandes/nouvelle?partenaire={stored['card'].rsplit('/', 1)[1]}", "/recherche/?q=script")
    admin = Reader(chromium, served, client_of(helene)).reads("/membres", "/journal/", "/reglages/")

    class Subject:
        id = stored["introduction"].id

    person = Reader(chromium, served).reads(path_of(Purpose.ANSWER, Subject()), "/connexion?next=javascript:alert(1)")

    assert [line for reader in (ours, theirs, admin, person) for line in reader.said] == []
    assert all("<script>alert(1)</script>" in reader.read for reader in (ours, theirs, person))
