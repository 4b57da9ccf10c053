"""What the tests of partners share: a browser that forgets between pages, counted statements, and a full book."""

import contextlib
import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient

from brokerage.accounts.models import User
from brokerage.database import db


class Browser(FlaskClient):
    """The application's context stays open around a test: what one request left in `g` must not reach the next."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        g._get_current_object().__dict__.clear()  # type: ignore[attr-defined]
        return super().open(*args, **kwargs)


@pytest.fixture
def signed_in(app: Flask, client_of: Callable[[User | None], FlaskClient]) -> Callable[[User | None], Browser]:
    """A browser signed in as somebody."""

    def opened(user: User | None) -> Browser:
        client = client_of(user)
        client.__class__ = Browser
        return client  # type: ignore[return-value]

    return opened


@pytest.fixture
def statements(app: Flask) -> Callable[[], contextlib.AbstractContextManager[list[str]]]:
    """`with statements() as said:` keeps every SQL statement sent meanwhile."""

    @contextlib.contextmanager
    def listening() -> Iterator[list[str]]:
        said: list[str] = []

        def hear(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            said.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", hear)
        try:
            yield said
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", hear)

    return listening


def words(response: Any) -> str:
    """What a reader sees of a page, without tags, in single spaces, with plain apostrophes."""
    body = re.sub(r"(?s)<main.*?>(.*)</main>.*", r"\1", response.get_data(as_text=True).partition("<main")[2] or response.get_data(as_text=True))
    plain = html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("’", "'")
    return " ".join(plain.split())
