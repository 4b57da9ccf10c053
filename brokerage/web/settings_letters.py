"""Réglages, modèles de lettres: the letters of an association in its own words, previewed, compared, and in versions."""

from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from itsdangerous import BadData, URLSafeSerializer
from wtforms import HiddenField, StringField, TextAreaField

from brokerage.accounts.models import Association
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import letter_models, policy
from brokerage.introductions.letter_models import checking, keeping, sample
from brokerage.introductions.letter_models.keeping import LetterModel, Words
from brokerage.introductions.letters import previewing
from brokerage.introductions.models import IntroductionRequest
from brokerage.web import access, letter_frames
from brokerage.web.access import me
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.letter_words import BY_SLUG, LANGUAGES, LETTERS, PLACES
from brokerage.web.settings import pages
from brokerage.web.typed import identifier


class ModelForm(BaseForm):
    """The words of a model, on top of the version they were opened on."""

    subject = StringField(_l("Objet"))
    body = TextAreaField(_l("Corps de l'e-mail"))
    read = HiddenField(default="0")

    @property
    def words(self) -> Words:
        """What stands in the form."""
        return Words(self.subject.data or "", (self.body.data or "").replace("\r\n", "\n"))

    @property
    def opened_on(self) -> int:
        """The number of that version; 0 for the standard model."""
        return int(self.read.data) if (self.read.data or "").isdecimal() else 0


@dataclass(frozen=True)
class Side:
    """One reader's letter: its text, and where its HTML part is drawn."""

    title: str
    subject: str
    text: str
    drawn: str


@dataclass(frozen=True)
class Preview:
    """What the words in the form become."""

    sides: list[Side]
    words: int
    fault: str
    changes: list[letter_models.Piece]
    differs: bool


@pages.get("/lettres")
@access.members(*keeping.EDITORS)
def letters() -> ResponseReturnValue:
    """The letters that can be reworded, and which are."""
    last = keeping.everywhere(me().association_id)
    return page("settings/letters.html", letters=LETTERS, known=letter_models.EDITABLE, languages=LANGUAGES, last=last)


def _which(slug: str, language: str) -> str:
    return BY_SLUG.get(slug) if language in LANGUAGES and slug in BY_SLUG else abort(404)  # type: ignore[return-value]


@pages.get("/lettres/<slug>/<language>")
@access.members(*keeping.EDITORS)
def letter(slug: str, language: str) -> ResponseReturnValue:
    """One letter in one language, open to be reworded; `version` brings an old version back into the form."""
    which = _which(slug, language)
    last = letter_models.latest(which, me().association_id, language)
    words = _old(which, language, request.args.get("version", type=int)) or letter_models.in_force(which, me().association_id, language)
    form = ModelForm(formdata=None, subject=words.subject, body=words.body, read=str(last.number if last else 0))
    return _shown(which, language, form)


def _old(which: str, language: str, number: int | None) -> Words | None:
    kept = letter_models.history(which, me().association_id, language) if number is not None else []
    return next((one.words or letter_models.standard(which, language) for one in kept if one.number == number), None)


def _shown(which: str, language: str, form: ModelForm, status: int = 200, theirs: LetterModel | None = None) -> ResponseReturnValue:
    giving = db.session.get_one(Association, me().association_id)
    about = _about(request.values.get("avec", ""))
    setting = previewing.Setting(which, language, me(), about)
    form.subject.render_kw = form.body.render_kw = {"lang": language}
    context: dict[str, Any] = {
        "which": which, "language": language, "languages": LANGUAGES, "letter": LETTERS[which], "known": letter_models.EDITABLE[which],
        "form": form, "preview": _preview(setting, form.words), "locked": previewing.locked(setting), "about": about,
        "recent": previewing.recent(me()), "places": PLACES, "examples": sample.places(which, language, (giving.name, giving.of_name)),
        "history": letter_models.history(which, me().association_id, language), "most": letter_models.MOST_WORDS,
        "theirs": theirs, "clash": _clash(which, language, form.words, theirs), "language_links": _language_links(which, language),
    }  # fmt: skip
    return letter_frames.may_hold_frames(page("settings/letter.html", fragments=("apercu",), status=status, **context))


def _language_links(which: str, language: str) -> list[dict[str, Any]]:
    slug = LETTERS[which].slug
    return [
        {"text": str(words), "href": url_for(".letter", slug=slug, language=code), "current": code == language}
        for code, words in LANGUAGES.items()
    ]


