"""The form of a call or a meeting: who, when, one line, and what comes next."""

import uuid
from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Optional

from brokerage import clock
from brokerage.partners import exchanges, tasks
from brokerage.partners.models import Contact
from brokerage.partners.record import Record
from brokerage.web.contact_forms import FORMATS
from brokerage.web.forms import BaseForm
from brokerage.web.partner_fields import Day, choice, options
from brokerage.web.partner_fields import text as line


class ExchangeForm(BaseForm):
    """A call or a meeting; the button pressed says which."""

    doubtful = False
    text = line(_l("En une ligne"), exchanges.LONGEST, id="en-une-ligne")
    contact_id = choice(_l("Avec qui"), [], optional=True)
    on = Day(_l("Quand"), [Optional()], format=FORMATS)
    next_step = line(_l("Et ensuite ?"), tasks.LONGEST)
    next_on = Day(_l("Pour le"), [Optional()], format=FORMATS)
    back = HiddenField()
    sure = BooleanField(_l("Je l'ai relu : rien de personnel sur un ou une élève, ni sur la vie privée de quelqu'un."))

    def open_to(self, people: Iterable[Contact]) -> "ExchangeForm":
        """Offer the people of the partner; nobody in particular comes first."""
        self.contact_id.choices = options([("", _("personne en particulier")), *((str(one.id), one.name) for one in people)])
        return self


def empty_exchange(record: Record) -> ExchangeForm:
    """A form of today, with the partner's people; with one person only, it is them."""
    known = record.contacts
    whom: uuid.UUID | str = known[0].id if len(known) == 1 else ""
    return ExchangeForm(formdata=None, data={"on": clock.today(), "contact_id": str(whom)}).open_to(known)
