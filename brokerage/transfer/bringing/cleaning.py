"""Texts of files made fit for a database: it refuses some signs, and its indexes refuse endless names."""

import re
from typing import Any

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
NAME = 300
LINE = 500


def clean(text: str | None, most: int = LINE) -> str:
    """One line of a file as it may be stored: no control signs, spaces single, at most `most` signs."""
    return " ".join(_UNFIT.sub(" ", text).split())[:most].strip() if text else ""


def clean_text(text: str) -> str:
    """Several lines of a file as they may be stored; line breaks stay."""
    return _UNFIT.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip() if text else ""


def clean_json(value: Any) -> Any:
    """Plain JSON whose texts may be stored."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(one) for one in value]
    return value
