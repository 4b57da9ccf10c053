"""The errands of the clock and of the outbox: what a worker runs, whoever wakes it. `jobs.py` wakes it.

Everything here may run twice, late, or in two places at once.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from brokerage import scope
from brokerage.config import Config
from brokerage.mail import delivery, mailboxes
from brokerage.mail.transport import Transport
from brokerage.transfer.waiting import Desk, Piece

if TYPE_CHECKING:
    from flask import Flask

SWEEP = 5  # seconds between two looks into the outbox, and at files that wait
SPELL = 60.0  # seconds of work on files before the next errand has its turn; a step is never cut
REMIND = 300  # seconds between two looks at what is due by date
READ_HERE = 10  # seconds between two looks into the local letter box
SEEK = 60  # seconds between two looks for duplicates among what changed
READ_MAILBOX = 60  # seconds between two looks into the mailbox at the provider
DAILY = 86400

log = logging.getLogger(__name__)
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


def send_digests() -> int:
    """Post the weekly digests whose hour has come. Returns how many."""
    from brokerage.introductions import digest

    return _as_the_clock(digest.send_due)


def resume_and_expire() -> int:
    """Everything the calendar does by itself: stand in, resume, lapse, expire, close. Returns how many steps were taken."""
    from brokerage.introductions import absences, reminders

    return _as_the_clock(absences.change_hands) + _as_the_clock(reminders.pass_time)


def forget_old() -> int:
    """Retention: what has been kept long enough. Returns how many letters were emptied."""
    from brokerage.privacy import retention
    from brokerage.transfer.staging import forgetting

    return _as_the_clock(lambda: retention.forget_old() + forgetting.forget_old())


def close_unused_accounts() -> int:
    """Warn and close the accounts nobody uses. Returns how many closed."""
    from brokerage.privacy import unused

    return _as_the_clock(unused.close_unused)


def read_local_mail() -> int:
    """Take in what was answered to the local letter box; nothing outside local mode. Returns how many mails."""
    config = settings(application())
    return _taken(mailboxes.filed(config.data / mailboxes.ARRIVALS)) if config.local else 0


def read_mailbox() -> int:
    """Take in what arrived at the provider; nothing without IMAP_URL. A mailbox that is away is tried at the next turn."""
    config = settings(application())
    try:
        return _taken(mailboxes.at_provider(config.imap_url)) if config.imap_url else 0
    except mailboxes.Unreachable as failure:
        log.error("the mailbox: %s", failure)
        return 0


def _taken(waiting: Iterable[tuple[bytes, mailboxes.Taken]]) -> int:
    """Each mail in a transaction of its own, marked as read once that is kept: one that fails waits, the others do not."""
    from brokerage.introductions.replies import taking

    count = 0
    for raw, taken in waiting:
        try:
            count += _as_the_clock(lambda raw=raw: int(taking.take_in(raw)))  # type: ignore[misc]
        except Exception:
            log.exception("a mail cannot be taken in; it stays unread")
        else:
            taken()
    return count


def ask_for_news() -> int:
    """A task for the owner of each partner nobody spoke to for six months. Returns how many."""
    from brokerage.partners import silence

    return _as_the_clock(silence.ask_for_news)


def seek_duplicates() -> int:
    """Look for partners that are in a book twice, among what changed since the last look. Returns how many books were."""
    from brokerage.accounts.models import Association
    from brokerage.partners import seeking

    with application().app_context(), scope.acting(scope.system("whose books to search", read_only=True)) as session:
        books = list(session.scalars(sa.select(Association.id)))
    return sum(_in_one_book(seeking.seek, book) for book in books)


def _in_one_book(act: Callable[[uuid.UUID], int], book: uuid.UUID) -> bool:
    """In the association's own scope; one that fails does not stop the others."""
    try:
        with application().app_context(), scope.acting(scope.member(book)) as session:
            act(book)
            session.commit()
    except Exception:
        log.exception("an errand in one book failed; its next turn will try again")
        return False
    return True


def recount_words() -> int:
    """Keep the list of known words true: what nobody has any more is forgotten. Returns how many words there are."""
    from brokerage.search import known_words

    return _as_the_clock(known_words.recount)


def _as_the_clock(act: Callable[[], int]) -> int:
    with application().app_context(), scope.acting(scope.system("the clock")) as session:
        done = act()
        session.commit()
    return done


# ---- files ---------------------------------------------------------------------------------------------------------


def desks() -> Sequence[Desk]:
    """The rooms that have work on files; each is asked in turn."""
    from brokerage.transfer.exports import desk as exports
    from brokerage.transfer.staging import desk as imports

    return imports, exports


def work_on_files() -> int:
    """Bring in and write out what waits, one step after the other, for a spell. Returns how many steps were taken."""
    until, steps = time.monotonic() + SPELL, 0
    for desk in desks():
        for piece in _waiting(desk):
            while time.monotonic() < until and _step(desk, piece):
                steps += 1
    return steps


def sweep_files() -> int:
    """The same, whether or not anybody rang."""
    return work_on_files()


def _waiting(desk: Desk) -> Sequence[Piece]:
    with application().app_context(), scope.acting(scope.system("files that wait", read_only=True)):
        return desk.waiting()


def _step(desk: Desk, piece: Piece) -> bool:
    """One step, committed. One that fails leaves nothing behind but its count, and never stops the others."""
    mine = scope.system("work that reaches both associations") if piece.everywhere else scope.member(piece.association_id)
    try:
        with application().app_context(), scope.acting(mine) as session:
            more = desk.advance(piece.id)
            session.commit()
    except Exception:
        log.exception("a step of work on a file failed")
        with application().app_context(), scope.acting(mine) as session:
            desk.stumble(piece.id)
            session.commit()
        return False
    return more


ON_FILES = (work_on_files, sweep_files)


ERRANDS: dict[Callable[[], int], int] = {
    sweep_outbox: SWEEP,
    sweep_files: SWEEP,
    read_local_mail: READ_HERE,
    read_mailbox: READ_MAILBOX,
    send_reminders: REMIND,
    send_digests: REMIND,
    resume_and_expire: REMIND,
    forget_old: DAILY,
    close_unused_accounts: DAILY,
    seek_duplicates: SEEK,
    ask_for_news: DAILY,
    recount_words: DAILY,
}
