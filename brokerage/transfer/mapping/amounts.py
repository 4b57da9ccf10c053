"""Sums of money as people type them in France: « 15.000,00 », « 2 000 € », « 7,5 k€ »."""

import re
import unicodedata

from brokerage.transfer.sheets import Cell, text_of

_NUMBER = re.compile(r"\d[\d .,'’]*")
_NONE = re.compile(r"-+|néant|neant|nul|rien|aucun|non|gratuit|0", re.IGNORECASE)
_THOUSANDS = re.compile(r"\s*(?:k(?:€|eur|euros?)?|mille)\b|\s*k€", re.IGNORECASE)
_MILLIONS = re.compile(r"\s*(?:m€|millions?|meur)", re.IGNORECASE)


def euros(cell: Cell) -> tuple[float | None, str | None]:
    """The sum in euros, and an issue code when a text cannot be taken as one sum; (None, None) for an empty cell.

    A point or comma before exactly three digits separates thousands; otherwise it is the decimal sign.
    « néant » and « - » are zero.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell), None
    text = unicodedata.normalize("NFKC", text_of(cell)).lstrip("'")
    if not text or text.startswith("="):
        return None, None
    if _NONE.fullmatch(text):
        return 0.0, None
    found = list(_NUMBER.finditer(text))
    if len(found) != 1:
        return None, "amount_unclear" if found else None
    try:
        return _value(found[0].group()) * _scale(text[found[0].end() :]), None
    except ValueError:
        return None, "amount_unclear"


def _value(number: str) -> float:
    digits = re.sub(r"[ '’]", "", number).rstrip(".,")
    if "," in digits and "." in digits:
        decimal = max(",.", key=digits.rfind)
        return float(digits.replace("," if decimal == "." else ".", "").replace(decimal, "."))
    separators = re.findall("[.,]", digits)
    if len(separators) > 1 or re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        return float(re.sub("[.,]", "", digits))
    return float(digits.replace(",", "."))


def _scale(after: str) -> int:
    if _MILLIONS.match(after):
        return 1_000_000
    return 1000 if _THOUSANDS.match(after) else 1
