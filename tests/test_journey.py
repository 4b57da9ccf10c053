"""One request travels from a delegate to a meeting, in a browser, with the real worker and the real mail server."""

import html
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from brokerage import scope
from tests import cast as people
from tests.running import desk, free_port, links, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WEEK = timedelta(days=7).total_seconds()


@pytest.fixture
def running(app, cast, config, tmp_path):
    """The desk as processes, on the cast's database, with no time to undo so that letters leave at once."""
    with scope.acting(scope.system("a test")) as session:
        session.get_one(type(cast.pa), cast.pa.id).rules = {"undo_seconds": 0}
        session.commit()
    with desk(config, tmp_path) as whole:
        yield whole


class Person:
    """Somebody at a browser; fails on any error of the console, which is how the content policy speaks."""

    def __init__(self, chromium, url, width=1440, **more):
        self.page = chromium.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", **more).new_page()
        self.url, self.errors = url, []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def enters(self, user):
        self.goes("/connexion")
        self.page.fill("input[name=email]", user.email)
        self.page.fill("input[name=password]", people.PASSWORD)
        self.page.click("main button.btn-p")
        self.page.wait_for_url("**/accueil")
        return self

    def goes(self, path):
        self.page.goto(path if path.startswith("http") else self.url + path)

    def reads(self, *texts):
        """All of these, however the typography set them, once the page is there."""
        deadline = time.monotonic() + 20
        while missing := [text for text in texts if text not in self.body()]:
            assert time.monotonic() < deadline, f"{missing} not on {self.page.url}:\n{self.body()[:2000]}"
            self.page.wait_for_timeout(100)

    def body(self):
        return self.page.inner_text("body").replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


@pytest.fixture
def partner(cast, nadia, as_member):
    with as_member(nadia) as session:
        found = people.a_partner(nadia, "Méridiane Énergie")
        people.a_contact(found)
        session.commit()
    return found


