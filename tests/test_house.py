"""The house itself: who commits, who names htmx's headers, how long rooms are, that nothing lies about unused."""

import ast
import re
from pathlib import Path

import pytest

from brokerage.introductions.states import INTRODUCTION_STEPS, REQUEST_STEPS, Letter

HOUSE = Path(__file__).parents[1]
CODE = sorted((HOUSE / "brokerage").rglob("*.py"))
TEMPLATES = sorted((HOUSE / "templates").rglob("*.html"))
NAME = str


def name(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("file", CODE, ids=name)
def test_a_room_stays_within_its_budget(file):
    tree, lines = ast.parse(file.read_text()), file.read_text().count("\n")
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]

    assert lines <= 300
    assert [f"{f.name}: {f.end_lineno - f.lineno + 1}" for f in functions if f.end_lineno - f.lineno + 1 > 40] == []


def test_no_room_has_a_name_that_says_nothing():
    banned = {"helper", "helpers", "util", "utils", "common", "misc", "manager", "managers", "stuff"}

    assert [name(f) for f in CODE if banned & {f.stem, f.parent.name}] == []


def test_the_median_template_is_short():
    lengths = sorted(f.read_text().count("\n") for f in TEMPLATES)

    assert lengths[len(lengths) // 2] <= 35


COMMITTERS = {"introductions/reminders.py", "web/access.py", "web/local_mail.py", "cli.py", "errands.py", "scope.py"}
ROOMS_THAT_ACT_AT_THE_DOOR = {"accounts/", "mail/", "demo/", "local/"}


def test_only_doors_and_jobs_commit():
    """Rooms flush. The sign-in, the outbox and the reminders commit on purpose: one failure must not undo the others."""
    found = {name(f).removeprefix("brokerage/") for f in CODE if re.search(r"\.commit\(\)", f.read_text())}

    assert {f for f in found - COMMITTERS if not f.startswith(tuple(ROOMS_THAT_ACT_AT_THE_DOOR))} == set()


def test_only_fragments_speaks_of_htmx_headers():
    users = {name(f) for f in CODE if re.search(r"""["']HX-|htmx_flask""", f.read_text())}

    assert users == {"brokerage/web/fragments.py"}


GATES = {
    "scope.py": "defines it",
    "partners/vault.py": "reads the vault under its own role",
    "partners/finding.py": "search",
    "partners/notes.py": "asks the one function that takes withdrawn words out of the timeline",
    "introductions/requests.py": "draws the next number",
    "mail/outbox.py": "posts a letter once, also into an ally's box",
    "mail/leases.py": "claims letters",
    "mail/pace.py": "counts letters one worker at a time",
    "accounts/founding.py": "locks while the first association is made",
    "partners/bulk.py": "remembers and tells an act on thousands of partners in one statement each",
    "privacy/erasure.py": "takes the words of somebody who is erased out of timelines, by a function of the database",
    "search/known_words.py": "counts the words of every book, at night",
    "transfer/imports.py": "adds thousands of rows at once",
}


def test_the_guard_is_passed_only_where_it_is_written_down():
    users = {name(f).removeprefix("brokerage/") for f in CODE if "through_the_gate(" in f.read_text()}

    assert {u for u in users if u not in GATES and not u.startswith(("transfer/", "demo/"))} == set()


def test_only_the_vault_reads_the_channel():
    users = {name(f).removeprefix("brokerage/") for f in CODE if re.search(r"\bChannel\.(email|phone|mobile)\b(?!_key)", f.read_text())}

    assert users <= {"partners/vault.py"}


def test_only_jobs_knows_rq_and_only_doors_know_flask():
    rq = {name(f) for f in CODE if re.search(r"^(from|import) (rq|redis)\b", f.read_text(), re.MULTILINE)}

    assert {f for f in rq if "local/" not in f} == {"brokerage/jobs.py"}


def test_every_step_with_a_letter_has_its_words_in_both_languages():
    promised = {letter for table in (REQUEST_STEPS, INTRODUCTION_STEPS) for step in table.values() for letter in step.letters}

    for language in ("fr", "en"):
        missing = [word for word in promised | {Letter.OBJECTION_NOTED} if not (HOUSE / "templates/mail" / language / f"{word}.txt").exists()]
        assert missing == [], language


def test_every_template_is_used():
    text = "\n".join(f.read_text() for f in [*CODE, *TEMPLATES])
    known = [f for f in TEMPLATES if f.parent.name not in ("pieces", "errors")]

    assert [name(f) for f in known if str(f.relative_to(HOUSE / "templates")) not in text] == []


def test_no_page_carries_a_style_or_a_script_of_its_own():
    """The content policy would silently drop them."""
    inline = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son(click|change|submit|load|input)=|javascript:|hx-on|hx-vals=.js:""")
    pages = [f for f in TEMPLATES if f.parent.name != "mail" and "local_mail" not in str(f)]

    assert [name(f) for f in pages if inline.search(re.sub(r"\{#.*?#\}", "", f.read_text(), flags=re.DOTALL))] == []


def test_no_template_escapes_the_escaping():
    assert [name(f) for f in TEMPLATES if re.search(r"\|\s*safe\b|autoescape false", f.read_text())] == []


def test_every_room_tells_in_one_sentence_what_it_is():
    rooms = [f for f in CODE if f.name == "__init__.py" and "data" not in f.parts]

    assert [name(f) for f in rooms if not (ast.get_docstring(ast.parse(f.read_text())) or "").strip()] == []
