"""What an association asks for again and again, kept under a name: the purpose, the words, the head-counts; never a target or a date."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from brokerage import clock
from brokerage.accounts.models import Role, User
from brokerage.database import Base, Identified, Owned, db
from brokerage.errors import N_, BadInput, NotYours
from brokerage.introductions.models import IntroductionRequest, Need
from brokerage.partners.models import LIVING, ContactRole
from brokerage.partners.policy import Reader
from brokerage.reference.folding import folded

MOST = 60  # of one association: beyond, a new request is written faster than its template is found
LONGEST = 80
KEPT = timedelta(days=1)  # how long a removed one can be brought back
WORDS = ("need", "purpose", "role_sought", "event_name", "audience", "numbers", "message")


class RequestTemplate(Identified, Owned, Base):
    """The words of a request, for whoever of the association asks for the same thing next."""

    __tablename__ = "request_template"
    __table_args__ = (sa.Index("uq_request_template_living", "association_id", "folded", unique=True, postgresql_where=LIVING),)

    name: Mapped[str]
    folded: Mapped[str] = mapped_column(sa.Computed("fold(name)", persisted=True), deferred=True)
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    need: Mapped[Need]
    purpose: Mapped[str]
    role_sought: Mapped[ContactRole | None]
    event_name: Mapped[str]
    audience: Mapped[str]
    numbers: Mapped[dict[str, Any]]
    message: Mapped[str]
    deleted_at: Mapped[datetime | None]


def of(association_id: uuid.UUID) -> sa.Select[RequestTemplate]:
    """The templates of an association, by name."""
    living = sa.select(RequestTemplate).where(RequestTemplate.association_id == association_id, RequestTemplate.deleted_at.is_(None))
    return living.order_by(RequestTemplate.folded, RequestTemplate.id)


def removed_from(association_id: uuid.UUID) -> sa.Select[RequestTemplate]:
    """Those that can be brought back."""
    return sa.select(RequestTemplate).where(RequestTemplate.association_id == association_id, RequestTemplate.deleted_at.is_not(None))


def may_change(template: RequestTemplate, reader: Reader) -> bool:
    """Everybody uses them; whoever made one keeps it in order, or a manager."""
    return template.by_id == reader.id or reader.has(Role.MANAGER, Role.ADMIN)


def name_for(request: IntroductionRequest) -> str:
    """The name a request would give its template: what it is for, as its event says it."""
    return request.event_name[:LONGEST].rstrip()


def keep(request: IntroductionRequest, by: User, name: str) -> RequestTemplate:
    """Keep the words of a request of one's own association. Raises BadInput for a name missing or taken, or one too many."""
    if request.asking_id != by.association_id:
        raise BadInput(N_("Cette demande n'est pas de votre association."))
    others = _living(by)
    if len(others) >= MOST:
        raise BadInput(N_("Votre association a déjà %(most)s modèles : supprimez-en un d'abord."), "name", most=MOST)
    _check(name, others)
    template = RequestTemplate(id=uuid.uuid4(), association_id=by.association_id, by_id=by.id, name=_tidy(name))
    for word in WORDS:
        setattr(template, word, getattr(request, word))
    db.session.add(template)
    db.session.flush()
    return template


def rename(template: RequestTemplate, by: User, name: str) -> None:
    """Another name. Raises BadInput as `keep`, and NotYours."""
    _insist(template, by)
    _check(name, [other for other in _living(by) if other.id != template.id])
    template.name = _tidy(name)
    db.session.flush()


def remove(template: RequestTemplate, by: User) -> None:
    """Take a template away; it can be brought back for a day, and what was removed before that is forgotten."""
    _insist(template, by)
    theirs = RequestTemplate.association_id == by.association_id
    old = sa.delete(RequestTemplate).where(theirs, RequestTemplate.deleted_at < clock.now() - KEPT)
    db.session.execute(old.execution_options(synchronize_session=False))
    template.deleted_at = clock.now()
    db.session.flush()


def restore(template: RequestTemplate, by: User) -> None:
    """Bring a removed template back. Raises BadInput when another one took its name meanwhile."""
    _insist(template, by)
    _check(template.name, _living(by))
    template.deleted_at = None
    db.session.flush()


def _living(by: User) -> list[RequestTemplate]:
    return list(db.session.scalars(of(by.association_id)))


def _insist(template: RequestTemplate, by: User) -> None:
    if not may_change(template, by):
        raise NotYours(N_("Ce modèle se renomme et se supprime par la personne qui l'a fait, ou par une personne responsable."))


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _check(name: str, others: list[RequestTemplate]) -> None:
    if not folded(name):
        raise BadInput(N_("Donnez un nom à ce modèle."), "name")
    if len(_tidy(name)) > LONGEST:
        raise BadInput(N_("Un nom de modèle tient en %(most)s signes."), "name", most=LONGEST)
    if any(folded(name) == folded(other.name) for other in others):
        raise BadInput(N_("Un modèle de votre association porte déjà ce nom."), "name")
