"""The exchange by mail on a request's timeline: what each line shows under its sentence."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from brokerage.introductions.replies import reading
from brokerage.introductions.replies.reading import Heard
from brokerage.mail.inbox import Doubt, Sender
from brokerage.timeline import Entry
from brokerage.web import stories
from brokerage.web.formats import day_month
from brokerage.web.stories import Line


def lines(entries: Sequence[Entry]) -> list[Line]:
    """The lines of a timeline; a mail that may be read no more leaves its sentence."""
    mails = reading.by_key(entry.details["mail"] for entry in entries if entry.details.get("mail"))
    return [_line(entry, mails.get(entry.details.get("mail", ""))) for entry in entries]


def _line(entry: Entry, mail: Heard | None) -> Line:
    line = stories.line(entry)
    if mail is None or entry.what == "mail_settled":
        return line
    sentence = who_wrote(mail) if entry.what == "mail_received" else line.sentence
    return replace(line, sentence=sentence, mail=mail if entry.what != "mail_returned" or mail.doubt else None)


def who_wrote(mail: Heard) -> str:
    """« Hélène Marchetti a écrit par e-mail. », and how sure that is."""
    if mail.sender is Sender.MACHINE:
        return _("Un serveur de messagerie a renvoyé un message qui ne se lit pas.")
    if mail.doubt:
        return _("Un e-mail d'un expéditeur non reconnu : %(who)s.", who=mail.address or mail.name or _("sans adresse"))
    if mail.automatic and mail.back_on:
        return _("Réponse automatique de %(who)s, de retour le %(day)s.", who=mail.name, day=day_month(mail.back_on))
    if mail.automatic:
        return _("Réponse automatique de %(who)s.", who=mail.name)
    return _("%(who)s a écrit par e-mail.", who=mail.name)


def doubt_in_words(mail: Heard) -> str:
    """Why a mail waits for somebody."""
    said = {
        Doubt.UNKNOWN_SENDER: _("Cette adresse n'est pas celle d'une personne de la demande."),
        Doubt.FORGED_ADDRESS: _("L'adresse de réponse n'est pas une des nôtres : elle a été modifiée."),
        Doubt.DISOWNED: _("La messagerie de cette personne ne reconnaît pas cet envoi. Appelez-la avant d'y croire."),
        Doubt.NO_REQUEST: _("Rien ne dit de quelle demande il s'agit."),
        Doubt.UNREADABLE_RETURN: _("Un message est revenu, sans qu'on puisse lire pourquoi."),
    }
    return said.get(mail.doubt, "")
