"""Who may take the book away, and what is asked of them: a reason, kept in the log with who, when and how much.

Only managers (field.md G25); a delegate reads partner after partner, an admin manages members and rules.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import Role, User
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotFound
from brokerage.partners import directory, policy
from brokerage.partners.models import Contact, Partner
from brokerage.partners.partners import as_by
from brokerage.transfer import waiting
from brokerage.transfer.exports.models import ExportFile, ExportState, Format

ASKERS = (Role.MANAGER,)
READERS = (Role.MANAGER, Role.ADMIN, Role.AUDITOR)  # of the log of exports; never of the files
KEPT = timedelta(hours=24)  # security.md A11
MOST = 50_000  # partners in one file: beyond, spreadsheets and mail give up before we do
HISTORY = 100
SHORTEST = 8  # signs of a reason that can be understood a year later


@dataclass(frozen=True)
class Chosen:
    """What is to leave: a list with its filters, or these partners. `told` says it in words, for the log."""

    filters: dict[str, Any] | None = None
    ids: tuple[uuid.UUID, ...] = ()
    told: str = ""
    notes: bool = False  # the association's private words leave too

    @property
    def wanted(self) -> dict[str, Any]:
        """As the row keeps it."""
        of = {"ids": [str(one) for one in self.ids]} if self.filters is None else {"filters": self.filters}
        return of | ({"notes": True} if self.notes else {})


def partner_ids(association_id: uuid.UUID, wanted: dict[str, Any]) -> Sequence[uuid.UUID]:
    """The living partners of this association that were chosen, in the order of the list."""
    if "filters" in wanted:
        asked = {**wanted["filters"]}
        asked["owner"] = tuple(uuid.UUID(one) for one in asked.get("owner") or ())
        return directory.ids(association_id, directory.Wanted(**asked))
    ids = [uuid.UUID(one) for one in wanted["ids"]]
    mine = sa.select(Partner.id).where(Partner.id.in_(ids), Partner.association_id == association_id, Partner.deleted_at.is_(None))
    return db.session.scalars(mine.order_by(Partner.sort_name, Partner.id)).all()


def measured(association_id: uuid.UUID, wanted: dict[str, Any]) -> tuple[int, int]:
    """How many partners and contacts would leave: what the page says before."""
    ids = partner_ids(association_id, wanted)
    people = sa.select(sa.func.count()).select_from(Contact).where(Contact.partner_id.in_(ids), Contact.deleted_at.is_(None))
    return len(ids), (db.session.scalar(people) or 0) if ids else 0


def ask(by: User, chosen: Chosen, as_format: Format, reason: str) -> ExportFile:
    """Put an export in the queue. Raises BadInput without a reason, for nothing, and for more than a file can hold."""
    policy.insist(by, *ASKERS)
    if len("".join(reason.split())) < SHORTEST:
        raise BadInput(N_("Dites en quelques mots pourquoi ces données quittent Passerelle : le journal le garde."), "reason")
    total = len(partner_ids(by.association_id, chosen.wanted))
    if not total:
        raise BadInput(N_("Aucun partenaire ne correspond : il n'y a rien à exporter."))
    if total > MOST:
        raise BadInput(N_("Un fichier contient 50 000 partenaires au plus. Ajoutez un filtre, une région par exemple."))
    export = ExportFile(
        id=uuid.uuid4(), association_id=by.association_id, by_id=by.id, by_name=by.name, format=as_format, reason=reason.strip(),
        told=chosen.told, wanted=chosen.wanted, total=total, expires_at=clock.now() + KEPT,
    )  # fmt: skip
    db.session.add(export)
    db.session.flush()
    note("export_asked", export, timeline.By(timeline.Actor.MEMBER, by.id, by.name))
    waiting.ring_after_commit()
    return export


def note(what: str, export: ExportFile, by: timeline.By) -> None:
    """One line in the association's log: ids, numbers and the reason, never an address."""
    details = {"export": str(export.id), "format": export.format.value, "reason": export.reason, "filters": export.told}
    numbers = {"partners": export.partners or export.total, "contacts": export.contacts, "notes": bool(export.wanted.get("notes"))}
    timeline.record(what, by, export.association_id, details=details | numbers)


def mine(reader: User | Visitor) -> Sequence[ExportFile]:
    """What this member asked for in the last day, newest first."""
    recent = sa.select(ExportFile).where(ExportFile.association_id == reader.association_id, ExportFile.by_id == reader.id)
    return db.session.scalars(recent.where(ExportFile.created_at > clock.now() - KEPT).order_by(ExportFile.created_at.desc())).all()


def history(reader: User | Visitor) -> Sequence[ExportFile]:
    """The last exports of the association: who, when, why, how many."""
    every = sa.select(ExportFile).where(ExportFile.association_id == reader.association_id)
    return db.session.scalars(every.order_by(ExportFile.created_at.desc(), ExportFile.id).limit(HISTORY)).all()


def fetched(export_id: uuid.UUID, by: User) -> tuple[ExportFile, bytes]:
    """The file, for the one who asked for it, as long as it is there; the look is logged. Raises NotFound."""
    policy.insist(by, *ASKERS)
    own = sa.select(ExportFile).where(ExportFile.id == export_id, ExportFile.association_id == by.association_id, ExportFile.by_id == by.id)
    export = db.session.scalar(own.options(sa.orm.undefer(ExportFile.content)))
    if export is None or export.content is None or export.state is not ExportState.READY or export.expires_at <= clock.now():
        raise NotFound(N_("Ce fichier n'est plus là : il est gardé 24 heures. Demandez-en un nouveau."))
    note("export_fetched", export, as_by(by))
    return export, export.content
