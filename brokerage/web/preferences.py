"""Mes préférences: how often, when and about what a contact may be asked, on a page opened by a link of any letter."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField

from brokerage.accounts import throttle
from brokerage.accounts.models import Association, Link, Purpose
from brokerage.accounts.throttle import TooMany
from brokerage.database import db
from brokerage.errors import Refusal
from brokerage.introductions import fatigue, rules
from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import persons, preferences
from brokerage.partners.models import Contact, Permission
from brokerage.partners.preferences import Wishes
from brokerage.privacy import objection, renewal
from brokerage.web import access, quotas
from brokerage.web.errors import told
from brokerage.web.forms import BaseForm
from brokerage.web.fragments import page
from brokerage.web.held_words import MONTHS
from brokerage.web.partner_fields import choice, options, ticks
from brokerage.web.stories import purpose_label

pages = Blueprint("preferences", __name__, url_prefix="/preferences")
SOME = (1, 2, 3, 4, 6)
AS_RULED, NONE = "", "0"


class PreferencesForm(BaseForm):
    """What the person chooses; nothing is asked that is not honoured."""

    asks = choice(_l("Combien de demandes, au plus ?"), [])
    quiet_months = ticks(_l("Les mois où ne pas vous écrire"), [(n, name) for n, name in enumerate(MONTHS, start=1)], int)
    welcomes = ticks(_l("Les sujets qui vous intéressent"), [])
    always_ask = BooleanField(_l("Demandez-moi toujours avant de transmettre mes coordonnées"))
    language = choice(_l("Langue de nos messages"), [("fr", "Français"), ("en", "English")])

    def open_to(self, contact: Contact, limit: int) -> "PreferencesForm":
        """Offer what may be chosen; a number that the association noted stays on offer."""
        mine = contact.asks_per_quarter
        numbers = sorted({*SOME, *([mine] if mine else [])})
        several = [(str(n), ngettext("%(num)d par trimestre", "%(num)d par trimestre", n)) for n in numbers]
        usual = ngettext("Comme d'habitude : %(num)d par trimestre", "Comme d'habitude : %(num)d par trimestre", limit)
        self.asks.choices = options([(AS_RULED, usual), *several, (NONE, _("Aucune pour l'instant"))])
        self.welcomes.choices = options((code, purpose_label(code)) for code in PURPOSES)
        return self

    def wishes(self) -> Wishes:
        """What the verb is given."""
        return Wishes(
            asks_per_quarter=int(self.asks.data) if self.asks.data else None,
            quiet_months=tuple(self.quiet_months.data or ()),
            welcomes=tuple(self.welcomes.data or ()),
            always_ask=bool(self.always_ask.data),
            language=self.language.data,
        )


def _contact(link: Link) -> Contact:
    return db.session.get_one(Contact, link.subject_id)


def _form(contact: Contact, **more: Any) -> PreferencesForm:
    return PreferencesForm(**more).open_to(contact, rules.of(contact.association_id).asks_limit)


@pages.get("/<token>")
@access.by_link(Purpose.PREFERENCES)
def show(link: Link) -> ResponseReturnValue:
    """What is chosen today."""
    contact = _contact(link)
    known = preferences.of(contact)
    limit = "" if known.asks_per_quarter is None else str(known.asks_per_quarter)
    values = {"asks": limit, "quiet_months": known.quiet_months, "welcomes": known.welcomes, "always_ask": known.always_ask}
    return _page(contact, _form(contact, formdata=None, language=known.language, **values))


def _page(contact: Contact, form: PreferencesForm, status: int = 200) -> ResponseReturnValue:
    ruled = rules.of(contact.association_id)
    standing = fatigue.standings([contact], ruled)[contact.id]
    return page(
        "preferences/show.html", status=status, contact=contact, form=form, token=_token(), saved="enregistre" in request.args,
        giving=db.session.get_one(Association, contact.association_id), objected=contact.permission is Permission.DO_NOT_CONTACT,
        standing=standing, gauge=quotas.words(standing.asks, standing.limit, standing.free_on),
    )  # fmt: skip


def _token() -> str:
    return (request.view_args or {}).get("token", "")


@pages.post("/<token>")
@access.by_link(Purpose.PREFERENCES)
def choose(link: Link) -> ResponseReturnValue:
    """Keep the choice, in every book that knows this person."""
    contact = _contact(link)
    form = _form(contact)
    if not form.validate():
        return _page(contact, form, 422)
    try:
        for one in persons.same_person(contact):
            preferences.choose(one, form.wishes())
    except Refusal as no:
        form.refuse(no)
        db.session.rollback()
        return _page(_contact(link), form, no.status)
    return redirect(url_for(".show", token=_token(), enregistre="oui"), 303)


@pages.post("/<token>/donnees")
@access.by_link(Purpose.PREFERENCES)
def send_data_link(link: Link) -> ResponseReturnValue:
    """The link to « mes données » leaves to the mailbox: this page may have been forwarded with its letter."""
    try:
        throttle.count(throttle.RENEWAL, f"data {link.id}")
    except TooMany as no:
        return page("answers/sent_again.html", status=no.status, sentence=told(no))
    renewal.send_data_link(_contact(link), link)
    return redirect(url_for(".data_link_sent"), 303)


@pages.get("/lien-envoye")
@access.outside
def data_link_sent() -> ResponseReturnValue:
    """Look into your mailbox."""
    return page("preferences/link_sent.html")


@pages.get("/<token>/opposition")
@access.by_link(Purpose.PREFERENCES, Purpose.DATA)
def objecting(link: Link) -> ResponseReturnValue:
    """One button, and what it does."""
    return page("answers/objection.html", giving=db.session.get_one(Association, link.association_id), done=False)


@pages.post("/<token>/opposition")
@access.by_link(Purpose.PREFERENCES, Purpose.DATA)
def object_(link: Link) -> ResponseReturnValue:
    """To be left alone, everywhere and at once."""
    objection.object_to_everything(link.subject_id)
    return page("answers/objection.html", giving=db.session.get_one(Association, link.association_id), done=True)
