"""Organisations and people as French address books hold them: real towns, real names of lycées, invented persons."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, dropwhile

from brokerage.demo.words import AT_COMPANY, AT_SCHOOL, COMPANY_TAGS, FIRST_WORDS, LAST, MEN, SCHOOL_TAGS, SIZES, TRADES, WOMEN
from brokerage.reference import places, shelf
from brokerage.reference.casing import in_french_case

# As people write it: capitals, no accents, an agency's town, a dash, a subsidiary.
SOCIETE_GENERALE = (
    "Société Générale", "SOCIETE GENERALE", "Societe Generale", "Société générale, agence de {town}", "SOCIÉTÉ GÉNÉRALE ({town})",
    "Fondation d'entreprise Société Générale", "Société Générale Assurances", "Société-Générale Factoring", "Sté Générale {town}",
)  # fmt: skip
FORMS = ("SA", "SAS", "SARL", "& fils", "Groupe", "France", "Industries", "Participations")
NETWORKS = ("Caisse d'Épargne", "Crédit Agricole", "La Poste", "Orange", "EDF", "SNCF", "Carrefour", "Banque Populaire", "Véolia", "Safran")
ONE_IN = 250  # organisations that are a Société Générale of some kind


@dataclass(frozen=True)
class Town:
    """A commune and where it lies, all by code."""

    name: str
    insee: str
    postcode: str
    department: str
    academy: str | None
    region: str | None


@dataclass(frozen=True)
class Organisation:
    """What two associations would both write of the same organisation."""

    number: int
    is_school: bool
    name: str
    type: str
    headcount: str
    naf: str | None
    town: Town
    tags: tuple[str, ...]

    @property
    def uai(self) -> str | None:
        """Unique per school, as `number` is; not a real one."""
        return f"{self.number:07d}Z" if self.is_school else None

    @property
    def siret(self) -> str | None:
        """Unique per company; not a real one."""
        return None if self.is_school else f"{900_000_000 + self.number}00017"


@dataclass(frozen=True)
class Person:
    """A contact to be."""

    civility: str
    first_name: str
    last_name: str
    title: str
    role: str


def organisation(number: int) -> Organisation:
    """The organisation of this number: the same at every call, in every run."""
    chance = random.Random(number)
    town = _town(chance.choices(range(len(_crowds())), cum_weights=_crowds())[0])
    if number % ONE_IN == 0:
        name = chance.choice(SOCIETE_GENERALE).format(town=town.name)
        return Organisation(number, False, name, "GE", "> 5000", "64.19Z", town, _tags(chance, COMPANY_TAGS))
    return (_school if chance.random() < 0.55 else _company)(number, chance, town)


def _school(number: int, chance: random.Random, town: Town) -> Organisation:
    kind, name = chance.choice(_school_names())
    if chance.random() < 0.4:
        kind, name = "COLLEGE", f"Collège {_patron(name)}"
    return Organisation(number, True, name, kind, "", None, town, _tags(chance, SCHOOL_TAGS))


def _patron(name: str) -> str:
    """ "Lycée professionnel Jean Moulin" bears the name of Jean Moulin."""
    words = name.split()
    return " ".join(dropwhile(lambda word: word == "Lycée" or word[0].islower() or word.isupper(), words)) or words[-1]


def _company(number: int, chance: random.Random, town: Town) -> Organisation:
    trade, naf = chance.choice(list(TRADES.items()))
    size, headcount = chance.choice(SIZES)
    makers: list[Callable[[], str]] = [
        lambda: f"{chance.choice(FIRST_WORDS)} {trade}",
        lambda: f"{chance.choice(LAST)} {chance.choice(FORMS)}",
        lambda: f"{chance.choice(NETWORKS)} {town.name}",
        lambda: f"Société {chance.choice(FIRST_WORDS)} {trade}",
        lambda: f"{chance.choice(LAST)}-{chance.choice(LAST)} {trade}",
    ]
    return Organisation(number, False, chance.choice(makers)(), size, headcount, naf, town, _tags(chance, COMPANY_TAGS))


def _tags(chance: random.Random, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(chance.sample(known, chance.choices((0, 1, 2, 3), (40, 35, 20, 5))[0]))


def person(chance: random.Random, at: Organisation) -> Person:
    """Somebody who works there."""
    is_woman, titles = chance.random() < 0.55, AT_SCHOOL if at.is_school else AT_COMPANY
    title = chance.choice(titles)
    first, last = chance.choice(WOMEN if is_woman else MEN), chance.choice(LAST)
    return Person("Mme" if is_woman else "M.", first, last, title[0 if is_woman else 1], title[2])


@cache
def _school_names() -> list[tuple[str, str]]:
    entries = (line.split("\t") for line in shelf.lines("schools.tsv.gz"))
    return [(entry[1], in_french_case(entry[5])) for entry in entries]


@cache
def _communes() -> list[list[str]]:
    entries = (line.split("\t") for line in shelf.lines("communes.tsv.gz"))
    return [entry for entry in entries if entry[4]]


@cache
def _crowds() -> list[int]:
    """Larger towns have more of everything: cumulated, for random.choices."""
    return list(accumulate(int(entry[3]) for entry in _communes()))


@lru_cache(maxsize=50_000)
def _town(place: int) -> Town:
    _key, name, insee, _people, postcodes = _communes()[place]
    postcode = postcodes.split()[0]
    department = places.department_of_postcode(postcode, name)
    if department is None:
        return Town(name, insee, postcode, "75", None, None)
    return Town(name, insee, postcode, department.code, department.academy_code, department.region_code)
