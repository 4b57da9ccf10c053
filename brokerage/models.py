"""Every table, in one import: for migrations, the guard and the tests of the house."""

from brokerage import timeline
from brokerage.accounts import models as accounts
from brokerage.conventions import models as conventions
from brokerage.introductions import models as introductions
from brokerage.introductions import quota
from brokerage.mail import inbox
from brokerage.mail import models as mail
from brokerage.partners import models as partners
from brokerage.partners import windows
from brokerage.transfer import models as transfer

__all__ = ["accounts", "conventions", "inbox", "introductions", "mail", "partners", "quota", "timeline", "transfer", "windows"]
