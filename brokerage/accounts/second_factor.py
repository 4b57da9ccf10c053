"""A second factor beside the password: six digits that a telephone shows, or a recovery code. Runs in the scope of the door.

Nobody is obliged to have one. Its key is made again from the row and the secret of the installation (tokens.code_key).
"""

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa

from brokerage import clock, scope, timeline, tokens
from brokerage.accounts import throttle
from brokerage.accounts.models import RecoveryCode, SecondFactor, User
from brokerage.config import Config
from brokerage.database import db
from brokerage.errors import N_, BadInput, WrongState
from brokerage.mail import outbox
from brokerage.mail.letter import notice
from brokerage.timeline import Actor, By

RECOVERY_CODES = 10
STEP = 30  # seconds that a code is shown (RFC 6238)
PATIENCE = timedelta(minutes=15)  # for the first code, then the key is no longer shown
_WRONG = N_("Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant et recopiez-le.")

_secrets: tuple[str, ...] = ("",)  # the one in force, and former ones: a telephone goes on showing what it learnt


def configure(config: Config) -> None:
    """Tell the room the secrets that keys are made from."""
    global _secrets
    _secrets = config.secrets


class CodeWanted(Exception):
    """The password was right, and a code must follow before anything opens."""


@dataclass(frozen=True)
class Standing:
    """Where a member stands: since when a code is asked, None for never; how many recovery codes are left."""

    since: datetime | None
    codes_left: int


@dataclass(frozen=True)
class Key:
    """What a telephone must learn: to be typed, and to be scanned."""

    typed: str
    scanned: str


# ---- at sign-in -----------------------------------------------------------------------------------------------


def check(user_id: uuid.UUID, code: str | None) -> str:
    """What let this member pass: "" (nothing is asked of them), "code" or "recovery". In the current session.

    Raises CodeWanted where one must follow, BadInput for a wrong or used one, throttle.TooMany after five in five
    minutes or twenty in an hour.
    """
    if not is_on(user_id):
        return ""
    if code is None:
        raise CodeWanted
    tried = _counted(user_id)
    passed = "code" if _takes(user_id, code) else "recovery" if _spends(user_id, code) else ""
    if not passed:
        raise BadInput(_WRONG, "code")
    throttle.forgive(tried)
    return passed


def is_on(user_id: uuid.UUID) -> bool:
    """Whether sign-in asks this member for a code; in the scope of the door."""
    found = db.session.get(SecondFactor, user_id)
    return found is not None and found.confirmed_at is not None


def reads_like_recovery(code: str) -> bool:
    """Whether somebody typed a recovery code rather than the six digits of a telephone."""
    return not "".join(code.split()).isdigit()


def _counted(user_id: uuid.UUID) -> list[uuid.UUID]:
    """Counted for good before the code is looked at, so that many at the same instant do not all pass."""
    subject = f"account {user_id}"
    return [*throttle.count(throttle.SECOND_STEP_HOURLY, subject), *throttle.count(throttle.SECOND_STEP, subject)]


def _takes(user_id: uuid.UUID, code: str) -> bool:
    """Take a code once: of two posts at the same instant the database lets one move `last_step` (ASVS 6.5.1)."""
    found = db.session.get(SecondFactor, user_id)
    step = _step_of(found.seed, "".join(code.split())) if found else None
    if step is None:
        return False
    fresh = sa.update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
    return bool(db.session.execute(fresh.values(last_step=step)).rowcount)  # type: ignore[attr-defined]


def _step_of(seed: uuid.UUID, code: str) -> int | None:
    """The half minute whose code this is: the present one, or its neighbours for a clock that is a little off."""
    shown, now = [pyotp.TOTP(tokens.code_key(one, seed)) for one in _secrets], int(clock.now().timestamp()) // STEP
    tried = ((step, one) for step in (now, now - 1, now + 1) for one in shown)
    return next((step for step, one in tried if hmac.compare_digest(one.generate_otp(step).encode(), code.encode())), None)


