"""Text that a spreadsheet would run as a formula, set aside with an apostrophe in CSV, and given back at import (E3)."""

import re

_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_SET_ASIDE = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def neutralised(text: str) -> str:
    """The text with one more apostrophe before what a spreadsheet might run; any other text as it is.

    A text that begins with apostrophes of its own before such a sign gets one more, so that `restored` undoes it.
    """
    return f"'{text}" if _RUNS.match(text) else text


def restored(text: str) -> str:
    """What `neutralised` was given."""
    return text[1:] if _SET_ASIDE.match(text) else text
