"""Every table, in one import: for migrations, the guard and the tests of the house."""

from brokerage import timeline
from brokerage.accounts import models as accounts
from brokerage.conventions import commitments
from brokerage.conventions import models as conventions
from brokerage.introductions import models as introductions
from brokerage.introductions import quota, request_templates, wishes
from brokerage.introductions.letter_models import keeping as letter_models
from brokerage.mail import fingerprints, inbox
from brokerage.mail import models as mail
from brokerage.partners import bulk, fields, merges, saved_views, tasks, windows
from brokerage.partners import models as partners
from brokerage.privacy import register
from brokerage.search import known_words
from brokerage.search import windows as search_windows
from brokerage.transfer import models as transfer
from brokerage.transfer.exports import models as exports

__all__ = [
    "accounts",
    "bulk",
    "commitments",
    "conventions",
    "exports",
    "fields",
    "fingerprints",
    "inbox",
    "introductions",
    "known_words",
    "letter_models",
    "mail",
    "merges",
    "partners",
    "quota",
    "register",
    "request_templates",
    "saved_views",
    "search_windows",
    "tasks",
    "timeline",
    "transfer",
    "windows",
    "wishes",
]
