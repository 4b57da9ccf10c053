"""The English catalogue holds every message of the house, once, in words that keep their places.

After changing a message, bring the catalogue up to date, write what it lists as empty, and run the same line again:
    .venv/bin/python -m tests.test_translations
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HOUSE = Path(__file__).parents[1]
SHELF = HOUSE / "brokerage" / "translations"
PO = SHELF / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_pgettext": ((1, "c"), 2), "N_": None}
HEADER = """\
# English words of Passerelle; the messages themselves are French.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # the compiled file carries a date: always the same, so that it only changes with the words


def extracted() -> Catalog:
    """Every message in the source, as it is now."""
    catalog = Catalog()
    with (SHELF / "babel.cfg").open() as settings:
        mapping, options = parse_mapping_cfg(settings)
    for _file, _line, message, comments, context in extract_from_dir(HOUSE, mapping, options, KEYWORDS, directory_filter=_is_ours):
        catalog.add(message, auto_comments=comments, context=context)
    return catalog


def _is_ours(folder: str) -> bool:
    parts = Path(folder).relative_to(HOUSE).parts
    return parts[:1] in ((), ("brokerage",), ("templates",)) and "__pycache__" not in parts


def catalogue() -> Catalog:
    """What is written in the .po file."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = NEVER
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def update() -> list[str]:
    """Add what is new to the .po, drop what is gone, compile it. Returns what still has no English."""
    kept, now = catalogue(), extracted()
    for message in now:
        if message.id and (known := kept.get(message.id, message.context)) and known.id == message.id:
            message.string = known.string
    file = io.BytesIO()
    now.locale = "en"
    write_po(file, now, width=110, no_location=True, omit_header=True, sort_output=True)
    PO.write_text(HEADER + file.getvalue().decode().lstrip("\n"), encoding="utf-8")
    PO.with_suffix(".mo").write_bytes(compiled(catalogue()))
    return [str(m.id) for m in catalogue() if m.id and not all(_forms(m))]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if message.pluralizable else (message.string,)


if __name__ == "__main__":
    empty = update()
    sys.exit("\n".join(["Still to be written in " + str(PO.relative_to(HOUSE)) + ":", *empty]) if empty else 0)
