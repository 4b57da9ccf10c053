"""How our words are printed: French punctuation, set in the templates before values go in; dates, numbers, phones."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale, lazy_gettext
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from wtforms import SelectChoice, SelectField

from brokerage import clock
from brokerage.reference.articles import with_article
from brokerage.web import formats, typography
from brokerage.web.forms import BaseForm
from brokerage.web.typography import typeset, typo, typo_english, typo_mail

THURSDAY = datetime(2026, 3, 12, 9, 30, tzinfo=clock.PARIS)


@pytest.fixture
def reader():
    """A French reader, on Thursday 12 March 2026, half past nine in Paris."""
    app = Flask("typography")
    app.config.update(BABEL_DEFAULT_LOCALE="fr")
    Babel(app)
    typography.install(app)
    formats.install(app)
    with app.test_request_context(), clock.at(THURSDAY):
        yield app


# ---- Plurals and articles


@pytest.mark.parametrize(("number", "written"), [(0, "0 contact"), (1, "1 contact"), (1.5, "1.5 contact"), (2, "2 contacts")])
def test_french_puts_none_in_the_singular(reader, number, written):
    template = "{{ ngettext('%(num)s contact', '%(num)s contacts', n) }}"

    assert render_template_string(template, n=number) == written


@pytest.mark.parametrize(
    ("name", "in_a_sentence"),
    [
        ("Lycée Olympe-de-Gouges", "le lycée Olympe-de-Gouges"),
        ("Université Rhône-Confluence", "l’université Rhône-Confluence"),
        ("IUT de la Scarpe", "l’IUT de la Scarpe"),
        ("Fondation", "Fondation"),
        ("Méridiane Énergie", "Méridiane Énergie"),
    ],
)
def test_an_organisation_takes_its_article_in_a_sentence(name, in_a_sentence):
    assert with_article(name) == in_a_sentence


# ---- Typography


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("l'atelier d'Aïssatou", "l’atelier d’Aïssatou"),
        ("« Oser »", "«\u00a0Oser\u00a0»"),
        ("Êtes-vous libre ?", "Êtes-vous libre\u202f?"),
        ("Oui ; non !", "Oui\u202f; non\u202f!"),
        ("Objet : visite", "Objet\u00a0: visite"),
        ("Objet :", "Objet\u00a0:"),
        ("à 10:30", "à 10:30"),
        ("1 284 fiches, 1 284 000 lignes", "1\u202f284 fiches, 1\u202f284\u202f000 lignes"),
        ("en 2026 187 lignes", "en 2026 187 lignes"),
        ("73 %", "73\u00a0%"),
        ("14 h 30", "14\u00a0h\u00a030"),
        ("dans 3 j", "dans 3\u00a0j"),
        ("n° 12", "n°\u00a012"),
        ("Mme Marchetti et M. Amrani", "Mme\u00a0Marchetti et M.\u00a0Amrani"),
        ("le 4 avril, le 1er mars, le 14 janv.", "le 4\u00a0avril, le 1er\u00a0mars, le 14\u00a0janv."),
        ("01 99 00 52 40", "01 99 00 52 40"),
        ("un e-mail, des E-mails, e-mailing", "un e-\u2060mail, des E-\u2060mails, e-mailing"),
        ("<a href='/x' title='l\"a'>l'un</a> ?", "<a href='/x' title='l\"a'>l’un</a>\u202f?"),
        ("<b>%(name)s</b> : %(count)d %% d'accord", "<b>%(name)s</b>\u00a0: %(count)d\u00a0%% d’accord"),
        ("%(name)s j'arrive, %(a)s %(b)s", "%(name)s j’arrive, %(a)s %(b)s"),
        ("%(hour)s h %(minute)s", "%(hour)s\u00a0h\u00a0%(minute)s"),
    ],
)
def test_french_is_printed_as_french(typed, printed):
    assert typo(typed) == printed


@given(st.text(alphabet="aé'’ «»?!;:%0123456789hj()sd\u00a0\u202f<>/=\"", max_size=40))
def test_setting_twice_changes_nothing_more(text):
    once = typo(text)

    assert typo(once) == once


def test_a_letter_holds_no_narrow_space():
    assert typo_mail("« Libre ? » 1 284, un e-mail") == "«\u00a0Libre\u00a0?\u00a0» 1\u00a0284, un e-mail"


def test_the_options_of_a_list_are_set_too_and_their_values_are_not(reader):
    reader.config["WTF_CSRF_ENABLED"] = False

    class Form(BaseForm):
        often = SelectField(choices=[SelectChoice("d'habitude", lazy_gettext("Comme d'habitude : 2"))])

    assert '<option value="d&#39;habitude">Comme d’habitude\u00a0: 2</option>' in Form().often()


def test_english_only_gets_its_apostrophe():
    assert typo_english("Isn't it? <i title='x'>Yes: 73 %</i>") == "Isn’t it? <i title='x'>Yes: 73 %</i>"


def test_a_message_is_set_before_its_values_and_they_stay_as_typed(reader):
    drawn = render_template_string("{{ _(\"%(who)s n'a pas répondu ?\", who=who) }}", who="O'Neil ; <b>")

    assert drawn == "O&#39;Neil ; &lt;b&gt; n’a pas répondu\u202f?"


def test_a_block_of_text_and_a_plural_are_set_too(reader):
    drawn = render_template_string(
        "{% trans %}C'est fait !{% endtrans %} {{ ngettext(\"%(num)d jour d'attente\", \"%(num)d jours d'attente\", 2) }}"
    )

    assert drawn == "C’est fait\u202f! 2 jours d’attente"


def test_an_english_reader_gets_english_spacing(reader):
    with force_locale("en"):
        drawn = render_template_string("{{ _(\"It's late ?\") }}")

    assert drawn == "It’s late ?"


def test_a_label_is_set_by_the_filter_and_never_becomes_markup(reader):
    drawn = render_template_string("{{ lazy|typo }} {{ plain|typo }} {{ safe|typo }}",
        lazy=lazy_gettext("<b>l'un</b>"), plain="<i>", safe=Markup("<u>l&#39;un</u>"))  # fmt: skip

    assert drawn == "&lt;b&gt;l’un&lt;/b&gt; &lt;i&gt; <u>l’un</u>"
    assert not isinstance(typeset("x"), Markup)


# ---- Formats


def test_days_are_written_out(reader):
    day = date(2026, 3, 12)

    assert formats.date_long(day) == "jeudi 12\u00a0mars 2026"
    assert formats.date_short(date(2026, 1, 14)) == "14\u00a0janv. 2026"
    written = {"2021-09": "septembre 2021", "2021-06-10": "10 juin 2021", "2021": "2021", "99999-09": "99999-09", "depuis 2003": "depuis 2003", "": ""}
    assert {since: formats.month_year(since).replace("\u00a0", " ") for since in written} == written
    assert formats.day_named(day) == "jeu. 12\u00a0mars"
    assert formats.day_month(date(2026, 4, 1)) == "1er\u00a0avril"


def test_an_instant_is_shown_in_paris(reader):
    late_in_utc = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)

    assert formats.date_long(late_in_utc) == "vendredi 13\u00a0mars 2026"
    assert formats.hour(late_in_utc) == "0\u00a0h\u00a030"
    assert formats.hour(THURSDAY.replace(minute=0)) == "9\u00a0h"
    with pytest.raises(ValueError, match="time zone"):
        formats.hour(datetime(2026, 3, 12, 9, 0))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (THURSDAY - timedelta(minutes=18), "auj., 9\u00a0h\u00a012"),
        (THURSDAY - timedelta(hours=16, minutes=25), "hier, 17\u00a0h\u00a005"),
        (THURSDAY + timedelta(days=1), "demain, 9\u00a0h\u00a030"),
        (THURSDAY - timedelta(days=2), "mar. 10\u00a0mars"),
        (date(2025, 6, 3), "3\u00a0juin 2025"),
        (date(2026, 3, 12), "auj."),
    ],
)
def test_a_moment_is_said_from_today(reader, when, words):
    assert f">{words}</time>" in formats.moment(when)


def test_a_moment_keeps_its_exact_date(reader):
    drawn = formats.moment(THURSDAY)

    assert drawn == (
        '<time datetime="2026-03-12T09:30+01:00" title="jeudi 12\u00a0mars 2026, 9\u00a0h\u00a030">auj., 9\u00a0h\u00a030</time>'
    )


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (THURSDAY - timedelta(minutes=5), "il y a 5 minutes"),
        (THURSDAY - timedelta(days=2, hours=3), "il y a 2 jours"),
        (date(2026, 3, 15), "dans 3 jours"),
        (date(2026, 3, 12), "aujourd’hui"),
        (THURSDAY - timedelta(days=7), "5\u00a0mars 2026"),
    ],
)
def test_ago_is_said_under_seven_days_only(reader, when, words):
    assert f">{words}</time>" in formats.ago(when)


def test_figures_follow_the_reader(reader):
    assert (formats.number(1284), formats.number(3.5), formats.percent(0.73)) == ("1\u202f284", "3,5", "73\u00a0%")

    with force_locale("en"):
        assert (formats.number(1284), formats.percent(0.73), formats.hour(THURSDAY)) == ("1,284", "73%", "09:30")
        assert formats.date_long(date(2026, 3, 1)) == "Sunday 1\u00a0March 2026"


@pytest.mark.parametrize(
    ("raw", "shown", "dialled"),
    [
        ("+33199005240", "01\u00a099\u00a000\u00a052\u00a040", "tel:+33199005240"),
        ("06.99.00.24.51", "06\u00a099\u00a000\u00a024\u00a051", "tel:+33699002451"),
        ("+262262901234", "0262\u00a090\u00a012\u00a034", "tel:+262262901234"),
        ("+44 20 7946 0958", "+44\u00a020\u00a07946\u00a00958", "tel:+442079460958"),
        ("poste 12 au standard", "poste 12 au standard", ""),
        (None, "", ""),
    ],
)
def test_a_phone_is_read_in_pairs(raw, shown, dialled):
    assert (formats.phone(raw), formats.phone_link(raw)) == (shown, dialled)


def test_initials_take_the_first_and_the_last_word():
    names = ["Nadia Benhaddou", "Jean-Baptiste Roussel", "élodie de la Tour", "Prince", "", None]

    assert [formats.initials(name) for name in names] == ["NB", "JR", "ÉT", "P", "", ""]


def test_nothing_is_written_for_nothing(reader):
    assert {write(None) for write in formats.FILTERS} == {""}


@pytest.mark.parametrize(("n", "said"), [(0, "0 demande"), (1, "1 demande"), (2, "2 demandes")])
def test_none_counts_as_one_in_french(reader, n, said):
    assert render_template_string('{{ ngettext("%(num)d demande", "%(num)d demandes", n) }}', n=n) == said
    assert typography.Messages().ngettext("%(num)d demande", "%(num)d demandes", n) == said


def test_a_singular_that_spells_itself_out_is_never_said_of_none(reader):
    assert render_template_string('{{ ngettext("une demande", "%(num)d demandes", 0) }}') == "0 demandes"


def test_an_english_reader_counts_none_as_many(reader):
    with force_locale("en"):
        assert render_template_string('{{ ngettext("%(num)d request", "%(num)d requests", 0) }}') == "0 requests"
