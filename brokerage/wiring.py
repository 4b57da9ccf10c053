"""Tells the rooms in the walls, which know no subject, whom to ask: called once, by whoever builds the application."""

import uuid

import sqlalchemy as sa

from brokerage.accounts import links, second_factor
from brokerage.accounts.models import User
from brokerage.config import Config
from brokerage.database import db
from brokerage.introductions import letters, notices, sending
from brokerage.introductions.states import Letter
from brokerage.mail import addresses, outbox, seals
from brokerage.partners import vault
from brokerage.privacy.letters import LINK_AGAIN

# What tells somebody that the way in to their account changed, or proves an address: no objection keeps it back.
SECURITY = frozenset({"password_changed", "new_address", "email_changed", "second_factor_removed"})


def connect(config: Config) -> None:
    """Give the outbox its secrets, its seals and its checks."""
    second_factor.configure(config)
    outbox.configure(config.mail_domain, *config.secrets)
    addresses.configure(config.mail_domain, config.secret_key, config.receives, config.secret_key_fallbacks)
    outbox.essential |= {Letter.OBJECTION_NOTED, LINK_AGAIN, "invitation", "password", *SECURITY}
    seals.register("email", vault.email_for_delivery)
    seals.register("phone", vault.phone_for_delivery)
    seals.register("link", links.address)
    seals.register("member", _member_address)
    outbox.window = sending.postponed
    for check in (letters.still_wanted, notices.honoured):
        if check not in outbox.checks:
            outbox.checks.append(check)


def _member_address(user_id: uuid.UUID) -> str:
    address = db.session.scalar(sa.select(User.email).where(User.id == user_id, User.is_active))
    if address is None:
        raise seals.Closed("cancelled")
    return address
