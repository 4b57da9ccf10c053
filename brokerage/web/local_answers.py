"""Answering a letter of the local box as its recipient would: by a real mail, through the real mail server of the trial."""

import uuid
from email.message import EmailMessage

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from brokerage import clock
from brokerage.config import Config
from brokerage.mail import mime
from brokerage.mail.frame import framed
from brokerage.mail.headers import Forged, Unwritable, bare, parted
from brokerage.mail.transport import LineDown, Refused, Transport, Unanswered
from brokerage.web import access, local_mail
from brokerage.web.local_mail import pages

LONGEST = 5000  # characters


@pages.post("/<key>/reponse")
@access.outside
def answer(key: str) -> ResponseReturnValue:
    """Send what was typed to where the letter asks to be answered."""
    letter, words = local_mail.parsed(local_mail.known(key)), request.form.get("words", "").strip()
    if not words or len(words) > LONGEST:
        error = _("Écrivez votre réponse.") if not words else _("C'est trop long : %(max)d caractères au plus.", max=LONGEST)
        return local_mail.shown(key, 422, error)
    try:
        _send(letter, words)
    except (Refused, LineDown, Unanswered, Unwritable, Forged, OSError):
        return local_mail.shown(key, 422, _("Cette lettre n'a pas pu recevoir de réponse : la messagerie locale ne répond pas."))
    flash(_("Votre réponse est partie. Elle arrive en quelques secondes là où elle doit être lue."))
    return redirect(url_for("local_mail.letter", key=key), 303)


def _send(letter: EmailMessage, words: str) -> None:
    """From the address the letter was delivered to, to its Reply-To, quoting it as mail programs do."""
    config: Config = current_app.config["PASSERELLE"]
    me, to = _address(letter, "Delivered-To"), _address(letter, "Reply-To") or _address(letter, "From")
    if not me or not to:
        abort(404)
    subject = f"Re: {str(letter['Subject'] or '').removeprefix('Re: ')}"
    text = f"{words}\n\nLe {clock.now().astimezone(clock.PARIS):%d/%m/%Y à %H:%M}, {to} a écrit :\n{_quoted(letter)}"
    transport = Transport.from_url(config.smtp_url, config.mail_domain)
    line = transport.open()
    try:
        line.address(bare(to), me)
        line.transmit(mime.as_bytes(_parcel(to, subject, text, str(letter["Message-ID"] or ""), config.mail_domain), me, clock.now()))
    finally:
        line.hang_up()


def _parcel(to: str, subject: str, text: str, answered: str, domain: str) -> mime.Parcel:
    thread = {"In-Reply-To": answered, "References": answered} if answered else {}
    return mime.Parcel(
        recipient=to, from_name="", to=(to,), reply_to="", subject=subject, text=text, html=framed(subject, text, "fr"),
        headers=thread, calendar="", message_id=f"<{uuid.uuid4()}@essai.{domain}>", language="fr",
    )  # fmt: skip


def _address(letter: EmailMessage, name: str) -> str:
    try:
        return parted(str(letter[name] or ""))[1].replace('"', "")
    except Unwritable:
        return ""


def _quoted(letter: EmailMessage) -> str:
    return "\n".join(f"> {line}".rstrip() for line in local_mail.part(letter, "plain").strip().splitlines())
