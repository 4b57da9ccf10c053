"""Small harms that files do to text, undone at the door: decomposed accents, and UTF-8 read as something else."""

import re
import unicodedata

_MOJIBAKE = re.compile("Ã[\u0080-\u00bfƒ‚„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œŸŽž]|â€|Â[\u00a0-\u00bf]|Å[“’\u0093]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f]")


def mended(text: str) -> str:
    """`text` composed (NFC, as files from Macs are not), without invisible characters, « LycÃ©e » as « Lycée »."""
    if text.isascii() and text.isprintable():
        return text
    if _MOJIBAKE.search(text):
        text = _reread(text)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _reread(text: str) -> str:
    """Only a text that is UTF-8 through and through once put back into bytes is reread; any other stays."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
