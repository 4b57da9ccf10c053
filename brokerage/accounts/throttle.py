"""Slows guessing and flooding. Tries are counted in the database, so over all processes and across restarts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import sqlalchemy.orm as so

from brokerage import clock, scope, tokens
from brokerage.accounts.models import SignInAttempt
from brokerage.database import db, outside_transactions
from brokerage.errors import N_, BadInput


@dataclass(frozen=True)
class Limit:
    """At most `tries` within `within` for one subject; `sentence` is what the next one reads."""

    name: str
    tries: int
    within: timedelta
    sentence: str


# OWASP ASVS 5.0 6.3.1; the numbers are those of warehouse (PyPI) and Healthchecks.
SIGN_IN = Limit(
    "account", 10, timedelta(minutes=5),
    N_("Trop d'essais. Attendez cinq minutes, ou demandez un nouveau mot de passe."),
)  # fmt: skip
SECOND_STEP = Limit(
    "second-step", 5, timedelta(minutes=5), N_("Trop de codes refusés. Attendez cinq minutes, puis prenez le code affiché à ce moment.")
)
SECOND_STEP_HOURLY = Limit("second-step-hourly", 20, timedelta(hours=1), N_("Trop de codes refusés. Réessayez dans une heure."))
ADDRESS = Limit(
    "address", 5, timedelta(days=1), N_("Cinq messages sont déjà partis aujourd'hui. Cherchez le dernier, ou réessayez demain.")
)
FORGOTTEN = Limit(
    "forgotten", 5, timedelta(days=1),
    N_("Trop de demandes pour cette adresse aujourd'hui. Cherchez le dernier lien reçu, ou réessayez demain."),
)  # fmt: skip
FORGOTTEN_NEARBY = Limit(
    "forgotten-address", 20, timedelta(hours=1), N_("Trop de demandes depuis cet endroit. Réessayez dans une heure.")
)
INVITATION = Limit(
    "invitation", 20, timedelta(days=1), N_("Vingt invitations sont déjà parties aujourd'hui. Reprenez demain.")
)

RENEWAL = Limit(
    "renewal", 5, timedelta(days=1),
    N_("Ce lien a été demandé trop souvent aujourd'hui. Cherchez le dernier message reçu, ou réessayez demain."),
)  # fmt: skip
RENEWAL_NEARBY = Limit(
    "renewal-address", 20, timedelta(hours=1), N_("Trop de demandes depuis cet endroit. Réessayez dans une heure.")
)

EXPORT = Limit(
    "export", 20, timedelta(days=1), N_("Vingt exports ont déjà été demandés aujourd'hui. Reprenez demain.")
)
# A box that answers as one types asks once every 150 ms at most, and nobody types for a minute without a pause: four a
# second, a whole minute long, is a program that reads the common directory.
SEARCH = Limit(
    "search", 240, timedelta(minutes=1), N_("Trop de recherches à la suite. Attendez une minute, puis reprenez.")
)
# A forum of forty schools prepared in one evening passes; an account in strange hands does not write to a whole directory.
ASKED = Limit(
    "asked", 40, timedelta(days=1),
    N_("Quarante demandes sont déjà parties aujourd'hui. Gardez celle-ci en brouillon et envoyez-la demain."),
)  # fmt: skip
LONGEST = max(one.within for one in (SIGN_IN, FORGOTTEN, INVITATION, RENEWAL, EXPORT, ASKED))


class TooMany(BadInput):
    """The limit is reached; waiting is the only way on."""

    status = 429


def count(limit: Limit, *subjects: str) -> list[uuid.UUID]:
    """Note one try for each subject, at once and for good; raises TooMany when one of them has had its share.

    Noting comes before counting, so that a hundred tries at the same instant do not all pass (ASVS 2.4.1); a
    refused try is not kept, so that waiting always helps. A subject nobody knows ("") is not counted. Returns what
    `forgive` takes back.
    """
    tries = [SignInAttempt(id=uuid.uuid4(), key=_key(limit, subject)) for subject in subjects if subject]
    ids = [one.id for one in tries]
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        session.add_all(tries)
        session.commit()
        if _worst(session, limit, [one.key for one in tries]) > limit.tries:
            forgive(ids)
            session.commit()
            raise TooMany(limit.sentence)
    return ids


_AT_ONCE = sa.text("SELECT counted_at_once(:id, :key, :at, :since, :most)")


def count_at_once(limit: Limit, subject: str) -> None:
    """The same in one round trip, without waiting for the disk: for what is asked as one types. Raises TooMany."""
    now = clock.now()
    values = {"id": uuid.uuid4(), "key": _key(limit, subject), "at": now, "since": now - limit.within, "most": limit.tries}
    with outside_transactions(db.engine).connect() as connection:
        passed = connection.scalar(_AT_ONCE, values)
    if not passed:
        raise TooMany(limit.sentence)


def forgive(tries: Iterable[uuid.UUID]) -> None:
    """Take back tries that turned out well, in the current session, which must be the door's."""
    db.session.execute(sa.delete(SignInAttempt).where(SignInAttempt.id.in_(list(tries))))


def forget_old() -> None:
    """Drop the tries that no limit looks at any more. For jobs; running it twice changes nothing."""
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        session.execute(sa.delete(SignInAttempt).where(SignInAttempt.created_at < clock.now() - LONGEST))
        session.commit()


def _worst(session: so.Session, limit: Limit, keys: list[str]) -> int:
    counted = (
        sa.select(SignInAttempt.key, sa.func.count())
        .where(SignInAttempt.key.in_(keys), SignInAttempt.created_at > clock.now() - limit.within)
        .group_by(SignInAttempt.key)
    )
    return max((tries for _key_of, tries in session.execute(counted)), default=0)


def _key(limit: Limit, subject: str) -> str:
    return tokens.fingerprint(f"{limit.name}:{subject.strip().casefold()}")
