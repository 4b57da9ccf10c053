"""What comes in by forms and addresses, without the signs that no keyboard has and no text of PostgreSQL can hold."""

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

_NO_SIGN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # controls; tabulation and ends of lines stay


class Typed(ImmutableMultiDict[str, Any]):
    """The fields of a form or of a query, read once."""

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        pairs = iter_multi_items(mapping) if mapping else ()  # type: ignore[arg-type]
        super().__init__([(_read(name), _read(value)) for name, value in pairs])


def _read(value: Any) -> Any:
    """A file passes as it is."""
    return _NO_SIGN.sub("", value) if isinstance(value, str) else value


def identifier(text: str | None) -> uuid.UUID | None:
    """The id that stands in a field; None for nothing, and for what is none."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