@pytest.fixture
def asked(cast, lucas, nadia, partner, as_member):
    """The contact of a request that Lucas made and Nadia approved a moment ago."""
    from brokerage.introductions import deciding, requests

    with as_member(lucas) as session:
        request = people.a_request(session.get_one(type(lucas), lucas.id), cast.pa, partner)
        requests.submit(request, session.get_one(type(lucas), lucas.id))
        session.commit()
    with as_member(nadia) as session:
        mine, by = session.get_one(type(request), request.id), session.get_one(type(nadia), nadia.id)
        [contact] = session.get_one(type(partner), partner.id).contacts
        deciding.approve(mine, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?")])
        session.commit()
    return contact


@pytest.mark.parametrize("width", [1440, 390])
def test_a_request_travels_from_a_delegate_to_a_meeting(chromium, running, cast, lucas, nadia, partner, width):
    delegate = Person(chromium, running.url, width).enters(lucas)
    delegate.goes("/annuaire/?q=meridiane")
    delegate.reads("Méridiane Énergie")
    assert "Marchetti" not in delegate.page.content()
    delegate.page.click("text=Méridiane Énergie")
    delegate.page.click("a:has-text('Demander une mise en relation') >> visible=true")
    delegate.page.click("label:has-text('Trouver des intervenants')")
    delegate.page.fill("[name=event_name]", "Atelier « Oser les métiers de l'énergie »")
    delegate.page.fill("[name=place]", "Sarcelles")
    delegate.page.fill("[name=message]", "Nous cherchons deux ingénieures prêtes à raconter leur parcours pendant une heure.")
    delegate.page.click("button:has-text('Envoyer la demande') >> visible=true")
    delegate.reads("Vous aimeriez rencontrer Méridiane Énergie", "Nadia Benhaddou")

    notice = running.letter(nadia.email, "Nouvelle demande")
    manager = Person(chromium, running.url, width).enters(nadia)
    manager.goes(next(link for link in links(notice) if "/demandes/" in link))
    manager.reads("Lucas Ferreira aimerait rencontrer Méridiane Énergie")
    manager.page.click("a:has-text('Approuver') >> visible=true")
    manager.page.fill("[name^=body-]", "Bonjour Madame Marchetti,\n\nAccepteriez-vous de rencontrer Lucas ?\n\nNadia Benhaddou")
    manager.page.check("input[name=leave][value=now]", force=True)  # at any hour of the day
    manager.page.click("button:has-text('Approuver et envoyer') >> visible=true")
    manager.reads("Chez le partenaire")

    ask = running.letter("h.marchetti@meridiane.example", "")
    assert "Accepteriez-vous de rencontrer Lucas" in ask.get_body(("plain",)).get_content().replace("\u00a0", " ")
    contact = Person(chromium, running.url, width, java_script_enabled=False)
    contact.goes(next(link for link in links(ask) if "/reponse/" in link))
    contact.reads("Lucas Ferreira aimerait vous rencontrer", "Atelier « Oser les métiers de l'énergie »")
    contact.page.check("input[value=accept]")
    contact.page.check("input[name=phone]")
    contact.page.fill("[name=word]", "Avec plaisir.")
    contact.page.click("button:has-text('Envoyer ma réponse')")
    contact.reads("Merci, c'est fait")

    for address in (lucas.email, "h.marchetti@meridiane.example"):
        both = running.letter(address, "Mise en relation")
        assert {"h.marchetti@meridiane.example", lucas.email} <= {a.addr_spec for a in both["To"].addresses}
    delegate.page.reload()
    delegate.reads("Mise en relation faite", "Hélène Marchetti", "Avec plaisir.")
    request = delegate.page.url
    delegate.page.click("button:has-text('Voir les coordonnées')")
    delegate.reads("h.marchetti@meridiane.example")

    running.run("reminders", "send", ahead=3 * WEEK)
    delegate.goes(request)  # at home it is asked once the event is over
    delegate.page.click("label:has-text('Oui') >> visible=true")
    delegate.page.fill("[name=word] >> visible=true", "Très bon échange.")
    delegate.page.click("button:has-text('Enregistrer')")
    delegate.reads("Rencontre confirmée", "Très bon échange.")
    assert [*delegate.errors, *manager.errors, *contact.errors] == []


def test_opening_every_link_of_every_letter_three_times_changes_nothing(running, asked, lucas, nadia, as_member, as_system, digest_of_every_row):
    import sqlalchemy as sa

    from brokerage.accounts.models import Link, Purpose
    from brokerage.introductions import introductions
    from brokerage.introductions.models import Introduction
    from brokerage.partners.models import Contact
    from brokerage.privacy import renewal
    from brokerage.timeline import Actor, By

    running.letter("h.marchetti@meridiane.example", "Une heure ?")
    running.letter(lucas.email, "Demande acceptée")
    with as_member(nadia) as session:
        introduction = session.scalars(sa.select(Introduction)).one()
        introductions.accept(introduction, By(Actor.CONTACT, asked.id))
        session.commit()
    for address in (lucas.email, "h.marchetti@meridiane.example"):
        running.letter(address, "Mise en relation")
    with as_system() as session:
        [choices, *_] = session.scalars(sa.select(Link).where(Link.purpose == Purpose.PREFERENCES)).all()
        renewal.send_data_link(session.get_one(Contact, asked.id), choices)
        renewal.send_another(choices)
        session.commit()
    running.letter("h.marchetti@meridiane.example", "Vos données")
    running.letter("h.marchetti@meridiane.example", "Votre nouveau lien")
    running.kill("scheduler")
    running.kill("worker")

    before = digest_of_every_row()
    opened, kinds = 0, set()
    for message in running.letters():
        for link in {link.rstrip(".,)").replace("http://localhost/", running.url + "/") for link in links(message)}:
            for method in ("HEAD", "GET", "GET", "GET"):
                with urllib.request.urlopen(urllib.request.Request(link, method=method), timeout=20) as answer:
                    assert answer.status == 200, link
                opened += 1
            kinds.add("/" + link.removeprefix(running.url + "/").partition("/")[0] + "/")
    assert opened >= 20
    assert {"/reponse/", "/opposition/", "/preferences/", "/mes-donnees/"} <= kinds
    assert digest_of_every_row() == before


def test_a_contact_answers_at_once_in_two_processes_and_only_one_answer_is_taken(running, asked, as_system):
    import sqlalchemy as sa

    from brokerage.introductions.models import Consent, Introduction

    ask = running.letter("h.marchetti@meridiane.example", "Une heure ?")
    path = urllib.parse.urlsplit(next(link for link in links(ask) if "/reponse/" in link)).path
    first = running.url
    running.processes["the other web"] = running.processes.pop("web")
    running.port = free_port()
    running.start("web")

    tabs = {"refuse": Tab(first + path), "accept": Tab(running.url + path)}
    with ThreadPoolExecutor(2) as both:
        said = dict(zip(tabs, both.map(lambda what: tabs[what].answers(what), tabs), strict=True))

    won = next(what for what, (status, _page) in said.items() if status == 200)
    lost = said["accept" if won == "refuse" else "refuse"]
    assert lost[0] == 409
    assert "Une réponse a déjà été enregistrée le" in lost[1]
    with as_system() as session:
        assert [c.answer for c in session.scalars(sa.select(Consent))] == [won]
        assert session.scalars(sa.select(Introduction.state)).one().value == {"refuse": "refused", "accept": "introduced"}[won]


class Tab:
    """A page opened in a browser of its own, with the form it holds."""

    def __init__(self, url):
        self.url, self.browser = url, urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        page = until(self._opened)
        self.fields = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in ("csrf_token", "seen")}

    def _opened(self):
        try:
            return self.browser.open(self.url, timeout=20).read().decode()
        except urllib.error.URLError:
            return None

    def answers(self, what):
        """The status and the words of what came back; redirects are followed."""
        try:
            with self.browser.open(self.url, urllib.parse.urlencode(self.fields | {"answer": what}).encode(), timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as no:
            return no.code, html.unescape(no.read().decode())


@pytest.fixture
def digest_of_every_row(admin_url, database):
    """A fingerprint of every row of every table."""
    import sqlalchemy as sa

    from brokerage.database import Base
    from tests.conftest import as_role

    engine = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)
    names = sorted(t.name for t in Base.metadata.tables.values() if not t.info.get("is_view"))

    def digest() -> dict[str, str]:
        with engine.connect() as connection:
            return {n: connection.execute(sa.text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {n} t")).scalar() for n in names}

    return digest
