"""Who has a request in hand: a colleague, the manager of another partner, or somebody the requester turns to."""

from brokerage import clock
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.introductions import escalation, routing
from brokerage.introductions.models import IntroductionRequest
from brokerage.introductions.steps import hold, take
from brokerage.partners.models import Partner, Visibility


def redirect(
    request: IntroductionRequest, by: User, *, to: User | None = None, partner: Partner | None = None, word: str = ""
) -> None:
    """Hand the request to a colleague, or point it at another of our partners; the delay starts again.

    Raises BadInput for whoever has it already: the requester would read of a change that is none.
    """
    if to is None and partner is None:
        raise BadInput(N_("Choisissez une personne ou un partenaire."))
    if to:
        _may_decide(to, request)
    hold(request, "redirect")
    if to and to.id == request.handler_id and partner is None:
        raise BadInput(N_("%(name)s a déjà cette demande."), "to", name=to.name)
    if partner:
        _aim_at(request, partner)
    if to or routing.entrust(request) is None:
        give(request, to or by)
    _start_again(request)
    target = {"target": partner.name} if partner else {}
    take("redirect", request, by, details={"text": word.strip(), "to": request.handler.name if request.handler else "", **target})


def turn_to(request: IntroductionRequest, by: User, to: User | None, word: str = "") -> None:
    """The requester, once a request has waited too long, hands it to another manager of the giving association.

    Raises WrongState before the days of the rule are over, BadInput for somebody who does not decide there.
    """
    if not escalation.has_come(request):
        raise WrongState(N_("Laissez encore un peu de temps : la demande n'attend pas depuis assez longtemps."))
    if to is None or to.id == request.handler_id:
        raise BadInput(N_("Choisissez à qui confier la demande."), "to")
    _may_decide(to, request)
    hold(request, "turn_to")
    give(request, to)
    _start_again(request)
    take("turn_to", request, by, details={"text": word.strip(), "to": to.name})


def _may_decide(to: User, request: IntroductionRequest) -> None:
    fits = to.association_id == request.giving_id and to.is_active and to.has(Role.MANAGER)
    if not fits:
        raise BadInput(N_("Choisissez une ou un responsable des partenariats de l'association à qui la demande est faite."), "to")


def give(request: IntroductionRequest, to: User) -> None:
    """By hand: whoever gets it keeps it, also when an absent colleague comes back."""
    request.handler, request.covers = to, None


def _aim_at(request: IntroductionRequest, partner: Partner) -> None:
    """Another partner than the one asked for. The requester reads its name at once: never a hidden one."""
    if partner.association_id != request.giving_id or partner.deleted_at or partner.visibility is Visibility.HIDDEN:
        raise BadInput(N_("%(name)s n'est pas visible de l'autre association : approuvez plutôt la demande."), name=partner.name)
    request.partner_id, request.target_name, request.target_town = partner.id, partner.name, partner.town


def _start_again(request: IntroductionRequest) -> None:
    """The delay to decide begins anew."""
    request.submitted_at, request.due_on = clock.now(), routing.answer_expected(request)
    db.session.flush()
