"""What is planned for a request, in sentences: the grey lines at the head of its timeline. Reminders surprise nobody."""

from flask_babel import gettext as _

from brokerage.accounts.models import User
from brokerage.introductions import planned
from brokerage.introductions.cases import To
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.planned import Planned
from brokerage.web.stories import Line


def lines(request: IntroductionRequest, reader: User) -> list[Line]:
    """The furthest first, as a timeline reads."""
    return [Line(one.day, _sentence(one), future=True) for one in reversed(planned.of(request, reader))]


def _sentence(one: Planned) -> str:
    kind = one.kind.rstrip("_0123456789")
    manager = one.who.get(To.MANAGER) or _("la personne responsable")
    colleague = one.who.get(To.COLLEAGUES) or manager
    delegate = one.who.get(To.DELEGATE) or _("la personne qui demandait")
    said = {
        "reminder_decision": _("Relance à %(who)s, si la demande attend encore.", who=manager),
        "reminder_escalated": _(
            "Toujours sans décision, les collègues de %(manager)s reçoivent une relance et %(who)s est au courant.",
            manager=colleague,
            who=delegate,
        ),
        "reminder_event": _("Relance à %(who)s : l'événement approche.", who=manager),
        "reminder_question": _("Relance à %(who)s, si la question reste sans réponse.", who=delegate),
        "expire": _("Sans décision d'ici là, la demande arrive à son terme."),
        "resume": _("La demande est reprise, et %(who)s reçoit un rappel.", who=manager),
        "reminder_consent": _("Relance automatique au contact, s'il n'a pas répondu."),
        "lapse": _("Toujours sans réponse du contact, la question est classée."),
        "reminder_postponed": _("%(who)s reçoit un rappel : le contact préférait attendre jusque-là.", who=manager),
        "reminder_answered": _("Relance à %(who)s, si le contact attend encore une suite.", who=manager),
        "reminder_forgotten": _("Toujours sans suite, les collègues de %(manager)s reçoivent une relance.", manager=colleague),
        "reminder_outcome": _("Question à %(who)s : l'échange a-t-il eu lieu ?", who=delegate),
        "reminder_outcome_contact": _("Sans nouvelles, la même question au contact, une seule fois."),
        "reminder_outcome_again": _("Toujours sans nouvelles, dernière question à %(who)s.", who=delegate),
        "close_unknown": _("Si personne n'en dit rien, la mise en relation est close."),
    }
    return said.get(kind, "")
