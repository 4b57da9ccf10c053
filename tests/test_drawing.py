"""What is drawn: contrasts of the tokens, icons, badges, the bridge, charts, and every macro of templates/pieces."""

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import html5lib
import jinja2
import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from brokerage.web import formats, typography
from brokerage.web.drawing import badges, bridge, charts, icons, register, scenery, tiles

HOUSE = Path(__file__).resolve().parents[1]
STATIC, TEMPLATES = HOUSE / "static", HOUSE / "templates"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
PA = SimpleNamespace(name="Passeport Avenir", short="PA", bank="a")
EE = SimpleNamespace(name="Les Entretiens de l’Excellence", short="EE", bank="b")


@pytest.fixture(scope="module")
def house():
    """The templates with nothing behind them: no database, no route. Built once: it keeps nothing."""
    app = Flask("drawing", static_folder=str(STATIC), template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY="drawing", WTF_CSRF_ENABLED=False, BABEL_DEFAULT_LOCALE="fr")
    app.jinja_env.undefined = jinja2.StrictUndefined
    CSRFProtect(app)
    Babel(app)
    for room in (register, formats, typography):
        room.install(app)
    with app.test_request_context("/demandes?etat=a_decider&after=xyz"):
        yield app


class Ask(FlaskForm):
    purpose = RadioField("Objet", choices=[SelectChoice("visit", "Visite"), SelectChoice("jury", "Jury d'oral")])
    town = StringField("Ville", [InputRequired()])
    number = IntegerField("Combien de jeunes ?")
    word = TextAreaField("Un mot", [Optional(), Length(max=600)])
    when = SelectField("Envoi", choices=[SelectChoice("now", "Maintenant")])
    notify = BooleanField("Me prévenir par e-mail")


# ---- Contrasts (WCAG 2.x), as the table of the design language


def roles(start):
    """The custom properties of the block that begins with `start`."""
    begin = TOKENS.index("{", TOKENS.index(start)) + 1
    return dict(re.findall(r"--([\w-]+)\s*:\s*([^;]+);", TOKENS[begin : TOKENS.index("}", begin)]))


LIGHT = roles("\n:root {")
DARK = LIGHT | roles(':root[data-theme="sombre"]')
TONES = ("encre", "attente", "lagon", "oui", "non", "neutre")
TEXTS = [
    *[(text, ground) for text in ("texte", "texte-2", "texte-3", "lien") for ground in ("surface", "fond", "surface-choisie")],
    ("texte-3", "surface-survol"), ("texte-3", "surface-2"), ("action-texte", "action"), ("action-texte", "action-survol"),
    ("accent-texte", "accent"), ("danger-texte", "danger"), ("toast-texte", "toast"), ("toast-vif", "toast"),
    *[(f"ton-{tone}", ground) for tone in TONES for ground in (f"ton-{tone}-fond", f"ton-{tone}-voile", "surface")],
    *[("texte", f"ton-{tone}-voile") for tone in TONES],
    *[(f"rive-{bank}-texte", f"rive-{bank}") for bank in "abc"],
    *[(f"g{step}-t", f"g{step}") for step in (1, 2, 3, 4)],
]  # fmt: skip
SHAPES = [("ligne-forte", "surface"), ("ligne-forte", "fond"), ("focus-dehors", "focus-dedans"),
          *[(f"rive-{bank}-trait", "surface") for bank in "abc"]]  # fmt: skip


def colour(theme, role):
    value = theme[role].strip()
    while value.startswith("var("):
        value = theme[value[6:-1]].strip()
    return value


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme, one, other):
    low, high = sorted(luminance(colour(theme, role)) for role in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground", "needed"), [(*pair, 4.5) for pair in TEXTS] + [(*pair, 3) for pair in SHAPES])
def test_what_is_read_stands_out_from_its_ground(theme, mark, ground, needed):
    assert contrast(theme, mark, ground) >= needed


def test_the_focus_ring_is_seen_on_both_themes():
    assert contrast(LIGHT, "focus-dedans", "surface") >= 3
    assert contrast(DARK, "focus-dehors", "surface") >= 3


def test_dark_by_preference_and_dark_by_choice_are_the_same():
    assert roles(':root:not([data-theme="clair"])') == roles(':root[data-theme="sombre"]')


# ---- What the content policy and the browser's cache rely on


def test_no_page_carries_a_style_attribute_or_an_inline_script():
    pages = [page for page in TEMPLATES.rglob("*.html") if "mail" not in page.relative_to(TEMPLATES).parts]

    offending = [page.name for page in pages if re.search(r"""\sstyle=|<style|\son\w+=["']|<script>|hx-on""", page.read_text())]

    assert offending == []


def test_what_others_wrote_is_what_the_manifest_says():
    packages = json.loads((STATIC / "vendor" / "manifest.json").read_text())["packages"]

    sums = {file: digest for package in packages for file, digest in package["sha256"].items()}

    assert {file: hashlib.sha256((STATIC / file).read_bytes()).hexdigest() for file in sums} == sums
    assert {str(icon.relative_to(STATIC)) for icon in (STATIC / "icons").glob("*.svg")} <= set(sums)


def test_every_file_a_stylesheet_names_exists():
    for sheet in (STATIC / "css").glob("*.css"):
        for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text()):
            assert (sheet.parent / name).is_file(), f"{sheet.name}: {name}"


