"""The partner's pages, without an account: answer an introduction, say what came of it, be left alone.

GET shows, a button acts by POST: mail scanners open every link. Nothing is ticked beforehand.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, EmailField, HiddenField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from brokerage.accounts import links
from brokerage.accounts.models import Association, Link, Purpose
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import answering, introductions, wording
from brokerage.introductions.models import Ask, Introduction, Result
from brokerage.introductions.states import IntroductionState
from brokerage.partners.models import Contact
from brokerage.privacy import objection
from brokerage.timeline import Actor, By
from brokerage.web import access
from brokerage.web.formats import date_long, hour
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page

pages = Blueprint("answers", __name__)


ANSWERS = {
    "accept": _l("Oui, mettez-nous en relation"),
    "postpone": _l("Pas maintenant"),
    "suggest": _l("Quelqu'un d'autre conviendrait mieux"),
    "refuse": _l("Non merci"),
}


class AnswerForm(BaseForm):
    """Four answers of equal dignity."""

    answer = RadioField(
        _l("Votre réponse"),
        choices=[SelectChoice(code, words) for code, words in ANSWERS.items()],
        validators=[InputRequired(_l("Choisissez une réponse."))],
    )
    phone = BooleanField(_l("Transmettre aussi mon numéro de téléphone"))
    until = DateField(_l("À partir de quand ?"), validators=[Optional()])
    colleague_first = StringField(_l("Son prénom"), validators=[Length(max=80)])
    colleague_name = StringField(_l("Son nom"), validators=[Length(max=80)])
    colleague_title = StringField(_l("Sa fonction"), validators=[Length(max=120)])
    colleague_email = EmailField(_l("Son adresse professionnelle"), validators=[Length(max=200)])
    word = TextAreaField(_l("Un mot"), validators=[Length(max=600)])
    seen = HiddenField(default=answering.FIRST)  # the answer that the page knew of: two tabs cannot both be right
    reason = TextAreaField(_l("Souhaitez-vous dire pourquoi ?"), validators=[Length(max=600)])


@dataclass(frozen=True)
class Invitation:
    """What the page says of one introduction: the same card as the letter."""

    introduction: Introduction
    facts: wording.Facts
    greeting: str
    name: str
    giving: Association
    asking: Association
    manager_word: list[str]
    message: str  # the requester's own, unless the letter quotes it
    is_open: bool
    may_change: bool
    answered: str  # the answer recorded last, by its code; "" before any
    answer_words: str
    answered_on: str
    seen: str
    expires_on: str


def _invitation(link: Link) -> Invitation:
    introduction = db.session.get_one(Introduction, link.subject_id)
    the_request = introduction.request
    sides = [db.session.get_one(Association, side) for side in (introduction.asking_id, introduction.giving_id)]
    contact = db.session.get_one(Contact, introduction.contact_id)
    ask = db.session.scalars(sa.select(Ask).where(Ask.introduction_id == introduction.id).order_by(Ask.asked_at.desc())).first()
    language, given = str(get_locale() or "fr"), answering.last(introduction)
    return Invitation(
        introduction=introduction,
        facts=wording.facts(the_request, sides[0], sides[1], language),
        greeting=wording.greeting(contact),
        name=contact.name,
        giving=sides[1],
        asking=sides[0],
        manager_word=_paragraphs(ask.body) if ask else [],
        message=the_request.message if not ask or _bare(the_request.message) not in _bare(ask.body) else "",
        is_open=introduction.state is IntroductionState.CONSENT_PENDING,
        may_change=answering.may_change(introduction),
        answered=given.answer if given else "",
        answer_words=str(ANSWERS.get(given.answer, "")) if given else "",
        answered_on=_when(introduction.answered_at),
        seen=answering.mark(introduction),
        expires_on=wording.day(link.expires_at.date(), language),
    )


def _when(instant: datetime | None) -> str:
    return _("%(day)s à %(hour)s", day=date_long(instant), hour=hour(instant)) if instant else ""


def _paragraphs(body: str) -> list[str]:
    """The manager's letter without its greeting and its facts: the page shows those by itself."""
    parts = [part.strip() for part in body.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return [part for part in parts[1:] or parts if not part.startswith(SHOWN_APART)]


def _bare(text: str) -> str:
    """Text without the marks and breaks of a quotation, to compare."""
    return " ".join(text.replace(">", " ").split())


SHOWN_APART = ("Quoi :", "Quoi\u00a0:", "What:", "Quand :", "Quand\u00a0:", "When:")


@pages.get("/reponse/<token>")
@access.by_link(Purpose.ANSWER)
def show(link: Link) -> ResponseReturnValue:
    """The question, or what was answered; with `?changer=oui`, the question again while nothing has left."""
    return _page(link, AnswerForm(formdata=None, seen=_mark(link)))


def _mark(link: Link) -> str:
    return answering.mark(db.session.get_one(Introduction, link.subject_id))


def _page(link: Link, form: AnswerForm, status: int = 200) -> ResponseReturnValue:
    shown = _invitation(link)
    asks = shown.is_open or (shown.may_change and "changer" in request.args)
    return page("answers/show.html", status=status, invitation=shown, form=form, asks=asks, token=_token(), preferences=_preferences(shown))


def _token() -> str:
    return (request.view_args or {}).get("token", "")


@pages.post("/reponse/<token>")
@access.by_link(Purpose.ANSWER)
def answer(link: Link) -> ResponseReturnValue:
    """Take the answer, the first or another one. Of two at once, one is taken and the other reads which."""
    form, introduction = AnswerForm(), db.session.get_one(Introduction, link.subject_id)
    if not form.validate():
        return _page(link, form, 422)
    by = By(Actor.CONTACT, introduction.contact_id)
    try:
        answering.insist_on_first(introduction, form.seen.data or answering.FIRST)
        answering.make_room(introduction, by)
        _answered(introduction, form, by)
    except answering.AnsweredElsewhere:
        return _already(link, form.answer.data)
    except Refusal as no:
        db.session.rollback()  # what was answered before still counts
        form.refuse(no)
        return _page(link, form, no.status)
    return _thanks(link)


def _already(link: Link, wanted: str) -> ResponseReturnValue:
    """The same answer twice is a double click; another one is not taken, and the page says what was, and when."""
    shown = _invitation(link)
    if shown.answered == wanted:
        return _thanks(link)
    return page("answers/thanks.html", status=409, **_thanked(shown), overtaken=True)


def _thanked(shown: Invitation) -> dict[str, Any]:
    """What the page of thanks needs, also to lead on to the preferences."""
    return {"invitation": shown, "token": _token(), "preferences": _preferences(shown)}


def _preferences(shown: Invitation) -> str:
    """The token of the contact's page of preferences; "" when they have none."""
    choices = links.live(Purpose.PREFERENCES, shown.introduction.contact_id)
    return links.token_of(choices) if choices else ""


def _thanks(link: Link) -> ResponseReturnValue:
    return redirect(url_for(".thanks", token=_token()), 303)


def _answered(introduction: Introduction, form: AnswerForm, by: By) -> None:
    word = form.word.data or ""
    match form.answer.data:
        case "accept":
            introductions.accept(introduction, by, word=word, phone=bool(form.phone.data), wording=_wording())
        case "postpone":
            introductions.postpone(introduction, by, form.until.data or date.min, word=word)
        case "suggest":
            introductions.suggest(introduction, by, **_colleague(form))
        case "refuse":
            introductions.refuse(introduction, by, reason=form.reason.data or "")


def _wording() -> str:
    """The sentence the contact agreed to, kept as evidence (G3)."""
    return _("Oui, mettez-nous en relation : nos deux adresses figureront dans un même e-mail.")


def _colleague(form: AnswerForm) -> dict[str, Any]:
    return {
        "first_name": form.colleague_first.data or "",
        "last_name": form.colleague_name.data or "",
        "title": form.colleague_title.data or "",
        "email": form.colleague_email.data or "",
    }


@pages.get("/reponse/<token>/merci")
@access.by_link(Purpose.ANSWER)
def thanks(link: Link) -> ResponseReturnValue:
    """What happens next."""
    return page("answers/thanks.html", **_thanked(_invitation(link)), overtaken=False)


# ---- what came of it -------------------------------------------------------------------------------------------


class OutcomeForm(BaseForm):
    """One question, one word."""

    result = RadioField(
        _l("Vous êtes-vous rencontrés ?"),
        choices=[
            SelectChoice(Result.MET.value, _l("Oui")),
            SelectChoice(Result.DATE_SET.value, _l("Un rendez-vous est pris")),
            SelectChoice(Result.NO_ANSWER.value, _l("Pas de nouvelles")),
            SelectChoice(Result.NOT_RELEVANT.value, _l("Ce n'est plus d'actualité")),
        ],
        validators=[InputRequired(_l("Choisissez une réponse."))],
    )
    word = TextAreaField(_l("Un mot"), validators=[Length(max=600)])


@pages.get("/resultat/<token>")
@access.by_link(Purpose.OUTCOME)
def outcome(link: Link) -> ResponseReturnValue:
    """« Vous êtes-vous rencontrés ? » asked of the contact."""
    return page("answers/outcome.html", invitation=_invitation(link), form=OutcomeForm(formdata=None), done=False)


@pages.post("/resultat/<token>")
@access.by_link(Purpose.OUTCOME)
def record_outcome(link: Link) -> ResponseReturnValue:
    """Note what the contact says came of it."""
    form = OutcomeForm()
    if not form.validate():
        return page("answers/outcome.html", status=422, invitation=_invitation(link), form=form, done=False)
    introduction = db.session.get_one(Introduction, link.subject_id)
    by = By(Actor.CONTACT, introduction.contact_id)
    introductions.record_outcome(introduction, by, Result(form.result.data), word=form.word.data or "")
    return page("answers/outcome.html", invitation=_invitation(link), form=form, done=True)


# ---- to be left alone ------------------------------------------------------------------------------------------


@pages.get("/opposition/<token>")
@access.by_link(Purpose.OBJECTION)
def objecting(link: Link) -> ResponseReturnValue:
    """One button, and what it does."""
    return page("answers/objection.html", giving=db.session.get_one(Association, link.association_id), done=False)


@pages.post("/opposition/<token>")
@access.by_link(Purpose.OBJECTION)
def one_click(link: Link) -> ResponseReturnValue:
    """Object, from the page or by the mail reader's own button (RFC 8058): no cookie, no further question."""
    objection.object_to_everything(link.subject_id)
    return page("answers/objection.html", giving=db.session.get_one(Association, link.association_id), done=True)
