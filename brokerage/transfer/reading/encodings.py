"""Which of the usual encodings a French text file is in; files say nothing about it themselves."""

import codecs
import re
from collections import Counter

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ONE_BYTE = ("cp1252", "mac_roman", "cp850", "iso8859_15")
_EVERYDAY = set("éèàêç")
_USUAL = set("âîïôûùëüœæÉÈÀÊÇÂÎÏÔÛŒöäñáíóúãõß’‘“”«»°–—…€·•\u00a0")
_SAMPLE = 200_000


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of the encoding it was found to be in.

    A byte order mark decides; then zero bytes (UTF-16 without a mark), then whether it is UTF-8, with single
    odd bytes taken for Windows-1252; else the one-byte encoding whose reading looks most like French.
    Never fails: bytes that mean nothing become U+FFFD.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace").lstrip("\ufeff"), name.removesuffix("-sig")
    name = _wide(data) or _utf8(data) or _one_byte(data)
    return data.decode(name, errors="windows_1252" if name == "utf-8" else "replace"), name


def _wide(data: bytes) -> str | None:
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    if len(odd) < 2:
        return None
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


_SEQUENCE = re.compile(b"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(b"[\x80-\xff]")


def _utf8(data: bytes) -> str | None:
    """UTF-8 if it decodes, or if a pasted Windows line or two is all that stands in the way."""
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        sequences = len(_SEQUENCE.findall(data))
        stray = len(_HIGH.findall(_SEQUENCE.sub(b"", data)))
        return "utf-8" if sequences > 4 * stray else None


def _windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("windows_1252", _windows)


def _one_byte(data: bytes) -> str:
    sample = data[:_SAMPLE]
    best = max(_ONE_BYTE, key=lambda name: _frenchness(sample, name))
    if _frenchness(sample, best) > 0:
        return best
    guess = from_bytes(sample).best()
    return guess.encoding if guess else "cp1252"


def _frenchness(sample: bytes, name: str) -> int:
    text = sample.decode(name, errors="replace")
    return sum(_points(character) * times for character, times in Counter(text).items())


def _points(character: str) -> int:
    if character <= "\x7f":
        return 0
    return 3 if character in _EVERYDAY else 1 if character in _USUAL else -2
