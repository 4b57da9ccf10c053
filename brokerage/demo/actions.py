"""What the two associations did for each other outside requests: noted by one, most of it confirmed by the other."""

from datetime import timedelta

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import User
from brokerage.conventions import commitments
from brokerage.conventions.commitments import Action, Details
from brokerage.conventions.models import Convention
from brokerage.demo.people import Company

# noted by, days ago, kind, title, place, head-counts, and the other side's answer: a word when it contests
NOTED: list[tuple[str, int, str, str, str, dict[str, int], bool | str]] = [
    ("nadia", 188, "exchange", "Deux équipes, une journée : comment nous préparons nos bénévoles", "Paris", {"people": 14}, True),
    ("jean_baptiste", 176, "volunteers", "Ateliers de Dreux : douze tuteurs et tutrices parmi les intervenants", "Dreux", {"volunteers": 12, "pupils": 180}, True),
    ("nadia", 160, "women_tutors", "Ingénieure : et pourquoi pas moi ?", "Toulouse", {"women": 4, "pupils": 60}, True),
    ("jean_baptiste", 151, "classes", "Lycées partenaires invités à la journée de Paris-Dauphine", "Paris", {"classes": 6, "pupils": 268, "teachers": 22}, True),
    ("nadia", 139, "students", "La prépa techno racontée à des lycéens", "Pessac", {"students": 10, "pupils": 95}, True),
    ("camille", 122, "guide", "Financer ses études : relecture à quatre mains", "", {"people": 7}, True),
    ("karim", 74, "communication", "L’autre association présentée dans la lettre de rentrée", "", {"people": 2400}, True),
    ("jean_baptiste", 61, "women_tutors", "Trois techniciennes réseau dans l’atelier numérique", "Roubaix", {"women": 3, "pupils": 45}, True),
    ("karim", 47, "exchange", "Ce qui n’a pas marché à Nantes, et ce que nous en tirons", "en visioconférence", {"people": 9}, True),
    ("jean_baptiste", 33, "classes", "Collèges du Val-d’Oise invités à l’atelier énergie", "Sarcelles", {"classes": 3, "pupils": 74}, "Nous avons compté deux classes : la troisième n’a pas pu venir."),
    ("camille", 16, "guide", "Financer ses études : mille exemplaires remis aux lycées", "Lille", {"copies": 1000}, False),
    ("nadia", 9, "students", "Trois étudiantes à la table ronde de Saint-Quentin", "Saint-Quentin", {"students": 3, "pupils": 120}, False),
]  # fmt: skip


def write(company: Company) -> int:
    """Note them all at their day and answer them four days later; how many there are."""
    for by, ago, kind, title, place, numbers, answer in NOTED:
        home = company.home_of(by)
        done = clock.today() - timedelta(days=ago)
        details = Details(kind, title, done, None if kind in ("exchange", "guide") else home, place, numbers)
        with clock.at(clock.now() - timedelta(days=ago - 1)), scope.acting(scope.member(home)) as session:
            convention = session.scalars(sa.select(Convention)).one()
            noted = commitments.note(convention, session.get_one(User, company.members[by]), details).id
            session.commit()
        if not answer:
            continue
        other = "jean_baptiste" if home == company.passeport else "nadia"
        with clock.at(clock.now() - timedelta(days=ago - 5)), scope.acting(scope.member(company.other(home))) as session:
            action, who = session.get_one(Action, noted), session.get_one(User, company.members[other])
            commitments.contest(action, who, answer) if isinstance(answer, str) else commitments.confirm(action, who)
            session.commit()
    return len(NOTED)
