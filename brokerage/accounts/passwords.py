"""What a password must be, and how a member gets a new one. Any composition will do; only guessable ones are refused."""

import re
import unicodedata
import uuid
from functools import cache
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from brokerage import clock, scope, timeline
from brokerage.accounts import hashing, links, sign_in, throttle, watch
from brokerage.accounts.models import Association, Credential, Link, Purpose, User
from brokerage.database import db
from brokerage.errors import N_, BadInput
from brokerage.mail import outbox
from brokerage.mail.letter import notice
from brokerage.reference.folding import folded

SHORTEST, LONGEST = 12, 256  # characters (OWASP ASVS 5.0 6.2.1 and 6.2.9: at least 128 must be allowed)
_LIST = Path(__file__).with_name("common_passwords.txt")
_KEYBOARDS = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "0123456789")
_LOOKALIKES = str.maketrans("0134578@$!|", "oieastbasil")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TRIMMINGS = 8  # digits and signs around a word that do not make it a secret: "marie19840213", "!!soleil2026"


def check(password: str, *known: str) -> None:
    """Refuse, with a sentence at the field `password`, what somebody would guess.

    `known` is what anybody knows of the member: names, address, association.
    """
    size = len(unicodedata.normalize("NFC", password))
    if size < SHORTEST:
        raise BadInput(N_("Choisissez au moins %(n)d caractères : quatre mots sans rapport conviennent."), "password", n=SHORTEST)
    if size > LONGEST:
        raise BadInput(N_("Choisissez au plus %(n)d caractères."), "password", n=LONGEST)
    if is_guessable(password, *known):
        raise BadInput(N_("Ce mot de passe se devine trop vite. Ajoutez des mots sans rapport entre eux."), "password")


def is_guessable(password: str, *known: str) -> bool:
    """One or two well-known words with trimmings, a piece repeated, a run of keys, years, or the same few characters."""
    plain = folded(password).replace(" ", "") or password
    words = _well_known() | {word for text in known for word in folded(text).split() if len(word) > 2}
    return (
        len(set(password)) < 5
        or plain in (plain + plain)[1:-1]
        or _mostly_runs(plain)
        or len(_YEAR.sub("", plain)) < 5
        or any(_one_or_two(word, words) for word in _readings(password, plain))
    )


def _readings(password: str, plain: str) -> list[str]:
    """The password as words: as it is, without its trimmings, and with 4 read as a, 0 as o…"""
    core = password.casefold().strip("0123456789!?.,;:*+-_ ").translate(_LOOKALIKES)
    bare = [re.sub(r"[^a-z]", "", text) for text in (plain, folded(core))]
    return [plain, *(word for word in bare if len(password) - len(word) <= _TRIMMINGS)]


def _one_or_two(text: str, words: set[str]) -> bool:
    return text in words or any(text[:cut] in words and text[cut:] in words for cut in range(3, len(text) - 2))


def _mostly_runs(text: str) -> bool:
    """Three steps in four go to the next letter, digit or key, or stay on the same one."""
    steps = [abs(ord(after) - ord(before)) <= 1 or _neighbours(before, after) for before, after in pairwise(text)]
    return sum(steps) >= 0.75 * len(steps)


def _neighbours(before: str, after: str) -> bool:
    return any(before + after in row or after + before in row for row in _KEYBOARDS)


@cache
def _well_known() -> set[str]:
    return set(_LIST.read_text(encoding="ascii").split())


# ---- a new password -------------------------------------------------------------------------------------------


def keep(member: User, password: str) -> None:
    """Check and keep a member's password, in the scope of the door or the system. Sessions are the caller's business."""
    association = db.session.get_one(Association, member.association_id)
    check(password, member.name, member.email, association.name, association.short)
    kept = db.session.get(Credential, member.id)
    if kept is None:
        kept = Credential(user_id=member.id)
        db.session.add(kept)
    kept.password_hash, kept.changed_at = hashing.hashed(password), clock.now()


def change(user_id: uuid.UUID, current: str, password: str, device: str) -> str:
    """A signed-in member replaces their password; every session ends. Returns the token of a new one.

    Raises BadInput when `current` is not the one in force, or `password` is guessable.
    """
    tried = throttle.count(throttle.SIGN_IN, f"change {user_id}")
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        member = session.get_one(User, user_id)
        kept = session.get(Credential, user_id)
        if kept is None or not hashing.matches(kept.password_hash, current):
            watch.failed(watch.NOT_CONFIRMED, user_id)
            raise BadInput(N_("Ce n'est pas votre mot de passe actuel."), "current")
        keep(member, password)
        _record(member)
        sign_in.end_all(user_id)
        token = sign_in.open_session(user_id, device)
        throttle.forgive(tried)
        session.commit()
        return token


def forgotten(email: str, address: str) -> None:
    """Send a link for a new password, if somebody signs in with this address. Nobody learns whether.

    Raises throttle.TooMany, for unknown addresses as well. Costs one hash either way, so that the time says
    nothing (C3).
    """
    throttle.count(throttle.FORGOTTEN_NEARBY, address)
    throttle.count(throttle.FORGOTTEN, email)
    hashing.hashed(email)
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        member = session.scalar(sa.select(User).where(User.email == email.strip().casefold(), User.is_active))
        if member and session.get(Credential, member.id):
            _send_link(member)
            session.commit()


def _send_link(member: User) -> None:
    links.revoke(Purpose.PASSWORD, member.id)
    link = links.make(Purpose.PASSWORD, member.id, member.association_id)
    outbox.post(notice("password", str(link.id), member, first_name=member.first_name, link=links.seal(link)))


def member_of(link: Link) -> User:
    """The member a letter's link was made for. Raises NotFound when their access was closed meanwhile."""
    member = db.session.get(User, link.subject_id)
    if member is None or not member.is_active:
        raise links.spent(link.purpose)
    return member


def renew(link: Link, password: str) -> None:
    """Replace a forgotten password through the link of a letter; every session ends.

    A second factor stays: this opens no session. Raises NotFound when the link was used meanwhile, BadInput when
    `password` is guessable: the link then still works.
    """
    with scope.acting(scope.Scope(scope.Kind.DOOR)) as session:
        links.use(link)
        member = member_of(link)
        keep(member, password)
        _record(member)
        sign_in.end_all(member.id)
        session.commit()


def _record(member: User) -> None:
    by = timeline.By(timeline.Actor.MEMBER, member.id, member.name)
    timeline.record("password_changed", by, member.association_id)
    way_back = links.page("/mot-de-passe-oublie")
    outbox.post(notice("password_changed", str(uuid.uuid4()), member, first_name=member.first_name, way_back=way_back))
