"""Fifty thousand contacts on their way out: the time of each step, and the memory. `./run test tests/bench/exporting.py -s`."""

import resource
import time

import pytest

from brokerage.accounts.models import User
from brokerage.partners.models import PartnerKind
from brokerage.transfer.bringing.storing import Haul
from brokerage.transfer.exports import asking, desk
from brokerage.transfer.exports.models import Format
from tests.test_exports import EVERYTHING, REASON

PARTNERS, EACH = 25_000, 2


@pytest.mark.bench
@pytest.mark.parametrize("as_format", list(Format))
def test_fifty_thousand_contacts(cast, as_member, nadia, as_format):
    import uuid

    haul = Haul()
    for n in range(PARTNERS):
        partner = uuid.uuid4()
        haul.partners.append({"id": partner, "association_id": nadia.association_id, "kind": PartnerKind.CORPORATE, "name": f"Partenaire {n}", "town": "Lyon"})
        for m in range(EACH):
            contact = uuid.uuid4()
            haul.contacts.append({"id": contact, "association_id": nadia.association_id, "partner_id": partner, "last_name": f"Nom {m}", "source": "salon"})
            haul.channels.append({"association_id": nadia.association_id, "contact_id": contact, "email": f"{n}.{m}@x.example", "email_key": None})
    with as_member(nadia) as session:
        haul.store()
        session.commit()

    with as_member(nadia) as session:
        export = asking.ask(session.get_one(User, nadia.id), EVERYTHING, as_format, REASON).id
        steps = []
        while True:
            start = time.monotonic()
            more = desk.advance(export)
            session.commit()
            steps.append(time.monotonic() - start)
            if not more:
                break

    print(f"{as_format}: {len(steps)} steps, longest {max(steps):.2f} s, {sum(steps):.2f} s in all, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000} MB at most")
    assert max(steps) < 15
