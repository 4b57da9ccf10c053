"""After the approval, contact by contact: note an answer, introduce, ask later, ask again, leave it there."""

import uuid
from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage.accounts.models import Role
from brokerage.errors import N_, BadInput
from brokerage.introductions import answering, deciding, introductions, policy
from brokerage.introductions.models import Channel, Introduction
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.deciding import a_day, settled
from brokerage.web.requests import pages


@pages.post("/introductions/<uuid:id>/sans-suite")
@access.members(Role.MANAGER)
def set_aside(id: uuid.UUID) -> ResponseReturnValue:
    """Do not follow a contact who named a colleague."""
    return _followed(id, lambda one: introductions.set_aside(one, me()), _("C'est noté. Vous pouvez solliciter une autre personne."))


@pages.post("/introductions/<uuid:id>/presentation")
@access.members(Role.MANAGER)
def introduce(id: uuid.UUID) -> ResponseReturnValue:
    """The contact agreed: introduce both."""
    return _followed(id, lambda one: introductions.introduce(one, me()), _("La mise en relation part dans un instant."))


@pages.post("/introductions/<uuid:id>/relance")
@access.members(Role.MANAGER)
def ask_again(id: uuid.UUID) -> ResponseReturnValue:
    """The need still stands: write to the contact, in the words reread at the approval."""
    return _followed(id, lambda one: introductions.resume(one, me()), _("L'e-mail part dans un instant."))


@pages.post("/introductions/<uuid:id>/abandon")
@access.members(Role.MANAGER)
def drop(id: uuid.UUID) -> ResponseReturnValue:
    """The need does not stand any more."""
    return _followed(id, lambda one: introductions.drop(one, me()), _("C'est noté. La personne qui demandait en est prévenue."))


@pages.post("/introductions/<uuid:id>/date")
@access.members(Role.MANAGER)
def put_off(id: uuid.UUID) -> ResponseReturnValue:
    """Ask on another date."""
    return _followed(id, lambda one: introductions.put_off(one, me(), a_day("until")), _("La date est changée."))


@pages.post("/introductions/<uuid:id>/annulation")
@access.members(Role.MANAGER)
def call_off(id: uuid.UUID) -> ResponseReturnValue:
    """Annuler l'envoi of one ask that waits for its hour; the others of its request go on."""
    return _followed(id, lambda one: deciding.call_off(one, me()), _("Envoi annulé : cette personne n'a rien reçu."))


@pages.post("/introductions/<uuid:id>/reponse")
@access.members(Role.MANAGER)
def note_answer(id: uuid.UUID) -> ResponseReturnValue:
    """Note what a contact answered by telephone or by reply."""
    return _followed(id, _note, _("C'est noté."))


def _note(one: Introduction) -> None:
    answering.insist_on_first(one, request.form.get("seen", answering.mark(one)))
    channel = Channel.PHONE if request.form.get("channel") == "phone" else Channel.REPLY
    match request.form.get("answer"):
        case "accept":
            introductions.accept(one, me(), channel=channel, wording=_("réponse notée par %(who)s", who=me().name))
        case "postpone":
            introductions.postpone(one, me(), a_day("until"), channel=channel)
        case "refuse":
            introductions.refuse(one, me(), channel=channel)
        case _nothing:
            raise BadInput(N_("Choisissez une réponse."), "answer")


def _followed(id: uuid.UUID, act: Callable[[Introduction], None], done: str) -> ResponseReturnValue:
    introduction = access.find_or_404(policy.introductions_visible_to(me()), id)
    return settled(introduction.request, lambda: act(introduction), done)