# ---- Drawings


def test_every_icon_a_template_names_exists():
    named = {name for page in TEMPLATES.rglob("*.html") for name in re.findall(r"""icon\(["']([a-z0-9-]+)["']""", page.read_text())}

    assert named
    assert all((icons.ICONS / f"{name}.svg").is_file() for name in named)


def test_an_icon_is_silent_beside_a_word_and_speaks_alone():
    assert 'aria-hidden="true"' in icons.icon("search")
    assert 'role="img" aria-label="Chercher &#34;x&#34;"' in icons.icon("search", label='Chercher "x"')
    with pytest.raises(LookupError):
        icons.icon("no-such-icon")


def test_the_twelve_states_have_an_icon_words_and_a_known_tone(house):
    assert len(badges.STATES) == 12
    for key, state in badges.STATES.items():
        assert state.tone in TONES
        assert badges.state_label(key) in badges.state_badge(key)


def test_what_people_typed_is_escaped():
    villain = SimpleNamespace(name='"><script>', short="<b>", bank="a")

    drawn = badges.bank_mark(villain) + badges.slats(1, 3, "<i>") + badges.avatar("<u>")

    assert not re.search(r"<script|<b>&|<i>&|<u>", drawn)
    assert "&lt;script&gt;" in drawn


def test_slats_never_overflow():
    assert [badges.slats(n, 3, "").count('class="x"') for n in (0, 2, 5)] == [0, 2, 3]


def test_the_deck_reaches_the_current_step_and_no_further(house):
    steps = [("Demande", "5 mars", "done"), ("Décision", "", "here"), ("Accord", "", ""), ("Rencontre", "", "")]

    drawn = bridge.bridge(steps, (EE, "Lucas", ""), (PA, "Hélène", ""))

    assert 'class="fait"' in drawn
    assert "M0 72Q187.5 18 375 4.5" in drawn
    assert drawn.count('aria-current="step"') == 1
    assert "style=" not in drawn


def test_a_final_state_stops_the_deck_and_only_a_step_just_taken_moves_it(house):
    steps = [("Demande", "", "done"), ("Décision", "", "declinee"), ("Accord", "", "")]

    still, moving = (bridge.bridge(steps, (EE, "L"), (PA, "H"), moved=moved) for moved in (False, True))

    assert "Déclinée" in still
    assert 'class="fini t-non"' in still
    assert "avance" in moving
    assert "avance" not in still


def test_a_region_is_tinted_by_its_count(house):
    drawn = tiles.tiles({"11": 12, "53": 3, "93": 1})

    assert 'class="r-11 g4"' in drawn
    assert 'class="r-53 g2"' in drawn
    assert 'class="r-93 g1"' in drawn
    assert 'class="r-94 g0"' in drawn


def test_every_scene_and_chart_is_well_formed_and_without_style(house):
    drawn = [scenery.drawing(scene) for scene in scenery.SCENES]
    drawn += [
        charts.arch(),
        charts.mirrored_months(["janv.", "févr."], [3, 0], [0, 0], "Par mois"),
        charts.mirrored_months([], [], [], "Rien"),
        charts.decreasing_bars([(88, "demandes"), (0, "rencontres")], "Entonnoir"),
        charts.ranges([("Décision", 1, 3.5, 6, "3,5")], "Délais"),
        charts.proportions([(0, "oui"), (0, "non")], "Rien"),
    ]

    for picture in drawn:
        assert "style=" not in picture
        assert valid(picture)


# ---- Pieces


def valid(markup):
    """Parses as HTML5 without one error; raises what is wrong with it."""
    return html5lib.HTMLParser(strict=True).parseFragment(str(markup)) is not None


