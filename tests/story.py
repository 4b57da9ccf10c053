"""What a user story needs: a day, a book, people at their browsers, letters as they arrive, and the clock's errands."""

import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.calendar import Place, time_zone
from brokerage.introductions import reminders
from brokerage.mail import seals
from brokerage.mail.models import Message
from brokerage.partners.models import Contact, ContactRole, Partner, PartnerKind
from tests import cast as people
from tests.partners_fixtures import words

SCHOOL = {"kind": PartnerKind.ACADEMIC, "postcode": ""}


def plain(text: str) -> str:
    """A text with ordinary spaces and apostrophes."""
    return text.replace("\xa0", " ").replace("\u202f", " ").replace("’", "'")


def _written(page: str, name: str) -> str:
    """What a field of a form already says."""
    [tag] = re.findall(rf'<(?:input|textarea)[^>]* name="{name}"[^>]*>[^<]*', page)
    value = re.search(r'value="([^"]*)"', tag)
    return html.unescape(value[1] if value else tag.partition(">")[2].lstrip("\n"))


@dataclass(frozen=True)
class Letter:
    """A letter as its reader has it, links and addresses in place."""

    kind: str
    subject: str
    text: str
    leaves: datetime

    def link(self, path: str) -> str:
        found = re.search(rf"{path}[\w-]+", self.text)
        assert found, self.text
        return found[0]


class Stage:
    """Every verb takes place on the day the stage stands at."""

    def __init__(self, cast: people.Cast, client_of: Any) -> None:
        self.cast, self._client_of = cast, client_of

    @contextmanager
    def on(self, day: date, hour: int = 10, minute: int = 0, department: str = "75") -> Iterator[None]:
        """Everything inside happens then, by the clock of a département."""
        with clock.at(datetime.combine(day, time(hour, minute), time_zone(Place(department)))):
            yield

    # ---- the books ---------------------------------------------------------------------------------------------

    def partner(self, owner: User, name: str, town: str, uai: str | None = None, **more: Any) -> Partner:
        """A partner of the owner's book; a school when it has a UAI."""
        where = {"name": name, "town": town, "uai": uai, "region": None, "department": None, "postcode": ""} | (SCHOOL if uai else {})
        with scope.acting(scope.member(owner.association_id)) as session:
            partner = people.a_partner(owner, **where | more)
            session.commit()
        return partner

    def contact(self, partner: Partner, first: str, last: str, email: str, role: ContactRole = ContactRole.REFERENT, **more: Any) -> Contact:
        with scope.acting(scope.member(partner.association_id)) as session:
            contact = people.a_contact(session.get_one(Partner, partner.id), first, last, email, role=role, **more)
            session.commit()
        return contact

    # ---- pages -------------------------------------------------------------------------------------------------

    def reads(self, who: User | None, path: str) -> str:
        """What somebody reads on a page."""
        answer = self._client_of(who).get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status}"
        return plain(words(answer))

    def posts(self, who: User | None, path: str, status: int = 303, **typed: Any) -> Any:
        """Sends a form; dates as pages write them."""
        data = {name.replace("__", "-"): str(value) if isinstance(value, date | int | uuid.UUID) else value for name, value in typed.items()}
        answer = self._client_of(who).post(path, data=data)
        assert answer.status_code == status, f"{path}: {answer.status} {plain(words(answer))[:1500]}"
        return answer

    def asks(self, who: User, partner: Partner | None = None, **typed: Any) -> str:
        """Fills the form of a request and sends it; the address of its page."""
        if partner:
            card = self.reads(who, f"/annuaire/{partner.id}")
            assert "Demander une mise en relation" in card
        where = self.posts(who, "/demandes/nouvelle", partner=str(partner.id) if partner else "", ally=str(self._ally(who)), action="envoyer", **typed).location
        return str(where[where.index("/demandes/") :])

    def _ally(self, who: User) -> uuid.UUID:
        return self.cast.ede.id if who.association_id == self.cast.pa.id else self.cast.pa.id

    def approves(self, who: User, request: str, contact: Contact, **typed: Any) -> None:
        """Rereads the letter that the product proposes, and sends it at once."""
        page = self._client_of(who).get(f"{request}/approbation?partenaire={contact.partner_id}").get_data(as_text=True)
        letter = {f"subject-{contact.id}": _written(page, f"subject-{contact.id}"), f"body-{contact.id}": _written(page, f"body-{contact.id}")}
        self.posts(who, f"{request}/approbation", partenaire=contact.partner_id, contact=str(contact.id), **letter | {"leave": "now"} | typed)

    # ---- letters and time --------------------------------------------------------------------------------------

    def letters(self, to: User | Contact, kind: str = "") -> list[Letter]:
        """What was written to somebody, the oldest first."""
        mine = Message.to_user_id == to.id if isinstance(to, User) else Message.to_contact_id == to.id
        with scope.acting(scope.system("somebody opens their mail")) as session:
            found = session.scalars(sa.select(Message).where(mine).order_by(Message.created_at, Message.due_at)).all()
            return [Letter(m.kind, plain(m.subject), plain(seals.broken(m.text)), m.due_at) for m in found if m.kind.startswith(kind)]

    def answers(self, contact: Contact, answer: str, **typed: Any) -> str:
        """The contact opens the link of the last ask, without an account, and answers; what the page says then."""
        link = self.letters(contact, "ask_consent")[-1].link("/reponse/")
        return plain(words(self._client_of(None).post(link, data={"answer": answer, **typed}, follow_redirects=True)))

    def time_passes(self) -> list[str]:
        """What the scheduler runs; the kinds of letters it wrote."""
        now = clock.now()
        with scope.acting(scope.system("the clock")) as session:
            reminders.pass_time()
            reminders.send_due()
            return list(session.scalars(sa.select(Message.kind).where(Message.created_at == now).order_by(Message.kind)))


@pytest.fixture
def stage(cast: people.Cast, client_of: Any) -> Stage:
    return Stage(cast, client_of)
