"""What a person does with a mail that nobody could place: attach it to a request, or set it aside. Nothing is thrown away."""

from typing import Any

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions import policy
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.steps import as_by
from brokerage.mail.inbox import InboundMail


def attach(mail: InboundMail, by: User, number: str) -> IntroductionRequest:
    """Put a mail on the request of this number, for one's own association. Raises BadInput when there is none."""
    written = number.strip().removeprefix("n°").strip()
    request = db.session.scalar(policy.visible_to(by).where(IntroductionRequest.number == written))
    if request is None:
        raise BadInput(N_("Aucune demande ne porte ce numéro. Il s'écrit comme 2026-0147."), "number")
    mine = request.giving_id == by.association_id
    only = request.introductions[0].id if mine and len(request.introductions) == 1 else None
    mail.request_id, mail.introduction_id, mail.settled_at = request.id, only, clock.now()
    db.session.flush()
    about: dict[str, Any] = {"request_id": request.id, "partner_id": request.partner_id if mine else None}
    timeline.record("mail_attached", as_by(by), by.association_id, details={"mail": mail.key}, **about)
    return request


def set_aside(mail: InboundMail, by: User) -> None:
    """Somebody looked at it: it waits no more. It stays where it is; doing it twice changes nothing."""
    if mail.settled_at is None:
        mail.settled_at = clock.now()
        known: dict[str, Any] = {"request_id": mail.request_id} if mail.request_id else {}
        timeline.record("mail_settled", as_by(by), by.association_id, details={"mail": mail.key}, **known)
    db.session.flush()