PIECES = {
    "a form": "{% call ui.form(form) %}{% for f in form %}{{ ui.field(f, help='Aide', count=f.type == 'TextAreaField') }}{% endfor %}"
    "{{ ui.submit('Envoyer', 'send', busy='Envoi en cours', key='a') }}{% endcall %}{{ ui.act('/x', 'Retirer') }}{{ ui.chips(form.purpose) }}",
    "a table": "{% call ui.table('Lycées') %}<thead><tr>{{ ui.th_sort('Nom', 'name', '-name') }}{{ ui.th_sorts([('Nom', 'nom', false), ('Ajout', 'ajout', true)], '-ajout') }}{{ ui.th('x', hidden=true) }}</tr></thead>{% endcall %}"
    "{{ ui.pager('38', 'a', none) }}{{ ui.check(1, 'Choisir') }}{{ ui.check_all() }}{% call ui.bulk('choisis') %}{% endcall %}",
    "lists": "{% call ui.page_head('Titre', 'sous') %}{% endcall %}{{ ui.section_head('i', 'T', '/x', 'Voir') }}{{ ui.crumbs([('A', '/'), ('B', none)]) }}"
    "<ul>{% call ui.row('T', '/x', end=state_badge('accord')) %}m{% endcall %}</ul>{{ ui.facts([('a', 1), ('b', '')]) }}{{ ui.message('un\n\ndeux\ntrois') }}"
    "{{ ui.figures([(1, 'x')], 'l') }}{% call ui.note('oui') %}x{% endcall %}{{ ui.tag('x') }}{{ ui.count(3, true, 'à traiter') }}",
    "a timeline": "{% call ui.timeline('etroite') %}{% call ui.event('auj.', under='9 h', key=true, quote='Oui') %}x{% endcall %}{% endcall %}",
    "tabs": "{{ ui.tabs('États', [{'text': 'À décider', 'href': here(etat=none), 'current': true, 'count': 7, 'lively': true}]) }}"
    "{{ ui.segments('Mode', [{'text': 'Aperçu', 'href': '/', 'current': false}]) }}",
    "filters": "{{ ui.filter_chip('Région', 'Corse', here(region=none)) }}{% call ui.filter_menu('/x', {'q': 'a'}) %}{{ ui.filter_select('region', 'Région', [('11', 'IDF')], '11') }}{% endcall %}",
    "emptiness": "{{ ui.empty('Rien', 'Tout est fait.') }}{% call ui.empty('Rien') %}x{% endcall %}",
    "toasts": "{{ ui.toast('Envoyé', undo='/x') }}{{ ui.toasts() }}{{ ui.notes() }}{{ ui.undo_note('Part bientôt', '/x') }}",
    "a dialog": "{% call ui.dialog('d', 'Décliner ?', 'x') %}{{ ui.dialog_foot('Garder', 'Décliner', picture='x') }}{% endcall %}",
    "a letter": "{{ ui.letter_editor('N', 'H', form.town, form.word, [('Prénom', '{x}')], 'fixe') }}{% call ui.letter_preview('N', 'H', 'Objet', ['un']) %}x{% endcall %}"
    "{{ ui.differences([{'kind': 'same', 'text': 'a '}, {'kind': 'del', 'text': 'b'}, {'kind': 'ins', 'text': 'c'}]) }}",
    "contacts": "{{ ui.contact('Rachid Amrani', 'mission', 'r@x.example', '+33499001427') }}{% call ui.masked_contact('Proviseure') %}x{% endcall %}{{ ui.person('A B') }}",
}  # fmt: skip


@pytest.mark.parametrize("source", PIECES.values(), ids=PIECES)
def test_a_piece_is_well_formed_and_defines_all_it_shows(house, source):
    form = Ask(data={"word": "bonjour"})
    form.town.errors = ["Indiquez une ville, par exemple « Lille »."]

    drawn = render_template_string(source, form=form)

    assert valid(drawn)
    assert "style=" not in drawn


def test_every_macro_is_tried_above(house):
    pieces = house.jinja_env.globals["ui"]
    tried = set(re.findall(r"ui\.(\w+)", " ".join(PIECES.values())))
    within = {"csrf", "error_summary", "choices", "checkbox", "search", "toast_model"}  # drawn by those tried

    assert set(pieces._found()) - within - tried == set()


def test_a_wrong_field_says_so_to_everyone(house):
    form = Ask(data={"number": 3})
    form.number.errors = ["Indiquez un nombre, par exemple 28."]

    drawn = render_template_string("{% call ui.form(form) %}{{ ui.field(form.number, help='Environ') }}{% endcall %}", form=form)

    assert 'role="alert"' in drawn
    assert '<a href="#number">' in drawn
    assert 'aria-describedby="number-aide number-err" aria-invalid="true"' in drawn
    assert 'id="number-err"' in drawn


def test_a_masked_contact_shows_the_role_only(house):
    drawn = render_template_string("{{ ui.masked_contact('Responsable RSE') }}")

    assert "Responsable RSE" in drawn
    assert not re.search(r"mailto|tel:|@", drawn)


def test_an_address_keeps_the_filters_and_forgets_the_place(house):
    drawn = render_template_string("{{ here(tri='nom') }} {{ here(etat=none) }}")

    assert drawn == "/demandes?etat=a_decider&amp;tri=nom /demandes"


@pytest.mark.parametrize("status", [403, 404, 409, 500, 503, "refused"])
def test_an_error_page_needs_neither_visitor_nor_database(house, status):
    drawn = house.jinja_env.get_template(f"errors/{status}.html").render(locale="fr")

    assert html5lib.HTMLParser(strict=True).parse(drawn)
    assert "<h1>" in drawn
    assert "<script" not in drawn
