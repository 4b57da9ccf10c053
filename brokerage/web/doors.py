"""Every family of pages, in one list."""

from importlib import import_module

from flask import Blueprint

from brokerage.config import Config

FAMILIES = (
    "account",
    "answers",
    "asking",
    "bulk_deciding",
    "comments",
    "conventions",
    "deciding",
    "directory",
    "engagements",
    "exports",
    "following",
    "help",
    "home",
    "imports",
    "inbox",
    "journal",
    "mail",
    "notice",
    "own_data",
    "partners",
    "preferences",
    "request_templates",
    "requests",
    "rereading",
    "rights",
    "search",
    "settings",
    "setup",
    "shared_calendar",
    "sign_in",
    "spent_links",
    "tasks",
)


def of(config: Config) -> list[Blueprint]:
    """The blueprints this installation serves; the local mailbox only while somebody tries Passerelle alone."""
    names = [*FAMILIES, "local_answers"] if config.local else FAMILIES
    rooms = [import_module(f"brokerage.web.{name}") for name in names]
    return list(dict.fromkeys(room.pages for room in rooms))
