"""Whether the database stands at the newest migration, asked of the files and one table."""

import ast
from pathlib import Path

from brokerage.local.roles import connect


def newest(versions: Path) -> frozenset[str]:
    """The revisions no other one builds on; empty when there are no migrations at all."""
    revisions: set[str] = set()
    built_on: set[str] = set()
    for file in versions.glob("*.py"):
        assigned = _assigned(file)
        revisions |= _strings(assigned.get("revision"))
        built_on |= _strings(assigned.get("down_revision"))
    return frozenset(revisions - built_on)


def current(owner_url: str) -> frozenset[str] | None:
    """The revisions the database stands at; None when it was never migrated."""
    with connect(owner_url) as session:
        if session.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        return frozenset(str(row[0]) for row in session.execute("SELECT version_num FROM alembic_version"))


def _assigned(file: Path) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for line in ast.parse(file.read_text()).body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            found[line.targets[0].id] = line.value
        elif isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value:
            found[line.target.id] = line.value
    return found


def _strings(value: ast.expr | None) -> set[str]:
    return {
        part.value
        for part in ast.walk(value or ast.Constant(None))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
