"""The two address books: one brought in from real-looking files, the other written down over the years."""

import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.demo import words
from brokerage.demo.familiar import OF_ENTRETIENS, OF_PASSEPORT, Familiar
from brokerage.demo.people import Company
from brokerage.partners import vault
from brokerage.partners.models import Channel, Contact, ContactRole, Partner, PartnerKind, Visibility
from brokerage.partners.placing import placed
from brokerage.reference.folding import folded
from brokerage.reference.schools import School, schools_named
from brokerage.timeline import Actor, By
from brokerage.transfer import imports

KITS = [Path(__file__).with_name("data") / name for name in ("partenaires_academiques.xlsx", "partenaires_entreprises.csv")]
SCHOOLS, COMPANIES = 150, 60
# where Les Entretiens work: first digits of the UAI of a département, and how many of its lycées
AROUND = {"075": 14, "093": 16, "095": 12, "094": 8, "077": 9, "078": 6, "091": 8, "092": 7, "002": 10, "059": 14,
          "060": 7, "072": 6, "045": 6, "028": 4, "013": 8, "033": 5, "971": 4, "974": 6}  # fmt: skip
ACCEPTED = {
    "tutorat": "recruit_tutors", "mecenat": "patronage", "mecenat financier": "patronage", "taxe d apprentissage": "patronage",
    "mecenat de competences": "find_speakers", "intervenant es ateliers": "find_speakers", "accueil d evenement": "host_event",
    "visites d entreprise": "invite_pupils",
}  # fmt: skip
TYPES = ("LG", "LGT", "LPO", "LP", "LT")


class Writer:
    """Writes partners and contacts into one association's book, as its managers did over the years."""

    def __init__(self, association_id: uuid.UUID, company: Company, slug: str, chance: random.Random) -> None:
        self.mine, self.company, self.slug, self.chance = association_id, company, slug, chance
        self.channels: list[Channel] = []
        members = db.session.scalars(sa.select(User).where(User.association_id == association_id))
        self.names = {member.id: By(Actor.MEMBER, member.id, member.name) for member in members}

    def partner(self, owner: str, days_ago: int, **columns: Any) -> Partner:
        """One partner, placed by its postcode and town."""
        at = clock.now() - timedelta(days=days_ago)
        where = placed(columns.pop("postcode"), columns.pop("town"))
        place = {name: getattr(where, name) for name in where.__dataclass_fields__}
        partner = Partner(
            id=uuid.uuid4(), association_id=self.mine, owner_id=self.company.members[owner], created_at=at, changed_at=at,
            **columns, **place,
        )  # fmt: skip
        db.session.add(partner)
        timeline.record("partner_created", self._by(owner), self.mine, at=at, partner_id=partner.id)
        return partner

    def contact(self, partner: Partner, civility: str, first: str, last: str, role: ContactRole, title: str, **more: Any) -> None:
        """One person, with an address and telephones that reach nobody."""
        contact = Contact(
            id=uuid.uuid4(), association_id=self.mine, partner_id=partner.id, civility=civility, first_name=first, last_name=last,
            role=role, title=title, source="carnet de l’association, avec l’accord de la personne",
            source_date=partner.created_at.date(), created_at=partner.created_at + timedelta(minutes=len(self.channels)), **more,
        )  # fmt: skip
        email = f"{_address(first)}.{_address(last)}@{_address(partner.name)[:40].strip('-')}.example"
        # 01 99 00, 03 53 01 and 06 39 98 are kept for fiction (ARCEP)
        phone = f"+33{self.chance.choice(('19900', '35301'))}{self.chance.randrange(10_000):04d}"
        db.session.add(contact)
        self.channels.append(
            Channel(
                association_id=self.mine, contact_id=contact.id, email=email, email_key=vault.key_of(email), phone=phone,
                mobile=f"+3363998{self.chance.randrange(10_000):04d}" if self.chance.random() < 0.5 else "",
            )
        )  # fmt: skip

    def familiar(self, known: Familiar) -> None:
        """A partner of the stories."""
        kept = {name: getattr(known, name) for name in ("name", "kind", "type", "uai", "naf", "since", "postcode", "town")}
        lists = {"accepts": list(known.accepts), "tags": list(known.tags)}
        partner = self.partner(known.owner, 700, **kept, **lists, last_contact_on=self.day(20, 160), source="rencontre")
        for person in known.people:
            self.contact(partner, *person)

    def close(self) -> None:
        """Partners and contacts first, then how to reach them: no relationship tells the unit of work."""
        db.session.flush()
        db.session.add_all(self.channels)
        db.session.flush()

    def note(self, partner_id: uuid.UUID, owner: str, text: str) -> None:
        """A note of some day of the last year."""
        at = clock.now() - timedelta(days=self.chance.randrange(3, 300), hours=self.chance.randrange(1, 8))
        timeline.record("note", self._by(owner), self.mine, at=at, partner_id=partner_id, details={"text": text})

    def person(self, jobs: tuple[tuple[str, str, str], ...], nth: int) -> tuple[str, str, str, ContactRole, str]:
        """Somebody by chance, with the `nth` job: civility, first name, last name, role, title."""
        is_woman = self.chance.random() < 0.52
        woman, man, role = jobs[nth % len(jobs)]
        first = self.chance.choice(words.WOMEN if is_woman else words.MEN)
        return "Mme" if is_woman else "M.", first, self.chance.choice(words.LAST), ContactRole(role), woman if is_woman else man

    def day(self, least: int, most: int) -> date:
        """A day between so many and so many days ago."""
        return clock.today() - timedelta(days=self.chance.randrange(least, most))

    def _by(self, owner: str) -> By:
        return self.names[self.company.members[owner]]


def _address(text: str) -> str:
    return "-".join(folded(text).split())


