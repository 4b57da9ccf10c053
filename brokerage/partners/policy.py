"""Who reads and who edits the book. Pages fetch nothing of it except through here and the directory."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from brokerage.accounts.models import Role, User
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.errors import N_, NotYours
from brokerage.partners.merges import Merge
from brokerage.partners.models import Contact, Partner

Reader = User | Visitor
READERS = (Role.DELEGATE, Role.MANAGER, Role.ADMIN)  # an auditor reads figures and the log, not people
EDITORS = (Role.MANAGER, Role.ADMIN)


def visible_to(reader: Reader) -> sa.Select[Partner]:
    """The living partners of the reader's association."""
    return sa.select(Partner).where(Partner.association_id == reader.association_id, Partner.deleted_at.is_(None))


def trashed_for(reader: Reader) -> sa.Select[Partner]:
    """The partners of the reader's association that were put in the trash, for who may take them out."""
    merged = sa.exists().where(Merge.loser_id == Partner.id, Merge.undone_at.is_(None))  # comes back by undoing the merge
    mine = sa.select(Partner).where(Partner.association_id == reader.association_id, Partner.deleted_at.is_not(None), ~merged)
    return mine if reader.has(*EDITORS) else mine.where(sa.false())


def contacts_visible_to(reader: Reader) -> sa.Select[Contact]:
    """The living contacts of living partners of the reader's association."""
    living = visible_to(reader).with_only_columns(Partner.id)
    return sa.select(Contact).where(Contact.partner_id.in_(living), Contact.deleted_at.is_(None))


def possible_owners(association_id: uuid.UUID) -> Sequence[User]:
    """The members who may have a partner in charge: active managers of the association, by name."""
    managers = sa.select(User).where(User.association_id == association_id, User.is_active, User.roles.contains([Role.MANAGER.value]))
    return db.session.scalars(managers.order_by(User.last_name, User.first_name)).all()


def may_edit(reader: Reader) -> bool:
    """Whether this member may change the book; delegates read it and write notes."""
    return reader.has(*EDITORS)


def insist(by: User, *roles: Role) -> None:
    """Refuse a step to whoever does not hold one of `roles`: the doors check too, verbs do not rely on it."""
    if not by.has(*roles):
        raise NotYours(N_("Cette modification revient aux responsables des partenariats de votre association."))
