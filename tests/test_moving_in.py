"""A Friday afternoon: both spreadsheets of an association go in through the pages, in a browser, and can be taken back."""

import re
import time

import pytest
import sqlalchemy as sa

from brokerage import scope
from brokerage.demo import book
from brokerage.partners.models import Contact, Partner
from tests.running import desk
from tests.test_journey import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCHOOLS, COMPANIES = book.KITS
KITS = [
    (SCHOOLS, 1440, {"Code RNE (UAI)": "uai", "Établissement": "name", "RNE": "uai", "Qui ?": "contact"}, 397),
    (COMPANIES, 390, {"SIRET": "siret", "Entreprise": "name"}, 241),
]


@pytest.fixture
def running(app, cast, config, tmp_path):
    with desk(config, tmp_path) as whole:
        whole.start("files")
        yield whole


class Importer(Person):
    """A manager on the pages of one import."""

    def lists(self):
        """How many rows stand in each list that has some."""
        tabs = self.page.locator("nav:has-text('Prêtes') a, .onglets a").all_inner_texts()
        found = (re.fullmatch(r"(\D+?)\s*(\d[\d\s]*)", tab.replace("\u202f", "").strip()) for tab in tabs)
        return {one.group(1).strip(): int(one.group(2)) for one in found if one}

    def rows_with(self, trouble):
        """How many rows of the list shown have one trouble."""
        found = self.page.locator(f"li:has-text('{trouble}') .n")
        return int(found.first.inner_text()) if found.count() else 0

    def columns(self):
        """What each column was taken for, by its header."""
        rows = self.page.locator("tr:has(select)").all()
        return {row.locator("code").text_content(): row.locator("select").input_value() for row in rows}

    def acts(self, words):
        self.page.click(f"button:has-text('{words}') >> visible=true")


def here(nadia):
    with scope.acting(scope.member(nadia.association_id)) as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Partner, Contact)]


@pytest.mark.parametrize(("kit", "width", "columns", "rows"), KITS, ids=["schools", "companies"])
def test_a_spreadsheet_moves_in_is_corrected_and_is_taken_back(kit, width, columns, rows, chromium, running, nadia, tmp_path):
    manager = Importer(chromium, running.url, width).enters(nadia)
    manager.goes("/partenaires/imports/nouveau")
    manager.page.set_input_files("[name=file]", kit)
    manager.page.fill("[name=source]", "Carnet de l'équipe, 2024")
    manager.page.check("[name=informed]")
    manager.acts("Lire le fichier")
    manager.page.wait_for_selector("button:has-text('lignes prêtes')", timeout=90_000)
    where = manager.page.url.partition("#")[0]
    manager.page.screenshot(path=tmp_path / "lists.png")

    guessed = manager.columns()
    assert guessed.items() >= columns.items()
    before = manager.lists()
    assert sum(before.values()) == rows
    assert min(before[name] for name in ("Refusées", "À vérifier", "Prêtes")) > 0
    assert here(nadia) == [0, 0]

    manager.goes(f"{where}?liste=refused&motif=email_invalid")
    broken = manager.rows_with("mal formée")
    manager.page.click("a:has-text('Corriger') >> nth=0")
    mails = [header for header, field in guessed.items() if field == "email"]
    cell = next(one for one in manager.page.locator(".champ").all() if one.locator("label").inner_text() in mails).locator("[name=cellule]")
    cell.fill("personne.joignable@exemple.example.org")
    cell.blur()
    manager.page.locator("#ligne:not(:has-text('mal formée'))").wait_for()
    manager.acts("Enregistrer et revenir")
    manager.page.wait_for_selector("button:has-text('lignes prêtes')")
    manager.goes(f"{where}?liste=refused")
    after = manager.lists()
    assert manager.rows_with("mal formée") == broken - 1
    assert sum(after.values()) == rows

    manager.acts("lignes prêtes")
    manager.page.wait_for_selector("progress, .note:has-text('nouveaux')")
    other = Person(chromium, running.url, width).enters(nadia)
    started = time.monotonic()
    other.goes("/partenaires/")
    other.reads("Partenaires")
    assert time.monotonic() - started < 10
    manager.page.wait_for_selector("text=nouveaux", timeout=90_000)
    manager.reads("Partenaires :", "Annuler tout l'import")
    assert manager.lists()["Importées"] == after["Prêtes"]
    assert all(here(nadia))

    manager.acts("Annuler tout l")
    manager.page.wait_for_selector("text=Import annulé", timeout=90_000)
    assert here(nadia) == [0, 0]
    assert [*manager.errors, *other.errors] == []
