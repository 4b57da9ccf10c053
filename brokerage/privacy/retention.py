"""What is forgotten, and when, without anybody asking (field.md G16-G18 and security M22)."""

from datetime import timedelta

from brokerage import clock
from brokerage.accounts import throttle
from brokerage.mail import inbox, outbox
from brokerage.partners import trash

LETTERS = timedelta(days=30)  # a letter that left is known by its date and subject from then on, not by its words

ANSWERS = timedelta(days=365)  # the words and files of mail received: a school year and what follows it


def forget_old() -> int:
    """Empty the trash and the words of old letters and mails, drop old failed sign-ins. Returns how many letters were emptied."""
    throttle.forget_old()
    trash.empty()
    inbox.empty_old(clock.now() - ANSWERS)
    return outbox.empty_old(clock.now() - LETTERS)
