"""How many statements a page sends to the database, counted in this process as SQLAlchemy sends them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask

from brokerage.config import Config
from brokerage.database import db
from brokerage.web.factory import create_app
from tests.bench.addresses import Page


@contextmanager
def _heard(engine: sa.Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(engine, "before_cursor_execute", hear)


def statements(config: Config, pages: Sequence[Page], cookie: str) -> Mapping[str, int]:
    """For each page by name: how many statements, the one that knows the visitor and the one that opens the scope included."""
    app = create_app(config)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    try:
        return {page.name: len(_said(app, page, cookie)) for page in pages}
    finally:
        with app.app_context():
            db.engine.dispose()


def _said(app: Flask, page: Page, cookie: str) -> list[str]:
    client: Any = app.test_client(use_cookies=False)
    with app.app_context():
        engine = db.engine
    client.get(page.path, headers={"Cookie": cookie})  # the first visit of all may load reference data
    with _heard(engine) as said:
        answer = client.get(page.path, headers={"Cookie": cookie})
    assert answer.status_code == 200, f"{page.name}: {answer.status}"
    return said