def _about(wanted: str) -> IntroductionRequest | None:
    known = identifier(wanted) if wanted else None
    return access.find_or_404(policy.visible_to(me()).where(IntroductionRequest.giving_id == me().association_id), known) if known else None


def _clash(which: str, language: str, mine: Words, theirs: LetterModel | None) -> list[letter_models.Piece]:
    if theirs is None:
        return []
    words = theirs.words or letter_models.standard(which, language)
    return letter_models.differences(_whole(words), _whole(mine))


def _whole(words: Words) -> str:
    return f"{words.subject}\n\n{words.body}"


def _preview(setting: previewing.Setting, words: Words) -> Preview:
    sides = [_side(setting, words, requester_reads) for requester_reads in _readers(setting.which)]
    changes = letter_models.differences(_whole(letter_models.standard(setting.which, setting.language)), _whole(words))
    count = letter_models.words_of(sample.example(setting.which, setting.language, words.subject, words.body).text)
    return Preview(sides, count, _fault(setting, words), changes, any(piece.kind != "same" for piece in changes))


def _readers(which: str) -> list[bool]:
    """Whether the requester reads it: only, not at all, or a copy of their own."""
    known = letter_models.EDITABLE[which]
    return [False, True] if known.both_sides else [not known.to_partner]


def _side(setting: previewing.Setting, words: Words, requester_reads: bool) -> Side:
    about = setting.about
    said = previewing.preview(previewing.Setting(setting.which, setting.language, setting.by, about, requester_reads), words)
    sealed = _seal().dumps([words.subject, words.body, str(about.id) if about else "", requester_reads])
    drawn = url_for(".letter_drawn", slug=LETTERS[setting.which].slug, language=setting.language, lettre=sealed)
    title = _("Ce que lit la personne qui demande") if requester_reads else _("Ce que lit le contact")
    return Side(title, said.subject, said.text, drawn)


def _fault(setting: previewing.Setting, words: Words) -> str:
    try:
        checking.insist(letter_models.EDITABLE[setting.which], setting.language, words.subject, words.body)
    except Refusal as no:
        return told(no)
    return ""


def _seal() -> URLSafeSerializer:
    """Signed, so that nobody has a page of ours say what they like by sending a link."""
    return URLSafeSerializer(current_app.config["PASSERELLE"].signing_keys, salt="a letter to draw")


@pages.get("/lettres/<slug>/<language>/mise-en-page")
@access.members(*keeping.EDITORS)
def letter_drawn(slug: str, language: str) -> ResponseReturnValue:
    """The HTML part of a preview, alone, for its frame."""
    which = _which(slug, language)
    try:
        subject, body, about, requester_reads = _seal().loads(request.args.get("lettre", ""))
    except BadData:
        abort(404)
    setting = previewing.Setting(which, language, me(), _about(about), requester_reads)
    return letter_frames.alone(previewing.preview(setting, Words(subject, body)).html)


@pages.post("/lettres/<slug>/<language>/apercu")
@access.members(*keeping.EDITORS)
def preview_letter(slug: str, language: str) -> ResponseReturnValue:
    """What the words in the form would become; nothing is kept."""
    return _shown(_which(slug, language), language, ModelForm())


@pages.post("/lettres/<slug>/<language>")
@access.members(*keeping.EDITORS)
def save_letter(slug: str, language: str) -> ResponseReturnValue:
    """Keep these words: letters written from now on use them."""
    which, form = _which(slug, language), ModelForm()
    try:
        letter_models.save(which, language, me(), form.opened_on, form.subject.data or "", form.body.data or "")
    except letter_models.Overtaken as first:
        form.read.data = str(first.theirs.number)
        return _shown(which, language, form, first.status, first.theirs)
    except Refusal as no:
        form.refuse(no)
        return _shown(which, language, form, 422)
    flash(_("Enregistré. Les prochaines lettres partiront ainsi ; celles qui attendent déjà ne changent pas."))
    return redirect(url_for(".letter", slug=slug, language=language), 303)


@pages.post("/lettres/<slug>/<language>/retour")
@access.members(*keeping.EDITORS)
def restore_letter(slug: str, language: str) -> ResponseReturnValue:
    """Revenir au modèle."""
    which, form = _which(slug, language), ModelForm()
    try:
        letter_models.restore(which, language, me(), form.opened_on)
    except letter_models.Overtaken as first:
        flash(told(first), "error")
        return redirect(url_for(".letter", slug=slug, language=language), 303)
    flash(_("Le modèle de Passerelle est de retour. Vos versions restent dans l'historique."))
    return redirect(url_for(".letter", slug=slug, language=language), 303)
