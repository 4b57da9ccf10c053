"""The errands of the clock and of the outbox: what a worker runs, whoever wakes it. `jobs.py` wakes it.

Everything here may run twice, late, or in two places at once.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from brokerage import scope
from brokerage.config import Config
from brokerage.mail import delivery
from brokerage.mail.transport import Transport

if TYPE_CHECKING:
    from flask import Flask

SWEEP = 5  # seconds between two looks into the outbox
REMIND = 300  # seconds between two looks at what is due by date
DAILY = 86400

_installed: "Flask | None" = None


def belong_to(app: "Flask") -> None:
    """Let errands find the application. Once per process."""
    global _installed
    _installed = app


def settings(app: "Flask") -> Config:
    """What `create_app` was given."""
    config: Config = app.config["PASSERELLE"]
    return config


def application() -> "Flask":
    """The application of this process; a worker that RQ's own command started loads it."""
    if _installed is None:
        from app import app  # its last line calls jobs.install

        return app
    return _installed


def deliver_due() -> int:
    """Send what is due. Returns how many letters were claimed."""
    app = application()
    config = settings(app)
    with app.app_context():
        transport = Transport.from_url(config.smtp_url, config.mail_domain)
        return delivery.deliver_due(transport, f"{os.uname().nodename}-{os.getpid()}")


def sweep_outbox() -> int:
    """The same, whether or not anybody rang: Valkey forgets, the outbox does not."""
    return deliver_due()


def send_reminders() -> int:
    """Post the reminders that are due. Returns how many."""
    from brokerage.introductions import reminders

    return _as_the_clock(reminders.send_due)


def resume_and_expire() -> int:
    """Everything the calendar does by itself: resume, lapse, expire, close. Returns how many steps were taken."""
    from brokerage.introductions import reminders

    return _as_the_clock(reminders.pass_time)


def forget_old() -> int:
    """Retention: what has been kept long enough. Returns how many letters were emptied."""
    from brokerage.privacy import retention

    return _as_the_clock(retention.forget_old)


def recount_words() -> int:
    """Keep the list of known words true: what nobody has any more is forgotten. Returns how many words there are."""
    from brokerage.search import known_words

    return _as_the_clock(known_words.recount)


def _as_the_clock(act: Callable[[], int]) -> int:
    with application().app_context(), scope.acting(scope.system("the clock")) as session:
        done = act()
        session.commit()
    return done



ERRANDS: dict[Callable[[], int], int] = {sweep_outbox: SWEEP, send_reminders: REMIND, resume_and_expire: REMIND, forget_old: DAILY}
ERRANDS[recount_words] = DAILY
