"""The cells of one row by what they are, once a mapping says which column is what."""

import re
from dataclasses import dataclass, field
from typing import Any

from brokerage.transfer.sheets import Cell, Row
from brokerage.transfer.vocabulary import CONTACT_FIELDS

_FORMULA_QUOTE = re.compile("^'(?=[=+\\-@\t＝＋－＠])")


_LONG = 1000  # characters beyond which a cell is no name, address or telephone; only free texts are kept whole
_FREE = ("remarks", "other", "status")


@dataclass(frozen=True)
class Columns:
    """A mapping made ready: columns by field, contact columns by person then field, in the order of the file."""

    width: int
    by_field: dict[str, list[int]]
    by_person: dict[str, dict[str, int]]
    headers: dict[int, str]
    backwards: frozenset[int] = frozenset()  # columns of full names where the last name stands first

    @classmethod
    def of(cls, mapping: dict[str, Any]) -> "Columns":
        """Reads the JSON form; unknown keys are left alone."""
        by_field: dict[str, list[int]] = {}
        by_person: dict[str, dict[str, int]] = {}
        width = 0
        for column in mapping["columns"]:
            at, name = int(column["column"]), str(column["field"])
            width = max(width, at + 1 if column.get("header") else 0)
            by_field.setdefault(name, []).append(at)
            if name in CONTACT_FIELDS:
                by_person.setdefault(str(column.get("whose", "")), {}).setdefault(name, at)
        headers = {int(column["column"]): str(column.get("header", "")) for column in mapping["columns"]}
        backwards = frozenset(int(column["column"]) for column in mapping["columns"] if column.get("backwards"))
        return cls(width, by_field, by_person, headers, backwards)


@dataclass
class Cells:
    """One row seen through its columns. `texts` are its cells without the quote an export put before = + - @."""

    row: Row
    columns: Columns
    issues: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        texts = [_FORMULA_QUOTE.sub("", text) if text[:1] == "'" else text for text in self.row.texts]
        if max(map(len, texts), default=0) > _LONG:
            free = {at for name in _FREE for at in self.columns.by_field.get(name, ())}
            texts = [text if at in free else text[:_LONG] for at, text in enumerate(texts)]
        self.texts = tuple(texts)

    def raw(self, name: str) -> Cell:
        """The first filled cell of a field, as the file holds it."""
        return next((self.row.cells[at] for at in self.at(name) if self.texts[at]), None)

    def text(self, name: str) -> str:
        """The first filled cell of a field as clean text, "" when there is none."""
        for at in self.columns.by_field.get(name, ()):
            if at < len(self.texts) and self.texts[at]:
                return self.texts[at]
        return ""

    def all(self, name: str) -> list[str]:
        """Every filled cell of a field that may have several columns."""
        return [self.texts[at] for at in self.at(name) if self.texts[at]]

    def at(self, name: str) -> list[int]:
        """The columns of a field that this row reaches."""
        return [at for at in self.columns.by_field.get(name, ()) if at < len(self.texts)]

    def cell(self, at: int) -> str:
        """One cell as clean text, "" beyond the last."""
        return self.texts[at] if at < len(self.texts) else ""

    def note(self, issue: str | None, detail: str = "") -> None:
        """Adds an issue, None being no issue."""
        if issue:
            self.issues.append((issue, detail))
