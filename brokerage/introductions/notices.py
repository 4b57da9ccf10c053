"""Which letters a member wants at once, in the weekly digest, or never. Asked again as each letter leaves.

Some letters ask for what nobody else can do: they may wait for the digest, they cannot be turned off. What is in no
kind here leaves at once, always: the introduction itself, what a partner wrote, what guards an account.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import Role, User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.introductions.states import Letter
from brokerage.mail import seals
from brokerage.mail.models import Message, MessageState


class When(enum.StrEnum):
    """How soon a member wants to hear of something."""

    NOW = "now"
    DIGEST = "digest"
    NEVER = "never"


@dataclass(frozen=True)
class Kind:
    """Letters a member thinks of as one; `roles` says who ever receives them."""

    code: str
    name: str
    about: str
    letters: frozenset[str]
    roles: frozenset[Role]
    theirs_alone: bool = False  # only this reader can do what it asks

    @property
    def offered(self) -> tuple[When, ...]:
        """What may be chosen."""
        return (When.NOW, When.DIGEST) if self.theirs_alone else tuple(When)


L = Letter
DECIDERS, ASKERS = frozenset({Role.MANAGER}), frozenset({Role.DELEGATE, Role.MANAGER})
WEEKLY = "weekly"  # the digest itself, whatever it may hold
KINDS = {
    kind.code: kind
    for kind in (
        Kind("decide", N_("Une demande à décider"),
             N_("Une demande arrive, une précision est donnée, un partenaire répond « plus tard » ou propose quelqu'un."),
             frozenset({L.NEW_REQUEST, L.INFO_GIVEN, L.SUGGESTED, "reminder_parked", "reminder_postponed"}), DECIDERS, theirs_alone=True),
        Kind("overdue", N_("Le rappel d'une demande qui attend"),
             N_("Quand une décision tarde, que l'événement approche, ou qu'une réponse de contact reste sans suite."),
             frozenset({"reminder_decision", "reminder_event", "reminder_answered"}), DECIDERS, theirs_alone=True),
        Kind("colleagues", N_("Une demande en retard chez une ou un collègue"), N_("Pour que quelqu'un d'autre puisse répondre."),
             frozenset({"reminder_escalated", "reminder_forgotten"}), DECIDERS),
        Kind("question", N_("Une question sur votre demande"), N_("La question, et son rappel : sans votre réponse, la demande s'arrête."),
             frozenset({L.INFO_ASKED, "reminder_question"}), ASKERS, theirs_alone=True),
        Kind("news", N_("Ce que devient une demande"), N_("Acceptée, déclinée, mise de côté, transmise, retirée, sans réponse."),
             frozenset({L.APPROVED, L.DECLINED, L.PARKED, L.REDIRECTED, L.REOPENED, L.WITHDRAWN, L.EXPIRED, L.POSTPONED, L.NO_FOLLOW_UP,
                        L.LAPSED, "reminder_escalated_delegate"}), ASKERS),
        Kind("outcome", N_("« Vous êtes-vous parlé ? »"), N_("Après une mise en relation, pour savoir ce qu'elle a donné."),
             frozenset({"reminder_outcome", "reminder_outcome_again"}), ASKERS),
        Kind("comment", N_("Un commentaire sur une demande"), N_("D'un membre de votre association, ou de l'autre."),
             frozenset({"comment"}), frozenset(Role)),
    )
}  # fmt: skip
_KIND_OF = {letter: kind for kind in KINDS.values() for letter in kind.letters}


def open_to(member: User) -> list[Kind]:
    """The kinds of letters this member may receive, by their roles."""
    return [kind for kind in KINDS.values() if member.has(*kind.roles)]


def choice(member: User, kind: Kind) -> When:
    """What a member chose for a kind; at once when they chose nothing, or what is not offered any more."""
    chosen = member.notices.get(kind.code)
    return When(chosen) if chosen in kind.offered else When.NOW


def kind_of(letter: str) -> Kind | None:
    """The kind a letter belongs to, by its name; None for one that always leaves at once."""
    return _KIND_OF.get(letter)


def wish(member: User, letter: str) -> When:
    """What a member chose, for one letter by its name."""
    kind = kind_of(letter)
    return choice(member, kind) if kind else When.NOW


def wants_digest(member: User) -> bool:
    """Whether a member receives the weekly digest: managers do until they say otherwise, others once they ask for it."""
    return bool(member.notices.get(WEEKLY, member.has(Role.MANAGER)))


def choose(member: User, wanted: Mapping[str, str], weekly: bool) -> None:
    """Keep what a member wants, for the kinds open to them; what they leave out stays as it is.

    Only what differs from the usual is stored. Raises BadInput for what is not offered, and for a digest that is
    chosen somewhere and refused as a whole.
    """
    kept: dict[str, str | bool] = {}
    for kind in open_to(member):
        chosen = wanted.get(kind.code, choice(member, kind))
        if chosen not in kind.offered:
            raise BadInput(N_("Choisissez l'une des réponses proposées."), kind.code)
        if chosen != When.NOW:
            kept[kind.code] = chosen
    if not weekly and When.DIGEST in kept.values():
        raise BadInput(N_("Vous avez rangé des lettres dans le récapitulatif : gardez-le, ou changez ces choix."), WEEKLY)
    if weekly != member.has(Role.MANAGER):
        kept[WEEKLY] = weekly
    member.notices = kept
    _settle_held(member)


def _settle_held(member: User) -> None:
    """What waits for a digest that will not come leaves now; what its reader wants no more does not leave at all."""
    waiting = (Message.state == MessageState.HELD) & Message.sent_at.is_(None) & (Message.to_user_id == member.id)
    for message in db.session.scalars(sa.select(Message).where(waiting)):
        if wish(member, message.kind) is When.NEVER:
            message.state = MessageState.CANCELLED
        elif not wants_digest(member):
            message.state, message.due_at = MessageState.PENDING, clock.now()


def honoured(message: Message) -> bool:
    """Asked by the outbox as a letter leaves: False when its reader wants none of its kind.

    Raises seals.Closed("held") when they want it in the digest.
    """
    if message.to_user_id is None or message.kind not in _KIND_OF:
        return True
    member = db.session.get(User, message.to_user_id)
    wanted = wish(member, message.kind) if member else When.NOW
    if wanted is When.DIGEST:
        raise seals.Closed("held")
    return wanted is When.NOW