# ---- Les Entretiens: written down over the years ---------------------------------------------------------------


def write_entretiens(company: Company) -> int:
    """Schools of the directory and invented companies; returns how many partners. In their own scope."""
    writer = Writer(company.entretiens, company, "entretiens", random.Random(2005))
    for known in OF_ENTRETIENS:
        writer.familiar(known)
    for nth, school in enumerate(_schools(writer.chance)):
        _write_school(writer, school, nth)
    for nth, name in enumerate(_company_names(writer.chance)):
        _write_company(writer, name, nth)
    writer.close()
    return len(OF_ENTRETIENS) + SCHOOLS + COMPANIES


def _schools(chance: random.Random) -> Iterator[School]:
    """Lycées of the shipped directory, around the towns where the association works."""
    known = {one.uai for one in OF_ENTRETIENS}
    for start, count in AROUND.items():
        found = [one for one in schools_named(start, limit=1000) if one.type in TYPES and one.uai not in known]
        yield from chance.sample(found, count)


def _write_school(writer: Writer, school: School, nth: int) -> None:
    chance, owner = writer.chance, ("camille", "jean_baptiste")[nth % 3 == 0]
    partner = writer.partner(
        owner, chance.randrange(200, 2400), kind=PartnerKind.ACADEMIC, name=school.name, uai=school.uai, type=school.type,
        postcode=school.postcode, town=school.town, accepts=chance.sample(("invite_pupils", "host_event", "new_town"), chance.randrange(1, 3)),
        tags=chance.sample(words.SCHOOL_TAGS, chance.randrange(0, 3)), open_now=chance.random() > 0.12,
        visibility=Visibility.HIDDEN if nth % 29 == 7 else Visibility.LISTED, last_contact_on=writer.day(10, 600),
        since=str(chance.randrange(2008, 2026)), source="rencontre",
    )  # fmt: skip
    for other in range(chance.choice((1, 1, 2))):
        quiet = [6] if chance.random() < 0.06 else []
        writer.contact(partner, *writer.person(words.AT_SCHOOL, nth + other * 2), quiet_months=quiet)
    if nth % 4 == 0:
        writer.note(partner.id, owner, words.SCHOOL_NOTES[nth // 4 % len(words.SCHOOL_NOTES)])


def _company_names(chance: random.Random) -> list[tuple[str, str]]:
    """Invented names, each once, with the activity that goes with it."""
    first = chance.sample(words.FIRST_WORDS, len(words.FIRST_WORDS))
    trades = list(words.TRADES.items())
    return [(f"{first[nth % len(first)]} {trades[nth * 5 % len(trades)][0]}", trades[nth * 5 % len(trades)][1]) for nth in range(COMPANIES)]


def _write_company(writer: Writer, name: tuple[str, str], nth: int) -> None:
    chance, owner = writer.chance, "jean_baptiste"
    postcode, town = words.TOWNS[nth % len(words.TOWNS)]
    size, headcount = chance.choice(words.SIZES)
    accepts = chance.sample(("find_speakers", "patronage", "recruit_tutors", "host_event"), chance.randrange(1, 3))
    partner = writer.partner(
        owner, chance.randrange(150, 1800), kind=PartnerKind.CORPORATE, name=name[0], naf=name[1], type=size, headcount=headcount,
        postcode=postcode, town=town, accepts=accepts, tags=chance.sample(words.COMPANY_TAGS, chance.randrange(0, 3)),
        open_now=chance.random() > 0.1, visibility=Visibility.HIDDEN if nth % 17 == 4 else Visibility.LISTED,
        last_contact_on=writer.day(10, 500), since=str(chance.randrange(2010, 2026)), source="rencontre",
    )  # fmt: skip
    for other in range(chance.choice((1, 2))):
        asks = 1 if chance.random() < 0.1 else None
        writer.contact(partner, *writer.person(words.AT_COMPANY, nth + other), asks_per_quarter=asks)
    if nth % 3 == 0:
        writer.note(partner.id, owner, words.COMPANY_NOTES[nth // 3 % len(words.COMPANY_NOTES)])


# ---- Passeport Avenir: two real-looking files, then tidied up --------------------------------------------------


def write_passeport(company: Company) -> list[str]:
    """The partners of the stories, then both files through the ordinary import. Returns what the import said."""
    writer = Writer(company.passeport, company, "passeport-avenir", random.Random(2011))
    for known in OF_PASSEPORT:
        writer.familiar(known)
    writer.close()
    source, on = "carnet d’adresses de Passeport Avenir", clock.today() - timedelta(days=20)
    by = db.session.get_one(User, company.members["nadia"])
    told = [imports.bring_in(kit, source=source, source_date=on, by=by).summary for kit in KITS]
    _tidy(writer)
    return told


def _tidy(writer: Writer) -> None:
    """Owners, purposes and visibility: what a file does not say."""
    brought = sa.select(Partner).where(Partner.import_id.is_not(None)).order_by(Partner.kind, Partner.name, Partner.postcode, Partner.uai)
    for nth, partner in enumerate(db.session.scalars(brought)):
        is_school = partner.kind is PartnerKind.ACADEMIC
        partner.name = partner.name.replace(" (voie )", "")  # as the directory the file was made from leaves it
        partner.owner_id = writer.company.members["nadia" if is_school else "karim"]
        purposes = ("invite_pupils", "host_event", "new_town")
        kept = {ACCEPTED[folded(tag)] for tag in partner.tags if folded(tag) in ACCEPTED}
        partner.accepts = writer.chance.sample(purposes, 1 + nth % 2) if is_school else sorted(kept)
        partner.visibility = Visibility.HIDDEN if nth % 31 == 5 else Visibility.LISTED
        partner.open_now = nth % 11 != 3
    db.session.flush()
