"""What an import of ten thousand rows costs beside a raw COPY of the same rows into the same tables, in the same run."""

import random
import time
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql

from brokerage.demo.words import COMPANY_NOTES
from tests.bench.vocabulary import organisation, person

TABLES = ("import_batch", "partner", "contact", "channel", "entry", "imported_row")
HEADER = "UAI;SIRET;Établissement;Adresse;CP;Ville;Civilité;Prénom;Nom;Fonction;E-mail;Tél.;Étiquettes;Dernier contact;Remarques"


def spreadsheet(rows: int) -> bytes:
    """A text file of this many rows as an association would have it: four in five organisations of their own."""
    chance = random.Random(2011)
    return "\n".join([HEADER, *(_line(number, chance) for number in range(rows))]).encode("cp1252", "replace")


def _line(number: int, chance: random.Random) -> str:
    of = organisation(number * 4 // 5)
    who = person(chance, of)
    day = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(2019, 2025)}"
    note = chance.choice(COMPANY_NOTES) if chance.random() < 0.3 else ""
    mail = f"{who.first_name}.{who.last_name}.{number}@exemple{number % 997}.example.org".lower().replace(" ", "-")
    cells = (
        *(_uai(of.number) if of.is_school else "", "" if of.is_school else _siret(of.number), of.name, f"{chance.randint(1, 180)} rue de la République", of.town.postcode, of.town.name),
        *(who.civility, who.first_name, who.last_name, who.title, mail, f"01 99 {number // 100 % 100:02} {number % 100:02} 10"),
        *(chance.choice(("Stage", "Tutorat", "Forum", "")), day, note),
    )
    return ";".join(cell.replace(";", ",") for cell in cells)


def _uai(number: int) -> str:
    """A code whose key is right."""
    digits = 9_500_000 - number
    return f"{digits:07d}{'ABCDEFGHJKLMNPRSTUVWXYZ'[digits % 23]}"


def _siret(number: int) -> str:
    """A SIREN and an establishment, both with the right key."""
    return _with_key(_with_key(f"{80_000_000 + number}") + "0001")


def _with_key(digits: str) -> str:
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(reversed(digits))]
    return digits + str(-sum(n - 9 * (n > 9) for n in doubled) % 10)


@dataclass(frozen=True)
class Copied:
    """A raw COPY: seconds, and rows of each table."""

    seconds: float
    rows: dict[str, int]


def raw_copy(owner_url: str) -> Copied:
    """Take what an import left out of its tables, empty them, and COPY it back in one transaction, indexes and all."""
    plain = sa.make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as session:
        lines = {table: _taken(session, table) for table in TABLES}
        session.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        session.commit()
        started = time.perf_counter()
        for table in TABLES:
            _laid(session, table, lines[table])
        session.commit()
        seconds = time.perf_counter() - started
        count = {table: session.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0] for table in TABLES}
    return Copied(seconds, count)


def _columns(session: psycopg.Connection, table: str) -> sql.Composable:
    found = session.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position", [table]
    ).fetchall()
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in found)


def _taken(session: psycopg.Connection, table: str) -> list[bytes]:
    order = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _columns(session, table))
    with session.cursor() as cursor, cursor.copy(order) as copy:
        return [bytes(block) for block in copy]


def _laid(session: psycopg.Connection, table: str, lines: list[bytes]) -> None:
    order = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _columns(session, table))
    with session.cursor() as cursor, cursor.copy(order) as copy:
        for block in lines:
            copy.write(block)
