"""What a mail says, as plain text: the text part when there is one, else the HTML with its marks taken off."""

import codecs
import re
from collections.abc import Iterator
from email.message import Message
from html.parser import HTMLParser

_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def of(mail: Message) -> str:
    """The words people are meant to read, attachments aside; empty when there are none."""
    if mail.get_content_maintype() == "multipart" and not mail.is_multipart():
        return tidy(_content(mail) or str(mail.get_payload()))  # its frontiers are broken: better its marks than nothing
    found = list(_inline(mail))
    plain = [_plain(part) for part in found if part.get_content_type() != "text/html"]
    text = tidy("\n".join(plain))
    return text or tidy("\n".join(without_marks(_content(part)) for part in found if part.get_content_type() == "text/html"))


def _inline(part: Message) -> Iterator[Message]:
    """The parts that are words: not the ones of a mail attached whole, and not those with a file name."""
    if part.is_multipart():
        if part.get_content_maintype() == "multipart":
            for inner in part.get_payload():
                yield from _inline(inner)  # type: ignore[arg-type]
        return
    attached = part.get_content_disposition() == "attachment" or part.get_param("filename", None, "content-disposition")
    if part.get_content_type() in ("text/plain", "text/html") and not attached:
        yield part


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    return decoded(content, str(part.get_content_charset("") or "")) if isinstance(content, bytes) else ""


def _plain(part: Message) -> str:
    text = _content(part)
    return _flowed(text) if str(part.get_param("format", "")).lower() == "flowed" else text


def _flowed(text: str) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one, as Thunderbird writes."""
    made: list[str] = []
    goes_on = False
    for line in text.splitlines():
        starts_quote = line.startswith(">")
        if goes_on and not starts_quote and line != "-- ":
            made[-1] += line.removeprefix(" ")
        else:
            made.append(line.removeprefix(" "))
        goes_on = line.endswith(" ") and line != "-- " and not starts_quote
    return "\n".join(made)


def decoded(content: bytes, charset: str) -> str:
    """`content` in its alphabet; when that is unknown or wrong, UTF-8, then what Windows writes in Western Europe."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            if name and codecs.lookup(name).name not in _NOT_ALPHABETS:
                return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


_NOT_ALPHABETS = {"idna", "punycode", "undefined", "utf-7", "unicode_escape", "raw_unicode_escape", "mbcs", "oem", "base64", "hex", "zlib"}


def tidy(text: str) -> str:
    """One kind of line end, no controls and no marks that turn writing round, never three empty lines in a row."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    clean = _UNSEEN.sub("", lines.encode("utf-8", "replace").decode())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in clean.split("\n"))).strip()


def without_marks(markup: str) -> str:
    """HTML as plain text: paragraphs as lines, quotations with their sign, no style, no script, no image."""
    reader = _Unmarked()
    reader.feed(markup)
    reader.close()
    lines = [re.sub(r"[ \t\n\u00a0]+", " ", line).strip() for line in "".join(reader.made).split("\x1f")]
    return "\n".join(lines)


class _Unmarked(HTMLParser):
    _SILENT = {"style", "script", "head", "title"}
    _BLOCKS = {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "hr", "pre", "blockquote"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []
        self._silent = self._quotes = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self._SILENT:
            self._silent += 1
        self._quotes += tag == "blockquote"
        if tag in self._BLOCKS:
            self._line()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        self._quotes = max(0, self._quotes - (tag == "blockquote"))
        if tag in self._BLOCKS - {"br"}:
            self._line()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.made.append(data)

    def _line(self) -> None:
        self.made.append("\x1f" + "> " * min(self._quotes, 5))
