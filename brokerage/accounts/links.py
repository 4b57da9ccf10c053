"""Links that letters carry: one purpose, one subject, an end. The token appears only in the letter itself."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from brokerage import clock, scope, tokens
from brokerage.accounts.models import Link, Purpose
from brokerage.config import Config
from brokerage.database import db
from brokerage.errors import N_, NotFound
from brokerage.mail import seals

LIFETIMES = {
    Purpose.INVITATION: timedelta(hours=48),  # ASVS 6.4.1
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.ADDRESS: timedelta(hours=1),
    Purpose.ANSWER: timedelta(days=21),
    Purpose.OBJECTION: timedelta(days=365 * 3),  # objecting must stay as easy as it was on the first day
    Purpose.OUTCOME: timedelta(days=60),
    Purpose.PREFERENCES: timedelta(days=365),
    Purpose.AGENDA: timedelta(days=365 * 3),
    Purpose.DATA: timedelta(days=7),  # it shows and erases everything: a forwarded letter must not do that for long
}
PATHS = {
    Purpose.INVITATION: "/invitation/",
    Purpose.PASSWORD: "/mot-de-passe/",
    Purpose.ADDRESS: "/nouvelle-adresse/",
    Purpose.ANSWER: "/reponse/",
    Purpose.OBJECTION: "/opposition/",
    Purpose.OUTCOME: "/resultat/",
    Purpose.PREFERENCES: "/preferences/",
    Purpose.AGENDA: "/convention/agenda/",
    Purpose.DATA: "/mes-donnees/",
}
TO_CONTACTS = frozenset({Purpose.ANSWER, Purpose.OBJECTION, Purpose.OUTCOME, Purpose.PREFERENCES, Purpose.DATA})

_config: Config | None = None


def configure(config: Config) -> None:
    """Tell the room the secret that makes tokens and the public address that links begin with."""
    global _config
    _config = config


def _settings() -> Config:
    if _config is None:
        raise RuntimeError("links.configure() was never called")
    return _config


def make(purpose: Purpose, subject_id: uuid.UUID, association_id: uuid.UUID, *, leaving_at: datetime | None = None) -> Link:
    """A link for a letter of `association_id`; put `seal(link)` where its address must stand.

    It lives as long for a letter that waits for its hour: counted from `leaving_at`.
    """
    link_id = uuid.uuid4()
    token = tokens.link_token(_settings().secret_key, link_id)
    link = Link(
        id=link_id,
        purpose=purpose,
        subject_id=subject_id,
        association_id=association_id,
        token_hash=tokens.fingerprint(token),
        expires_at=max(clock.now(), leaving_at or clock.now()) + LIFETIMES[purpose],
    )
    db.session.add(link)
    return link


def seal(link: Link) -> seals.Seal:
    """What a letter's text holds until it leaves."""
    return seals.link(link.id)


def address(link_id: uuid.UUID) -> str:
    """The public address of a link: made when its letter leaves, from the row and the secret, never stored."""
    link = db.session.get_one(Link, link_id)
    return f"{_settings().public_base_url}{PATHS[link.purpose]}{token_of(link)}"


def live(purpose: Purpose, subject_id: uuid.UUID) -> Link | None:
    """The newest link for this that still opens, for a page that leads to another."""
    wanted = sa.select(Link).where(
        Link.purpose == purpose, Link.subject_id == subject_id, Link.used_at.is_(None), Link.expires_at > clock.now()
    )
    return db.session.scalars(wanted.order_by(Link.expires_at.desc()).limit(1)).first()


def token_of(link: Link) -> str:
    """Its token, made again under the secret that made it: for a letter or one of our own pages, never for a log."""
    made = [tokens.link_token(secret, link.id) for secret in _settings().secrets]
    return next((token for token in made if tokens.fingerprint(token) == link.token_hash), made[0])


def known(token: str, purposes: Collection[Purpose]) -> Link | None:
    """The link behind a token, expired and used ones too: good for sending another to the address on file, no more."""
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        link = session.scalar(sa.select(Link).where(Link.token_hash == tokens.fingerprint(token)))
        if link is not None:
            session.expunge(link)
        return link if link is not None and link.purpose in purposes else None


def opened(token: str, purposes: Collection[Purpose]) -> Link:
    """The link behind a token, for these purposes. Unknown, expired, used: one sentence for all (B5)."""
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        link = session.scalar(sa.select(Link).where(Link.token_hash == tokens.fingerprint(token)))
        if link is None or link.purpose not in purposes or link.used_at or link.expires_at < clock.now():
            raise spent(*purposes)
        session.expunge(link)
        return link


def use(link: Link) -> None:
    """Mark a single-use link as used. Raises NotFound when somebody was faster."""
    claimed = db.session.execute(
        sa.update(Link).where(Link.id == link.id, Link.used_at.is_(None)).values(used_at=clock.now())
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise spent(link.purpose)


def revoke(purpose: Purpose, subject_id: uuid.UUID) -> None:
    """Close the links already sent for this: a newer one replaces them, or nobody is expected any more."""
    db.session.execute(
        sa.update(Link)
        .where(Link.purpose == purpose, Link.subject_id == subject_id, Link.used_at.is_(None))
        .values(used_at=clock.now())
    )


def spent(*purposes: Purpose) -> NotFound:
    """What a page says to every link it cannot use; it depends on the page, never on the link."""
    if Purpose.PASSWORD in purposes:
        return NotFound(N_("Ce lien a déjà servi ou n'est plus valable. Demandez-en un autre : il vaut une heure."))
    if Purpose.INVITATION in purposes:
        return NotFound(N_("Cette invitation a déjà servi ou n'est plus valable. Demandez-en une autre à votre association."))
    if Purpose.AGENDA in purposes:
        return NotFound(N_("Cette adresse ne donne plus rien. Le calendrier partagé en donne une autre."))
    if Purpose.ADDRESS in purposes:
        return NotFound(N_("Ce lien a déjà servi ou n'est plus valable. Redemandez-en un dans « Mon compte » : il vaut une heure."))
    return NotFound(N_("Ce lien a déjà servi ou n'est plus valable. Répondez simplement au message reçu."))


def page(path: str) -> str:
    """The public address of a page for members: it holds no secret, so letters carry it in clear."""
    return f"{_settings().public_base_url}{path}"
