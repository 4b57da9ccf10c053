"""Every table, in one import: for migrations, the guard and the tests of the house."""

from brokerage import timeline
from brokerage.accounts import models as accounts
from brokerage.conventions import models as conventions
from brokerage.introductions import models as introductions
from brokerage.mail import models as mail
from brokerage.partners import models as partners
from brokerage.partners import windows
from brokerage.search import known_words
from brokerage.search import windows as search_windows
from brokerage.transfer import models as transfer

__all__ = [
    "accounts", "conventions", "introductions", "known_words", "mail", "partners", "search_windows", "timeline", "transfer", "windows",
]  # fmt: skip