def _spends(user_id: uuid.UUID, code: str) -> bool:
    marks = [tokens.recovery_mark(one, user_id, code) for one in _secrets]
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash.in_(marks), RecoveryCode.used_at.is_(None))
    spent = sa.update(RecoveryCode).where(*mine).values(used_at=clock.now())
    return bool(db.session.execute(spent).rowcount)  # type: ignore[attr-defined]


# ---- on one's own account -------------------------------------------------------------------------------------


def standing(user_id: uuid.UUID) -> Standing:
    """What the account page says of it."""
    left = sa.select(sa.func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)) as session:
        found = session.get(SecondFactor, user_id)
        return Standing(found.confirmed_at if found else None, session.scalar(left) or 0)


def begin(user_id: uuid.UUID) -> None:
    """A new key, which sign-in does not ask for until its first code came. Raises WrongState where one is on."""
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        if is_on(user_id):
            raise WrongState(N_("La vérification en deux étapes est déjà active."))
        session.merge(SecondFactor(user_id=user_id, seed=uuid.uuid4(), begun_at=clock.now(), confirmed_at=None, last_step=0))
        session.commit()


def key_of(user_id: uuid.UUID, email: str) -> Key | None:
    """The key whose first code is awaited; None when there is none, and once it is confirmed: it is never shown again."""
    with scope.acting(scope.Scope(scope.Kind.DOOR, read_only=True)):
        if (found := _awaited(user_id)) is None:
            return None
        key = tokens.code_key(_secrets[0], found.seed)
    groups = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
    return Key(groups, pyotp.TOTP(key).provisioning_uri(name=email, issuer_name="Passerelle"))


def _awaited(user_id: uuid.UUID) -> SecondFactor | None:
    """The row whose first code may still come."""
    found = db.session.get(SecondFactor, user_id)
    waits = found is not None and found.confirmed_at is None and clock.now() - found.begun_at <= PATIENCE
    return found if waits else None


def confirm(user_id: uuid.UUID, code: str) -> list[str]:
    """The first code came: from now on sign-in asks. Returns the recovery codes, which exist nowhere else.

    Raises BadInput for a wrong code, WrongState when there is nothing to confirm, throttle.TooMany.
    """
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        if (found := _awaited(user_id)) is None:
            raise WrongState(N_("Cette clé n'attend plus de code. Recommencez la mise en place."))
        tried = _counted(user_id)
        if not _takes(user_id, code):
            raise BadInput(_WRONG, "code")
        throttle.forgive(tried)
        found.confirmed_at = clock.now()
        codes = _fresh_codes(user_id)
        _record("second_factor_on", session.get_one(User, user_id))
        session.commit()
        return codes


def renew_codes(user_id: uuid.UUID) -> list[str]:
    """New recovery codes; those of before open nothing any more. Raises WrongState without a second factor."""
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        if not is_on(user_id):
            raise WrongState(N_("La vérification en deux étapes n'est pas active."))
        codes = _fresh_codes(user_id)
        _record("recovery_codes_renewed", session.get_one(User, user_id))
        session.commit()
        return codes


def _fresh_codes(user_id: uuid.UUID) -> list[str]:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [tokens.recovery_code() for _nth in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=tokens.recovery_mark(_secrets[0], user_id, code)) for code in codes)
    return codes


# ---- taken away -----------------------------------------------------------------------------------------------


def remove(user_id: uuid.UUID, by: By) -> None:
    """Sign-in asks for the password alone again; the member gets a letter, whoever did it. Who may is the caller's to say.

    Raises WrongState where none is on.
    """
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        gone = sa.delete(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
        if not session.execute(gone).rowcount:  # type: ignore[attr-defined]
            raise WrongState(N_("La vérification en deux étapes n'est pas active."))
        session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        member = session.get_one(User, user_id)
        _record("second_factor_removed", member, by)
        by_name = "" if by.id == user_id else by.name
        outbox.post(notice("second_factor_removed", str(uuid.uuid4()), member, first_name=member.first_name, by_name=by_name))
        session.commit()


def _record(what: str, member: User, by: By | None = None) -> None:
    about = {"member_id": str(member.id), "member_name": member.name}
    timeline.record(what, by or By(Actor.MEMBER, member.id, member.name), member.association_id, details=about)
