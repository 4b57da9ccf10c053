"""Makes the pictures of the README from a running demonstration: `./run`, then

.venv/bin/python -m tests.screenshots http://127.0.0.1:8000
"""

import os
import re
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import FLAGS

PASSWORD = "passerelle-demo-2026"
FOLDER = Path(__file__).parents[1] / "docs" / "images"
NADIA, LUCAS = "nadia.benhaddou@passeport-avenir.example", "lucas.ferreira@entretiens.example"
MEMBERS = [("demandes", NADIA, "/demandes/"), ("accueil-delegue", LUCAS, "/accueil")]


def main(url: str) -> None:
    """Every picture, at the sizes the README shows."""
    with sync_playwright() as player:
        chromium = os.environ.get("PASSERELLE_TEST_CHROMIUM") or "/usr/bin/chromium"
        browser = player.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, email, path in MEMBERS:
            taken(browser, url, name, path, email)
        answer = answer_page(url)
        taken(browser, url, "reponse", answer)
        taken(browser, url, "reponse-mobile", answer, width=390)


def taken(browser: Browser, url: str, name: str, path: str, email: str = "", width: int = 1440) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR").new_page()
    if email:
        page.goto(f"{url}/connexion")
        page.fill("[name=email]", email)
        page.fill("[name=password]", PASSWORD)
        page.click("main button.btn-p")
        page.wait_for_url("**/accueil")
    page.goto(url + path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def answer_page(url: str) -> str:
    """The path of an answer page, from the newest ask among the letters that were filed."""
    with urllib.request.urlopen(f"{url}/courrier-local/") as listing:
        keys = re.findall(r"/courrier-local/[^/\"?]+", listing.read().decode())
    for key in dict.fromkeys(keys):
        with urllib.request.urlopen(url + key) as letter:
            if found := re.search(r"/reponse/[\w-]+", letter.read().decode()):
                return found[0]
    sys.exit("No letter asks anything yet: approve a request first.")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
