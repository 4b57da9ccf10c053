"""Fills a new installation with the demonstration. Half a year of it, always the same, dated from today."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts import founding
from brokerage.database import db
from brokerage.demo import actions, asked_of_entretiens, asked_of_passeport, book, people
from brokerage.demo.people import PASSWORD, Company
from brokerage.demo.stage import play
from brokerage.demo.steps import opened
from brokerage.errors import N_, WrongState
from brokerage.introductions.models import Introduction, IntroductionRequest
from brokerage.mail import outbox

SETTLED = timedelta(days=215)  # before today: when the two associations began with Passerelle
STORIES = [*asked_of_passeport.OVER, *asked_of_entretiens.OVER, *asked_of_passeport.OPEN, *asked_of_entretiens.OPEN]


def load() -> None:
    """Fill an empty database and say what was done. Raises WrongState when there is an association already.

    All of it or nothing: an interrupted start can be made good by the next, and no worker sees half a story.
    """
    with _in_one_piece(), clock.at(clock.now()):
        with scope.acting(scope.system("is there anybody yet")):
            if not founding.is_empty():
                raise WrongState(N_("Passerelle contient déjà une association : la démonstration veut une base vide."))
        company = _settle()
        _write_books(company)
        play(company, STORIES, opened)
        noted = actions.write(company)
        told = _what_it_holds()
    _say(told)
    _say(f"{noted} actions sous les engagements de la convention.")
    _say(f"Pour entrer : nadia.benhaddou@passeport-avenir.example ou lucas.ferreira@entretiens.example, mot de passe {PASSWORD}")


@contextmanager
def _in_one_piece() -> Iterator[None]:
    """Every session inside shares one connection, where its commits are savepoints; the end commits them all."""
    engines = cast(dict[str | None, Any], db.engines)
    engine, bell = engines[None], outbox.bell
    with engine.connect() as connection, connection.begin(), connection.begin_nested():
        engines[None], outbox.bell = connection, lambda: None
        try:
            yield
        finally:
            engines[None], outbox.bell = engine, bell


def _settle() -> Company:
    with clock.at(clock.now() - SETTLED), scope.acting(scope.system("the demonstration founds its associations")) as session:
        company = people.settle()
        session.commit()
    _say(f"Deux associations, {len(company.members)} membres, une convention et ses sept engagements.")
    return company


def _write_books(company: Company) -> None:
    start = clock.now() - SETTLED + timedelta(days=2)
    with clock.at(start), scope.acting(scope.member(company.passeport)) as session:
        told = book.write_passeport(company)
        session.commit()
    for summary in told:
        _say(summary)
    with clock.at(start + timedelta(days=1)), scope.acting(scope.member(company.entretiens)) as session:
        written = book.write_entretiens(company)
        session.commit()
    _say(f"Carnet des Entretiens de l’Excellence : {written} partenaires.")


def counts() -> tuple[dict[str, int], dict[str, int]]:
    """How many requests and introductions stand in each state; in the system's scope."""
    return _by_state(IntroductionRequest), _by_state(Introduction)


def _by_state(kind: type[IntroductionRequest] | type[Introduction]) -> dict[str, int]:
    found = db.session.execute(sa.select(kind.state, sa.func.count()).group_by(kind.state))
    return {state.value: count for state, count in found}


def _what_it_holds() -> str:
    with scope.acting(scope.system("what the demonstration holds")):
        requests, introductions = counts()
    return f"{sum(requests.values())} demandes et {sum(introductions.values())} mises en relation."


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a command speaks to whoever started it
