"""One request travels from a delegate to a meeting, in a browser, with the real worker and the real mail server."""

import time
from datetime import timedelta

import pytest

from brokerage import scope
from tests import cast as people
from tests.running import desk, links

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
    delegate.page.click("button:has-text('Voir les coordonnées')")
    delegate.reads("h.marchetti@meridiane.example")

    running.run("reminders", "send", ahead=3 * WEEK)
    delegate.goes("/accueil")
    delegate.page.click("text=Répondre >> visible=true")
    delegate.page.click("label:has-text('Oui') >> visible=true")
    delegate.page.fill("[name=word] >> visible=true", "Très bon échange.")
    delegate.page.click("button:has-text('Enregistrer')")
    delegate.reads("Rencontre confirmée", "Très bon échange.")
    assert [*delegate.errors, *manager.errors, *contact.errors] == []


def test_opening_every_link_of_every_letter_three_times_changes_nothing(running, cast, lucas, nadia, partner, as_member, app, digest_of_every_row):
    import urllib.request

    from brokerage.introductions import deciding, introductions, requests
    from brokerage.introductions.models import Introduction
    from brokerage.timeline import Actor, By

    with as_member(lucas) as session:
        request = people.a_request(session.get_one(type(lucas), lucas.id), cast.pa, partner)
        requests.submit(request, session.get_one(type(lucas), lucas.id))
        session.commit()
    with as_member(nadia) as session:
        mine, by = session.get_one(type(request), request.id), session.get_one(type(nadia), nadia.id)
        [contact] = session.get_one(type(partner), partner.id).contacts
        deciding.approve(mine, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?")])
        session.commit()
        running.letter("h.marchetti@meridiane.example", "Une heure ?")
        running.letter(lucas.email, "Demande acceptée")
        introductions.accept(session.get_one(Introduction, mine.introductions[0].id), By(Actor.CONTACT, contact.id))
        session.commit()
    for address in (lucas.email, "h.marchetti@meridiane.example"):
        running.letter(address, "Mise en relation")
    running.kill("scheduler")
    running.kill("worker")

    before = digest_of_every_row()
    opened = 0
    for message in running.letters():
        for link in {link.rstrip(".,)").replace("http://localhost/", running.url + "/") for link in links(message)}:
            for method in ("HEAD", "GET", "GET", "GET"):
                with urllib.request.urlopen(urllib.request.Request(link, method=method), timeout=20) as answer:
                    assert answer.status == 200, link
                opened += 1
    assert opened >= 20
    assert digest_of_every_row() == before


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
