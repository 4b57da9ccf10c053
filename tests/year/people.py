"""Who takes part in the year: the cast, colleagues overseas, two books of partners from Lille to La Réunion, and who is away when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from brokerage import clock, scope
from brokerage.accounts.models import Association, Role, User
from brokerage.partners.models import ContactRole, PartnerKind
from tests import cast as people
from tests.year.almanac import PARIS, Spot

FIRST, LAST = date(2025, 9, 1), date(2026, 9, 18)
SCHOOLS = [  # town, département, académie, région, zone, months without letters
    ("Lyon", "69", "10", "84", "A", ()), ("Lille", "59", "09", "32", "B", ()), ("Saint-Quentin", "02", "20", "32", "B", (3,)),
    ("Toulouse", "31", "16", "76", "C", ()), ("Strasbourg", "67", "15", "44", "B", ()), ("Le Port", "974", "28", "04", None, ()),
    ("Fort-de-France", "972", "31", "02", None, ()), ("Cayenne", "973", "33", "03", None, ()),
]  # fmt: skip
FIRMS = [
    ("Courbevoie", "92", "25", "11", "C", ()), ("Le Mans", "72", "17", "52", "B", (1, 2)), ("Strasbourg", "67", "15", "44", "B", ()),
    ("Saint-Denis", "974", "28", "04", None, ()), ("Pointe-à-Pitre", "971", "32", "01", None, ()), ("Mamoudzou", "976", "43", "06", None, ()),
]  # fmt: skip


@dataclass(frozen=True)
class Away:
    """From when to when somebody is away, and who stands in."""

    who: str
    first: date
    last: date
    stand_in: str | None


AWAY = [
    Away("nadia", date(2025, 10, 20), date(2025, 10, 31), "karim"),
    Away("jean_baptiste", date(2025, 11, 17), date(2025, 12, 5), "marianne"),
    Away("karim", date(2026, 1, 12), date(2026, 1, 23), "nadia"),
    Away("marianne", date(2026, 3, 2), date(2026, 3, 20), "jean_baptiste"),
    Away("jean_baptiste", date(2026, 6, 8), date(2026, 6, 12), "marianne"),
    Away("nadia", date(2026, 6, 15), date(2026, 6, 19), None),  # nobody is left to stand in: she finds it all when she is back
]
KARIM_LEAVES = datetime(2026, 4, 15, 17, tzinfo=PARIS)  # Nadia takes over all he had
THI_MAI_LEAVES = datetime(2026, 5, 20, 19, tzinfo=PARIS)  # Gaëlle takes over what she asked
GONE = {"karim": KARIM_LEAVES, "thi_mai": THI_MAI_LEAVES}
SPOTS = {"elodie": Spot("974"), "gaelle": Spot("972")}  # the others work in France


@dataclass(frozen=True)
class Person:
    """A contact and where they are; `owner` manages the relation."""

    id: Any
    partner_id: Any
    kind: str
    owner: str
    spot: Spot
    town: str


class Crowd:
    """Everybody by first name, and the two books."""

    def __init__(self, cast: people.Cast) -> None:
        self.members = {name: getattr(cast, name) for name in ("nadia", "karim", "thi_mai", "helene", "jean_baptiste", "lucas", "soraya", "awa")}
        self.pa, self.ede = cast.pa.id, cast.ede.id
        with clock.at(datetime(2025, 8, 25, 9, tzinfo=PARIS)), scope.acting(scope.system("a year begins")) as session:
            self.members |= {
                "marianne": people.member(cast.ede, "Marianne", "Lefort", Role.MANAGER),
                "elodie": people.member(cast.ede, "Élodie", "Hoarau", Role.DELEGATE, region="04"),
                "gaelle": people.member(cast.pa, "Gaëlle", "Marie-Sainte", Role.DELEGATE, region="02"),
            }
            for name in ("elodie", "gaelle"):
                self.members[name].email = f"{name}@example.org"
            session.get_one(Association, self.pa).default_manager_id = cast.nadia.id
            ours = session.get_one(Association, self.ede)
            ours.default_manager_id, ours.rules = cast.jean_baptiste.id, {"introduce_automatically": False}
            self.contacts = {self.pa: self._book("nadia", "karim"), self.ede: self._book("jean_baptiste", "marianne")}
            session.commit()
        self.names = {member.id: name for name, member in self.members.items()}
        self.by_full_name = {member.name: name for name, member in self.members.items()}
        self.contact = {one.id: one for book in self.contacts.values() for one in book}
        self.askers = {self.pa: ["thi_mai", "gaelle"], self.ede: ["lucas", "soraya", "elodie"]}
        self.managers = {self.pa: ["nadia", "karim"], self.ede: ["jean_baptiste", "marianne"]}

    def _book(self, *owners: str) -> list[Person]:
        rows = [(PartnerKind.ACADEMIC, *one) for one in SCHOOLS] + [(PartnerKind.CORPORATE, *one) for one in FIRMS]
        return [self._person(n, owners[n % 2], *row) for n, row in enumerate(rows)]

    def _person(self, n: int, owner: str, kind: PartnerKind, town: str, department: str, academy: str, region: str, zone: str | None, quiet: tuple[int, ...]) -> Person:
        school = kind is PartnerKind.ACADEMIC
        where = {"town": town, "postcode": "", "department": department, "academy": academy, "region": region}
        partner = people.a_partner(self.members[owner], f"{'Lycée' if school else 'Société'} de {town}", kind=kind, **where)
        role = ContactRole.REFERENT if school else ContactRole.DIVERSITY_CSR
        contact = people.a_contact(partner, f"Prénom{n}", f"Nom{n}", f"contact{n}@{owner.replace('_', '-')}.example", role=role, quiet_months=list(quiet))
        return Person(contact.id, partner.id, kind.value, owner, Spot(department, zone, school, quiet), town)

    def spot(self, name: str) -> Spot:
        return SPOTS.get(name, Spot())

    def is_here(self, name: str, day: date) -> bool:
        """Neither away nor gone."""
        away = any(one.who == name and one.first <= day <= one.last for one in AWAY)
        return not away and not self.is_gone(name, day)

    def is_gone(self, name: str, day: date) -> bool:
        return name in GONE and day > GONE[name].date()

    def stand_in(self, name: str, day: date) -> str | None:
        """Who stands in for somebody who is away, as was said when they left."""
        named = [one.stand_in for one in AWAY if one.who == name and one.first <= day <= one.last]
        return named[0] if named and named[0] and self.is_here(named[0], day) else None

    def in_charge(self, contact: Person | None, giving: Any, day: date) -> str:
        """Who gets a request: the owner of the relation, else the default; whoever stands in when they are away."""
        default = self.managers[giving][0]
        owner = contact.owner if contact and not self.is_gone(contact.owner, day) else default
        colleagues = [name for name in self.managers[giving] if self.is_here(name, day)]
        found = [name for one in (owner, default) for name in (one, self.stand_in(one, day)) if name and self.is_here(name, day)]
        return (found or colleagues or [default])[0]


def user(session: Any, member: User) -> User:
    """The same member in this session."""
    return session.get_one(User, member.id)
