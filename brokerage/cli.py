"""Commands: `./run flask …`. Each opens its own scope and commits its own work."""

import json
import sys
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup

from brokerage import clock, scope
from brokerage.accounts.models import Association, User
from brokerage.errors import Refusal
from brokerage.timeline import CLOCK

T = TypeVar("T")

partners = AppGroup("partners", help="The address books.")
members = AppGroup("members", help="Who signs in.")
reminders = AppGroup("reminders", help="What is due, and sending it.")
demo = AppGroup("demo", help="Demonstration data.")


def install(app: Flask) -> None:
    """Give the application its commands."""
    for group in (partners, members, reminders, demo):
        app.cli.add_command(group)
    app.cli.add_command(worker)
    app.cli.add_command(scheduler)


@click.command()
@click.option("--queue", type=click.Choice(["letters", "files"]), default="letters", show_default=True)
def worker(queue: str) -> None:
    """Deliver letters, or work on files, until stopped: one RQ worker."""
    from brokerage import jobs

    jobs.work(queue=queue)


@click.command()
def scheduler() -> None:
    """Ring the bells on time: one process, however many workers."""
    from brokerage import jobs

    jobs.schedule()


@demo.command("load")
def load_demo() -> None:
    """Fill a new database with the two associations of the demonstration."""
    from brokerage.demo import loading

    told(loading.load)


@partners.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--association", "slug", required=True, help="The association whose book it is, by its slug.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what became of each row, as JSON.")
@click.option("--mapping", "mapped", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What the columns are, as JSON.")
@click.option("--prefer-file", is_flag=True, help="Where the file and the book say otherwise, take the file's word.")
def import_partners(file: Path, slug: str, dry_run: bool, report: Path | None, mapped: Path | None, prefer_file: bool) -> None:
    """Bring a spreadsheet of partners into an association's book.

    MAPPING is {"tables": [{"header": [row from 0], "columns": [{"column": 0, "header": "", "field": "name", "whose": ""}]}]},
    null for a table to guess.
    """
    from brokerage.transfer import imports, objecting, reporting

    def run() -> str:
        with scope.acting(scope.member(association_named(slug))) as session:
            columns = imports.mapping_in(mapped) if mapped else None
            outcome = imports.bring_in(file, source=file.name, mapping=columns, prefer_file=prefer_file)
            if report:
                report.write_text(json.dumps(reporting.report(outcome.rows), ensure_ascii=False, indent=1), "utf-8")
            if not dry_run:
                session.commit()
        if not dry_run:
            with scope.acting(scope.system("objections of a file reach both associations")) as session:
                objecting.carry_out(outcome.batch_id)
                session.commit()
        return outcome.summary

    click.echo(told(run))


def association_named(slug: str) -> uuid.UUID:
    """The id of an association by its slug."""
    with scope.acting(scope.system("a command names an association", read_only=True)) as session:
        found = session.scalar(sa.select(Association.id).where(Association.slug == slug))
        known = session.scalars(sa.select(Association.slug).order_by(Association.slug)).all()
    if found is None:
        raise click.ClickException(f"Association inconnue : {slug}. Connues : {', '.join(known) or 'aucune'}.")
    return found


@members.command("remove-second-factor")
@click.argument("email")
def remove_second_factor(email: str) -> None:
    """For the one admin of an association who lost telephone and recovery codes. They get a letter."""
    from brokerage.accounts import second_factor

    with scope.acting(scope.system("a command names a member", read_only=True)) as session:
        found = session.scalar(sa.select(User.id).where(User.email == email.strip().casefold()))
    if found is None:
        raise click.ClickException(f"Personne ne se connecte avec {email}.")
    told(lambda: second_factor.remove(found, CLOCK))


@reminders.command("due")
@click.option("--at", "instant", help="An ISO instant with its offset, 2026-12-24T09:00+01:00; now by default.")
@click.option("--json", "as_json", is_flag=True)
def reminders_due(instant: str | None, as_json: bool) -> None:
    """Say which reminders would leave, and why. Sends nothing."""
    from brokerage.introductions import digest
    from brokerage.introductions import reminders as room

    when = _instant(instant)
    with clock.at(when), scope.acting(scope.system("what is due", read_only=True)):
        found = [due.as_dict() for due in sorted([*room.due(when), *digest.lines(when)], key=lambda line: line.leaves_at)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for one in found:
            click.echo(f"{one['leaves_at']}  {one['kind']:<22} {one['subject']}  → {one['recipient']} : {one['why']}")


def _instant(text: str | None) -> datetime:
    try:
        when = datetime.fromisoformat(text) if text else clock.now()
    except ValueError as no:
        raise click.ClickException(f"« {text} » n'est pas un instant : écrivez 2026-12-24T09:00+01:00.") from no
    if when.tzinfo is None:
        raise click.ClickException("Donnez le décalage horaire : 2026-12-24T09:00+01:00.")
    return when


@reminders.command("send")
def reminders_send() -> None:
    """Let time pass: expire, lapse, resume, and send what is due now. Twice at once sends once."""
    from brokerage.introductions import digest
    from brokerage.introductions import reminders as room

    with scope.acting(scope.system("the clock")) as session:
        moved, sent, told = room.pass_time(), room.send_due(), digest.send_due()
        session.commit()
    click.echo(f"{moved} étapes passées, {sent} relances déposées, {told} récapitulatifs.")


def told(act: Callable[[], T]) -> T:
    """Run `act`; a refusal is one sentence on the terminal, not a trace."""
    try:
        return act()
    except Refusal as no:
        click.echo(str(no), err=True)
        sys.exit(1)
